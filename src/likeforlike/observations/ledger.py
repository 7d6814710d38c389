"""The account of every source row: kept and how, or set aside and why."""

from __future__ import annotations

import polars as pl

from likeforlike.domain.observation import REPORT_SCHEMA

ROW_ID = "row_id"
_ENTRY = pl.Schema({ROW_ID: pl.UInt32, "reason": pl.String})


class Ledger:
    """Collects what becomes of rows, by row number, while a source is standardised.

    A row may be named more than once, for two indicators or at two steps: a row that feeds any observation
    is kept, and of several reasons the one given last counts, because it was given by the step that saw
    most.
    """

    def __init__(self) -> None:
        self._aside: list[pl.DataFrame] = []
        self._corrected: list[pl.DataFrame] = []

    def set_aside(self, rows: pl.DataFrame, reason: str | None = None) -> None:
        """Rows (with `row_id`) that a step leaves out; `reason` or the column of that name says why."""
        self._aside.append(_entry(rows, reason))

    def correct(self, rows: pl.DataFrame, reason: str) -> None:
        """Rows that stay, with something changed."""
        self._corrected.append(_entry(rows, reason))

    def report(self, raw: pl.DataFrame, kept: pl.DataFrame, source_id: str) -> pl.DataFrame:
        """One row per file, series, outcome and reason, as REPORT_SCHEMA.

        `raw` has `row_id`, `file`, `series` and the columns an example is made of; `kept` has `row_id` and
        the `reason` its observation gives. The rows of each file add up to the rows that were read.
        """
        fate = (
            raw.lazy()
            .join(_last(self._aside).lazy().rename({"reason": "aside"}), on=ROW_ID, how="left")
            .join(_last(self._corrected).lazy().rename({"reason": "corrected"}), on=ROW_ID, how="left")
            .join(kept.lazy().group_by(ROW_ID).agg(pl.col("reason").min()), on=ROW_ID, how="left")
            .with_columns(
                pl.when(pl.col("reason").is_not_null())
                .then(pl.lit("kept"))
                .otherwise(pl.lit("set_aside"))
                .alias("outcome"),
                pl.when(pl.col("reason").is_null())
                .then("aside")
                .otherwise(pl.coalesce("corrected", "reason"))
                .alias("why"),
            )
            .sort(ROW_ID)
            .collect()
        )
        lost = fate.filter(pl.col("why").is_null())
        assert lost.is_empty(), (
            f"{lost.height} rows are neither kept nor set aside, for example {lost.row(0)}"
        )
        example = pl.format(
            "row {}: {} {}",
            "source_row",
            pl.col("area_code").fill_null("no code"),
            pl.col("period").fill_null("no period"),
        )
        return (
            fate.group_by("file", "series", "outcome", "why", maintain_order=True)
            .agg(pl.len().alias("rows"), example.first().alias("example"))
            .select(
                pl.lit(source_id).alias("source_id"),
                "file",
                "series",
                "outcome",
                pl.col("why").alias("reason"),
                "rows",
                "example",
            )
            .cast(REPORT_SCHEMA)
            .sort("file", "series", "outcome", "reason")
        )


def _entry(rows: pl.DataFrame, reason: str | None) -> pl.DataFrame:
    column = pl.col("reason") if reason is None else pl.lit(reason).alias("reason")
    return rows.select(ROW_ID, column).cast(_ENTRY)


def _last(entries: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=_ENTRY), *entries]).unique(ROW_ID, keep="last", maintain_order=True)
