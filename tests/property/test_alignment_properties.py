"""What must hold of alignment statistics for any money, need and people."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from likeforlike.analysis.alignment import Question, align, inequality, moved_shares
from likeforlike.analysis.concentration import (
    concentration_curve,
    concentration_index,
    concentration_se,
    gini,
    hoover,
)
from likeforlike.analysis.correlation import spearman
from likeforlike.analysis.counterfactual import Rule, counterfactual, misallocated_share, need_quantity
from likeforlike.analysis.resampling import Resamples, fractional_ranks

SIZES = st.integers(3, 25)


@st.composite
def places(draw):
    n = draw(SIZES)
    money = draw(hnp.arrays(float, n, elements=st.integers(0, 50).map(float)))
    need = draw(hnp.arrays(float, n, elements=st.integers(0, 6).map(float)))
    people = draw(hnp.arrays(float, n, elements=st.integers(1, 90).map(float)))
    assume(money.sum() > 0)
    return money, need, people


@given(places())
def test_the_concentration_index_is_nought_when_money_per_head_is_equal(place):
    _, need, people = place
    assert abs(concentration_index(people * 7, need, people)) < 1e-12


@given(places())
def test_reversing_the_order_of_need_turns_the_sign(place):
    money, need, people = place
    one, other = concentration_index(money, need, people), concentration_index(money, -need, people)
    assert abs(one + other) < 1e-12
    assert abs(concentration_se(money, need, people) - concentration_se(money, -need, people)) < 1e-7 or (
        len(np.unique(need)) < 2
    )


@given(places(), st.floats(0.001, 1e6))
def test_counting_money_in_another_unit_changes_nothing(place, unit):
    money, need, people = place
    for statistic in (concentration_index, concentration_se):
        one, other = statistic(money, need, people), statistic(money * unit, need, people)
        assert (np.isnan(one) and np.isnan(other)) or abs(one - other) < 1e-7
    assert abs(gini(money, people) - gini(money * unit, people)) < 1e-9


@given(places(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(place, random):
    money, need, people = place
    order = list(range(len(money)))
    random.shuffle(order)
    assert (
        abs(
            concentration_index(money, need, people)
            - concentration_index(money[order], need[order], people[order])
        )
        < 1e-10
    )


@given(places())
def test_areas_of_equal_need_may_be_added_up_without_changing_the_index(place):
    money, need, people = place
    values, group = np.unique(need, return_inverse=True)
    merged = concentration_index(np.bincount(group, money), values, np.bincount(group, people))
    assert abs(concentration_index(money, need, people) - merged) < 1e-10


@given(places())
def test_the_index_lies_within_the_gini_coefficient(place):
    money, need, people = place
    assert abs(concentration_index(money, need, people)) <= gini(money, people) + 1e-9
    assert -1e-9 <= hoover(money, people) <= gini(money, people) + 1e-9


@given(places())
def test_curves_start_at_nothing_and_end_at_everything(place):
    money, need, people = place
    curve = concentration_curve(money, need, people)
    for shares in (curve.people_share, curve.money_share):
        assert shares[0] == 0
        assert abs(shares[-1] - 1) < 1e-12
        assert (np.diff(shares) >= 0).all()


@given(places())
def test_fractional_ranks_average_one_half(place):
    _, need, people = place
    ranks = fractional_ranks(need, people[None, :])[0]
    assert abs((ranks * people).sum() / people.sum() - 0.5) < 1e-12


@given(places())
def test_gaps_from_need_add_up_to_nothing_and_half_of_them_is_what_would_move(place):
    money, need, people = place
    for rule in Rule:
        quantity = need_quantity(need, people, rule)
        if quantity.sum() == 0:
            continue
        result = counterfactual(money, quantity)
        assert abs(result.gap_gbp.sum()) < 1e-9 * money.sum()
        moved = np.maximum(result.gap_gbp, 0).sum() / money.sum()
        assert abs(result.misallocated_share - moved) < 1e-9
        assert 0 <= result.misallocated_share <= 1


@given(places())
def test_merging_places_never_raises_the_share_that_would_have_to_move(place):
    money, need, people = place
    quantity = need * people
    assume(quantity.sum() > 0)
    pairs = np.arange(len(money)) // 2
    merged = misallocated_share(np.bincount(pairs, money), np.bincount(pairs, quantity))
    assert merged <= misallocated_share(money, quantity) + 1e-9


@settings(max_examples=50)
@given(places())
def test_rank_correlation_turns_with_need_and_ignores_how_need_is_measured(place):
    money, need, people = place
    per_head = money / people
    assume(len(np.unique(need)) > 1 and len(np.unique(per_head)) > 1)
    assert abs(spearman(need, per_head) + spearman(-need, per_head)) < 1e-12
    assert abs(spearman(need, per_head) - spearman(np.exp(need), per_head)) < 1e-12


WITH_INTERVAL = ("spearman", "kendall", "pearson", "weighted_pearson")


def answered(money, need, people, *, per_head=True):
    question = Question(money, need, people, need * people, per_head)
    return align(question, Resamples.of(len(need), draws=40, seed=1))


def same(one, other):
    return all(
        (np.isnan(a) and np.isnan(b)) or abs(a - b) < 1e-7
        for a, b in zip(np.ravel(one), np.ravel(other), strict=True)
    )


@settings(max_examples=40, deadline=None)
@given(places(), st.floats(0.001, 1e6), st.booleans())
def test_no_statistic_of_a_question_depends_on_the_unit_of_money(place, unit, per_head):
    money, need, people = place
    assume(need.sum() > 0)
    one, other = (answered(m, need, people, per_head=per_head) for m in (money, money * unit))
    for name in (*WITH_INTERVAL, "concentration_index", "concentration_se", "misallocated_share"):
        assert same(getattr(one, name), getattr(other, name)), name
    for name in WITH_INTERVAL:
        assert same(getattr(one, f"{name}_interval"), getattr(other, f"{name}_interval")), name
    assert abs(other.total_gbp - unit * one.total_gbp) <= 1e-9 * other.total_gbp


@settings(max_examples=40, deadline=None)
@given(places())
def test_every_statistic_of_a_question_turns_when_the_order_of_need_does(place):
    money, need, people = place
    one, other = answered(money, need, people), answered(money, -need, people)
    for name in (*WITH_INTERVAL, "concentration_index"):
        assert same(getattr(one, name), -getattr(other, name)), name


@settings(max_examples=40, deadline=None)
@given(places())
def test_with_the_same_for_every_person_nothing_is_concentrated_or_unequal(place):
    _, need, people = place
    found = answered(people * 7, need, people)
    assert abs(found.concentration_index) < 1e-12
    assert found.concentration_se < 1e-6 or np.isnan(found.concentration_se)
    spread = inequality(people * 7, people, Resamples.of(len(need), draws=40, seed=1))
    assert abs(spread.gini) < 1e-12 and abs(spread.hoover) < 1e-12


@settings(max_examples=40, deadline=None)
@given(places(), st.integers(0, 99))
def test_inequality_of_a_resample_is_that_of_the_areas_written_out(place, seed):
    money, _, people = place
    resamples = Resamples.of(len(money), draws=3, seed=seed)
    moved = moved_shares(money, people, resamples.counts)
    for row, counts in enumerate(resamples.counts):
        rows = np.repeat(np.arange(len(money)), counts.astype(int))
        expected = hoover(money[rows], people[rows])
        assert (np.isnan(moved[row]) and np.isnan(expected)) or abs(moved[row] - expected) < 1e-12
    spread = inequality(money, people, resamples)
    assert abs(spread.gini - gini(money, people)) < 1e-9
    assert abs(spread.hoover - hoover(money, people)) < 1e-12
