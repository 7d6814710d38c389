"""Insolvencies: excerpts, what goes wrong with them, and the whole file read a second way."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.observations.standardise import standardise
from likeforlike.sources.insolvency_service_individuals import BREATHING_SPACES, TOTAL, parse

SOURCE_ID = "insolvency_service_individuals"
Row = tuple[str, str, str | None, str, float | None]


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


def folder_with(folder: Path, declared: Source, *rows: Row) -> Path:
    path = folder / declared.files[0].path
    path.parent.mkdir(parents=True)
    names = ["date", "geography_code", "geography_type", "variable", "value"]
    schema = {**dict.fromkeys(names, pl.String), "value": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    frame.with_columns(geography_name=pl.lit("Somewhere")).write_parquet(path)
    return folder


def test_councils_are_read_and_wards_and_other_measures_are_not(tmp_path: Path, declared: Source):
    folder = folder_with(
        tmp_path,
        declared,
        ("2019", "E06000001", "Unitary Authority", TOTAL, 31.5),
        ("2019", "E06000001", "Unitary Authority", "Bankruptcies", 32.0),
        ("2019", "E05000001", "ward", "Total", 3.0),
        ("2020", "E06000001", "Unitary Authority", BREATHING_SPACES, None),
        ("2021", "E06000001", "Unitary Authority", BREATHING_SPACES, 8.0),
        ("2022", "E06000001", "Unitary Authority", BREATHING_SPACES, 13.0),
    )
    raw = parse(folder, declared)
    assert raw.schema == RAW_SCHEMA
    assert raw.select("series", "period", "value", "marker").rows() == [
        ("insolvency/All", "2019", "31.5", None),
        ("insolvency/Breathing spaces", "2021-05-04/2021-12-31", "8.0", None),
        ("insolvency/Breathing spaces", "2022", "13.0", None),
    ]


@pytest.mark.parametrize(
    "row",
    [
        ("2019", "E06000001", "Parish", TOTAL, 31.5),
        ("2019", "E06000001", None, TOTAL, 31.5),
        ("2019-20", "E06000001", "Unitary Authority", TOTAL, 31.5),
        ("2019", "E06000001", "Unitary Authority", TOTAL, None),
        ("2019", "E06000001", "Unitary Authority", BREATHING_SPACES, 0.0),
    ],
)
def test_a_row_that_is_not_as_declared_stops_the_build(tmp_path: Path, declared: Source, row: Row):
    with pytest.raises(SourceChangedError, match=r"row 2: expected a known level, a year, and a rate"):
        parse(folder_with(tmp_path, declared, row), declared)


@pytest.mark.raw
def test_the_whole_file_equals_a_slow_reading(raw_folder: Path, declared: Source):
    indicators = list(load_definitions().indicators.values())
    found = standardise(parse(raw_folder, declared), declared, indicators, load_register()).observations
    answers = {
        (name, code, end.year): value
        for name, code, end, value in found.select(
            "indicator_id", "area_code", "period_end", "value"
        ).iter_rows()
    }
    assert answers["individual-insolvencies", "E92000001", 2022] == pytest.approx(25.03, abs=0.005)
    rows = pl.read_parquet(raw_folder / declared.files[0].path).filter(
        pl.col("variable") == TOTAL, pl.col("geography_type") == "London Borough"
    )
    assert rows.height == 352
    for year, code, value in rows.select("date", "geography_code", "value").iter_rows():
        assert answers["individual-insolvencies", code, int(year)] == value
    chooser = random.Random(1)
    for code in chooser.sample(load_register().lower_tier, 50):
        if code not in ("E09000001", "E06000053"):
            assert ("individual-insolvencies", code, 2022) in answers
