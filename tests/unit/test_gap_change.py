"""Widening, stable, closing or cannot tell: what the verdict rests on and how often it errs."""

from __future__ import annotations

import numpy as np
import pytest

from likeforlike.analysis import inequality
from likeforlike.analysis.disparity import Distribution
from likeforlike.analysis.gap_change import (
    DIFFERENCE,
    PROPORTION,
    MeasureChange,
    Sample,
    gap_change,
    influence,
    judge,
    suitable_measures,
)
from likeforlike.domain.indicator import Prices, Unit
from likeforlike.domain.verdict import GapVerdict
from statistics_kit import indicator_with

ALL = DIFFERENCE | PROPORTION


def distribution(values: np.ndarray, errors: float | np.ndarray = np.nan) -> Distribution:
    return Distribution(values, np.ones_like(values), np.broadcast_to(errors, values.shape).copy())


def pair(seed: int, spread: float, *, n: int = 150, noise: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
    """Places at two dates: the same places, their distances multiplied by `spread`, fresh noise each time."""
    random = np.random.default_rng(seed)
    truth = random.normal(0, 4, n)
    first = 50 + truth + random.normal(0, noise[0], n)
    return np.column_stack([first, 50 + truth * spread + random.normal(0, noise[1], n)])


@pytest.mark.parametrize(("spread", "verdict"), [(1.5, "widening"), (0.6, "closing")])
def test_a_change_that_every_measure_shows_is_named(spread, verdict):
    found = gap_change(distribution(pair(1, spread)), 0, 1, ALL, seed=1)
    assert found.verdict == verdict
    assert {change.measure for change in found.measures} == set(ALL)


def test_places_that_did_not_change_are_called_stable():
    values = pair(2, 1.0, n=400, noise=(0.3, 0.3))
    assert gap_change(distribution(values), 0, 1, ALL, seed=1).verdict is GapVerdict.STABLE


def test_without_a_real_change_a_widening_or_closing_is_claimed_at_most_one_time_in_twenty():
    verdicts = [
        gap_change(
            distribution(pair(seed, 1.0, noise=(2.0, 2.0))), 0, 1, DIFFERENCE, seed=seed, draws=200
        ).verdict
        for seed in range(200)
    ]
    wrong = sum(verdict in (GapVerdict.WIDENING, GapVerdict.CLOSING) for verdict in verdicts)
    assert wrong <= 10 + 6


def test_a_survey_that_became_less_precise_does_not_pull_places_apart():
    values = pair(3, 1.0, n=300, noise=(1.0, 4.0))
    plain = gap_change(distribution(values), 0, 1, DIFFERENCE, seed=1)
    assert plain.verdict is GapVerdict.WIDENING
    known = gap_change(distribution(values, np.array([1.0, 4.0])), 0, 1, DIFFERENCE, seed=1)
    assert known.verdict is GapVerdict.CANNOT_TELL
    assert "sampling error" in known.reason
    proportions = gap_change(distribution(values, np.array([1.0, 4.0])), 0, 1, PROPORTION, seed=1)
    assert proportions.verdict is GapVerdict.CANNOT_TELL
    assert [one.measure for one in proportions.measures] == [*PROPORTION, "cv_net"]
    both = gap_change(distribution(values, np.array([1.0, 4.0])), 0, 1, ALL, seed=1)
    net = {one.measure: one for one in both.measures}
    assert net["cv_net"].first == pytest.approx(net["sd_net"].first / values[:, 0].mean())


def test_a_rise_of_all_values_widens_differences_and_leaves_proportions():
    values = pair(4, 1.0, noise=(0.1, 0.1)) + 50
    doubled = np.column_stack([values[:, 0], values[:, 0] * 2])
    found = gap_change(distribution(doubled), 0, 1, ALL, seed=1)
    assert found.verdict is GapVerdict.CANNOT_TELL
    assert gap_change(distribution(doubled), 0, 1, DIFFERENCE, seed=1).verdict is GapVerdict.WIDENING
    assert gap_change(distribution(doubled), 0, 1, PROPORTION, seed=1).verdict is GapVerdict.STABLE


def test_only_areas_with_both_values_are_compared_and_twenty_are_needed():
    values = pair(5, 1.6, n=40)
    values[:21, 1] = np.nan
    found = gap_change(distribution(values), 0, 1, ALL, seed=1)
    assert (found.verdict, found.area_count) == (GapVerdict.CANNOT_TELL, 19)
    whole = pair(5, 1.6, n=40)
    whole[0, 0] = np.nan
    assert gap_change(distribution(whole), 0, 1, ALL, seed=1).area_count == 39


def test_a_seed_gives_the_same_intervals_again():
    data = distribution(pair(6, 1.1))
    assert gap_change(data, 0, 1, ALL, seed=5) == gap_change(data, 0, 1, ALL, seed=5)
    assert gap_change(data, 0, 1, ALL, seed=5) != gap_change(data, 0, 1, ALL, seed=6)


def test_the_interval_is_near_the_one_of_large_samples():
    # For independent normal values the error of an SD is SD / sqrt(2 n); of the difference of two, sqrt(2)
    # times it.
    random = np.random.default_rng(9)
    values = random.normal(100, 5, (600, 2))
    change = next(
        c
        for c in gap_change(distribution(values), 0, 1, ALL, seed=2, draws=2000).measures
        if c.measure == "sd"
    )
    assert change.upper_95 - change.lower_95 == pytest.approx(2 * 1.96 * 5 / np.sqrt(600), rel=0.12)


def test_measures_that_suit_an_indicator():
    assert suitable_measures(indicator_with(unit=Unit.COUNT)) == {}
    assert suitable_measures(indicator_with(unit=Unit.PERCENT)) == DIFFERENCE
    assert suitable_measures(indicator_with(unit=Unit.YEARS)) == ALL
    nominal = indicator_with(unit=Unit.GBP_PER_HOUR, prices=Prices.NOMINAL)
    assert suitable_measures(nominal) == PROPORTION
    real = indicator_with(unit=Unit.GBP_PER_HOUR, prices=Prices.REAL, price_year=2022)
    assert suitable_measures(real) == ALL
    totals = gap_change(distribution(pair(1, 2.0)), 0, 1, {}, seed=1)
    assert (totals.verdict, totals.measures) == (GapVerdict.CANNOT_TELL, ())


def test_values_below_zero_leave_out_proportions():
    found = gap_change(distribution(pair(1, 1.5) - 50), 0, 1, ALL, seed=1)
    assert {change.measure for change in found.measures} == set(DIFFERENCE)


def change(measure: str, size: float, margin: float) -> MeasureChange:
    return MeasureChange(measure, 10.0, 10.0 + size, size, size - margin, size + margin)


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        (
            [change("sd", 2, 1), change("gini", 1, 0.5), change("p90_p10_gap", 0.5, 1)],
            "widening",
            "by 2 of 3",
        ),
        (
            [change("sd", 2, 1), change("gini", 1, 0.5), change("p90_p10_gap", -0.1, 1)],
            "cannot_tell",
            "wider by sd, gini",
        ),
        ([change("sd", -2, 1), change("gini", -1, 0.5)], "closing", "narrower by 2 of 2"),
        ([change("sd", 2, 1), change("gini", -2, 1)], "cannot_tell", "wider by sd, but narrower by gini"),
        ([change("sd", 0.1, 1), change("gini", -0.2, 1)], "stable", "within a fifth"),
        ([change("sd", 0.1, 3), change("gini", -0.2, 1)], "cannot_tell", "too wide"),
        ([change("sd", 2, 1), change("sd_net", 0.5, 1)], "cannot_tell", "sampling error"),
        ([change("sd", 2, 1), change("sd_net", 1.5, 1)], "widening", "by 2 of 2"),
        ([], "cannot_tell", "no measure"),
    ],
)
def test_the_agreement_rule(changes, verdict, reason):
    found, why = judge(tuple(changes))
    assert found == verdict
    assert reason in why


def test_the_council_that_drives_a_change_is_the_one_whose_absence_undoes_it():
    values = np.column_stack([np.linspace(40, 60, 30)] * 2)
    values[7, 1] += 60
    rows, without = influence(distribution(values), 0, 1)
    assert rows[np.argmin(without)] == 7
    assert without[7] == pytest.approx(0)
    slow = [np.std(np.delete(values[:, 1], k)) - np.std(np.delete(values[:, 0], k)) for k in range(30)]
    assert without == pytest.approx(slow)


def test_measures_of_a_sample_are_those_of_one_period():
    values = np.random.default_rng(1).normal(size=(25, 3))
    pairs = np.abs(values[:, None, :] - values[None, :, :]).mean(axis=(0, 1))
    assert DIFFERENCE["mean_difference"](Sample(values, values, values)) == pytest.approx(pairs)
    positive = values + 10
    expected = 2 * inequality.gini(positive) * positive.mean(axis=0)
    sample = Sample(positive, np.ones_like(positive), positive)
    assert DIFFERENCE["mean_difference"](sample) == pytest.approx(expected)
    assert PROPORTION["gini"](sample) == pytest.approx(inequality.gini(positive))
    assert DIFFERENCE["sd"](sample) == pytest.approx(inequality.standard_deviation(positive))
    low, high = inequality.quantiles(positive, (0.1, 0.9))
    assert DIFFERENCE["p90_p10_gap"](sample) == pytest.approx(high - low)
    assert PROPORTION["p90_p10_ratio"](sample) == pytest.approx(high / low)
