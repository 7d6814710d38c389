"""Council tax for a band D home of two adults, everything on the bill, by the council that sends it out.

One file of JSON, one entry per billing council. Rows are numbered as if the entries were a table under one
line of headings: the first is row 2.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source
from likeforlike.sources.reading import SOURCE_ROW, read_bytes
from likeforlike.sources.rows import financial_year, raw_rows

FIELDS = ("ons_code", "name", "band_D")


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `band_D`, pounds a year, as RAW_SCHEMA.

    Raises SourceChangedError for a file that is not JSON, an entry without code, name or amount, or a count
    of entries other than the file states.
    """
    (file,) = source.files
    content = _load(folder, file.path, source.id)
    councils = content.get("councils", [])
    if len(councils) != content.get("council_count"):
        raise SourceChangedError(
            source.id,
            file.path,
            expected=f"{content.get('council_count')} councils, as the file states",
            found=str(len(councils)),
        )
    for row, council in enumerate(councils, start=2):
        if any(council.get(field) in (None, "") for field in FIELDS):
            raise SourceChangedError(
                source.id, file.path, expected=f"{', '.join(FIELDS)}", found=str(council), row=row
            )
    records = [
        {"area_code": c["ons_code"], "area_name": c["name"], "value": c["band_D"], SOURCE_ROW: row}
        for row, c in enumerate(councils, start=2)
    ]
    return raw_rows(
        pl.DataFrame(records),
        file,
        series=pl.lit("band_D"),
        area_code=pl.col("area_code"),
        area_name=pl.col("area_name"),
        period=financial_year(pl.lit(str(content["fiscal_year_label"]))),
        value=pl.col("value"),
    )


def _load(folder: Path, file: str, source_id: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(read_bytes(folder, file, source_id))
    except ValueError as problem:
        raise SourceChangedError(
            source_id,
            file,
            expected="JSON",
            found=f"a file that is not ({problem})",
            next_step="Fetch it again.",
        ) from problem
    return content
