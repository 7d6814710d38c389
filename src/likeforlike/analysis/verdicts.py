"""From two values, their intervals and a polarity to a verdict.

Intervals decide where there are any. An estimate from a sample without one cannot be told apart from
anything. A complete count has no sampling error, so that its position among like councils is described
instead, and no significance is claimed. Verdicts are arrays of strings (the values of `Verdict`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray
from likeforlike.domain.verdict import Verdict

VerdictArray = NDArray[np.str_]

#: A complete count is called better or worse than its neighbours when it lies beyond this share of them.
BEYOND_SHARE = 0.8


def named(above: BoolArray, below: BoolArray, known: BoolArray, sign: int) -> VerdictArray:
    """Verdicts from "clearly above", "clearly below" and "can be told", by polarity."""
    over, under = {
        1: (Verdict.BETTER, Verdict.WORSE),
        -1: (Verdict.WORSE, Verdict.BETTER),
        0: (Verdict.HIGHER, Verdict.LOWER),
    }[sign]
    conditions = [~known, above, below]
    choices = [np.array(v.value, dtype="U11") for v in (Verdict.CANNOT_TELL, over, under)]
    return np.select(conditions, choices, default=np.array(Verdict.SIMILAR.value, dtype="U11"))


def against_exact(
    lower: FloatArray, upper: FloatArray, exact: FloatArray
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Clearly above, clearly below, decidable: an interval beside a number taken as exact."""
    return lower > exact, upper < exact, np.isfinite(lower) & np.isfinite(upper) & np.isfinite(exact)


def against_interval(
    lower: FloatArray, upper: FloatArray, other_lower: FloatArray, other_upper: FloatArray
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Clearly above, clearly below, decidable: two intervals; overlap is no difference.

    Cautious: two estimates can differ at the 5 % level although their intervals overlap (use
    `intervals.difference_test` for a test); intervals that do not overlap always differ at that level.
    """
    known = np.isfinite(lower) & np.isfinite(upper) & np.isfinite(other_lower) & np.isfinite(other_upper)
    return lower > other_upper, upper < other_lower, known


def beyond_most(
    values: FloatArray, comparators: FloatArray, count: IntArray, needed: int
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Clearly above, clearly below, decidable: beyond at least 8 in 10 of the comparators' values.

    `values` areas x periods, `comparators` areas x slots x periods with NaN for those not used.
    """
    own = values[:, None, :]
    enough = BEYOND_SHARE * count - 1e-9
    known = np.isfinite(values) & (count >= needed)
    return (comparators < own).sum(axis=1) >= enough, (comparators > own).sum(axis=1) >= enough, known


def first_decidable(
    rules: list[tuple[BoolArray, BoolArray, BoolArray]],
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """For every cell the answer of the first rule that can decide it."""
    above, below, known = rules[0]
    for next_above, next_below, next_known in rules[1:]:
        above = np.where(known, above, next_above)
        below = np.where(known, below, next_below)
        known = known | next_known
    return above, below, known
