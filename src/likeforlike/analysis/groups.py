"""Any group of councils as a comparator: its mean, median and population-weighted mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.intervals import Z_95
from likeforlike.analysis.position import quantile
from likeforlike.analysis.shared_estimates import counted_once
from likeforlike.analysis.verdicts import VerdictArray, against_interval, beyond_most, first_decidable, named
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Certainty, Indicator
from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray, LabelledMatrix


@dataclass(frozen=True)
class GroupBenchmark:
    """A group's summary, one entry per period; NaN where no member has a value.

    `count` is how many estimates of the group are used (shared ones once). `mean_lower` and `mean_upper`
    hold the 95 % interval of the plain mean when every member used has an interval. `weighted_mean` is over
    the members that have both value and weight, `weighted_count` says how many: fewer than `count` when a
    weight is missing.
    """

    members: tuple[str, ...]
    count: IntArray
    mean: FloatArray
    mean_lower: FloatArray
    mean_upper: FloatArray
    median: FloatArray
    weighted_mean: FloatArray
    weighted_count: IntArray
    values: FloatArray  # members x periods, NaN where missing or already counted under another member

    def missing(self, column: int) -> tuple[str, ...]:
        """Members without a value in that period, or whose estimate another member already holds."""
        return tuple(
            code for code, v in zip(self.members, self.values[:, column], strict=True) if np.isnan(v)
        )


def group_benchmark(
    matrix: LabelledMatrix, members: Sequence[str], weights: FloatArray | None = None
) -> GroupBenchmark:
    """Summarise the group per period.

    `weights` is areas x periods, matching `matrix` (people, or the indicator's own denominator); without it
    the weighted mean is NaN. Raises RequestError for an empty group, a repeated or an unknown member.
    """
    rows = np.array(_rows(matrix, members), dtype=np.int64)
    group = matrix.take(members)
    used = counted_once(group)
    values = np.where(used, group.values, np.nan)
    count = used.sum(axis=0).astype(np.int64)
    some = np.where(count > 0, count, np.nan)
    mean = np.where(used, values, 0.0).sum(axis=0) / some
    errors = np.where(used, (group.upper_95 - group.lower_95) / (2 * Z_95), 0.0)
    margin = Z_95 * np.sqrt(np.square(errors).sum(axis=0)) / some
    weighted_mean, weighted_count = _weighted(group.values, None if weights is None else weights[rows])
    return GroupBenchmark(
        members=tuple(members),
        count=count,
        mean=mean,
        mean_lower=mean - margin,
        mean_upper=mean + margin,
        median=quantile(np.sort(values, axis=0), count, 0.5),
        weighted_mean=weighted_mean,
        weighted_count=weighted_count,
        values=values,
    )


def verdicts_against_group(
    matrix: LabelledMatrix, group: GroupBenchmark, indicator: Indicator
) -> VerdictArray:
    """Every area beside the group's plain mean; areas x periods, by the same rules as beside its neighbours.

    Intervals decide; a complete count without one is better or worse when beyond at least eight in ten of the
    other members (at least five with a value).
    """
    periods = len(matrix.periods)
    limits = (np.broadcast_to(limit, matrix.values.shape) for limit in (group.mean_lower, group.mean_upper))
    rules = [against_interval(matrix.lower_95, matrix.upper_95, *limits)]
    if indicator.certainty is Certainty.FULL_COUNT:
        others = np.broadcast_to(group.values, (len(matrix.areas), len(group.members), periods)).copy()
        row_of = matrix.row_of
        for slot, code in enumerate(group.members):
            if code in row_of:
                others[row_of[code], slot] = np.nan  # a member is not compared with itself
        count = np.isfinite(others).sum(axis=1).astype(np.int64)
        rules.append(beyond_most(matrix.values, others, count, 5))
    return named(*first_decidable(rules), indicator.sign)


def _rows(matrix: LabelledMatrix, members: Sequence[str]) -> list[int]:
    row_of = matrix.row_of
    unknown = [code for code in members if code not in row_of]
    if unknown:
        raise RequestError(f"{', '.join(unknown)} cannot be compared on this indicator.")
    if not members or len(set(members)) != len(members):
        raise RequestError("A group needs at least one council, and each only once.")
    return [row_of[code] for code in members]


def _weighted(values: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, IntArray]:
    if weights is None:
        return np.full(values.shape[1], np.nan), np.zeros(values.shape[1], dtype=np.int64)
    use: BoolArray = np.isfinite(values) & (weights > 0)
    total = np.where(use, weights, 0.0).sum(axis=0)
    summed = np.where(use, weights * values, 0.0).sum(axis=0)
    return summed / np.where(total > 0, total, np.nan), use.sum(axis=0).astype(np.int64)
