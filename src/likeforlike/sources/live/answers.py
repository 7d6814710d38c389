"""What an answer of a publisher's server means: a body to read, nothing new, or a fault with its reason."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import FaultKind, LiveService, is_loopback

_OK, _PARTIAL, _NOT_MODIFIED, _TIMEOUT, _RANGE, _EARLY, _TOO_MANY = 200, 206, 304, 408, 416, 425, 429
_SERVER, _CHUNK = 500, 1 << 16


def check_status(response: httpx.Response, now: datetime, longest_wait: float) -> None:
    """Pass over answers with a body, or with nothing new; raise FetchError for every other one."""
    status = response.status_code
    if status in (_OK, _PARTIAL, _NOT_MODIFIED):
        return
    if status == _RANGE:
        raise FetchError(FaultKind.WRONG_RANGE, "HTTP 416: the rest of the body that broke off is not there")
    wait = retry_after(response.headers.get("retry-after", ""), now)
    asked = "" if wait is None else f"; asks to wait {wait:.0f} s"
    patient = wait is None or wait <= longest_wait
    if not patient:
        asked += ", longer than this run waits: refresh again later"
    if status >= _SERVER or status in (_TOO_MANY, _TIMEOUT, _EARLY):
        kind = FaultKind.TOO_MANY_REQUESTS if status == _TOO_MANY else FaultKind.SERVER_ERROR
        raise FetchError(kind, f"HTTP {status}{asked}", again=patient, wait_seconds=wait if patient else None)
    raise FetchError(
        FaultKind.REFUSED, f"HTTP {status}: the address or what was asked for is refused", again=False
    )


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds to wait, from a number of seconds or a date; None where it says neither."""
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def check_host(service: LiveService, request: httpx.Request) -> None:
    """Raise FetchError for an address, listed or redirected to, off the hosts declared or without encryption."""
    url = request.url
    hosts = {service.host, *service.other_hosts}
    if url.netloc.decode() not in hosts and url.host not in hosts:
        raise FetchError(
            FaultKind.REDIRECTS,
            f"led to {url.host}, which is none of the hosts declared ({', '.join(sorted(hosts))})",
            again=False,
        )
    if url.scheme != "https" and not is_loopback(url.host):
        raise FetchError(FaultKind.REDIRECTS, f"led to {url.host} without encryption", again=False)


def check_range(response: httpx.Response, start: int, validator: str) -> None:
    """Raise FetchError unless a partial answer continues, from `start`, the body that broke off."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(?:\d+|\*)", response.headers.get("content-range", ""))
    if found is None or int(found[1]) != start or validator_of(response) not in ("", validator):
        raise FetchError(
            FaultKind.WRONG_RANGE,
            f"asked for the bytes from {start:,}; got {response.headers.get('content-range', 'no range')}",
        )


def validator_of(response: httpx.Response) -> str:
    """What tells whether a body is still the same, byte for byte: a strong entity tag, else a date."""
    etag: str = response.headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        return etag
    date: str = response.headers.get("last-modified", "")
    return date


def unpack(path: Path, encoding: str, largest: int) -> Path:
    """The body without its transport's compression, beside it; the same path where there is none.

    Raises FetchError for a stream that is damaged or ends too early; what was received stays in `path`.
    """
    if encoding in ("", "identity"):
        return path
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(FaultKind.DAMAGED, f"a body in the encoding {encoding!r}, which was not asked for")
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    size, out = 0, path.with_suffix(".unpacked")
    with path.open("rb") as packed, out.open("wb") as plain:
        while chunk := packed.read(_CHUNK):
            try:
                piece = unpacker.decompress(chunk)
            except zlib.error as problem:
                raise FetchError(
                    FaultKind.DAMAGED, f"a {encoding} body that cannot be unpacked ({problem})"
                ) from problem
            size += len(piece)
            if size > largest:
                raise too_large(largest)
            plain.write(piece)
    if not unpacker.eof:
        raise FetchError(
            FaultKind.TRUNCATED, f"half a {encoding} body: it ends after {size:,} bytes of content"
        )
    return out


def too_large(largest: int) -> FetchError:
    """A body that exceeds what is declared."""
    return FetchError(FaultKind.TOO_LARGE, f"more than the {largest:,} bytes declared", again=False)


def without_query(url: str) -> str:
    """Host and path of an address, for messages."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"
