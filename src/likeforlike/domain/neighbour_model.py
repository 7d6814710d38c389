"""Declared neighbour models: which features, how they are prepared, and how far apart two areas are."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


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
    weight: float = Field(default=1.0)
    period: str = "latest"  # "latest", or an ISO date: the newest period that ends on or before it
    why: str = ""

    @property
    def indicator(self) -> str:
        """The indicator that supplies the feature."""
        return self.indicator_id or self.id


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
    computed_here: bool = True
    source_id: str | None = None
    caveats: tuple[str, ...] = ()
