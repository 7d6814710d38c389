"""Possession claims: excerpts, what goes wrong with them, and national figures that must come out."""

from __future__ import annotations

import gzip
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.sources.moj_possession_claims import CASES, parse, read_cases

SOURCE_ID = "moj_possession_claims"
#: Mortgage possession claims in England and Wales, as the ministry has published them by year.
NATIONAL = {"2003": 65_373, "2007": 137_725, "2008": 142_741, "2009": 93_533, "2015": 19_852, "2019": 25_580}
MERGED = ("E07000004", "E07000005", "E07000006", "E07000007")  # Buckinghamshire, E06000060 since 2020


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


def folder_with(folder: Path, declared: Source, *rows: tuple[str, str, str, str, float | None]) -> Path:
    """Rows are quarter, council, kind, action, cases; every council has 200,000 people."""
    names = ["date", "geography_code", "possession_type", "possession_action", "value"]
    frame = pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"value": pl.Float64})
    cases, population = (folder / file.path for file in declared.files)
    cases.parent.mkdir(parents=True)
    population.parent.mkdir()
    frame.with_columns(geography_name=pl.lit("Somewhere")).write_parquet(cases)
    people = "".join(
        f"{code},X,unitary,2019,200000,MYE4\n" for code in ("E06000001", "E06000060", "E92000001")
    )
    header = "area_code,area_name,area_type,year,population,source\n"
    population.write_bytes(gzip.compress((header + people).encode()))
    return folder


def values(raw: pl.DataFrame, series: str) -> dict[str, tuple[str, float, str | None]]:
    rows = raw.filter(pl.col("series") == series).with_columns(pl.col("value").cast(pl.Float64))
    return {
        code: (period, value, marker)
        for code, period, value, marker in rows[["area_code", "period", "value", "marker"]].iter_rows()
    }


def test_landlords_add_up_and_an_absent_cell_is_a_zero(tmp_path: Path, declared: Source):
    folder = folder_with(
        tmp_path,
        declared,
        ("2019 Q2", "E06000001", "Social_Landlord", "Claims", 6.0),
        ("2019 Q2", "E06000001", "Private_Landlord", "Claims", 3.0),
        ("2019 Q2", "E06000001", "Accelerated_Landlord", "Claims", 1.0),
        ("2019 Q2", "E06000001", "Private_Landlord", "Warrants", 50.0),
        ("2019 Q2", "W06000015", "Private_Landlord", "Claims", 99.0),
        ("2019 Q2", "1000", "Private_Landlord", "Claims", 7.0),
    )
    raw = parse(folder, declared)
    assert raw.schema == RAW_SCHEMA
    quarter = "2019-04-01/P1Q"
    assert values(raw, "landlord/Claims") == {
        "E06000001": (quarter, 5.0, None),
        "E92000001": (quarter, 5.0, None),
    }
    assert values(raw, "mortgage/Claims")["E06000001"] == (quarter, 0.0, None)


def test_a_figure_names_the_row_of_its_own_kind_of_case(tmp_path: Path, declared: Source):
    """An auditor who opens the row must find the count: not the first row of the quarter, which is of another kind."""
    folder = folder_with(
        tmp_path,
        declared,
        ("2019 Q2", "E06000001", "Accelerated_Landlord", "Warrants", 4.0),
        ("2019 Q2", "E06000001", "Mortgage", "Claims", 9.0),
        ("2019 Q2", "E06000001", "Private_Landlord", "Claims", 3.0),
        ("2019 Q2", "E06000001", "Social_Landlord", "Claims", 2.0),
    )
    raw = parse(folder, declared).filter(pl.col("area_code") == "E06000001")
    assert dict(raw.select("series", "source_row").iter_rows()) == {
        "landlord/Claims": 4,
        "landlord/Repossessions": 2,  # none in the file: the council's first row of the quarter
        "mortgage/Claims": 3,
        "mortgage/Repossessions": 2,
    }


def test_merged_councils_are_added_up_only_where_all_have_a_row(tmp_path: Path, declared: Source):
    all_four = [("2019 Q1", code, "Mortgage", "Claims", 10.0) for code in MERGED]
    three = [("2019 Q2", code, "Mortgage", "Claims", 10.0) for code in MERGED[:3]]
    raw = parse(folder_with(tmp_path, declared, *all_four, *three), declared)
    assert values(raw, "mortgage/Claims")["E06000060"] == ("2019-01-01/P1Q", 20.0, "e")
    council = raw.filter(pl.col("area_code") == "E06000060", pl.col("series") == "mortgage/Claims")
    assert council.height == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("2019-Q1", "E06000001", "Mortgage", "Claims", 1.0), r"row 2: expected a quarter such as 2003 Q1"),
        (
            ("2019 Q1", "E06000001", "Mortgage", "Claims", None),
            r"row 2: expected a quarter .* number of cases",
        ),
        (("2019 Q1", "E06000001", "Caravan", "Claims", 1.0), r"row 2: .* as type; found 'Caravan'"),
        (("2019 Q1", "E06000001", "Mortgage", "Appeals", 1.0), r"row 2: .* as action; found 'Appeals'"),
    ],
)
def test_a_changed_file_stops_the_build(tmp_path: Path, declared: Source, row, message: str):
    with pytest.raises(SourceChangedError, match=message):
        parse(folder_with(tmp_path, declared, row), declared)


def test_a_file_that_is_no_parquet_stops_the_build(tmp_path: Path, declared: Source):
    folder = folder_with(tmp_path, declared, ("2019 Q1", "E06000001", "Mortgage", "Claims", 1.0))
    (folder / declared.files[0].path).write_bytes(b"not a table")
    with pytest.raises(SourceChangedError, match="expected a Parquet file"):
        parse(folder, declared)


@pytest.mark.raw
def test_national_claims_are_those_the_ministry_publishes(raw_folder: Path, declared: Source):
    cases = pl.read_parquet(raw_folder / declared.files[0].path).filter(
        pl.col("possession_type") == "Mortgage", pl.col("possession_action") == "Claims"
    )
    by_year = cases.group_by(pl.col("date").str.slice(0, 4).alias("year")).agg(pl.col("value").sum())
    assert NATIONAL.items() <= dict(by_year.iter_rows()).items()


@pytest.mark.raw
def test_no_case_is_lost_or_counted_twice_on_the_way_to_todays_councils(raw_folder: Path, declared: Source):
    """Rates turned back into cases add up to the file's, but for councils without all predecessors."""
    raw = parse(raw_folder, declared)
    people = pl.read_csv(raw_folder / declared.files[1].path, infer_schema=False)
    register = load_register()
    today = {
        (register.successors(code)[0], year): float(count)
        for code, year, count in people.select("area_code", "year", "population").iter_rows()
        if code in register.areas
    }
    rebuilt: dict[str, float] = defaultdict(float)
    rows = raw.filter(pl.col("series") == "landlord/Claims", pl.col("area_code").is_in(register.lower_tier))
    for code, period, value in rows.select("area_code", "period", "value").iter_rows():
        rebuilt[period] += float(value) * today[code, period[:4]] / 100_000
    files = {Path(file.path).name: file for file in declared.files}
    cases = (
        read_cases(raw_folder, files[CASES], SOURCE_ID).group_by("date").agg(pl.col("landlord/Claims").sum())
    )
    assert cases.height == 83
    for quarter, total in cases.iter_rows():
        start = f"{quarter[:4]}-{int(quarter[-1]) * 3 - 2:02d}-01/P1Q"
        assert total * 0.985 <= rebuilt[start] <= total * (1 + 1e-9), quarter
    assert sum(rebuilt.values()) > 0.999 * float(cases["landlord/Claims"].sum())
