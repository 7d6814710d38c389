"""Text cells to numbers, dates and statuses; what cannot be read stops the build, naming file and row."""

from __future__ import annotations

from datetime import date

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import WITHOUT_VALUE, ObservationStatus
from likeforlike.observations.ledger import Ledger
from likeforlike.observations.markers import read_marker
from likeforlike.observations.periods import read_period

NUMBERS = ("value", "lower_95", "upper_95")


def read_cells(rows: pl.DataFrame, source_id: str, ledger: Ledger) -> pl.DataFrame:
    """Numbers, `status`, `method`, `shared_with`, `period_start` and `period_end` in place of text."""
    return _read_markers(_read_numbers(_read_periods(rows, source_id, ledger), source_id, ledger), source_id)


def _read_periods(rows: pl.DataFrame, source_id: str, ledger: Ledger) -> pl.DataFrame:
    read: list[tuple[str, date, date, bool]] = []
    for text in rows["period"].unique(maintain_order=True):
        try:
            answer = read_period(text or "")
        except ValueError as problem:
            row = rows.filter(pl.col("period").eq_missing(pl.lit(text, pl.String))).row(0, named=True)
            raise SourceChangedError(
                source_id,
                row["file"],
                expected="a year, month, date, or start and duration",
                found=f"period {text!r} ({problem})",
                row=row["source_row"],
            ) from problem
        read.append((text, answer.period.start, answer.period.end, answer.corrected))
    schema = {"period": pl.String, "period_start": pl.Date, "period_end": pl.Date, "corrected": pl.Boolean}
    rows = rows.join(
        pl.DataFrame(read, schema=schema, orient="row"), on="period", how="left", maintain_order="left"
    )
    ledger.correct(
        rows.filter("corrected"),
        "kept after correction: a day beyond the end of its month, read as its last day",
    )
    return rows.drop("corrected")


def _read_numbers(rows: pl.DataFrame, source_id: str, ledger: Ledger) -> pl.DataFrame:
    numbers = rows.with_columns(
        pl.col(name)
        .str.strip_chars()
        .replace("", None)
        .cast(pl.Float64, strict=False)
        .alias(f"{name}_number")
        for name in NUMBERS
    )
    for name in NUMBERS:
        number = pl.col(f"{name}_number")
        text = pl.col(name).str.strip_chars().replace("", None)
        wrong = numbers.filter(text.is_not_null() & (number.is_null() | ~number.is_finite()))
        for row in wrong.head(1).iter_rows(named=True):
            raise SourceChangedError(
                source_id,
                row["file"],
                expected=f"a number as {name}",
                found=f"{row[name]!r} for {row['area_code']}, {row['period']}",
                row=row["source_row"],
                next_step="Declare it as a marker if that is what it is.",
            )
    rows = numbers.with_columns(pl.col(f"{name}_number").alias(name) for name in NUMBERS).drop(
        f"{name}_number" for name in NUMBERS
    )
    value, lower, upper = (pl.col(name) for name in NUMBERS)
    half = lower.is_null() != upper.is_null()
    outside = (
        lower.is_not_null() & upper.is_not_null() & ((lower > value) | (value > upper)).fill_null(value=True)
    )
    # A sample in which nobody, or everybody, says yes tells us little; an interval of no width would say all.
    point = (lower == upper).fill_null(value=False) & ~outside
    ledger.correct(rows.filter(half), "kept without its interval: only one limit is given")
    ledger.correct(rows.filter(point), "kept without its interval: both limits are the value itself")
    ledger.correct(rows.filter(outside), "kept without its interval: the limits do not contain the value")
    sound = ~(half | outside | point)
    return rows.with_columns(
        pl.when(sound).then(lower).alias("lower_95"), pl.when(sound).then(upper).alias("upper_95")
    )


def _read_markers(rows: pl.DataFrame, source_id: str) -> pl.DataFrame:
    read: list[tuple[str, str, str, str | None]] = []
    for text in rows["marker"].drop_nulls().unique(maintain_order=True):
        try:
            marker = read_marker(text)
        except ValueError as problem:
            row = rows.filter(pl.col("marker") == text).row(0, named=True)
            raise SourceChangedError(
                source_id,
                row["file"],
                expected="a declared marker",
                found=f"{text!r} for {row['area_code']}, {row['period']}",
                row=row["source_row"],
                next_step="Declare what it means in observations/markers.py.",
            ) from problem
        read.append((text, marker.status.value, marker.method.value, marker.shared_with))
    schema = dict.fromkeys(("marker", "status", "method", "shared_with"), pl.String)
    rows = rows.join(
        pl.DataFrame(read, schema=schema, orient="row"), on="marker", how="left", maintain_order="left"
    )
    contradictory = rows.filter(
        pl.col("value").is_not_null(), pl.col("status").is_in([s.value for s in sorted(WITHOUT_VALUE)])
    )
    for row in contradictory.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            row["file"],
            expected=f"no value beside the marker {row['marker']!r}",
            found=f"{row['value']} for {row['area_code']}, {row['period']}",
            row=row["source_row"],
        )
    without = [s.value for s in sorted(WITHOUT_VALUE | {ObservationStatus.LOW_RELIABILITY})]
    explained = pl.col("status").is_in(without)
    status = (
        pl.when(pl.col("value").is_null() & ~explained.fill_null(value=False))
        .then(pl.lit(ObservationStatus.NOT_AVAILABLE.value))
        .otherwise(pl.col("status").fill_null(ObservationStatus.NORMAL.value))
    )
    return rows.with_columns(status.alias("status"), pl.col("method").fill_null("published"))
