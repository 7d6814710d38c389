"""How far the figures of a period were revised, and which verdicts did not outlast the revision.

A revision is the latest figure less the first. A difference of half a unit of the last decimal that both
editions give may be a rounding, and a rounding is no revision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.verdicts import VerdictArray
from likeforlike.domain.matrix import BoolArray, FloatArray
from likeforlike.domain.verdict import Verdict

#: So much may a difference be off for being computed in binary.
SLACK = 1e-9
_OPPOSITE = {
    Verdict.BETTER.value: Verdict.WORSE.value,
    Verdict.WORSE.value: Verdict.BETTER.value,
    Verdict.HIGHER.value: Verdict.LOWER.value,
    Verdict.LOWER.value: Verdict.HIGHER.value,
}


@dataclass(frozen=True)
class Revision:
    """Revisions of one period over areas, in the indicator's unit; NaN where no area was published twice.

    `mean` is above zero where figures were mostly raised. `lower` and `upper` bound the middle nine tenths
    of revisions. `relative` is the mean absolute revision as a share of the interquartile range of the
    latest figures: how much of the usual difference between councils a revision is.
    """

    area_count: int
    revised_count: int
    mean: float
    mean_absolute: float
    median_absolute: float
    lower: float
    upper: float
    relative: float

    @property
    def revised_share(self) -> float:
        """Areas whose figure changed, of those published in both editions."""
        return self.revised_count / self.area_count if self.area_count else np.nan


def revision(first: FloatArray, latest: FloatArray, *, decimals: int) -> Revision:
    """Compare the first figures of a period with the latest; both are one value per area, NaN for missing.

    Only areas with both take part. `decimals` is how many the coarser edition gives.
    """
    both = np.isfinite(first) & np.isfinite(latest)
    change = latest[both] - first[both]
    if not change.size:
        nothing = np.nan
        return Revision(0, 0, nothing, nothing, nothing, nothing, nothing, nothing)
    revised = np.abs(change) > 0.5 * 10.0**-decimals + SLACK
    change = np.where(revised, change, 0.0)
    low, high = np.percentile(latest[both], [25, 75])
    lower, upper = np.percentile(change, [5, 95])
    mean_absolute = float(np.abs(change).mean())
    return Revision(
        area_count=int(change.size),
        revised_count=int(revised.sum()),
        mean=float(change.mean()),
        mean_absolute=mean_absolute,
        median_absolute=float(np.median(np.abs(change))),
        lower=float(lower),
        upper=float(upper),
        relative=mean_absolute / float(high - low) if high > low else np.nan,
    )


def both_given(first: VerdictArray, latest: VerdictArray) -> BoolArray:
    """Where a verdict could be given on the first figures and on the latest."""
    cannot = Verdict.CANNOT_TELL.value
    return np.asarray((first != cannot) & (latest != cannot), dtype=np.bool_)


def overturned(first: VerdictArray, latest: VerdictArray) -> BoolArray:
    """Where both verdicts could be given and they are not the same."""
    return np.asarray(both_given(first, latest) & (first != latest), dtype=np.bool_)


def reversed_to_opposite(first: VerdictArray, latest: VerdictArray) -> BoolArray:
    """Where better became worse, or worse better."""
    answer = np.zeros(first.shape, dtype=np.bool_)
    for one, other in _OPPOSITE.items():
        answer |= (first == one) & (latest == other)
    return answer
