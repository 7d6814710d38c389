"""Groups of councils as comparators."""

from __future__ import annotations

import numpy as np
import pytest

from likeforlike.analysis.groups import group_benchmark, verdicts_against_group
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Certainty
from statistics_kit import HIGH, LOW, codes, indicator_with, matrix_of

A, B, C, D, E, F, G = codes(7)


def test_mean_median_and_weighted_mean_of_the_members_that_have_a_value():
    matrix = matrix_of([[10.0], [20.0], [np.nan], [60.0], [99.0]], margin=1.96)
    people = np.array([[1.0], [2.0], [5.0], [1.0], [9.0]])
    group = group_benchmark(matrix, [A, B, C, D], people)
    assert (group.count[0], group.mean[0], group.median[0]) == (3, 30.0, 20.0)
    assert group.weighted_mean[0] == pytest.approx((10 + 40 + 60) / 4)
    assert group.missing(0) == (C,)
    # Three errors of 1: the mean's error is sqrt(3) / 3.
    assert group.mean_upper[0] - group.mean[0] == pytest.approx(1.96 / np.sqrt(3), abs=1e-4)


def test_a_shared_estimate_counts_once_and_carries_the_people_of_both():
    counted = np.array([[True], [False], [True]])
    matrix = matrix_of([[10.0], [10.0], [40.0]], counted=counted)
    group = group_benchmark(matrix, [A, B, C], np.array([[1.0], [1.0], [1.0]]))
    assert (group.count[0], group.mean[0], group.weighted_mean[0]) == (2, 25.0, 20.0)
    alone = group_benchmark(matrix, [B, C])
    assert (alone.count[0], alone.mean[0]) == (2, 25.0)  # without its holder the estimate still counts
    assert np.isnan(alone.weighted_mean[0])


def test_a_missing_weight_shows_in_the_count():
    matrix = matrix_of([[10.0], [20.0]])
    group = group_benchmark(matrix, [A, B], np.array([[1.0], [np.nan]]))
    assert (group.weighted_count[0], group.weighted_mean[0], group.count[0]) == (1, 10.0, 2)


def test_verdicts_use_intervals_where_there_are_any_and_position_for_complete_counts():
    values = [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [50.0]]
    members = [A, B, C, D, E, F]
    exact = matrix_of(values)
    group = group_benchmark(exact, members)
    found = verdicts_against_group(exact, group, indicator_with(LOW))[:, 0]
    assert list(found) == ["better", "better", "similar", "similar", "worse", "worse", "worse"]
    sample = indicator_with(LOW, Certainty.SAMPLE)
    assert set(verdicts_against_group(exact, group, sample)[:, 0]) == {"cannot_tell"}
    wide = matrix_of(values, margin=4.0)
    found = verdicts_against_group(
        wide, group_benchmark(wide, members), indicator_with(HIGH, Certainty.SAMPLE)
    )
    assert list(found[:, 0]) == ["similar"] * 6 + ["better"]


@pytest.mark.parametrize("members", [[], [A, A], [A, "E06999999"]])
def test_an_empty_doubled_or_unknown_group_is_refused(members):
    with pytest.raises(RequestError):
        group_benchmark(matrix_of([[1.0], [2.0]]), members)
