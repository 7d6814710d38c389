"""Mann-Kendall and Sen against tables, enumeration and figures of an independent implementation."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from likeforlike.analysis.monotonic import exact_tail, mann_kendall

#: Computed with pymannkendall 1.4.3 (original_test, hamed_rao_modification_test).
TIES = [2, 3, 3, 5, 4, 6, 7, 6, 9, 9, 10, 8]
NILE = [1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935]
WANDERING = [
    *[0.0, -0.07, 0.67, 0.67, 0.05, 0.53, 1.82, 2.39, 1.16, -0.25, -0.58, -0.12, -2.15, -1.45, -1.97],
    *[-1.8, -1.47, -1.0, 0.08, 1.48, 1.31, 2.7, 1.67, 1.97, 2.76, 2.52, 1.53, 0.68, 0.56, 1.18],
]


def test_of(series: list[float]):
    return mann_kendall(np.array([series], dtype=np.float64), np.arange(len(series), dtype=np.float64))


test_of.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("series", "s", "p", "slope"),
    [(TIES, 53, 0.0003291688, 0.75), (NILE, -5, 0.7820213874, -2.8055555556)],
    ids=["ties", "nile"],
)
def test_independent_points_from_ten_on_follow_the_normal_approximation(series, s, p, slope):
    found = test_of(series)
    assert (found.s[0], found.inflation[0]) == (s, 1.0)
    assert found.p[0] == pytest.approx(p, abs=1e-9)
    assert found.slope[0] == pytest.approx(slope, abs=1e-9)


def test_autocorrelation_makes_a_trend_less_clear():
    found = test_of(WANDERING)
    assert found.s[0] == 94
    assert found.inflation[0] == pytest.approx(5371.964155016394 / 3140.6666666666665, abs=1e-9)
    assert found.p[0] == pytest.approx(0.2044881986, abs=1e-9)


def test_published_tail_probabilities():
    # Hollander and Wolfe, Nonparametric Statistical Methods, table A.30: P(K >= 16) = .031 for n = 8.
    assert exact_tail((1,) * 8, 16) / 2 == pytest.approx(0.031, abs=5e-4)
    assert exact_tail((1,) * 4, 6) == pytest.approx(2 / 24)


@pytest.mark.parametrize("values", [(1, 2, 3, 4, 5, 6), (1, 1, 2, 3, 3, 3), (1, 1, 1, 2, 2), (7, 7, 7)])
def test_the_exact_distribution_equals_counting_every_order(values):
    def s_of(order: tuple[int, ...]) -> int:
        pairs = ((i, j) for i in range(len(order)) for j in range(i + 1, len(order)))
        return sum(int(np.sign(order[j] - order[i])) for i, j in pairs)

    every = [s_of(order) for order in permutations(values)]
    ties = tuple(sorted(values.count(v) for v in set(values)))
    for s in set(every):
        expected = sum(abs(other) >= abs(s) for other in every) / len(every)
        assert exact_tail(ties, s) == pytest.approx(expected)


def test_missing_points_drop_out_of_their_own_series_only():
    values = np.array([[1.0, np.nan, 3.0, 2.0, 5.0], [1.0, 2.0, 3.0, 4.0, 5.0], [np.nan] * 5])
    times = np.array([0.0, 1.0, 2.0, 3.0, 5.0])
    found = mann_kendall(values, times)
    alone = mann_kendall(values[:1, [0, 2, 3, 4]], times[[0, 2, 3, 4]])
    assert (found.p[0], found.slope[0]) == (alone.p[0], alone.slope[0])
    assert list(found.points) == [4, 5, 0]
    assert found.p[1] == pytest.approx(2 / 120)
    assert np.isnan(found.p[2])
    assert np.isnan(found.slope[2])


def test_uneven_times_count_in_the_slope():
    found = mann_kendall(np.array([[0.0, 2.0, 6.0]]), np.array([0.0, 1.0, 3.0]))
    assert found.slope[0] == 2.0


def test_many_series_at_once_equal_each_alone():
    draw = np.random.default_rng(5)
    values = np.round(draw.normal(size=(80, 11)).cumsum(axis=1), 1)
    values[draw.random(values.shape) < 0.15] = np.nan
    values[3] = 4.0
    times = np.arange(11.0)
    together = mann_kendall(values, times)
    for row in range(len(values)):
        known = np.isfinite(values[row])
        alone = mann_kendall(values[row : row + 1, known], times[known])
        for part in ("s", "p", "slope", "inflation"):
            np.testing.assert_allclose(getattr(together, part)[row], getattr(alone, part)[0], rtol=1e-12)
    assert (together.inflation > 1).any()
