"""Online job adverts: an excerpt, what goes wrong with it, and the whole file read a second way."""

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
from likeforlike.sources.ons_online_job_adverts import parse

SOURCE_ID = "ons_online_job_adverts"
HEAD = "year,area,geographic_level,vacancy_unit\n"
ROWS = (
    '2019,Hartlepool,LADU,3.3\n2019,Craven,LADU,8\n2019,"Bristol, City of",LADU,90.5\n'
    "2019,Cardiff,LADU,70\n2019,Tees Valley,MCA,40\n"
)
PEOPLE = (
    "area_code,area_name,area_type,year,population,source\n"
    "E06000001,Hartlepool,unitary,2019,100000,x\nE06000023,Bristol,unitary,2019,500000,x\n"
    "E06000065,North Yorkshire,unitary,2019,600000,x\n"
)


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


def folder_with(folder: Path, declared: Source, rows: str) -> Path:
    for file, text in zip(declared.files, (HEAD + rows, PEOPLE), strict=True):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()))
    return folder


def test_units_are_divided_by_people_under_the_codes_of_councils_in_england(tmp_path: Path, declared: Source):
    raw = parse(folder_with(tmp_path, declared, ROWS), declared)
    assert raw.schema == RAW_SCHEMA
    found = {row["area_code"]: row for row in raw.iter_rows(named=True)}
    # Craven alone says nothing about North Yorkshire, whose other districts are not in the excerpt.
    assert set(found) == {"E06000001", "E06000023"}
    assert float(found["E06000001"]["value"]) == pytest.approx(3.3)
    assert float(found["E06000023"]["value"]) == pytest.approx(18.1)
    assert (found["E06000023"]["period"], found["E06000023"]["source_row"]) == ("2019-01-01/P1M", 4)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2019,Atlantis,LADU,3\n", r"row 2: .*name of a council.*'Atlantis'"),
        ("2019,Hartlepool,LADU,low\n", r"row 2: expected a known level, a year and a number.*'low'"),
        ("19,Hartlepool,LADU,3\n", r"row 2: expected a known level, a year and a number.*'19'"),
        ("2019,Hartlepool,WARD,3\n", r"row 2: expected a known level.*'WARD'"),
    ],
)
def test_a_changed_file_stops_the_build(tmp_path: Path, declared: Source, row: str, message: str):
    with pytest.raises(SourceChangedError, match=message):
        parse(folder_with(tmp_path, declared, row), declared)


@pytest.mark.raw
def test_every_published_council_equals_a_slow_reading(raw_folder: Path, declared: Source):
    indicators = list(load_definitions().indicators.values())
    register = load_register()
    found = standardise(parse(raw_folder, declared), declared, indicators, register).observations
    with gzip.open(raw_folder / declared.files[0].path, "rt", newline="") as file:
        units = {
            (row["area"], int(row["year"])): float(row["vacancy_unit"])
            for row in csv.DictReader(file)
            if row["geographic_level"] == "LADU"
        }
    with gzip.open(raw_folder / declared.files[1].path, "rt", newline="") as file:
        people = {
            (row["area_code"], int(row["year"])): int(row["population"]) for row in csv.DictReader(file)
        }
    then = register.as_of(date(2021, 5, 1))
    old_code = {"E08000038": "E08000016", "E08000039": "E08000019"}
    districts = {
        "E06000063": ("Allerdale", "Carlisle", "Copeland"),
        "E06000064": ("Barrow-in-Furness", "Eden", "South Lakeland"),
        "E06000065": (
            *("Craven", "Hambleton", "Harrogate", "Richmondshire", "Ryedale", "Scarborough", "Selby"),
        ),
        "E06000066": ("Mendip", "Sedgemoor", "Somerset West and Taunton", "South Somerset"),
    }
    expected = {}
    names = {name for name, _ in units}
    for code in register.lower_tier:
        for year in range(2017, 2023):
            parts = districts.get(code) or tuple(n for n in names if _is(then, n, old_code.get(code, code)))
            if parts and all((name, year) in units for name in parts):
                total = sum(units[name, year] for name in parts)
                expected[code, year] = 100_000 * total / people[old_code.get(code, code), year]
    rows = {
        (code, start.year): value
        for code, start, value in found.filter(pl.col("value").is_not_null())
        .select("area_code", "period_start", "value")
        .iter_rows()
    }
    assert rows.keys() == expected.keys()
    assert len(rows) > 1500
    for key, value in rows.items():
        assert value == pytest.approx(expected[key], rel=1e-12), key


def _is(register, name: str, code: str) -> bool:
    area = register.areas.get(code)
    return (
        area is not None and name.replace("St.", "St").casefold() == area.name.replace("St.", "St").casefold()
    )
