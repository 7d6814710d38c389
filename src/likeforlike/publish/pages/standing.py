"""One indicator in one comparison group, with all that every council's page needs of it, worked out once.

A council page shows a hundred indicators, each with the positions of all peers. What does not depend on the
council (axis, ticks, spread, times) is made when the indicator is first asked for and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from likeforlike.analysis.benchmark import Benchmark
from likeforlike.analysis.trend import Trend, trend
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import FloatArray, LabelledMatrix
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.domain.period import Period
from likeforlike.publish.charts.strip import WIDE, ticks_path

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Values further than this many robust standard deviations from the median do not stretch the strip's
#: axis; they are drawn at its end.
_AXIS_REACH = 5.0
_MAD_TO_SD = 1.4826


@dataclass(frozen=True)
class Standing:
    """An indicator among one group of councils, its latest period in front.

    `column` is the latest period that most councils have reached. `low` and `high` bound the strip's
    axis. `spread` is the robust standard deviation (1.4826 MAD) of all values of that period, NaN where
    they are all alike. `times` has the year with its fraction at the middle of every period.
    """

    indicator: Indicator
    pool: Pool
    model: NeighbourModel
    benchmark: Benchmark
    trend: Trend
    column: int
    low: float
    high: float
    spread: float
    ticks: str
    times: tuple[float, ...]

    @property
    def matrix(self) -> LabelledMatrix:
        """Values and intervals of all councils and periods."""
        return self.benchmark.matrix

    @cached_property
    def wide_ticks(self) -> str:
        """The peers' ticks for a drawing across the page."""
        values = self.matrix.values[:, self.column]
        known = np.clip(values[np.isfinite(values)], self.low, self.high)
        return ticks_path(known.tolist(), self.low, self.high, WIDE)

    @cached_property
    def points_in_time(self) -> tuple[tuple[float, str], ...]:
        """For every period the year with its fraction, to three decimals, and the period in words."""
        periods = zip(self.times, self.matrix.periods, strict=True)
        return tuple((round(at, 3), period.label) for at, period in periods)

    @property
    def period(self) -> Period:
        """The latest period."""
        return self.matrix.periods[self.column]

    @property
    def left_out(self) -> bool:
        """Whether the model's neighbours were found without this indicator, because it is one of its
        features."""
        return any(feature.indicator == self.indicator.id for feature in self.model.features)


def standing(
    catalogue: Catalogue, indicator_id: str, pool: Pool, model_id: str | None = None
) -> Standing | None:
    """The indicator among a pool's councils; None where none of them has a value.

    Kept, unless the figures are those of an earlier day: of days there is no end.
    """
    if not catalogue.stores_benchmarks:
        return _make(catalogue, indicator_id, pool, model_id)
    return _kept(catalogue, indicator_id, pool, model_id)


@lru_cache(maxsize=2048)
def _kept(catalogue: Catalogue, indicator_id: str, pool: Pool, model_id: str | None) -> Standing | None:
    return _make(catalogue, indicator_id, pool, model_id)


def _make(catalogue: Catalogue, indicator_id: str, pool: Pool, model_id: str | None) -> Standing | None:
    if not catalogue.matrices.matrix(indicator_id, pool).periods:
        return None
    found = catalogue.benchmark(indicator_id, pool, model_id)
    matrix = found.matrix
    column = matrix.latest_column()
    values = matrix.values[:, column]
    known = values[np.isfinite(values)]
    low, high, spread = _axis(known)
    return Standing(
        indicator=catalogue.indicators[indicator_id],
        pool=pool,
        model=catalogue.model_for(pool, model_id),
        benchmark=found,
        trend=trend(matrix, catalogue.indicators[indicator_id]),
        column=column,
        low=low,
        high=high,
        spread=spread,
        ticks=ticks_path(np.clip(known, low, high).tolist(), low, high),
        times=tuple(middle(period) for period in matrix.periods),
    )


def _axis(known: FloatArray) -> tuple[float, float, float]:
    """Lower and upper end of the strip's axis, and the robust spread."""
    centre = float(np.median(known))
    spread = _MAD_TO_SD * float(np.median(np.abs(known - centre)))
    low, high = float(known.min()), float(known.max())
    if spread > 0:
        low, high = max(low, centre - _AXIS_REACH * spread), min(high, centre + _AXIS_REACH * spread)
    pad = (high - low) * 0.04 or abs(centre) * 0.1 or 1.0
    return low - pad, high + pad, spread if spread > 0 else float("nan")


def middle(period: Period) -> float:
    """The middle of a period as a year with its fraction."""
    day = period.start + timedelta(days=(period.end - period.start).days // 2)
    return day.year + (day - date(day.year, 1, 1)).days / 365.25


def break_times(indicator: Indicator) -> tuple[float, ...]:
    """The declared breaks of an indicator's series, as years with their fraction."""
    days = (date.fromisoformat(broken.at) for broken in indicator.breaks)
    return tuple(day.year + (day - date(day.year, 1, 1)).days / 365.25 for day in days)
