"""Whether places that started behind caught up: beta convergence, and how places changed rank.

Sources: Barro and Sala-i-Martin (1992) for beta and its speed; MacKinnon and White (1985) for the HC3
errors; Kendall's tau-b and Spearman's rho; Shorrocks (1978) for the mobility index. All functions take the
values of a fixed set of areas at two dates and use the areas that have both.

A negative beta alone shows no convergence: with noise in the first value it is negative whenever nothing
changes (Galton's fallacy). Read it beside sigma, and use `beta_corrected` where standard errors are
published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau, rankdata, spearmanr
from scipy.stats import t as student

from likeforlike.domain.errors import RequestError
from likeforlike.domain.matrix import FloatArray, IntArray

#: Fewer areas than this allow no statement.
AREAS_NEEDED = 10


@dataclass(frozen=True)
class Beta:
    """Slope of growth per year on the first value, with its 95 % interval from HC3 errors.

    On logarithms: `beta` is the change in growth per unit of log; `speed_per_year` = -ln(1 + beta T) / T,
    and `half_life_years` = ln 2 / speed (both NaN when 1 + beta T is not positive; the half-life also when
    places drift apart). On levels both are NaN. `beta_corrected` takes the noise of the first values out,
    NaN without errors.
    """

    beta: float
    error: float
    lower_95: float
    upper_95: float
    speed_per_year: float
    half_life_years: float
    beta_corrected: float
    count: int


@dataclass(frozen=True)
class Mobility:
    """How ranks moved between two dates.

    `transition` is groups x groups: the share of the areas in group i at first that were in group j at last
    (groups by value from low to high); `shorrocks` is (k - trace) / (k - 1): 0 when no area changes group, 1
    when groups at last do not depend on groups at first.
    """

    tau_b: float
    spearman: float
    mean_rank_change: float
    transition: FloatArray
    shorrocks: float
    count: int


def beta_convergence(
    first: FloatArray,
    last: FloatArray,
    years: float,
    *,
    logs: bool = True,
    first_errors: FloatArray | None = None,
) -> Beta:
    """Regress yearly growth on the first value: (1 / T) ln(last / first) = a + b ln(first), or so in levels.

    Raises RequestError for fewer than ten areas with both values, or for logarithms of values at or below
    zero.
    """
    both = np.isfinite(first) & np.isfinite(last)
    start, end = first[both], last[both]
    if len(start) < AREAS_NEEDED:
        raise RequestError(f"Only {len(start)} areas have both values; convergence needs {AREAS_NEEDED}.")
    if logs and (min(start.min(), end.min()) <= 0):
        raise RequestError("Growth in proportion needs values above zero.", instead="Ask for it in levels.")
    errors = np.full(len(start), np.nan) if first_errors is None else first_errors[both]
    if logs:
        errors = errors / start
        start, end = np.log(start), np.log(end)
    slope, error = _slope_hc3(start, (end - start) / years)
    margin = float(student.ppf(0.975, len(start) - 2)) * error
    inside = 1 + slope * years
    speed = -np.log(inside) / years if logs and inside > 0 else np.nan
    return Beta(
        beta=slope,
        error=error,
        lower_95=slope - margin,
        upper_95=slope + margin,
        speed_per_year=float(speed),
        half_life_years=float(np.log(2) / speed) if speed > 0 else np.nan,
        beta_corrected=_without_noise(slope, start, errors, years),
        count=len(start),
    )


def rank_mobility(first: FloatArray, last: FloatArray, groups: int = 5) -> Mobility:
    """Compare the orders of the areas that have both values; the transition matrix is of `groups` groups."""
    both = np.isfinite(first) & np.isfinite(last)
    start, end = first[both], last[both]
    if len(start) < max(AREAS_NEEDED, groups):
        raise RequestError(f"Only {len(start)} areas have both values; rank mobility needs {AREAS_NEEDED}.")
    before, after = rankdata(start), rankdata(end)
    moves = np.zeros((groups, groups))
    np.add.at(moves, (_group(before, groups), _group(after, groups)), 1.0)
    in_group = moves.sum(axis=1, keepdims=True)
    transition = moves / np.where(in_group > 0, in_group, np.nan)
    constant = np.ptp(start) == 0 or np.ptp(end) == 0
    return Mobility(
        tau_b=np.nan if constant else float(kendalltau(start, end).statistic),
        spearman=np.nan if constant else float(spearmanr(start, end).statistic),
        mean_rank_change=float(np.abs(after - before).mean()),
        transition=transition,
        shorrocks=float((groups - np.trace(transition)) / (groups - 1)),
        count=len(start),
    )


def _group(ranks: FloatArray, groups: int) -> IntArray:
    """Groups of equal size by middle rank; equal values share a group."""
    return np.minimum((groups * (ranks - 0.5) / len(ranks)).astype(np.int64), groups - 1)


def _slope_hc3(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Least-squares slope and its HC3 standard error."""
    centred = x - x.mean()
    squares = float(centred @ centred)
    if squares == 0:
        raise RequestError("All areas started from the same value; nothing can converge.")
    slope = float(centred @ y) / squares
    residual = y - y.mean() - slope * centred
    leverage = 1 / len(x) + centred**2 / squares
    return slope, float(np.sqrt(((centred * residual / (1 - leverage)) ** 2).sum())) / squares


def _without_noise(slope: float, start: FloatArray, errors: FloatArray, years: float) -> float:
    """The slope that remains when noise in the first value is allowed for.

    With reliability r = 1 - mean SE^2 / variance, noise alone contributes -(1 - r) / T and shrinks the rest
    by r, so that b = (observed + (1 - r) / T) / r.
    """
    if not np.isfinite(errors).all():
        return np.nan
    reliability = 1 - float(np.mean(errors**2)) / float(np.var(start, ddof=1))
    return (slope + (1 - reliability) / years) / reliability if reliability > 0 else np.nan
