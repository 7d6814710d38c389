"""The account of a build: for every source and file, rows read, kept, and set aside with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from likeforlike.domain.provenance import Snapshot, Source
from likeforlike.store.manifest import ReadFile, ReadSource


def source_accounts(
    sources: Iterable[Source], snapshots: Iterable[Snapshot], report: pl.DataFrame
) -> tuple[ReadSource, ...]:
    """What the manifest says about sources; rows are null for files that no observation is read from."""
    rows = {(source_id, file): counts for source_id, file, *counts in rows_by_file(report).iter_rows()}
    taken = {(snapshot.source_id, snapshot.path): snapshot for snapshot in snapshots}
    return tuple(
        ReadSource(
            id=source.id,
            title=source.title,
            publisher=source.publisher,
            url=source.url,
            licence=source.licence,
            attribution=source.attribution,
            retrieved=source.retrieved,
            files=tuple(
                _file(taken[source.id, file.path], file.published, rows.get((source.id, file.path)))
                for file in source.files
            ),
        )
        for source in sources
    )


def rows_by_file(report: pl.DataFrame) -> pl.DataFrame:
    """Rows read, kept and set aside of every file (REPORT_SCHEMA in; one row per source and file out)."""
    return _counts(report, "source_id", "file")


def rows_by_source(report: pl.DataFrame) -> pl.DataFrame:
    """Files, and rows read, kept and set aside, of every source."""
    files = report.group_by("source_id").agg(pl.col("file").n_unique().alias("files"))
    return files.join(_counts(report, "source_id"), on="source_id").sort("source_id")


def reasons(report: pl.DataFrame) -> pl.DataFrame:
    """Rows by source, outcome and reason, most first, with an example."""
    return (
        report.group_by("source_id", "outcome", "reason")
        .agg(pl.col("rows").sum(), pl.col("file").n_unique().alias("files"), pl.col("example").first())
        .sort("source_id", "outcome", "rows", "reason", descending=[False, False, True, False])
    )


def _counts(report: pl.DataFrame, *key: str) -> pl.DataFrame:
    kept = pl.col("outcome") == "kept"
    rows = pl.col("rows").cast(pl.Int64)
    return (
        report.group_by(key)
        .agg(
            rows.sum().alias("rows_read"),
            rows.filter(kept).sum().alias("rows_kept"),
            rows.filter(~kept).sum().alias("rows_set_aside"),
        )
        .sort(key)
    )


def _file(snapshot: Snapshot, published: date | None, rows: list[int] | None) -> ReadFile:
    read, kept, set_aside = rows or (None, None, None)
    return ReadFile(
        path=snapshot.path,
        snapshot_id=snapshot.snapshot_id,
        sha256=snapshot.sha256,
        size_bytes=snapshot.size_bytes,
        published=published,
        rows_read=read,
        rows_kept=kept,
        rows_set_aside=set_aside,
    )
