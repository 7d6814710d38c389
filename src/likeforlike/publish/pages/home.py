"""The first page: what this is for, a search, worked examples, and how fresh the figures are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from likeforlike.publish import text, urls
from likeforlike.publish.pages.page import About, Frozen, Link, Page

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Council and indicator of the worked examples; those that a release does not hold are left out.
_EXAMPLES = (
    ("E06000001", "employment-rate"),
    ("E08000012", "healthy-life-expectancy-female"),
    ("E10000016", "persistent-absences-for-all-pupils"),
)


class HomePage(Page):
    """The content of the first page; counts are of what the release holds."""

    councils: int
    indicators: int
    sources: tuple[SourceLine, ...]
    collected: str
    examples: tuple[Link, ...]
    regions: tuple[Link, ...]


class SourceLine(Frozen):
    """One publisher's dataset and when it was collected."""

    title: str
    publisher: str
    collected: str


HomePage.model_rebuild()


def make_home(catalogue: Catalogue) -> HomePage:
    """The first page of a release."""
    register, sources = catalogue.register, catalogue.sources
    examples = [
        Link(
            text=text.example_words(register.areas[code].name, catalogue.indicators[indicator_id].title),
            url=urls.council_indicator(code, indicator_id),
        )
        for code, indicator_id in _EXAMPLES
        if code in register.areas and indicator_id in catalogue.indicators
    ]
    newest = max((source.retrieved for source in sources.values()), default=None)
    return HomePage(
        title="Compare councils in England, like for like",
        description=text.PURPOSE,
        path=urls.home(),
        about=About(release_id=catalogue.release.id),
        councils=len(set(register.lower_tier) | set(register.counties)),
        indicators=len(catalogue.indicators),
        sources=tuple(
            SourceLine(title=s.title, publisher=s.publisher, collected=text.date_words(s.retrieved))
            for s in sources.values()
        ),
        collected=text.date_words(newest) if newest else "",
        examples=tuple(examples),
        regions=tuple(
            Link(text=area.name, url=f"{urls.councils()}#{area.code}")
            for area in register.current.areas.values()
            if area.kind == "region"
        ),
    )
