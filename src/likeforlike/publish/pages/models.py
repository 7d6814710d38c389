"""The catalogue of neighbour models, and one model: what it compares, why, and how its lists are spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from likeforlike.analysis.neighbours import times_chosen
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.publish import text, urls
from likeforlike.publish.model_cards import MODEL_KEYS, PLACES, correlated, model_row
from likeforlike.publish.neighbours import Found, find_neighbours
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.neighbour_parts import feature_title, plain_table, sources_of
from likeforlike.publish.pages.page import About, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

POOLS = {
    Pool.LOWER_TIER: "districts and single-tier councils",
    Pool.UPPER_TIER: "counties and single-tier councils",
    Pool.OWN_TABLE: "areas of the United Kingdom",
}
METRICS = {
    "euclidean": "Euclidean: the root of the weighted sum of squared differences",
    "mahalanobis": "Mahalanobis: differences weighed by how features go together",
    "gower": "Gower: the weighted mean of differences, each divided by its range",
}
MISSING = {
    "pool_median": "the pool's median, flagged",
    "upper_tier_then_median": "its county's value, else the pool's median, both flagged",
    "leave_out": "left out of the pair's distance",
}
TOP = 15


class ModelLine(Frozen):
    """One model of the catalogue."""

    id: str
    title: str
    url: str
    description: str
    pool: str
    areas: int
    features: int
    k: int
    computed_here: bool
    history: str
    most_listed: str
    mutual_share: float


class ModelsPage(Page):
    """The catalogue."""

    models: tuple[ModelLine, ...]
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per model."""
        return (plain_table("models", self.title, self.rows, MODEL_KEYS),)


class FeatureLine(Frozen):
    """One feature of a model."""

    id: str
    title: str
    url: str
    domain: str
    why: str
    transform: str
    period: str
    weight_share: float


class Listed(Frozen):
    """How often an area is in others' lists of ten."""

    code: str
    name: str
    url: str
    times: int


class ModelPage(Page):
    """One model."""

    id: str
    computed_here: bool
    edition: int | None
    facts: tuple[tuple[str, str], ...]
    features: tuple[FeatureLine, ...]
    together: tuple[str, ...]
    caveats: tuple[str, ...]
    corrections: tuple[str, ...]
    most_listed: tuple[Listed, ...]
    never_listed: tuple[str, ...]
    skewness: float
    mutual_share: float
    listed: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """The features, where there are any, and how often every area is listed."""
        features = plain_table(
            "features",
            f"{self.title}: features",
            [one.model_dump() for one in self.features],
            ("id", "title", "domain", "transform", "period", "weight_share", "why"),
        )
        listed = plain_table(
            "listed", f"{self.title}: how often each area is listed", self.listed, ("code", "name", "times")
        )
        return (features, listed) if self.features else (listed,)


def make_models(catalogue: Catalogue) -> ModelsPage:
    """Every model of the release."""
    rows = tuple(model_row(catalogue, model) for model in catalogue.models.values())
    return ModelsPage(
        title="Neighbour models",
        description="Which councils are like which, by declared models that anyone can recompute.",
        path=urls.models(),
        about=About(release_id=catalogue.release.id),
        models=tuple(
            ModelLine(
                id=row["model_id"],
                title=row["title"],
                url=urls.model(row["model_id"]),
                description=row["description"],
                pool=POOLS[Pool(row["pool"])],
                areas=row["areas"],
                features=row["features"],
                k=row["k"],
                computed_here=row["computed_here"],
                history=f"{row['first_year']} to {row['last_year']}" if row["first_year"] else "one edition",
                most_listed=f"{row['most_listed_name']}, in {row['most_listed']} lists of ten",
                mutual_share=row["mutual_share"],
            )
            for row in rows
        ),
        rows=rows,
    )


def make_model(catalogue: Catalogue, model_id: str) -> ModelPage:
    """One model; NotFoundError for an unknown id."""
    if model_id not in catalogue.models:
        raise NotFoundError(
            f"There is no neighbour model {model_id!r}.", suggestions=tuple(catalogue.models)[:3]
        )
    model = catalogue.models[model_id]
    found = find_neighbours(catalogue, model)
    row = model_row(catalogue, model)
    counts = times_chosen(found.neighbours.neighbours[:, :PLACES])
    areas = found.neighbours.areas
    order = np.lexsort((np.arange(len(areas)), -counts))
    return ModelPage(
        title=f"{model.title} (neighbour model)",
        description=model.description,
        path=urls.model(model.id),
        about=about(catalogue, sorted(sources_of(catalogue, model)), caveats=model.caveats),
        parents=(Link(text="Models", url=urls.models()),),
        id=model.id,
        computed_here=model.computed_here,
        edition=model.edition,
        facts=_facts(model, row),
        features=_features(catalogue, model, found),
        together=tuple(
            f"{text.sentence(feature_title(catalogue, model, one))} and "
            f"{feature_title(catalogue, model, other)} (r = {strength:.2f})"
            for one, other, strength in correlated(found)
        ),
        caveats=model.caveats,
        corrections=tuple(
            f"{found.name(one.area_code)}, {one.feature.replace('-', ' ')}: {one.use:g} in place of "
            f"{one.found:g}. {one.reason}"
            for one in model.corrections
        ),
        most_listed=tuple(
            Listed(
                code=areas[at],
                name=found.name(areas[at]),
                url=urls.council_neighbours(areas[at]) if areas[at] in catalogue.register.areas else "",
                times=int(counts[at]),
            )
            for at in order[:TOP]
        ),
        never_listed=tuple(found.name(areas[at]) for at in np.flatnonzero(counts == 0)),
        skewness=row["skewness"],
        mutual_share=row["mutual_share"],
        listed=tuple(
            {"code": areas[at], "name": found.name(areas[at]), "times": int(counts[at])} for at in order
        ),
    )


def _facts(model: NeighbourModel, row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    facts = [("Compares", f"{row['areas']} {POOLS[model.pool]}"), ("Neighbours listed", str(model.k))]
    if not model.computed_here:
        return (*facts, ("Computed here", "no: taken over as published"))
    cut = model.winsorise
    return (
        *facts,
        ("Distance", METRICS[model.metric.value]),
        ("Scale", f"{model.scaling.value.replace('_', '-')}, divisor n{' - 1' if model.ddof else ''}"),
        (
            "Extreme values",
            f"moved to the quantiles {cut[0]:g} and {cut[1]:g} of the pool" if cut else "kept",
        ),
        ("A missing value", MISSING[model.missing.value]),
        ("Weights", "the same for every subject" if model.balance_domains else "as declared"),
        ("Rebased", "divided by each area's farthest" if model.rebasing.value != "none" else "no"),
        (
            "Areas within each other",
            "never neighbours" if model.exclude_nested else "do not occur in the pool",
        ),
        ("Yearly lists", f"{row['first_year']} to {row['last_year']}" if row["first_year"] else "none"),
    )


def _features(catalogue: Catalogue, model: NeighbourModel, found: Found) -> tuple[FeatureLine, ...]:
    if not model.computed_here:
        return ()
    table = catalogue.comparisons.table_of(model)
    periods = dict(zip(table.features, table.periods, strict=True))
    shares = dict(
        zip(found.neighbours.features, found.neighbours.prepared.weight_shares.tolist(), strict=True)
    )
    lines = []
    for feature in model.features:
        period = periods[feature.id]
        known = model.pool is not Pool.OWN_TABLE and feature.indicator in catalogue.indicators
        lines.append(
            FeatureLine(
                id=feature.id,
                title=text.sentence(feature_title(catalogue, model, feature.id)),
                url=urls.indicator(feature.indicator) if known else "",
                domain=feature.domain if model.balance_domains else "",
                why=feature.why,
                transform=feature.transform.value,
                period=period.label if period else "",
                weight_share=shares[feature.id],
            )
        )
    return tuple(lines)
