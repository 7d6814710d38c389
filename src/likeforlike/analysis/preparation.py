"""From features in their own units to coordinates whose straight-line distance is the model's distance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from likeforlike.analysis.scaling import Limits, Scale, scale_of, transformed, winsor_limits
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import BoolArray, FeatureTable, FloatArray
from likeforlike.domain.neighbour_model import (
    Feature,
    Metric,
    Missing,
    NeighbourModel,
    Scaling,
    Transform,
)

#: A feature filled with the pool's median must have a value for at least this share of the areas.
ENOUGH = 0.5


@dataclass(frozen=True)
class Prepared:
    """Features ready for comparison: arrays are areas x features, rows sorted by area code.

    `scaled` holds comparable units (standard deviations for z-scores), NaN where the model leaves a missing
    value out. `weights` are as used in the squared distance. `imputed` cells were missing and hold the
    pool's median; `inherited` cells hold a county's value. `nominal` features hold numbers for labels, which
    are only ever compared for being the same.
    """

    areas: tuple[str, ...]
    features: tuple[str, ...]
    scaled: FloatArray
    weights: FloatArray
    imputed: BoolArray
    inherited: BoolArray
    metric: Metric
    nominal: BoolArray

    @property
    def weight_shares(self) -> FloatArray:
        """Weights divided by their sum."""
        shares: FloatArray = self.weights / self.weights.sum()
        return shares

    def filled_share(self, first: int, second: int) -> float:
        """The share of the weight for which either of two areas has no value of its own."""
        cells = self.imputed | self.inherited | np.isnan(self.scaled)
        return float(self.weight_shares[cells[first] | cells[second]].sum())


def prepare(table: FeatureTable, model: NeighbourModel) -> Prepared:
    """Transform, winsorise, fill, scale and weigh, in that order.

    The rows come out sorted by area code whatever their order was, so that no sum depends on it. Raises
    DefinitionError for a feature the table has not, one that does not vary or has too few values, a value a
    transform cannot take, weights that cannot be used, or an area given twice.
    """
    table = in_code_order(table.select(check_features(table, model)))
    values = transformed_values(table, model)
    limits = without_limits(winsor_limits(values, model.winsorise), nominal_of(model))
    return prepare_with(table, model, values, limits, None)


def prepare_with(
    table: FeatureTable, model: NeighbourModel, values: FloatArray, limits: Limits, scale: Scale | None
) -> Prepared:
    """As `prepare`, from transformed values and given winsor limits; with `scale` given, on that scale."""
    filled = limits.applied(values)
    missing = np.isnan(filled)
    if model.missing is not Missing.LEAVE_OUT:
        middle = np.nanmedian(filled, axis=0)
        for column in np.flatnonzero(nominal_of(model)):
            middle[column] = _commonest(filled[:, column])
        filled = np.where(missing, middle, filled)
    chosen = scale or scale_of(filled, effective_scaling(model), model.ddof)
    check_spread(chosen.spread, model)
    kept = missing if model.missing is not Missing.LEAVE_OUT else np.zeros_like(missing)
    return Prepared(
        table.areas,
        table.features,
        chosen.applied(filled),
        weights_of(model),
        kept,
        table.inherited & ~missing,
        model.metric,
        nominal_of(model),
    )


def nominal_of(model: NeighbourModel) -> BoolArray:
    """Which features are labels; refused under any distance but Gower's, which alone can compare them."""
    for feature in model.features:
        if feature.nominal and model.metric is not Metric.GOWER:
            raise DefinitionError(
                f"Feature {feature.id!r} is nominal, and the {model.metric} distance needs numbers.",
                instead="Write `metric: gower`, or leave the feature out.",
            )
        if feature.nominal and feature.transform is not Transform.NONE:
            raise DefinitionError(
                f"Feature {feature.id!r} is nominal and cannot be transformed.",
                instead="Write `transform: none` for it.",
            )
    return np.array([feature.nominal for feature in model.features], dtype=np.bool_)


def without_limits(limits: Limits, nominal: BoolArray) -> Limits:
    """The limits with none for nominal features, whose numbers have no order."""
    return Limits(np.where(nominal, -np.inf, limits.lower), np.where(nominal, np.inf, limits.upper))


def _commonest(values: FloatArray) -> float:
    """The label that most areas have; the first of several."""
    labels, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    return float(labels[counts.argmax()])


def effective_scaling(model: NeighbourModel) -> Scaling:
    """The model's scaling; Gower's distance divides by the range whatever the model says."""
    return Scaling.MIN_MAX if model.metric is Metric.GOWER else model.scaling


def check_features(table: FeatureTable, model: NeighbourModel) -> tuple[str, ...]:
    """The ids of the model's features, all of which the table has."""
    if not model.features:
        raise DefinitionError(
            f"Model {model.id} has no features.", instead="List at least one under `features:`."
        )
    for feature in model.features:
        if feature.id not in table.features:
            raise DefinitionError(
                f"Model {model.id}: there is no feature {feature.id!r}.",
                instead=f"Write one of: {', '.join(table.features)}.",
            )
    for name, times in Counter(feature.id for feature in model.features).items():
        if times > 1:
            raise DefinitionError(
                f"Model {model.id} lists the feature {name!r} {times} times.",
                instead="List it once and give it a larger `weight`.",
            )
    return tuple(feature.id for feature in model.features)


def in_code_order(table: FeatureTable) -> FeatureTable:
    """The table with its rows sorted by area code; an area given twice is refused."""
    for code, times in Counter(table.areas).items():
        if times > 1:
            raise DefinitionError(
                f"Area {code} has {times} rows in the feature table.", instead="Keep one row per area."
            )
    return table.take(np.argsort(np.array(table.areas, dtype=np.str_), kind="stable"))


def transformed_values(table: FeatureTable, model: NeighbourModel) -> FloatArray:
    """Transformed features, areas x features; too few values are refused here."""
    columns = []
    for index, feature in enumerate(model.features):
        values = table.values[:, index]
        check_enough(values, feature, model)
        columns.append(transformed(values, feature, table.areas))
    return np.column_stack(columns)


def check_enough(values: FloatArray, feature: Feature, model: NeighbourModel) -> None:
    """Refuse a feature whose values are infinite, or too few to be compared on."""
    if np.isinf(values).any():
        raise DefinitionError(
            f"Feature {feature.id!r} has an infinite value.",
            instead="Write a number, or leave the cell empty.",
        )
    found, areas = int(np.isfinite(values).sum()), len(values)
    leave_out = model.missing is Missing.LEAVE_OUT
    need = 2 if leave_out else max(2, int(np.ceil(ENOUGH * areas)))
    if found < need:
        advice = "Remove it from the model" + (
            "." if leave_out else ", or write `missing: leave_out` so that no value is made up."
        )
        raise DefinitionError(
            f"Feature {feature.id!r} has a value for {found} of {areas} areas; the model needs {need}.",
            instead=advice,
        )


def check_spread(spread: FloatArray, model: NeighbourModel) -> None:
    """Refuse a feature that is the same everywhere once it is ready to be scaled."""
    for feature, width in zip(model.features, spread, strict=True):
        if width <= 0:
            more = (
                f" on the {model.scaling} scale (over half its values are equal); write `scaling: z_score` or"
                if model.scaling is Scaling.ROBUST
                else ";"
            )
            raise DefinitionError(
                f"Feature {feature.id!r} does not vary between the areas{more} remove it from the model."
            )


def weights_of(model: NeighbourModel) -> FloatArray:
    """Weights as used in the squared distance, one per feature.

    As declared, so that weights of 1 give the plain Euclidean distance; with `balance_domains` every domain
    has the same total, split within it by the declared weights, and all weights sum to 1.
    """
    weights = np.array([feature.weight for feature in model.features])
    for feature in model.features:
        if not (np.isfinite(feature.weight) and feature.weight >= 0):
            raise DefinitionError(
                f"Feature {feature.id!r} has the weight {feature.weight:g}.",
                instead="Write 0 to leave it out, or a number above 0.",
            )
    if not (weights > 0).any():
        raise DefinitionError(
            f"All weights of model {model.id} are 0.", instead="Give at least one feature a weight above 0."
        )
    if model.metric is Metric.MAHALANOBIS and (model.balance_domains or np.ptp(weights) > 0):
        raise DefinitionError(
            "The Mahalanobis distance does not change with weights.",
            instead="Write weight 1 for all and `balance_domains: false`, or `metric: euclidean`.",
        )
    if not model.balance_domains:
        return weights
    domains = np.array([feature.domain for feature in model.features])
    totals = {name: weights[domains == name].sum() for name in dict.fromkeys(domains.tolist())}
    used = [name for name, total in totals.items() if total > 0]
    return np.array(
        [
            weight / (totals[name] * len(used)) if weight > 0 else 0.0
            for weight, name in zip(weights, domains.tolist(), strict=True)
        ]
    )
