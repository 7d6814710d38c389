"""People in work: excerpts, what goes wrong with them, and the whole file read a second way."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import RequestError, SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.observations.standardise import standardise
from likeforlike.sources.dfe_local_skills_dashboard import parse

SOURCE_ID = "dfe_local_skills_dashboard"
YEAR = "Apr 2024-Mar 2025"
ROWS = (
    ("Hartlepool LADU", "all", "Total", YEAR, "74400"),
    ("Hartlepool LADU", "inemployment", "Total", YEAR, "37800"),
    ("Hartlepool LADU", "inemployment", "Manufacturing", YEAR, "4000"),
    ("Hartlepool LADU", "selfemployed", "Total", YEAR, None),
    ("Luton LADU", "all", "Total", YEAR, "160000"),
    ("Luton LADU", "inemployment", "Total", YEAR, "1e+05"),
    ("Cardiff LADU", "all", "Total", YEAR, "300000"),
    ("Cardiff LADU", "inemployment", "Total", YEAR, "200000"),
    ("Tees Valley LSIP", "all", "Total", YEAR, "500000"),
    ("England", "all", "Total", YEAR, "45737100"),
    ("England", "inemployment", "Total", YEAR, "27984600"),
    ("Hartlepool LADU", "births", "Total", "Dec 2018 - Dec 2019", "300"),
)


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


def folder_with(folder: Path, declared: Source, *rows: tuple[str, str, str, str, str | None]) -> Path:
    path = folder / declared.files[0].path
    path.parent.mkdir(parents=True)
    names = ["Area", "metric", "Subgroup", "Period", "valueText"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    breakdown = pl.when(pl.col("Subgroup") == "Total").then(pl.lit("Total")).otherwise(pl.lit("Industry"))
    frame.with_columns(breakdown.alias("Breakdown"), metricNeat=pl.lit("")).write_parquet(path)
    return folder


def test_shares_are_worked_out_under_the_codes_of_councils_in_england(tmp_path: Path, declared: Source):
    raw = parse(folder_with(tmp_path, declared, *ROWS), declared)
    assert raw.schema == RAW_SCHEMA
    work = raw.filter(pl.col("series") == "work/In work, 16 and over")
    assert {
        code: (period, float(value), row)
        for code, period, value, row in work[["area_code", "period", "value", "source_row"]].iter_rows()
    } == {
        "E06000001": ("2024-04-01/P1Y", pytest.approx(100 * 37800 / 74400), 3),
        "E06000032": ("2024-04-01/P1Y", pytest.approx(62.5), 7),
        "E92000001": ("2024-04-01/P1Y", pytest.approx(100 * 27984600 / 45737100), 12),
    }


def test_a_number_that_is_withheld_gives_no_share(tmp_path: Path, declared: Source):
    raw = parse(folder_with(tmp_path, declared, *ROWS), declared)
    own = raw.filter(pl.col("series") == "work/Self-employed", pl.col("area_code") == "E06000001")
    assert own.select("value", "marker").rows() == [(None, "x")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("Atlantis LADU", "all", "Total", YEAR, "10"), r"row 2: .*name of a council.*'Atlantis'"),
        (("Hartlepool LADU", "all", "Total", "2024", "10"), r"row 2: expected a survey year"),
        (("Hartlepool LADU", "all", "Total", YEAR, "low"), r"row 2: expected a survey year .*'low'"),
    ],
)
def test_a_changed_file_stops_the_build(tmp_path: Path, declared: Source, row, message: str):
    with pytest.raises(SourceChangedError, match=message):
        parse(folder_with(tmp_path, declared, row), declared)


@pytest.mark.raw
def test_every_council_is_there_and_equals_a_slow_reading(raw_folder: Path, declared: Source):
    indicators = list(load_definitions().indicators.values())
    register = load_register()
    found = standardise(parse(raw_folder, declared), declared, indicators, register).observations
    frame = pl.read_parquet(raw_folder / declared.files[0].path)
    people: dict[tuple[str, str, str], float] = {}
    for area, metric, _, _, subgroup, period, value in frame.iter_rows():
        if area.endswith(" LADU") and subgroup == "Total" and value and period.startswith("Apr"):
            people[area.removesuffix(" LADU"), metric, period[4:8]] = float(value)
    rows = found.filter(
        pl.col("indicator_id") == "employment-rate-16-and-over", pl.col("value").is_not_null()
    )
    councils = rows.filter(pl.col("area_code").is_in(register.lower_tier))
    assert councils.group_by("period_end").len()["len"].min() >= 294
    code_of = {register.resolve(name).code: name for name, _, _ in people if _known(name)}
    for code, start, value in councils.select("area_code", "period_start", "value").iter_rows():
        name, year = code_of[code], str(start.year)
        expected = 100 * people[name, "inemployment", year] / people[name, "all", year]
        assert value == pytest.approx(expected, rel=1e-12), (code, year)


def _known(name: str) -> bool:
    try:
        load_register().resolve(name)
    except RequestError:
        return False
    return True
