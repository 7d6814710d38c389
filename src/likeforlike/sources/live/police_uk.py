"""Police.uk: the newest months of street-level crime from the monthly archive, one row per record.

The service has no request by council; its archive holds three years, so that it is fetched only when asked for
by name, and continued where it breaks off. Crime numbers, coordinates and streets are left out. A force
without a file in a month is reported: no row there is not no crime.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import polars as pl

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import Download, FaultKind, PoliceRequest
from likeforlike.sources.live.bodies import check_columns, check_zip, read_json, table_of, take, text_of
from likeforlike.sources.live.client import Check, Fetcher
from likeforlike.sources.live.making import Made, Standing

#: The archive's columns -> the raw file's.
COLUMNS = {
    "Month": "month",
    "LSOA code": "lsoa11cd",
    "LSOA name": "lsoa_name",
    "Crime type": "crime_type",
    "Last outcome category": "last_outcome",
}
KNOWN = (
    *COLUMNS,
    "Crime ID",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "Context",
)
RAW = ("month", "force", "lsoa11cd", "lsoa_name", "crime_type", "last_outcome")
_MEMBER = re.compile(r"(\d{4}-\d{2})/\1-([a-z-]+)-street\.csv")


def collect(download: Download, fetcher: Fetcher, standing: Standing) -> Made:
    """The raw file of the newest months; FetchError where the archive cannot be had whole."""
    request = download.request
    assert isinstance(request, PoliceRequest), "the definition's connector says so"
    latest = fetcher.get(fetcher.url("/api/crime-last-updated"), _check_date)
    month = take(read_json(latest.path), "date", kind=str)[:7]
    archive = fetcher.get(fetcher.url(f"/data/archive/{month}.zip"), checks(request))
    members = _members(archive.path)
    months = sorted({when for when, _ in members})[-request.months :]
    table = pl.concat(
        [
            _rows(archive.path, members[when, force], force)
            for when in months
            for force in request.forces
            if (when, force) in members
        ]
    )
    absent = [
        f"{when}: no file of {force}"
        for when in months
        for force in request.forces
        if (when, force) not in members
    ]
    rows = table.height
    if standing.path is not None:
        old = pl.read_parquet(standing.path).cast(pl.String)
        table = pl.concat([old.filter(~pl.col("month").is_in(months)).select(RAW), table])
    out = io.BytesIO()
    table.sort("month", "force", maintain_order=True).cast(pl.Categorical()).write_parquet(
        out, compression="zstd"
    )
    return Made(out.getvalue(), rows, (latest, archive), remarks=tuple(absent))


def checks(request: PoliceRequest) -> Check:
    """A check of the archive: every member sound, and those wanted of the declared columns."""

    def check(path: Path) -> None:
        check_zip(path)
        members = _members(path)
        wanted = [member for (_, force), member in members.items() if force in request.forces]
        if not wanted:
            raise FetchError(
                FaultKind.NOT_LISTED, "an archive without a file of any force declared", again=False
            )
        for member in wanted:
            _read(path, member)

    return check


def _members(path: Path) -> dict[tuple[str, str], str]:
    with zipfile.ZipFile(path) as archive:
        found = ((_MEMBER.fullmatch(name), name) for name in archive.namelist())
        return {(match[1], match[2]): name for match, name in found if match}


def _read(path: Path, member: str) -> pl.DataFrame:
    with zipfile.ZipFile(path) as archive:
        table = table_of(text_of(archive.read(member)))
    check_columns(table, COLUMNS, KNOWN)
    return table


def _rows(path: Path, member: str, force: str) -> pl.DataFrame:
    table = _read(path, member).select(pl.col(theirs).alias(ours) for theirs, ours in COLUMNS.items())
    return table.with_columns(pl.lit(force).alias("force")).select(RAW)


def _check_date(path: Path) -> None:
    found = take(read_json(path), "date", kind=str)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", found):
        raise FetchError(FaultKind.SHAPE, f"a date {found!r}", again=False)
