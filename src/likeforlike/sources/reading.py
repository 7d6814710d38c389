"""Reading publishers' text tables: bytes to strings, or an error that names file and row."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from likeforlike.domain.errors import SourceChangedError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SOURCE_ROW = "source_row"


def read_bytes(folder: Path, file: str, source_id: str) -> bytes:
    """The whole content of `folder/file`, unpacked when its name ends in `.gz`.

    Raises SourceChangedError when the file is absent, empty, or a gzip stream that is damaged or ends too
    early.
    """
    path = folder / file
    if not path.is_file():
        raise SourceChangedError(
            source_id,
            file,
            expected="the file that the source's definition lists",
            found="no such file",
            next_step=f"Put it under {folder}, or take it out of the definition.",
        )
    content = path.read_bytes()
    if file.endswith(".gz"):
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as problem:
            raise SourceChangedError(
                source_id,
                file,
                expected="a complete gzip file",
                found=f"one that cannot be unpacked ({problem})",
                row=_last_readable_row(path),
                next_step="Fetch the file again.",
            ) from problem
    if not content.strip():
        raise SourceChangedError(source_id, file, expected="a header row and data", found="an empty file")
    return content


def read_csv(folder: Path, file: str, source_id: str, *, encoding: str = "utf-8") -> pl.DataFrame:
    """A comma-separated file as text columns, plus `source_row` (first data row = 2).

    A byte order mark is removed; a column name that repeats gets the suffix `_2`, `_3`, ...; empty cells
    are null. Raises SourceChangedError, naming the row, when bytes cannot be decoded or a row has too few
    or too many fields.
    """
    content = read_bytes(folder, file, source_id).removeprefix(BYTE_ORDER_MARK)
    content = _as_utf8(content, file, source_id, encoding)
    header = next(csv.reader(io.StringIO(content.split(b"\n", 1)[0].decode())))
    columns = unique_names([name.strip() for name in header])
    try:
        frame = pl.read_csv(content, has_header=False, skip_rows=1, new_columns=columns, infer_schema=False)
    except pl.exceptions.NoDataError:
        frame = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    except pl.exceptions.PolarsError as problem:
        _check_field_counts(content, len(columns), file, source_id)
        raise SourceChangedError(
            source_id, file, expected="comma-separated text", found=f"a table that cannot be read ({problem})"
        ) from problem
    # Polars fills a row that is too short with nulls; counting separators outside quotes finds that without
    # a slow pass.
    separators = re.sub(rb'"[^"]*"', b"", content).count(b",")
    if frame.width != len(columns) or separators != (len(columns) - 1) * (frame.height + 1):
        _check_field_counts(content, len(columns), file, source_id)
    return frame.with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.UInt32).alias(SOURCE_ROW))


def read_parquet(folder: Path, file: str, source_id: str) -> pl.DataFrame:
    """A Parquet file as text columns, plus `source_row` (first row = 2, as in a text file with a header).

    Raises SourceChangedError when the file is absent or cannot be read.
    """
    content = read_bytes(folder, file, source_id)
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as problem:
        raise SourceChangedError(
            source_id,
            file,
            expected="a Parquet file",
            found=f"one that cannot be read ({problem})",
            next_step="Fetch the file again.",
        ) from problem
    return frame.cast(pl.String).with_columns(
        pl.int_range(2, pl.len() + 2, dtype=pl.UInt32).alias(SOURCE_ROW)
    )


def take_columns(
    frame: pl.DataFrame, names: Mapping[str, str], file: str, source_id: str, *, ignored: Collection[str] = ()
) -> pl.DataFrame:
    """The columns in `names` (publisher's -> ours) plus `source_row`, checked against the file both ways.

    A column that is neither in `names` nor `ignored`, or one that is missing, raises SourceChangedError: a
    publisher that renames or adds a column may have changed what the others mean.
    """
    found = [name for name in frame.columns if name != SOURCE_ROW]
    missing = [name for name in names if name not in found]
    unknown = [name for name in found if name not in names and name not in ignored]
    if missing or unknown:
        parts = [f"no column {', '.join(map(repr, missing))}"] if missing else []
        parts += [f"unknown column {', '.join(map(repr, unknown))}"] if unknown else []
        raise SourceChangedError(
            source_id,
            file,
            expected=f"the columns {', '.join(names)}",
            found=" and ".join(parts),
            row=1,
            next_step="Compare the file with its last edition and update the source module's names.",
        )
    return frame.select(*(pl.col(theirs).alias(ours) for theirs, ours in names.items()), SOURCE_ROW)


def unique_names(names: Collection[str]) -> list[str]:
    """The names with `_2`, `_3`, ... appended from the second occurrence on."""
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique


def _as_utf8(content: bytes, file: str, source_id: str, encoding: str) -> bytes:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise SourceChangedError(
            source_id,
            file,
            expected=f"text in {encoding}",
            found=f"byte 0x{content[problem.start]:02x}, which is not",
            row=content.count(b"\n", 0, problem.start) + 1,
            next_step="Fetch the file again, or declare its encoding.",
        ) from problem
    return content if encoding == "utf-8" else text.encode()


def _check_field_counts(content: bytes, expected: int, file: str, source_id: str) -> None:
    """Raise for the first row whose number of fields is not the header's."""
    for row, fields in enumerate(csv.reader(io.StringIO(content.decode(), newline="")), start=1):
        if len(fields) != expected:
            raise SourceChangedError(
                source_id,
                file,
                expected=f"{expected} fields, as in the header",
                found=f"{len(fields)}",
                row=row,
                next_step="Fetch the file again: it may have been cut short.",
            )


def _last_readable_row(path: Path) -> int:
    """How many rows can be read from a gzip file before the damage."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        return unpacker.decompress(path.read_bytes()).count(b"\n") + 1
    except zlib.error:
        return 1
