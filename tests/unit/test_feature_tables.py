"""Feature tables from observations: which period, whose value, and the same features every year."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from likeforlike.definitions.loader import load_register
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.neighbour_model import Feature, Missing, Pool
from likeforlike.domain.observation import OBSERVATION_SCHEMA
from likeforlike.domain.period import Period
from likeforlike.observations.features import feature_table
from likeforlike.observations.matrices import MatrixStore
from likeforlike.observations.yearly import yearly_tables
from neighbours_kit import model_of
from observations_kit import indicator_of

REGISTER = load_register()
LOWER, COUNTY = REGISTER.lower_tier, "E10000003"
DISTRICT = REGISTER.districts_of(COUNTY)[0]


def year(number: int) -> Period:
    return Period.of(date(number, 1, 1), date(number, 12, 31))


def store_of(cells: list[tuple[str, str, Period, float]]) -> MatrixStore:
    """A store of observations: indicator, area, period, value; limits are one either side."""
    rows = [
        {
            "indicator_id": name,
            "area_code": area,
            "period_start": period.start,
            "period_end": period.end,
            "value": value,
            "lower_95": value - 1,
            "upper_95": value + 1,
            "status": "normal",
            "method": "published",
            "snapshot_id": "s",
            "source_rows": "2",
        }
        for name, area, period, value in cells
    ]
    names = sorted({cell[0] for cell in cells})
    table = pl.DataFrame(rows, schema=OBSERVATION_SCHEMA)
    return MatrixStore(table, [indicator_of(id=name) for name in names], REGISTER)


def everywhere(name: str, period: Period, base: float = 0.0) -> list[tuple[str, str, Period, float]]:
    return [(name, code, period, base + number) for number, code in enumerate(LOWER)]


def lower_model(*features: Feature | str, **changes):
    return model_of(features, pool=Pool.LOWER_TIER, **changes)


def test_the_latest_period_is_one_that_nine_tenths_of_areas_have_reached():
    cells = everywhere("rate", year(2020)) + everywhere("rate", year(2021), 1000)[:100]
    table = feature_table(lower_model("rate"), store_of(cells), REGISTER)
    assert table.areas == LOWER
    assert table.periods == (year(2020),)
    assert table.values[5, 0] == 5
    assert (table.lower_95[5, 0], table.upper_95[5, 0]) == (4, 6)


def test_a_date_in_the_model_or_in_the_request_rules_out_later_periods():
    cells = everywhere("rate", year(2019)) + everywhere("rate", year(2020)) + everywhere("rate", year(2021))
    store = store_of(cells)
    dated = lower_model(Feature(id="rate", period="2020-12-31"))
    assert feature_table(dated, store, REGISTER).periods == (year(2020),)
    assert feature_table(dated, store, REGISTER, as_of=date(2019, 12, 31)).periods == (year(2019),)
    with pytest.raises(
        DefinitionError, match=r"no period that ends on or before 2010-01-01. Its first ends on 2019"
    ):
        feature_table(lower_model("rate"), store, REGISTER, as_of=date(2010, 1, 1))
    with pytest.raises(DefinitionError, match=r"period 'lately'. Write \"latest\" or a date"):
        feature_table(lower_model(Feature(id="rate", period="lately")), store, REGISTER)


def test_a_feature_takes_its_values_from_the_indicator_it_names():
    store = store_of(everywhere("rate", year(2020)))
    table = feature_table(lower_model(Feature(id="own", indicator_id="rate")), store, REGISTER)
    assert table.features == ("own",)
    with pytest.raises(DefinitionError, match="no indicator 'unknown' for feature 'unknown'"):
        feature_table(lower_model("unknown"), store, REGISTER)


def test_a_district_inherits_its_countys_value_only_where_the_model_says_so():
    cells = [cell for cell in everywhere("rate", year(2020)) if cell[1] != DISTRICT]
    store = store_of([*cells, ("rate", COUNTY, year(2020), 77.0)])
    row = LOWER.index(DISTRICT)
    own = feature_table(lower_model("rate"), store, REGISTER)
    assert np.isnan(own.values[row, 0])
    assert not own.inherited.any()
    table = feature_table(lower_model("rate", missing=Missing.UPPER_TIER_THEN_MEDIAN), store, REGISTER)
    assert table.values[row, 0] == 77.0
    assert (table.lower_95[row, 0], table.upper_95[row, 0]) == (76.0, 78.0)
    assert table.inherited[row, 0]
    assert table.inherited.sum() == 1


def test_an_upper_tier_indicator_reaches_all_districts_through_their_counties():
    values = [("rate", code, year(2020), float(n)) for n, code in enumerate(REGISTER.upper_tier)]
    model = lower_model("rate", missing=Missing.UPPER_TIER_THEN_MEDIAN)
    table = feature_table(model, store_of(values), REGISTER)
    assert np.isfinite(table.values).all()
    assert table.inherited.sum() == sum(
        area.county_code is not None for area in map(REGISTER.areas.get, LOWER)
    )
    other = [("rate", code, year(2019), 5.0) for code in REGISTER.counties]
    old = feature_table(model, store_of(other), REGISTER)
    assert np.isfinite(old.values).sum() == old.inherited.sum()


def yearly_cells(name: str, years: range, lag: int = 0) -> list[tuple[str, str, Period, float]]:
    return [cell for number in years for cell in everywhere(name, year(number - lag), number)]


def test_yearly_models_have_the_features_that_every_year_has():
    cells = yearly_cells("long", range(2011, 2016)) + yearly_cells("late", range(2014, 2016))
    tables = yearly_tables(lower_model("long", "late"), store_of(cells), REGISTER)
    assert tables.years == (2011, 2012, 2013, 2014, 2015, 2016)
    assert tables.model_features == ("long",)
    assert tables.left_out == ("late",)
    assert tables.periods[2012]["long"] == year(2012)
    assert tables.periods[2016]["long"] == year(2015)  # the year before may stand in, no older one
    assert tables.tables[2013].values[0, 0] == 2013


def test_the_last_year_is_the_last_that_all_of_them_reach():
    cells = yearly_cells("one", range(2011, 2021)) + yearly_cells("two", range(2011, 2015))
    tables = yearly_tables(lower_model("one", "two"), store_of(cells), REGISTER)
    assert tables.years[-1] == 2015


def test_a_model_whose_features_are_mostly_recent_has_no_history():
    cells = yearly_cells("one", range(2011, 2016)) + yearly_cells("two", range(2014, 2016))
    cells += yearly_cells("three", range(2014, 2016))
    with pytest.raises(DefinitionError, match="too few of its features go back to 2011"):
        yearly_tables(lower_model("one", "two", "three"), store_of(cells), REGISTER)
