"""What connectors share: a raw file that was made, and the file that stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path

import polars as pl

from likeforlike.domain.live import Download
from likeforlike.sources.live.bodies import csv_bytes, gunzip, table_of, text_of
from likeforlike.sources.live.client import Body


@dataclass(frozen=True)
class Made:
    """A raw file in the layout that its source module reads."""

    content: bytes
    rows: int
    bodies: tuple[Body, ...]
    #: The day the publisher states; None where it states none.
    published: date | None = None
    #: What a person should know: forces that are absent, editions that are newer.
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """The raw file that stands until a better one is made; no path where there is none."""

    path: Path | None

    def table(self, name: str) -> pl.DataFrame | None:
        """A comma-separated file as text columns; None where there is none."""
        if self.path is None:
            return None
        content = self.path.read_bytes()
        return table_of(text_of(gunzip(content) if name.endswith(".gz") else content))


def made_of_rows(
    download: Download,
    table: pl.DataFrame,
    bodies: Sequence[Body],
    standing: Standing,
    remarks: tuple[str, ...] = (),
) -> Made:
    """A comma-separated raw file of the rows, and of those rows of the standing file that they do not replace.

    Rows are counted before any is carried over, so that a short answer shows.
    """
    rows = table.height
    if download.augments and (old := standing.table(download.file)) is not None:
        kept = old.join(table, on=list(download.augments), how="anti", maintain_order="left")
        table = pl.concat([table, kept.select(table.columns)]).sort(download.augments)
    day = max((found for body in bodies if (found := day_of(body.last_modified))), default=None)
    return Made(csv_bytes(table, download.file), rows, tuple(bodies), day, remarks)


def day_of(text: str | None) -> date | None:
    """The day of an HTTP date; None where there is none."""
    try:
        return parsedate_to_datetime(text).date() if text else None
    except ValueError:  # a date that is none says nothing
        return None
