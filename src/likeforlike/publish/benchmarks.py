"""Benchmark rows as they are handed out: the same keys in the same order everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

import polars as pl

from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator, Tier, Topic
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.period import Period
from likeforlike.domain.quality import ALL_COUNCILS
from likeforlike.pipeline.benchmarks import BENCHMARK_SCHEMA, POOLS, benchmark_rows, latest_periods
from likeforlike.pipeline.same_powers import DEFAULT_MODELS
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.quality import flag_table

#: Keys of a benchmark row, in order.
KEYS = (
    "indicator_id",
    "area_code",
    "area_name",
    "period_start",
    "period_end",
    "value",
    "lower_95",
    "upper_95",
    "status",
    "nearest_code",
    "nearest_value",
    "neighbour_mean",
    "neighbour_count",
    "neighbours_missing",
    "all_median",
    "all_count",
    "rank",
    "percentile",
    "quartile",
    "polarity",
    "verdict_nearest",
    "verdict_neighbours",
    "verdict_all",
    "quality_flags",
)
_TOPICS = {topic: number for number, topic in enumerate(Topic)}


class Which(StrEnum):
    """Which periods, where no date is given."""

    LATEST = "latest"
    ALL = "all"


@dataclass(frozen=True)
class _Place:
    """One indicator in one pool; of all its areas, or of those named."""

    indicator_id: str
    pool: Pool
    areas: frozenset[str] | None = None


def area_benchmarks(
    catalogue: Catalogue,
    area: Area,
    *,
    indicator: Indicator | None = None,
    period: Which | date = Which.LATEST,
    model_id: str | None = None,
) -> pl.DataFrame:
    """One council's rows (KEYS), one per indicator and period, by topic and title.

    A district is given its county's rows of upper-tier indicators: `area_code` is the county's, and
    `area_name` says whose. Indicators that the council is not compared on are left out, and so are those
    that a model asked for does not serve, unless the indicator too is asked for: then RequestError says
    why. NotFoundError for a period that no value describes.
    """
    catalogue.powers.must_be_council(area)
    places = []
    for one in [indicator] if indicator else in_reading_order(catalogue):
        if indicator is None and area.kind is AreaKind.COUNTY and one.tier is Tier.LOWER:
            continue
        place = _Place(one.id, catalogue.pool(one, area), frozenset({catalogue.subject(one, area).code}))
        if _served(catalogue, place.pool, model_id, insist=indicator is not None):
            places.append(place)
    names = {area.code: area.name}
    if area.kind is AreaKind.DISTRICT and area.county_code is not None:
        county = catalogue.register.areas[area.county_code]
        names[county.code] = f"{county.name} (county of {area.name})"
    tables = [_handed_out(catalogue, table, names) for table in _tables(catalogue, places, period, model_id)]
    return (
        pl.concat(tables) if tables else _handed_out(catalogue, pl.DataFrame(schema=BENCHMARK_SCHEMA), names)
    )


def every_benchmark(
    catalogue: Catalogue,
    *,
    indicator: Indicator | None = None,
    period: Which | date = Which.LATEST,
    model_id: str | None = None,
) -> Iterator[pl.DataFrame]:
    """Every council's rows (KEYS), a table per indicator and pool; counties in their own right.

    Raises what `area_benchmarks` does, before the first table.
    """
    places = [
        _Place(one.id, pool)
        for one in ([indicator] if indicator else in_reading_order(catalogue))
        for pool in POOLS
        if not (pool is Pool.LOWER_TIER and one.tier is Tier.UPPER)
        and not (pool is Pool.UPPER_TIER and one.tier is Tier.LOWER)
        and _served(catalogue, pool, model_id, insist=indicator is not None and one.tier is not Tier.BOTH)
    ]
    names = catalogue.names
    tables = _tables(catalogue, places, period, model_id)
    return (_handed_out(catalogue, table, names) for table in tables)


def in_reading_order(catalogue: Catalogue) -> list[Indicator]:
    """Indicators by topic, then by title."""
    return sorted(catalogue.indicators.values(), key=lambda one: (_TOPICS[one.topic], one.title, one.id))


def _served(catalogue: Catalogue, pool: Pool, model_id: str | None, *, insist: bool) -> bool:
    """Whether a model compares the pool; where the pool was insisted on, an error says that it does not."""
    return (insist and bool(catalogue.model_for(pool, model_id))) or (
        model_id is None or catalogue.powers.model(model_id).pool is pool
    )


def _tables(
    catalogue: Catalogue, places: Sequence[_Place], period: Which | date, model_id: str | None
) -> Iterator[pl.DataFrame]:
    """One table as BENCHMARK_SCHEMA for each place; what the release stores is not computed again."""
    default = model_id is None or model_id in DEFAULT_MODELS.values()
    if period is Which.LATEST and default and catalogue.stores_benchmarks:
        return _stored(catalogue, places)
    if isinstance(period, date):
        _check_period(catalogue, places, period)
    return (
        benchmark_rows(
            catalogue.comparisons,
            place.indicator_id,
            place.pool,
            _columns(catalogue, place, period),
            model_id=model_id,
            areas=place.areas,
        )
        for place in places
    )


def _stored(catalogue: Catalogue, places: Sequence[_Place]) -> Iterator[pl.DataFrame]:
    scan = catalogue.release.scan("benchmark")
    if all(place.areas is not None for place in places):
        scan = scan.filter(
            pl.col("area_code").is_in({code for place in places for code in place.areas or ()})
        )
    parts = scan.collect().partition_by("indicator_id", "model_id", as_dict=True)
    for place in places:
        table = parts.get((place.indicator_id, DEFAULT_MODELS[place.pool]))
        if table is not None:
            yield table if place.areas is None else table.filter(pl.col("area_code").is_in(place.areas))


def _columns(catalogue: Catalogue, place: _Place, period: Which | date) -> list[int]:
    periods = catalogue.matrices.matrix(place.indicator_id, place.pool).periods
    if period is Which.ALL:
        return [*range(len(periods))]
    if isinstance(period, Which):
        return latest_periods(catalogue.comparisons, place.indicator_id, place.pool)
    return [number for number, one in enumerate(periods) if period in (one.start, one.end)]


def _check_period(catalogue: Catalogue, places: Sequence[_Place], day: date) -> None:
    if any(_columns(catalogue, place, day) for place in places):
        return
    periods: set[Period] = set()
    for place in places:
        periods |= {*catalogue.matrices.matrix(place.indicator_id, place.pool).periods}
    near = sorted(periods, key=lambda one: abs((one.end - day).days))[:5]
    raise NotFoundError(
        f"No period starts or ends on {day}.",
        instead=f"The nearest end on {', '.join(sorted({str(one.end) for one in near}))}." if near else "",
    )


def _handed_out(catalogue: Catalogue, table: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    polarity = {one.id: one.polarity.value for one in catalogue.indicators.values()}
    missing = pl.col("neighbours_missing").str.split(" ").list.filter(pl.element() != "")
    return (
        table.with_columns(
            pl.col("area_code").replace_strict(names, return_dtype=pl.String).alias("area_name"),
            pl.col("indicator_id").replace_strict(polarity, return_dtype=pl.String).alias("polarity"),
            missing.alias("neighbours_missing"),
        )
        .join(_doubted(catalogue), on=_DOUBTED_KEY, how="left", maintain_order="left")
        .select(KEYS)
    )


_DOUBTED_KEY = ["indicator_id", "area_code", "period_start", "period_end"]


@lru_cache(maxsize=4)
def _doubted(catalogue: Catalogue) -> pl.DataFrame:
    """The checks that doubt each number, as a list; a flag of all councils stands for each of them."""
    flags = flag_table(catalogue).select(*_DOUBTED_KEY, "check")
    councils = pl.DataFrame(
        {"council": [code for code, area in catalogue.register.areas.items() if area.is_council]}
    )
    everyone = flags.filter(pl.col("area_code") == ALL_COUNCILS).join(councils, how="cross")
    told = pl.concat([flags, everyone.with_columns(pl.col("council").alias("area_code")).drop("council")])
    return told.group_by(_DOUBTED_KEY).agg(pl.col("check").unique().sort().alias("quality_flags"))
