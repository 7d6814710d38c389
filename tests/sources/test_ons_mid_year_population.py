"""Mid-year population: excerpts of the tables, what goes wrong with them, and the whole files again."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.observations.standardise import standardise
from likeforlike.sources.ons_mid_year_population import AGES, LAND, MEDIAN_AGE, POPULATION, parse

SOURCE_ID = "ons_mid_year_population"
SINGLE_YEARS = [f"age_{age}" for age in range(90)] + ["age_90_plus"]
#: A small town of 1,000: ten people of every age to 89 and a hundred older.
TOWN = [10] * 90 + [100]


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "population").mkdir()
    write(
        tmp_path,
        POPULATION,
        "area_code,area_name,area_type,year,population,source\n"
        "E06000001,Hartlepool,unitary,2014,800,Nomis\n"
        "E06000001,Hartlepool,unitary,2024,1000,MYE4\n"
        "E47000006,Tees Valley,combined authority,2021,5000,Nomis\n"
        "E47000006,Tees Valley,combined authority,2022,5100,Nomis\n",
    )
    write(tmp_path, MEDIAN_AGE, "area_code,area_name,year,median_age\nE06000001,Hartlepool,2024,42.3\n")
    write(
        tmp_path,
        LAND,
        "area_code,area_name,geography,area_sq_km,people_per_sq_km_2024\nE06000001,Hartlepool,UA,8.0,125\n",
    )
    write(tmp_path, AGES, ages_of(TOWN))
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    content = text.encode()
    (folder / "population" / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def ages_of(counts: list[int], total: int = 1000) -> str:
    header = ",".join(["area_code", "area_name", "geography", "all_ages", *SINGLE_YEARS])
    return f"{header}\nE06000001,Hartlepool,UA,{total},{','.join(f'{count}.0' for count in counts)}\n"


def values(raw: pl.DataFrame, series: str) -> list[tuple[str, str, float]]:
    rows = raw.filter(pl.col("series") == series)
    return [
        (code, period, float(value))
        for code, period, value in rows[["area_code", "period", "value"]].iter_rows()
    ]


def test_published_and_worked_out_series(folder: Path, declared: Source):
    raw = parse(folder, declared)
    assert raw.schema == RAW_SCHEMA
    assert values(raw, "population/All ages")[:2] == [
        ("E06000001", "2014-06-30", 800.0),
        ("E06000001", "2024-06-30", 1000.0),
    ]
    assert values(raw, "population/Ten-year change") == [("E06000001", "2014-07-01/2024-06-30", 25.0)]
    assert values(raw, "density/People per square km") == [
        ("E06000001", "2014-06-30", 100.0),
        ("E06000001", "2024-06-30", 125.0),
    ]
    assert values(raw, "median-age/All people") == [("E06000001", "2024-06-30", 42.3)]
    assert [values(raw, f"ages/Aged {group}")[0][2] for group in ("0 to 15", "16 to 64", "65 and over")] == [
        pytest.approx(16.0),
        pytest.approx(49.0),
        pytest.approx(35.0),
    ]


def test_a_worked_out_row_names_the_row_it_was_made_from(folder: Path, declared: Source):
    rows = parse(folder, declared).filter(pl.col("series") == "population/Ten-year change")
    assert rows.select("file", "source_row").rows() == [("population/" + POPULATION, 3)]


def test_combined_authorities_that_were_not_revised_are_provisional(folder: Path, declared: Source):
    rows = parse(folder, declared).filter(
        pl.col("area_code") == "E47000006", pl.col("series") == "population/All ages"
    )
    assert rows.select("period", "marker").rows() == [("2021-06-30", None), ("2022-06-30", "p")]


def test_ages_that_do_not_add_up_stop_the_build(folder: Path, declared: Source):
    write(folder, AGES, ages_of([11, *TOWN[1:]]))
    with pytest.raises(
        SourceChangedError, match=r"mid2024.csv.gz, row 2: expected ages that add up to 1000.*1001"
    ):
        parse(folder, declared)


def test_ages_of_another_edition_than_the_population_stop_the_build(folder: Path, declared: Source):
    write(folder, AGES, ages_of([11, *TOWN[1:]], total=1001))
    with pytest.raises(SourceChangedError, match=r"add up to 1001.*found 1001, and 1000 in the other table"):
        parse(folder, declared)


def test_a_land_area_that_does_not_give_the_published_density_stops_the_build(folder: Path, declared: Source):
    text = (
        "area_code,area_name,geography,area_sq_km,people_per_sq_km_2024\nE06000001,Hartlepool,UA,16.0,125\n"
    )
    write(folder, LAND, text)
    with pytest.raises(SourceChangedError, match=r"row 2: expected 125 people per square km.*found 62\.5"):
        parse(folder, declared)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            POPULATION,
            "area_code,area_name,area_type,year,population,source\nE06000001,Hartlepool,unitary_authority,2024,9,MYE4\n",
            "row 2: expected one of combined authority, .*found 'unitary_authority' for Hartlepool",
        ),
        (MEDIAN_AGE, "area_code,area_name,year\nE06000001,Hartlepool,2024\n", "no column 'median_age'"),
        (
            MEDIAN_AGE,
            "area_code,area_name,year,median_age,sex\nE06000001,H,2024,42,M\n",
            "unknown column 'sex'",
        ),
        (
            MEDIAN_AGE,
            "area_code,area_name,year,median_age\nE06000001,H,2024,[c]\n",
            "row 2: expected a number as",
        ),
    ],
)
def test_a_changed_table_stops_the_build(folder: Path, declared: Source, name: str, text: str, message: str):
    write(folder, name, text)
    with pytest.raises(SourceChangedError, match=message):
        parse(folder, declared)


def slow_rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        yield from csv.DictReader(io.StringIO(file.read(), newline=""))


@pytest.fixture(scope="module")
def observations(raw_folder: Path, declared: Source) -> pl.DataFrame:
    indicators = list(load_definitions().indicators.values())
    return standardise(parse(raw_folder, declared), declared, indicators, load_register()).observations


@pytest.mark.raw
def test_councils_add_up_to_england_in_every_year(observations: pl.DataFrame):
    register = load_register()
    people = observations.filter(pl.col("indicator_id") == "population")
    councils = people.filter(pl.col("area_code").is_in(register.lower_tier))
    total = councils.group_by("period_end").agg(pl.col("value").sum(), pl.len().alias("councils"))
    england = people.filter(pl.col("area_code") == "E92000001").select(
        "period_end", pl.col("value").alias("known")
    )
    both = total.join(england, on="period_end")
    assert both.height == 34
    assert both.filter((pl.col("value") != pl.col("known")) | (pl.col("councils") != 296)).is_empty()
    known = dict(england.iter_rows())
    assert known[max(known)] == 58_620_101  # as the publisher announced for mid-2024


@pytest.mark.raw
def test_only_the_unrevised_years_of_combined_authorities_are_provisional(
    raw_folder: Path, observations: pl.DataFrame
):
    provisional = observations.filter(
        pl.col("indicator_id") == "population", pl.col("status") == "provisional"
    )
    unrevised = {
        (row["area_code"], int(row["year"]))
        for row in slow_rows(raw_folder / "population" / POPULATION)
        if row["area_type"] == "combined authority" and row["year"] in ("2022", "2023")
    }
    found = {(code, end.year) for code, end in provisional.select("area_code", "period_end").iter_rows()}
    assert found == unrevised
    assert len(found) == 22


@pytest.mark.raw
def test_sampled_councils_equal_a_slow_reading(raw_folder: Path, observations: pl.DataFrame):
    folder = raw_folder / "population"
    people = {
        (row["area_code"], int(row["year"])): int(row["population"]) for row in slow_rows(folder / POPULATION)
    }
    ages = {row["area_code"]: row for row in slow_rows(folder / AGES)}
    old_code = {"E08000038": "E08000016", "E08000039": "E08000019"}
    found = {
        (name, code, end.year): value
        for name, code, end, value in observations.select(
            "indicator_id", "area_code", "period_end", "value"
        ).iter_rows()
    }
    chooser = random.Random(5)
    register = load_register()
    codes = [*chooser.sample(register.lower_tier, 40), *register.counties[:5], *old_code]
    for code in codes:
        there = old_code.get(code, code)
        year = chooser.randint(2001, 2024)
        assert found["population", code, year] == people[there, year]
        change = (people[there, year] / people[there, year - 10] - 1) * 100
        assert found["population-change-10-years", code, year] == pytest.approx(change, rel=1e-12)
        row = ages[there]
        older = sum(float(row[f"age_{age}"]) for age in range(65, 90)) + float(row["age_90_plus"])
        share = 100 * older / int(row["all_ages"])
        assert found["population-aged-65-and-over-share", code, 2024] == pytest.approx(share, rel=1e-12)
    groups = [f"population-aged-{group}-share" for group in ("0-15", "16-64", "65-and-over")]
    for code in codes:
        assert sum(found[group, code, 2024] for group in groups) == pytest.approx(100)
