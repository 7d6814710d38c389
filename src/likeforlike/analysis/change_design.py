"""Which periods count as before and after an award, and which places a comparison can use.

The rules are fixed before any outcome is looked at: a period counts as before when it ended before the
award was announced, as after when it began on or after that day, and as neither when the announcement fell
inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray
from likeforlike.domain.period import Period

#: Fewer periods before the award say nothing about whether places were moving together.
LEAST_BEFORE = 3
#: Money takes years to arrive; evidence that ends sooner after the announcement is about something else.
LEAST_SPAN_AFTER = timedelta(days=365)
#: Fewer funded places or comparators make a randomisation test meaningless.
LEAST_FUNDED = 8
LEAST_COMPARATORS = 20
#: Areas further than so many (robust) standard deviations from the median are like nobody.
FAR = 5.0
#: Periods that make up the base level, where there are enough; with fewer the last one alone does.
BASE_PERIODS = 3
#: A period in which fewer places (of the most any period has) have a value is not used.
COVERAGE = 0.9


class Unusable(StrEnum):
    """Why a fund and an indicator give no comparison."""

    NO_AWARD = "no_award"
    NO_OUTCOME_AFTER = "no_outcome_after"
    TOO_EARLY = "too_early"
    TOO_FEW_BEFORE = "too_few_before"
    TOO_FEW_FUNDED = "too_few_funded"
    TOO_FEW_COMPARATORS = "too_few_comparators"


class Announced(NamedTuple):
    """The days between which an award was announced: the same day twice where it is known."""

    earliest: date
    latest: date


@dataclass(frozen=True)
class Awards:
    """For every area of a panel, when its first award was announced (None = not funded).

    `unclear` marks areas that are neither funded nor unfunded: shared awards whose place is not known, or a
    council in which only some districts were funded.
    """

    days: tuple[Announced | None, ...]
    unclear: BoolArray


@dataclass(frozen=True)
class Window:
    """The columns of one cohort: `base` ones before, `after` ones after, `base[-1]` the last one before."""

    base: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def last_before(self) -> int:
        """The last period that ended before the award."""
        return self.base[-1]


@dataclass(frozen=True)
class Design:
    """A comparison that can be made: the areas in use, and each cohort's members and window.

    `rows` are the panel's areas in use and `members` rows among them. `events` are columns counted from each
    cohort's last period before (0), the same for every cohort. `dropped` counts funded areas left out because
    a value is missing or the award is unclear, `unlike` areas, funded or not, left out because their level is
    far from everybody's.
    """

    rows: IntArray
    members: tuple[IntArray, ...]
    windows: tuple[Window, ...]
    events: tuple[int, ...]
    dropped: int
    unlike: int

    @property
    def funded(self) -> int:
        """The number of funded areas in use."""
        return sum(len(rows) for rows in self.members)

    @property
    def comparators(self) -> int:
        """The number of unfunded areas that may serve as comparators."""
        return len(self.rows) - self.funded


def design(
    outcome: FloatArray, periods: Sequence[Period], awards: Awards, *, breaks: Sequence[date] = ()
) -> Design | Unusable:
    """The comparison that the data allow, or why there is none.

    `outcome` is areas x periods. Periods across a declared break from the last one before the award are not
    used.
    """
    covered = _covered(outcome)
    days = {day for day in awards.days if day is not None}
    windows = {day: window(periods, covered, day, breaks) for day in days}
    by_window: dict[Window, list[int]] = {}
    reasons: set[Unusable] = set()
    for row, day in enumerate(awards.days):
        if day is not None and not awards.unclear[row]:
            found = windows[day]
            if isinstance(found, Unusable):
                reasons.add(found)
            else:
                by_window.setdefault(found, []).append(row)
    if not by_window:
        return min(reasons, default=Unusable.NO_AWARD)
    return _complete(outcome, awards, by_window)


def _covered(outcome: FloatArray) -> BoolArray:
    present = np.isfinite(outcome).sum(axis=0)
    enough: BoolArray = present >= COVERAGE * max(int(present.max(initial=0)), 1)
    return enough


def window(
    periods: Sequence[Period], covered: BoolArray, day: Announced, breaks: Sequence[date] = ()
) -> Window | Unusable:
    """The columns that ended before the award can have been announced, and that began once it had been."""
    before = [c for c, period in enumerate(periods) if period.end < day.earliest and covered[c]]
    after = [c for c, period in enumerate(periods) if period.start >= day.latest and covered[c]]
    if before:
        segment = _segment(periods[before[-1]], breaks)
        before = [c for c in before if _segment(periods[c], breaks) == segment]
        after = [c for c in after if _segment(periods[c], breaks) == segment]
    if not after:
        return Unusable.NO_OUTCOME_AFTER
    if periods[after[-1]].end - day.latest < LEAST_SPAN_AFTER:
        return Unusable.TOO_EARLY
    if len(before) < LEAST_BEFORE:
        return Unusable.TOO_FEW_BEFORE
    return Window(tuple(before[-base_length(len(before)) :]), tuple(after))


def base_length(before: int) -> int:
    """How many periods make up the base level, of so many before the award."""
    return BASE_PERIODS if before >= 2 * BASE_PERIODS else 1


def _segment(period: Period, breaks: Sequence[date]) -> int:
    return sum(period.start >= at for at in breaks)


def _complete(outcome: FloatArray, awards: Awards, by_window: dict[Window, list[int]]) -> Design | Unusable:
    """Keep areas that have every value the comparison needs and are like others."""
    windows = tuple(sorted(by_window, key=lambda one: (one.last_before, one.after)))
    events = _events(outcome, windows)
    needed = sorted({c for w in windows for c in (*w.base, *w.after, *(w.last_before + e for e in events))})
    usable = np.isfinite(outcome[:, needed]).all(axis=1) & ~awards.unclear
    unfunded = np.array([day is None for day in awards.days])
    placed = np.isin(np.arange(len(usable)), [row for members in by_window.values() for row in members])
    complete = usable & (unfunded | placed)
    level = outcome[:, windows[0].base].mean(axis=1)
    within = _alike(level, complete) if complete.any() else complete
    rows = np.flatnonzero(within)
    position = {int(row): number for number, row in enumerate(rows)}
    members = tuple(
        np.array([position[row] for row in by_window[one] if row in position], dtype=np.int64)
        for one in windows
    )
    kept = [number for number, rows_of in enumerate(members) if len(rows_of)]
    funded = sum(len(members[number]) for number in kept)
    if funded < LEAST_FUNDED:
        return Unusable.TOO_FEW_FUNDED
    if len(rows) - funded < LEAST_COMPARATORS:
        return Unusable.TOO_FEW_COMPARATORS
    return Design(
        rows=rows,
        members=tuple(members[number] for number in kept),
        windows=tuple(windows[number] for number in kept),
        events=events,
        dropped=int((~unfunded).sum() - (complete & placed).sum()),
        unlike=int(complete.sum()) - len(rows),
    )


def _alike(level: FloatArray, complete: BoolArray) -> BoolArray:
    """Areas whose level before the award is not far from everybody's, by a rule that looks at no award.

    The City of London's output per head is a hundred times anybody's; no place is like it, and it would drown
    everything else. Were the range of funded areas to decide, an area far out would stay whenever it was
    funded and go whenever it was not, and awards drawn by lot would no longer show a difference once in
    twenty.
    """
    middle, spread = float(np.median(level[complete])), robust_spread(level[complete])
    if spread == 0:
        return complete
    alike: BoolArray = complete & (np.abs(level - middle) <= FAR * spread)
    return alike


def robust_spread(values: FloatArray) -> float:
    """The standard deviation that the middle half of the values would have if they were normal."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float(high - low) / 1.349


def _events(outcome: FloatArray, windows: Sequence[Window]) -> tuple[int, ...]:
    """Columns counted from the last one before the award that every cohort has and nearly every area has."""
    covered = _covered(outcome)
    first = max(-one.last_before for one in windows)
    last = min(max(one.after) - one.last_before for one in windows)
    return tuple(
        event for event in range(first, last + 1) if all(covered[one.last_before + event] for one in windows)
    )
