"""One estimate under several codes counts once, wherever it is used."""

from __future__ import annotations

import numpy as np

from likeforlike.analysis.benchmark import benchmark
from likeforlike.analysis.shared_estimates import counted_once, estimate_rows
from statistics_kit import codes, indicator_with, matrix_of


def counted_but(shape: tuple[int, int], *rows: int) -> np.ndarray:
    counted = np.ones(shape, np.bool_)
    counted[list(rows)] = False
    return counted


def test_a_repeated_cell_counts_under_the_row_it_repeats():
    matrix = matrix_of([[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]], counted=counted_but((3, 2), 2))
    assert estimate_rows(matrix)[:, 0].tolist() == [0, 1, 0]
    assert counted_once(matrix).sum(axis=0).tolist() == [2, 2]


def test_an_equal_value_elsewhere_is_not_taken_for_the_shared_one():
    # Rows 0 and 3 both have 5.0 in the first year; the second year tells which one row 2 repeats.
    values = [[5.0, 9.0], [1.0, 2.0], [5.0, 6.0], [5.0, 6.0]]
    assert estimate_rows(matrix_of(values, counted=counted_but((4, 2), 2)))[2].tolist() == [3, 3]


def test_among_rows_that_fit_equally_the_nearest_is_taken():
    values = [[5.0], [1.0], [5.0], [5.0]]
    assert estimate_rows(matrix_of(values, counted=counted_but((4, 1), 3)))[3, 0] == 2


def test_intervals_must_match_too():
    matrix = matrix_of([[5.0], [5.0]], margin=[[1.0], [2.0]], counted=counted_but((2, 1), 1))
    assert estimate_rows(matrix)[:, 0].tolist() == [0, 1]


def test_without_its_holder_a_repeated_estimate_still_counts_once():
    matrix = matrix_of([[5.0], [7.0], [5.0]], counted=counted_but((3, 1), 0, 2))
    assert estimate_rows(matrix)[:, 0].tolist() == [0, 1, 0]
    assert counted_once(matrix)[:, 0].tolist() == [True, True, False]


def test_both_holders_of_a_shared_estimate_have_its_position_and_it_counts_once():
    matrix = matrix_of([[3.0], [5.0], [5.0], [8.0]], counted=counted_but((4, 1), 2))
    found = benchmark(matrix, np.full((4, 2), -1), indicator_with())
    assert found.all_count[0] == 3
    assert found.all_median[0] == 5.0
    assert found.rank[:, 0].tolist() == [3, 2, 2, 1]
    assert found.rank_last[:, 0].tolist() == [3, 2, 2, 1]


def test_a_mean_of_neighbours_counts_a_shared_estimate_once():
    values = [[0.0], [5.0], [5.0], [1.0], [2.0], [3.0], [4.0]]
    matrix = matrix_of(values, counted=counted_but((7, 1), 2))
    neighbours = np.full((7, 6), -1)
    neighbours[0] = [1, 2, 3, 4, 5, 6]
    found = benchmark(matrix, neighbours, indicator_with())
    assert (found.neighbour_count[0, 0], found.neighbour_mean[0, 0]) == (5, 3.0)
    assert found.neighbours_missing(0, 0) == ()
    assert found.neighbours_repeated(0, 0) == (codes(3)[2],)
