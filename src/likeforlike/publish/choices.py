"""Whether the choice of neighbours changes a verdict: other models, or neighbours of another year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from likeforlike.analysis.benchmark import benchmark
from likeforlike.domain.area import Area
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import LabelledMatrix
from likeforlike.domain.neighbour_model import Pool

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Models under which a verdict is looked at; lists of other pools are cut to councils with the same powers.
MODELS: Mapping[Pool, tuple[str, ...]] = {
    Pool.LOWER_TIER: ("overall", "economic", "demographic", "cipfa-style", "ons-2025-global"),
    Pool.UPPER_TIER: ("overall-upper", "dfe-childrens-2025", "ons-2025-global"),
}
SIZE = 10

CHOICE_KEYS = (
    "indicator_id",
    "area_code",
    "period_start",
    "period_end",
    "value",
    "mean_latest",
    "mean_base",
    "mean_each_year",
    "verdict_latest",
    "verdict_base",
    "verdict_each_year",
    "differs",
)

LATEST, BASE, EACH = "latest", "base", "each_year"


def model_verdicts(catalogue: Catalogue, indicator: Indicator, area: Area) -> list[dict[str, Any]]:
    """A council beside its ten neighbours under several models, in the latest period: one row per model.

    A model that has the indicator as a feature is used without it.
    """
    subject = catalogue.subject(indicator, area)
    pool = catalogue.pool(indicator, area)
    matrix = catalogue.matrices.matrix(indicator.id, pool)
    if not matrix.periods:
        return []
    column = matrix.latest_column()
    rows = []
    for model_id in MODELS[pool]:
        if model_id not in catalogue.models:
            continue
        codes = same_powers_list(catalogue, model_id, subject, matrix.areas, without=indicator.id)
        if not codes:
            continue
        found = _beside(matrix, indicator, subject.code, codes, [column])[0]
        rows.append({"model_id": model_id, "title": catalogue.models[model_id].title, **found})
    return rows


def verdict_words(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """The verdict most models give, and how many: "worse than its neighbours in 4 of 5 models"."""
    if not rows:
        return "no model has enough neighbours with a value"
    verdict, count = Counter(str(row["verdict_neighbours"]) for row in rows).most_common(1)[0]
    return f"{names[verdict]} in {count} of {len(rows)} models"


def same_powers_list(
    catalogue: Catalogue, model_id: str, area: Area, pool: Sequence[str], *, without: str | None = None
) -> list[str]:
    """The ten nearest of an area under a model that are in the pool, by the codes in force."""
    register = catalogue.register
    found = catalogue.comparisons.neighbours(model_id, without=without)
    here = [code for code in found.areas if _now(catalogue, code) == area.code]
    if not here:
        return []
    listed = [_now(catalogue, code) for code in found.codes(here[0])]
    members = set(pool)
    assert area.code in register.areas, "the area is in the register"
    return [code for code in listed if code in members and code != area.code][:SIZE]


def _now(catalogue: Catalogue, code: str) -> str:
    register = catalogue.register
    if code not in register.areas:
        return code
    successors = register.successors(code)
    return successors[0] if len(successors) == 1 else code


def year_choices(
    catalogue: Catalogue, indicator: Indicator, area: Area, *, model_id: str | None = None
) -> list[dict[str, Any]]:
    """The mean of ten neighbours in every period, with three choices of neighbours: one row per period.

    Neighbours of the last year, of the first year, or of each period's own year (the first or last where it
    lies outside). `differs` where the three verdicts are not one.
    """
    subject, pool = catalogue.subject(indicator, area), catalogue.pool(indicator, area)
    matrix = catalogue.matrices.matrix(indicator.id, pool)
    model = catalogue.model_for(pool, model_id).without(indicator.id)
    tables, sets = catalogue.comparisons.yearly_of(model)
    lists = {year: list(found.codes(subject.code))[:SIZE] for year, found in sets.items()}
    first, last = tables.years[0], tables.years[-1]
    columns = list(range(len(matrix.periods)))
    fixed_last = _beside(matrix, indicator, subject.code, lists[last], columns)
    fixed_first = _beside(matrix, indicator, subject.code, lists[first], columns)
    rows = []
    for column, period in enumerate(matrix.periods):
        year = min(max(period.end.year, first), last)
        each = _beside(matrix, indicator, subject.code, lists[year], [column])[0]
        three = {LATEST: fixed_last[column], BASE: fixed_first[column], EACH: each}
        rows.append(
            {
                "indicator_id": indicator.id,
                "area_code": subject.code,
                "period_start": period.start,
                "period_end": period.end,
                "value": each["value"],
                **{f"mean_{name}": one["neighbour_mean"] for name, one in three.items()},
                **{f"verdict_{name}": one["verdict_neighbours"] for name, one in three.items()},
                "differs": len({one["verdict_neighbours"] for one in three.values()}) > 1,
            }
        )
    return rows


def _beside(
    matrix: LabelledMatrix, indicator: Indicator, area: str, neighbours: Sequence[str], columns: Sequence[int]
) -> list[dict[str, Any]]:
    """A council beside the given neighbours, per column: the benchmark's own rule on those rows."""
    rows = matrix.take([area, *neighbours])
    few = LabelledMatrix(
        rows.areas,
        tuple(rows.periods[column] for column in columns),
        rows.values[:, columns],
        rows.lower_95[:, columns],
        rows.upper_95[:, columns],
        rows.counted[:, columns],
    )
    index = np.full((len(rows.areas), len(neighbours)), -1, dtype=np.int64)
    index[0] = np.arange(1, len(rows.areas))
    found = benchmark(few, index, indicator)
    return [
        {
            "value": _number(few.values[0, at]),
            "nearest_value": _number(found.nearest_value[0, at]),
            "neighbour_mean": _number(found.neighbour_mean[0, at]),
            "neighbour_count": int(found.neighbour_count[0, at]),
            "verdict_neighbours": str(found.verdict_neighbours[0, at]),
        }
        for at in range(len(columns))
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
