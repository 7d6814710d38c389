"""Whether the choice of neighbours changes a verdict: other models, or neighbours of another year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from likeforlike.analysis.benchmark import benchmark
from likeforlike.analysis.correlation import spearman
from likeforlike.domain.area import Area
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import LabelledMatrix
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish import text

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Models under which a verdict is looked at; lists of other pools are cut to councils with the same powers.
MODELS: Mapping[Pool, tuple[str, ...]] = {
    Pool.LOWER_TIER: ("overall", "economic", "demographic", "cipfa-style", "ons-2025-global-true-values"),
    Pool.UPPER_TIER: ("overall-upper", "dfe-childrens-2025", "ons-2025-global-true-values"),
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
    "count_latest",
    "count_base",
    "count_each_year",
    "verdict_latest",
    "verdict_base",
    "verdict_each_year",
    "differs",
)

LATEST, BASE, EACH = "latest", "base", "each_year"

#: A feature whose order of councils agrees this much with an indicator's nearly repeats it (rank correlation,
#: which does not depend on how either is scaled).
NEARLY_THE_SAME = 0.9

VERDICT_KEYS = (
    "indicator_id",
    "area_code",
    "period_end",
    "choice",
    "model_id",
    "title",
    "left_out",
    "value",
    "nearest_value",
    "neighbour_mean",
    "neighbour_count",
    "verdict_neighbours",
)


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


def near_duplicates(catalogue: Catalogue, indicator: Indicator, pool: Pool) -> dict[str, float]:
    """Features of a pool's default model that nearly repeat an indicator, and their rank correlation with it.

    The feature that is the indicator is not among them: it is left out in any case.
    """
    matrix = catalogue.matrices.matrix(indicator.id, pool)
    if not matrix.periods:
        return {}
    model = catalogue.model_for(pool)
    table = catalogue.comparisons.table_of(model)
    own = {feature.id for feature in model.features if feature.indicator == indicator.id}
    values = matrix.take(table.areas).values[:, matrix.latest_column()]
    known = np.isfinite(values)
    found = {}
    for name, column in zip(table.features, table.values.T, strict=True):
        both = known & np.isfinite(column)
        if name in own or both.sum() < SIZE:
            continue
        together = spearman(values[both], column[both])
        if abs(together) >= NEARLY_THE_SAME:
            found[name] = together
    return found


def without_near_duplicates(
    catalogue: Catalogue, indicator: Indicator, area: Area
) -> tuple[dict[str, Any] | None, dict[str, float]]:
    """A council beside its ten under the default model without features that nearly repeat the indicator,
    and those features; nothing where there are none.
    """
    subject, pool = catalogue.subject(indicator, area), catalogue.pool(indicator, area)
    alike = near_duplicates(catalogue, indicator, pool)
    if not alike:
        return None, {}
    model = catalogue.model_for(pool).without(indicator.id).without_features(tuple(alike))
    matrix = catalogue.matrices.matrix(indicator.id, pool)
    codes = list(catalogue.comparisons.find_anew(model).codes(subject.code))[:SIZE]
    return _beside(matrix, indicator, subject.code, codes, [matrix.latest_column()])[0], alike


def alike_words(
    catalogue: Catalogue, indicator: Indicator, apart: Mapping[str, Any], alike: Mapping[str, float]
) -> str:
    """What leaving out features that nearly repeat the indicator does to the verdict."""
    named = " and ".join(
        f"{text.lower_first(catalogue.indicator(name).title)} (rank correlation {text.number(value, 2)})"
        for name, value in alike.items()
    )
    mean = text.value_words(apart["neighbour_mean"], indicator.unit, indicator.decimals)
    return (
        f"{text.sentence(named)} nearly repeats this indicator. Neighbours found without it have a mean of "
        f"{mean}; beside them: {text.VERDICTS[apart['verdict_neighbours']]}."
    )


def every_verdict(
    catalogue: Catalogue, indicator: Indicator, area: Area, *, base: int | None = None
) -> Iterator[dict[str, Any]]:
    """The latest verdict under every model, without near-duplicates, and with the neighbours of other years:
    one row per choice, with VERDICT_KEYS.
    """
    subject, pool = catalogue.subject(indicator, area), catalogue.pool(indicator, area)
    matrix = catalogue.matrices.matrix(indicator.id, pool)
    if not matrix.periods:
        return
    end = matrix.periods[matrix.latest_column()].end
    same = {"indicator_id": indicator.id, "area_code": subject.code, "period_end": end}
    for row in model_verdicts(catalogue, indicator, area):
        yield {**same, "choice": "model", "left_out": "", **row}
    default = catalogue.model_for(pool)
    apart, alike = without_near_duplicates(catalogue, indicator, area)
    if apart is not None:
        named = {"choice": "without_near_duplicates", "model_id": default.id, "title": default.title}
        yield {**same, **named, "left_out": ", ".join(alike), **apart}
    for row in year_choices(catalogue, indicator, area, base=base):
        if row["period_end"] != end:
            continue
        for choice in (LATEST, BASE, EACH):
            yield {
                **same,
                "choice": f"neighbours_of_{choice}{'_year' if choice != EACH else ''}",
                "model_id": default.id,
                "title": f"{default.title}, yearly",
                "left_out": "",
                "value": row["value"],
                "nearest_value": None,
                "neighbour_mean": row[f"mean_{choice}"],
                "neighbour_count": row[f"count_{choice}"],
                "verdict_neighbours": row[f"verdict_{choice}"],
            }


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
    catalogue: Catalogue,
    indicator: Indicator,
    area: Area,
    *,
    model_id: str | None = None,
    base: int | None = None,
) -> list[dict[str, Any]]:
    """The mean of ten neighbours in every period, with three choices of neighbours: one row per period.

    Neighbours of the last year, of a base year (the first where none is named), or of each period's own year
    (the first or last where it lies outside). `differs` where the three verdicts are not one. Raises
    RequestError for a base year that the model has no list of.
    """
    subject, pool = catalogue.subject(indicator, area), catalogue.pool(indicator, area)
    matrix = catalogue.matrices.matrix(indicator.id, pool)
    model = catalogue.model_for(pool, model_id).without(indicator.id)
    tables, sets = catalogue.comparisons.yearly_of(model)
    lists = {year: list(found.codes(subject.code))[:SIZE] for year, found in sets.items()}
    first, last = tables.years[0], tables.years[-1]
    columns = list(range(len(matrix.periods)))
    if base is not None and base not in lists:
        raise RequestError(
            f"The model {model.id!r} has no list of {base}.", instead=f"Write a year from {first} to {last}."
        )
    fixed_last = _beside(matrix, indicator, subject.code, lists[last], columns)
    fixed_first = _beside(matrix, indicator, subject.code, lists[base or first], columns)
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
                **{f"count_{name}": one["neighbour_count"] for name, one in three.items()},
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
