"""Street crime by month: the real file counted a second time, and what happens when it changes."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.observations.standardise import Standardised
from likeforlike.pipeline.events import observe_events

SOURCE_ID = "police_street_crime"
DEFINITION = load_definitions().events[SOURCE_ID]
INDICATORS = [one for one in load_definitions().indicators.values() if one.source_id == SOURCE_ID]
TYPES = {
    "anti-social-behaviour-monthly": "Anti-social behaviour",
    "burglary-monthly": "Burglary",
    "criminal-damage-and-arson-monthly": "Criminal damage and arson",
    "shoplifting-monthly": "Shoplifting",
    "vehicle-crime-monthly": "Vehicle crime",
    "violence-and-sexual-offences-monthly": "Violence and sexual offences",
}
#: A unitary, a district, a merged council, one partly of another force's crimes, one of Kent.
SAMPLED = {
    "E06000001": ["E06000001"],  # Hartlepool
    "E07000008": ["E07000008"],  # Cambridge
    "E06000063": ["E07000026", "E07000028", "E07000029"],  # Cumberland: Allerdale, Carlisle, Copeland
    "E09000001": ["E09000001"],  # City of London
    "E07000106": ["E07000106"],  # Canterbury
}
KENT = "E07000106"
ABSENT = ("E09000012", "E08000003", "E08000025", "E08000035")  # Hackney, Manchester, Birmingham, Leeds
MONTHS = ("2018-10", "2018-11", "2018-12", "2019-01", "2019-02")


def observe(folder: Path) -> Standardised:
    definitions = load_definitions()
    return observe_events(folder, definitions.sources[SOURCE_ID], DEFINITION, INDICATORS, load_register())


@pytest.fixture(scope="module")
def result(raw_folder: Path) -> Standardised:
    return observe(raw_folder)


def value_of(result: Standardised, indicator: str, area: str, month: str) -> tuple[float | None, str, str]:
    row = result.observations.filter(
        pl.col("indicator_id") == indicator,
        pl.col("area_code") == area,
        pl.col("period_start").dt.strftime("%Y-%m") == month,
    )
    return row.select("value", "status", "source_rows").row(0)


@pytest.fixture(scope="module")
def by_hand(raw_folder: Path) -> dict[tuple[str, str, str], int]:
    """Crimes by district of 2019, type and month: the lookup with the csv module, rows one by one."""
    with gzip.open(raw_folder / "deprivation" / "iod2019_lsoa.csv.gz", "rt", encoding="utf-8-sig") as file:
        district = {row["lsoa11_code"]: row["lad19_code"] for row in csv.DictReader(file)}
    wanted = {code for codes in SAMPLED.values() for code in codes}
    counts: Counter[tuple[str, str, str]] = Counter()
    table = (
        pl.read_parquet(raw_folder / DEFINITION.file)
        .select("month", "lsoa11cd", "crime_type")
        .cast(pl.String)
    )
    for month, small, kind in table.iter_rows():
        code = district.get(small, "")
        if code in wanted:
            counts[code, kind, month] += 1
    return counts


@pytest.fixture(scope="module")
def people(raw_folder: Path) -> dict[tuple[str, str], float]:
    path = raw_folder / "population" / "population_by_area_1991_2024.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        return {(row["area_code"], row["year"]): float(row["population"]) for row in csv.DictReader(file)}


@pytest.mark.raw
def test_sampled_councils_are_counted_and_divided_as_by_hand(result: Standardised, by_hand, people):
    compared = 0
    for area, districts in SAMPLED.items():
        for month in MONTHS:
            crimes = {
                kind: sum(by_hand[code, kind, month] for code in districts)
                for kind in {key[1] for key in by_hand}
            }
            expected = {name: crimes[kind] for name, kind in TYPES.items()}
            expected["street-crime-monthly"] = sum(crimes.values()) - crimes["Anti-social behaviour"]
            for name, count in expected.items():
                value, status, rows = value_of(result, name, area, month)
                if area == KENT and month in MONTHS[1:3] and name != "anti-social-behaviour-monthly":
                    assert (value, status, rows) == (None, "not_available", "0 rows")
                    continue
                assert value == pytest.approx(1000 * count / people[area, month[:4]], rel=1e-12), (name, area)
                assert (status, rows) == ("normal", f"{count} rows")
                compared += 1
    assert compared == 5 * 5 * 7 - 2 * 6


@pytest.mark.raw
def test_a_council_whose_force_sent_nothing_has_no_figure_though_rows_name_it(result: Standardised):
    for area in ABSENT:
        for month in MONTHS:
            for name in (*TYPES, "street-crime-monthly"):
                assert value_of(result, name, area, month) == (None, "not_available", "0 rows")
    preston, newcastle = "E07000123", "E08000021"
    for area in (preston, newcastle):
        assert value_of(result, "burglary-monthly", area, "2018-10")[1] == "not_available"
        assert value_of(result, "burglary-monthly", area, "2018-11")[1] == "normal"


@pytest.mark.raw
def test_every_row_is_accounted_for(result: Standardised):
    report = {row["reason"]: row["rows"] for row in result.report.iter_rows(named=True)}
    assert sum(report.values()) == 1_584_858
    assert report["no area given"] == 40_625
    assert report["a small area in Wales"] == 558
    values = result.observations.filter(pl.col("value").is_not_null())
    rows = values.filter(
        pl.col("indicator_id").is_in(["street-crime-monthly", "anti-social-behaviour-monthly"])
    )["source_rows"]
    counted = sum(int(text.removesuffix(" rows")) for text in rows)
    assert counted == report["counted in its area and period"]


@pytest.mark.raw
def test_every_council_has_a_row_in_every_month(result: Standardised):
    sizes = result.observations.group_by("indicator_id", "period_end").agg(pl.col("area_code").n_unique())
    assert sizes.height == 7 * 5
    assert set(sizes["area_code"]) == {296}
    february = result.observations.filter(pl.col("period_end") == pl.date(2019, 2, 28))
    assert february.filter(pl.col("value").is_null())["area_code"].n_unique() == 54


@pytest.mark.raw
def test_a_nought_is_a_month_without_such_a_crime_in_a_council_whose_force_sent_its_file(
    result: Standardised,
):
    nought = result.observations.filter(pl.col("value") == 0)
    assert 0 < nought.height < 40
    assert set(nought["source_rows"]) == {"0 rows"}
    assert set(nought["status"]) == {"normal"}


@pytest.fixture
def copy(raw_folder: Path, tmp_path: Path) -> Path:
    """The source's files, with two hundred crimes."""
    for file in load_definitions().sources[SOURCE_ID].files:
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(raw_folder / file.path, tmp_path / file.path)
    path = tmp_path / DEFINITION.file
    pl.read_parquet(path).head(200).cast(pl.String).write_parquet(path)
    return tmp_path


@pytest.mark.raw
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (pl.DataFrame.drop, "no column 'crime_type'"),
        (
            lambda frame, _: frame.with_columns(context=pl.lit("")),
            "the column 'context', which is not declared",
        ),
        (lambda frame, name: frame.with_columns(pl.lit("Piracy").alias(name)), "not declared: 'Piracy'"),
        (lambda frame, _: frame.with_columns(lsoa11cd=pl.lit("E01999999")), "not known: 'E01999999'"),
        (lambda frame, _: frame.with_columns(month=pl.lit("October")), "cannot be read: 'October'"),
    ],
)
def test_a_file_that_changed_stops_the_build_and_says_how(copy: Path, change, message: str):
    path = copy / DEFINITION.file
    change(pl.read_parquet(path), "crime_type").write_parquet(path)
    with pytest.raises(
        SourceChangedError, match="police_street_crime: outcomes/police-uk-street-crime"
    ) as found:
        observe(copy)
    assert message in str(found.value)


@pytest.mark.raw
def test_newer_months_have_small_areas_of_2021(copy: Path):
    path = copy / DEFINITION.file
    split = pl.read_parquet(path).with_columns(
        lsoa11cd=pl.lit("E01035637"), month=pl.lit("2026-05"), force=pl.lit("northumbria")
    )
    split.write_parquet(path)
    found = observe(copy).observations.filter(area_code="E06000057", indicator_id="street-crime-monthly")
    kept = found.filter(pl.col("value").is_not_null())
    assert kept["status"].to_list() == ["provisional"], "nobody knows the population of 2026"
    assert kept["source_rows"].str.contains("^[1-9]").all()


@pytest.mark.raw
def test_a_lookup_that_leads_one_place_to_two_councils_stops_the_build(copy: Path):
    path = copy / "deprivation" / "iod2019_lsoa.csv.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    moved = lines[1].replace("E09000001", "E09000002")
    path.write_bytes(gzip.compress("\n".join([*lines, moved, ""]).encode()))
    with pytest.raises(SourceChangedError, match="one value for each lsoa11_code"):
        observe(copy)
