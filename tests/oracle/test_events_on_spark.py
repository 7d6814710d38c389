"""DuckDB and Spark give the same figures and the same account, bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest

import events_kit as kit
from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.observations.event_engines import EngineName, engine, why_no_spark
from likeforlike.observations.events import Events, aggregate
from likeforlike.pipeline.events import read_lookups

if why_no_spark():
    pytest.skip(f"Spark is left out: {why_no_spark()}", allow_module_level=True)


@pytest.fixture(scope="module")
def spark():
    with engine(EngineName.SPARK) as running:
        yield running


@pytest.fixture(scope="module")
def duckdb():
    with engine() as running:
        yield running


def same(one: Events, other: Events) -> None:
    assert one.values.height > 0
    assert one.values.equals(other.values)
    assert one.account.equals(other.account)


def test_text_with_every_slip_reads_the_same(spark, duckdb, tmp_path: Path):
    rows = kit.made_up_rows(3_000, 5)
    rows[0] |= {"place": 'S1, "the corner"', "sort": "theft\nand more"}
    path = kit.write_csv(tmp_path / "events.csv", rows)
    same(kit.count(duckdb, path, kit.definition_of()), kit.count(spark, path, kit.definition_of()))


def test_columns_of_every_type_read_the_same(spark, duckdb, tmp_path: Path):
    path = kit.typed_parquet(tmp_path / "typed.parquet")
    series = [
        {"id": "pence", "measure": "sum", "column": "pence", "decimals": 0, "divide_by": 100},
        {"id": "pounds", "measure": "sum", "column": "pounds", "decimals": 2},
        {"id": "exact", "measure": "sum", "column": "exact", "decimals": 2},
        {"id": "once", "measure": "distinct", "column": "number", "where_not": {"number": ["2"]}},
    ]
    for column in ("day", "moment"):
        when = {"column": column, "first": "2021-01-01", "last": "2021-11-30", "length": "financial_year"}
        sorts = {"number": ["1", "2"]}
        definition = kit.definition_of(
            series=series, categories=sorts, leave_out=[], ignored=["*"], date=when
        )
        same(kit.count(duckdb, path, definition), kit.count(spark, path, definition))


@pytest.mark.raw
def test_all_street_crimes_are_counted_the_same(spark, duckdb, raw_folder: Path):
    definition, register = load_definitions().events["police_street_crime"], load_register()
    lookups, files = read_lookups(raw_folder, definition), [raw_folder / definition.file]
    one, other = (aggregate(running, files, definition, lookups, register) for running in (duckdb, spark))
    same(one, other)
    assert one.account["rows"].sum() == 1_584_858
