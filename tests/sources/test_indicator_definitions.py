"""Indicators as data: every series is taken, every judgement is reviewed, every sentence is our own."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.indicator import TOPIC_TITLES, Combination, Indicator, Polarity, Topic, Unit
from likeforlike.observations.checks import coverage
from likeforlike.observations.standardise import Standardised, standardise
from likeforlike.sources import PARSERS
from observations_kit import indicator_of

REVIEWED = Path(__file__).with_name("indicators_reviewed.csv")
INDICATORS = load_definitions().indicators
#: Sources whose indicators the reviewed table lists.
SOURCES = (
    "dfe_local_skills_dashboard",
    "dfe_pupil_attendance",
    "insolvency_service_individuals",
    "mhclg_indices_of_deprivation",
    "moj_possession_claims",
    "ons_census_2021",
    "ons_explore_local_statistics",
    "ons_mid_year_population",
    "open_innovations_housing",
)
ENGLAND = "E92000001"
#: Columns of the reviewed table.
JUDGEMENTS = ("id", "topic", "tier", "unit", "decimals", "polarity", "certainty", "combination", "verdict")


def judgements(indicator: Indicator) -> tuple[str, ...]:
    verdict = "no" if indicator.no_verdict else "yes"
    values = (*(getattr(indicator, name) for name in JUDGEMENTS[:-1]), verdict)
    return tuple(str(value) for value in values)


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def sentences_of(indicator: Indicator) -> str:
    reasons = [entry.reason for entry in indicator.breaks]
    return " . ".join(
        [
            indicator.title,
            indicator.description,
            indicator.polarity_reason,
            indicator.no_verdict,
            *indicator.caveats,
            *reasons,
        ]
    )


def test_every_judgement_is_the_one_last_reviewed():
    """The table is read as a diff: unit, tier, polarity and certainty decide what a page says."""
    found = [judgements(INDICATORS[name]) for name in INDICATORS if INDICATORS[name].source_id in SOURCES]
    with REVIEWED.open(newline="") as file:
        header, *reviewed = csv.reader(file)
    assert tuple(header) == JUDGEMENTS
    assert [",".join(row) for row in found] == [",".join(row) for row in reviewed]


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=list(INDICATORS))
def test_an_indicator_says_what_a_reader_needs(indicator: Indicator):
    assert 60 <= len(indicator.description) <= 420, "what is counted, among whom, by whom and how"
    assert indicator.description.endswith(".")
    assert len(indicator.title) <= 60
    assert indicator.caveats or indicator.source_id not in SOURCES, "every figure has a limit to know"
    assert all(caveat.endswith(".") for caveat in indicator.caveats)
    if indicator.combination is Combination.WEIGHTED_MEAN and indicator.source_id in SOURCES:
        assert indicator.denominator, "an average is of something"
    if indicator.unit in (Unit.PER_1000, Unit.PER_10000, Unit.PER_100000, Unit.PER_MILLION):
        assert indicator.per, "per 1,000 of what?"
    for first, second in pairwise(indicator.breaks):
        assert first.at < second.at


def test_a_count_is_never_judged_and_a_neutral_polarity_is_explained():
    for indicator in INDICATORS.values():
        if indicator.unit in (Unit.COUNT, Unit.GBP_MILLION) and indicator.source_id in SOURCES:
            assert indicator.polarity is Polarity.NEUTRAL, indicator.id
            assert indicator.no_verdict, indicator.id
        if indicator.polarity is Polarity.NEUTRAL:
            assert indicator.polarity_reason or indicator.no_verdict, indicator.id


def test_directions_that_are_arguable_are_not_forced():
    neutral = {name for name, indicator in INDICATORS.items() if indicator.polarity is Polarity.NEUTRAL}
    assert neutral >= {
        "domestic-electricity-consumption",
        "domestic-gas-consumption",
        "motor-vehicle-flow",
        "food-outlets",
        "population-density",
        "gdp-per-head",
        "supermarkets",
    }


def test_money_says_whether_inflation_is_inside_it():
    money = [one for one in INDICATORS.values() if one.unit.is_money and one.source_id in SOURCES]
    assert len(money) >= 9
    for indicator in money:
        basis = r"[Ii]n (the )?(prices|money) of"
        assert re.search(basis, " ".join(indicator.caveats)) or indicator.id == "gdp-per-head-real", (
            indicator.id
        )


def test_every_topic_has_a_heading():
    assert set(TOPIC_TITLES) == set(Topic)
    assert Topic.ECONOMY.heading == "Economy and work"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"unit": Unit.GBP}, "prices: nominal"),
        ({"prices": "nominal"}, "an amount of money, and nothing else"),
        ({"unit": Unit.GBP, "prices": "real"}, "price_year"),
        ({"unit": Unit.GBP, "prices": "nominal", "price_year": 2020}, "price_year"),
        ({"weight": None}, "needs `weight`"),
        ({"topic": "weather"}, "economy"),
    ],
)
def test_an_incomplete_indicator_is_refused(changes: dict[str, object], message: str):
    with pytest.raises(ValidationError, match=re.escape(message)):
        indicator_of(**changes)


def test_two_indicators_never_take_one_series():
    taken = [(one.source_id, series) for one in INDICATORS.values() for series in one.series]
    assert len(taken) == len(set(taken))


@pytest.mark.raw
def test_no_sentence_is_the_publishers(raw_folder: Path):
    """Eight words in a row that stand in a publisher's metadata are a copy."""
    folder = raw_folder / "outcomes" / "ons-explore-local-statistics"
    theirs: set[tuple[str, ...]] = set()
    for path in folder.rglob("*.json"):
        words = words_of(path.read_text(encoding="utf-8"))
        theirs |= {tuple(words[at : at + 8]) for at in range(len(words) - 7)}
    assert len(theirs) > 5000
    for indicator in INDICATORS.values():
        words = words_of(sentences_of(indicator))
        for at in range(len(words) - 7):
            assert tuple(words[at : at + 8]) not in theirs, f"{indicator.id}: {' '.join(words[at : at + 8])}"


@pytest.fixture(scope="module")
def results(raw_folder: Path) -> dict[str, Standardised]:
    definitions, register = load_definitions(), load_register()
    return {
        name: standardise(
            PARSERS[name](raw_folder, definitions.sources[name]),
            definitions.sources[name],
            list(definitions.indicators.values()),
            register,
        )
        for name in SOURCES
    }


@pytest.fixture(scope="module")
def observations(results: dict[str, Standardised]) -> pl.DataFrame:
    return pl.concat([result.observations for result in results.values()])


@pytest.mark.raw
def test_every_series_with_councils_is_taken_by_an_indicator(results: dict[str, Standardised]):
    for name, result in results.items():
        left = result.report.filter(pl.col("reason") == "no indicator takes this series")
        assert left.is_empty(), f"{name}: {left['series'].unique().to_list()}"
    explained = results["ons_explore_local_statistics"].report.filter(
        pl.col("reason") == "the series holds no council in England"
    )
    assert explained["series"].n_unique() == 7


@pytest.mark.raw
def test_every_indicator_has_values_for_nearly_all_councils_in_its_latest_period(observations: pl.DataFrame):
    register = load_register()
    mine = [indicator for indicator in INDICATORS.values() if indicator.source_id in SOURCES]
    table = coverage(observations, mine, register).filter(pl.col("with_value") > 0)
    latest = table.sort("period_end").group_by("indicator_id", maintain_order=True).last()
    assert set(latest["indicator_id"]) == {indicator.id for indicator in mine}
    few = latest.filter(pl.col("with_value") < 0.95 * pl.col("expected"))
    # Withheld for small samples, as their caveats say.
    assert set(few["indicator_id"]) == {
        "cancer-diagnosis-at-stage-1-and-2",
        "economically-inactive-long-term-sick",
        "no-qualifications",
    }


@pytest.mark.raw
def test_percentages_lie_between_0_and_100_and_rates_are_not_negative(observations: pl.DataFrame):
    can_be_negative = {"population-change-10-years"}
    percent = [
        name for name, one in INDICATORS.items() if one.unit is Unit.PERCENT and name not in can_be_negative
    ]
    values = observations.filter(pl.col("indicator_id").is_in(percent), pl.col("value").is_not_null())
    assert values.filter(~pl.col("value").is_between(0, 100)).is_empty()
    rates = [
        name
        for name, one in INDICATORS.items()
        if one.unit not in (Unit.PERCENT, Unit.SCORE, Unit.GBP_MILLION)
        and name not in ("net-additions-to-the-housing-stock", "net-additional-dwellings")  # demolitions
    ]
    assert observations.filter(pl.col("indicator_id").is_in(rates), pl.col("value") < 0).is_empty()


@pytest.mark.raw
def test_councils_average_to_england_where_the_publisher_gives_it(observations: pl.DataFrame):
    """A slip of unit or denominator would show: councils weighted by population stay near England."""
    register = load_register()
    lower, upper = set(register.lower_tier), set(register.upper_tier)
    population = observations.filter(
        pl.col("indicator_id") == "population", pl.col("period_end") == pl.date(2024, 6, 30)
    ).select("area_code", pl.col("value").alias("people"))
    compared = 0
    for name, one in INDICATORS.items():
        if one.source_id not in SOURCES or one.combination is not Combination.WEIGHTED_MEAN:
            continue
        rows = observations.filter(pl.col("indicator_id") == name, pl.col("value").is_not_null())
        england = rows.filter(pl.col("area_code") == ENGLAND).sort("period_end")
        if england.is_empty():
            continue
        codes = upper if one.tier == "upper" else lower
        last = rows.filter(
            pl.col("period_end") == england["period_end"][-1], pl.col("area_code").is_in(list(codes))
        ).join(population, on="area_code")
        mean = float((last["value"] * last["people"]).sum()) / float(last["people"].sum())
        # 5G counts land, and people live where there is signal; few people lack qualifications in a sample.
        room = {"network-coverage-5g": 0.12, "no-qualifications": 0.12, "high-growth-businesses": 0.08}
        assert mean == pytest.approx(england["value"][-1], rel=room.get(name, 0.055)), name
        compared += 1
    assert compared > 50


@pytest.mark.raw
def test_counts_add_up_to_england(observations: pl.DataFrame):
    register = load_register()
    for name in ("population", "active-businesses", "short-term-let-guest-nights"):
        rows = observations.filter(pl.col("indicator_id") == name)
        last = rows.filter(pl.col("period_end") == rows["period_end"].max())
        england = last.filter(pl.col("area_code") == ENGLAND)["value"].item()
        councils = last.filter(pl.col("area_code").is_in(register.lower_tier))["value"].sum()
        assert councils == pytest.approx(england, rel=2e-4), name


@pytest.mark.raw
def test_the_price_year_of_real_gdp_is_that_in_which_both_price_bases_agree(observations: pl.DataFrame):
    wide = observations.filter(pl.col("indicator_id").is_in(["gdp-per-head", "gdp-per-head-real"])).pivot(
        "indicator_id", index=["area_code", "period_end"], values="value"
    )
    ratio = (pl.col("gdp-per-head") / pl.col("gdp-per-head-real") - 1).abs()
    same = wide.group_by(pl.col("period_end").dt.year().alias("year")).agg(ratio.max().alias("apart"))
    agreeing = same.filter(pl.col("apart") < 1e-4)["year"].to_list()
    assert agreeing == [INDICATORS["gdp-per-head-real"].price_year] == [2022]


@pytest.mark.raw
def test_joined_series_agree_where_they_overlap(raw_folder: Path):
    """Series of one indicator are joined because they measure the same thing; here is the evidence."""
    name = "ons_explore_local_statistics"
    raw = PARSERS[name](raw_folder, load_definitions().sources[name]).with_columns(
        pl.col("period").str.slice(0, 7), pl.col("value").cast(pl.Float64, strict=False)
    )
    newest = raw.filter(pl.col("published") == pl.col("published").max().over("series", "period"))

    def apart(first: str, second: str) -> pl.Series:
        one, other = (newest.filter(pl.col("series") == series) for series in (first, second))
        both = one.join(other, on=["area_code", "period"]).drop_nulls(["value", "value_right"])
        return both.select((pl.col("value") - pl.col("value_right")).abs()).to_series()

    overlaps = 0
    for indicator in INDICATORS.values():
        if indicator.source_id == name:
            for first, second in pairwise(indicator.series):
                difference = apart(first, second)
                overlaps += not difference.is_empty()
                assert difference.is_empty() or difference.max() == 0.0, indicator.id
    assert overlaps == 5  # gigabit, 4G, 5G and superfast broadband, and productivity per hour
    chargers = apart(
        "public-electric-vehicle-chargers/Public electric vehicle chargers",
        "recovered/electric-vehicle-public-charging-devices/Electric vehicle public charging devices",
    )
    assert float(chargers.mean() or 0) > 30, "devices and chargers are not one series"


def test_no_benchmark_of_other_councils_is_set_where_neither_more_nor_less_is_better():
    definitions = load_definitions()
    reaching = [
        (target.id, definitions.indicators[target.indicator_id])
        for framework in definitions.frameworks.values()
        for mission in framework.missions
        for target in mission.targets
        if target.reach is not None and target.indicator_id is not None
    ]
    assert len(reaching) > 10
    assert [name for name, indicator in reaching if not indicator.sign] == []
