"""Raw rows to observations, trap by trap, in the publisher's own codes."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from likeforlike.definitions.loader import load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.indicator import Combination, Indicator, Tier
from likeforlike.domain.observation import OBSERVATION_SCHEMA, REPORT_SCHEMA
from likeforlike.observations.standardise import Standardised, standardise
from observations_kit import SOURCE_ID, indicator_of, raw_table, reasons, source_of

SOURCE = source_of(("group.csv", None))
HARTLEPOOL, HACKNEY, CITY, CORNWALL, SCILLY = "E06000001", "E09000012", "E09000001", "E06000052", "E06000053"


@pytest.fixture(scope="module")
def register() -> AreaRegister:
    return load_register()


def run(
    register: AreaRegister, *rows: dict[str, object], indicators: list[Indicator] | None = None
) -> Standardised:
    out = standardise(raw_table(*rows), SOURCE, indicators or [indicator_of()], register)
    assert out.observations.schema == OBSERVATION_SCHEMA
    assert out.report.schema == REPORT_SCHEMA
    assert out.report["rows"].sum() == len(rows)
    return out


def by_area(out: Standardised, *columns: str) -> dict[str, object]:
    table = out.observations.select("area_code", *columns)
    return {row[0]: row[1] if len(columns) == 1 else row[1:] for row in table.iter_rows()}


def test_a_published_row_becomes_one_observation_that_knows_its_source(register):
    out = run(register, {"area_code": HARTLEPOOL, "value": "4.25", "lower_95": "4.0", "upper_95": "4.5"})
    assert out.observations.row(0) == (
        "rate", HARTLEPOOL, date(2018, 1, 1), date(2018, 12, 31), 4.25, 4.0, 4.5, "normal", "published", None,
        "group.csv", "2",
    )  # fmt: skip
    assert out.report.row(0) == (
        SOURCE_ID, "group.csv", "group/Rate", "kept", "kept as published", 1,
        "row 2: E06000001 2018-01-01/P1Y",
    )  # fmt: skip


def test_the_snapshot_of_the_file_is_named_when_it_is_known(register):
    raw = raw_table({"area_code": HARTLEPOOL, "value": "1"})
    out = standardise(raw, SOURCE, [indicator_of()], register, snapshot_ids={"group.csv": "ons-abc123"})
    assert out.observations["snapshot_id"].to_list() == ["ons-abc123"]


def test_zero_is_a_value(register):
    out = run(register, {"area_code": HARTLEPOOL, "value": "0"}, {"area_code": "E06000002", "value": "0.0"})
    assert by_area(out, "value", "status") == {HARTLEPOOL: (0.0, "normal"), "E06000002": (0.0, "normal")}


def test_missing_is_not_zero_and_says_why(register):
    out = run(
        register,
        {"area_code": HARTLEPOOL, "value": None, "marker": "x"},
        {"area_code": "E06000002", "value": None, "marker": "c"},
        {"area_code": "E06000003", "value": None, "marker": "z"},
        {"area_code": "E06000004", "value": None, "marker": "u"},
        {"area_code": "E06000005", "value": "7", "marker": "u"},
        {"area_code": "E06000006", "value": None},
    )
    assert by_area(out, "value", "status") == {
        HARTLEPOOL: (None, "not_available"),
        "E06000002": (None, "suppressed"),
        "E06000003": (None, "not_applicable"),
        "E06000004": (None, "low_reliability"),
        "E06000005": (7.0, "low_reliability"),
        "E06000006": (None, "not_available"),
    }
    assert reasons(out.report)["kept: kept without a value: not available"] == 2


def test_intervals_beside_bare_dates_are_different_periods(register):
    out = run(
        register,
        {"area_code": HARTLEPOOL, "value": "1", "period": "2023-01-01/P1Y"},
        {"area_code": HARTLEPOOL, "value": "2", "period": "2023-01-01"},
        {"area_code": HARTLEPOOL, "value": "3", "period": "2023-01"},
    )
    assert out.observations.select("period_end", "value").rows() == [
        (date(2023, 1, 1), 2.0),
        (date(2023, 1, 31), 3.0),
        (date(2023, 12, 31), 1.0),
    ]


def test_an_impossible_date_is_kept_as_the_last_day_of_its_month_and_counted(register):
    out = run(register, {"area_code": HARTLEPOOL, "value": "90", "period": "2024-09-31T00:00:00"})
    assert out.observations["period_end"].to_list() == [date(2024, 9, 30)]
    assert [reason for reason in reasons(out.report) if "beyond the end of its month" in reason]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": "12,5"}, r"group\.csv, row 3: expected a number as value; found '12,5' for E06000002"),
        ({"value": "NaN"}, r"row 3: expected a number as value"),
        ({"value": "inf"}, r"row 3: expected a number as value"),
        ({"value": "5", "upper_95": "high"}, r"row 3: expected a number as upper_95"),
        ({"value": None, "marker": "q"}, r"row 3: expected a declared marker; found 'q'"),
        ({"value": "5", "marker": "c"}, r"row 3: expected no value beside the marker 'c'"),
        ({"value": "5", "period": "spring"}, r"row 3: expected a year.*found period 'spring'"),
        ({"value": "5", "period": None}, r"row 3: expected a year.*found period None"),
        (
            {"value": "5", "area_code": "E06000099"},
            r"row 3: expected an area code of the register; found 'E06000099'",
        ),
        (
            {"value": "5", "area_code": "Bristol"},
            r"row 3: expected an area code of the register; found 'Bristol'",
        ),
        ({"value": "5", "area_code": "E67000009"}, r"row 3: expected an area code of the register"),
        (
            {"value": "5", "marker": "Value for Hackney and City of London combined"},
            r"row 3: expected the marker",
        ),
    ],
)
def test_what_cannot_be_read_stops_the_build_with_file_and_row(register, change, message):
    with pytest.raises(SourceChangedError, match=message):
        run(register, {"area_code": HARTLEPOOL, "value": "4"}, {"area_code": "E06000002", **change})


def test_limits_that_do_not_contain_the_value_are_dropped_and_counted(register):
    out = run(
        register,
        {"area_code": HARTLEPOOL, "value": "5", "lower_95": "6", "upper_95": "7"},
        {"area_code": "E06000002", "value": "5", "lower_95": "4", "upper_95": None},
        {"area_code": "E06000003", "value": "5", "lower_95": "5", "upper_95": "5"},
        {"area_code": "E06000004", "value": "5", "lower_95": "3", "upper_95": "4"},
    )
    assert by_area(out, "value", "lower_95", "upper_95") == {
        HARTLEPOOL: (5.0, None, None),
        "E06000002": (5.0, None, None),
        "E06000003": (5.0, None, None),
        "E06000004": (5.0, None, None),
    }
    counted = reasons(out.report)
    assert counted["kept: kept without its interval: the limits do not contain the value"] == 2
    assert counted["kept: kept without its interval: only one limit is given"] == 1
    assert counted["kept: kept without its interval: both limits are the value itself"] == 1


def test_england_and_regions_are_kept_and_other_places_set_aside_with_their_kind(register):
    codes = ["E92000001", "E12000001", "E47000006", "W06000001", "S12000005", "N09000001", "K02000001",
             "TLC31", "E11000001", "E13000001", "E23000013", "E61000001", "na", None]  # fmt: skip
    out = run(register, *({"area_code": code, "value": "1"} for code in codes))
    assert list(by_area(out, "value")) == ["E12000001", "E47000006", "E92000001"]
    counted = reasons(out.report)
    assert counted["set_aside: outside England"] == 3
    assert counted["set_aside: no code given"] == 2
    assert sum(rows for reason, rows in counted.items() if reason.startswith("set_aside")) == 11


def test_rows_of_a_series_that_no_indicator_takes_are_counted(register):
    out = run(
        register,
        {"area_code": HARTLEPOOL, "value": "1"},
        {"area_code": HARTLEPOOL, "value": "nonsense", "series": "group/Other"},
        {"area_code": "E12000001", "value": "1", "series": "group/Regions only"},
    )
    assert reasons(out.report) == {
        "kept: kept as published": 1,
        "set_aside: no indicator takes this series": 1,
        "set_aside: the series holds no council in England": 1,
    }


def test_an_indicator_whose_series_is_gone_stops_the_build(register):
    with pytest.raises(
        SourceChangedError, match="expected the series 'group/Renamed', which indicator rate takes"
    ):
        run(register, {"area_code": HARTLEPOOL, "value": "1"}, indicators=[indicator_of("group/Renamed")])


def test_the_latest_vintage_of_a_period_replaces_the_earlier_one_as_a_whole(register):
    old, new = date(2024, 5, 30), date(2025, 7, 14)
    out = run(
        register,
        {"area_code": HARTLEPOOL, "value": "1", "published": old},
        {"area_code": "E06000002", "value": "2", "published": old},
        {"area_code": HARTLEPOOL, "value": "3", "published": new},
        {"area_code": "E06000002", "value": "9", "published": old, "period": "2017"},
    )
    assert out.observations.select("area_code", "value").rows() == [("E06000002", 9.0), (HARTLEPOOL, 3.0)]
    assert reasons(out.report)["set_aside: superseded by a later vintage"] == 2


def test_series_fill_in_for_each_other_in_order_of_precedence(register):
    out = run(
        register,
        {"area_code": HARTLEPOOL, "value": "1", "series": "old/Rate", "period": "2018"},
        {"area_code": HARTLEPOOL, "value": "2", "series": "old/Rate", "period": "2019"},
        {"area_code": HARTLEPOOL, "value": "3", "series": "new/Rate", "period": "2019-01-01/P1Y"},
        indicators=[indicator_of(("new/Rate", "old/Rate"))],
    )
    assert out.observations["value"].to_list() == [1.0, 3.0]
    assert reasons(out.report)["set_aside: superseded by a series that takes precedence"] == 1


def test_one_series_may_supply_two_indicators_and_its_rows_count_once(register):
    two = [indicator_of(), indicator_of(id="again")]
    out = run(register, {"area_code": HARTLEPOOL, "value": "1"}, indicators=two)
    assert out.observations["indicator_id"].to_list() == ["again", "rate"]


def test_identical_repeats_count_once(register):
    row = {"area_code": "E47000002", "value": "88", "lower_95": "86", "upper_95": "89"}
    out = run(register, row, row)
    assert out.observations.height == 1
    assert reasons(out.report)["set_aside: repeats an identical row"] == 1


def test_repeats_that_differ_stop_the_build_naming_both_rows(register):
    with pytest.raises(
        SourceChangedError,
        match=r"row 4: expected one value for E06000001 .*found 2\.0 here and 1\.0 in row 2",
    ):
        run(
            register,
            {"area_code": HARTLEPOOL, "value": "1"},
            {"area_code": "E06000002", "value": "1"},
            {"area_code": HARTLEPOOL, "value": "2"},
        )


def test_a_row_for_a_combined_area_stands_under_both_and_counts_under_one(register):
    out = run(register, {"area_code": "E67000001", "value": "60"}, {"area_code": "E67000002", "value": "70"})
    assert by_area(out, "value", "method", "shared_with") == {
        CORNWALL: (70.0, "inherited", CORNWALL),
        SCILLY: (70.0, "inherited", CORNWALL),
        CITY: (60.0, "inherited", HACKNEY),
        HACKNEY: (60.0, "inherited", HACKNEY),
    }
    assert out.observations["source_rows"].to_list() == ["3", "3", "2", "2"]


def test_a_shared_estimate_stated_under_each_area_counts_once(register):
    text = "Value for Hackney and City of London combined"
    out = run(
        register,
        {"area_code": HACKNEY, "value": "60", "marker": text},
        {"area_code": CITY, "value": "60", "marker": text},
    )
    assert by_area(out, "method", "shared_with") == {
        HACKNEY: ("published", HACKNEY),
        CITY: ("inherited", HACKNEY),
    }


def test_a_shared_estimate_stated_under_one_area_reaches_the_other(register):
    out = run(
        register,
        {"area_code": CORNWALL, "value": "70", "marker": "Value for Cornwall and Isles of Scilly combined"},
    )
    assert by_area(out, "value", "shared_with") == {CORNWALL: (70.0, CORNWALL), SCILLY: (70.0, CORNWALL)}


def test_an_own_value_wins_over_a_shared_one_and_a_shared_one_over_none(register):
    out = run(
        register,
        {"area_code": "E67000001", "value": "60"},
        {"area_code": HACKNEY, "value": "61"},
        {"area_code": CITY, "value": None, "marker": "u"},
    )
    assert by_area(out, "value") == {HACKNEY: 61.0, CITY: 60.0}


def test_equal_values_without_a_mark_are_two_estimates(register):
    out = run(register, {"area_code": HACKNEY, "value": "100"}, {"area_code": CITY, "value": "100"})
    assert by_area(out, "shared_with") == {HACKNEY: None, CITY: None}


def test_a_district_has_no_row_in_an_upper_tier_indicator(register):
    rows = ({"area_code": code, "value": "1"} for code in ("E10000003", "E07000008", HARTLEPOOL, "E08000001"))
    out = run(register, *rows, indicators=[indicator_of(tier=Tier.UPPER)])
    assert list(by_area(out, "value")) == [HARTLEPOOL, "E08000001", "E10000003"]
    assert reasons(out.report)["set_aside: a district, which does not run this upper-tier service"] == 1


def test_a_countys_row_is_kept_in_other_indicators(register):
    out = run(
        register,
        {"area_code": "E10000003", "value": "1"},
        {"area_code": "E07000008", "value": "2"},
        indicators=[indicator_of(tier=Tier.LOWER)],
    )
    assert by_area(out, "value") == {"E07000008": 2.0, "E10000003": 1.0}


def test_the_order_of_rows_changes_nothing(register):
    rows = [
        {"area_code": code, "value": str(number), "source_row": number}
        for number, code in enumerate(
            ["E07000187", "E07000188", "E07000189", "E07000246", "E67000001", "E12000001"]
        )
    ]
    one, other = run(register, *rows), run(register, *reversed(rows))
    assert one.observations.equals(other.observations)
    assert one.report.select(pl.exclude("example")).equals(other.report.select(pl.exclude("example")))


def test_a_source_without_indicators_sets_every_row_aside(register):
    elsewhere = indicator_of(source_id="another_source", combination=Combination.SUM)
    out = run(register, {"area_code": HARTLEPOOL, "value": "1"}, indicators=[elsewhere])
    assert out.observations.is_empty()
    assert reasons(out.report) == {"set_aside: no indicator takes this series": 1}
