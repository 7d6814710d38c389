"""Intervals, standard errors and tests of differences against published figures and slow calculations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import poisson as poisson_law

from likeforlike.analysis.intervals import (
    Scale,
    byar,
    difference_test,
    exact_poisson,
    false_discovery,
    from_scale,
    on_scale,
    poisson,
    standard_error,
    symmetric_scale,
    wilson,
)


def test_wilson_limits_of_fifteen_in_fifty_and_of_none_in_twenty():
    lower, upper = wilson(np.array([15, 0]), np.array([50, 20]))
    assert lower == pytest.approx([0.191036, 0.0], abs=1e-6)
    assert upper == pytest.approx([0.437504, 0.161125], abs=1e-6)


def test_wilson_limits_solve_the_score_equation():
    count, n = np.array([3.0, 40.0, 99.0]), np.array([11.0, 90.0, 100.0])
    for limit in wilson(count, n):
        assert np.abs(count / n - limit) / np.sqrt(limit * (1 - limit) / n) == pytest.approx(
            1.959964, abs=1e-6
        )


def test_exact_poisson_limits_leave_two_and_a_half_percent_in_each_tail():
    for count in (1, 5, 10, 60):
        lower, upper = (float(limit) for limit in exact_poisson(np.array(count)))
        assert poisson_law.sf(count - 1, lower) == pytest.approx(0.025, abs=1e-9)
        assert poisson_law.cdf(count, upper) == pytest.approx(0.025, abs=1e-9)
    assert exact_poisson(np.array([5.0]))[0] == pytest.approx(1.623486, abs=1e-6)


def test_byar_is_close_to_the_exact_limits_from_ten_on_and_exact_is_used_below():
    counts = np.arange(10, 200)
    for near, exact in zip(byar(counts), exact_poisson(counts), strict=True):
        assert near == pytest.approx(exact, rel=0.003)
    assert poisson(np.array([4, 10]))[1] == pytest.approx(
        [float(exact_poisson(np.array(4))[1]), float(byar(np.array(10))[1])]
    )
    assert float(byar(np.array(0))[0]) == 0.0


def test_a_standard_error_is_the_interval_divided_by_3_92_on_its_own_scale():
    assert standard_error(np.array([8.04]), np.array([11.96])) == pytest.approx([1.0], abs=1e-4)
    assert standard_error(np.array([math.exp(1)]), np.array([math.exp(1.392)]), Scale.LOG) == pytest.approx(
        [0.1], abs=1e-5
    )
    assert np.isnan(standard_error(np.array([np.nan, 3.0]), np.array([1.0, 2.0]))).all()


def test_the_scale_is_the_one_on_which_intervals_are_symmetric():
    value = np.array([4.0, 9.0, 30.0])
    assert symmetric_scale(value, value - 1, value + 1) is Scale.NATURAL
    assert symmetric_scale(value, value / 1.5, value * 1.5) is Scale.LOG
    middle = on_scale(value, Scale.LOGIT, 100)
    lower, upper = (from_scale(middle + shift, Scale.LOGIT, 100) for shift in (-0.9, 0.9))
    assert symmetric_scale(value, lower, upper, ceiling=100) is Scale.LOGIT
    assert symmetric_scale(value, value * np.nan, value) is Scale.NATURAL


@pytest.mark.parametrize("scale", list(Scale))
def test_going_to_a_scale_and_back_changes_nothing(scale):
    value = np.array([0.2, 12.5, 99.0])
    assert from_scale(on_scale(value, scale, 100), scale, 100) == pytest.approx(value)
    assert np.isnan(on_scale(np.array([0.0, 100.0]), Scale.LOGIT, 100)).all()


def test_overlapping_intervals_can_still_differ():
    # 10 +/- 2 and 13 +/- 2 overlap between 11 and 12; the difference of 3 has an error of 1.44.
    error = np.array([2 / 1.96])
    z, p = difference_test(np.array([10.0]), error, np.array([13.0]), error)
    assert z == pytest.approx([-2.0789], abs=1e-4)
    assert p == pytest.approx([0.0376], abs=1e-4)
    assert np.isnan(difference_test(np.array([1.0]), np.array([0.0]), np.array([2.0]), np.array([0.0]))[0])


def test_false_discovery_adjustment_of_fifteen_p_values():
    p = [
        0.001,
        0.008,
        0.039,
        0.041,
        0.042,
        0.06,
        0.074,
        0.205,
        0.212,
        0.216,
        0.222,
        0.251,
        0.269,
        0.275,
        0.34,
    ]
    expected = [0.015, 0.06, 0.126, 0.126, 0.126, 0.15, 0.158571, *[0.294643] * 7, 0.34]
    shuffled = np.random.default_rng(1).permutation(len(p))
    found = false_discovery(np.array([*p, np.nan])[[*shuffled, len(p)]])
    assert found[:-1] == pytest.approx(np.array(expected)[shuffled], abs=1e-6)
    assert np.isnan(found[-1])
