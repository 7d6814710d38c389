"""Bounds under a drift as large as before the award, against linear programming, another program and chance."""

from __future__ import annotations

import numpy as np
import pytest
from diff_diff.honest_did import _solve_rm_bounds_union
from scipy.optimize import linprog

from likeforlike.analysis.drift import drift

EVENTS = (-4, -3, -2, -1, 0, 1, 2, 3)
BEFORE, AFTER = 5, 3
REACH = 2.0  # the mean of 1, 2 and 3


def without_error(differences: np.ndarray) -> np.ndarray:
    """Placebo funds that all say nought: no sampling error."""
    return np.zeros((50, len(differences) + 1))


def estimates(differences: np.ndarray) -> np.ndarray:
    """The mean after, then every event, as `drift` wants them."""
    return np.concatenate([[differences[BEFORE:].mean()], differences])


def by_linear_programming(differences: np.ndarray, multiple: float) -> tuple[float, float]:
    """The lowest and highest mean effect if drift may grow by `multiple` times the largest step a period."""
    from_last = differences - differences[BEFORE - 1]
    largest = np.abs(np.diff(from_last[:BEFORE])).max() * multiple
    # Unknown: drift after the award. Each step of it lies within the bound; the effect is what remains.
    steps = np.eye(AFTER) - np.eye(AFTER, k=-1)
    limits = {"A_ub": np.vstack([steps, -steps]), "b_ub": np.full(2 * AFTER, largest), "bounds": (None, None)}
    ends = [linprog(way * np.full(AFTER, 1 / AFTER), **limits).fun for way in (1, -1)]
    return from_last[BEFORE:].mean() + ends[1], from_last[BEFORE:].mean() - ends[0]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("multiple", [0.0, 0.5, 1.0, 2.0])
def test_without_sampling_error_the_bounds_are_those_of_linear_programming(
    seed: int, multiple: float
) -> None:
    differences = np.random.default_rng(seed).normal(size=BEFORE + AFTER)
    made = drift(estimates(differences), without_error(differences), EVENTS, REACH, multiple=multiple)
    assert made is not None
    lower, upper = by_linear_programming(differences, multiple)
    assert (made.lower_95, made.upper_95) == pytest.approx((lower, upper))


@pytest.mark.parametrize("seed", range(5))
def test_another_program_gives_the_same_bounds(seed: int) -> None:
    differences = np.random.default_rng(100 + seed).normal(size=BEFORE + AFTER)
    made = drift(estimates(differences), without_error(differences), EVENTS, REACH, multiple=0.7)
    assert made is not None
    from_last = differences - differences[BEFORE - 1]
    theirs = _solve_rm_bounds_union(
        from_last[: BEFORE - 1], from_last[BEFORE:], np.full(AFTER, 1 / AFTER), BEFORE - 1, 0.7
    )
    assert (made.lower_95, made.upper_95) == pytest.approx(theirs)


def test_the_interval_holds_the_true_effect_when_the_drift_is_as_large_as_allowed() -> None:
    """Drift after the award exactly as large as the largest before it, and as unfavourable as can be."""
    random = np.random.default_rng(7)
    before = np.array([0.0, 0.3, 0.1, 0.4, 0.4])
    truth = np.concatenate([before, before[-1] + 0.3 * np.arange(1, AFTER + 1) + 1.0])  # effect 1
    spread = np.linalg.cholesky(0.04 * (0.5 * np.eye(BEFORE + AFTER) + 0.5))
    noise = random.normal(size=(2400, BEFORE + AFTER)) @ spread.T
    placebo = np.array([estimates(one) for one in noise[:2000]])
    held = 0
    for one in noise[2000:]:
        made = drift(estimates(truth + one), placebo, EVENTS, REACH)
        assert made is not None
        held += made.lower_95 <= 1.0 <= made.upper_95
    assert held >= 0.95 * 400


def test_the_breakdown_is_where_the_interval_first_holds_nought() -> None:
    random = np.random.default_rng(3)
    placebo = np.array([estimates(one) for one in random.normal(size=(999, 8)) * 0.05])
    value = estimates(np.array([0.0, 0.2, 0.1, 0.2, 0.2, 1.4, 1.5, 1.6]))
    made = drift(value, placebo, EVENTS, REACH)
    assert made is not None
    assert 0 < made.breakdown < 10
    for multiple, outside in ((made.breakdown, True), (made.breakdown + 0.01, False)):
        at = drift(value, placebo, EVENTS, REACH, multiple=multiple)
        assert at is not None
        assert (at.lower_95 > 0) is outside


def test_a_wide_interval_breaks_down_at_once() -> None:
    random = np.random.default_rng(4)
    placebo = np.array([estimates(one) for one in random.normal(size=(999, 8))])
    made = drift(estimates(np.full(8, 0.1)), placebo, EVENTS, REACH)
    assert made is not None
    assert made.breakdown == 0


def test_a_step_over_a_missing_period_counts_per_period() -> None:
    differences = np.array([0.0, 1.0, 1.0, 2.0])
    placebo = np.zeros((20, 5))
    made = drift(np.concatenate([[2.0], differences]), placebo, (-3, -1, 0, 1), 1.0)
    assert made is not None
    assert made.steps == 2
    assert (made.value, made.lower_95, made.upper_95) == pytest.approx((1.0, 0.5, 1.5))


def test_one_period_before_gives_no_bounds() -> None:
    assert drift(np.array([1.0, 0.0, 1.0]), np.zeros((20, 3)), (0, 1), 1.0) is None
