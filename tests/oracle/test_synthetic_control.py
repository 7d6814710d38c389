"""Synthetic control against a general solver, another program, and mixtures that are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from likeforlike.analysis.synthetic_control import simplex_weights, synthetic_control


def slow_weights(features: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The definition handed to a general solver (SLSQP)."""
    count = features.shape[1]
    found = minimize(
        lambda w: ((features @ w - wanted) ** 2).sum(),
        np.full(count, 1 / count),
        jac=lambda w: 2 * features.T @ (features @ w - wanted),
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(count)},
        options={"ftol": 1e-14, "maxiter": 2000},
    )
    return found.x


@pytest.mark.parametrize("seed", range(12))
def test_weights_fit_as_well_as_those_of_a_general_solver(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features, wanted = rng.normal(size=(12, 8)), rng.normal(size=12)
    ours, slow = simplex_weights(features, wanted), slow_weights(features, wanted)
    assert ours.min() >= 0
    assert ours.sum() == pytest.approx(1)
    assert ours == pytest.approx(slow, abs=1e-4)
    assert ((features @ ours - wanted) ** 2).sum() <= ((features @ slow - wanted) ** 2).sum() + 1e-9


def test_a_council_that_is_a_mixture_is_found_exactly() -> None:
    rng = np.random.default_rng(1)
    others = rng.normal(size=(6, 20)) * 3 + 50
    before = np.arange(20) < 14
    outcome = 0.7 * others[2] + 0.3 * others[4]
    outcome[~before] += 2.0
    found = synthetic_control(outcome, others, before, spread=float(others.std()))
    assert found.weights == pytest.approx([0, 0, 0.7, 0, 0.3, 0], abs=1e-6)
    assert found.mean_difference == pytest.approx(2.0)
    assert (found.rank, found.ranked) == (1, 7)
    assert found.p_value == pytest.approx(1 / 7)
    assert found.usable


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
def test_another_program_finds_the_same_mixture() -> None:
    diff_diff = pytest.importorskip("diff_diff")
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(7)
    paths = rng.normal(size=(10, 16)).cumsum(axis=1) + rng.normal(size=(10, 1)) * 2
    before = np.arange(16) < 11
    table = pd.DataFrame(
        [(p, t, paths[p, t], int(p == 0 and not before[t])) for p in range(10) for t in range(16)],
        columns=["place", "time", "value", "funded"],
    )
    theirs = diff_diff.SyntheticControl(v_method="custom", custom_v=np.ones(11), standardize="none").fit(
        table,
        outcome="value",
        treatment="funded",
        unit="place",
        time="time",
        predictors=None,
        special_predictors=[("value", [int(t)], "mean") for t in range(11)],
    )
    ours = synthetic_control(paths[0], paths[1:], before, spread=1.0)
    weights = np.array([dict(theirs.donor_weights).get(p, 0.0) for p in range(1, 10)])
    assert ours.weights == pytest.approx(weights, abs=1e-3)


def test_adding_a_constant_to_all_councils_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    paths, before = rng.normal(size=(9, 12)), np.arange(12) < 8
    one = synthetic_control(paths[0], paths[1:], before, spread=1.0)
    moved = synthetic_control(paths[0] + 100, paths[1:] + 100, before, spread=1.0)
    assert moved.weights == pytest.approx(one.weights, abs=1e-9)
    assert moved.difference == pytest.approx(one.difference, abs=1e-9)
    assert moved.rank == one.rank


def test_without_any_difference_every_rank_is_equally_likely() -> None:
    ranks = []
    for seed in range(200):
        paths = np.random.default_rng(seed).normal(size=(10, 14))
        ranks.append(synthetic_control(paths[0], paths[1:], np.arange(14) < 9, spread=1.0).rank)
    counts = np.bincount(ranks, minlength=11)[1:]
    assert ((counts - 20) ** 2 / 20).sum() < 27.9  # chi-square with 9 degrees of freedom, one in a thousand


def test_a_poor_fit_before_the_award_is_called_unusable() -> None:
    others = np.random.default_rng(3).normal(size=(8, 12))
    found = synthetic_control(others[0] + 10, others[1:], np.arange(12) < 8, spread=1.0)
    assert not found.usable
