"""Pupil attendance: excerpts, what goes wrong with them, and the newest edition of every week read again."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.observations.standardise import standardise
from likeforlike.sources.dfe_pupil_attendance import parse

SOURCE_ID = "dfe_pupil_attendance"
UNUSED = (
    "old_la_code",
    "source_phase_column",
    "num_schools",
    "attendance_perc",
    "authorised_absence_perc",
    "unauthorised_absence_perc",
    "illness_perc",
    "vintage_commit",
)
YTD_HEADER = (
    "time_period,geographic_level,region_code,new_la_code,la_name,education_phase,"
    "overall_absence_perc,pa_perc,other\n"
)
YTD = (
    "202526,Local authority,E12000001,E06000001,Hartlepool,Total,7.1,20.5,\n"
    "202526,Local authority,E12000007,E09000001,City of London,Total,c,c,\n"
    "202526,Regional,E12000001,,,Total,7.0,19.5,\n"
    "202526,National,,,,Total,6.9,18.8,\n"
    "202526,National,,,,Primary,5.0,12.0,\n"
)
WEEK = {
    "geographic_level": "Local authority",
    "region_code": "E12000001",
    "new_la_code": "E06000001",
    "la_name": "Hartlepool",
    "education_phase": "Primary",
    "enrolments": 2800.0,
    "overall_absence_perc": 5.3,
    "vintage_date": "2022-10-13",
    "suppressed": None,
    "week": 37,
    "year": 2022,
}


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


def folder_with(folder: Path, declared: Source, *changes: dict[str, object], ytd: str = YTD) -> Path:
    weekly, year_to_date = (folder / file.path for file in declared.files)
    weekly.parent.mkdir(parents=True)
    rows = [{**WEEK, **dict.fromkeys(UNUSED, None), **change} for change in changes]
    pl.DataFrame(rows, schema_overrides=dict.fromkeys((*UNUSED, "suppressed"), pl.String)).write_parquet(
        weekly
    )
    year_to_date.write_bytes(gzip.compress((YTD_HEADER + ytd).encode()))
    return folder


def test_a_week_is_seven_days_from_its_monday_and_every_edition_is_read(tmp_path: Path, declared: Source):
    folder = folder_with(
        tmp_path, declared, {}, {"vintage_date": "2022-10-27", "overall_absence_perc": 5.4}, {"week": 38}
    )
    raw = parse(folder, declared).filter(pl.col("series") == "weekly/Primary absence")
    assert raw.schema == RAW_SCHEMA
    assert raw.select("area_code", "period", "value", "published", "source_row").rows() == [
        ("E06000001", "2022-09-12/P1W", "5.3", date(2022, 10, 13), 2),
        ("E06000001", "2022-09-12/P1W", "5.4", date(2022, 10, 27), 3),
        ("E06000001", "2022-09-19/P1W", "5.3", date(2022, 10, 13), 4),
    ]


def test_regions_and_england_are_kept_and_other_phases_are_not_taken(tmp_path: Path, declared: Source):
    folder = folder_with(
        tmp_path,
        declared,
        {"education_phase": "Secondary", "geographic_level": "Regional", "new_la_code": None},
        {"education_phase": "Secondary", "geographic_level": "National", "new_la_code": None},
        {"education_phase": "Special"},
    )
    raw = parse(folder, declared).filter(pl.col("series").str.starts_with("weekly/"))
    assert raw.select("series", "area_code").rows() == [
        ("weekly/Secondary absence", "E12000001"),
        ("weekly/Secondary absence", "E92000001"),
    ]


def test_weeks_of_few_pupils_are_unreliable_and_weeks_of_closed_schools_have_no_value(
    tmp_path: Path, declared: Source
):
    folder = folder_with(
        tmp_path,
        declared,
        {"week": 40},
        {"week": 41},
        {"week": 42, "enrolments": 2200.0, "overall_absence_perc": 20.0},
        {"week": 43, "overall_absence_perc": 100.0},
        {"week": 44, "overall_absence_perc": None, "suppressed": "c"},
    )
    raw = parse(folder, declared).filter(pl.col("series") == "weekly/Primary absence")
    assert raw.select("value", "marker").rows() == [
        ("5.3", None),
        ("5.3", None),
        ("20.0", "u"),
        (None, "x"),
        (None, "c"),
    ]


def test_the_year_to_date_is_provisional_and_a_mark_in_place_of_a_number_is_a_marker(
    tmp_path: Path, declared: Source
):
    raw = parse(folder_with(tmp_path, declared, {}), declared)
    so_far = raw.filter(pl.col("series") == "year-to-date/Persistent absence")
    assert so_far.select("area_code", "period", "value", "marker").rows() == [
        ("E06000001", "2025-09-01/P1Y", "20.5", "p"),
        ("E09000001", "2025-09-01/P1Y", None, "c"),
        ("E12000001", "2025-09-01/P1Y", "19.5", "p"),
        ("E92000001", "2025-09-01/P1Y", "18.8", "p"),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"education_phase": "Nursery"}, r"row 2: .* as phase; found 'Nursery'"),
        ({"geographic_level": "Ward"}, r"row 2: .* as level; found 'Ward'"),
        ({"suppressed": "q"}, r"row 2: expected c or z or x as marker; found 'q'"),
        ({"pupils": 3}, "unknown column 'pupils'"),
    ],
)
def test_a_changed_file_stops_the_build(tmp_path: Path, declared: Source, change, message: str):
    with pytest.raises(SourceChangedError, match=message):
        parse(folder_with(tmp_path, declared, change), declared)


def test_another_school_year_stops_the_build(tmp_path: Path, declared: Source):
    folder = folder_with(tmp_path, declared, {}, ytd=YTD.replace("202526", "202627"))
    with pytest.raises(SourceChangedError, match=r"row 2: expected 202526 as year; found '202627'"):
        parse(folder, declared)


@pytest.mark.raw
def test_every_week_shows_its_newest_edition(raw_folder: Path, declared: Source):
    indicators = list(load_definitions().indicators.values())
    found = standardise(parse(raw_folder, declared), declared, indicators, load_register()).observations
    newest: dict[tuple[str, int, int], tuple[str, float]] = {}
    weekly = pl.read_parquet(raw_folder / declared.files[0].path).filter(
        pl.col("education_phase").cast(pl.String) == "Secondary",
        pl.col("new_la_code").cast(pl.String).is_in(["E06000001", "E09000033", "E10000030"]),
    )
    columns = ("new_la_code", "year", "week", "vintage_date", "overall_absence_perc")
    for code, year, week, edition, value in weekly.select(columns).iter_rows():
        key = (code, year, week)
        if key not in newest or edition > newest[key][0]:
            newest[key] = (edition, value)
    answers = {
        (code, end.isocalendar().year, end.isocalendar().week): value
        for code, end, value in found.filter(pl.col("indicator_id") == "secondary-school-absence-weekly")
        .select("area_code", "period_end", "value")
        .iter_rows()
    }
    assert len(newest) > 140
    for key, (_, value) in newest.items():
        expected = None if value is None or value == 100 else pytest.approx(value)
        assert answers[key] == expected, key


@pytest.mark.raw
def test_the_year_to_date_equals_a_slow_reading(raw_folder: Path, declared: Source):
    raw = parse(raw_folder, declared).filter(pl.col("series") == "year-to-date/Absence")
    found = dict(raw.select("area_code", "value").iter_rows())
    with gzip.open(raw_folder / declared.files[1].path, "rt", newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["education_phase"] == "Total"]
    assert len(rows) == len(found) == 163
    for row in rows:
        if row["geographic_level"] == "Local authority" and row["overall_absence_perc"] not in (
            "c",
            "z",
            "x",
        ):
            assert found[row["new_la_code"]] == row["overall_absence_perc"]
