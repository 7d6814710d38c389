"""Columns to one scale: transforms, winsorising, and location and spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.neighbour_model import Feature, Scaling, Transform

#: Makes the median absolute deviation of normal data equal to its standard deviation.
MAD_FACTOR = 1.4826

_ADVICE = "Write `transform: rank` or `transform: none` for it."


@dataclass(frozen=True)
class Limits:
    """The smallest and largest value that each feature keeps (infinite where nothing is cut)."""

    lower: FloatArray
    upper: FloatArray

    def applied(self, values: FloatArray) -> FloatArray:
        """Values, areas x features, with those beyond the limits moved to them; missing ones stay missing."""
        return np.clip(values, self.lower, self.upper)


@dataclass(frozen=True)
class Scale:
    """Location and spread of each feature; `ranked` scales replace values by their position in the pool."""

    location: FloatArray
    spread: FloatArray
    ranked: bool = False

    def applied(self, values: FloatArray) -> FloatArray:
        """Values, areas x features, on this scale."""
        return positions(values) if self.ranked else (values - self.location) / self.spread


def transformed(values: FloatArray, feature: Feature, areas: Sequence[str]) -> FloatArray:
    """One feature, transformed as declared; a value that the transform cannot take is refused by area."""
    if feature.transform is Transform.LOG:
        _refuse(values <= 0, "the logarithm needs values above 0", values, feature, areas)
        return np.log(values)
    if feature.transform is Transform.LOGIT:
        outside = (values <= 0) | (values >= 100)
        _refuse(outside, "the logit needs percentages above 0 and below 100", values, feature, areas)
        return np.log(values / (100 - values))
    if feature.transform is Transform.RANK:
        return positions(values[:, np.newaxis])[:, 0]
    return values.astype(np.float64)


def _refuse(
    wrong: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    need: str,
    values: FloatArray,
    feature: Feature,
    areas: Sequence[str],
) -> None:
    for row in np.flatnonzero(wrong)[:1]:
        raise DefinitionError(
            f"Feature {feature.id!r} is {values[row]:g} for {areas[row]}, but {need}.", instead=_ADVICE
        )


def winsor_limits(values: FloatArray, quantiles: tuple[float, float] | None) -> Limits:
    """Quantiles of each feature over the areas that have a value (linear: type 7 of Hyndman and Fan)."""
    if quantiles is None:
        infinite = np.full(values.shape[1], np.inf)
        return Limits(-infinite, infinite)
    lower, upper = quantiles
    if not 0 <= lower < upper <= 1:
        raise DefinitionError(
            f"Winsorising between the quantiles {lower:g} and {upper:g} is not possible.",
            instead="Write two shares in order, such as [0.01, 0.99].",
        )
    cut = np.nanquantile(values, [lower, upper], axis=0, method="linear")
    return Limits(cut[0], cut[1])


def scale_of(values: FloatArray, scaling: Scaling, ddof: int) -> Scale:
    """Location and spread of each column over its values; missing ones are left aside.

    `z_score`: mean and standard deviation (divisor n - ddof); `robust`: median and 1.4826 times the median
    absolute deviation; `min_max`: smallest value and range; `rank`: positions in the pool; `none`: as they
    are.
    """
    count = np.isfinite(values).sum(axis=0)
    width = np.nanmax(values, axis=0) - np.nanmin(values, axis=0)
    if scaling is Scaling.Z_SCORE:
        mean = np.nansum(values, axis=0) / count
        squares = np.nansum((values - mean) ** 2, axis=0)
        # A constant column has a standard deviation of rounding errors: its range says exactly that it is
        # constant.
        spread = np.where(width > 0, np.sqrt(squares / np.maximum(count - ddof, 1)), 0.0)
        return Scale(mean, spread)
    if scaling is Scaling.ROBUST:
        median = np.nanmedian(values, axis=0)
        return Scale(median, MAD_FACTOR * np.nanmedian(np.abs(values - median), axis=0))
    if scaling is Scaling.MIN_MAX:
        return Scale(np.nanmin(values, axis=0), width)
    ones = np.where(width > 0, 1.0, 0.0)
    return Scale(np.zeros_like(ones), ones, ranked=scaling is Scaling.RANK)


def positions(values: FloatArray) -> FloatArray:
    """Mid-rank positions between 0 and 1, column by column; equal values share one, missing stay missing."""
    found = np.full(values.shape, np.nan)
    for column, place in zip(values.T, found.T, strict=True):
        known = np.isfinite(column)
        _, group, sizes = np.unique(column[known], return_inverse=True, return_counts=True)
        last = np.cumsum(sizes)
        # A group of equal values that ends at place e of n and has s members lies at (e - s / 2) / n.
        place[known] = ((last - sizes / 2) / max(int(known.sum()), 1))[group]
    return found
