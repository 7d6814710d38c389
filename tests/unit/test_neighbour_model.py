"""What can be done with a declared model: leave an indicator out, weigh features anew."""

from __future__ import annotations

import pytest

from likeforlike.analysis.neighbours import find
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.neighbour_model import Feature
from neighbours_kit import model_of, random_table

FEATURES = [
    Feature(id="f0", domain="size"),
    Feature(id="f1", domain="size", indicator_id="people"),
    Feature(id="f2", domain="work", weight=2.0),
]


def test_the_compared_indicator_is_left_out_by_its_own_id():
    model = model_of(FEATURES)
    assert [feature.id for feature in model.without("people").features] == ["f0", "f2"]
    assert model.without("f1") is model
    with pytest.raises(DefinitionError, match="no feature but f0"):
        model_of(["f0"]).without("f0")


def test_a_published_list_has_nothing_to_leave_out():
    model = model_of([], computed_here=False)
    assert model.without("anything") is model


def test_shares_of_weight_sum_to_1_with_and_without_balanced_domains():
    assert model_of(FEATURES).weight_shares == {"f0": 0.25, "f1": 0.25, "f2": 0.5}
    assert model_of(FEATURES, balance_domains=True).weight_shares == {"f0": 0.25, "f1": 0.25, "f2": 0.5}
    uneven = [*FEATURES, Feature(id="f3", domain="work", weight=0.0)]
    assert sum(model_of(uneven, balance_domains=True).weight_shares.values()) == 1.0


@pytest.mark.parametrize("balanced", [True, False])
def test_factors_of_1_change_nothing(balanced):
    table = random_table(40, 3, seed=2)
    model = model_of(FEATURES, balance_domains=balanced, k=5)
    same = find(table, model.reweighted({"f0": 1.0}))
    assert (same.neighbours == find(table, model).neighbours).all()
    assert same.all_distances == pytest.approx(find(table, model).all_distances)


def test_a_factor_of_2_doubles_a_feature_beside_the_others():
    shares = model_of(FEATURES, balance_domains=True).reweighted({"f0": 2.0}).weight_shares
    assert shares["f0"] == pytest.approx(2 * shares["f1"])
    assert shares["f2"] == pytest.approx(2 * shares["f1"])
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_new_name_becomes_a_feature_of_average_weight():
    shares = model_of(FEATURES).reweighted({"extra": 1.0}).weight_shares
    assert shares["extra"] == pytest.approx(0.25)


def test_all_factors_0_leave_no_weight_and_are_refused_when_used():
    model = model_of(FEATURES).reweighted(dict.fromkeys(("f0", "f1", "f2"), 0.0))
    with pytest.raises(DefinitionError, match="All weights"):
        find(random_table(10, 3, seed=1), model)
