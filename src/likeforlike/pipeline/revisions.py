"""How much each indicator's figures were revised after they first appeared, and the verdicts that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from likeforlike.analysis.benchmark import Benchmark
from likeforlike.analysis.revisions import both_given, overturned, reversed_to_opposite, revision
from likeforlike.analysis.verdicts import VerdictArray
from likeforlike.domain.indicator import Indicator, Tier
from likeforlike.domain.matrix import IntArray
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.period import Period
from likeforlike.pipeline.benchmarks import POOLS, compared_areas
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.vintages import Edition, Vintages, as_known_on

#: One row = one period of an indicator that vintages are kept of, first vintage against latest, over the
#: districts and single-tier councils (counties and single-tier councils for a service of the upper tier).
#: Revisions are in the indicator's unit and null where no area was published twice; verdicts are those
#: beside the mean of ten neighbours.
REVISION_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "first_published": pl.Date,
        "last_published": pl.Date,
        "edition_count": pl.UInt16,
        "area_count": pl.UInt16,
        "revised_count": pl.UInt16,
        "revised_share": pl.Float64,
        "mean_revision": pl.Float64,
        "mean_absolute_revision": pl.Float64,
        "median_absolute_revision": pl.Float64,
        "revision_percentile_5": pl.Float64,
        "revision_percentile_95": pl.Float64,
        "revision_to_spread": pl.Float64,
        "verdict_count": pl.UInt16,
        "verdicts_overturned": pl.UInt16,
        "verdicts_reversed": pl.UInt16,
    }
)
#: One row = one verdict that could be given on the first figures and on the latest, and changed.
#: `comparator` is nearest, neighbours or all.
VERDICT_REVISION_SCHEMA = pl.Schema(
    {
        "area_code": pl.String,
        "indicator_id": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "comparator": pl.String,
        "first_published": pl.Date,
        "value_first": pl.Float64,
        "verdict_first": pl.String,
        "verdict_latest": pl.String,
    }
)
COMPARATORS = ("nearest", "neighbours", "all")


def revision_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """The tables `revision` and `verdict_revision`."""
    revisions: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for indicator_id in context.vintages.indicator_ids:
        indicator = context.definitions.indicators[indicator_id]
        for pool in POOLS:
            pairs = [*_pairs(context.comparisons, context.vintages, indicator, pool)]
            for pair in pairs:
                verdicts += pair.changed_verdicts()
            if pool is main_pool(indicator):
                revisions += [_revision(pair) for pair in pairs]
    return {
        "revision": pl.DataFrame(revisions, schema=REVISION_SCHEMA),
        "verdict_revision": pl.DataFrame(verdicts, schema=VERDICT_REVISION_SCHEMA),
    }


def main_pool(indicator: Indicator) -> Pool:
    """The councils that an indicator is summed up over."""
    return Pool.UPPER_TIER if indicator.tier is Tier.UPPER else Pool.LOWER_TIER


@dataclass(frozen=True)
class _Pair:
    """One period in its first vintage and in the latest: benchmarks, the period's column in each, and rows."""

    indicator: Indicator
    period: Period
    editions: Sequence[Edition]
    first: Benchmark
    first_column: int
    latest: Benchmark
    latest_column: int
    rows: IntArray  # of the areas that are compared, the same in both

    def of(self, name: str) -> tuple[VerdictArray, VerdictArray]:
        """First and latest verdicts of the areas that are compared."""
        first, latest = getattr(self.first, name), getattr(self.latest, name)
        return first[self.rows, self.first_column], latest[self.rows, self.latest_column]

    def changed_verdicts(self) -> Iterator[dict[str, Any]]:
        """Rows of VERDICT_REVISION_SCHEMA."""
        for comparator in COMPARATORS:
            first, latest = self.of(f"verdict_{comparator}")
            for number in np.flatnonzero(overturned(first, latest)).tolist():
                row = int(self.rows[number])
                yield {
                    "area_code": self.latest.matrix.areas[row],
                    "indicator_id": self.indicator.id,
                    "period_start": self.period.start,
                    "period_end": self.period.end,
                    "comparator": comparator,
                    "first_published": self.editions[0].published,
                    "value_first": float(self.first.matrix.values[row, self.first_column]),
                    "verdict_first": str(first[number]),
                    "verdict_latest": str(latest[number]),
                }


def _pairs(comparisons: Comparisons, vintages: Vintages, indicator: Indicator, pool: Pool) -> Iterator[_Pair]:
    """Every period that has a value both in its first vintage and in the latest, by day of the first."""
    areas = compared_areas(comparisons, indicator, pool)
    if not areas:
        return
    latest = comparisons.benchmark(indicator.id, pool)
    row_of = latest.matrix.row_of
    rows = np.array([row_of[code] for code in areas], dtype=np.int64)
    editions = vintages.by_period(indicator.id)
    periods = sorted(latest.matrix.periods, key=lambda period: (editions[period][0].published, period))
    column_of = {period: column for column, period in enumerate(latest.matrix.periods)}
    for day, group in groupby(periods, key=lambda period: editions[period][0].published):
        known = as_known_on(comparisons, vintages, [indicator.id], day, only=[*group])
        first = known.benchmark(indicator.id, pool)
        for column, period in enumerate(first.matrix.periods):
            yield _Pair(indicator, period, editions[period], first, column, latest, column_of[period], rows)


def _revision(pair: _Pair) -> dict[str, Any]:
    """A row of REVISION_SCHEMA. An estimate that areas share counts once."""
    matrix, editions = pair.latest.matrix, pair.editions
    once = matrix.counted[:, pair.latest_column]
    found = revision(
        pair.first.matrix.values[once, pair.first_column],
        matrix.values[once, pair.latest_column],
        decimals=min(editions[0].decimals, editions[-1].decimals),
    )
    first, latest = pair.of("verdict_neighbours")
    numbers = {
        "revised_share": found.revised_share,
        "mean_revision": found.mean,
        "mean_absolute_revision": found.mean_absolute,
        "median_absolute_revision": found.median_absolute,
        "revision_percentile_5": found.lower,
        "revision_percentile_95": found.upper,
        "revision_to_spread": found.relative,
    }
    several = len(editions) > 1
    return {
        "indicator_id": pair.indicator.id,
        "period_start": pair.period.start,
        "period_end": pair.period.end,
        "first_published": editions[0].published,
        "last_published": editions[-1].published,
        "edition_count": len(editions),
        "area_count": found.area_count,
        "revised_count": found.revised_count,
        **{name: value if several and np.isfinite(value) else None for name, value in numbers.items()},
        "verdict_count": int(both_given(first, latest).sum()),
        "verdicts_overturned": int(overturned(first, latest).sum()),
        "verdicts_reversed": int(reversed_to_opposite(first, latest).sum()),
    }
