"""Convergence and mobility against statsmodels, constructed series and slow counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from likeforlike.analysis.convergence import beta_convergence, rank_mobility
from likeforlike.domain.errors import RequestError


def test_beta_and_its_interval_equal_least_squares_with_hc3_errors():
    random = np.random.default_rng(5)
    first = random.lognormal(3, 0.4, 120)
    last = first**0.8 * random.lognormal(0.7, 0.1, 120)
    first[3], last[9] = np.nan, np.nan
    keep = np.isfinite(first) & np.isfinite(last)
    fitted = sm.OLS(np.log(last / first)[keep] / 12, sm.add_constant(np.log(first[keep]))).fit(
        cov_type="HC3", use_t=True
    )
    found = beta_convergence(first, last, 12)
    assert found.beta == pytest.approx(fitted.params[1])
    assert found.error == pytest.approx(fitted.bse[1])
    assert (found.lower_95, found.upper_95) == pytest.approx(tuple(fitted.conf_int()[1]))
    assert found.count == 118
    levels = beta_convergence(first, last, 12, logs=False)
    fitted = sm.OLS((last - first)[keep] / 12, sm.add_constant(first[keep])).fit(cov_type="HC3")
    assert (levels.beta, levels.error) == pytest.approx((fitted.params[1], fitted.bse[1]))
    assert math.isnan(levels.speed_per_year)


def test_places_that_close_two_percent_of_their_distance_a_year_have_that_speed():
    # ln y moves towards 4 at 2 % a year, the rate of Barro and Sala-i-Martin: half the distance in 35 years.
    start = np.linspace(2, 5, 30)
    end = 4 + (start - 4) * math.exp(-0.02 * 25)
    found = beta_convergence(np.exp(start), np.exp(end), 25)
    assert found.speed_per_year == pytest.approx(0.02)
    assert found.half_life_years == pytest.approx(34.657, abs=1e-3)
    apart = beta_convergence(np.exp(start), np.exp(4 + (start - 4) * 1.5), 25)
    assert apart.beta > 0
    assert apart.speed_per_year < 0
    assert math.isnan(apart.half_life_years)


def test_noise_alone_looks_like_convergence_until_it_is_allowed_for():
    random = np.random.default_rng(8)
    truth = random.normal(50, 4, 4000)
    first, last = truth + random.normal(0, 3, 4000), truth + random.normal(0, 3, 4000)
    found = beta_convergence(first, last, 10, logs=False, first_errors=np.full(4000, 3.0))
    assert found.upper_95 < 0
    assert found.beta_corrected == pytest.approx(0, abs=0.004)
    assert math.isnan(beta_convergence(first, last, 10, logs=False).beta_corrected)


def test_what_cannot_be_answered_is_refused():
    some = np.linspace(1, 2, 12)
    with pytest.raises(RequestError, match="Only 9 areas"):
        beta_convergence(some[:9], some[:9], 5)
    with pytest.raises(RequestError, match="above zero"):
        beta_convergence(some - 1, some, 5)
    with pytest.raises(RequestError, match="same value"):
        beta_convergence(np.ones(12), some, 5)
    with pytest.raises(RequestError, match="Only 4 areas"):
        rank_mobility(some[:4], some[:4])


def test_nothing_moves_when_the_order_stays():
    first = np.arange(20.0)
    found = rank_mobility(first, first * 3 + 1)
    assert (found.tau_b, found.spearman, found.mean_rank_change, found.shorrocks) == (1, 1, 0, 0)
    assert found.transition == pytest.approx(np.eye(5))
    turned = rank_mobility(first, -first)
    assert (turned.tau_b, turned.spearman) == (-1, -1)


def test_mobility_equals_counting_by_hand():
    first = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, np.nan])
    last = np.array([2.0, 1, 3, 5, 4, 6, 7, 8, 10, 9, 3])
    found = rank_mobility(first, last, groups=5)
    # Three of 45 pairs change order; six areas move by one place; places 4 and 5 straddle two groups.
    assert found.tau_b == pytest.approx((42 - 3) / 45)
    assert found.mean_rank_change == pytest.approx(0.6)
    assert found.spearman == pytest.approx(1 - 6 * 6 / (10 * 99))
    assert found.transition[1].tolist() == [0, 0.5, 0.5, 0, 0]
    assert found.shorrocks == pytest.approx((5 - (1 + 1 + 0.5 + 0.5 + 1)) / 4)


def test_ties_lower_both_parts_of_tau():
    first, last = np.repeat(np.arange(5.0), 2), np.arange(10.0)
    # 45 pairs, 5 tied in the first: tau-b = 40 / sqrt(40 x 45).
    assert rank_mobility(first, last).tau_b == pytest.approx(40 / math.sqrt(40 * 45))
