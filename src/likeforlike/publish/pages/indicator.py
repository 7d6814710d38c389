"""One indicator for every council: who lies where, by region and kind, and whether lowest and highest can
be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from likeforlike.domain.area import AreaKind
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator, Tier
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish import narrative, text, urls
from likeforlike.publish.charts.choropleth import with_key
from likeforlike.publish.few_cases import cases, residents
from likeforlike.publish.pages.beside import known
from likeforlike.publish.pages.council import about, collected
from likeforlike.publish.pages.gap_view import GapView, make_gap
from likeforlike.publish.pages.map import MapView, make_map
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table
from likeforlike.publish.pages.standing import Standing, standing
from likeforlike.publish.quality import all_flags, flags_beside
from likeforlike.publish.quality_words import quality_count
from likeforlike.publish.revision_words import usually
from likeforlike.publish.vintages import revisions_of, usual

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class Order(StrEnum):
    """The order of the ranked table."""

    BEST = "best"
    WORST = "worst"
    NAME = "name"


class Choice(Frozen):
    """What a visitor chose; part of the address."""

    region: str = ""
    kind: str = ""
    sort: Order = Order.BEST


class Ranked(Frozen):
    """One council in the ranked table.

    `overlapping` is how many other councils' intervals overlap its own, None where intervals are not
    published.
    """

    area_code: str
    name: str
    kind: str
    region_code: str
    region: str
    url: str
    value: float | None
    value_words: str
    lower_95: float | None
    upper_95: float | None
    interval_words: str
    rank: int | None
    rank_last: int | None
    overlapping: int | None
    verdict_all: str
    verdict_words: str
    flags: tuple[str, ...]
    doubts: tuple[str, ...]


class Spread(Frozen):
    """The values of a group of councils: a region or a kind."""

    name: str
    count: int
    lowest_words: str
    median: float
    median_words: str
    highest_words: str
    values: tuple[float, ...] = Field(exclude=True)


class IndicatorPage(Page):
    """One indicator for every council with the power, at its latest period."""

    chart_compares: ClassVar[bool] = False

    indicator_id: str
    definition: str
    reading: str
    period: str
    period_end: date
    count: int
    without: int
    median: float | None
    median_words: str
    lead: str
    extremes: tuple[str, ...]
    why_no_league: str
    says_not: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    source: Link
    choice: Choice
    region_choices: tuple[Link, ...]
    kind_choices: tuple[Link, ...]
    regions: tuple[Spread, ...]
    kinds: tuple[Spread, ...]
    limits: tuple[float, float]
    map: MapView | None
    gap: GapView | None
    unit_words: str
    unit_before: str
    unit_after: str
    rows: tuple[Ranked, ...]
    counties: tuple[Ranked, ...]
    revisions_url: str
    revisions_words: str
    quality_words: str

    def tables(self) -> tuple[Table, ...]:
        """The ranked table as chosen, counties where those are apart, and the gap by period."""
        keys = [
            "area_code",
            "name",
            "kind",
            "region_code",
            "value",
            "lower_95",
            "upper_95",
            "rank",
            "rank_last",
            "overlapping",
            "verdict_all",
            "flags",
            "doubts",
        ]
        columns = (
            *(Column(key=key, title=key) for key in keys),
            Column(key="period_end", title="period_end"),
        )

        def table(name: str, rows: tuple[Ranked, ...]) -> Table:
            cells = tuple(
                {
                    **{key: getattr(row, key) for key in keys},
                    "flags": ", ".join(row.flags),
                    "doubts": " ".join(row.doubts),
                    "period_end": self.period_end,
                }
                for row in rows
            )
            return Table(name=name, title=self.title, columns=columns, rows=cells)

        return (
            table("councils", self.rows),
            *((table("counties", self.counties),) if self.counties else ()),
            *((self.gap.table(self.title),) if self.gap else ()),
        )

    def chart(self) -> str:
        """The map by boundary with its key; none where the release holds no shapes."""
        if not self.map:
            return ""
        classes = [f"{one.words} ({one.count} council{text.plural(one.count)})" for one in self.map.classes]
        nothing = f"{text.NO_VALUE} ({self.map.without})" if self.map.without else ""
        return with_key(self.map.drawings[0], self.map.sentence, classes, nothing)

    def chart_heading(self) -> str:
        """The title with the period and the unit."""
        return f"{self.title}, {self.period} ({self.unit_words})"


def make_indicator(catalogue: Catalogue, indicator: Indicator, choice: Choice | None = None) -> IndicatorPage:
    """The page; NotFoundError where no council has a value.

    What does not depend on the choice (all but the rows of the table) is kept, unless the figures are those of an
    earlier day.
    """
    chosen = choice or Choice()
    page = _kept(catalogue, indicator.id) if catalogue.stores_benchmarks else _make(catalogue, indicator)
    return page.model_copy(
        update={
            "path": urls.indicator(indicator.id, **_query(chosen)),
            "choice": chosen,
            "rows": tuple(_chosen(page.rows, chosen)),
        }
    )


@lru_cache(maxsize=64)  # two megabytes each
def _kept(catalogue: Catalogue, indicator_id: str) -> IndicatorPage:
    return _make(catalogue, catalogue.indicators[indicator_id])


def _make(catalogue: Catalogue, indicator: Indicator) -> IndicatorPage:
    """The page with every council, by code."""
    pool = Pool.UPPER_TIER if indicator.tier is Tier.UPPER else Pool.LOWER_TIER
    place = standing(catalogue, indicator.id, pool)
    if place is None:
        raise NotFoundError(f"No council has a value of “{indicator.title}” in this release.")
    rows = tuple(_ranked(catalogue, place))
    have = [row for row in rows if row.value is not None]
    source = catalogue.sources[indicator.source_id]
    kept = indicator.id in catalogue.vintages.indicator_ids
    median = known(place.benchmark.all_median[place.column])
    words = text.UNITS[indicator.unit]
    return IndicatorPage(
        title=f"{indicator.title}: all councils",
        description=indicator.description,
        path=urls.indicator(indicator.id),
        about=about(
            catalogue, [indicator.source_id], comparator=text.COMPARATOR_NOTE, caveats=indicator.caveats
        ),
        parents=(Link(text="Indicators", url=urls.indicators()),),
        indicator_id=indicator.id,
        definition=indicator.description,
        reading=f"{text.sentence(text.POLARITY_WORDS[indicator.polarity])}.",
        period=place.period.label,
        period_end=place.period.end,
        count=len(have),
        without=len(rows) - len(have),
        median=median,
        median_words=text.value_words(median, indicator.unit, indicator.decimals),
        lead=narrative.spread_lead(place, len(have), len(rows) - len(have)),
        extremes=tuple(_extremes(have, place, residents(catalogue))),
        why_no_league=narrative.why_no_league(indicator, any(row.overlapping is not None for row in have)),
        says_not=tuple(narrative.says_not(place, 0, collected(catalogue))),
        facts=tuple(narrative.definition_facts(indicator, source, place)),
        source=Link(text=f"{source.title}, {source.publisher}", url=source.url),
        choice=Choice(),
        region_choices=tuple(_distinct((row.region_code, row.region) for row in rows)),
        kind_choices=tuple(_distinct((row.kind, text.sentence(text.KINDS[row.kind])) for row in rows)),
        regions=tuple(_spreads(indicator, have, "region")),
        kinds=tuple(_spreads(indicator, have, "kind")),
        limits=(place.low, place.high),
        map=make_map(catalogue, place),
        gap=make_gap(catalogue, indicator),
        unit_words=text.unit_words(indicator),
        unit_before=words.before,
        unit_after="%" if words.after == "%" else "",
        rows=rows,
        counties=tuple(_counties(catalogue, indicator, pool)),
        revisions_url=urls.revisions(indicator.id) if kept else "",
        revisions_words=usually(indicator, usual(revisions_of(catalogue, indicator))) if kept else "",
        quality_words=quality_count(
            sum(one.indicator_id == indicator.id for one in all_flags(catalogue)),
            sum(bool(row.flags) for row in rows),
        ),
    )


def _query(chosen: Choice) -> dict[str, str | None]:
    return {
        "region": chosen.region or None,
        "kind": chosen.kind or None,
        "sort": chosen.sort if chosen.sort is not Order.BEST else None,
    }


def _ranked(
    catalogue: Catalogue, place: Standing, *, kinds: tuple[AreaKind, ...] | None = None
) -> Iterator[Ranked]:
    """Every council of the pool, by code."""
    indicator, matrix, found, column = place.indicator, place.matrix, place.benchmark, place.column
    overlapping = _overlapping(matrix.lower_95[:, column], matrix.upper_95[:, column])
    for row, code in enumerate(matrix.areas):
        area = catalogue.register.areas[code]
        if kinds and area.kind not in kinds:
            continue
        value = known(matrix.values[row, column])
        lower, upper = known(matrix.lower_95[row, column]), known(matrix.upper_95[row, column])
        verdict = str(found.verdict_all[row, column])
        doubts = flags_beside(catalogue, indicator.id, code, place.period)
        yield Ranked(
            area_code=code,
            name=area.name,
            kind=area.kind.value,
            region_code=area.region_code or "",
            region=catalogue.register.areas[area.region_code].name if area.region_code else "",
            url=urls.council_indicator(code, indicator.id),
            value=value,
            value_words=text.value_words(value, indicator.unit, indicator.decimals),
            lower_95=lower,
            upper_95=upper,
            interval_words=text.interval_words(lower, upper, indicator.unit, indicator.decimals),
            rank=int(found.rank[row, column]) or None,
            rank_last=int(found.rank_last[row, column]) or None,
            overlapping=int(overlapping[row]) if lower is not None and upper is not None else None,
            verdict_all=verdict,
            verdict_words=text.verdict_words(verdict, intervals=lower is not None)
            if value is not None
            else "",
            flags=tuple(doubt.short for doubt in doubts),
            doubts=tuple(doubt.sentence for doubt in doubts),
        )


def _overlapping(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """How many other areas' intervals overlap each area's own."""
    touching = (lower[:, None] <= upper[None, :]) & (upper[:, None] >= lower[None, :])
    others: np.ndarray = np.maximum(touching.sum(axis=1) - 1, 0)
    return others


def _extremes(have: list[Ranked], place: Standing, people: Mapping[str, float]) -> Iterator[str]:
    """Whether the lowest and the highest council can be told from others."""
    if not have:
        return
    by_value = sorted(have, key=lambda row: (row.value or 0.0, row.name))
    for word, rows in (("lowest", by_value), ("highest", by_value[::-1])):
        tied = [row.name for row in rows if row.value == rows[0].value]
        told = cases(place.indicator, rows[0].value, people.get(rows[0].area_code))
        yield narrative.extreme(
            word, tied, rows[0].value_words, rows[0].overlapping, place.indicator, cases=told
        )


def _spreads(indicator: Indicator, have: list[Ranked], by: str) -> Iterator[Spread]:
    groups: dict[str, list[float]] = {}
    for row in have:
        if row.value is not None:
            groups.setdefault(getattr(row, by), []).append(row.value)
    for name, values in sorted(groups.items(), key=lambda item: -float(np.median(item[1]))):
        low, middle, high = min(values), float(np.median(values)), max(values)
        words = [
            text.value_words(number, indicator.unit, indicator.decimals) for number in (low, middle, high)
        ]
        yield Spread(
            name=text.sentence(text.KINDS.get(name, name)),
            count=len(values),
            lowest_words=words[0],
            median=middle,
            median_words=words[1],
            highest_words=words[2],
            values=tuple(values),
        )


def _chosen(rows: tuple[Ranked, ...], chosen: Choice) -> list[Ranked]:
    """The rows that fit the choice, in its order; unranked ones last, in the order of their values."""
    kept = [
        row
        for row in rows
        if (not chosen.region or row.region_code == chosen.region)
        and (not chosen.kind or row.kind == chosen.kind)
    ]
    if chosen.sort is Order.NAME:
        return sorted(kept, key=lambda row: row.name)
    way = 1 if chosen.sort is Order.BEST else -1

    def place(row: Ranked) -> tuple[bool, int, float, str]:
        return row.value is None, way * (row.rank or 0), -way * (row.value or 0.0), row.name

    return sorted(kept, key=place)


def _counties(catalogue: Catalogue, indicator: Indicator, pool: Pool) -> Iterator[Ranked]:
    """Counties of an indicator about places: they contain districts of the table, so they stand apart."""
    if pool is Pool.UPPER_TIER or indicator.tier is Tier.LOWER:
        return
    upper = standing(catalogue, indicator.id, Pool.UPPER_TIER)
    if upper is None:
        return
    for row in _ranked(catalogue, upper, kinds=(AreaKind.COUNTY,)):
        if row.value is not None:
            yield row


def _distinct(pairs: Iterator[tuple[str, str]]) -> Iterator[Link]:
    for code, name in sorted(set(pairs), key=lambda pair: pair[1]):
        yield Link(text=name, url=code)
