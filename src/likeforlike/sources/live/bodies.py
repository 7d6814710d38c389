"""Whether a body is what its publisher says it is: encoding, shape, columns, records, packing."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import polars as pl

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import FaultKind
from likeforlike.sources.reading import BYTE_ORDER_MARK, unique_names

_SHOWN = 60


def read_text(path: Path) -> str:
    """The body as UTF-8 text; FetchError for another encoding, an empty body, or a page instead of data."""
    return text_of(path.read_bytes())


def text_of(content: bytes) -> str:
    """Bytes as UTF-8 text, a byte order mark left out."""
    try:
        text = content.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise FetchError(
            FaultKind.ENCODING,
            f"text that is not UTF-8: byte 0x{content[problem.start]:02x} in line {line}",
        ) from problem
    if "\0" in text or "\ufffd" in text:
        raise FetchError(
            FaultKind.ENCODING, "text that lost its letters: it holds NUL or replacement characters"
        )
    if not text.strip():
        raise FetchError(FaultKind.TRUNCATED, "an empty body")
    if text.lstrip()[:1] == "<":
        raise FetchError(FaultKind.SHAPE, f"a page instead of data: {text.strip()[:_SHOWN]!r}")
    return text


def read_table(path: Path) -> pl.DataFrame:
    """A comma-separated body as text columns; FetchError where it is not one, or its last row breaks off."""
    return table_of(read_text(path))


def table_of(text: str) -> pl.DataFrame:
    """Comma-separated text as text columns, empty cells null.

    A last row that does not end in a line break may have lost its end; it is refused where its number of
    fields differs, as every other row is.
    """
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows)]
        records = []
        for number, record in enumerate(rows, start=2):
            if not record:
                continue
            if len(record) != len(header):
                raise FetchError(
                    FaultKind.TRUNCATED,
                    f"row {number} has {len(record)} fields and the header {len(header)}: it was cut short",
                )
            records.append([cell or None for cell in record])
    except csv.Error as problem:
        raise FetchError(
            FaultKind.TRUNCATED, f"comma-separated text that breaks off within quotes ({problem})"
        ) from problem
    schema = dict.fromkeys(unique_names(header), pl.String)
    return pl.DataFrame(records, schema=schema, orient="row")


def check_columns(table: pl.DataFrame, needed: Iterable[str], known: Collection[str] | None = None) -> None:
    """Raise FetchError for a column that is missing, or, where `known` is given, for one that is not known."""
    missing = [name for name in needed if name not in table.columns]
    unknown = [] if known is None else [name for name in table.columns if name not in known]
    if missing or unknown:
        parts = [f"no column {', '.join(missing)}"] if missing else []
        parts += [f"unknown column {', '.join(unknown)}"] if unknown else []
        raise FetchError(FaultKind.CHANGED_COLUMNS, " and ".join(parts), again=False)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; FetchError for text that breaks off or anything else."""
    text = read_text(path)
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise FetchError(FaultKind.TRUNCATED, f"JSON that breaks off or is none ({problem})") from problem
    if not isinstance(found, dict):
        raise FetchError(FaultKind.SHAPE, f"a JSON {type(found).__name__} instead of an object")
    return found


def take(found: Any, *path: str, kind: type) -> Any:  # noqa: ANN401 - JSON of somebody else
    """The value under the keys of `path`; FetchError where it is absent or of another type."""
    for at, key in enumerate(path):
        if not isinstance(found, dict) or key not in found:
            raise FetchError(FaultKind.SHAPE, f"no {'.'.join(path[: at + 1])} in the JSON", again=False)
        found = found[key]
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise FetchError(
            FaultKind.SHAPE,
            f"{'.'.join(path)} is {type(found).__name__} instead of {kind.__name__}",
            again=False,
        )
    return found


def check_zip(path: Path) -> None:
    """Raise FetchError unless every member of a zip file (or workbook) unpacks to what its checksum says."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as problem:
        raise FetchError(FaultKind.DAMAGED, f"a zip file that cannot be unpacked ({problem})") from problem
    if damaged is not None:
        raise FetchError(FaultKind.DAMAGED, f"a zip file whose member {damaged} is damaged")


def gunzip(content: bytes) -> bytes:
    """A gzip file's content; FetchError where it is damaged or ends too early."""
    try:
        return gzip.decompress(content)
    except EOFError as problem:
        raise FetchError(FaultKind.TRUNCATED, f"half a gzip file ({problem})") from problem
    except (OSError, zlib.error) as problem:
        raise FetchError(FaultKind.DAMAGED, f"a gzip file that cannot be unpacked ({problem})") from problem


def csv_bytes(table: pl.DataFrame, file: str) -> bytes:
    """A table as a raw file: comma-separated, packed where its name says so, the same bytes every time."""
    content = table.write_csv().encode()
    return gzip.compress(content, mtime=0) if file.endswith(".gz") else content
