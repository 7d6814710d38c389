"""How sure lists are: draws within published intervals, and one feature left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from likeforlike.analysis.neighbours import find
from likeforlike.analysis.stability import Z_95, assess_stability, redrawn, word_for
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import Feature, Transform
from neighbours_kit import model_of, random_table


def with_intervals(table: FeatureTable, half_width: float) -> FeatureTable:
    """The table with symmetric intervals around every value."""
    return replace(table, lower_95=table.values - half_width, upper_95=table.values + half_width)


def test_without_intervals_every_list_is_certain():
    table = random_table(30, 3, seed=4)
    model = model_of(table.features, k=5)
    assessed = assess_stability(table, model, draws=20, seed=1)
    found = find(table, model)
    rows = np.arange(30)[:, np.newaxis]
    assert (assessed.probability[rows, found.neighbours] == 1.0).all()
    assert (assessed.probability.sum(axis=1) == 5.0).all()
    assert (assessed.rank_lower == np.arange(1, 6)).all()
    assert (assessed.rank_upper == np.arange(1, 6)).all()
    assert assessed.measured_weight == 0.0


def test_the_same_seed_gives_the_same_answer_and_wider_intervals_a_less_sure_one():
    table = random_table(40, 3, seed=5)
    model = model_of(table.features, k=5)

    def sure(half_width: float, seed: int) -> np.ndarray:
        assessed = assess_stability(with_intervals(table, half_width), model, draws=60, seed=seed)
        return np.take_along_axis(assessed.probability, assessed.found.neighbours, axis=1)

    assert (sure(0.3, 1) == sure(0.3, 1)).all()
    assert (sure(0.3, 1) != sure(0.3, 2)).any()
    assert sure(0.02, 1).mean() > sure(0.3, 1).mean() > sure(3.0, 1).mean()


def test_draws_have_the_published_standard_error_on_the_features_own_scale():
    areas = 4000
    values = np.column_stack([np.full(areas, 50.0), np.full(areas, 20.0), np.full(areas, 10.0)])
    table = FeatureTable.of(
        [f"{number:05d}" for number in range(areas)],
        ("plain", "log", "logit"),
        values,
        lower_95=np.column_stack([values[:, 0] - 2 * Z_95, values[:, 1] / 1.5, np.full(areas, 6.0)]),
        upper_95=np.column_stack([values[:, 0] + 2 * Z_95, values[:, 1] * 1.5, np.full(areas, 16.0)]),
    )
    model = model_of(
        [
            Feature(id="plain"),
            Feature(id="log", transform=Transform.LOG),
            Feature(id="logit", transform=Transform.LOGIT),
        ]
    )
    drawn = redrawn(table, model, np.random.default_rng(3)).values
    assert drawn[:, 0].std() == pytest.approx(2.0, rel=0.05)
    assert np.log(drawn[:, 1]).std() == pytest.approx(np.log(1.5) / Z_95, rel=0.05)
    assert np.median(drawn[:, 2]) == pytest.approx(10.0, rel=0.05)
    assert ((drawn[:, 2] > 0) & (drawn[:, 2] < 100)).all()


def test_inherited_and_unmeasured_values_stay_as_they_are():
    table = with_intervals(random_table(10, 2, seed=1), 0.5)
    inherited = np.zeros(table.values.shape, dtype=bool)
    inherited[0, 0] = True
    lower = table.lower_95.copy()
    lower[1, 1] = np.nan
    table = replace(table, inherited=inherited, lower_95=lower)
    drawn = redrawn(table, model_of(table.features), np.random.default_rng(1)).values
    assert drawn[0, 0] == table.values[0, 0]
    assert drawn[1, 1] == table.values[1, 1]
    assert (drawn != table.values).sum() == drawn.size - 2


def test_leaving_a_feature_out_is_counted_as_finding_neighbours_without_it():
    table = random_table(25, 4, seed=9)
    model = model_of(table.features, k=4)
    assessed = assess_stability(table, model, draws=2, seed=1)
    for area in range(25):
        for place, other in enumerate(assessed.found.neighbours[area]):
            kept = sum(other in find(table, model.without(name)).neighbours[area] for name in table.features)
            assert assessed.kept_without[area, place] == kept
    assert assessed.models_without == 4


def test_words_for_probabilities():
    assert [word_for(p) for p in (1.0, 0.8, 0.79, 0.5, 0.49, 0.0)] == [
        "core",
        "core",
        "probable",
        "probable",
        "fringe",
        "fringe",
    ]
