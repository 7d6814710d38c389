"""Corners of the checks that the drawn tables of the manual do not reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from likeforlike.analysis.quality.checks import find_flags
from likeforlike.analysis.quality.copies import copied, most_decimals
from likeforlike.analysis.quality.jumps import exponent_of, jumps
from likeforlike.analysis.quality.levels import false_zeros, stopped_reporting
from likeforlike.analysis.quality.series import Series, last_known, stretches
from likeforlike.analysis.quality.slips import unit_slips
from likeforlike.analysis.quality.wholes import counties_against_districts
from likeforlike.domain.indicator import Break
from likeforlike.domain.period import Period
from likeforlike.domain.quality import Check, Pattern, Severity
from statistics_kit import matrix_of, years


def calm(areas: int = 60, periods: int = 8, seed: int = 3) -> np.ndarray:
    """Councils around their own levels, to three decimals."""
    draw = np.random.default_rng(seed)
    values = 100 * draw.uniform(0.5, 2, (areas, 1)) * draw.lognormal(0, 0.01, (areas, periods))
    return np.round(values, 3)


def series(values: np.ndarray, **more: object) -> Series:
    return Series.of(matrix_of(values, **more), ())  # type: ignore[arg-type]


def all_checks(one: Series) -> list[tuple[Check, int, int]]:
    flags = find_flags(one, np.zeros(len(one.matrix.areas), dtype=np.bool_))
    return [(flag.check, flag.row, flag.column) for flag in flags]


def test_calm_figures_raise_no_flag() -> None:
    assert all_checks(series(calm())) == []


def test_an_empty_a_constant_and_a_one_period_matrix_raise_no_flag() -> None:
    assert all_checks(series(np.full((20, 5), np.nan)[:, :0].reshape(20, 0))) == []
    assert all_checks(series(np.full((20, 5), 7.0))) == []
    assert all_checks(series(calm(periods=1))) == []


def test_a_slip_is_told_once_and_not_as_a_jump_there_and_back() -> None:
    values = calm()
    values[4, 3] *= 1000
    assert all_checks(series(values)) == [(Check.UNIT_SLIP, 4, 3)]


def test_a_slip_that_lasts_two_periods_is_two_slips() -> None:
    values = calm()
    values[4, 3:5] /= 100
    assert all_checks(series(values)) == [(Check.UNIT_SLIP, 4, 3), (Check.UNIT_SLIP, 4, 4)]


def test_a_whole_period_in_another_unit_is_one_flag_and_hides_no_slip_of_its_own() -> None:
    values = calm()
    values[:, 5:] *= 100
    values[9, 6] *= 1000
    found = unit_slips(series(values))
    assert [(flag.row, flag.column, flag.number) for flag in found] == [(-1, 5, 2), (9, 6, 3)]
    jumped = [flag for flag in find_flags(series(values), np.zeros(60, np.bool_)) if flag.check is Check.JUMP]
    assert not jumped


def test_nothing_is_compared_across_a_declared_break() -> None:
    values = calm()
    values[:2, 4:] *= 3
    assert {flag.row for flag in jumps(series(values))} == {0, 1}
    broken = Series.of(matrix_of(values), (Break(at="2014-01-01", reason="New boundaries."),))
    assert jumps(broken) == []
    assert broken.stretch.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_longer_period_begins_a_new_stretch() -> None:
    periods = (*years(2010, 2), Period.of(date(2012, 1, 1), date(2013, 12, 31)), *years(2014, 1))
    assert stretches(periods, ()).tolist() == [0, 0, 1, 2]


def test_the_last_known_value_is_the_one_before_in_the_same_stretch() -> None:
    values = np.array([[1.0, np.nan, 3.0, 4.0]])
    assert last_known(values, np.array([0, 0, 0, 1])).tolist() == [[-1, 0, 0, -1]]


def test_a_jump_over_a_gap_needs_to_be_larger() -> None:
    """Over four periods the usual change is twice as large."""
    values = calm()
    values[2, 4] *= 3
    (near,) = jumps(series(values))
    values[2, 1:4] = np.nan
    (far,) = jumps(series(values))
    assert near.number > 1.2 * far.number


def test_margins_that_overlap_excuse_a_jump() -> None:
    values = calm()
    values[4, 3] *= 3
    assert [flag.row for flag in jumps(series(values))] == [4]
    assert jumps(series(values, margin=values * 2)) == []


def test_the_scale_follows_how_councils_vary() -> None:
    draw = np.random.default_rng(8)
    level = draw.uniform(20, 400, (200, 1))
    none = np.zeros(12, dtype=np.int64)
    assert exponent_of(level * draw.lognormal(0, 0.05, (200, 12)), none) == 0.0
    assert exponent_of(draw.poisson(level, (200, 12)).astype(float), none) == 0.5
    assert exponent_of(level + draw.normal(0, 2, (200, 12)), none) == 1.0
    assert exponent_of(np.array([[-1.0, 2.0]]), none[:2]) == 1.0


def test_shared_estimates_are_no_copies() -> None:
    values = calm()
    values[5] = values[6]
    counted = np.ones(values.shape, np.bool_)
    assert {flag.row for flag in copied(series(values))} == {5, 6}
    counted[5] = False
    assert copied(series(values, counted=counted)) == []


def test_a_period_that_half_of_all_councils_repeat_is_one_flag() -> None:
    values = calm()
    values[:40, 5] = values[:40, 4]
    (flag,) = copied(series(values))
    assert (flag.row, flag.column, flag.pattern, flag.number) == (-1, 5, Pattern.CARRIED_FORWARD, 40)
    assert flag.severity is Severity.PROBABLE_ERROR
    values = calm()
    values[:10, 5] = values[:10, 4]
    found = copied(series(values))
    assert [(flag.row, flag.column) for flag in found] == [(row, 5) for row in range(10)]


def test_a_floor_to_which_a_series_comes_back_is_no_run() -> None:
    values = calm(periods=12)
    values[3, 2:6] = 41.237
    assert {flag.column for flag in copied(series(values))} == {3, 4, 5}
    values[3, 9] = 41.237
    assert copied(series(values)) == []


def test_rounded_figures_repeat_and_are_not_flagged() -> None:
    values = np.round(calm(periods=10) / 10)
    assert (np.diff(values, axis=1) == 0).mean() > 0.3
    assert copied(series(values)) == []


def test_decimals() -> None:
    assert most_decimals(np.array([1.5, 2.25, 3.0])) == 2
    assert most_decimals(np.array([1.5, 2.25, 3.0, 4.0, 1 / 3]), 0.8) == 2
    assert most_decimals(np.array([1 / 3])) == 8


def test_zeros_that_many_have_are_no_doubt() -> None:
    values = calm()
    values[:10, 3] = 0
    assert false_zeros(series(values)) == []
    values = calm()
    values[2, 3] = 0
    assert [(flag.row, flag.column) for flag in false_zeros(series(values))] == [(2, 3)]


def test_a_council_that_never_reported_has_not_stopped() -> None:
    values = calm()
    values[3] = np.nan
    values[4, -1] = np.nan
    values[5, 1:] = np.nan
    values[6, -1] = np.nan
    explained = np.zeros(60, np.bool_)
    explained[6] = True
    assert [flag.row for flag in stopped_reporting(series(values), explained)] == [4]


def test_a_period_that_only_some_have_reached_is_nobodys_silence() -> None:
    values = calm()
    values[20:, -1] = np.nan
    assert stopped_reporting(series(values), np.zeros(60, np.bool_)) == []


def test_county_figures_that_are_the_county_councils_own_are_not_compared() -> None:
    values = np.array([[50.0], [10.0], [20.0], [15.0], [10.0], [20.0]])
    parts = {0: [1, 2], 3: [4, 5]}
    assert [flag.row for flag in counties_against_districts(values, parts, adds_up=False, decimals=1)] == [0]
    values[3] = 60.0
    assert counties_against_districts(values, parts, adds_up=False, decimals=1) == []


def test_a_county_adds_up() -> None:
    values = np.array([[30.0], [10.0], [20.0], [50.0], [10.0], [20.0]])
    found = counties_against_districts(values, {0: [1, 2], 3: [4, 5]}, adds_up=True, decimals=0)
    assert [(flag.row, flag.value, flag.compared) for flag in found] == [(3, 50.0, 30.0)]


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_councils_changes_no_flag(seed: int) -> None:
    values = calm(seed=seed)
    for row, column, factor in ((3, 2, 10), (8, 5, 3), (20, 7, 0)):
        values[row, column] *= factor
    values[30] = values[31]
    values[40, -1] = np.nan
    order = np.random.default_rng(seed).permutation(len(values))
    straight, mixed = series(values), series(values[order])
    place = {int(row): number for number, row in enumerate(order)}
    moved = sorted((check, place[row], column) for check, row, column in all_checks(straight))
    assert moved == sorted(all_checks(mixed))
    assert len(moved) >= 10


def test_flags_do_not_depend_on_the_unit() -> None:
    values = calm()
    values[3, 2] *= 3
    assert all_checks(series(values)) == all_checks(series(np.round(values * 1000)))


def test_small_places_are_given_room() -> None:
    values = 100 * np.random.default_rng(2).lognormal(0, 0.01, (60, 8))
    values[4, 3] *= 1.15
    one = series(values)
    people = np.full(60, 160_000.0)
    assert [flag.row for flag in jumps(replace(one, people=people))] == [4]
    people[4] = 2_500
    assert jumps(replace(one, people=people)) == []
