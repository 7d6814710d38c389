"""Moran's I against a library's figures, a slow version and known layouts."""

from __future__ import annotations

import numpy as np
import pytest

from likeforlike.analysis.spatial import (
    moran,
    moran_by_period,
    nearest,
    touching,
    two_steps,
    with_islands_joined,
)


def chessboard(side: int) -> np.ndarray:
    """Links between cells of a square that share an edge."""
    names = [f"{r},{c}" for r in range(side) for c in range(side)]
    pairs = [(f"{r},{c}", f"{r + 1},{c}") for r in range(side - 1) for c in range(side)]
    pairs += [(f"{r},{c}", f"{r},{c + 1}") for r in range(side) for c in range(side - 1)]
    return touching(names, pairs)


def slow_moran(values: list[float], links: np.ndarray) -> float:
    have = [i for i, v in enumerate(values) if not np.isnan(v)]
    neighbours = {i: [j for j in have if links[i, j]] for i in have}
    used = [i for i in have if neighbours[i]]
    centre = sum(values[i] for i in used) / len(used)
    top = sum(
        (values[i] - centre) * sum(values[j] - centre for j in neighbours[i]) / len(neighbours[i])
        for i in used
    )
    return top / sum((values[i] - centre) ** 2 for i in used)


#: Values on a square of four by four; I and one-sided p are those of the library esda 2.8.2 (99,999
#: permutations).
LAYOUT = [4.0, 3, 9, 5, 8, 7, 2, 10, 6, 1, 12, 15, 11, 14, 13, 20]
ESDA_I, ESDA_ONE_SIDED_P = 0.3448795180722892, 0.01282


def test_the_statistic_and_its_p_value_equal_the_librarys():
    found = moran(np.array(LAYOUT), chessboard(4), permutations=9999, seed=1)
    assert found.value == pytest.approx(ESDA_I, abs=1e-12)
    assert found.expected == pytest.approx(-1 / 15)
    assert found.p == pytest.approx(2 * ESDA_ONE_SIDED_P, rel=0.2)


def test_a_seed_gives_the_same_p_value_again():
    first, again = (moran(np.array(LAYOUT), chessboard(4), permutations=999, seed=7) for _ in range(2))
    assert first == again


def test_the_statistic_equals_the_slow_one_with_gaps():
    random = np.random.default_rng(3)
    links = chessboard(6)
    values = random.normal(size=(36, 5))
    values[random.random(values.shape) < 0.2] = np.nan
    values[:, 3:] = random.normal(size=(36, 2))
    fast = moran_by_period(values, links)
    for column in range(5):
        assert fast[column] == pytest.approx(slow_moran(values[:, column].tolist(), links))
        assert moran(values[:, column], links).value == pytest.approx(fast[column])


def test_alternating_values_repel_and_blocks_attract():
    links = chessboard(4)
    alternating = np.array([float((r + c) % 2) for r in range(4) for c in range(4)])
    blocks = np.array([float(c >= 2) for _ in range(4) for c in range(4)])
    assert moran(alternating, links).value == pytest.approx(-1)
    assert moran(blocks, links, permutations=999).value > 0.5
    assert moran(blocks, links, permutations=999).p < 0.01


def test_random_layouts_are_rejected_about_one_time_in_twenty():
    random = np.random.default_rng(11)
    links = chessboard(7)
    p = [moran(random.normal(size=49), links, permutations=199, seed=k).p for k in range(200)]
    assert 0.015 < np.mean(np.array(p) <= 0.05) < 0.09


def test_too_few_areas_or_equal_values_give_no_statistic():
    assert np.isnan(moran(np.arange(9.0), chessboard(3)).value)
    assert np.isnan(moran(np.full(16, 2.5), chessboard(4)).value)
    assert np.isnan(moran_by_period(np.full((16, 2), 2.5), chessboard(4))).all()
    assert np.isnan(moran_by_period(np.full((16, 1), np.nan), chessboard(4))).all()


def test_an_island_is_left_out_until_it_is_joined_to_its_nearest():
    places = np.array([[float(r), float(c)] for r in range(4) for c in range(4)] + [[9.0, 9.0]])
    links = np.zeros((17, 17), np.bool_)
    links[:16, :16] = chessboard(4)
    values = np.array([*LAYOUT, 100.0])
    assert moran(values, links).count == 16
    assert moran(values, links).value == pytest.approx(ESDA_I)
    joined = with_islands_joined(links, places)
    assert np.flatnonzero(joined[16]).tolist() == [15]
    assert joined[15, 16]
    assert moran(values, joined).count == 17


def test_nearest_places_are_found_by_distance():
    places = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0], [10.0, 0.0]])
    assert [np.flatnonzero(row).tolist() for row in nearest(places, 2)] == [[1, 2], [0, 2], [0, 1], [1, 2]]


def test_pairs_link_both_ways_and_unknown_codes_are_left_out():
    links = touching(("a", "b", "c"), [("a", "b"), ("b", "z"), ("c", "c")])
    assert links.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_two_steps_reach_neighbours_neighbours_and_not_oneself():
    row = touching("abcd", [("a", "b"), ("b", "c"), ("c", "d")])
    reached = {
        (a, b) for a, line in zip("abcd", two_steps(row), strict=True) for b in np.array(list("abcd"))[line]
    }
    assert reached == {(a, b) for a, b in ["ab", "ac", "bc", "bd", "cd", "ba", "ca", "cb", "db", "dc"]}
