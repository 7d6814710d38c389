"""Revisions of figures and of verdicts, against numbers worked out by hand."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeforlike.analysis.revisions import both_given, overturned, reversed_to_opposite, revision

NAN = float("nan")


def test_a_worked_example():
    found = revision(
        np.array([10.0, 12.0, 14.0, 16.0, NAN, 3.0]), np.array([11.0, 12.0, 11.0, 18.0, 5.0, NAN]), decimals=1
    )
    # Changes +1, 0, -3, +2 of the four published twice; the latest four span 11 to 13.5 in the middle half.
    assert (found.area_count, found.revised_count) == (4, 3)
    assert found.revised_share == 0.75
    assert found.mean == 0.0
    assert found.mean_absolute == 1.5
    assert found.median_absolute == 1.5
    assert found.lower == pytest.approx(-3 + 0.15 * 3)
    assert found.upper == pytest.approx(2 - 0.15 * 1)
    assert found.relative == pytest.approx(1.5 / 2.5)


def test_rounding_is_no_revision():
    found = revision(np.array([26.05, 26.05]), np.array([26.1, 26.3]), decimals=1)
    assert found.revised_count == 1
    assert found.mean == pytest.approx(0.125)


def test_nothing_published_twice_says_nothing():
    found = revision(np.array([NAN, 1.0]), np.array([2.0, NAN]), decimals=0)
    assert (found.area_count, found.revised_count) == (0, 0)
    assert np.isnan([found.mean, found.mean_absolute, found.revised_share, found.relative]).all()


NUMBER = st.one_of(st.none(), st.integers(-50, 50).map(float))


@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=30))
def test_against_plain_lists(pairs):
    first, latest = (
        np.array([NAN if one is None else one for one in side]) for side in zip(*pairs, strict=True)
    )
    changes = [after - before for before, after in pairs if before is not None and after is not None]
    found = revision(first, latest, decimals=0)
    assert found.area_count == len(changes)
    assert found.revised_count == sum(change != 0 for change in changes)
    if changes:
        assert found.mean == pytest.approx(statistics.fmean(changes))
        assert found.mean_absolute == pytest.approx(statistics.fmean(abs(change) for change in changes))
        assert found.median_absolute == pytest.approx(statistics.median(abs(change) for change in changes))


def test_a_verdict_that_could_not_be_given_is_not_overturned():
    first = np.array(["better", "better", "similar", "cannot_tell", "worse", "higher"], dtype="U11")
    latest = np.array(["better", "worse", "worse", "better", "cannot_tell", "lower"], dtype="U11")
    assert overturned(first, latest).tolist() == [False, True, True, False, False, True]
    assert reversed_to_opposite(first, latest).tolist() == [False, True, False, False, False, True]
    assert both_given(first, latest).tolist() == [True, True, True, False, False, True]
