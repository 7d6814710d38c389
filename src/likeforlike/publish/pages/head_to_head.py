"""Two councils beside each other: the features that make their distance, outcomes, and how it changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from likeforlike.domain.area import Area
from likeforlike.domain.errors import DefinitionError, RequestError
from likeforlike.domain.indicator import Indicator, Tier
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.publish import text, urls
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.neighbours import choose_model
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.neighbour_parts import plain_table, sources_of
from likeforlike.publish.pages.page import Frozen, Link, Page, Table
from likeforlike.publish.two_councils import COMPARE_KEYS, compare_rows, pair_history_rows

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

OUTCOMES = 20


class FeatureBeside(Frozen):
    """One feature of both councils."""

    id: str
    title: str
    first: str
    second: str
    share: float | None
    share_words: str


class OutcomeBeside(Frozen):
    """One indicator of both councils; `spread` is their difference in standard deviations of the pool."""

    id: str
    title: str
    period: str
    period_end: date
    first: str
    second: str
    difference: str
    spread: float
    overlap: bool


class PairYear(Frozen):
    """How far apart the two were in a year."""

    year: int
    distance: float
    rank: int
    rank_back: int
    most: str


class HeadToHeadPage(Page):
    """Two councils under one model."""

    code: str
    name: str
    other_code: str
    other_name: str
    model_id: str
    model_title: str
    model_url: str
    headline: str
    sentences: tuple[str, ...]
    features: tuple[FeatureBeside, ...]
    outcomes: tuple[OutcomeBeside, ...]
    years: tuple[PairYear, ...]
    series: tuple[Series, ...]
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """Features, outcomes and years."""
        return (
            plain_table("features", self.title, self.rows, COMPARE_KEYS),
            plain_table(
                "outcomes",
                f"{self.title}: outcomes",
                [one.model_dump() for one in self.outcomes],
                tuple(OutcomeBeside.model_fields),
            ),
            plain_table(
                "years",
                f"{self.title}: distance by year",
                [one.model_dump() for one in self.years],
                tuple(PairYear.model_fields),
            ),
        )

    def chart(self) -> str:
        """Their distance through the years."""
        return lines_svg(self.series, self.title)


def make_head_to_head(
    catalogue: Catalogue, area: Area, other: Area, *, model_id: str | None = None
) -> HeadToHeadPage:
    """The page for two councils of one pool; RequestError where no model compares them."""
    chosen = model_id or _common_model(catalogue, area, other)
    model = choose_model(catalogue, area, chosen, {})
    rows = compare_rows(catalogue, area, other, model)
    first = rows[0]
    words = {one["feature"]: one for one in rows}
    years = _years(catalogue, area, other, model)
    return HeadToHeadPage(
        title=f"{area.name} and {other.name}",
        description=f"What {area.name} and {other.name} have in common, and what not.",
        path=urls.head_to_head(area.code, other.code, model=model_id),
        about=about(catalogue, sorted(sources_of(catalogue, model)), comparator=model.description),
        parents=(
            Link(text=area.name, url=urls.council(area.code)),
            Link(text="Neighbours", url=urls.council_neighbours(area.code, model=model_id)),
        ),
        code=area.code,
        name=area.name,
        other_code=other.code,
        other_name=other.name,
        model_id=model.id,
        model_title=model.title,
        model_url=urls.model(model.id),
        headline=_headline(area, other, first),
        sentences=tuple(_sentences(rows, years)),
        features=tuple(
            FeatureBeside(
                id=name,
                title=row["feature_title"],
                first=_value(catalogue, model, name, row["area_value"]),
                second=_value(catalogue, model, name, row["other_value"]),
                share=row["share"],
                share_words="" if row["share"] is None else f"{100 * row['share']:.0f}%",
            )
            for name, row in words.items()
        ),
        outcomes=_outcomes(catalogue, area, other, set(words)),
        years=years,
        series=_series(years, area, other),
        rows=tuple(rows),
    )


def _common_model(catalogue: Catalogue, area: Area, other: Area) -> str:
    """The default model that compares both."""
    register = catalogue.register
    for pool, members in ((Pool.LOWER_TIER, register.lower_tier), (Pool.UPPER_TIER, register.upper_tier)):
        if area.code in members and other.code in members:
            return catalogue.model_for(pool).id
    raise RequestError(
        f"{area.name} and {other.name} do not run the same services, so they are not compared.",
        instead="Choose two districts or single-tier councils, or two counties or single-tier councils.",
    )


def _headline(area: Area, other: Area, row: dict[str, Any]) -> str:
    alike = (
        ""
        if row["similarity"] is None
        else f" They are more alike than {row['similarity']:.0f}% of all pairs."
    )
    return (
        f"Of all councils with the same powers, {other.name} is {_nearest(row['rank'])} to {area.name}, and "
        f"{area.name} {_nearest(row['rank_back'])} to {other.name}.{alike}"
    )


def _nearest(rank: int) -> str:
    return "nearest" if rank == 1 else f"{text.ordinal(rank)} nearest"


def _sentences(rows: list[dict[str, Any]], years: tuple[PairYear, ...]) -> list[str]:
    shared = [row for row in rows if row["share"]]
    if not shared:
        return ["The model finds no difference between them."]
    top = text.join_words([text.lower_first(row["feature_title"]) for row in shared[:2]])
    share = 100 * sum(row["share"] for row in shared[:2])
    low = text.join_words([text.lower_first(row["feature_title"]) for row in rows[::-1][:2]])
    said = [
        f"They differ most on {top}, which make {share:.0f}% of the squared distance.",
        f"They are most alike on {low}.",
    ]
    if len(years) > 1:
        first, last = years[0], years[-1]
        nearer = "nearer to" if last.distance < first.distance else "farther from"
        said.append(
            f"In {last.year} they were {nearer} each other than in {first.year}: distance "
            f"{last.distance:.2f} after {first.distance:.2f}."
        )
    return said


def _value(catalogue: Catalogue, model: NeighbourModel, name: str, value: float | None) -> str:
    feature = next(one for one in model.features if one.id == name)
    indicator = None if model.pool is Pool.OWN_TABLE else catalogue.indicators.get(feature.indicator)
    if indicator is None:
        return "" if value is None else text.number(value, 1)
    return text.value_words(value, indicator.unit, indicator.decimals)


def _outcomes(catalogue: Catalogue, area: Area, other: Area, features: set[str]) -> tuple[OutcomeBeside, ...]:
    """Indicators that are no features, biggest difference in standard deviations first; overlaps last."""
    found = [
        one
        for indicator in catalogue.indicators.values()
        if indicator.id not in features and not indicator.no_verdict
        for one in (_outcome(catalogue, indicator, area, other),)
        if one is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.overlap, -abs(one.spread)))[:OUTCOMES])


def _outcome(catalogue: Catalogue, indicator: Indicator, area: Area, other: Area) -> OutcomeBeside | None:
    counties = catalogue.register.counties
    if indicator.tier is Tier.LOWER and (area.code in counties or other.code in counties):
        return None
    first, second = catalogue.subject(indicator, area), catalogue.subject(indicator, other)
    pool = catalogue.pool(indicator, area)
    matrix = catalogue.matrices.matrix(indicator.id, pool)
    if not matrix.periods or first.code == second.code:
        return None
    column = matrix.latest_column()
    rows = matrix.row_of
    if first.code not in rows or second.code not in rows:
        return None
    one, two = rows[first.code], rows[second.code]
    values = matrix.values[:, column]
    a, b, deviation = float(values[one]), float(values[two]), float(matrix.deviations[column])
    if np.isnan(a) or np.isnan(b) or deviation == 0:
        return None
    low, high = matrix.lower_95[:, column], matrix.upper_95[:, column]
    overlap = bool(low[one] <= high[two] and low[two] <= high[one])
    period = matrix.periods[column]
    return OutcomeBeside(
        id=indicator.id,
        title=indicator.title,
        period=period.short_label,
        period_end=period.end,
        first=text.value_words(a, indicator.unit, indicator.decimals),
        second=text.value_words(b, indicator.unit, indicator.decimals),
        difference=text.difference_words(a - b, indicator.unit, indicator.decimals),
        spread=(a - b) / deviation,
        overlap=overlap,
    )


def _years(catalogue: Catalogue, area: Area, other: Area, model: NeighbourModel) -> tuple[PairYear, ...]:
    try:
        rows = pair_history_rows(catalogue, area, other, model)
    except DefinitionError:
        return ()
    return tuple(
        PairYear(
            year=row["year"],
            distance=row["distance"],
            rank=row["rank"],
            rank_back=row["rank_back"],
            most=catalogue.indicators[row["largest_feature"]].title
            if row["largest_feature"] in catalogue.indicators
            else row["largest_feature"],
        )
        for row in rows
    )


def _series(years: tuple[PairYear, ...], area: Area, other: Area) -> tuple[Series, ...]:
    if not years:
        return ()
    points = tuple(SeriesPoint(at=one.year + 0.5, label=str(one.year), value=one.distance) for one in years)
    return (Series(name="Distance", role=Role.COUNCIL, points=points),)
