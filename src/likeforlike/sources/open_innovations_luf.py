"""Levelling Up Fund, rounds 1 and 2: one row = one successful bid in the United Kingdom."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.allocation import RAW_AWARD_SCHEMA
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

ROUND_1 = {
    "Local Authority Name / Area": "recipient_name",
    "Bid Name": "project",
    "Bid Value": "amount_gbp",
    "LADs": "area_codes",
}
ROUND_2 = {
    "Legal name of lead applicant organisation": "recipient_name",
    "Bid Name": "project",
    "Bid Value": "amount_gbp",
    "LADs": "area_codes",
}
NOTES = {"round": "round", "bid_name": "project", "suggested_lads": "named", "note": "area_note"}
#: Recipients whose names say something else than the register's. The Greater London Authority is the region
#: London.
RECIPIENTS = {
    "Greater London Authority": "E12000007",
    "The Borough Council of Gateshead": "E08000037",
    "The District Council of Folkestone and Hythe": "E07000112",
}
IGNORED = ("Notes", "Country", "Grant Recipient (if not Local Authority)")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Every bid of both rounds, in the United Kingdom, as RAW_AWARD_SCHEMA.

    Where the notes on geography name one council out of several listed, that code is in `named_codes`; a note
    that matches no bid raises SourceChangedError, because its judgement would be lost.
    """
    first, second, notes = source.files
    bids = pl.concat(
        [
            _read_round(folder, first, source.id, "1", ROUND_1),
            _read_round(folder, second, source.id, "2", ROUND_2),
        ]
    )
    return _narrow(bids, folder, notes, source.id).select(RAW_AWARD_SCHEMA.names()).cast(RAW_AWARD_SCHEMA)


def _read_round(
    folder: Path, file: SourceFile, source_id: str, number: str, columns: dict[str, str]
) -> pl.DataFrame:
    frame = take_columns(
        read_csv(folder, file.path, source_id), columns, file.path, source_id, ignored=IGNORED
    )
    # An asterisk after a name marks a transport bid in the publisher's list.
    recipient = pl.col("recipient_name").str.strip_chars(" *")
    return frame.with_columns(
        pl.lit(f"levelling-up-fund-round-{number}").alias("fund_id"),
        pl.lit(number).alias("round"),
        recipient.alias("recipient_name"),
        pl.col("project").str.strip_chars().str.replace_all(r"\s+", " "),
        pl.format("{}", SOURCE_ROW).str.zfill(4).alias("award_code"),
        recipient.replace_strict(RECIPIENTS, default=None, return_dtype=pl.String).alias("recipient_code"),
        pl.lit(None, pl.String).alias("place"),
        pl.lit(value=False).alias("whole_place"),
        pl.lit("as announced").alias("amount_note"),
        pl.lit(file.published, pl.Date).alias("announced_date"),
        pl.lit(file.path).alias("file"),
    )


def _narrow(bids: pl.DataFrame, folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    frame = read_csv(folder, file.path, source_id)
    notes = take_columns(frame, NOTES, file.path, source_id, ignored=("lads_in_source", "kind"))
    lost = notes.join(bids, on=["round", "project"], how="anti")
    for row in lost.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source_id,
            file.path,
            expected="the name of a bid of its round",
            found=repr(row["project"]),
            row=row[SOURCE_ROW],
            next_step="Write the bid's name as the list of successful bids has it.",
        )
    # "same" and "(unresolved)" keep the publisher's list; a list of codes replaces it.
    codes = pl.when(pl.col("named").str.contains(r"^E\d{8}(;E\d{8})*$")).then("named")
    named = notes.select("round", "project", codes.alias("named_codes"), "area_note")
    return bids.join(named, on=["round", "project"], how="left", maintain_order="left")
