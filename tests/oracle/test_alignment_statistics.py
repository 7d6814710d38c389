"""Alignment statistics against SciPy, statsmodels, published worked examples, and slow definitions."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from likeforlike.analysis.alignment import Equal, Question, align, group_table
from likeforlike.analysis.concentration import (
    concentration_curve,
    concentration_index,
    concentration_se,
    gini,
    hoover,
)
from likeforlike.analysis.correlation import kendall, pearson, signs, spearman
from likeforlike.analysis.counterfactual import band, counterfactual, misallocated_share
from likeforlike.analysis.regression import indicators, least_squares, poisson
from likeforlike.analysis.resampling import Resamples, bca_interval, fractional_ranks, midranks
from likeforlike.analysis.specifications import Draws, Universe, answer_all

N = 60


@pytest.fixture
def sample() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Money with many zeros, need with ties, and people."""
    rng = np.random.default_rng(7)
    need = np.round(rng.normal(20, 6, N))
    population = rng.uniform(4e4, 6e5, N)
    money = np.where(rng.random(N) < 0.5, rng.gamma(2, 8e6, N) * need / 20, 0.0)
    return money, need, population


def test_rank_and_linear_correlations_equal_scipy(sample):
    money, need, population = sample
    per_head = money / population
    ones = np.ones(N)
    assert spearman(need, per_head) == pytest.approx(stats.spearmanr(need, per_head).statistic, abs=1e-12)
    assert pearson(need, per_head, ones) == pytest.approx(stats.pearsonr(need, per_head).statistic, abs=1e-12)
    tau = kendall(signs(need), signs(per_head), np.ones((1, N)))[0]
    assert tau == pytest.approx(stats.kendalltau(need, per_head).statistic, abs=1e-12)


def test_the_weighted_correlation_equals_the_one_of_people_counted_one_by_one():
    x, y, people = np.array([1.0, 4.0, 2.0]), np.array([3.0, 8.0, 1.0]), np.array([2, 5, 3])
    expanded = stats.pearsonr(np.repeat(x, people), np.repeat(y, people)).statistic
    assert pearson(x, y, people.astype(float)) == pytest.approx(expanded, abs=1e-12)


def test_statistics_of_a_resample_by_counts_equal_those_of_the_areas_written_out(sample):
    money, need, population = sample
    question = Question(money, need, population)
    resamples = Resamples.of(N, draws=5, seed=3)
    for counts in resamples.counts:
        rows = np.repeat(np.arange(N), counts.astype(int))
        x, y = need[rows], question.outcome[rows]
        one = counts[None, :]
        expected = stats.spearmanr(x, y).statistic
        assert np.repeat(midranks(need, one)[0], counts.astype(int)) == pytest.approx(stats.rankdata(x))
        got = pearson(midranks(need, one), midranks(question.outcome, one), one)[0]
        assert got == pytest.approx(expected, abs=1e-10)
        assert kendall(signs(need), signs(question.outcome), one)[0] == pytest.approx(
            stats.kendalltau(x, y).statistic, abs=1e-10
        )


def test_the_bca_interval_equals_scipys_for_the_same_draws(sample):
    money, need, _ = sample

    def statistic(x, y):
        return stats.pearsonr(x, y).statistic

    result = stats.bootstrap(
        (need, money), statistic, paired=True, vectorized=False, n_resamples=999, method="BCa", rng=5
    )
    left_out = np.array([statistic(np.delete(need, i), np.delete(money, i)) for i in range(N)])
    low, high = bca_interval(statistic(need, money), result.bootstrap_distribution, left_out)
    assert (low, high) == pytest.approx(tuple(result.confidence_interval), abs=1e-12)


def test_the_concentration_index_of_deaths_under_five_in_india_is_as_published():
    """O'Donnell, van Doorslaer, Wagstaff and Lindelow (2008), Analyzing Health Equity, table 8.1: -0.1694."""
    births = np.array([29939, 28776, 26528, 24689, 19739.0])
    deaths = births * np.array([154.7, 152.9, 119.5, 86.9, 54.3]) / 1000
    poverty = np.array([5, 4, 3, 2, 1.0])
    assert concentration_index(deaths, poverty, births) == pytest.approx(-0.1694, abs=5e-5)
    curve = concentration_curve(deaths, poverty, births)
    assert curve.people_share == pytest.approx([0, 0.23, 0.45, 0.66, 0.85, 1], abs=0.006)
    assert curve.money_share == pytest.approx([0, 0.30, 0.59, 0.79, 0.93, 1], abs=0.006)


def test_the_concentration_index_is_one_minus_twice_the_area_under_its_curve(sample):
    money, need, population = sample
    curve = concentration_curve(money, need, population)
    area = np.trapezoid(curve.money_share, curve.people_share)
    assert concentration_index(money, need, population) == pytest.approx(1 - 2 * area, abs=1e-12)


def test_the_concentration_index_equals_the_convenient_regression(sample):
    """2 var(R) y / mean on R, weighted by people: the slope is the index."""
    money, need, population = sample
    share = population / population.sum()
    rank = fractional_ranks(-need, population[None, :])[0]
    per_head = money / population
    mean = share @ per_head
    variance = share @ (rank - share @ rank) ** 2
    slope = sm.WLS(2 * variance * per_head / mean, sm.add_constant(rank), weights=share).fit().params[1]
    assert concentration_index(money, need, population) == pytest.approx(slope, abs=1e-12)


def test_the_standard_error_equals_the_formula_for_single_people_where_every_group_is_one_person():
    """The formula of Kakwani and others (1997), written out for people one by one."""
    rng = np.random.default_rng(2)
    n = 200
    y = np.sort(rng.gamma(2, 1, n))[::-1] * rng.uniform(0.7, 1.3, n)
    need = np.arange(n, 0, -1.0)
    ranks = (np.arange(1, n + 1) - 0.5) / n
    mean = y.mean()
    index = 2 / (n * mean) * (y * ranks).sum() - 1
    q = np.concatenate([[0], np.cumsum(y)]) / (mean * n)
    a = y / mean * (2 * ranks - 1 - index) + 2 - q[:-1] - q[1:]
    variance = ((a**2).mean() - (1 + index) ** 2) / n
    assert concentration_se(y, need, np.ones(n)) == pytest.approx(np.sqrt(variance), rel=1e-12)


def test_the_standard_error_is_near_the_spread_of_bootstrap_draws():
    rng = np.random.default_rng(11)
    n = 250
    need, population = rng.normal(20, 8, n), rng.uniform(9e4, 1.1e5, n)
    money = population * rng.gamma(2, 10, n) * np.exp(need / 40)
    question = Question(money, need, population)
    answer = align(question, Resamples.of(n, draws=2000, seed=4))
    width = (answer.concentration_interval[1] - answer.concentration_interval[0]) / 3.92
    assert answer.concentration_se == pytest.approx(width, rel=0.15)


def test_gini_and_hoover_equal_their_definitions_person_by_person():
    money, people = np.array([0.0, 6.0, 3.0, 10.0]), np.array([2, 3, 1, 4])
    y = np.repeat(money / people, people)
    pairs = np.abs(y[:, None] - y[None, :]).sum() / (2 * len(y) ** 2 * y.mean())
    assert gini(money, people.astype(float)) == pytest.approx(pairs, abs=1e-12)
    assert hoover(money, people.astype(float)) == pytest.approx(np.abs(y - y.mean()).sum() / (2 * y.sum()))


def test_the_share_that_would_have_to_move_equals_a_hand_computed_example():
    money, need = np.array([60.0, 30.0, 10.0]), np.array([1.0, 1.0, 2.0])
    result = counterfactual(money, need)
    assert result.needed_gbp == pytest.approx([25, 25, 50])
    assert result.gap_gbp == pytest.approx([35, 5, -40])
    assert result.ratio == pytest.approx([2.4, 1.2, 0.2])
    assert result.misallocated_share == pytest.approx(0.4)


def test_the_band_is_the_least_and_the_most_that_any_measure_says():
    money, people = np.array([60.0, 30.0, 10.0]), np.array([10.0, 10.0, 10.0])
    result = band(money, np.array([[1.0, 1.0, 2.0], [2.0, 1.0, 1.0]]), people)
    assert result.low_gbp_per_head == pytest.approx([1.0, 0.5, -4.0])
    assert result.high_gbp_per_head == pytest.approx([3.5, 0.5, -1.5])
    assert result.rank_low.tolist() == [1, 2, 3]
    assert result.rank_high.tolist() == [1, 2, 3]


def test_least_squares_with_hc3_equals_statsmodels(sample):
    money, need, population = sample
    labels = [("north", "south", "east")[i % 3] for i in range(N)]
    columns, names = indicators(labels)
    design = np.column_stack([np.ones(N), need, np.log(population), columns])
    assert names == ("north", "south")
    mine = least_squares(money / population, design)
    theirs = sm.OLS(money / population, design).fit(cov_type="HC3")
    assert mine.coefficient == pytest.approx(theirs.params, rel=1e-8)
    assert mine.standard_error == pytest.approx(theirs.bse, rel=1e-8)
    assert mine.p_value == pytest.approx(theirs.pvalues, abs=1e-10)
    assert mine.explained_share == pytest.approx(theirs.rsquared, rel=1e-10)


def test_poisson_with_zeros_equals_statsmodels(sample):
    money, need, population = sample
    design = np.column_stack([np.ones(N), need / 10])
    mine = poisson(money, design, np.log(population))
    model = sm.GLM(money, design, family=sm.families.Poisson(), offset=np.log(population))
    theirs = model.fit(cov_type="HC0", tol=1e-14, maxiter=200)
    assert mine.coefficient == pytest.approx(theirs.params, rel=1e-6)
    assert mine.standard_error == pytest.approx(theirs.bse * np.sqrt(N / (N - 2)), rel=1e-5)
    assert mine.explained_share == pytest.approx(1 - theirs.deviance / theirs.null_deviance, rel=1e-6)


def test_two_controls_that_say_the_same_thing_are_refused(sample):
    money, need, _ = sample
    with pytest.raises(ArithmeticError, match="leave one of the controls out"):
        least_squares(money, np.column_stack([np.ones(N), need, 2 * need]))


def test_all_specifications_give_the_same_answers_as_one_question_at_a_time(sample):
    money, need, population = sample
    other = np.where(np.arange(N) == 5, np.nan, need**2)
    universe = Universe(
        population,
        {("a",): money, ("b",): money[::-1].copy()},
        {"one": need, "two": other},
        {"one": need * population},
    )
    answers = {(a.money, a.need, a.per_head): a for a in answer_all(universe, Draws(draws=300, seed=9))}
    assert len(answers) == 8
    for (key, name, per_head), got in answers.items():
        values = universe.need[name]
        mask = np.isfinite(values)
        question = Question(
            universe.money_gbp[key][mask],
            values[mask],
            population[mask],
            (need * population)[mask] if name == "one" else None,
            per_head,
        )
        expected = align(question, Resamples.of(int(mask.sum()), draws=300, seed=9))
        assert got.council_count == mask.sum()
        assert got.spearman == pytest.approx(expected.spearman, abs=2e-6)
        assert (got.spearman_low, got.spearman_high) == pytest.approx(expected.spearman_interval, abs=1e-3)
        assert got.pearson == pytest.approx(expected.pearson, abs=1e-10)
        assert got.kendall == pytest.approx(expected.kendall, abs=1e-10)
        assert got.concentration_index == pytest.approx(expected.concentration_index, abs=1e-10)
        assert (got.concentration_low, got.concentration_high) == pytest.approx(
            expected.concentration_interval, abs=1e-8
        )
        assert got.concentration_se == pytest.approx(expected.concentration_se, abs=1e-10)
        assert got.misallocated_share == pytest.approx(expected.misallocated_share, nan_ok=True)


def test_tenths_hold_equally_many_areas_and_shares_add_up():
    rng = np.random.default_rng(1)
    need, population, money = rng.random(100), rng.uniform(1e5, 2e5, 100), rng.random(100)
    table = group_table(Question(money, need, population, need * population), 10, Equal.AREAS)
    assert [group.area_count for group in table] == [10] * 10
    worst = np.argsort(-need)[:10]
    assert table[0].money_gbp == pytest.approx(money[worst].sum())
    assert table[0].gbp_per_head == pytest.approx(money[worst].sum() / population[worst].sum())
    assert sum(group.money_share for group in table) == pytest.approx(1)
    by_people = group_table(Question(money, need, population), 5, Equal.POPULATION)
    assert [group.people_share for group in by_people] == pytest.approx([0.2] * 5, abs=0.02)


def test_misallocation_is_nothing_when_money_follows_need_exactly():
    assert misallocated_share(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == pytest.approx(0)
