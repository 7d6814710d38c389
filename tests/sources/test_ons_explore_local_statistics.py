"""The ONS Explore Local Statistics files: every layout, in excerpts of the publisher's format."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.sources import PARSERS
from likeforlike.sources.ons_explore_local_statistics import group_of, parse, read_file
from observations_kit import COLUMNS, OLD_COLUMNS, SOURCE_ID, source_of, write_group

CURRENT = date(2026, 6, 26)


@pytest.fixture(scope="module")
def els() -> Source:
    return load_definitions().sources[SOURCE_ID]


def parse_one(folder, name, content, published=CURRENT):
    path = write_group(folder, name, content)
    return parse(folder, source_of((path, published)))


def test_the_parser_is_registered():
    assert PARSERS[SOURCE_ID] is parse


def test_a_current_file_with_byte_order_mark(tmp_path):
    raw = parse_one(
        tmp_path,
        "claimant-count",
        f"\ufeff{COLUMNS}\nE06000001,Hartlepool,UA,Claimant Count,2001-01-01/P1Y,4.9,"
        "Percentage,%,,,,\nE09000001,City of London,Local Authority District,Claimant Count,2001-01-01/P1Y,,"
        "Percentage,%,,,x,\n",
    )
    assert raw.schema == RAW_SCHEMA
    assert raw["series"].unique().to_list() == ["claimant-count/Claimant Count"]
    assert raw.select("area_code", "period", "value", "marker", "source_row").rows() == [
        ("E06000001", "2001-01-01/P1Y", "4.9", None, 2),
        ("E09000001", "2001-01-01/P1Y", None, "x", 3),
    ]
    assert raw["published"].unique().to_list() == [CURRENT]


def test_wellbeing_has_measure_before_observation(tmp_path):
    raw = parse_one(
        tmp_path,
        "personal-wellbeing-estimates",
        "areacd,areanm,geography,indicator,period,measure,observation,unit,lci_95,uci_95,status,notes\n"
        "E06000001,Hartlepool,UA,Anxiety,2011-04-01/P1Y,Mean (0 to 10),2.97,Score,2.6,3.3,,\n",
    )
    assert raw.select("value", "lower_95", "upper_95").row(0) == ("2.97", "2.6", "3.3")


def test_two_columns_called_notes(tmp_path):
    raw = parse_one(
        tmp_path,
        "persistent-absences",
        f"{COLUMNS},notes\nE06000001,Hartlepool,UA,Rate,2018,,Percentage,%,,,,,Data not available\n",
    )
    assert raw["marker"].to_list() == ["Data not available"]


def test_a_note_about_the_value_is_its_marker_and_a_note_about_the_area_is_not(tmp_path):
    row = "{},Somewhere,UA,Rate,2022-01-01/P1Y,{},Percentage,%,,,{},{}"
    small = "Estimate and confidence interval unreliable since the group sample size is small (3-9)"
    raw = parse_one(
        tmp_path,
        "rates",
        "\n".join(
            [
                COLUMNS,
                row.format("E06000001", "5", "", small),
                row.format("E06000002", "6", "", "Obsolete code since 2023 (replaced by E06000066 Somerset)"),
                row.format("E06000003", "7", "", "This data has been aggregated and may show differences"),
                row.format("E06000053", "", "u", "Value suppressed due to a base value of fewer than 5"),
                row.format("E67000002", "8", "Value for Cornwall and Isles of Scilly combined", ""),
            ]
        ),
    )
    assert raw["marker"].to_list() == [
        small,
        None,
        None,
        "Value suppressed due to a base value of fewer than 5",
        "Value for Cornwall and Isles of Scilly combined",
    ]


def test_old_column_names_bare_years_and_swapped_names_give_one_series(tmp_path):
    first = (
        f"{OLD_COLUMNS}\nE06000047,County Durham,UA,4G coverage provided by somebody,4G coverage,Mission 4,"
        '"Pay, jobs",2022-09,94.86,Percentage,%,,,,1,\n'
    )
    swapped = (
        "AREACD,AREANM,Geography,Variable Name,Indicator,Period,Observation,Measure,Unit,"
        "Lower Confidence Interval (95%),Upper Confidence Interval (95%),Observation Status,Polarity,Notes\n"
        "E06000047,Durham,UA,4G coverage,4G coverage provided by somebody,2024-09,95.1,Percentage,%,,,,1,\n"
    )
    one = write_group(
        tmp_path, "recovered/vintages/network-coverage-4g.period-2022-09.vintage-2023-05-17", first
    )
    two = write_group(
        tmp_path, "recovered/vintages/network-coverage-4g.period-2024-09.vintage-2024-12-19", swapped
    )
    raw = parse(tmp_path, source_of((one, date(2023, 5, 17)), (two, date(2024, 12, 19))))
    assert raw.select("series", "period", "value", "published").rows() == [
        ("recovered/network-coverage-4g/4G coverage", "2022-09", "94.86", date(2023, 5, 17)),
        ("recovered/network-coverage-4g/4G coverage", "2024-09", "95.1", date(2024, 12, 19)),
    ]


def test_the_group_is_the_folder_or_the_recovered_name_without_period_and_vintage():
    assert group_of("outcomes/ons/apprenticeships/apprenticeships.csv.gz") == "apprenticeships"
    name = "outcomes/ons/recovered/gdp-per-head.vintage-2025-07-14.csv.gz"
    assert group_of(name) == "recovered/gdp-per-head"


def test_a_file_dated_wrongly_is_read_under_its_right_period(tmp_path):
    name = "recovered/vintages/premises-below-30.period-2025-01-15.vintage-2026-01-12"
    row = "E06000001,Hartlepool,UA,Premises below 30Mbps,{},1.3,Percentage,%,,,,"
    raw = parse_one(tmp_path, name, f"{COLUMNS}\n{row.format('2025-01-15')}\n", date(2026, 1, 12))
    assert raw["period"].to_list() == ["2025-07-01"]
    with pytest.raises(SourceChangedError, match=r"row 2: expected the period 2025-01-15.*found 2025-07-01"):
        parse_one(tmp_path, name, f"{COLUMNS}\n{row.format('2025-07-01')}\n", date(2026, 1, 12))


def test_one_indicator_in_two_units_is_refused(tmp_path):
    row = "E0600000{},Somewhere,UA,Rate,2022,5,{},{},,,,\n"
    with pytest.raises(SourceChangedError, match=r"row 3: expected one measure and unit for 'Rate'"):
        parse_one(
            tmp_path, "rates", f"{COLUMNS}\n{row.format(1, 'Percentage', '%')}{row.format(2, 'Pounds', '£')}"
        )


def test_a_renamed_column_stops_the_build(tmp_path):
    with pytest.raises(SourceChangedError, match=r"no column 'period' and unknown column 'time_period'"):
        parse_one(tmp_path, "rates", COLUMNS.replace("period", "time_period") + "\n")


@pytest.mark.raw
def test_every_raw_file_is_declared_and_read(raw_folder, els):
    folder = raw_folder / "outcomes" / "ons-explore-local-statistics"
    on_disk = {str(path.relative_to(raw_folder)) for path in folder.rglob("*.csv.gz")}
    assert {file.path for file in els.files} == on_disk
    raw = parse(raw_folder, els)
    assert raw.height == 402_819
    assert set(raw["file"].unique()) == on_disk
    assert raw["series"].n_unique() == 96
    assert (
        raw.filter(pl.col("series").str.starts_with("recovered/gva-per-hour-worked/"))["published"].n_unique()
        == 5
    )


@pytest.mark.raw
def test_series_and_row_counts_are_those_last_reviewed(raw_folder, els):
    """The table beside this file is reviewed as a diff when the publisher's files change.

    Indicator definitions refer to these series names.
    """
    table = pl.concat([read_file(raw_folder, file, els.id) for file in els.files])
    code = pl.col("area_code")
    found = table.group_by("series", maintain_order=True).agg(
        pl.len().alias("rows"),
        code.filter(code.str.contains("^E0[6789]")).n_unique().alias("lower_tier_codes"),
        code.filter(code.str.contains("^E10")).n_unique().alias("county_codes"),
        pl.col("period").n_unique().alias("periods"),
        pl.col("period").min().alias("first_period"),
        pl.col("period").max().alias("last_period"),
        pl.col("lower_95").is_not_null().any().alias("has_interval"),
        pl.col("measure").first(),
        pl.col("unit").first(),
    )
    reviewed = Path(__file__).with_name("ons_explore_local_statistics_series.csv").read_text()
    assert found.write_csv().splitlines() == reviewed.splitlines()


@pytest.mark.raw
def test_wrongly_dated_files_hold_what_the_publisher_issued_again_days_later(raw_folder, els):
    raw = parse(raw_folder, els)
    for series, period, wrong, right in [
        (
            "recovered/gigabit-capable-broadband/Gigabit capable broadband",
            "2025-07-01",
            "2026-01-12",
            "2026-01-15",
        ),
        ("recovered/network-coverage-5g/5G coverage", "2024-01", "2024-09-20", "2024-10-07"),
    ]:
        rows = raw.filter(pl.col("series") == series, pl.col("period") == period).sort("area_code")
        first, again = (rows.filter(pl.col("published") == date.fromisoformat(day)) for day in (wrong, right))
        assert first.height > 400
        assert first.select("area_code", "value").equals(again.select("area_code", "value"))
