"""What holds for the benchmark whatever the values are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from likeforlike.analysis.benchmark import benchmark
from likeforlike.analysis.position import positions
from likeforlike.domain.indicator import Certainty
from statistics_kit import HIGH, LOW, NEUTRAL, indicator_with, matrix_of

VALUES = arrays(
    np.float64,
    st.tuples(st.integers(6, 40), st.integers(0, 3)),
    elements=st.one_of(st.just(np.nan), st.integers(-5, 5).map(float), st.floats(-1e3, 1e3)),
)
POLARITIES = st.sampled_from([HIGH, LOW, NEUTRAL])


def ring(n: int, k: int = 5) -> np.ndarray:
    return (np.arange(n)[:, None] + np.arange(1, k + 1)) % n


@settings(max_examples=60, deadline=None)
@given(VALUES, POLARITIES)
def test_ranks_fill_the_places_from_one_to_n(values, polarity):
    found = benchmark(matrix_of(values), ring(len(values)), indicator_with(polarity))
    for column in range(values.shape[1]):
        present = np.isfinite(values[:, column])
        n = present.sum()
        assert found.all_count[column] == n
        places = sorted(
            {
                (int(a), int(b))
                for a, b in zip(found.rank[present, column], found.rank_last[present, column], strict=True)
            }
        )
        assert [a for a, _ in places] == [1, *[b + 1 for _, b in places[:-1]]][: len(places)]
        if n:
            assert places[-1][1] == n
        assert not found.rank[~present, column].any()


@settings(max_examples=60, deadline=None)
@given(VALUES, POLARITIES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(values, polarity, random):
    order = list(range(len(values)))
    random.shuffle(order)
    back = np.argsort(order)
    indicator = indicator_with(polarity)
    plain = benchmark(matrix_of(values, 1.0), ring(len(values)), indicator)
    mixed = benchmark(matrix_of(values[order], 1.0), back[ring(len(values))][order], indicator)
    for name in (
        "rank",
        "quartile",
        "neighbour_count",
        "verdict_all",
        "verdict_neighbours",
        "verdict_nearest",
    ):
        assert (getattr(mixed, name) == getattr(plain, name)[order]).all(), name
    np.testing.assert_allclose(mixed.neighbour_mean, plain.neighbour_mean[order], atol=1e-9)
    np.testing.assert_array_equal(mixed.percentile, plain.percentile[order])


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_turning_the_values_and_the_polarity_around_changes_no_position(values):
    high = positions(values, np.isfinite(values), 1)
    low = positions(-values, np.isfinite(values), -1)
    np.testing.assert_array_equal(high.rank, low.rank)
    np.testing.assert_array_equal(high.percentile, low.percentile)
    known = np.isfinite(high.percentile)
    assert ((high.percentile[known] > 0) & (high.percentile[known] < 100)).all()


@settings(max_examples=40, deadline=None)
@given(VALUES, POLARITIES, st.floats(0.1, 50))
def test_wider_intervals_never_make_a_verdict_clearer(values, polarity, margin):
    indicator = indicator_with(polarity, Certainty.SAMPLE)
    narrow = benchmark(matrix_of(values, margin), ring(len(values)), indicator)
    wide = benchmark(matrix_of(values, margin * 2), ring(len(values)), indicator)
    for name in ("verdict_all", "verdict_neighbours", "verdict_nearest"):
        before, after = getattr(narrow, name), getattr(wide, name)
        assert ((after == before) | (after == "similar")).all(), name


def test_a_matrix_without_periods_gives_empty_arrays():
    found = benchmark(matrix_of(np.empty((8, 0))), ring(8), indicator_with())
    assert found.rank.shape == found.verdict_all.shape == (8, 0)
    assert found.all_median.shape == (0,)


def test_a_group_without_neighbours_has_no_nearest():
    found = benchmark(matrix_of(np.ones((4, 2))), np.empty((4, 0), np.int64), indicator_with())
    assert np.isnan(found.nearest_value).all()
    assert found.nearest(0) is None
    assert set(found.verdict_nearest.ravel()) == {"cannot_tell"}
