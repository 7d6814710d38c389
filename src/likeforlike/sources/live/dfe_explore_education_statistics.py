"""DfE Explore Education Statistics: a data set found by its titles, as the whole CSV file of its newest version.

Identifiers of data sets are not guessed: the list of publications is searched, then the publication's data
sets. The file's column names carry no promise of the publisher's, so that those needed are checked; the number
of rows is held against the number of results that the data set states.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import Download, EesRequest, FaultKind
from likeforlike.sources.live.bodies import check_columns, gunzip, read_json, table_of, take, text_of
from likeforlike.sources.live.client import Body, Check, Fetcher
from likeforlike.sources.live.making import Made, Standing

_PAGE_SIZE = 20
_GZIP = b"\x1f\x8b"
_DAY = 10


def collect(download: Download, fetcher: Fetcher, standing: Standing) -> Made:
    """The raw file of one data set; FetchError where it is not listed or cannot be had whole."""
    request = download.request
    assert isinstance(request, EesRequest), "the definition's connector says so"
    publication = _find(fetcher, "/publications", request.publication, {"search": request.publication})
    data_set = _find(
        fetcher, f"/publications/{take(publication, 'id', kind=str)}/data-sets", request.data_set
    )
    version = take(data_set, "latestVersion", kind=dict)
    body = fetcher.get(
        fetcher.url(f"/data-sets/{take(data_set, 'id', kind=str)}/csv"),
        checks(request, take(version, "totalResults", kind=int)),
    )
    content = _content(body.path)
    rows = table_of(text_of(content)).height
    packed = gzip.compress(content, mtime=0) if download.file.endswith(".gz") else content
    return Made(packed, rows, (body,), _day(take(version, "published", kind=str)))


def checks(request: EesRequest, stated: int) -> Check:
    """A check of the CSV file of a data set that states so many results."""

    def check(path: Path) -> None:
        table = table_of(text_of(_content(path)))
        check_columns(table, request.columns)
        if table.height < stated:
            raise FetchError(
                FaultKind.TRUNCATED, f"{table.height:,} rows where the data set states {stated:,} results"
            )

    return check


def _find(fetcher: Fetcher, path: str, title: str, search: dict[str, str] | None = None) -> dict[str, Any]:
    """The one entry of a paged list with that title."""
    titles = []
    for entry in _entries(fetcher, path, search or {}):
        found = take(entry, "title", kind=str)
        if found.casefold() == title.casefold():
            return entry
        titles.append(found)
    raise FetchError(
        FaultKind.NOT_LISTED,
        f"no {title!r} in {path}, which lists {'; '.join(titles) or 'nothing'}",
        again=False,
    )


def _entries(fetcher: Fetcher, path: str, search: dict[str, str]) -> Iterator[dict[str, Any]]:
    page = pages = 1
    while page <= pages:
        parameters = {"page": str(page), "pageSize": str(_PAGE_SIZE), **search}
        body: Body = fetcher.get(fetcher.url(path, parameters), _check_list)
        found = read_json(body.path)
        pages = take(found, "paging", "totalPages", kind=int)
        yield from take(found, "results", kind=list)
        page += 1


def _check_list(path: Path) -> None:
    found = read_json(path)
    size, total, page = (
        take(found, "paging", name, kind=int) for name in ("pageSize", "totalResults", "page")
    )
    results = take(found, "results", kind=list)
    expected = min(size, max(0, total - (page - 1) * size))
    if len(results) != expected:
        raise FetchError(
            FaultKind.TRUNCATED, f"page {page} of a list holds {len(results)} entries instead of {expected}"
        )


def _content(path: Path) -> bytes:
    """The file, which comes packed even where the transport has been unpacked."""
    content = path.read_bytes()
    return gunzip(content) if content.startswith(_GZIP) else content


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:_DAY])
    except ValueError as problem:
        raise FetchError(FaultKind.SHAPE, f"a day of publication {text!r}", again=False) from problem
