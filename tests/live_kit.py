"""A publisher on the loopback address, which speaks the documented formats and misbehaves when told to."""

from __future__ import annotations

import gzip
import hashlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from likeforlike.domain.live import FaultKind, LiveService
from likeforlike.sources.live.client import Fetcher, open_client
from likeforlike.sources.live.pacing import Clock
from likeforlike.store.snapshots import SnapshotStore

START = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Resource:
    """What a publisher has at one address."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    packed: bool = False
    ranges: bool = False
    kind: str = "text/csv"


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


Fault = Callable[["Handler", Resource], FaultKind]


class Handler(BaseHTTPRequestHandler):
    """Answers one request: the fault whose turn it is, else the resource."""

    protocol_version = "HTTP/1.1"
    publisher: Publisher

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
        )
        with self.publisher.lock:
            self.publisher.asked.append(asked)
            found = self.publisher.find(asked)
            fault = self.publisher.next_fault(asked) if found else None
        if found is None:
            self.give(404, b"no such address")
        elif fault is not None:
            kind = fault(self, found)
            with self.publisher.lock:
                self.publisher.done.append((asked.path, kind))
        else:
            self.answer(found)

    def answer(self, found: Resource) -> None:
        """The resource: whole, its rest, or that it has not changed."""
        content = gzip.compress(found.body, mtime=0) if found.packed else found.body
        headers = self.headers_of(found)
        if (found.etag is not None and self.headers.get("If-None-Match") == found.etag) or (
            found.etag is None
            and found.last_modified
            and (self.headers.get("If-Modified-Since") == found.last_modified)
        ):
            self.give(304, b"", headers)
        elif found.ranges and (wanted := self.headers.get("Range")):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if self.headers.get("If-Range") not in (found.etag, found.last_modified):
                self.give(200, content, headers)
            elif start >= len(content):
                self.give(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            else:
                last = f"bytes {start}-{len(content) - 1}/{len(content)}"
                self.give(206, content[start:], {**headers, "Content-Range": last})
        else:
            self.give(200, content, headers)

    def headers_of(self, found: Resource) -> dict[str, str]:
        named = {
            "ETag": found.etag,
            "Last-Modified": found.last_modified,
            "Content-Type": found.kind,
            "Content-Encoding": "gzip" if found.packed else None,
            "Accept-Ranges": "bytes" if found.ranges else None,
        }
        return {name: value for name, value in named.items() if value}

    def give(
        self, status: int, content: bytes, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        """Send an answer; a `length` other than the content's ends in a closed connection."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        if status != 304:
            self.wfile.write(content)
        self.wfile.flush()
        if length is not None and length != len(content):
            self.close_connection = True
        elif status == 200:
            self.publisher.received(self.headers, headers or {}, content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Publisher:
    """The server's resources by path (or a function of the request), faults to come, and what happened."""

    base: str = ""
    resources: dict[str, Resource | Callable[[Asked], Resource | None]] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    #: Only requests for paths that hold this text meet faults.
    only: str = ""
    asked: list[Asked] = field(default_factory=list)
    done: list[tuple[str, FaultKind]] = field(default_factory=list)
    #: SHA-256 of every body that was sent in full with HTTP 200, as the receiver should keep it.
    sent: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    choose: Callable[[Asked], Fault | None] | None = None

    def find(self, asked: Asked) -> Resource | None:
        found = self.resources.get(asked.path)
        return found(asked) if callable(found) else found

    def next_fault(self, asked: Asked) -> Fault | None:
        if self.only not in asked.path:
            return None
        if self.choose is not None:
            return self.choose(asked)
        return self.faults.popleft() if self.faults else None

    def received(self, asked: Any, headers: dict[str, str], content: bytes) -> None:
        if headers.get("Content-Encoding") == "gzip":
            with suppress(EOFError):
                content = gzip.decompress(content)
        with self.lock:
            self.sent.append(hashlib.sha256(content).hexdigest())


@contextmanager
def publisher() -> Iterator[Publisher]:
    """A publisher at work until the test is over."""
    here = Publisher()
    handler = type("Here", (Handler,), {"publisher": here})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    here.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# --- what may go wrong: each returns the fault that the report must name ---


def status(code: int, kind: FaultKind, **headers: str) -> Fault:
    """An answer with another status."""

    def fault(handler: Handler, _: Resource) -> FaultKind:
        handler.give(code, b"", {name.replace("_", "-"): value for name, value in headers.items()})
        return kind

    fault.__name__ = f"status_{code}"
    return fault


def too_many(retry_after: str = "7") -> Fault:
    return status(429, FaultKind.TOO_MANY_REQUESTS, Retry_After=retry_after)


def server_error(code: int = 500) -> Fault:
    return status(code, FaultKind.SERVER_ERROR)


def cut_short(handler: Handler, found: Resource) -> FaultKind:
    """The connection closes before as many bytes have come as were announced."""
    content = gzip.compress(found.body, mtime=0) if found.packed else found.body
    handler.give(200, content[: len(content) // 2], handler.headers_of(found), length=len(content))
    return FaultKind.UNREACHABLE


def half_a_body(handler: Handler, found: Resource) -> FaultKind:
    """HTTP 200, half of the body, and a Content-Length that agrees with it; the cut is within a row."""
    half = found.body[: len(found.body) // 2].rpartition(b",")[0]
    handler.give(200, half, handler.headers_of(_plain(found)))
    return FaultKind.TRUNCATED


def without_length(handler: Handler, found: Resource) -> FaultKind:
    """HTTP 200, half of the body, no Content-Length at all: the connection's end is the body's."""
    half = found.body[: len(found.body) // 2].rpartition(b",")[0]
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(half)
    handler.wfile.flush()
    handler.close_connection = True
    handler.publisher.received(None, {}, half)
    return FaultKind.TRUNCATED


def half_a_gzip(handler: Handler, found: Resource) -> FaultKind:
    """A packed body that ends in the middle, with a Content-Length that agrees with it."""
    content = gzip.compress(found.body, mtime=0)
    headers = handler.headers_of(_plain(found)) | {"Content-Encoding": "gzip"}
    handler.give(200, content[: len(content) // 2], headers)
    return FaultKind.TRUNCATED


def other_columns(handler: Handler, found: Resource) -> FaultKind:
    """The last column has another name."""
    header, _, rows = found.body.partition(b"\n")
    handler.give(200, header.rpartition(b",")[0] + b",amount\n" + rows, handler.headers_of(_plain(found)))
    return FaultKind.CHANGED_COLUMNS


def other_encoding(handler: Handler, found: Resource) -> FaultKind:
    """Text in another encoding than the one it always had."""
    header, _, rows = found.body.partition(b"\n")
    body = header + b"\n" + "Höxter,".encode("latin-1") + rows
    handler.give(200, body, handler.headers_of(_plain(found)))
    return FaultKind.ENCODING


def a_page(handler: Handler, found: Resource) -> FaultKind:
    """A page for people, with HTTP 200."""
    handler.give(200, b"<!doctype html><title>Sorry</title>", {"Content-Type": "text/html"})
    return FaultKind.SHAPE


def redirect_loop(handler: Handler, found: Resource) -> FaultKind:
    """A redirect to itself."""
    handler.give(302, b"", {"Location": handler.path})
    return FaultKind.REDIRECTS


def reset(handler: Handler, found: Resource) -> FaultKind:
    """The connection is reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True
    handler.connection.close()
    handler.wfile = handler.rfile = open("/dev/null", "r+b", buffering=0)  # noqa: SIM115, PTH123
    return FaultKind.UNREACHABLE


def silence(seconds: float) -> Fault:
    """Half the body, then nothing for so long."""

    def fault(handler: Handler, found: Resource) -> FaultKind:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(found.body)))
        handler.end_headers()
        handler.wfile.write(found.body[: len(found.body) // 2])
        handler.wfile.flush()
        threading.Event().wait(seconds)
        handler.close_connection = True
        return FaultKind.TOO_SLOW

    return fault


def _plain(found: Resource) -> Resource:
    """Bodies that are wrong carry no name by which they might be asked for again."""
    return Resource(found.body, kind=found.kind)


# --- time that a test need not wait for ---


@dataclass
class Time:
    """A clock that moves when somebody sleeps, and when a test says so."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
            now=lambda: START + timedelta(seconds=int(self.seconds)),
        )


@contextmanager
def fetcher_of(
    service: LiveService, store: SnapshotStore, time: Time, environment: dict[str, str] | None = None
) -> Iterator[Fetcher]:
    """A fetcher of one service."""
    with open_client(service, environment or {}) as client:
        yield Fetcher(service, client, store, time.clock())


def service_of(connector: str, base: str, *downloads: dict[str, Any], **others: Any) -> LiveService:
    """A service as a file would define it."""
    return LiveService.model_validate(
        {
            "id": connector,
            "title": connector,
            "connector": connector,
            "base": base,
            "documents": "https://example.org",
            "pacing": {"requests_per_second": 1000, "burst": 1000, "silence_seconds": 60},
            "downloads": downloads,
            **others,
        }
    )
