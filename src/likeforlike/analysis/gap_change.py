"""Whether places drew apart or together between two periods, by several measures.

The same areas at both dates (those with both values). Areas are drawn again with replacement, each with both
its values, so that the interval says how far the change hangs on which councils happen to be in the set;
sampling error in the values is part of what varies. The gap between best and worst has no such interval: it
hangs on two councils.

The verdict must survive a change of measure. Measures of difference (`DIFFERENCE`, in the unit) are used
except for money in the prices of each year, where inflation alone widens them. Measures of proportion
(`PROPORTION`) are used except for shares, which can be turned around, and for scores and ranks, which have
no natural zero. By each measure the gap is up or down (the 95 % interval of its change excludes 0), or
neither. Then:

- `widening`: more than half of the measures are up, and every one of them points up;
- `closing`: more than half are down, and every one points down;
- `stable`: no measure is up or down, and every interval lies within a fifth of the gap at first;
- `cannot_tell`: anything else, with the reason.

Where intervals allow to take sampling error off (`sd_net`), that measure must confirm a widening or a
closing: a survey that shrinks makes places look further apart by every other measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from likeforlike.analysis import inequality
from likeforlike.analysis.disparity import INTERVALS_NEEDED, Distribution, net_deviation, refusal
from likeforlike.analysis.position import quantile
from likeforlike.domain.indicator import Indicator, Prices, Unit
from likeforlike.domain.matrix import FloatArray, IntArray
from likeforlike.domain.verdict import GapVerdict

#: Fewer areas with both values say nothing about the rest.
AREAS_NEEDED = 20
#: A change whose whole interval lies within this share of the gap at first is no change that matters.
SAME_WITHIN = 0.2
DRAWS = 1000


@dataclass(frozen=True)
class Sample:
    """Values, people and standard errors of one period, areas x draws; every value is present."""

    values: FloatArray
    people: FloatArray
    errors: FloatArray

    @cached_property
    def ordered(self) -> FloatArray:
        """Values from low to high in every draw: sorted once, because that is most of the work."""
        return np.sort(self.values, axis=0)

    def quantile(self, share: float) -> FloatArray:
        """Quantile of every draw by linear interpolation (type 7)."""
        count = np.full(self.values.shape[1], len(self.values), dtype=np.int64)
        return quantile(self.ordered, count, share)

    @cached_property
    def mean_difference(self) -> FloatArray:
        """Mean absolute difference between two areas, zero pairs of an area with itself included."""
        n = len(self.values)
        places = 2 * np.arange(1, n + 1) - n - 1
        return 2 * (places @ self.ordered) / n**2


Measure = Callable[[Sample], FloatArray]


def _p90_p10_ratio(sample: Sample) -> FloatArray:
    low = sample.quantile(0.1)
    ratio: FloatArray = sample.quantile(0.9) / np.where(low > 0, low, np.nan)
    return ratio


def _gini(sample: Sample) -> FloatArray:
    """Half the mean absolute difference over the mean, which is the Gini coefficient."""
    mean = sample.values.mean(axis=0)
    gini: FloatArray = sample.mean_difference / (2 * np.where(mean > 0, mean, np.nan))
    return gini


#: Measures in the indicator's unit.
DIFFERENCE: dict[str, Measure] = {
    "p90_p10_gap": lambda sample: sample.quantile(0.9) - sample.quantile(0.1),
    "sd": lambda sample: sample.values.std(axis=0),
    "mean_difference": lambda sample: sample.mean_difference,
}
#: Measures of proportion, for values that are not below zero.
PROPORTION: dict[str, Measure] = {
    "p90_p10_ratio": _p90_p10_ratio,
    "cv_weighted": lambda sample: inequality.variation(sample.values, sample.people),
    "gini": _gini,
}


def _cv_net(sample: Sample) -> FloatArray:
    mean = sample.values.mean(axis=0)
    variation: FloatArray = net_deviation(sample.values, sample.errors) / np.where(mean > 0, mean, np.nan)
    return variation


#: Standard deviation less sampling error, and as a proportion of the mean.
NET: dict[str, Measure] = {
    "sd_net": lambda sample: net_deviation(sample.values, sample.errors),
    "cv_net": _cv_net,
}


@dataclass(frozen=True)
class MeasureChange:
    """One measure at both dates, and its change with a 95 % bootstrap interval (percentiles)."""

    measure: str
    first: float
    last: float
    change: float
    lower_95: float
    upper_95: float

    @property
    def way(self) -> int:
        """+1 up, -1 down, 0 neither."""
        return int(self.lower_95 > 0) - int(self.upper_95 < 0)

    @property
    def within(self) -> bool:
        """Whether the whole interval lies within a fifth of the gap at first."""
        margin = SAME_WITHIN * abs(self.first)
        return -margin <= self.lower_95 and self.upper_95 <= margin


@dataclass(frozen=True)
class GapChange:
    """A verdict with the measures it rests on; `reason` says in words why it is what it is."""

    verdict: GapVerdict
    reason: str
    measures: tuple[MeasureChange, ...]
    area_count: int


def suitable_measures(indicator: Indicator) -> dict[str, Measure]:
    """The measures by which a change in an indicator's gap is judged; none for totals, which follow size."""
    if indicator.unit in (Unit.COUNT, Unit.GBP_MILLION):
        return {}
    no_zero = indicator.unit in (Unit.PERCENT, Unit.SHARE, Unit.SCORE, Unit.RANK)
    differences = {} if indicator.prices is Prices.NOMINAL else DIFFERENCE
    return dict(differences) if no_zero else differences | PROPORTION


def gap_change(
    data: Distribution, first: int, last: int, measures: dict[str, Measure], *, seed: int, draws: int = DRAWS
) -> GapChange:
    """Compare the gaps of two periods of a distribution by the given measures (see `suitable_measures`).

    `sd_net` (for differences) and `cv_net` (for proportions) are added where nine in ten areas have an
    interval at both dates. Measures that cannot be formed (proportions with values below zero, a ratio over
    a tenth at zero) are left out.
    """
    rows = np.flatnonzero(np.isfinite(data.values[:, [first, last]]).all(axis=1))
    if not measures:
        return GapChange(GapVerdict.CANNOT_TELL, "totals follow the size of a council", (), len(rows))
    if len(rows) < AREAS_NEEDED:
        few = f"only {len(rows)} councils have a value at both dates"
        return GapChange(GapVerdict.CANNOT_TELL, few, (), len(rows))
    used = dict(measures)
    if refusal(data.values[rows][:, [first, last]]):
        used = {name: measure for name, measure in used.items() if name not in PROPORTION}
    intervals = np.isfinite(data.errors[rows][:, [first, last]]).mean(axis=0).min()
    if intervals >= INTERVALS_NEEDED:
        families = {"sd_net": DIFFERENCE, "cv_net": PROPORTION}
        used |= {name: NET[name] for name, family in families.items() if used.keys() & family.keys()}
    found = measure_changes(data, rows, (first, last), used, seed=seed, draws=draws)
    formed = tuple(change for change in found if np.isfinite([change.first, change.last]).all())
    return GapChange(*judge(formed), formed, len(rows))


def measure_changes(
    data: Distribution,
    rows: IntArray,
    columns: tuple[int, int],
    measures: dict[str, Measure],
    *,
    seed: int,
    draws: int = DRAWS,
) -> tuple[MeasureChange, ...]:
    """Every measure at both dates with the interval of its change; draw 0 is the set itself."""
    drawn = np.random.default_rng(seed).integers(0, len(rows), (len(rows), draws))
    picks = rows[np.concatenate([np.arange(len(rows), dtype=np.int64)[:, None], drawn], axis=1)]
    at_first, at_last = (Sample(*data.drawn(picks, column)) for column in columns)
    return tuple(_measured(name, measure(at_first), measure(at_last)) for name, measure in measures.items())


def judge(changes: tuple[MeasureChange, ...]) -> tuple[GapVerdict, str]:
    """The agreement rule of this module's description, and why."""
    published = tuple(change for change in changes if change.measure not in NET)
    net = tuple(change for change in changes if change.measure in NET)
    if not published:
        return GapVerdict.CANNOT_TELL, "no measure suits it"
    for verdict, way in ((GapVerdict.WIDENING, 1), (GapVerdict.CLOSING, -1)):
        clear = sum(change.way == way for change in published)
        if 2 * clear > len(published) and all(change.change * way > 0 for change in published):
            word, other = ("wider", "narrower") if way > 0 else ("narrower", "wider")
            if all(change.way == way for change in net):
                total = len(changes)
                return verdict, f"{word} by {clear + len(net)} of {total} measures, and {other} by none"
            return GapVerdict.CANNOT_TELL, f"{word} as published, but not once sampling error is taken off"
    return GapVerdict.STABLE if _stable(changes) else GapVerdict.CANNOT_TELL, _why_neither(changes)


def _stable(changes: tuple[MeasureChange, ...]) -> bool:
    return all(c.way == 0 and c.within for c in changes)


def _why_neither(changes: tuple[MeasureChange, ...]) -> str:
    up, down = ([c.measure for c in changes if c.way == way] for way in (1, -1))
    if _stable(changes):
        return f"by all {len(changes)} measures the change is within a fifth either way"
    if up and down:
        return f"wider by {', '.join(up)}, but narrower by {', '.join(down)}"
    if up or down:
        way, some = ("wider", up) if up else ("narrower", down)
        return f"{way} by {', '.join(some)}; the other measures do not confirm it"
    return "no measure shows a change, and the intervals are too wide to rule one out"


def influence(data: Distribution, first: int, last: int, measure: str = "sd") -> tuple[IntArray, FloatArray]:
    """What the change of a measure would be without each area in turn.

    Returns the rows of the areas with both values and, for each, the change when it is left out: subtract the
    change of the whole set to see which councils drive it.
    """
    rows = np.flatnonzero(np.isfinite(data.values[:, [first, last]]).all(axis=1))
    function = (DIFFERENCE | PROPORTION | NET)[measure]
    others = np.arange(len(rows) - 1)[:, None]
    without = rows[others + (others >= np.arange(len(rows))[None, :])]  # column j leaves out row j
    at_first, at_last = (function(Sample(*data.drawn(without, column))) for column in (first, last))
    return rows, at_last - at_first


def _measured(name: str, at_first: FloatArray, at_last: FloatArray) -> MeasureChange:
    change = at_last - at_first
    drawn = change[1:][np.isfinite(change[1:])]
    lower, upper = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (np.nan, np.nan)
    return MeasureChange(
        name, float(at_first[0]), float(at_last[0]), float(change[0]), float(lower), float(upper)
    )
