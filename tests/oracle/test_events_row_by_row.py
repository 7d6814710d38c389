"""The declared aggregation against a loop over rows in plain Python."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

import events_kit as kit
from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.observations.event_engines import engine
from likeforlike.observations.events import aggregate
from likeforlike.pipeline.events import read_lookups


@pytest.fixture(scope="module")
def duckdb():
    with engine() as running:
        yield running


@pytest.mark.parametrize("seed", range(4))
def test_every_measure_and_every_reason_is_that_of_a_loop_over_rows(duckdb, tmp_path: Path, seed: int):
    rows = kit.made_up_rows(3_000, seed)
    found = kit.count(duckdb, kit.write_csv(tmp_path / "events.csv", rows), kit.definition_of())
    values, reasons = kit.slowly(rows)
    assert kit.values_of(found) == values
    assert kit.account_of(found) == reasons
    assert len(reasons) == 12
    assert found.account["rows"].sum() == len(rows)


def test_the_order_of_rows_and_their_division_into_files_change_nothing(duckdb, tmp_path: Path):
    rows = kit.made_up_rows(2_000, 11)
    whole = kit.count(duckdb, kit.write_csv(tmp_path / "whole.csv", rows), kit.definition_of())
    random.Random(1).shuffle(rows)
    parts = [
        kit.write_csv(tmp_path / f"part{number}.csv", rows[number * 500 : (number + 1) * 500])
        for number in range(4)
    ]
    lookups = kit.Lookups(kit.SMALL_AREAS)
    found = aggregate(duckdb, parts, kit.definition_of(), lookups, load_register())
    assert found.values.equals(whole.values)
    assert found.account.equals(whole.account)


def test_amounts_of_every_type_of_column_add_up_exactly(duckdb, tmp_path: Path):
    path = kit.typed_parquet(tmp_path / "typed.parquet")
    rows = pl.read_parquet(path)
    for column, decimals, divide in (("pence", 0, 100), ("pounds", 2, 1), ("exact", 2, 1)):
        series = {"id": "sum", "measure": "sum", "column": column, "decimals": decimals, "divide_by": divide}
        definition = kit.definition_of(
            series=[series], categories={}, leave_out=[], ignored=["*"], date=_moments()
        )
        found = kit.count(duckdb, path, definition)
        sound = rows.filter(pl.col("place").is_not_null(), pl.col(column).is_not_null())
        sound = sound.filter(~pl.col(column).cast(pl.Float64).is_nan())
        whole = sum(round(float(one) * 100) if divide == 1 else one for one in sound[column])
        total = sum(round(value * 100) for value in found.values["value"])
        assert total == whole
        assert kit.account_of(found)["counted in its area and period"] == sound.height


def _moments() -> dict[str, object]:
    return {"column": "moment", "first": "2021-01-01", "last": "2021-12-31", "length": "quarter"}


@pytest.mark.raw
def test_sampled_crimes_are_counted_as_by_hand(duckdb, raw_folder: Path, tmp_path: Path):
    definition, register = load_definitions().events["police_street_crime"], load_register()
    rows = pl.read_parquet(raw_folder / definition.file).cast(pl.String).sample(40_000, seed=3)
    rows.write_parquet(tmp_path / "sample.parquet")
    lookups = read_lookups(raw_folder, definition)
    found = aggregate(duckdb, [tmp_path / "sample.parquet"], definition, lookups, register)
    assert lookups.areas is not None
    burglaries: Counter[tuple[str, str]] = Counter()
    crimes: Counter[tuple[str, str]] = Counter()
    for row in rows.iter_rows(named=True):
        if row["lsoa11cd"] in lookups.areas:
            (area,) = register.successors(lookups.areas[row["lsoa11cd"]])
            crimes[area, row["month"]] += row["crime_type"] != "Anti-social behaviour"
            burglaries[area, row["month"]] += row["crime_type"] == "Burglary"
    values = kit.values_of(found)
    compared = 0
    for name, counts in (("crimes", crimes), ("burglary", burglaries)):
        for (series, area, start), (value, events) in values.items():
            if series == name and value is not None:
                assert value == events == counts[area, start[:7]], (series, area, start)
                compared += 1
    assert compared > 2_000
    assert found.account["rows"].sum() == rows.height
