"""Census households and rural residents: excerpts, failures, and the whole files read a second way."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.observations.standardise import standardise
from likeforlike.sources.ons_census_2021 import parse

SOURCE_ID = "ons_census_2021"


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


@pytest.fixture
def folder(tmp_path: Path, declared: Source) -> Path:
    texts = [
        "lad23_code,households_census2021\nE06000001,40930\n",
        "lsoa21_code,residents_census2021,households_census2021\nE01000001,300,9\nE01000002,100,9\nE01000003,600,9\n",
        "lsoa21_code,ruc21_code\nE01000001,UN1\nE01000002,RSF1\nE01000003,RLN1\n",
        "lsoa21_code,lad24_code,imd_score\nE01000001,E07000008,1\nE01000002,E07000008,1\nE01000003,E06000001,1\n",
        "lad24_code,utla23_code,fra24_code\nE07000008,E10000003,x\nE06000001,E06000001,x\n",
    ]
    for file, text in zip(declared.files, texts, strict=True):
        write(tmp_path, file.path, text)
    return tmp_path


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_bytes(gzip.compress(text.encode()) if path.endswith(".gz") else text.encode())


def test_rural_residents_are_added_up_by_district_county_and_england(folder: Path, declared: Source):
    raw = parse(folder, declared)
    assert raw.schema == RAW_SCHEMA
    rural = raw.filter(pl.col("series") == "rural/Residents in rural areas")
    assert rural.select("area_code", pl.col("value").cast(pl.Float64)).rows() == [
        ("E06000001", 100.0),
        ("E07000008", 25.0),
        ("E10000003", 25.0),
        ("E92000001", 70.0),
    ]
    homes = raw.filter(pl.col("series") == "households/Households")
    assert homes.select("area_code", "period", "value", "source_row").rows() == [
        ("E06000001", "2021-03-21", "40930", 2)
    ]


@pytest.mark.parametrize(
    ("number", "text", "message"),
    [
        (2, "lsoa21_code,ruc21_code\nE01000001,UN1\nE01000002,XX9\nE01000003,RLN1\n", r"row 3: .*'XX9'"),
        (
            3,
            "lsoa21_code,lad24_code\nE01000001,E07000008\nE01000003,E06000001\n",
            r"row 3: .*E01000002 .*None",
        ),
        (
            1,
            "lsoa21_code,residents_census2021\nE01000001,many\nE01000002,1\nE01000003,1\n",
            r"row 2: .*'many'",
        ),
        (0, "lad23_code,homes\nE06000001,40930\n", "no column 'households_census2021'"),
    ],
)
def test_a_changed_file_stops_the_build(folder: Path, declared: Source, number: int, text: str, message: str):
    write(folder, declared.files[number].path, text)
    with pytest.raises(SourceChangedError, match=message):
        parse(folder, declared)


@pytest.mark.raw
def test_the_whole_files_equal_a_slow_reading(raw_folder: Path, declared: Source):
    indicators = list(load_definitions().indicators.values())
    register = load_register()
    found = standardise(parse(raw_folder, declared), declared, indicators, register).observations
    rural = dict(
        found.filter(pl.col("indicator_id") == "rural-population-share")
        .select("area_code", "value")
        .iter_rows()
    )

    def rows(number: int) -> list[dict[str, str]]:
        with gzip.open(raw_folder / declared.files[number].path, "rt", newline="") as file:
            return list(csv.DictReader(file))

    rural_areas = {row["lsoa21_code"] for row in rows(2) if row["ruc21_code"].startswith("R")}
    council = {row["lsoa21_code"]: row["lad24_code"] for row in rows(3)}
    people: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows(1):
        name = {"E08000016": "E08000038", "E08000019": "E08000039"}.get(
            council[row["lsoa21_code"]], council[row["lsoa21_code"]]
        )
        for code in (name, register.areas[name].county_code, "E92000001"):
            if code:
                people[code][0] += int(row["residents_census2021"])
                people[code][1] += int(row["residents_census2021"]) * (row["lsoa21_code"] in rural_areas)
    assert people["E92000001"][0] == pytest.approx(56_490_000, rel=1e-3)
    assert set(people) == set(rural) == {*register.lower_tier, *register.counties, "E92000001"}
    for code, (residents, in_rural) in people.items():
        assert rural[code] == pytest.approx(100 * in_rural / residents, rel=1e-12), code


@pytest.mark.raw
def test_households_add_up_to_those_of_england(raw_folder: Path, declared: Source):
    raw = parse(raw_folder, declared).filter(pl.col("series") == "households/Households")
    assert raw.height == 296
    assert raw["value"].cast(pl.Int64).sum() == pytest.approx(23_436_000, rel=1e-3)
