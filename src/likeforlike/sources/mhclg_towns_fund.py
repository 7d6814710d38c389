"""Towns Fund: grants awarded, as the ministry's returns service holds them, and how that file changed.

One row of the grants file is a Future High Streets place (HS-xxx) or a line of a Town Deal (TD-xxx-nn).
Councils and project names stand in two other files, joined by the code.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.allocation import RAW_AWARD_SCHEMA
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

GRANTS = {"Index Code": "award_code", "RDEL": "revenue", "CDEL": "capital", "Total": "total"}
PLACES = {
    "place_code": "place_code",
    "place": "place",
    "council_as_named": "recipient_name",
    "lad24cd": "area_codes",
}
PROJECTS = {"project_code": "award_code", "project_name": "project"}
CHANGES = {
    "commit_date": "known_from",
    "index_code": "award_code",
    "event": "event",
    "rdel_gbp": "revenue",
    "cdel_gbp": "capital",
    "total_gbp": "total",
}
EVENTS = ("added", "changed", "removed")
IGNORED_PLACE = ("fund", "lad24nm", "grant_gbp_2023_11_01", "grant_gbp_2025_06_18")
IGNORED_PROJECT = ("fund", "place_code", "place", "in_TF-grant-awarded", "listed_in")
CODE = r"^(HS-[A-Z]{3}|TD-[A-Z]{3}-\d{2})$"

#: RAW_AWARD_SCHEMA, and from which day the file said so.
HISTORY_SCHEMA = pl.Schema([*RAW_AWARD_SCHEMA.items(), ("known_from", pl.Date), ("event", pl.String)])


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every grant of the newest file as RAW_AWARD_SCHEMA.

    A Town Deal line's amount is revenue plus capital, because its total is empty, nought or wrong in three
    lines; a Future High Streets place has only a total.
    """
    grants, places, projects, _ = source.files
    frame = take_columns(read_csv(folder, grants.path, source.id), GRANTS, grants.path, source.id)
    _check_codes(frame, grants, source.id)
    rows = _with_names(frame, folder, places, projects, source.id)
    for row in rows.filter(pl.col("place").is_null()).head(1).iter_rows(named=True):
        raise _unknown_place(grants, source.id, row)
    return (
        rows.with_columns(_amount(), pl.lit(grants.path).alias("file"))
        .select(RAW_AWARD_SCHEMA.names())
        .cast(RAW_AWARD_SCHEMA)
    )


def parse_changes(folder: Path, source: Source) -> pl.DataFrame:
    """Every change of the grants file: RAW_AWARD_SCHEMA plus `known_from` and `event` (added, changed,
    removed).

    Before 13 November 2023 the file had only totals, which then stand for Town Deals too. A line that was
    removed has no amount. Lines of places that the newest list no longer names keep an empty place.
    """
    _, places, projects, changes = source.files
    frame = take_columns(
        read_csv(folder, changes.path, source.id), CHANGES, changes.path, source.id, ignored=("commit",)
    )
    _check_codes(frame, changes, source.id)
    for row in frame.filter(~pl.col("event").is_in(EVENTS)).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source.id,
            changes.path,
            expected=" or ".join(EVENTS),
            found=repr(row["event"]),
            row=row[SOURCE_ROW],
        )
    rows = _with_names(frame, folder, places, projects, source.id)
    return (
        rows.with_columns(
            _amount(), pl.col("known_from").str.to_date("%Y-%m-%d"), pl.lit(changes.path).alias("file")
        )
        .select(HISTORY_SCHEMA.names())
        .cast(HISTORY_SCHEMA)
    )


def _amount() -> pl.Expr:
    """Revenue plus capital for Town Deals where given, else the total; text, so that a bad number is met
    later.
    """
    parts = pl.col("award_code").str.starts_with("TD-") & pl.col("revenue").is_not_null()
    whole = [pl.col(name).str.strip_chars().cast(pl.Float64, strict=False) for name in ("revenue", "capital")]
    both = whole[0].is_not_null() & whole[1].is_not_null()
    added = pl.when(both).then((whole[0] + whole[1]).cast(pl.String)).otherwise("revenue")
    return pl.when(parts).then(added).otherwise("total").alias("amount_gbp")


def _check_codes(frame: pl.DataFrame, file: SourceFile, source_id: str) -> None:
    bad = ~pl.col("award_code").fill_null("").str.contains(CODE)
    for row in frame.filter(bad).head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected="a code such as HS-BAR or TD-BAR-01",
            found=repr(row["award_code"]),
            row=row[SOURCE_ROW],
        )


def _with_names(
    frame: pl.DataFrame, folder: Path, places: SourceFile, projects: SourceFile, source_id: str
) -> pl.DataFrame:
    where = take_columns(
        read_csv(folder, places.path, source_id), PLACES, places.path, source_id, ignored=IGNORED_PLACE
    )
    names = take_columns(
        read_csv(folder, projects.path, source_id),
        PROJECTS,
        projects.path,
        source_id,
        ignored=IGNORED_PROJECT,
    )
    high_street = pl.col("award_code").str.starts_with("HS-")
    return (
        frame.with_columns(
            pl.col("award_code").str.slice(0, 6).alias("place_code"),
            pl.when(high_street)
            .then(pl.lit("future-high-streets-fund"))
            .otherwise(pl.lit("town-deals"))
            .alias("fund_id"),
            pl.lit(None, pl.String).alias("round"),
            pl.lit(None, pl.String).alias("recipient_code"),
            pl.lit(None, pl.String).alias("named_codes"),
            pl.lit(None, pl.String).alias("area_note"),
            pl.lit(None, pl.Date).alias("announced_date"),
            high_street.alias("whole_place"),
            pl.when(high_street)
            .then(pl.lit("total of the place"))
            .otherwise(pl.lit("revenue plus capital"))
            .alias("amount_note"),
        )
        .join(where.drop(SOURCE_ROW), on="place_code", how="left", maintain_order="left")
        .join(names.drop(SOURCE_ROW), on="award_code", how="left", maintain_order="left")
    )


def _unknown_place(file: SourceFile, source_id: str, row: dict[str, object]) -> SourceChangedError:
    return SourceChangedError(
        source_id,
        file.path,
        expected="a place of the list of places",
        found=repr(row["place_code"]),
        row=int(str(row[SOURCE_ROW])),
        next_step="Add the place and its council to the list of places.",
    )
