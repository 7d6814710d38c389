"""Small matrices and indicators for tests of statistics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from likeforlike.domain.indicator import Certainty, Combination, Indicator, Polarity, Tier, Unit
from likeforlike.domain.matrix import LabelledMatrix
from likeforlike.domain.period import Period

HIGH, LOW, NEUTRAL = Polarity.HIGHER_IS_BETTER, Polarity.LOWER_IS_BETTER, Polarity.NEUTRAL


def indicator_with(
    polarity: Polarity = HIGH, certainty: Certainty = Certainty.FULL_COUNT, **more: object
) -> Indicator:
    """An indicator of which only polarity and certainty matter."""
    fields = {
        "id": "made-up-rate",
        "title": "Made-up rate",
        "description": "Made up for a test.",
        "unit": Unit.PERCENT,
        "decimals": 1,
        "polarity": polarity,
        "topic": "economy",
        "tier": Tier.BOTH,
        "certainty": certainty,
        "combination": Combination.NOT_DERIVABLE,
        "source_id": "test",
        "series": {},
    }
    return Indicator.model_validate(fields | more)


def years(first: int, count: int) -> tuple[Period, ...]:
    """Calendar years."""
    return tuple(Period.of(date(y, 1, 1), date(y, 12, 31)) for y in range(first, first + count))


def codes(count: int) -> tuple[str, ...]:
    """Area codes in order."""
    return tuple(f"E06{index:06d}" for index in range(1, count + 1))


def matrix_of(
    values: Sequence[Sequence[float]] | np.ndarray,
    margin: Sequence[Sequence[float]] | np.ndarray | float | None = None,
    counted: np.ndarray | None = None,
    first_year: int = 2010,
) -> LabelledMatrix:
    """A matrix of areas x years; `margin` is half the width of a symmetric 95 % interval."""
    numbers = np.array(values, dtype=np.float64)
    half = np.full(numbers.shape, np.nan) if margin is None else np.broadcast_to(margin, numbers.shape)
    return LabelledMatrix(
        areas=codes(numbers.shape[0]),
        periods=years(first_year, numbers.shape[1]),
        values=numbers,
        lower_95=numbers - half,
        upper_95=numbers + half,
        counted=np.ones(numbers.shape, np.bool_) if counted is None else counted,
    )
