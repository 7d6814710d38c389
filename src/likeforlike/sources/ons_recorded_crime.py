"""Crimes recorded by the police by community safety partnership, and rates for every 1,000 people.

One row = partnership x 23 offences, counts with thousands separators and trailing blanks. A council that
was made of several still has the partnerships of those, which are added up. A partnership that spans
several councils has no council's code: it is read and counted, and no council gets its crimes. Rates divide
by the mid-2024 population of today's councils.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.per_head import ESTIMATED, POPULATION, rate_rows, read_people
from likeforlike.sources.reading import SOURCE_ROW, read_bytes
from likeforlike.sources.rows import raw_rows

FILE = "policeforceareatablesyejune25final.csv.gz"
PERIOD, MID_YEAR = "2024-07-01/P1Y", 2024
PER = 1_000
FIRST_OFFENCE = 6
PARTNERSHIP, AREA_CODE = "Community Safety Partnership code", "Local Authority code"
AREA_NAME, SEVERAL = "Community Safety Partnership name", "Combined Local Authorities"
#: Councils whose partnerships are older than they are and do not follow their border: Christchurch belongs to
#: Bournemouth, Christchurch and Poole, which has the partnerships of Bournemouth and Poole only.
NOT_FOLLOWED = ("E06000058", "E06000059")
#: Cells without a figure, and their markers.
NO_FIGURE = {"[x]": "x"}


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `count/<offence>`, as published, and `rate/<offence>`, worked out, as RAW_SCHEMA.

    Raises SourceChangedError where the table's heading is not found or a cell is neither a number nor a
    declared mark.
    """
    files = {Path(file.path).name: file for file in source.files}
    file = files[FILE]
    long = read_table(folder, file.path, source.id)
    counts = council_counts(long).with_columns(
        pl.col("offence").alias("key"), pl.lit(MID_YEAR, pl.Int32).alias("year")
    )
    rates = rate_rows(counts, read_people(folder, files[POPULATION].path, source.id), PER)
    common = {"area_code": pl.col("area_code"), "period": pl.lit(PERIOD), "marker": pl.col("marker")}
    return pl.concat(
        [
            raw_rows(
                long,
                file,
                series=pl.lit("count/") + pl.col("offence"),
                area_name=pl.col("area_name"),
                value=pl.col("count"),
                **common,
            ),
            raw_rows(rates, file, series=pl.lit("rate/") + pl.col("key"), value=pl.col("rate"), **common),
        ]
    )


def council_counts(table: pl.DataFrame) -> pl.DataFrame:
    """One row per council and offence: its partnerships added up, an estimate where there are several."""
    partnerships = table.filter(pl.col("area_code").is_not_null())
    groups = partnerships.group_by("area_code", "offence", maintain_order=True).agg(
        pl.col("count").sum(),
        pl.col("count").null_count().alias("gaps"),
        pl.len().alias("partnerships"),
        pl.col(SOURCE_ROW).first(),
    )
    missing = (pl.col("gaps") > 0) | pl.col("area_code").is_in(NOT_FOLLOWED)
    return groups.with_columns(
        pl.when(~missing).then("count").alias("count"),
        pl.when(missing)
        .then(pl.lit("x"))
        .when(pl.col("partnerships") > 1)
        .then(pl.lit(ESTIMATED))
        .alias("marker"),
    )


def read_table(folder: Path, file: str, source_id: str) -> pl.DataFrame:
    """One row per partnership and offence: area, `offence`, `count`, `marker`, `source_row`.

    `source_row` counts lines of the file as a spreadsheet shows them.
    """
    rows = list(csv.reader(io.StringIO(read_bytes(folder, file, source_id).decode("utf-8-sig"), newline="")))
    at = next((number for number, row in enumerate(rows) if PARTNERSHIP in map(_plain, row)), None)
    if at is None:
        raise SourceChangedError(source_id, file, expected=f"a column {PARTNERSHIP!r}", found="none")
    heading = [_plain(cell) for cell in rows[at]]
    place = {name: heading.index(name) for name in (PARTNERSHIP, AREA_CODE, AREA_NAME)}
    records = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        if len(row) < len(heading) or not row[place[PARTNERSHIP]].strip():
            continue
        code = row[place[AREA_CODE]].strip()
        for column in range(FIRST_OFFENCE, len(heading)):
            text = row[column].replace(",", "").strip()
            if not (text in NO_FIGURE or text.isdigit()):
                raise SourceChangedError(
                    source_id, file, expected="a count", found=repr(row[column]), row=number
                )
            records.append(
                {
                    "area_code": None if code == SEVERAL else code,
                    "area_name": row[place[AREA_NAME]].strip(),
                    "offence": heading[column],
                    "count": None if text in NO_FIGURE else float(text),
                    "marker": NO_FIGURE.get(text),
                    SOURCE_ROW: number,
                }
            )
    schema = {
        "area_code": pl.String,
        "area_name": pl.String,
        "offence": pl.String,
        "count": pl.Float64,
        "marker": pl.String,
        SOURCE_ROW: pl.UInt32,
    }
    return pl.DataFrame(records, schema=schema)


def _plain(text: str) -> str:
    return " ".join(text.split())
