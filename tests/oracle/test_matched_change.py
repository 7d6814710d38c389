"""The matched comparison against a slow reading of its definition, and against what chance must give."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from likeforlike.analysis.change_design import Announced, Awards, Design, Unusable, design, window
from likeforlike.analysis.matched_change import Change, Finding, compare
from likeforlike.analysis.matching import (
    Cohort,
    estimate,
    matching_distances,
    nearest_first,
    placebo_estimates,
    weights,
)
from likeforlike.domain.period import Period

PERIODS = tuple(Period.months(date(2010 + year, 1, 1), 12) for year in range(14))
EARLY, LATE = (Announced(day, day) for day in (date(2019, 9, 6), date(2021, 3, 3)))


def panel(seed: int, places: int = 150, funded: int = 40, effect: float = 0.0) -> dict[str, object]:
    """Places whose trends depend on their circumstances, with awards drawn at random on two days."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(places, 4))
    drift = (
        0.1 * features[:, :1] * np.arange(len(PERIODS)) + rng.normal(size=(places, 14)).cumsum(axis=1) * 0.3
    )
    outcome = 2 * features[:, 1:2] + drift + rng.normal(size=(places, 14)) * 0.4
    days: list[Announced | None] = [None] * places
    for number, row in enumerate(rng.permutation(places)[:funded]):
        days[row] = EARLY if number % 3 else LATE
        outcome[row, [p.start >= (EARLY if number % 3 else LATE).latest for p in PERIODS]] += effect
    apart = np.sqrt(((features[:, None] - features[None]) ** 2).sum(axis=2))
    awards = Awards(tuple(days), np.zeros(places, dtype=np.bool_))
    return {"outcome": outcome, "periods": PERIODS, "awards": awards, "circumstances": apart}


def compared(given: dict[str, object], **options: object) -> Change:
    made = compare(**given, **{"draws": 199} | options)  # type: ignore[arg-type]
    assert isinstance(made, Change)
    return made


def slow_estimate(given: dict[str, object], k: int = 5) -> float:
    """The definition with loops: each place's change less the mean change of its nearest unfunded places."""
    outcome, awards, apart = given["outcome"], given["awards"], given["circumstances"]
    assert isinstance(outcome, np.ndarray)
    assert isinstance(apart, np.ndarray)
    assert isinstance(awards, Awards)
    off = ~np.eye(len(outcome), dtype=bool)
    differences = []
    for row, day in enumerate(awards.days):
        if day is None:
            continue
        before = [c for c, p in enumerate(PERIODS) if p.end < day.earliest]
        after = [c for c, p in enumerate(PERIODS) if p.start >= day.latest]
        level, earlier = outcome[:, before[-3:]].mean(axis=1), outcome[:, before[-6:-3]].mean(axis=1)
        change = outcome[:, after].mean(axis=1) - level
        past = np.zeros(apart.shape)
        for part in (level, earlier):
            past += ((part[:, None] - part[None, :]) / part.std()) ** 2
        total = apart**2 / np.median((apart**2)[off]) + past / np.median(past[off])
        unfunded = [c for c in np.argsort(total[row]) if awards.days[c] is None]
        differences.append(change[row] - np.mean([change[c] for c in unfunded[:k]]))
    return float(np.mean(differences))


@pytest.mark.parametrize("seed", range(4))
def test_the_estimate_equals_the_definition(seed: int) -> None:
    given = panel(seed, effect=0.5)
    assert compared(given).value == pytest.approx(slow_estimate(given))


def test_one_weighted_sum_gives_the_same_estimate() -> None:
    rng = np.random.default_rng(5)
    apart = rng.random((60, 60))
    changes = rng.normal(size=(60, 3))
    cohort = Cohort(nearest_first(apart + apart.T), changes)
    rows = np.arange(12)
    matched = estimate([cohort], [rows], 4)
    sums = weights(rows[None, :], matched.comparators[None, :, :], 60, 12)
    assert sums.sum() == pytest.approx(0)
    assert (sums @ changes)[0] == pytest.approx(matched.value)


@pytest.mark.parametrize("sizes", [(12,), (7, 9), (38,)])
def test_placebo_funds_equal_drawing_and_matching_one_at_a_time(sizes: tuple[int, ...]) -> None:
    """The same lots, each fund matched by itself; 38 of 40 places leave only two comparators."""
    rng = np.random.default_rng(11)
    cohorts = []
    for _ in sizes:
        apart = rng.random((40, 40))
        cohorts.append(Cohort(nearest_first(apart + apart.T), rng.normal(size=(40, 2))))
    made = placebo_estimates(cohorts, sizes, 4, draws=130, seed=3)
    lots = np.random.default_rng(3).random((130, 40))
    for lot, found in zip(lots, made, strict=True):
        drawn = list(np.argsort(lot)[: sum(sizes)])
        differences = []
        for number, cohort in enumerate(cohorts):
            for place in drawn[sum(sizes[:number]) : sum(sizes[: number + 1])]:
                nearest = [other for other in cohort.order[place] if other not in drawn][:4]
                differences.append(cohort.changes[place] - cohort.changes[nearest].mean(axis=0))
        assert found == pytest.approx(np.mean(differences, axis=0))


@pytest.mark.parametrize("seed", range(3))
def test_adding_a_constant_to_places_or_periods_does_not_change_the_estimate(seed: int) -> None:
    given = panel(seed)
    outcome = given["outcome"]
    assert isinstance(outcome, np.ndarray)
    by_period = given | {"outcome": outcome + np.random.default_rng(9).normal(size=(1, 14)) * 20}
    assert compared(by_period).value == pytest.approx(compared(given).value)
    everything = given | {"outcome": outcome + 1000.0}
    assert compared(everything).value == pytest.approx(compared(given).value)
    assert compared(everything).p_value == compared(given).p_value


def test_the_order_of_places_does_not_matter() -> None:
    given = panel(2)
    outcome, apart, awards = given["outcome"], given["circumstances"], given["awards"]
    assert isinstance(outcome, np.ndarray)
    assert isinstance(apart, np.ndarray)
    assert isinstance(awards, Awards)
    turned = np.random.default_rng(1).permutation(len(outcome))
    other = {
        "outcome": outcome[turned],
        "periods": PERIODS,
        "awards": Awards(tuple(awards.days[row] for row in turned), awards.unclear[turned]),
        "circumstances": apart[np.ix_(turned, turned)],
    }
    assert compared(other).value == pytest.approx(compared(given).value)
    assert compared(other).standard_error == pytest.approx(compared(given).standard_error)


def test_a_true_difference_is_found_and_its_interval_holds_it() -> None:
    held = [compared(panel(seed, effect=0.5)) for seed in range(20)]
    assert np.mean([one.value for one in held]) == pytest.approx(0.5, abs=0.06)
    assert sum(one.interval[0] <= 0.5 <= one.interval[1] for one in held) >= 17
    assert all(one.detectable for one in held)
    assert sum(one.p_value < 0.05 for one in held) >= 17


def test_funds_given_at_random_show_a_difference_about_once_in_twenty_and_not_more() -> None:
    """200 placebo funds: 10 expected; more than 20 has a chance below one in a thousand."""
    held = [compared(panel(1000 + seed, places=100, funded=25)) for seed in range(200)]
    assert 2 <= sum(one.p_value <= 0.05 for one in held) <= 20
    assert sum(one.pre_trend_p <= 0.05 for one in held) <= 20
    assert sum(one.placebo_in_time.p_value <= 0.05 for one in held if one.placebo_in_time) <= 20
    covered = sum(one.interval[0] <= 0 <= one.interval[1] for one in held)
    assert covered >= 178  # 190 expected at 95 %


def test_the_smallest_detectable_difference_is_found_about_four_times_in_five() -> None:
    mde = np.mean([compared(panel(seed)).mde for seed in range(10)])
    found = [compared(panel(seed, effect=float(mde))).p_value < 0.05 for seed in range(60)]
    assert 0.62 <= np.mean(found) <= 0.95


def test_places_that_were_already_moving_apart_are_said_to_have_been() -> None:
    given = panel(3)
    outcome, awards = given["outcome"], given["awards"]
    assert isinstance(outcome, np.ndarray)
    assert isinstance(awards, Awards)
    funded = np.array([day is not None for day in awards.days])
    outcome[funded] += 0.25 * np.arange(14)
    made = compared(given)
    assert made.pre_trend_p < 0.05
    assert made.finding(q_value=0.01) in (Finding.MOVED_APART_BEFORE, Finding.NOT_DETECTABLE)


def test_what_cannot_be_detected_is_said_before_anything_else() -> None:
    given = panel(4, effect=5.0)
    outcome = given["outcome"]
    assert isinstance(outcome, np.ndarray)
    noisy = given | {"outcome": outcome + np.random.default_rng(8).normal(size=outcome.shape) * 50}
    made = compared(noisy)
    if made.detectable:
        pytest.fail(f"a spread of 50 cannot let {made.plausible} be detected: {made.mde}")
    assert made.finding(q_value=0.001) is Finding.NOT_DETECTABLE


@pytest.mark.parametrize("seed", range(5))
def test_who_is_left_out_as_like_nobody_does_not_hang_on_who_is_funded(seed: int) -> None:
    """Otherwise awards drawn by lot would show a difference more often than once in twenty."""
    given = panel(seed)
    outcome = given["outcome"]
    assert isinstance(outcome, np.ndarray)
    outcome[:3] += 200.0
    first = design(outcome, PERIODS, given["awards"])  # type: ignore[arg-type]
    for other in range(3):
        awards = panel(100 + other)["awards"]
        made = design(outcome, PERIODS, awards)  # type: ignore[arg-type]
        assert isinstance(made, Design)
        assert isinstance(first, Design)
        assert made.rows.tolist() == first.rows.tolist() == list(range(3, 150))
        assert made.unlike == 3


def test_a_period_in_which_the_award_fell_is_neither_before_nor_after() -> None:
    found = window(PERIODS, np.ones(14, dtype=np.bool_), LATE)
    assert not isinstance(found, Unusable)
    assert found.last_before == 10  # 2020; 2021 holds the announcement
    assert found.after == (12, 13)  # 2022 and 2023


def test_an_award_of_unknown_day_leaves_out_every_period_it_may_have_fallen_in() -> None:
    found = window(PERIODS, np.ones(14, dtype=np.bool_), Announced(date(2019, 10, 1), date(2021, 7, 1)))
    assert not isinstance(found, Unusable)
    assert found.last_before == 8  # 2018
    assert found.after == (12, 13)


@pytest.mark.parametrize(
    ("day", "breaks", "reason"),
    [
        (Announced(date(2024, 1, 1), date(2024, 1, 1)), (), Unusable.NO_OUTCOME_AFTER),
        (Announced(date(2022, 12, 1), date(2023, 1, 1)), (), Unusable.TOO_EARLY),
        (Announced(date(2012, 1, 1), date(2012, 1, 1)), (), Unusable.TOO_FEW_BEFORE),
        (EARLY, (date(2020, 1, 1),), Unusable.NO_OUTCOME_AFTER),
        (EARLY, (date(2017, 1, 1),), Unusable.TOO_FEW_BEFORE),
    ],
)
def test_too_little_on_either_side_of_the_award_gives_a_reason(
    day: Announced, breaks: tuple[date, ...], reason: Unusable
) -> None:
    assert window(PERIODS, np.ones(14, dtype=np.bool_), day, breaks) is reason


def test_places_with_a_missing_value_or_an_unclear_award_are_left_out_and_counted() -> None:
    given = panel(6)
    outcome, awards = given["outcome"], given["awards"]
    assert isinstance(outcome, np.ndarray)
    assert isinstance(awards, Awards)
    funded = [row for row, day in enumerate(awards.days) if day is not None]
    outcome[funded[0], 13] = np.nan
    unclear = awards.unclear.copy()
    unclear[funded[1]] = True
    made = compared(given | {"awards": Awards(awards.days, unclear)})
    assert made.design.funded == 38
    assert made.design.dropped == 2
    assert made.design.comparators == 110


def test_too_few_places_give_a_reason_and_no_estimate() -> None:
    assert compare(**panel(1, funded=4)) is Unusable.TOO_FEW_FUNDED  # type: ignore[arg-type]
    assert compare(**panel(1, places=30, funded=15)) is Unusable.TOO_FEW_COMPARATORS  # type: ignore[arg-type]


def test_distances_do_not_depend_on_units() -> None:
    rng = np.random.default_rng(2)
    apart, history = rng.random((20, 20)), rng.normal(size=(20, 2))
    assert matching_distances(apart * 1000, history / 1000) == pytest.approx(
        matching_distances(apart, history)
    )
