"""Housing tables: excerpts, what goes wrong with them, and the whole files read a second way."""

from __future__ import annotations

import csv
import gzip
import random
from collections import defaultdict
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.observations.standardise import standardise
from likeforlike.sources.open_innovations_housing import (
    ADDITIONAL,
    AFFORDABLE,
    PRICES,
    STOCK,
    VACANT,
    parse,
)

SOURCE_ID = "open_innovations_housing"
LONG = "geography_code,geography_name,date,Measure,value\n"
TEXTS = {
    PRICES: "geography_code,geography_name,date,value,Measure\n"
    "E06000001,Hartlepool,Dec 1995,36500.0,Median\n"
    "E06000001,Hartlepool,Mar 1996,37500.0,Median\n",
    STOCK: "geography_code,geography_name,date,value,Measure\n"
    "E06000001,Hartlepool,2019,40000,number_of_properties\n"
    "E06000002,Middlesbrough,2019,50000,number_of_properties\n",
    VACANT: "geography_code,geography_name,Measure,date,Value\n"
    "E06000001,Hartlepool,AllVacants,2019,1000\n"
    "E06000001,Hartlepool,LongTermVacants,2019,410\n"
    "E06000001,Hartlepool,Dwellings,2019,41000\n"
    "E06000002,Middlesbrough,AllVacants,2019,1000\n"
    "E066000065,North Yorkshire,AllVacants,2019,7738\n",
    AFFORDABLE: LONG + "E06000001,Hartlepool,2018-19,Social Rent,13\n"
    "E06000001,Hartlepool,2019-20,Social Rent,20\n"
    "E06000001,Hartlepool,2019-20,Shared Ownership,40\n"
    "E06000002,Middlesbrough,2018-19,Social Rent,5\n",
    ADDITIONAL: "geography_code,date,value,Measure\n"
    "E06000001,2001-02,-27.0,net_additional_dwellings\n"
    "E06000055,2001-02,,net_additional_dwellings\n",
}


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


@pytest.fixture
def folder(tmp_path: Path, declared: Source) -> Path:
    for file in declared.files:
        write(tmp_path, file.path, TEXTS[Path(file.path).name])
    return tmp_path


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(gzip.compress(text.encode()))


def path_of(source: Source, name: str) -> str:
    return next(file.path for file in source.files if file.path.endswith(name))


def values(raw: pl.DataFrame, series: str) -> dict[tuple[str, str], float | None]:
    rows = raw.filter(pl.col("series") == series).with_columns(pl.col("value").cast(pl.Float64))
    return {
        (code, period): value for code, period, value in rows[["area_code", "period", "value"]].iter_rows()
    }


def test_a_price_of_a_quarter_is_of_the_twelve_months_that_end_with_it(folder: Path, declared: Source):
    raw = parse(folder, declared)
    assert raw.schema == RAW_SCHEMA
    assert values(raw, "prices/Median price") == {
        ("E06000001", "1995-01-01/P1Y"): 36500.0,
        ("E06000001", "1995-04-01/P1Y"): 37500.0,
    }


def test_vacant_homes_are_per_100_of_the_same_count_or_of_march(folder: Path, declared: Source):
    raw = parse(folder, declared)
    shares = values(raw, "vacant/All vacant homes")
    assert shares["E06000001", "2019-10-01"] == pytest.approx(100 * 1000 / 41000)
    assert shares["E06000002", "2019-10-01"] == pytest.approx(100 * 1000 / 50000)
    assert shares["E06000065", "2019-10-01"] is None  # no dwellings to divide by
    assert values(raw, "vacant/Long-term vacant homes")["E06000001", "2019-10-01"] == pytest.approx(1.0)


def test_tenures_add_up_and_a_council_without_a_row_had_none(folder: Path, declared: Source):
    raw = parse(folder, declared)
    assert values(raw, "affordable/Homes") == {
        ("E06000001", "2018-04-01/P1Y"): 13.0,
        ("E06000001", "2019-04-01/P1Y"): 60.0,
        ("E06000002", "2018-04-01/P1Y"): 5.0,
        ("E06000002", "2019-04-01/P1Y"): 0.0,
    }
    assert values(raw, "affordable/Per 1,000 dwellings") == {
        ("E06000001", "2019-04-01/P1Y"): pytest.approx(1.5),
        ("E06000002", "2019-04-01/P1Y"): 0.0,
    }


def test_losses_are_negative_and_a_blank_stays_blank(folder: Path, declared: Source):
    assert values(parse(folder, declared), "additional/Net additional dwellings") == {
        ("E06000001", "2001-04-01/P1Y"): -27.0,
        ("E06000055", "2001-04-01/P1Y"): None,
    }


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (PRICES, ("Dec 1995", "1995 Q4"), r"row 2: expected the last month of a quarter"),
        (PRICES, ("36500.0", "n/a"), r"row 2: expected a number for Hartlepool and Dec 1995; found 'n/a'"),
        (AFFORDABLE, ("Shared Ownership", "Key Worker"), r"row 4: .*found 'Key Worker'"),
        (STOCK, ("number_of_properties", "homes"), r"row 2: expected number_of_properties as Measure"),
        (ADDITIONAL, ("geography_code", "code"), "no column 'geography_code'"),
    ],
)
def test_a_changed_file_stops_the_build(
    folder: Path, declared: Source, name: str, change: tuple[str, str], message: str
):
    write(folder, path_of(declared, name), TEXTS[name].replace(*change, 1))
    with pytest.raises(SourceChangedError, match=message):
        parse(folder, declared)


@pytest.fixture(scope="module")
def observations(raw_folder: Path, declared: Source) -> pl.DataFrame:
    indicators = list(load_definitions().indicators.values())
    return standardise(parse(raw_folder, declared), declared, indicators, load_register()).observations


def slow_rows(folder: Path, declared: Source, name: str) -> list[dict[str, str]]:
    with gzip.open(folder / path_of(declared, name), "rt", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.raw
def test_councils_add_up_to_england(observations: pl.DataFrame):
    register = load_register()
    for name, room in (("dwellings", 2e-5), ("affordable-homes", 1e-12), ("net-additional-dwellings", 2e-4)):
        rows = observations.filter(pl.col("indicator_id") == name, pl.col("period_end") >= date(2010, 1, 1))
        england = dict(
            rows.filter(pl.col("area_code") == "E92000001").select("period_end", "value").iter_rows()
        )
        assert len(england) >= 14
        councils = rows.filter(pl.col("area_code").is_in(register.lower_tier))
        for end, total in councils.group_by("period_end").agg(pl.col("value").sum()).iter_rows():
            assert total == pytest.approx(england[end], rel=room), (name, end)


@pytest.mark.raw
def test_sampled_councils_equal_a_slow_reading(
    raw_folder: Path, declared: Source, observations: pl.DataFrame
):
    found = {
        (name, code, str(end)): value
        for name, code, end, value in observations.select(
            "indicator_id", "area_code", "period_end", "value"
        ).iter_rows()
    }
    affordable: dict[tuple[str, str], float] = defaultdict(float)
    for row in slow_rows(raw_folder, declared, AFFORDABLE):
        affordable[row["geography_code"], row["date"]] += float(row["value"])
    homes = {
        (row["geography_code"], row["date"]): float(row["value"])
        for row in slow_rows(raw_folder, declared, STOCK)
    }
    vacant = {
        (row["geography_code"], row["Measure"], row["date"]): float(row["Value"])
        for row in slow_rows(raw_folder, declared, VACANT)
    }
    chooser = random.Random(11)
    unchanged = [
        code for code in load_register().lower_tier if (code, "2011") in homes and code[:5] != "E0600"
    ]
    compared = 0
    for code in chooser.sample(unchanged, 60):
        year = chooser.randint(2010, 2022)
        built = affordable[code, f"{year}-{(year + 1) % 100:02d}"]
        key = ("affordable-homes-per-1000-dwellings", code, f"{year + 1}-03-31")
        assert found[key] == pytest.approx(built / homes[code, str(year)] * 1000, rel=1e-12), key
        if (code, "Dwellings", str(year)) in vacant:
            share = 100 * vacant[code, "LongTermVacants", str(year)] / vacant[code, "Dwellings", str(year)]
            key = ("long-term-vacant-homes", code, f"{year}-10-01")
            assert found[key] == pytest.approx(share, rel=1e-12), key
            compared += 1
    assert compared > 40
    month = {"Mar": "03-31", "Jun": "06-30", "Sep": "09-30", "Dec": "12-31"}
    for row in chooser.sample(slow_rows(raw_folder, declared, PRICES), 300):
        if row["geography_code"][:3] in ("E06", "E07", "E09"):
            end = f"{row['date'][4:]}-{month[row['date'][:3]]}"
            assert found["median-house-price", row["geography_code"], end] == float(row["value"])
