"""Scales and axis ticks: numbers to positions, and round numbers to label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from [low, high] to [start, stop]."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """The position of a value."""
        span = self.high - self.low
        return self.start + (value - self.low) / span * (self.stop - self.start) if span else self.start

    @property
    def slope(self) -> float:
        """The change of position for a change of one in value; 0 where there is no span."""
        span = self.high - self.low
        return (self.stop - self.start) / span if span else 0.0


def nice_ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round numbers that cover [low, high] in about `about` steps of 1, 2, 2.5 or 5 times a power of ten.

    The first is at or below `low`, the last at or above `high`.
    """
    if not high > low:
        pad = abs(low) * 0.1 or 1.0
        low, high = low - pad, high + pad
    raw = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(index * step for index in range(first, last + 1))


def tick_decimals(ticks: Sequence[float]) -> int:
    """How many decimals tell neighbouring ticks apart."""
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return next((places for places in range(6) if abs(round(step, places) - step) < step * 1e-6), 6)


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions moved apart as little as needed so that none is closer than `gap`, kept within [low, high].

    Labels at the ends of lines overlap where lines end close together.
    """
    order = sorted(range(len(positions)), key=positions.__getitem__)
    out = list(positions)
    for previous, current in pairwise(order):
        out[current] = max(out[current], out[previous] + gap)
    over = max((out[index] for index in order), default=high) - high
    if over > 0:
        out[order[-1]] = high
        for current, following in zip(order[-2::-1], order[:0:-1], strict=False):
            out[current] = min(out[current], out[following] - gap)
    return [max(low, position) for position in out]
