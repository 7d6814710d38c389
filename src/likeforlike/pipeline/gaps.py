"""Gaps between places: tables `gap` (every period), `gap_change` (spans), `gap_measure` (their evidence)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from likeforlike.analysis.convergence import beta_convergence, rank_mobility
from likeforlike.analysis.disparity import Disparity, Distribution, disparity
from likeforlike.analysis.gap_change import (
    NET,
    PROPORTION,
    GapChange,
    gap_change,
    influence,
    suitable_measures,
)
from likeforlike.analysis.grid import comparable_span
from likeforlike.analysis.spatial import moran, moran_by_period, touching, two_steps
from likeforlike.definitions.borders import load_borders, upper_tier_borders
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Certainty, Indicator, Tier
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray, LabelledMatrix
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.verdict import GapVerdict
from likeforlike.pipeline.context import BuildContext

#: Whose people weigh in weighted measures.
PEOPLE = "population"
#: A change of a gap over fewer years is not judged.
YEARS_NEEDED = 3
#: Spans that are judged: as far back as values compare, and about five years.
SPANS: dict[str, float | None] = {"all_years": None, "five_years": 5.0}
PERMUTATIONS = 999
#: How many councils are named as driving a change.
DRIVERS = 3

_MEASURES = [field.name for field in fields(Disparity) if field.name not in ("lowest", "highest", "refused")]
#: `lowest_code` and `highest_code` hold `min` and `max`. Moran's `moran_p` is given for the period that nine
#: in ten areas have reached; `moran_i_land` leaves out borders across water, `moran_i_two_steps` adds
#: neighbours' neighbours, so that it can be seen what hangs on who counts as next to whom. `refused` says why
#: measures of proportion are null. `theil` is Theil's T.
GAP_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "pool": pl.String,
        "area_count": pl.UInt16,
        "lowest_code": pl.String,
        "highest_code": pl.String,
        **{name: pl.Float64 for name in _MEASURES if name != "area_count"},
        "moran_i": pl.Float64,
        "moran_p": pl.Float64,
        "moran_i_land": pl.Float64,
        "moran_i_two_steps": pl.Float64,
        "refused": pl.String,
    }
)
#: One row per indicator and span; dates are null where no earlier period compares. `drivers` are the
#: councils without which the standard deviation would have changed least in the direction in which it did,
#: the strongest first.
GAP_CHANGE_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "span": pl.String,
        "first_period_start": pl.Date,
        "first_period_end": pl.Date,
        "last_period_start": pl.Date,
        "last_period_end": pl.Date,
        "area_count": pl.UInt16,
        "verdict": pl.String,
        "reason": pl.String,
        "caveat": pl.String,
        "beta_scale": pl.String,
        "beta": pl.Float64,
        "beta_lower_95": pl.Float64,
        "beta_upper_95": pl.Float64,
        "beta_corrected": pl.Float64,
        "speed_per_year": pl.Float64,
        "tau_b": pl.Float64,
        "spearman": pl.Float64,
        "mean_rank_change": pl.Float64,
        "shorrocks": pl.Float64,
        "drivers": pl.String,
    }
)
GAP_MEASURE_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "span": pl.String,
        "measure": pl.String,
        "first": pl.Float64,
        "last": pl.Float64,
        "change": pl.Float64,
        "change_lower_95": pl.Float64,
        "change_upper_95": pl.Float64,
    }
)
#: What is said beside the verdict on estimates whose errors nobody published.
NO_INTERVALS = (
    "estimates published without intervals: part of the gap, and of its change, may be sampling error"
)

Record = dict[str, Any]


def gap_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """All gaps of all indicators and periods, and whether they widened."""
    places = {pool: _Places.of(context, pool) for pool in (Pool.LOWER_TIER, Pool.UPPER_TIER)}
    gaps: list[pl.DataFrame] = []
    changes: list[Record] = []
    measures: list[Record] = []
    for indicator in context.definitions.indicators.values():
        pool = Pool.UPPER_TIER if indicator.tier is Tier.UPPER else Pool.LOWER_TIER
        matrix = context.matrices.matrix(indicator.id, pool)
        if not matrix.periods:
            continue
        one = _Gaps(indicator, matrix, places[pool])
        gaps.append(one.table())
        for record, rests_on in one.changes():
            changes.append(record)
            measures += rests_on
    return {
        "gap": pl.concat([pl.DataFrame(schema=GAP_SCHEMA), *gaps]),
        "gap_change": pl.DataFrame(changes, schema=GAP_CHANGE_SCHEMA),
        "gap_measure": pl.DataFrame(measures, schema=GAP_MEASURE_SCHEMA),
    }


@dataclass(frozen=True)
class _Places:
    """What the gaps of a pool need besides values, in the row order of its matrices."""

    pool: Pool
    people: LabelledMatrix | None
    regions: IntArray
    links: BoolArray
    land: BoolArray
    two_steps: BoolArray

    @classmethod
    def of(cls, context: BuildContext, pool: Pool) -> _Places:
        register = context.register
        upper = pool is Pool.UPPER_TIER
        areas = register.upper_tier if upper else register.lower_tier
        known = PEOPLE in context.definitions.indicators
        people = context.matrices.matrix(PEOPLE, pool) if known else None
        regions = np.unique([register.areas[code].region_code or "" for code in areas], return_inverse=True)[
            1
        ]
        links, land = (
            touching(areas, upper_tier_borders(pairs, register) if upper else pairs)
            for pairs in (load_borders(), load_borders(kinds=("land",)))
        )
        return cls(
            pool, people if people and people.periods else None, regions, links, land, two_steps(links)
        )

    def people_in(self, matrix: LabelledMatrix) -> FloatArray:
        """People in the year nearest to the end of every period; NaN without any population."""
        if self.people is None:
            return np.full(matrix.values.shape, np.nan)
        years = np.array([period.end.toordinal() for period in self.people.periods])
        wanted = np.array([period.end.toordinal() for period in matrix.periods])
        return self.people.values[:, np.abs(years[:, None] - wanted[None, :]).argmin(axis=0)]


@dataclass(frozen=True)
class _Gaps:
    """One indicator's gaps."""

    indicator: Indicator
    matrix: LabelledMatrix
    places: _Places

    @cached_property
    def people(self) -> FloatArray:
        return self.places.people_in(self.matrix)

    @cached_property
    def data(self) -> Distribution:
        return Distribution.of(self.matrix, self.people)

    @cached_property
    def last(self) -> int:
        return self.matrix.latest_column()

    def table(self) -> pl.DataFrame:
        """Rows of GAP_SCHEMA."""
        found = disparity(self.matrix, self.people, self.places.regions)
        periods = self.matrix.periods
        p = np.full(len(periods), np.nan)
        p[self.last] = moran(
            self.data.values[:, self.last],
            self.places.links,
            permutations=PERMUTATIONS,
            seed=_seed(self.indicator.id, "moran"),
        ).p
        columns: Record = {
            "indicator_id": [self.indicator.id] * len(periods),
            "period_start": [period.start for period in periods],
            "period_end": [period.end for period in periods],
            "pool": [self.places.pool.value] * len(periods),
            "lowest_code": self._codes(found.lowest),
            "highest_code": self._codes(found.highest),
            **{name: getattr(found, name) for name in _MEASURES},
            "moran_i": moran_by_period(self.data.values, self.places.links),
            "moran_p": p,
            "moran_i_land": moran_by_period(self.data.values, self.places.land),
            "moran_i_two_steps": moran_by_period(self.data.values, self.places.two_steps),
            "refused": [found.refused] * len(periods),
        }
        table = pl.DataFrame({name: columns[name] for name in GAP_SCHEMA.names()}, nan_to_null=True)
        return table.cast(GAP_SCHEMA)

    def changes(self) -> Iterator[tuple[Record, list[Record]]]:
        """A row of GAP_CHANGE_SCHEMA for every span, with its rows of GAP_MEASURE_SCHEMA."""
        for span, years in SPANS.items():
            first = comparable_span(
                self.matrix.periods,
                self.data.values,
                self.indicator.breaks,
                self.last,
                at_least=YEARS_NEEDED,
                years=years,
            )
            if first is None:
                reason = f"no earlier period compares over {YEARS_NEEDED} years or more"
                nothing = GapChange(GapVerdict.CANNOT_TELL, reason, (), 0)
                yield self._record(span, None, nothing), []
            else:
                yield self._change(span, first)

    def _change(self, span: str, first: int) -> tuple[Record, list[Record]]:
        measures = suitable_measures(self.indicator)
        found = gap_change(self.data, first, self.last, measures, seed=_seed(self.indicator.id, span))
        key: Record = {"indicator_id": self.indicator.id, "span": span}
        rests_on = [
            key
            | {
                "measure": one.measure,
                "first": one.first,
                "last": one.last,
                "change": one.change,
                "change_lower_95": _number(one.lower_95),
                "change_upper_95": _number(one.upper_95),
            }
            for one in found.measures
        ]
        record = self._record(span, first, found) | self._convergence(first, measures) | self._mobility(first)
        if found.verdict in (GapVerdict.WIDENING, GapVerdict.CLOSING):
            record["drivers"] = self._drivers(first)
        return record, rests_on

    def _record(self, span: str, first: int | None, found: GapChange) -> Record:
        start, end = (
            (None, None) if first is None else (self.matrix.periods[first], self.matrix.periods[self.last])
        )
        by_sample = self.indicator.certainty is Certainty.SAMPLE
        unknown = by_sample and not any(one.measure in NET for one in found.measures)
        return dict.fromkeys(GAP_CHANGE_SCHEMA.names()) | {
            "indicator_id": self.indicator.id,
            "span": span,
            "first_period_start": start and start.start,
            "first_period_end": start and start.end,
            "last_period_start": end and end.start,
            "last_period_end": end and end.end,
            "area_count": found.area_count,
            "verdict": found.verdict.value,
            "reason": found.reason,
            "caveat": NO_INTERVALS if unknown and found.measures else "",
        }

    def _convergence(self, first: int, measures: dict[str, Any]) -> Record:
        """Beta on logarithms where proportions suit the indicator, else on levels; empty where refused."""
        values = self.data.values[:, [first, self.last]]
        logs = bool(measures.keys() & PROPORTION.keys()) and not (values <= 0).any()
        years = (self.matrix.periods[self.last].end - self.matrix.periods[first].end).days / 365.25
        try:
            beta = beta_convergence(
                values[:, 0], values[:, 1], years, logs=logs, first_errors=self.data.errors[:, first]
            )
        except RequestError:
            return {}
        return {
            "beta_scale": "log" if logs else "level",
            "beta": beta.beta,
            "beta_lower_95": beta.lower_95,
            "beta_upper_95": beta.upper_95,
            "beta_corrected": _number(beta.beta_corrected),
            "speed_per_year": _number(beta.speed_per_year),
        }

    def _mobility(self, first: int) -> Record:
        try:
            found = rank_mobility(self.data.values[:, first], self.data.values[:, self.last])
        except RequestError:
            return {}
        names = ("tau_b", "spearman", "mean_rank_change", "shorrocks")
        return {name: _number(getattr(found, name)) for name in names}

    def _drivers(self, first: int) -> str:
        rows, without = influence(self.data, first, self.last)
        values = self.data.values[rows]
        whole = values[:, self.last].std() - values[:, first].std()
        strongest = np.argsort((without - whole) * np.sign(whole), kind="stable")[:DRIVERS]
        return " ".join(self.matrix.areas[rows[place]] for place in strongest)

    def _codes(self, rows: IntArray) -> list[str | None]:
        return [self.matrix.areas[row] if row >= 0 else None for row in rows]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _seed(*parts: str) -> int:
    """The same seed for the same parts, whatever the order in which indicators are taken."""
    return zlib.crc32("/".join(parts).encode())
