"""The first page: what this is for, a search, worked examples, and how fresh the figures are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from likeforlike.domain.indicator import Tier
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish import narrative, text, urls
from likeforlike.publish.charts.choropleth import Drawing
from likeforlike.publish.pages.gap_view import make_gap
from likeforlike.publish.pages.map import MapClass, make_map
from likeforlike.publish.pages.page import About, Frozen, Link, Page
from likeforlike.publish.pages.standing import standing

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Council and indicators of the worked examples; those that a release does not hold are left out.
_COUNCIL = "E06000001"
_CLAIM, _AUDITED = "healthy-life-expectancy-female", "employment-rate"
_MOST_NEW = 6


class HomePage(Page):
    """The content of the first page; counts are of what the release holds."""

    councils: int
    indicators: int
    sources: tuple[SourceLine, ...]
    collected: str
    examples: tuple[Link, ...]
    publishers: int
    newest: tuple[Newest, ...]
    headline: Headline | None
    regions: tuple[Link, ...]


class SourceLine(Frozen):
    """One publisher's dataset and when it was collected."""

    title: str
    publisher: str
    collected: str


class Newest(Frozen):
    """An indicator among those with the newest figures."""

    title: str
    url: str
    period: str


class Headline(Frozen):
    """A gap between places, with its map."""

    title: str
    url: str
    lead: str
    gap: str
    classes: tuple[MapClass, ...]
    sentence: str
    drawing: Drawing = Field(exclude=True)


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
    if catalogue.release.definitions.funds:
        yield Link(text=text.EXAMPLE_MONEY, url=urls.funding())


def _newest(catalogue: Catalogue) -> Iterator[Newest]:
    """The indicators whose figures reach furthest, newest first."""
    table = catalogue.release.table("coverage").sort("period_end", "indicator_id", descending=[True, False])
    for row in (
        table.unique("indicator_id", keep="first", maintain_order=True).head(_MOST_NEW).iter_rows(named=True)
    ):
        indicator = catalogue.indicators.get(row["indicator_id"])
        if indicator is not None:
            period = text.period_label(row["period_start"], row["period_end"])
            yield Newest(title=indicator.title, url=urls.indicator(indicator.id), period=period)


def _headline(catalogue: Catalogue) -> Headline | None:
    """The map of the claim among the examples; None where the release lacks its figures, gap or shapes."""
    indicator = catalogue.indicators.get(_CLAIM)
    pool = Pool.LOWER_TIER if indicator and indicator.tier is Tier.LOWER else Pool.UPPER_TIER
    place = standing(catalogue, indicator.id, pool) if indicator else None
    shapes = make_map(catalogue, place) if place else None
    gap = make_gap(catalogue, indicator) if indicator else None
    if indicator is None or place is None or shapes is None or gap is None:
        return None
    newest = gap.periods[0]
    return Headline(
        title=indicator.title,
        url=urls.indicator(indicator.id),
        lead=narrative.headline_gap(place, newest.lowest.text, newest.highest.text),
        gap=gap.verdicts[0] if gap.verdicts else "",
        classes=shapes.classes,
        sentence=shapes.sentence,
        drawing=shapes.drawings[-1],
    )


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
        publishers=len({source.publisher for source in sources.values()}),
        newest=tuple(_newest(catalogue)),
        headline=_headline(catalogue),
        regions=tuple(
            Link(text=area.name, url=f"{urls.councils()}#{area.code}")
            for area in register.current.areas.values()
            if area.kind == "region"
        ),
    )
