"""Did funded places change more than places like them? A comparison with its own limits stated first.

Order of work: which places and periods can be used (`change_design`), the smallest change the comparison
could detect, and only then the estimate. The yardstick for "could detect" is a quarter of the spread
between councils, which would move a council from the middle of the order to about the 60th percentile; few
programmes for a town centre can be expected to do more for a whole council. No word here says cause: places
were not drawn by lot.

Chance is judged by placebo funds: the same number of awards given to places at random, matched and compared
in the same way, many times. If awards had been drawn by lot, one estimate in twenty would lie beyond 95 %
of them, by construction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from likeforlike.analysis.change_design import (
    Awards,
    Design,
    Unusable,
    Window,
    base_length,
    design,
    robust_spread,
)
from likeforlike.analysis.did import NEVER, Controls, Estimate, att_gt, simple
from likeforlike.analysis.drift import Drift, drift
from likeforlike.analysis.matching import (
    Cohort,
    Matched,
    estimate,
    matching_distances,
    nearest_first,
    placebo_estimates,
)
from likeforlike.domain.matrix import FloatArray, IntArray
from likeforlike.domain.period import Period

#: Comparators per funded place.
K = 5
#: Share of the spread between councils that counts as a plausible difference.
PLAUSIBLE_SHARE = 0.25
#: Two-sided 5 % test with 80 % power: t(0.975) + t(0.8) for a large sample.
POWER = 2.8016
LEVEL = 0.05
DAYS_PER_YEAR = 365.25


class Finding(StrEnum):
    """What a comparison says, its limits before its result."""

    NOT_DETECTABLE = "not_detectable"
    MOVED_APART_BEFORE = "moved_apart_before"
    ROSE_MORE = "rose_more"  # or fell less
    ROSE_LESS = "rose_less"  # or fell more
    NO_CLEAR_DIFFERENCE = "no_clear_difference"


@dataclass(frozen=True)
class Event:
    """One point of the event study: `column` counts from the last period before the award (0)."""

    column: int
    value: float
    standard_error: float
    placebo_lower: float
    placebo_upper: float


@dataclass(frozen=True)
class WithoutOtherFunds:
    """The estimate when only places that no other fund reached may be comparators; `comparators` counts
    them."""

    value: float
    standard_error: float
    comparators: int


@dataclass(frozen=True)
class PlacebosInTime:
    """The same comparison with the award moved back so far that all its "after" lies before the real
    award."""

    value: float
    p_value: float
    periods: int


@dataclass(frozen=True)
class Change:
    """The comparison of one fund's places with places like them on one indicator; limits first.

    Values are in the indicator's unit. `mde` is the smallest true difference that would be found four times
    in five; `plausible` the yardstick it is held against. `placebo_in_time` is None when too few periods
    lie before the award.
    """

    design: Design
    years_after: float
    mde: float
    plausible: float
    value: float
    standard_error: float
    p_value: float
    pre_trend_p: float
    pre_trend_periods: int
    placebo_in_time: PlacebosInTime | None
    staggered: Estimate | None
    without_other_funds: WithoutOtherFunds | None
    drift: Drift | None
    funded_change: float
    comparators_change: float
    events: tuple[Event, ...]
    matched: Matched
    funded_rows: IntArray
    before: FloatArray
    own_change: FloatArray

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval around the estimate, from the spread between places."""
        return self.value - 1.959964 * self.standard_error, self.value + 1.959964 * self.standard_error

    @property
    def detectable(self) -> bool:
        """Whether the comparison could find a plausible difference."""
        return self.mde <= self.plausible

    def finding(self, q_value: float) -> Finding:
        """What it says, given the p-value adjusted for how many indicators were looked at."""
        earlier = self.placebo_in_time.p_value if self.placebo_in_time else np.nan
        if not self.detectable:
            return Finding.NOT_DETECTABLE
        if self.pre_trend_p < LEVEL or earlier < LEVEL:
            return Finding.MOVED_APART_BEFORE
        if q_value < LEVEL:
            return Finding.ROSE_MORE if self.value > 0 else Finding.ROSE_LESS
        return Finding.NO_CLEAR_DIFFERENCE


def compare(
    outcome: FloatArray,
    periods: Sequence[Period],
    awards: Awards,
    circumstances: FloatArray,
    *,
    breaks: Sequence[date] = (),
    other_funds: Sequence[bool] = (),
    k: int = K,
    draws: int = 399,
    seed: int = 0,
) -> Change | Unusable:
    """Compare funded areas with the `k` unfunded ones most like each.

    `outcome` is areas x periods (NaN missing), `circumstances` areas x areas distances from a neighbour
    model that leaves this outcome out. `other_funds` marks areas that another fund for places reached:
    leaving them out of the comparators gives `without_other_funds`. The same arguments give the same
    answer; `draws` placebo funds come from `seed`.
    """
    made = design(outcome, periods, awards, breaks=breaks)
    if isinstance(made, Unusable):
        return made
    values, apart = outcome[made.rows], circumstances[np.ix_(made.rows, made.rows)]
    cohorts = [_cohort(values, apart, one, made.events) for one in made.windows]
    matched = estimate(cohorts, made.members, k)
    sizes = [len(rows) for rows in made.members]
    placebo = placebo_estimates(cohorts, sizes, k, draws=draws, seed=seed)
    pre = _pre_columns(made)
    last = periods[max(c for one in made.windows for c in one.after)].end
    days = sorted(day.latest for day in awards.days if day is not None)
    own = np.concatenate([c.changes[rows, 0] for c, rows in zip(cohorts, made.members, strict=True)])
    return Change(
        design=made,
        years_after=(last - days[len(days) // 2]).days / DAYS_PER_YEAR,
        mde=POWER * float(placebo[:, 0].std(ddof=1)),
        plausible=PLAUSIBLE_SHARE * robust_spread(_base(values, made.windows[0])),
        value=float(matched.value[0]),
        standard_error=float(matched.standard_error[0]),
        p_value=_share_beyond(np.abs(placebo[:, 0]), abs(matched.value[0])),
        pre_trend_p=_joint_p(placebo[:, pre], matched.value[pre]),
        pre_trend_periods=len(pre),
        placebo_in_time=_placebo_in_time(values, apart, made, k, draws=draws, seed=seed),
        staggered=_staggered(values, made),
        without_other_funds=_without(cohorts, made, other_funds, k),
        drift=drift(matched.value, placebo, made.events, _reach(made)),
        funded_change=float(own.mean()),
        comparators_change=float(own.mean() - matched.value[0]),
        events=_event_study(made, matched, placebo),
        matched=matched,
        funded_rows=made.rows[np.concatenate(made.members)],
        before=np.concatenate(
            [_base(values, one)[rows] for one, rows in zip(made.windows, made.members, strict=True)]
        ),
        own_change=own,
    )


def _base(values: FloatArray, window: Window) -> FloatArray:
    level: FloatArray = values[:, window.base].mean(axis=1)
    return level


def _cohort(values: FloatArray, apart: FloatArray, window: Window, events: Sequence[int]) -> Cohort:
    """Changes from the base level: the mean of all periods after, then each event's own."""
    base = _base(values, window)[:, None]
    after = values[:, window.after].mean(axis=1, keepdims=True)
    columns = [window.last_before + event for event in events]
    changes = np.concatenate([after, values[:, columns]], axis=1) - base
    return Cohort(nearest_first(matching_distances(apart, _history(values, window))), changes)


def _history(values: FloatArray, window: Window) -> FloatArray:
    """What is known of the outcome before the award: its level, and its level in the periods before those."""
    first = window.base[0]
    earlier = values[:, max(0, first - len(window.base)) : first]
    known = np.isfinite(earlier).sum(axis=1)
    total = np.where(np.isfinite(earlier), earlier, 0.0).sum(axis=1)
    level = _base(values, window)
    return np.stack([level, np.where(known > 0, total / np.maximum(known, 1), level)], axis=1)


def _share_beyond(placebo: FloatArray, value: float) -> float:
    """The share of placebo funds at least as far from nought, the real one counted among them."""
    return float((1 + (placebo >= value).sum()) / (1 + len(placebo)))


def _pre_columns(made: Design) -> IntArray:
    """Outcome columns (0 is the mean after) of events before the base periods."""
    length = len(made.windows[0].base)
    return np.array([1 + i for i, event in enumerate(made.events) if event <= -length], dtype=np.int64)


def _joint_p(placebo: FloatArray, values: FloatArray) -> float:
    """Whether all differences before the award together are larger than those of placebo funds; NaN without
    any.

    The statistic weighs the differences by the placebo funds' own covariance.
    """
    if not values.size:
        return float("nan")
    inverse = np.linalg.pinv(np.atleast_2d(np.cov(placebo, rowvar=False)))
    statistics = np.einsum("de,ef,df->d", placebo, inverse, placebo)
    return _share_beyond(statistics, float(values @ inverse @ values))


def _placebo_in_time(
    values: FloatArray, apart: FloatArray, made: Design, k: int, *, draws: int, seed: int
) -> PlacebosInTime | None:
    """Move the award back by as many periods as there are after it, or as many as the data allow."""
    room = min(one.last_before for one in made.windows) - 2
    back = min(room, *(len(one.after) for one in made.windows))
    if back < 1:
        return None
    windows = []
    for one in made.windows:
        last = one.last_before - back
        base = tuple(range(last + 1 - base_length(last + 1), last + 1))
        windows.append(Window(base, tuple(range(last + 1, one.last_before + 1))))
    needed = sorted({column for one in windows for column in (*one.base, *one.after)})
    if not np.isfinite(values[:, needed]).all():
        return None
    cohorts = [_cohort(values, apart, one, ()) for one in windows]
    value = float(estimate(cohorts, made.members, k).value[0])
    sizes = [len(rows) for rows in made.members]
    placebo = placebo_estimates(cohorts, sizes, k, draws=draws // 4, seed=seed + 1)
    return PlacebosInTime(value, _share_beyond(np.abs(placebo[:, 0]), abs(value)), back)


def _staggered(values: FloatArray, made: Design) -> Estimate | None:
    """Every cohort against all unfunded areas, not only those most like it (Callaway and Sant'Anna)."""
    first = np.full(len(values), NEVER, dtype=np.int64)
    gap = 0
    for rows, one in zip(made.members, made.windows, strict=True):
        first[rows] = one.after[0]
        gap = max(gap, one.after[0] - one.last_before - 1)
    return simple(att_gt(values, first, controls=Controls.NEVER, gap=gap))


def _reach(made: Design) -> float:
    """How far the periods after lie from the last one before, on average over funded areas."""
    far = [float(np.mean(one.after)) - one.last_before for one in made.windows]
    return float(np.average(far, weights=[len(rows) for rows in made.members]))


def _without(
    cohorts: Sequence[Cohort], made: Design, other_funds: Sequence[bool], k: int
) -> WithoutOtherFunds | None:
    """The estimate with comparators that no other fund for places reached; None when too few are left."""
    if not len(other_funds):
        return None
    funded = np.concatenate(made.members)
    clean = ~np.asarray(other_funds, dtype=np.bool_)[made.rows]
    clean[funded] = True
    left = int(clean.sum()) - len(funded)
    if left < 2 * k:
        return None
    kept = np.flatnonzero(clean)
    position = np.full(len(clean), -1, dtype=np.int64)
    position[kept] = np.arange(len(kept))
    fewer = [Cohort(_only(c.order[kept], position), c.changes[kept, :1]) for c in cohorts]
    found = estimate(fewer, [position[rows] for rows in made.members], k)
    return WithoutOtherFunds(float(found.value[0]), float(found.standard_error[0]), left)


def _only(order: IntArray, position: IntArray) -> IntArray:
    """Candidate lists with the areas left out removed, renumbered, each as long as the shortest."""
    renumbered = position[order]
    length = int((renumbered >= 0).sum(axis=1).min())
    return np.stack([row[row >= 0][:length] for row in renumbered])


def _event_study(made: Design, matched: Matched, placebo: FloatArray) -> tuple[Event, ...]:
    lower, upper = np.quantile(placebo, (0.025, 0.975), axis=0)
    return tuple(
        Event(event, *(float(part[column]) for part in (matched.value, matched.standard_error, lower, upper)))
        for column, event in enumerate(made.events, start=1)
    )
