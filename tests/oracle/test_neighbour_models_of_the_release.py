"""Declared models on the embedded release, against the slow reading and independent lists."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from likeforlike.analysis.neighbours import contribution_table
from likeforlike.domain.errors import RequestError
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.choices import near_duplicates
from likeforlike.publish.neighbours import choose_model, find_neighbours
from slow_neighbours import slow_lists

OWN = ("overall", "economic", "demographic", "overall-upper")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.open()


@pytest.mark.parametrize("model_id", [*OWN, "cipfa-style"])
def test_distances_and_lists_equal_the_slow_reading(catalogue: Catalogue, model_id: str):
    model = catalogue.models[model_id]
    found = catalogue.neighbours(model_id)
    distance, lists = slow_lists(catalogue.comparisons.table_of(model), model)
    slow = np.array([[distance[a, b] for b in found.areas] for a in found.areas])
    np.testing.assert_allclose(found.all_distances, slow, rtol=0, atol=1e-12)
    assert {code: list(found.codes(code)) for code in found.areas} == lists
    shares, _ = contribution_table(found)
    np.testing.assert_allclose(shares.sum(axis=2), 1.0, rtol=0, atol=1e-14)


@pytest.mark.parametrize("model_id", OWN)
def test_every_feature_says_why_and_no_indicator_of_a_councils_work_is_one(
    catalogue: Catalogue, model_id: str
):
    for feature in catalogue.models[model_id].features:
        assert len(feature.why) > 20, feature.id
        assert catalogue.indicators[feature.indicator].tier.value == "both", feature.id


@pytest.mark.parametrize("model_id", OWN)
def test_skewed_features_are_transformed(catalogue: Catalogue, model_id: str):
    """Beyond a skewness of 2 a few areas would set the scale."""
    scaled = catalogue.neighbours(model_id).prepared.scaled
    skewness = (scaled**3).mean(axis=0) / scaled.std(axis=0) ** 3
    assert (np.abs(skewness) < 2).all()


def test_features_that_go_together_are_said_to(catalogue: Catalogue):
    for model_id in OWN:
        model, found = catalogue.models[model_id], catalogue.neighbours(model_id)
        strength = np.corrcoef(found.prepared.scaled.T)
        told = " ".join(model.caveats)
        domains = {feature.id: feature.domain for feature in model.features}
        for row, column in zip(*np.nonzero(np.triu(np.abs(strength) >= 0.9, 1)), strict=True):
            first, second = found.features[row], found.features[column]
            assert domains[first] == domains[second], f"{first} and {second} would count twice"
            assert f"{strength[row, column]:.2f}" in told, (
                f"{model_id} does not say that {first} and {second}"
            )


def test_lists_overlap_with_independent_ones_by_about_half(catalogue: Catalogue):
    """Ours beside the department's ten for children's services, and the ONS recipe's twenty."""

    def share(model_id: str, other_id: str, of: int) -> float:
        ours, theirs = catalogue.neighbours(model_id), catalogue.neighbours(other_id)
        common = [code for code in ours.areas if code in theirs.row_of]
        return float(np.mean([len(set(ours.codes(c)[:10]) & set(theirs.codes(c)[:of])) / 10 for c in common]))

    assert 0.4 < share("overall-upper", "dfe-childrens-2025", 10) < 0.7
    assert 0.4 < share("overall", "ons-2025-global-true-values", 20) < 0.7


def test_a_readers_own_weights_are_answered_by_the_same_code(catalogue: Catalogue):
    model = choose_model(catalogue, None, "overall", {"population": 3.0})
    found = find_neighbours(catalogue, model).neighbours
    _, lists = slow_lists(catalogue.comparisons.table_of(model), model)
    assert {code: list(found.codes(code)) for code in found.areas} == lists


def test_a_years_list_is_on_the_scale_of_all_years(catalogue: Catalogue):
    tables, sets = catalogue.comparisons.yearly("overall")
    years = list(tables.years)
    assert years == list(range(2011, years[-1] + 1))
    assert catalogue.neighbours("overall", year=2015) is sets[2015]
    pooled = np.vstack([found.prepared.scaled for found in sets.values()])
    np.testing.assert_allclose(pooled.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(pooled.std(axis=0), 1.0, atol=1e-9)
    own_year = sets[2011].prepared.scaled.mean(axis=0)
    assert np.abs(own_year).max() > 0.5, "some feature has moved for everybody since 2011"
    with pytest.raises(RequestError, match=r"has no list of 1999\. Write a year from 2011"):
        catalogue.neighbours("overall", year=1999)


def test_near_duplicates_of_every_indicator_equal_scipys_rank_correlations(catalogue: Catalogue):
    for pool in (Pool.LOWER_TIER, Pool.UPPER_TIER):
        model = catalogue.model_for(pool)
        table = catalogue.comparisons.table_of(model)
        found = {}
        for name, indicator in catalogue.indicators.items():
            matrix = catalogue.matrices.matrix(name, pool)
            if not matrix.periods:
                assert near_duplicates(catalogue, indicator, pool) == {}
                continue
            row_of = {code: row for row, code in enumerate(matrix.areas)}
            latest = matrix.values[:, matrix.latest_column()]
            expected = {}
            for column, feature in zip(table.values.T, model.features, strict=True):
                pairs = [
                    (latest[row_of[code]], value)
                    for code, value in zip(table.areas, column, strict=True)
                    if code in row_of and np.isfinite(latest[row_of[code]]) and np.isfinite(value)
                ]
                if feature.indicator == name or len(pairs) < 10:
                    continue
                together = stats.spearmanr(*zip(*pairs, strict=True)).statistic
                if abs(together) >= 0.9:
                    expected[feature.id] = together
            found[name] = near_duplicates(catalogue, indicator, pool)
            assert set(found[name]) == set(expected), name
            for feature_id, together in expected.items():
                assert found[name][feature_id] == pytest.approx(together, abs=1e-9), name
        assert "income-deprivation-rate" in found["imd-average-score"]
        assert found.get("employment-rate") == {}


@pytest.mark.parametrize("model_id", [*OWN, "cipfa-style", "dfe-childrens-2025"])
def test_no_list_of_ten_mixes_councils_of_different_powers(catalogue: Catalogue, model_id: str):
    register = catalogue.register
    upper = model_id in {"overall-upper", "dfe-childrens-2025"}
    pool = set(register.upper_tier if upper else register.lower_tier)
    found = catalogue.neighbours(model_id)
    assert set(found.areas) <= pool
    assert {code for area in found.areas for code in found.codes(area)[:10]} <= pool
    if model_id in OWN:
        for one in catalogue.comparisons.yearly(model_id)[1].values():
            assert {code for area in one.areas for code in one.codes(area)} <= pool
