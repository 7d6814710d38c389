"""How large a difference could be if funded places had gone on drifting apart as they did before the award.

Nobody can see how funded places would have moved without the award. The assumption here: from one period to
the next they would have moved away from places like them by at most `multiple` times the largest such step
before the award (relative magnitudes: Rambachan and Roth 2023, "A more credible approach to parallel
trends"). Differences are measured from the last period before the award, as there.

Which step is the largest is itself an estimate. The interval is the union, over every step and both
directions, of the interval that would hold if that step were the largest; it therefore holds the true bounds
in at least 95 % of cases, often more. It is wider than their conditional intervals, and needs no tuning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likeforlike.domain.matrix import FloatArray

#: Multiples at which the interval is tried for the largest that still leaves nought out.
TRIED = np.linspace(0.0, 10.0, 1001)
NORMAL = 1.959964


@dataclass(frozen=True)
class Drift:
    """The difference and its interval under a drift as large as the largest before the award.

    `value` is measured from the last period before the award. `breakdown` is the largest multiple of that
    drift (to a hundredth, 10 at most) at which the interval leaves nought out: 0 when it never does. `steps`
    is how many steps before the award there were to learn from.
    """

    value: float
    lower_95: float
    upper_95: float
    breakdown: float
    steps: int


def drift(
    value: FloatArray, placebo: FloatArray, events: Sequence[int], reach: float, *, multiple: float = 1.0
) -> Drift | None:
    """The bounds, or None where no step lies before the award.

    `value` holds the mean difference after the award and then one difference per event, all from the same
    base; `placebo` the same for placebo funds (draws x columns), whose spread stands for sampling error.
    `events` are periods counted from the last one before the award, which is 0 and among them; `reach` is the
    mean of those counts over the periods after.
    """
    before = [column for column, event in enumerate(events, start=1) if event <= 0]
    if len(before) < 2:
        return None
    lengths = np.diff([events[column - 1] for column in before])
    seen, chance = (_parts(one, before, lengths) for one in (value[None, :], placebo))
    covariance = np.cov(np.column_stack([chance[0], chance[1]]), rowvar=False)
    middle, steps = float(seen[0][0]), seen[1][0]
    lower, upper = _interval(middle, steps, covariance, multiple * reach)
    return Drift(middle, lower, upper, _breakdown(middle, steps, covariance, reach), len(steps))


def _parts(values: FloatArray, before: Sequence[int], lengths: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean after from the last period before, and every step before it per period."""
    return values[:, 0] - values[:, before[-1]], np.diff(values[:, before], axis=1) / lengths


def _interval(middle: float, steps: FloatArray, covariance: FloatArray, scale: float) -> tuple[float, float]:
    """The lowest and the highest end over every step taken as the largest, upwards and downwards."""
    own, with_steps, of_steps = covariance[0, 0], covariance[0, 1:], np.diag(covariance)[1:]
    ends = []
    for way in (-1.0, 1.0):
        shifted = middle + way * scale * steps
        variance = own + 2 * way * scale * with_steps + scale**2 * of_steps
        margin = NORMAL * np.sqrt(np.maximum(variance, 0.0))
        ends += [(shifted - margin).min(), (shifted + margin).max()]
    return float(min(ends)), float(max(ends))


def _breakdown(middle: float, steps: FloatArray, covariance: FloatArray, reach: float) -> float:
    largest = 0.0
    for multiple in TRIED:
        lower, upper = _interval(middle, steps, covariance, float(multiple) * reach)
        if lower <= 0 <= upper:
            break
        largest = float(multiple)
    return largest
