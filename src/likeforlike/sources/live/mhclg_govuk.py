"""MHCLG files: the attachment of a page on GOV.UK, found through its content API by its title.

A definition names one edition, because the module that reads a workbook knows where that edition keeps its
figures and which period they describe. A correction of the edition is fetched; a newer edition is reported.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import Download, FaultKind, GovukRequest
from likeforlike.sources.live.bodies import check_columns, check_zip, read_json, read_table, take
from likeforlike.sources.live.client import Check, Fetcher
from likeforlike.sources.live.making import Made, Standing, day_of

_WORKBOOKS = (".xlsx", ".ods")
_DAY = 10


def collect(download: Download, fetcher: Fetcher, standing: Standing) -> Made:
    """The raw file that is one attachment, as it is; FetchError where it is not listed, or not whole."""
    request = download.request
    assert isinstance(request, GovukRequest), "the definition's connector says so"
    page = fetcher.get(fetcher.url(f"/api/content/{request.page}"), _check_page)
    content = read_json(page.path)
    attachments = take(content, "details", "attachments", kind=list)
    attachment = _one(attachments, request)
    url = take(attachment, "url", kind=str)
    body = fetcher.get(url, checks(attachment, Path(download.file).suffix))
    updated = day_of(body.last_modified) or date.fromisoformat(
        take(content, "public_updated_at", kind=str)[:_DAY]
    )
    remarks = tuple(
        f"another edition is listed: {title}; declare it in the source's definition to read it"
        for title in _titles(attachments)
        if request.later and re.search(request.later, title) and not re.search(request.attachment, title)
    )
    return Made(body.path.read_bytes(), _records(body.path), (page, body), updated, remarks)


def checks(attachment: Mapping[str, Any], suffix: str) -> Check:
    """A check of the attachment: its size as listed, and sound as the kind of file it is."""
    stated = attachment.get("file_size")

    def check(path: Path) -> None:
        size = path.stat().st_size
        if isinstance(stated, int) and size != stated:
            raise FetchError(FaultKind.TRUNCATED, f"{size:,} bytes where the page lists {stated:,}")
        if suffix in _WORKBOOKS:
            check_zip(path)
        else:
            check_columns(read_table(path), ())

    return check


def _one(attachments: list[Any], request: GovukRequest) -> Mapping[str, Any]:
    matching = [
        one
        for one in attachments
        if isinstance(one, dict) and re.search(request.attachment, str(one.get("title", "")))
    ]
    if len(matching) != 1:
        found = "; ".join(_titles(matching or attachments)) or "nothing"
        raise FetchError(
            FaultKind.NOT_LISTED,
            f"{len(matching)} attachments of {request.page} match {request.attachment!r}, which should be one; "
            f"listed: {found}",
            again=False,
        )
    return matching[0]


def _titles(attachments: list[Any]) -> list[str]:
    return [str(one.get("title", "")) for one in attachments if isinstance(one, dict)]


def _records(path: Path) -> int:
    """Rows of a text table; the number of a workbook's parts, which a shorter edition has fewer of."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            return len(book.namelist())
    return read_table(path).height


def _check_page(path: Path) -> None:
    content = read_json(path)
    take(content, "details", "attachments", kind=list)
    day = take(content, "public_updated_at", kind=str)[:_DAY]
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise FetchError(FaultKind.SHAPE, f"a day of update {day!r}", again=False)
