"""Indicators: what is measured, in which unit, for whose responsibility, and which direction is good."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

IndicatorId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class Polarity(StrEnum):
    """Which direction is good; neutral means that no direction is judged."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEUTRAL = "neutral"


class Tier(StrEnum):
    """Whose responsibility the indicator describes.

    `lower`: services of districts and single-tier councils; `upper`: services of counties and single-tier councils;
    `both`: about places rather than a service, so that every council may be compared.
    """

    LOWER = "lower"
    UPPER = "upper"
    BOTH = "both"


class Unit(StrEnum):
    """Units; the display prefix and suffix follow from it."""

    PERCENT = "percent"
    SHARE = "share"
    COUNT = "count"
    PER_1000 = "per_1000"
    PER_10000 = "per_10000"
    PER_100000 = "per_100000"
    PER_MILLION = "per_million"
    GBP = "gbp"
    GBP_MILLION = "gbp_million"
    GBP_PER_HOUR = "gbp_per_hour"
    GBP_PER_WEEK = "gbp_per_week"
    GBP_PER_HEAD = "gbp_per_head"
    YEARS = "years"
    MINUTES = "minutes"
    NIGHTS = "nights"
    KWH = "kwh"
    TONNES = "tonnes"
    RATIO = "ratio"
    SCORE = "score"
    RANK = "rank"
    VEHICLES_PER_DAY = "vehicles_per_day"
    PEOPLE_PER_KM2 = "people_per_km2"
    SQUARE_KM = "square_km"


class Combination(StrEnum):
    """How predecessors' values make a successor's value when councils merge."""

    SUM = "sum"
    WEIGHTED_MEAN = "weighted_mean"
    NOT_DERIVABLE = "not_derivable"


class Weight(StrEnum):
    """The population that stands in for a rate's denominator in a merger."""

    ALL_AGES = "all_ages"
    CHILDREN = "children"
    WORKING_AGE = "working_age"
    OLDER = "older"


class Certainty(StrEnum):
    """Where the value's uncertainty comes from, so that its absence is never taken for certainty.

    `sample`: a survey or model estimate, published with an interval or not; `full_count`: administrative records or a
    census, complete apart from recording error.
    """

    SAMPLE = "sample"
    FULL_COUNT = "full_count"


class Indicator(BaseModel):
    """One indicator, as declared in `definitions/indicators/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: IndicatorId
    title: str
    description: str
    unit: Unit
    decimals: int = Field(ge=0, le=4)
    polarity: Polarity
    polarity_reason: str = ""
    topic: str
    tier: Tier
    certainty: Certainty
    combination: Combination
    weight: Weight | None = None
    denominator_indicator_id: IndicatorId | None = None
    denominator: str = ""
    source_id: str
    series: dict[str, str]
    licence: str = "OGL-UK-3.0"
    cadence: str = "annual"
    caveats: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()

    @property
    def sign(self) -> int:
        """+1 when high is good, -1 when low is good, 0 when neither is judged."""
        return {Polarity.HIGHER_IS_BETTER: 1, Polarity.LOWER_IS_BETTER: -1}.get(self.polarity, 0)


class Break(BaseModel):
    """A declared break: values from `at` on do not compare with values before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="first period start after the break")
    reason: str


Indicator.model_rebuild()
