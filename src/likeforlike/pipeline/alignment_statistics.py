"""Every alignment statistic of the main specification with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from likeforlike.analysis.alignment import Alignment, Interval, align
from likeforlike.analysis.resampling import DRAWS, Resamples
from likeforlike.domain.funding_results import STATISTIC_SCHEMA
from likeforlike.pipeline.alignments import SEED, Asked, rounded

NONE: Interval = (float("nan"), float("nan"))


def statistic_table(asked: Sequence[Asked], *, draws: int = DRAWS, seed: int = SEED) -> pl.DataFrame:
    """Every set of funds and measure of need among lower-tier areas, as STATISTIC_SCHEMA."""
    drawn: dict[int, Resamples] = {}
    rows = []
    for one in asked:
        for name, need in one.needs.items():
            question, mask = one.question(need)
            count = int(mask.sum())
            if count not in drawn:
                drawn[count] = Resamples.of(count, draws=draws, seed=seed)
            found = align(question, drawn[count])
            rows += [
                (one.funds.id, name, statistic, found.council_count, value, *limits)
                for statistic, value, limits in _statistics(found)
            ]
    table = pl.DataFrame(rows, schema=STATISTIC_SCHEMA, orient="row")
    return rounded(table.with_columns(pl.col(pl.Float64).fill_nan(None)))


def _statistics(found: Alignment) -> Iterator[tuple[str, float, Interval]]:
    yield "spearman", found.spearman, found.spearman_interval
    yield "kendall", found.kendall, found.kendall_interval
    yield "pearson", found.pearson, found.pearson_interval
    yield "weighted_pearson", found.weighted_pearson, found.weighted_pearson_interval
    yield "concentration_index", found.concentration_index, found.concentration_interval
    yield "gini", found.gini, NONE
    yield "hoover", found.hoover, NONE
