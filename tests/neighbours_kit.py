"""Small models and tables for the neighbour tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import Feature, NeighbourModel, Pool


def model_of(features: Sequence[str | Feature], **changes: Any) -> NeighbourModel:
    """A model of the given features, plain unless changed."""
    listed = tuple(f if isinstance(f, Feature) else Feature(id=f) for f in features)
    defaults: dict[str, Any] = {
        "id": "test",
        "title": "Test",
        "description": "Test.",
        "pool": Pool.OWN_TABLE,
        "features": listed,
        "k": 2,
    }
    return NeighbourModel(**(defaults | changes))


def table_of(rows: dict[str, Sequence[float]], features: Sequence[str]) -> FeatureTable:
    """A table from code -> values."""
    return FeatureTable.of(tuple(rows), tuple(features), np.array(list(rows.values()), dtype=float))


def random_table(areas: int, features: int, seed: int, missing: float = 0.0) -> FeatureTable:
    """Positive, skewed, partly missing values."""
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(size=(areas, features)) + 0.6 * rng.normal(size=(areas, 1)))
    values[rng.random(values.shape) < missing] = np.nan
    codes = [f"E{number:08d}" for number in rng.permutation(areas)]
    return FeatureTable.of(codes, [f"f{i}" for i in range(features)], values)
