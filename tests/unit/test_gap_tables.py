"""The gap tables: rows, spans and what stands in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from likeforlike.analysis.grid import comparable_span
from likeforlike.definitions.loader import load_register
from likeforlike.domain.indicator import Break, Certainty, Prices, Tier, Unit
from likeforlike.domain.observation import OBSERVATION_SCHEMA
from likeforlike.domain.period import Period
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.gaps import NO_INTERVALS, gap_tables
from statistics_kit import indicator_with, matrix_of, years

YEARS = range(2015, 2025)
REGISTER = load_register()


def observations(values: dict[str, np.ndarray], margin: dict[str, float]) -> pl.DataFrame:
    """One row per indicator, lower-tier area and year; values are areas x years."""
    rows = [
        {
            "indicator_id": name,
            "area_code": code,
            "period_start": date(year, 1, 1),
            "period_end": date(year, 12, 31),
            "value": float(table[i, t]),
            "lower_95": float(table[i, t]) - margin[name] if name in margin else None,
            "upper_95": float(table[i, t]) + margin[name] if name in margin else None,
            "status": "normal",
            "method": "published",
            "shared_with": None,
            "snapshot_id": "s",
            "source_rows": "2",
        }
        for name, table in values.items()
        for i, code in enumerate(REGISTER.lower_tier)
        for t, year in enumerate(YEARS)
    ]
    return pl.DataFrame(rows, schema=OBSERVATION_SCHEMA)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    random = np.random.default_rng(1)
    n = len(REGISTER.lower_tier)
    truth, growth = random.normal(0, 3, n), 1 + 0.08 * np.arange(len(YEARS))
    noise = random.normal(0, 0.5, (n, len(YEARS)))
    widening = 50 + truth[:, None] * growth + noise
    widening[5, -1] += 60  # one council runs away
    values = {
        "population": np.repeat(random.uniform(2e4, 5e5, (n, 1)), len(YEARS), axis=1),
        "widening": widening,
        "level": 50 + truth[:, None] + noise,
        "nominal": (500 + 20 * truth[:, None]) * growth,
        "unsure": 50 + truth[:, None] + noise,
        "change": truth[:, None] + noise,
        "total": np.exp(truth[:, None]) * 1000 + 10 + noise,
    }
    common = {"tier": Tier.BOTH, "certainty": Certainty.FULL_COUNT}
    indicators = {
        name: indicator_with(id=name, **(common | more))
        for name, more in {
            "population": {"unit": Unit.COUNT},
            "widening": {},
            "level": {},
            "nominal": {"unit": Unit.GBP_PER_WEEK, "prices": Prices.NOMINAL},
            "unsure": {"certainty": Certainty.SAMPLE},
            "change": {"unit": Unit.RATIO},
            "total": {"unit": Unit.COUNT},
        }.items()
    }
    context = SimpleNamespace(
        definitions=SimpleNamespace(indicators=indicators),
        register=REGISTER,
        matrices=MatrixStore(observations(values, {"level": 0.98}), indicators.values(), REGISTER),
    )
    return gap_tables(context)  # type: ignore[arg-type]


def change_of(tables: dict[str, pl.DataFrame], indicator: str, span: str = "all_years") -> dict:
    found = tables["gap_change"].filter(indicator_id=indicator, span=span)
    return found.row(0, named=True)


def test_every_indicator_has_a_row_per_period_with_its_ends_named(tables):
    gap = tables["gap"]
    assert gap.height == 7 * len(YEARS)
    last = gap.filter(pl.col("indicator_id") == "widening").sort("period_end").row(-1, named=True)
    assert last["highest_code"] == REGISTER.lower_tier[5]
    assert last["max"] - last["min"] == pytest.approx(last["best_worst_gap"])
    assert last["theil_between"] + last["theil_within"] == pytest.approx(last["theil"])
    assert last["area_count"] == 296


def test_a_map_without_a_pattern_has_morans_i_near_its_expectation(tables):
    gap = tables["gap"].filter(indicator_id="level").sort("period_end")
    assert gap["moran_i"].abs().max() < 0.15
    assert gap["moran_p"].null_count() == len(YEARS) - 1
    assert 0.001 <= gap["moran_p"][-1] <= 1


def test_a_gap_that_grows_is_widening_and_the_runaway_drives_it(tables):
    found = change_of(tables, "widening")
    assert found["verdict"] == "widening"
    assert found["drivers"].split()[0] == REGISTER.lower_tier[5]
    assert (found["first_period_end"], found["last_period_end"]) == (date(2015, 12, 31), date(2024, 12, 31))
    five = change_of(tables, "widening", "five_years")
    assert five["first_period_end"] == date(2019, 12, 31)
    measures = tables["gap_measure"].filter(indicator_id="widening", span="all_years")
    assert measures["measure"].to_list() == ["p90_p10_gap", "sd", "mean_difference"]
    assert (measures["change"] == measures["last"] - measures["first"]).all()


def test_an_unchanged_gap_is_stable_net_of_sampling_error_too(tables):
    assert change_of(tables, "level")["verdict"] == "stable"
    measures = tables["gap_measure"].filter(indicator_id="level", span="all_years")["measure"].to_list()
    assert "sd_net" in measures


def test_prices_that_rise_for_all_do_not_widen_a_gap_in_pounds(tables):
    found = change_of(tables, "nominal")
    assert found["verdict"] == "stable"
    assert found["beta_scale"] == "log"
    assert found["tau_b"] == pytest.approx(1)


def test_estimates_without_intervals_carry_a_caution(tables):
    assert change_of(tables, "unsure")["caveat"] == NO_INTERVALS
    assert change_of(tables, "level")["caveat"] == ""


def test_values_below_zero_have_no_proportions_and_the_row_says_why(tables):
    gap = tables["gap"].filter(indicator_id="change")
    assert gap["gini"].null_count() == gap.height
    assert gap["refused"].str.contains("below zero").all()
    assert change_of(tables, "change")["beta_scale"] == "level"


def test_totals_have_gaps_but_no_verdict(tables):
    assert tables["gap"].filter(indicator_id="total")["gini"].null_count() == 0
    found = change_of(tables, "total")
    assert (found["verdict"], found["reason"]) == ("cannot_tell", "totals follow the size of a council")


def test_two_builds_give_the_same_tables(tables):
    assert (
        tables["gap_measure"]
        .filter(indicator_id="level")
        .equals(tables["gap_measure"].filter(indicator_id="level"))
    )
    seeds = {row["change_lower_95"] for row in tables["gap_measure"].iter_rows(named=True)}
    assert len(seeds) > 10


def test_a_span_starts_where_values_compare():
    values = np.ones((10, 10))
    values[:3, :2] = np.nan  # too few areas in the first two years
    periods = years(2010, 10)
    assert comparable_span(periods, values, (), 9, at_least=3) == 2
    assert comparable_span(periods, values, (), 9, at_least=3, years=5) == 4
    broken = (Break(at="2015-01-01", reason="New definition"),)
    assert comparable_span(periods, values, broken, 9, at_least=3) == 5
    assert comparable_span(periods, values, broken, 9, at_least=5) is None
    late = (Break(at="2018-01-01", reason="New definition"),)
    assert comparable_span(periods, values, late, 9, at_least=3) is None


def test_overlapping_periods_and_those_of_another_length_do_not_compare():
    rolling = tuple(Period.of(date(y - 2, 1, 1), date(y, 12, 31)) for y in range(2016, 2022))
    values = np.ones((5, 6))
    assert comparable_span(rolling, values, (), 5, at_least=1) == 0
    assert comparable_span(rolling, values, (), 5, at_least=1, years=2) == 2
    mixed = (Period.of(date(2010, 1, 1), date(2010, 12, 31)), *rolling)
    assert comparable_span(mixed, np.ones((5, 7)), (), 6, at_least=1) == 1
    matrix = replace(matrix_of(values), periods=rolling)
    assert comparable_span(matrix.periods, matrix.values, (), 5, at_least=1, years=9) is None
