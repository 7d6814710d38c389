"""Where values stand on the way to a target: distance, pace, and whether they are on track.

Sources: pace as the share of the distance covered over the share of the time gone; the ratio of compound
growth rates and its bands (0.95, 0.60, 0) from Eurostat's monitoring of sustainable development. A compound
rate makes no sense towards zero or across it: the linear ratio takes its place when the baseline or the
target is not above zero, or the target lies within a tenth of the baseline's distance from zero.

All arrays have one entry per area (or one for England or a gap). `sign` is +1 when the target is a level to
reach from below ("at least") and -1 when it is one to reach from above ("at most"). Times are in years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from likeforlike.domain.matrix import BoolArray, FloatArray
from likeforlike.domain.verdict import Progress

LIKELY, UNLIKELY = 0.8, 0.2
#: Ratios of the observed to the required compound rate: significant, moderate, insufficient progress; below
#: 0, away.
BANDS = (0.95, 0.60, 0.0)
#: A target nearer to zero than this share of the baseline is reached by no meaningful compound rate.
NEAR_ZERO = 0.10


@dataclass(frozen=True)
class TargetProgress:
    """One entry per area; NaN where a part is missing.

    `distance` is what remains, in the unit, positive until the target is met. `covered` is the share of the
    way from baseline to target, `elapsed` the share of the time. Rates are in the unit per year with their
    own sign: `required_per_year` from now on, `planned_per_year` from the baseline on, `actual_per_year`
    since the baseline. `pace` = actual over planned; `compound_ratio` the same of compound rates (NaN where
    it makes no sense), `actual_compound_pct` and `planned_compound_pct` those rates in per cent a year.
    `p_pace` is the probability that the pace is at least 1, `p_met` that the target is met, `p_forward` that
    the change since the baseline is in the wanted direction, from standard errors; NaN without them.
    `status` holds values of `Progress`.
    """

    distance: FloatArray
    covered: FloatArray
    elapsed: float
    expected_now: FloatArray
    required_per_year: FloatArray
    planned_per_year: FloatArray
    actual_per_year: FloatArray
    pace: FloatArray
    actual_compound_pct: FloatArray
    planned_compound_pct: FloatArray
    compound_ratio: FloatArray
    p_pace: FloatArray
    p_met: FloatArray
    p_forward: FloatArray
    status: NDArray[np.str_]
    overdue: bool


@dataclass(frozen=True)
class Evidence:
    """Values at the baseline and now, with standard errors (NaN where none are published) and times in years.

    `exact` says that a missing standard error means a complete count; otherwise nothing can be told without
    one.
    """

    baseline: FloatArray
    latest: FloatArray
    baseline_error: FloatArray
    latest_error: FloatArray
    baseline_time: float
    latest_time: float
    exact: bool


def target_progress(
    evidence: Evidence, target: FloatArray | float, target_time: float, sign: int, *, relative: bool = False
) -> TargetProgress:
    """Progress towards a level.

    `relative` says that the target was set as a change from the baseline ("one third better"), so that an
    error in the baseline moves the target with it; its level is then baseline + the wanted change, as passed
    in `target`.
    """
    base, now = evidence.baseline, evidence.latest
    level = np.broadcast_to(np.asarray(target, dtype=np.float64), base.shape)
    gone, whole = evidence.latest_time - evidence.baseline_time, target_time - evidence.baseline_time
    assert whole > 0, "a target's date lies after its baseline"
    elapsed = gone / whole
    way = level - base
    left = target_time - evidence.latest_time
    actual = (now - base) / gone if gone > 0 else np.full(base.shape, np.nan)
    required = (level - now) / left if left > 0 else np.full(base.shape, np.nan)
    planned = way / whole
    pace = actual / np.where(way * sign > 0, planned, np.nan)
    compound, wanted = _compound(base, now, gone), _compound(base, level, whole)
    usable = _compound_makes_sense(base, level) & (way * sign > 0)
    chances = _chances(evidence, level, min(elapsed, 1.0), sign, relative=relative)
    ratio = np.where(usable, compound / np.where(wanted == 0, np.nan, wanted), np.nan)
    return TargetProgress(
        distance=(level - now) * sign,
        covered=(now - base) / np.where(way == 0, np.nan, way),
        elapsed=elapsed,
        expected_now=np.where(way * sign > 0, base + min(elapsed, 1.0) * way, level),
        required_per_year=required,
        planned_per_year=planned,
        actual_per_year=actual,
        pace=pace,
        actual_compound_pct=100 * compound,
        planned_compound_pct=np.where(_compound_makes_sense(base, level), 100 * wanted, np.nan),
        compound_ratio=ratio,
        p_pace=chances.pace,
        p_met=chances.met,
        p_forward=chances.forward,
        status=_status(evidence, level, sign, np.where(usable, ratio, pace), chances, overdue=left <= 0),
        overdue=left <= 0,
    )


def direction_status(evidence: Evidence, sign: int) -> NDArray[np.str_]:
    """Status of a target that only names a direction: on track when the change since the baseline fits.

    With standard errors when it is likely (0.8) that it does, `moving_away` when it is unlikely (0.2);
    complete counts by the sign of the change, with no change on neither side.
    """
    change = (evidence.latest - evidence.baseline) * sign
    chance = _normal_tail(change, np.hypot(evidence.baseline_error, evidence.latest_error))
    known = np.isfinite(chance)
    by_count = ~known & np.isfinite(change) & evidence.exact
    forward = (known & (chance >= LIKELY)) | (by_count & (change > 0))
    back = (known & (chance <= UNLIKELY)) | (by_count & (change < 0))
    moved = evidence.latest_time > evidence.baseline_time
    return _named([forward & moved, back & moved], [Progress.ON_TRACK, Progress.MOVING_AWAY])


def band(ratio: FloatArray) -> NDArray[np.str_]:
    """Eurostat's words for a ratio of rates: significant, moderate, insufficient, away; empty for none."""
    words = ["significant", "moderate", "insufficient"]
    conditions = [ratio >= limit for limit in BANDS]
    return np.where(np.isnan(ratio), "", np.select(conditions, words, default="away"))


@dataclass(frozen=True)
class _Chances:
    pace: FloatArray
    met: FloatArray
    forward: FloatArray


def _chances(evidence: Evidence, level: FloatArray, elapsed: float, sign: int, *, relative: bool) -> _Chances:
    """Probabilities from normal errors of both ends, independent of each other.

    Pace at least 1: latest - (1 - f) baseline - f target >= 0 for a fixed target; the baseline's error
    enters whole when the target moves with it.
    """
    base, now = evidence.baseline, evidence.latest
    share = 1.0 if relative else 1 - elapsed
    ahead = (now - base - elapsed * (level - base)) * sign
    change_error = np.hypot(evidence.latest_error, evidence.baseline_error)
    met_error = change_error if relative else evidence.latest_error
    return _Chances(
        pace=_normal_tail(ahead, np.hypot(evidence.latest_error, share * evidence.baseline_error)),
        met=_normal_tail((now - level) * sign, met_error),
        forward=_normal_tail((now - base) * sign, change_error),
    )


def _status(
    evidence: Evidence, level: FloatArray, sign: int, ratio: FloatArray, chances: _Chances, *, overdue: bool
) -> NDArray[np.str_]:
    known = np.isfinite(chances.pace)
    exact = ~known & np.isfinite(evidence.latest) & np.isfinite(level) & evidence.exact
    met = (known & (chances.met >= LIKELY)) | (exact & ((evidence.latest - level) * sign >= 0))
    # A council that stood beyond the target at its baseline has no way to go: it can only keep it or fall
    # back.
    beyond = (level - evidence.baseline) * sign <= 0
    on_track = ~beyond & ((known & (chances.pace >= LIKELY)) | (exact & (ratio >= BANDS[0])))
    behind = ~beyond & ((known & (chances.pace <= UNLIKELY)) | (exact & (ratio < BANDS[0])))
    fell_back = beyond & ((known & (chances.met <= UNLIKELY)) | exact)
    away = (behind & ((known & (chances.forward <= UNLIKELY)) | (exact & (ratio < 0)))) | fell_back
    moved = evidence.latest_time > evidence.baseline_time
    if overdue:
        on_track, behind = np.zeros_like(met), (known & (chances.met <= UNLIKELY)) | exact
    return _named(
        [met, away & moved, on_track & moved, behind & moved],
        [Progress.MET, Progress.MOVING_AWAY, Progress.ON_TRACK, Progress.OFF_TRACK],
    )


def _named(conditions: list[BoolArray], statuses: list[Progress]) -> NDArray[np.str_]:
    words = [np.array(status.value, dtype="U11") for status in statuses]
    return np.select(conditions, words, default=np.array(Progress.CANNOT_TELL.value, dtype="U11"))


def _compound(first: FloatArray, last: FloatArray, years: float) -> FloatArray:
    """Yearly compound rate as a share; NaN where a value is not above zero or no time has passed."""
    usable = (first > 0) & (last > 0) & (years > 0)
    ratio = np.where(usable, last, np.nan) / np.where(usable, first, np.nan)
    rate: FloatArray = ratio ** (1 / years) - 1 if years > 0 else ratio * np.nan
    return rate


def _compound_makes_sense(base: FloatArray, level: FloatArray) -> BoolArray:
    return (base > 0) & (level > 0) & (level > NEAR_ZERO * base)


def _normal_tail(difference: FloatArray, error: FloatArray) -> FloatArray:
    """P(true difference >= 0) for a normal error; NaN without one."""
    chance: FloatArray = norm.cdf(difference / np.where(error > 0, error, np.nan))
    return chance
