"""Every alignment statistic of the main specification with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from likeforlike.analysis.alignment import Alignment, Inequality, Interval, align, inequality
from likeforlike.analysis.correlation import rank_scores
from likeforlike.analysis.resampling import DRAWS, Resamples
from likeforlike.domain.funding_results import STATISTIC_SCHEMA
from likeforlike.pipeline.alignments import MAIN_NEED, SEED, Asked, rounded


def statistic_table(asked: Sequence[Asked], *, draws: int = DRAWS, seed: int = SEED) -> pl.DataFrame:
    """Every set of funds and measure of need among lower-tier areas, as STATISTIC_SCHEMA."""
    drawn: dict[int, Resamples] = {}
    rows = []
    for one in asked:
        spread: dict[bytes, Inequality] = {}  # the same for every measure that the same areas have
        for name, need in one.needs.items():
            question, mask = one.question(need)
            count = int(mask.sum())
            if count not in drawn:
                drawn[count] = Resamples.of(count, draws=draws, seed=seed)
            found = align(question, drawn[count])
            there = mask.tobytes()
            if there not in spread:
                spread[there] = inequality(question.money_gbp, question.population, drawn[count])
            rows += [
                (one.funds.id, name, statistic, found.council_count, value, *limits)
                for statistic, value, limits in _statistics(found, spread[there])
            ]
    table = pl.DataFrame(rows, schema=STATISTIC_SCHEMA, orient="row")
    return rounded(table.with_columns(pl.col(pl.Float64).fill_nan(None)))


def net_statistics(net: pl.DataFrame, funds: str, *, draws: int = DRAWS, seed: int = SEED) -> pl.DataFrame:
    """Rank correlations with need of what core grants lost per head, and of awards less that loss, as
    STATISTIC_SCHEMA; `net` is NET_SCHEMA. Areas without a net figure are left out.
    """
    known = net.filter(pl.col("net_gbp").is_not_null(), pl.col("need").is_not_null())
    if known.is_empty():
        return STATISTIC_SCHEMA.to_frame()
    resamples = Resamples.of(known.height, draws=draws, seed=seed)
    need = rank_scores(known["need"].to_numpy(), resamples.counts)
    rows = []
    for statistic, pounds in (("spearman_grant_change", "grant_change_gbp"), ("spearman_net", "net_gbp")):
        per_head = (known[pounds] / known["population"]).to_numpy()
        values = (rank_scores(per_head, resamples.counts) * need).sum(axis=1)
        rows.append(
            (funds, MAIN_NEED, statistic, known.height, float(values[0]), *resamples.interval(values))
        )
    table = pl.DataFrame(rows, schema=STATISTIC_SCHEMA, orient="row")
    return rounded(table.with_columns(pl.col(pl.Float64).fill_nan(None)))


def _statistics(found: Alignment, spread: Inequality) -> Iterator[tuple[str, float, Interval]]:
    yield "spearman", found.spearman, found.spearman_interval
    yield "kendall", found.kendall, found.kendall_interval
    yield "pearson", found.pearson, found.pearson_interval
    yield "weighted_pearson", found.weighted_pearson, found.weighted_pearson_interval
    yield "concentration_index", found.concentration_index, found.concentration_interval
    yield "gini", spread.gini, spread.gini_interval
    yield "hoover", spread.hoover, spread.hoover_interval
    yield "misallocated_share", found.misallocated_share, found.misallocated_interval
