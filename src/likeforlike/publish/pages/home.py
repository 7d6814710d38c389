"""The first page: what this is for, a search, worked examples, and how fresh the figures are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from likeforlike.publish import text, urls
from likeforlike.publish.pages.page import About, Frozen, Link, Page

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Council and indicators of the worked examples; those that a release does not hold are left out.
_COUNCIL = "E06000001"
_CLAIM, _AUDITED = "healthy-life-expectancy-female", "employment-rate"


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


def _examples(catalogue: Catalogue) -> Iterator[Link]:
    """What an officer, a journalist and an auditor would ask."""
    area, indicators = catalogue.register.areas.get(_COUNCIL), catalogue.indicators
    if area:
        yield Link(text=text.example_scorecard(area.name), url=urls.council(area.code, sort="worse-first"))
    if _CLAIM in indicators:
        yield Link(text=text.example_claim(indicators[_CLAIM].title), url=urls.indicator(_CLAIM))
    if area and _AUDITED in indicators:
        title = indicators[_AUDITED].title
        yield Link(text=text.example_audit(area.name, title), url=urls.council_indicator(area.code, _AUDITED))


def make_home(catalogue: Catalogue) -> HomePage:
    """The first page of a release."""
    register, sources = catalogue.register, catalogue.sources
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
        examples=tuple(_examples(catalogue)),
        regions=tuple(
            Link(text=area.name, url=f"{urls.councils()}#{area.code}")
            for area in register.current.areas.values()
            if area.kind == "region"
        ),
    )
