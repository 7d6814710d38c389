"""A council's neighbours: who, how near, why, how sure; with a reader's own weights if they give any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from likeforlike.analysis.neighbours import NONE, contributions, mutual, times_chosen
from likeforlike.domain.area import Area
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.pipeline.neighbours import current_year
from likeforlike.publish import text, urls
from likeforlike.publish.charts.matrix import matrix_svg
from likeforlike.publish.choices import (
    MODELS,
    alike_words,
    model_verdicts,
    same_powers_list,
    verdict_words,
    without_near_duplicates,
)
from likeforlike.publish.neighbours import Found, choose_model, find_neighbours
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.neighbour_parts import feature_title, plain_table, sources_of
from likeforlike.publish.pages.page import Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

SHOWN = 10
STABILITY_WORDS = {
    "core": "stays in the ten",
    "probable": "probably in the ten",
    "fringe": "at the edge of the ten",
}


class NeighbourCard(Frozen):
    """One neighbour; `similarity` is the percentage of all pairs in the pool that are farther apart."""

    rank: int
    code: str
    name: str
    url: str
    compare_url: str
    distance: float | None
    similarity: float | None
    mutual: bool
    times_listed: int
    in_models: tuple[str, ...]
    of_models: int
    alike: tuple[str, ...]
    unlike: tuple[str, ...]
    filled_share: float
    probability: float | None
    label: str
    rank_words: str
    closeness: str
    shares: tuple[float | None, ...]


class FeatureChoice(Frozen):
    """One feature and the factor that the reader gave it."""

    number: int
    id: str
    title: str
    domain: str
    factor: float
    weight_share: float


class ModelVerdict(Frozen):
    """How the council stands beside its neighbours under one model; `mean` is theirs, exact."""

    model_id: str
    title: str
    url: str
    mean: float | None
    mean_words: str
    count: int
    words: str
    verdict: str


class NeighboursPage(Page):
    """A council's neighbours under one model."""

    code: str
    name: str
    model_id: str
    model_title: str
    model_url: str
    model_description: str
    year: int | None
    yearly: bool
    own_weights: bool
    computed_here: bool
    headline: str
    caveats: tuple[str, ...]
    neighbours: tuple[NeighbourCard, ...]
    features: tuple[FeatureChoice, ...]
    might_come_in: tuple[str, ...]
    measured_share: float | None
    times_listed: int
    models: tuple[Link, ...]
    chosen_model: str
    years: tuple[int, ...]
    similarity_url: str
    indicators: tuple[Link, ...] = Field(exclude=True)
    indicator_id: str
    indicator_title: str
    verdicts: tuple[ModelVerdict, ...]
    verdict_sentence: str
    alike_sentence: str

    def tables(self) -> tuple[Table, ...]:
        """The list, each feature's share of every distance, and one indicator under several models."""
        keys = ("rank", "code", "name", "distance", "similarity", "mutual", "times_listed", "probability")
        shares = tuple(
            {"code": card.code, "name": card.name, "feature": feature.id, "share": share}
            for card in self.neighbours
            for feature, share in zip(self.features, card.shares, strict=False)
        )
        return (
            plain_table("neighbours", self.title, [card.model_dump() for card in self.neighbours], keys),
            plain_table("shares", f"{self.title}: why", shares, ("code", "name", "feature", "share")),
            plain_table(
                "verdicts",
                f"{self.indicator_title}: {self.name} under several models",
                [one.model_dump() for one in self.verdicts],
                ("model_id", "mean", "count", "verdict"),
            ),
        )

    def chart(self) -> str:
        """The matrix of shares."""
        return matrix_svg([card.shares for card in self.neighbours], self.matrix_words)

    @property
    def matrix_words(self) -> str:
        """The matrix in words: which feature makes most of each neighbour's distance."""
        return "Share of each feature in each neighbour's squared distance. " + " ".join(
            f"{card.name}: most on {card.unlike[0]}." for card in self.neighbours if card.unlike
        )


def make_neighbours(
    catalogue: Catalogue,
    area: Area,
    *,
    model_id: str | None = None,
    factors: Mapping[str, float] | None = None,
    year: int | None = None,
    indicator: Indicator | None = None,
) -> NeighboursPage:
    """The page for a council that the model compares; RequestError for one it does not."""
    factors = dict(factors or {})
    model = choose_model(catalogue, area, model_id, factors)
    found = find_neighbours(catalogue, model, year=year)
    row = found.row(area, catalogue.register)
    stable = {} if factors or found.yearly else _stability(catalogue, model.id, area.code)
    cards = _cards(catalogue, area, found, row, stable)
    names = [card.name for card in cards[:3]]
    chosen = indicator or catalogue.indicators[_first_indicator(catalogue)]
    verdicts = model_verdicts(catalogue, chosen, area)
    apart, alike = without_near_duplicates(catalogue, chosen, area)
    listed = {card.code for card in cards}
    measured = [float(one["measured_weight"]) for one in stable.values()]
    return NeighboursPage(
        title=f"Councils most like {area.name}",
        description=f"Statistical nearest neighbours of {area.name}, and why they are.",
        path=urls.council_neighbours(
            area.code,
            model=model_id,
            year=year,
            feature=tuple(f"{name}:{factor:g}" for name, factor in factors.items()),
        ),
        about=about(
            catalogue,
            sorted(sources_of(catalogue, model)),
            comparator=model.description,
            caveats=model.caveats,
        ),
        parents=(
            Link(text="Councils", url=urls.councils()),
            Link(text=area.name, url=urls.council(area.code)),
        ),
        code=area.code,
        name=area.name,
        model_id=found.model.id,
        model_title=model.title,
        model_description=model.description,
        model_url=urls.model(model.id if model.id in catalogue.models else model_id or "overall"),
        year=found.year,
        yearly=found.yearly,
        own_weights=bool(factors),
        computed_here=model.computed_here,
        headline=f"Most like {area.name}: {text.join_words(names)}."
        if names
        else "No neighbours are listed.",
        caveats=model.caveats,
        neighbours=cards,
        features=_features(catalogue, found, model, factors),
        might_come_in=tuple(
            f"{found.name(code)} ({_chance(one['probability'])})"
            for code, one in sorted(stable.items(), key=lambda item: -item[1]["probability"])
            if code not in listed
        ),
        measured_share=measured[0] if measured else None,
        times_listed=int(times_chosen(found.neighbours.neighbours[:, :SHOWN])[row]),
        models=_models_for(catalogue, area),
        chosen_model=model_id or model.id,
        years=_years(catalogue, model, current_year(catalogue.comparisons, model)),
        similarity_url=urls.council_similarity(area.code),
        indicators=_indicators(catalogue, area),
        indicator_id=chosen.id,
        indicator_title=chosen.title,
        verdicts=_verdicts(catalogue, chosen, verdicts),
        verdict_sentence=_verdict_sentence(area, chosen, verdicts),
        alike_sentence="" if apart is None else alike_words(catalogue, chosen, apart, alike),
    )


def _cards(
    catalogue: Catalogue, area: Area, found: Found, row: int, stable: Mapping[str, Mapping[str, Any]]
) -> tuple[NeighbourCard, ...]:
    pool = found.neighbours
    lists = pool.neighbours[:, :SHOWN]
    back, counts = mutual(lists)[row], times_chosen(lists)
    others = _other_lists(catalogue, area, found)
    closeness = _closeness(catalogue, found.model, area)
    cards = []
    for rank, other in enumerate(lists[row].tolist(), start=1):
        if other == NONE:
            continue
        code = pool.areas[other]
        parts = contributions(pool, row, other) if pool.features else ()
        order = sorted(parts, key=lambda part: part.share or 0.0)
        sure = stable.get(code)
        distance = float(pool.distances[row, rank - 1])
        english = code in catalogue.register.areas
        cards.append(
            NeighbourCard(
                rank=rank,
                code=code,
                name=found.name(code),
                url=urls.council(code) if english else "",
                compare_url=urls.head_to_head(area.code, code) if english else "",
                distance=None if np.isnan(distance) else distance,
                similarity=found.similarity(row, other),
                mutual=bool(back[rank - 1]),
                times_listed=int(counts[other]),
                in_models=tuple(title for title, listed in others.items() if code in listed),
                of_models=len(others),
                alike=tuple(feature_title(catalogue, found.model, part.feature) for part in order[:2]),
                unlike=tuple(feature_title(catalogue, found.model, part.feature) for part in order[::-1][:2]),
                filled_share=pool.prepared.filled_share(row, other) if pool.features else 0.0,
                probability=None if sure is None else float(sure["probability"]),
                label="" if sure is None else STABILITY_WORDS[sure["label"]],
                rank_words="" if sure is None or sure["rank_5"] is None else _places(sure),
                closeness=closeness.get(code, ""),
                shares=tuple(part.share for part in parts),
            )
        )
    return tuple(cards)


def _places(sure: Mapping[str, Any]) -> str:
    first, last = sure["rank_5"], sure["rank_95"]
    return text.ordinal(first) if first == last else f"{text.ordinal(first)} to {text.ordinal(last)}"


def _chance(probability: float) -> str:
    return f"{100 * probability:.0f}% of draws"


def _other_lists(catalogue: Catalogue, area: Area, found: Found) -> dict[str, set[str]]:
    """Title and list of the models that compare the same pool, the one shown left out."""
    pool = Pool.UPPER_TIER if found.model.pool is Pool.UPPER_TIER else Pool.LOWER_TIER
    members = catalogue.register.upper_tier if pool is Pool.UPPER_TIER else catalogue.register.lower_tier
    return {
        catalogue.models[one].title: set(listed)
        for one in MODELS[pool]
        if one in catalogue.models and one != found.model.id
        for listed in (same_powers_list(catalogue, one, area, members),)
        if listed
    }


def _closeness(catalogue: Catalogue, model: NeighbourModel, area: Area) -> dict[str, str]:
    if model.computed_here or model.source_id is None:
        return {}
    rows = catalogue.comparisons.own.lists[model.source_id]
    return {
        row["neighbour_code"]: row["closeness"]
        for row in rows.iter_rows(named=True)
        if row["area_code"] == area.code
    }


def _stability(catalogue: Catalogue, model_id: str, code: str) -> dict[str, dict[str, Any]]:
    """What the release knows about how sure a council's list is, by the other council's code."""
    if "neighbour_stability" not in catalogue.release.manifest.tables:
        return {}
    table = catalogue.release.table("neighbour_stability")
    return {
        row["neighbour_code"]: row
        for row in table.filter(model_id=model_id, area_code=code).iter_rows(named=True)
    }


def _features(
    catalogue: Catalogue, found: Found, model: NeighbourModel, factors: Mapping[str, float]
) -> tuple[FeatureChoice, ...]:
    shares = found.neighbours.prepared.weight_shares.tolist() if found.neighbours.features else []
    domains = {feature.id: feature.domain for feature in model.features}
    return tuple(
        FeatureChoice(
            number=number,
            id=name,
            title=feature_title(catalogue, model, name),
            domain=domains.get(name, ""),
            factor=factors.get(name, 1.0),
            weight_share=share,
        )
        for number, (name, share) in enumerate(zip(found.neighbours.features, shares, strict=True), start=1)
    )


def _models_for(catalogue: Catalogue, area: Area) -> tuple[Link, ...]:
    """Every model that compares the council: `text` its title, `url` its id."""
    lower, upper = area.code in catalogue.register.lower_tier, area.code in catalogue.register.upper_tier
    fits = {Pool.LOWER_TIER: lower, Pool.UPPER_TIER: upper, Pool.OWN_TABLE: True}
    return tuple(
        Link(text=model.title, url=model.id) for model in catalogue.models.values() if fits[model.pool]
    )


def _years(catalogue: Catalogue, model: NeighbourModel, current: int | None) -> tuple[int, ...]:
    """The years other than the current one that the model has lists of, newest first."""
    if "yearly_feature" not in catalogue.release.manifest.tables:
        return ()
    table = catalogue.release.table("yearly_feature", ["model_id", "year"])
    years = set(table.filter(model_id=model.id)["year"].to_list()) - {current}
    return tuple(sorted(years, reverse=True))


def _indicators(catalogue: Catalogue, area: Area) -> tuple[Link, ...]:
    county = area.code in catalogue.register.counties
    ones = [one for one in catalogue.indicators.values() if not (county and one.tier.value == "lower")]
    return tuple(Link(text=one.title, url=one.id) for one in sorted(ones, key=lambda one: one.title))


def _first_indicator(catalogue: Catalogue) -> str:
    return (
        "employment-rate" if "employment-rate" in catalogue.indicators else next(iter(catalogue.indicators))
    )


def _verdicts(
    catalogue: Catalogue, indicator: Indicator, rows: Sequence[Mapping[str, Any]]
) -> tuple[ModelVerdict, ...]:
    return tuple(
        ModelVerdict(
            model_id=row["model_id"],
            title=row["title"],
            url=urls.model(row["model_id"]),
            mean=row["neighbour_mean"],
            mean_words=text.value_words(row["neighbour_mean"], indicator.unit, indicator.decimals),
            count=row["neighbour_count"],
            words=text.VERDICTS[row["verdict_neighbours"]],
            verdict=row["verdict_neighbours"],
        )
        for row in rows
    )


def _verdict_sentence(area: Area, indicator: Indicator, rows: Sequence[Mapping[str, Any]]) -> str:
    return (
        f"{text.sentence(text.lower_first(indicator.title))}: {area.name} beside its neighbours is "
        f"{verdict_words(rows, text.VERDICTS)}."
    )
