"""Declared neighbour models: which features, how they are prepared, and how far apart two areas are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from likeforlike.domain.errors import DefinitionError


class Transform(StrEnum):
    """What is done to a feature before it is winsorised and scaled."""

    NONE = "none"
    LOG = "log"
    LOGIT = "logit"  # of a percentage 0-100
    RANK = "rank"


class Scaling(StrEnum):
    """How features are put on one scale."""

    Z_SCORE = "z_score"
    ROBUST = "robust"  # (x - median) / (1.4826 MAD)
    MIN_MAX = "min_max"
    RANK = "rank"
    NONE = "none"


class Missing(StrEnum):
    """What is done where a feature has no value for an area."""

    POOL_MEDIAN = "pool_median"
    UPPER_TIER_THEN_MEDIAN = "upper_tier_then_median"
    LEAVE_OUT = "leave_out"  # distance over the features both areas have, rescaled to the full weight


class Metric(StrEnum):
    """How the distance is computed from the scaled features."""

    EUCLIDEAN = "euclidean"
    MAHALANOBIS = "mahalanobis"
    GOWER = "gower"


class Rebasing(StrEnum):
    """Whether distances are divided by the farthest one, row by row."""

    NONE = "none"
    FARTHEST_IS_ONE = "farthest_is_one"


class Pool(StrEnum):
    """Which areas are compared with each other."""

    LOWER_TIER = "lower_tier"
    UPPER_TIER = "upper_tier"
    OWN_TABLE = "own_table"  # every row of the feature table given


class Feature(BaseModel):
    """One feature of a model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    indicator_id: str | None = None  # defaults to `id`
    domain: str = "all"
    transform: Transform = Transform.NONE
    nominal: bool = False  # labels that are equal or not, such as a kind of place; Gower's distance only
    weight: float = Field(default=1.0)
    period: str = "latest"  # "latest", or an ISO date: the newest period that ends on or before it
    why: str = ""

    @property
    def indicator(self) -> str:
        """The indicator that supplies the feature."""
        return self.indicator_id or self.id


class CellCorrection(BaseModel):
    """One value of a feature table that a model replaces, with the reason.

    `found` is the value expected there: when the source no longer holds it, the correction is out of date
    and the build stops.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    area_code: str
    feature: str
    found: float
    use: float
    reason: str


class NeighbourModel(BaseModel):
    """A neighbour model, as declared in `definitions/neighbour_models/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    description: str
    pool: Pool
    features: tuple[Feature, ...] = ()
    winsorise: tuple[float, float] | None = None  # lower and upper quantile, linear interpolation
    missing: Missing = Missing.POOL_MEDIAN
    scaling: Scaling = Scaling.Z_SCORE
    ddof: int = Field(default=0, ge=0, le=1)
    balance_domains: bool = False  # equal total weight per domain, split within it by the features' weights
    metric: Metric = Metric.EUCLIDEAN
    rebasing: Rebasing = Rebasing.NONE
    exclude_nested: bool = False
    k: int = Field(default=10, ge=1)
    computed_here: bool = True  # False: a published list, imported as data
    source_id: str | None = (
        None  # whose own feature table, or list, is taken; empty: this release's indicators
    )
    edition: int | None = None  # year of a model that brings its own table or list
    corrections: tuple[CellCorrection, ...] = ()
    caveats: tuple[str, ...] = ()

    def without(self, indicator_id: str) -> NeighbourModel:
        """The model without the features that an indicator supplies; itself when there are none.

        Neighbours chosen on the very thing that is compared would hide the difference. Raises
        DefinitionError when nothing would be left.
        """
        return self.without_features(
            [feature.id for feature in self.features if feature.indicator == indicator_id]
        )

    def without_features(self, names: Collection[str]) -> NeighbourModel:
        """The model without some features; itself for none, DefinitionError when nothing would be left."""
        kept = tuple(feature for feature in self.features if feature.id not in names)
        if len(kept) == len(self.features):
            return self
        if not kept:
            raise DefinitionError(
                f"Model {self.id} has no feature but {', '.join(names)}.",
                instead="Choose a model with more features.",
            )
        return self.model_copy(update={"features": kept})

    @property
    def weight_shares(self) -> dict[str, float]:
        """Each feature's share of the squared distance's weight, by id; the shares sum to 1.

        With `balance_domains` every domain with a weight has the same total.
        """
        total: dict[str, float] = {}
        for feature in self.features:
            domain = feature.domain if self.balance_domains else ""
            total[domain] = total.get(domain, 0.0) + feature.weight
        used = sum(weight > 0 for weight in total.values())
        return {
            feature.id: feature.weight / (total[feature.domain if self.balance_domains else ""] * used)
            if feature.weight > 0
            else 0.0
            for feature in self.features
        }

    def reweighted(self, factors: Mapping[str, float]) -> NeighbourModel:
        """The model with a person's own weights: each feature's weight times a factor (1 if none is given).

        A factor of 2 doubles what the feature weighs beside the others, 0 leaves it out. A name that is no
        feature is added as one: an indicator, untransformed, with the factor times the average weight. The
        weights' sum stays what it was, so that factors of 1 change nothing.
        """
        shares = self.weight_shares
        raw = {name: share * float(factors.get(name, 1.0)) for name, share in shares.items()}
        own = {name: float(factor) / len(shares) for name, factor in factors.items() if name not in shares}
        total = 1.0 if self.balance_domains else sum(feature.weight for feature in self.features)
        scale = total / (sum(raw.values()) + sum(own.values()) or 1.0)
        changed = [
            feature.model_copy(update={"weight": raw[feature.id] * scale}) for feature in self.features
        ]
        added = [
            Feature(id=name, domain="own", weight=weight * scale, why="Added by the reader.")
            for name, weight in own.items()
        ]
        update = {"features": (*changed, *added), "balance_domains": False}
        return self.model_copy(update=update)
