"""Intervals for counts and shares, standard errors from published intervals, tests of differences.

Sources of the methods: Wilson (1927) for a proportion; Byar's approximation and the exact chi-squared limits
for a Poisson count (Breslow and Day 1987, volume II); Altman and Bland (2003) for the difference of two
independent estimates; Benjamini and Hochberg (1995) for many tests at once. All functions take and return
arrays of any shape.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from scipy.stats import chi2, norm

from likeforlike.domain.matrix import BoolArray, FloatArray

Z_95 = 1.959963984540054
#: Below this count Byar's approximation gives way to the exact limits.
BYAR_NEEDS = 10
#: An interval whose middle lies further than this share of its half-width from the value is not symmetric.
ASYMMETRY = 0.05


class Scale(StrEnum):
    """The scale on which an estimate's error is taken as normal."""

    NATURAL = "natural"
    LOG = "log"
    LOGIT = "logit"


def wilson(count: FloatArray, out_of: FloatArray, z: float = Z_95) -> tuple[FloatArray, FloatArray]:
    """Limits of a proportion `count` / `out_of`, as shares 0-1; NaN where `out_of` is not positive."""
    count, out_of = np.asarray(count, dtype=np.float64), np.asarray(out_of, dtype=np.float64)
    n = np.where(out_of > 0, out_of, np.nan)
    p = count / n
    centre = p + z * z / (2 * n)
    margin = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (centre - margin) / (1 + z * z / n), (centre + margin) / (1 + z * z / n)


def byar(count: FloatArray, z: float = Z_95) -> tuple[FloatArray, FloatArray]:
    """Approximate limits of a Poisson count; good from a count of ten."""
    count = np.asarray(count, dtype=np.float64)
    floor = np.maximum(count, 1e-12)
    lower = count * (1 - 1 / (9 * floor) - z / (3 * np.sqrt(floor))) ** 3
    above = count + 1
    return np.where(count > 0, lower, 0.0), above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3


def exact_poisson(count: FloatArray, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Exact limits of a Poisson count; 0 is the lower limit of a count of 0."""
    count = np.asarray(count, dtype=np.float64)
    tail = (1 - level) / 2
    lower = np.where(count > 0, chi2.ppf(tail, 2 * np.maximum(count, 0.5)) / 2, 0.0)
    return lower, chi2.ppf(1 - tail, 2 * (count + 1)) / 2


def poisson(count: FloatArray) -> tuple[FloatArray, FloatArray]:
    """95 % limits of a count: exact below ten, Byar's from ten on."""
    small = np.asarray(count) < BYAR_NEEDS
    exact_lower, exact_upper = exact_poisson(count)
    lower, upper = byar(count)
    return np.where(small, exact_lower, lower), np.where(small, exact_upper, upper)


def on_scale(values: FloatArray, scale: Scale, ceiling: float = 1.0) -> FloatArray:
    """Values on a scale, NaN off its ends; `ceiling` is 1 for shares, 100 for percentages."""
    values = np.asarray(values, dtype=np.float64)
    if scale is Scale.NATURAL:
        return values
    positive = np.where(values > 0, values, np.nan)
    if scale is Scale.LOG:
        return np.log(positive)
    return np.log(positive / np.where(values < ceiling, ceiling - values, np.nan))


def from_scale(values: FloatArray, scale: Scale, ceiling: float = 1.0) -> FloatArray:
    """The inverse of `on_scale`."""
    values = np.asarray(values, dtype=np.float64)
    if scale is Scale.NATURAL:
        return values
    if scale is Scale.LOG:
        return np.exp(values)
    return ceiling / (1 + np.exp(-values))


def standard_error(
    lower: FloatArray, upper: FloatArray, scale: Scale = Scale.NATURAL, ceiling: float = 1.0
) -> FloatArray:
    """Standard error on `scale` from 95 % limits: their distance divided by 3.92; NaN without both limits."""
    width = on_scale(upper, scale, ceiling) - on_scale(lower, scale, ceiling)
    return np.where(width >= 0, width, np.nan) / (2 * Z_95)


def symmetric_scale(
    values: FloatArray, lower: FloatArray, upper: FloatArray, ceiling: float | None = None
) -> Scale:
    """The scale on which published intervals lie symmetrically around their values.

    Natural unless the limits are lopsided by more than 5 % of their half-width on average and another scale
    is less so; logit is tried only where `ceiling` (1 or 100) says that values are shares.
    """
    candidates = [Scale.NATURAL, Scale.LOG] + ([Scale.LOGIT] if ceiling is not None else [])
    lopsided = {scale: _asymmetry(values, lower, upper, scale, ceiling or 1.0) for scale in candidates}
    if not np.isfinite(lopsided[Scale.NATURAL]) or lopsided[Scale.NATURAL] <= ASYMMETRY:
        return Scale.NATURAL
    return min(candidates, key=lambda scale: lopsided[scale] if np.isfinite(lopsided[scale]) else np.inf)


def difference_test(
    first: FloatArray, first_error: FloatArray, second: FloatArray, second_error: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """z and two-sided p of `first` - `second` for independent estimates with the given standard errors.

    NaN where a value or an error is missing, or both errors are zero.
    """
    error = np.sqrt(np.square(first_error) + np.square(second_error))
    z = (np.asarray(first) - np.asarray(second)) / np.where(error > 0, error, np.nan)
    return z, 2 * norm.sf(np.abs(z))


def false_discovery(p_values: FloatArray) -> FloatArray:
    """Benjamini-Hochberg adjusted p values over all entries; NaN entries are left out and stay NaN.

    Calling the entries at or below q different keeps the expected share of false calls at or below q.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    known: BoolArray = np.isfinite(p_values)
    raw = p_values[known]
    order = np.argsort(raw, kind="stable")
    stepped = raw[order] * raw.size / np.arange(1, raw.size + 1)
    adjusted = np.full(p_values.shape, np.nan)
    ranked = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    back = np.empty(raw.size)
    back[order] = ranked
    adjusted[known] = back
    return adjusted


def _asymmetry(
    values: FloatArray, lower: FloatArray, upper: FloatArray, scale: Scale, ceiling: float
) -> float:
    """Mean distance of an interval's middle from its value, in half-widths."""
    low, value, high = (on_scale(array, scale, ceiling) for array in (lower, values, upper))
    half = (high - low) / 2
    usable = np.isfinite(half) & np.isfinite(value) & (half > 0)
    if not usable.any():
        return float("nan")
    return float(np.mean(np.abs((high[usable] + low[usable]) / 2 - value[usable]) / half[usable]))
