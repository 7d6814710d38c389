"""Funds that never were, given at random to real councils with their real figures: one in twenty, and "
"not more."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from likeforlike.analysis.change_design import Announced, Awards
from likeforlike.analysis.matched_change import Change, compare
from likeforlike.pipeline.fund_panels import in_order_of, pool_of
from likeforlike.publish.catalogue import Catalogue

#: A survey, a model, a complete count, an upper-tier count, and two with councils far from all others.
INDICATORS = (
    "employment-rate",
    "gross-value-added-per-hour-worked",
    "claimant-count",
    "children-looked-after-rate",
    "children-in-need-rate",
    "greenhouse-gas-emissions",
)
#: When Town Deals were announced, and the share of councils that had one.
ANNOUNCED, FUNDED_SHARE = Announced(date(2020, 10, 27), date(2021, 7, 22)), 82 / 296
FUNDS = 30


def test_a_random_fund_shows_a_difference_on_real_figures_about_once_in_twenty() -> None:
    """180 random funds: nine expected below 5 %; more than nineteen has a chance below one in a thousand."""
    catalogue = Catalogue.open()
    if any(name not in catalogue.indicators for name in INDICATORS):
        pytest.skip("the embedded release was built without these indicators")
    below, covered, made = 0, 0, 0
    for number, name in enumerate(INDICATORS):
        indicator = catalogue.indicator(name)
        pool = pool_of(indicator)
        matrix = catalogue.matrices.matrix(name, pool)
        near = catalogue.neighbours(catalogue.model_for(pool).id, without=name)
        apart = in_order_of(matrix.areas, near.areas, near.all_distances)
        for seed in range(1000 * number, 1000 * number + FUNDS):
            days: list[Announced | None] = [None] * len(matrix.areas)
            drawn = np.random.default_rng(seed).permutation(len(matrix.areas))
            for row in drawn[: int(len(drawn) * FUNDED_SHARE)]:
                days[row] = ANNOUNCED
            awards = Awards(tuple(days), np.zeros(len(days), dtype=np.bool_))
            found = compare(matrix.values, matrix.periods, awards, apart, draws=199, seed=seed)
            assert isinstance(found, Change)
            made += 1
            below += found.p_value <= 0.05
            covered += found.interval[0] <= 0 <= found.interval[1]
    assert made == FUNDS * len(INDICATORS)
    assert 1 <= below <= 19
    assert covered >= 0.87 * made
