"""The outermost layer of the web application: refuses, answers from memory, compresses, labels and logs.

It is plain ASGI so that a page that was made before costs no routing: one dictionary look-up and two
messages. The memory it keeps is bounded in bytes. Every response depends only on the code version and the
release, which is why one ETag serves all of them.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import brotli
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from likeforlike.publish.web import guard
from likeforlike.publish.web.errors import error_response, failure_response

access_log = logging.getLogger("likeforlike.access")

_SUFFIX: Final = re.compile(r"^(/.*)\.(json|csv|xlsx|parquet|svg|png)$")
_PLAIN_PATHS: Final = ("/static/", "/libraries/", "/api/", "/healthz", "/readyz")
_COMPRESSIBLE: Final = re.compile(r"^(text/|application/json|application/javascript|image/svg)")
_CSP: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"access-control-allow-origin", b"*"),
    (b"vary", b"accept-encoding, accept"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete response, ready to send."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Memory:
    """Answers by request, the least recently used forgotten when they exceed a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._kept: OrderedDict[tuple[str, ...], Answer] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> Answer | None:
        """The answer to a request seen before."""
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    def put(self, key: tuple[str, ...], answer: Answer) -> None:
        """Keep an answer, unless it alone would take an eighth of the room."""
        size = len(answer.body) + 2000
        if size > self._limit // 8:
            return
        old = self._kept.pop(key, None)
        self._size += size - (len(old.body) + 2000 if old else 0)
        self._kept[key] = answer
        while self._size > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body) + 2000


class Delivery:
    """ASGI middleware around the application; see the module's docstring."""

    def __init__(self, app: ASGIApp, etag: str, memory_bytes: int = 64_000_000) -> None:
        self._app, self._etag = app, etag.encode()
        self._memory = Memory(memory_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP is passed on untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        asked = {name: value for name, value in scope["headers"] if name in (b"accept-encoding", b"accept")}
        encoding = _encoding(asked.get(b"accept-encoding", b""))
        key = self._key(scope, encoding, asked.get(b"accept", b""))
        answer = self._memory.get(key)
        kept = answer is not None
        if answer is None:
            answer = await self._make(scope, receive, encoding)
            if answer.status == 200 and scope["method"] in ("GET", "HEAD"):
                self._memory.put(key, answer)
        await _send(self._not_modified(scope, answer), send, with_body=scope["method"] != "HEAD")
        if access_log.isEnabledFor(logging.INFO):
            _log(scope, answer, kept=kept, seconds=time.perf_counter() - started)

    def _key(self, scope: Scope, encoding: str, accept: bytes) -> tuple[str, ...]:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        wants_json = "json" if b"application/json" in accept else ""
        return method, scope["path"], scope["query_string"].decode("latin-1"), encoding, wants_json

    async def _make(self, scope: Scope, receive: Receive, encoding: str) -> Answer:
        """Run the application (or refuse), and compress and label what it says."""
        inner = _with_format(scope)
        refusal = guard.problem(scope)
        parts: list[bytes] = []
        start: Message = {}

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        if refusal:
            await error_response(inner, *refusal)(inner, receive, collect)
        else:
            try:
                await self._app(inner, receive, collect)
            except Exception as error:
                parts.clear()
                await failure_response(inner, error)(inner, receive, collect)
        return self._label(scope, Answer(start["status"], tuple(start["headers"]), b"".join(parts)), encoding)

    def _label(self, scope: Scope, answer: Answer, encoding: str) -> Answer:
        headers = [(name, value) for name, value in answer.headers if name != b"content-length"]
        names = {name for name, _ in headers}
        body = answer.body
        kind = next((value.decode() for name, value in headers if name == b"content-type"), "")
        if encoding and len(body) > 600 and _COMPRESSIBLE.match(kind) and b"content-encoding" not in names:
            body = brotli.compress(body, quality=5) if encoding == "br" else gzip.compress(body, 6, mtime=0)
            headers.append((b"content-encoding", encoding.encode()))
        if b"cache-control" not in names:
            headers.append((b"cache-control", _cache_control(scope, answer.status)))
        if answer.status == 200 and not scope["path"].startswith(("/healthz", "/readyz")):
            headers = [header for header in headers if header[0] != b"etag"]
            headers.append((b"etag", self._etag))
        ancestors = "*" if scope["path"].startswith("/embed/") else "'none'"
        headers.append((b"content-security-policy", _CSP.format(ancestors=ancestors).encode()))
        headers.extend(_HEADERS)
        headers.append((b"content-length", str(len(body)).encode()))
        return Answer(answer.status, tuple(headers), body)

    def _not_modified(self, scope: Scope, answer: Answer) -> Answer:
        """304 where the browser already holds what would be sent."""
        if answer.status != 200:
            return answer
        held = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
        tags = {tag.strip().removeprefix(b"W/") for tag in held.split(b",")}
        if self._etag.removeprefix(b"W/") not in tags:
            return answer
        keep = (b"etag", b"cache-control", b"vary", b"content-security-policy")
        return Answer(304, tuple(header for header in answer.headers if header[0] in keep), b"")


def _with_format(scope: Scope) -> Scope:
    """The request for the page itself, its suffix noted: /councils/E06000001.json asks that page for JSON."""
    path: str = scope["path"]
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    match = None if path.startswith(_PLAIN_PATHS) else _SUFFIX.match(path)
    state = dict(scope.get("state") or {}, format=match[2] if match else "html")
    if not match:
        return {**scope, "method": method, "state": state}
    page = "/" if match[1] == "/index" else match[1]
    return {**scope, "method": method, "path": page, "raw_path": page.encode(), "state": state}


def _encoding(accepted: bytes) -> str:
    return "br" if b"br" in accepted else "gzip" if b"gzip" in accepted else ""


def _cache_control(scope: Scope, status: int) -> bytes:
    if (
        status == 200
        and scope["path"].startswith(("/static/", "/libraries/"))
        and scope["query_string"].startswith(b"v=")
    ):
        return b"public, max-age=31536000, immutable"
    if status in (200, 301, 308):
        return b"public, max-age=300, stale-while-revalidate=86400"
    return b"no-store"


async def _send(answer: Answer, send: Send, *, with_body: bool) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})


def _log(scope: Scope, answer: Answer, *, kept: bool, seconds: float) -> None:
    """One JSON object a line; no address of the visitor, no query text."""
    entry = {
        "method": scope["method"],
        "path": scope["path"][:200],
        "status": answer.status,
        "bytes": len(answer.body),
        "ms": round(seconds * 1000, 2),
        "from_memory": kept,
    }
    access_log.info(json.dumps(entry, ensure_ascii=False))
