"""`likeforlike events`: figures on the output, every row accounted for beside it, one sentence for what is wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import events_kit as kit
from likeforlike.publish.cli.main import app

runner = CliRunner()
DEFINITION = """\
id: made_up
title: Made-up events
area:
  column: place
  lookups: [{file: places.csv, key: place, value: district}]
date:
  column: day
  formats: ["%Y-%m-%d"]
  first: 2021-01-01
  last: 2021-12-31
series:
  - {id: all, measure: count, per: 1000}
  - {id: paid, measure: sum, column: amount}
ignored: [sort, state, who]
"""
ROWS = [
    {"place": "S1", "day": "2021-03-01", "sort": "", "state": "", "amount": "1.10", "who": ""},
    {"place": "S2", "day": "2021-03-31", "sort": "", "state": "", "amount": "(0.10)", "who": ""},
    {"place": "S5", "day": "2021-03-31", "sort": "", "state": "", "amount": "2,000", "who": ""},
    {"place": "S9", "day": "2021-03-31", "sort": "", "state": "", "amount": "7", "who": ""},
    {"place": "S1", "day": "", "sort": "", "state": "", "amount": "7", "who": ""},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "made-up.yaml").write_text(DEFINITION)
    lines = "".join(f"{place},{district}\n" for place, district in kit.SMALL_AREAS.items())
    (tmp_path / "places.csv").write_text("place,district\n" + lines)
    kit.write_csv(tmp_path / "events.csv", ROWS)
    return tmp_path


def run(folder: Path, *arguments: str, expect: int = 0):
    files = [str(folder / name) for name in arguments if name.endswith((".csv", ".parquet"))]
    options = [text for text in arguments if not text.endswith((".csv", ".parquet"))]
    definition = ["--definition", str(folder / "made-up.yaml")]
    result = runner.invoke(app, ["events", *files, *definition, *options])
    assert result.exit_code == expect, result.output
    return result


def test_figures_and_rates_come_out_and_the_account_beside_them(folder: Path):
    result = run(folder, "events.csv", "--format", "json")
    rows = {(row["series"], row["area_name"]): row for row in json.loads(result.stdout)}
    assert rows["all", "Hartlepool"]["value"] == 2
    assert rows["paid", "Hartlepool"] | {"value": 0} == {
        "series": "paid",
        "area_code": kit.HARTLEPOOL,
        "area_name": "Hartlepool",
        "period_start": "2021-03-01",
        "period_end": "2021-03-31",
        "period": "March 2021",
        "value": 0,
        "status": "normal",
        "events": 2,
    }
    assert rows["paid", "Hartlepool"]["value"] == 1.0
    assert rows["paid", "Cumberland"]["value"] == 2000.0
    assert rows["all-per-1000", "Hartlepool"]["value"] == pytest.approx(2 / 92.6, rel=0.02)
    assert "5 rows read, 3 counted, 2 set aside." in result.stderr
    assert "set aside: 1 rows: an area that is not known, for example 'S9'" in result.stderr
    assert "set aside: 1 rows: no date given" in result.stderr


def test_a_table_and_csv_say_the_same(folder: Path):
    table = run(folder, "events.csv").stdout
    assert "Made-up events" in table
    assert "Cumberland" in table
    rows = list(csv.DictReader(io.StringIO(run(folder, "events.csv", "--format", "csv").stdout)))
    assert len(rows) == 6
    assert {row["series"] for row in rows} == {"all", "paid", "all-per-1000"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("measure: count", "measure: average"), "measure cannot be 'average'"),
        (("column: amount", "colum: amount"), "There is no field 'colum' here. Did you mean column?"),
        (("first: 2021-01-01", "first: 2022-01-01"), "`first` comes after `last`"),
        (("ignored: [sort, state, who]", "ignored: [sort]"), "'state', 'who', which is not declared"),
        (("column: place", "column: plaice"), "no column 'plaice'"),
        (("%Y-%m-%d", "%Y"), "does not say which month"),
        (("places.csv", "absent.csv"), "no such file"),
        (("value: district", "value: ward"), "expected a column 'ward'"),
        (("ignored:", "unknown: stop\nignored:"), "It holds an area that is not known: 'S9'"),
    ],
)
def test_a_definition_that_does_not_fit_is_refused_in_one_sentence(folder: Path, change, message: str):
    path = folder / "made-up.yaml"
    path.write_text(path.read_text().replace(*change))
    result = run(folder, "events.csv", expect=2)
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_files_that_cannot_be_read_together_are_named(folder: Path):
    assert "There is no file" in run(folder, "absent.csv", expect=2).stderr
    (folder / "other.csv").write_text("day,place\n")
    assert "have the same columns" in run(folder, "events.csv", "other.csv", expect=2).stderr
    (folder / "broken.parquet").write_bytes(b"PAR1 and no more")
    assert "broken.parquet cannot be read" in run(folder, "broken.parquet", expect=2).stderr
    assert "not of one kind" in run(folder, "events.csv", "broken.parquet", expect=2).stderr
    assert "Write duckdb or spark" in run(folder, "events.csv", "--engine", "abacus", expect=2).stderr


@pytest.mark.raw
def test_payments_of_eight_councils_add_up_as_the_document_shows(raw_folder: Path):
    """The definition that the document points to, on the file it speaks of."""
    definition = Path(__file__).parents[2] / "docs" / "data" / "events" / "council-payments.yaml"
    file = next(
        (raw_folder / "outcomes" / "council-spending-odi-leeds").glob("payments_over_500_rows*.parquet")
    )
    result = runner.invoke(app, ["events", str(file), "--definition", str(definition), "--format", "csv"])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len({row["area_code"] for row in rows}) == 8
    paid = sum(round(float(row["value"]) * 100) for row in rows if row["series"] == "paid-gbp")
    lines = sum(int(row["events"]) for row in rows if row["series"] == "payments")
    assert "6,485,530 rows read, 6,417,649 counted, 67,881 set aside." in result.stderr
    assert lines == 6_417_649
    import polars as pl  # noqa: PLC0415

    raw = pl.read_parquet(file, columns=["payment_date", "amount_pence"]).drop_nulls()
    within = raw.filter(pl.col("payment_date").is_between(pl.date(2010, 4, 1), pl.date(2022, 8, 31)))
    assert paid == within["amount_pence"].sum()
