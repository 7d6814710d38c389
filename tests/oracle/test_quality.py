"""Every check against a second one written cell by cell, on the figures of the release and on random ones."""

from __future__ import annotations

import numpy as np
import pytest

import slow_quality as slow
from likeforlike.analysis.quality.copies import _repeats, _two_councils, _without_ends
from likeforlike.analysis.quality.jumps import candidates, changes
from likeforlike.analysis.quality.levels import false_zeros, stopped_reporting
from likeforlike.analysis.quality.series import Series
from likeforlike.analysis.quality.slips import unit_slips
from likeforlike.domain.matrix import LabelledMatrix
from likeforlike.domain.quality import Pattern
from likeforlike.pipeline.quality import Measured
from likeforlike.publish.catalogue import Catalogue
from statistics_kit import matrix_of

#: A survey with intervals, shares with zeros, counts that grow, negative values, a yearly rate with gaps, money.
INDICATORS = (
    "employment-rate",
    "rough-sleeping-rate",
    "public-electric-vehicle-charging-devices",
    "greenhouse-gas-removed-by-nature",
    "fly-tipping-incidents",
    "usable-reserves-share-of-spending",
    "childrens-social-worker-vacancies",
    "business-survival-one-year",
    "network-coverage-4g",
    "gross-median-weekly-pay",
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.open()


def series_of(catalogue: Catalogue, indicator_id: str) -> Series:
    measured = Measured(catalogue.matrices, catalogue.register)
    indicator = catalogue.indicators[indicator_id]
    matrix = measured.matrix(indicator)
    return Series.of(matrix, indicator.breaks, measured.people(matrix.areas))


def random_matrix(seed: int) -> LabelledMatrix:
    """Councils around their own levels with noise of their own, with gaps, zeros, shared cells, jumps and slips."""
    draw = np.random.default_rng(seed)
    level = draw.lognormal(3, 0.6, (40, 1))
    values = level * draw.lognormal(0, draw.uniform(0.01, 0.2, (40, 1)), (40, 12))
    values[draw.random(values.shape) < 0.05] = np.nan
    values[draw.random(values.shape) < 0.01] = 0.0
    for factor in (10, 0.1, 100, 3, 0.2):
        values[draw.integers(40), draw.integers(12)] *= factor
    values = np.round(values, int(draw.integers(0, 3)))
    values[3, 4:9] = values[7, 4:9]
    counted = np.ones(values.shape, np.bool_)
    counted[11] = False
    values[11] = values[12]
    return matrix_of(
        values, margin=0.03 * np.nan_to_num(values, nan=1.0) if seed % 2 else None, counted=counted
    )


def cases(catalogue: Catalogue) -> list[Series]:
    people = np.random.default_rng(9).lognormal(11, 0.7, 40)
    people[5] = np.nan
    made = [Series.of(random_matrix(seed), (), people) for seed in range(12)]
    return [*(series_of(catalogue, one) for one in INDICATORS), *made]


def test_jumps(catalogue: Catalogue) -> None:
    looked_at = 0
    for number, series in enumerate(cases(catalogue)):
        breaks = catalogue.indicators[INDICATORS[number]].breaks if number < len(INDICATORS) else ()
        found = changes(series)
        fast = {(row, column) for row, column in np.argwhere(candidates(series, found)).tolist()}
        assert fast == slow.jump_cells(series.matrix, breaks, series.people.tolist(), found.exponent)
        looked_at += len(fast)
    assert looked_at > 30


def test_unit_slips(catalogue: Catalogue) -> None:
    looked_at = 0
    for series in cases(catalogue):
        if (series.matrix.values < 0).any():
            assert not unit_slips(series)
            continue
        fast = {
            (one.row, one.column): int(one.number)
            for one in unit_slips(series)
            if one.pattern is Pattern.OWN_UNIT
        }
        assert fast == slow.slip_cells(series.matrix, series.people.tolist())
        looked_at += len(fast)
    assert looked_at > 5


def test_false_zeros(catalogue: Catalogue) -> None:
    looked_at = 0
    for series in cases(catalogue):
        fast = {
            (one.row, one.column) for one in false_zeros(series) if one.pattern is Pattern.AMONG_OWN_VALUES
        }
        assert fast == slow.zero_cells(series.matrix, series.people.tolist())
        looked_at += len(fast)
    assert looked_at > 5


def test_councils_that_stopped_reporting(catalogue: Catalogue) -> None:
    looked_at = 0
    for series in cases(catalogue):
        explained = np.arange(len(series.matrix.areas)) % 7 == 0
        fast = {one.row for one in stopped_reporting(series, explained)}
        assert fast == slow.silent_rows(series.matrix, explained.tolist())
        looked_at += len(fast)
    assert looked_at > 5


def test_two_councils_alike(catalogue: Catalogue) -> None:
    looked_at = 0
    for series in cases(catalogue)[4:]:
        values = _without_ends(series.matrix.values)
        repeated, asked = _repeats(values, series.stretch)
        share = max(int(repeated.sum()), 1) / max(int(asked.sum()), 1)
        fast = {
            (min(one.row, one.compared_row), max(one.row, one.compared_row), one.column)
            for one in _two_councils(series, values, share)
        }
        assert fast == slow.same_councils(series.matrix, share)
        looked_at += len(fast)
    assert looked_at > 5
