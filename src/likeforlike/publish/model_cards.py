"""What there is to know about each neighbour model: its features, and how its lists are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from likeforlike.analysis.neighbours import mutual, skewness, times_chosen
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.publish.neighbours import Found, find_neighbours

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Lists are compared at this length, or the model's own where shorter.
PLACES = 10

#: Features that go together at least this much count more than once, which the catalogue says.
TOGETHER = 0.9

MODEL_KEYS = (
    "model_id",
    "title",
    "description",
    "pool",
    "areas",
    "features",
    "k",
    "year",
    "computed_here",
    "metric",
    "first_year",
    "last_year",
    "most_listed_code",
    "most_listed_name",
    "most_listed",
    "never_listed",
    "skewness",
    "mutual_share",
    "correlated",
)


def model_rows(catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row per model with MODEL_KEYS, in the order of ids."""
    return [model_row(catalogue, model) for model in catalogue.models.values()]


def model_row(catalogue: Catalogue, model: NeighbourModel) -> dict[str, Any]:
    """A model in figures.

    `most_listed` is how often the area in most lists of ten is listed; `skewness` is that of all areas'
    counts; `mutual_share` is the share of places whose area lists the other back.
    """
    found = find_neighbours(catalogue, model)
    lists = found.neighbours.neighbours[:, :PLACES]
    counts = times_chosen(lists)
    most = found.neighbours.areas[int(counts.argmax())]
    first, last = history_years(catalogue, model)
    return {
        "model_id": model.id,
        "title": model.title,
        "description": model.description,
        "pool": model.pool.value,
        "areas": len(found.neighbours.areas),
        "features": len(model.features),
        "k": model.k,
        "year": found.year,
        "computed_here": model.computed_here,
        "metric": model.metric.value if model.computed_here else None,
        "first_year": first,
        "last_year": last,
        "most_listed_code": most,
        "most_listed_name": found.name(most),
        "most_listed": int(counts.max()),
        "never_listed": int((counts == 0).sum()),
        "skewness": skewness(counts),
        "mutual_share": float(mutual(lists)[lists >= 0].mean()),
        "correlated": [f"{a} / {b} ({r:+.2f})" for a, b, r in correlated(found)],
    }


def history_years(catalogue: Catalogue, model: NeighbourModel) -> tuple[int | None, int | None]:
    """The first and last year a model has lists of; None twice where it has no history."""
    try:
        tables, _ = catalogue.comparisons.yearly_of(model)
    except DefinitionError:
        return None, None
    return tables.years[0], tables.years[-1]


def correlated(found: Found) -> list[tuple[str, str, float]]:
    """Pairs of features whose scaled values go together with |r| of TOGETHER or more, strongest first."""
    scaled = found.neighbours.prepared.scaled
    if scaled.shape[1] < 2:
        return []
    known = ~np.isnan(scaled).any(axis=1)
    strength = np.atleast_2d(np.corrcoef(scaled[known].T))
    names = found.neighbours.features
    pairs = [
        (names[i], names[j], float(strength[i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(strength[i, j]) >= TOGETHER
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))
