"""Indicators: what is measured, in which unit, for whose responsibility, and which direction is good."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

IndicatorId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class Polarity(StrEnum):
    """Which direction is good; neutral means that no direction is judged."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEUTRAL = "neutral"


class Tier(StrEnum):
    """Whose responsibility the indicator describes.

    `lower`: services of districts and single-tier councils; `upper`: services of counties and
    single-tier councils; `both`: about places rather than a service, so that every council may be compared.
    """

    LOWER = "lower"
    UPPER = "upper"
    BOTH = "both"


class Topic(StrEnum):
    """What an indicator is about: the closed list under which indicators are grouped, in reading order."""

    ECONOMY = "economy"
    LIVING_STANDARDS = "living_standards"
    EDUCATION = "education"
    CHILDREN = "children"
    HEALTH = "health"
    ADULT_SOCIAL_CARE = "adult_social_care"
    WELLBEING = "wellbeing"
    HOUSING = "housing"
    CRIME = "crime"
    ENVIRONMENT = "environment"
    TRANSPORT = "transport"
    DIGITAL = "digital"
    CULTURE = "culture"
    FINANCE = "finance"
    POPULATION = "population"
    DEPRIVATION = "deprivation"

    @property
    def heading(self) -> str:
        """The topic in words, as it stands over its indicators."""
        return TOPIC_TITLES[self]


#: Headings of topics, the one place where they are written.
TOPIC_TITLES = {
    Topic.ECONOMY: "Economy and work",
    Topic.LIVING_STANDARDS: "Pay and living standards",
    Topic.EDUCATION: "Education and skills",
    Topic.CHILDREN: "Children and families",
    Topic.HEALTH: "Health",
    Topic.ADULT_SOCIAL_CARE: "Adult social care",
    Topic.WELLBEING: "Wellbeing",
    Topic.HOUSING: "Housing and homelessness",
    Topic.CRIME: "Crime and safety",
    Topic.ENVIRONMENT: "Environment and waste",
    Topic.TRANSPORT: "Transport",
    Topic.DIGITAL: "Digital",
    Topic.CULTURE: "Culture and local amenities",
    Topic.FINANCE: "Council finance",
    Topic.POPULATION: "Population and place",
    Topic.DEPRIVATION: "Deprivation",
}


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
    GBP_PER_JOB = "gbp_per_job"
    YEARS = "years"
    MINUTES = "minutes"
    NIGHTS = "nights"
    KWH = "kwh"
    TONNES = "tonnes"
    TONNES_PER_HEAD = "tonnes_per_head"
    RATIO = "ratio"
    SCORE = "score"
    RANK = "rank"
    VEHICLES_PER_DAY = "vehicles_per_day"
    PEOPLE_PER_KM2 = "people_per_km2"
    SQUARE_KM = "square_km"

    @property
    def is_money(self) -> bool:
        """Whether values are amounts in pounds, whose price basis must be stated."""
        return self.value.startswith("gbp")


class Prices(StrEnum):
    """Whether inflation is still inside an amount of money."""

    NOMINAL = "nominal"  # in the prices of each period
    REAL = "real"  # in the prices of one year, `price_year`


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

    `sample`: a survey or model estimate, published with an interval or not; `full_count`: administrative
    records or a census, complete apart from recording error.
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
    #: Of what a rate is so many: people, dwellings, pupils, ...
    per: str = ""
    decimals: int = Field(ge=0, le=4)
    prices: Prices | None = None
    price_year: int | None = None
    polarity: Polarity
    polarity_reason: str = ""
    #: Why no verdict is given and no rank shown; empty where both are.
    no_verdict: str = ""
    topic: Topic
    tier: Tier
    certainty: Certainty
    combination: Combination
    weight: Weight | None = None
    #: The count of which this is the rate, where the release holds it: the two must imply the denominator.
    numerator_indicator_id: IndicatorId | None = None
    denominator_indicator_id: IndicatorId | None = None
    denominator: str = ""
    #: A faster or newer series on the same subject, shown beside this one.
    companion_indicator_id: IndicatorId | None = None
    source_id: str
    #: Who makes the statistic, where that is not the publisher of the source.
    publisher: str = ""
    series: dict[str, str]
    licence: str = "OGL-UK-3.0"
    cadence: str = "annual"
    caveats: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Refuse money without its price basis and an average without the population that weights it."""
        if self.unit.is_money != (self.prices is not None):
            raise ValueError("an amount of money, and nothing else, says `prices: nominal` or `prices: real`")
        if (self.prices is Prices.REAL) != (self.price_year is not None):
            raise ValueError("real prices, and nothing else, need their `price_year`")
        if self.combination is Combination.WEIGHTED_MEAN and self.weight is None:
            raise ValueError("a weighted mean needs `weight`: all_ages, children, working_age or older")
        return self

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
