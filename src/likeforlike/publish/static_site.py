"""The whole site as files that any web server can serve: found by following links, so that every link is
checked.

Pages come from the web application itself, asked in several processes without a network. A run that was
stopped goes on where it was: files newer than the stamp of this code and release are kept.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

from likeforlike.domain.errors import RequestError
from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.web.app import STATIC, create_app
from likeforlike.publish.web.version import code_version

STAMP = ".likeforlike-site"
_CHUNK = 48
#: Two patterns that begin with plain text are found ten times as fast as one that begins with a choice.
_LINKS = (re.compile(r'href="(/[^"#?]*)'), re.compile(r'src="(/[^"#?]*)'))
_SUFFIX = re.compile(rf"\.({'|'.join(urls.FORMATS)})$")
#: Asked for its error page, which is kept as 404.html.
_NO_SUCH_PAGE = "/no-such-page"
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Broken:
    """A link that leads nowhere: its address, the status it got, and a page that holds it."""

    url: str
    status: int
    linked_from: str


@dataclass(frozen=True)
class Published:
    """What a run wrote. `kept` files were there from a run that was stopped."""

    written: int
    kept: int
    size_bytes: int
    seconds: float
    broken: tuple[Broken, ...]


@dataclass(frozen=True)
class _Visit:
    """What one address gave: its status, the addresses it links to, and what was written."""

    url: str
    status: int
    links: frozenset[str]
    size: int
    kept: bool


@dataclass
class _Crawl:
    """Addresses seen so far, and where each was first found."""

    found_on: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)

    def add(self, links: Iterable[str], page: str) -> None:
        for link in sorted(links):
            if link not in self.found_on:
                self.found_on[link] = page
                self.waiting.append(link)


def publish(
    release: Path | None,
    out: Path,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] = lambda done, known: None,
) -> Published:
    """Write the site of a release (the embedded one for None) into `out`.

    `progress` is told how many pages are done and how many are known. Raises RequestError for a folder
    that holds something else.
    """
    started = time.perf_counter()
    catalogue = Catalogue.open(release)
    since = _stamp(out, f"{code_version()}-{catalogue.release.id}")
    shutil.copytree(STATIC, out / "static", dirs_exist_ok=True)
    crawl = _Crawl()
    crawl.add([urls.home(), _NO_SUCH_PAGE, *_former_codes(catalogue)], "")
    processes = workers or os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_open, initargs=(release, out, since)) as pool:
        visits = list(_visits(crawl, pool, processes * 3, progress))
    (out / "404.html").write_bytes((out / "no-such-page" / "index.html").read_bytes())
    shutil.rmtree(out / "no-such-page")
    return Published(
        written=sum(not visit.kept for visit in visits),
        kept=sum(visit.kept for visit in visits),
        size_bytes=sum(visit.size for visit in visits),
        seconds=time.perf_counter() - started,
        broken=tuple(
            Broken(visit.url, visit.status, crawl.found_on[visit.url])
            for visit in visits
            if visit.status >= 400 and crawl.found_on[visit.url]
        ),
    )


def file_of(url: str) -> str:
    """Where the page at an address lies under the site's folder; queries have no files of their own."""
    path = unquote(url.partition("?")[0]).strip("/")
    if _SUFFIX.search(path):
        return path
    return f"{path}/index.html" if path else "index.html"


def links_in(html: str) -> frozenset[str]:
    """Addresses on this site that a page links to, without queries and fragments, files under /static
    left out."""
    found = {unescape(link) for pattern in _LINKS for link in pattern.findall(html)}
    return frozenset(link for link in found if not link.startswith(("//", "/static/")))


def _stamp(out: Path, version: str) -> int:
    """When writing this version began, in nanoseconds; begins it where another version was written before."""
    stamp = out / STAMP
    out.mkdir(parents=True, exist_ok=True)
    if not stamp.exists() and any(out.iterdir()):
        raise RequestError(f"{out} holds other files.", instead="Name an empty or new folder.")
    if not stamp.exists() or stamp.read_text() != version:
        stamp.write_text(version)
    return stamp.stat().st_mtime_ns


def _former_codes(catalogue: Catalogue) -> Iterator[str]:
    """Addresses of councils that became exactly one other: each is led on."""
    for area in catalogue.register.areas.values():
        if area.is_council and area.valid_to and len(catalogue.register.successors(area.code)) == 1:
            yield urls.council(area.code)


def _visits(
    crawl: _Crawl, pool: ProcessPoolExecutor, ahead: int, progress: Callable[[int, int], None]
) -> Iterator[_Visit]:
    """Visit every address that can be reached, chunk by chunk."""
    done = 0
    running: set[Future[list[_Visit]]] = set()
    while crawl.waiting or running:
        while crawl.waiting and len(running) < ahead:
            chunk, crawl.waiting = crawl.waiting[:_CHUNK], crawl.waiting[_CHUNK:]
            running.add(pool.submit(_visit_all, chunk))
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            for visit in future.result():
                crawl.add(visit.links, visit.url)
                done += 1
                yield visit
        progress(done, len(crawl.found_on))


@dataclass(frozen=True)
class _Worker:
    """What one process needs to make pages."""

    app: ASGIApp
    out: Path
    since: int


_workers: list[_Worker] = []  # filled once in every process of the pool, which has no other way to keep it


def _open(release: Path | None, out: Path, since: int) -> None:
    _workers.append(_Worker(create_app(Catalogue.open(release), static=True), out, since))


def _visit_all(addresses: list[str]) -> list[_Visit]:
    worker = _workers[0]

    async def all_of_them() -> list[_Visit]:
        return [await _visit(worker, url) for url in addresses]

    return asyncio.run(all_of_them())


async def _visit(worker: _Worker, url: str) -> _Visit:
    """Make one page and write it, unless this version of it is there."""
    path = worker.out / file_of(url)
    if path.is_file() and path.stat().st_mtime_ns >= worker.since:
        content = path.read_bytes()
        return _Visit(url, 200, _links(url, content), len(content), kept=True)
    status, location, content = await _ask(worker.app, url)
    if status in _MOVED:
        content = _moved(location).encode()
    if status < 400 or url == _NO_SUCH_PAGE:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(content)
        part.replace(path)
    return _Visit(url, status, _links(url, content), len(content), kept=False)


def _links(url: str, content: bytes) -> frozenset[str]:
    return frozenset() if _SUFFIX.search(url) else links_in(content.decode())


def _moved(location: str) -> str:
    """A page that leads on, for servers that know no redirects."""
    to = escape(location)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Moved</title>'
        f'<meta http-equiv="refresh" content="0;url={to}"><link rel="canonical" href="{to}"></head>'
        f'<body><p>This page is now at <a href="{to}">{to}</a>.</p></body></html>'
    )


async def _ask(app: ASGIApp, url: str) -> tuple[int, str, bytes]:
    """Status, location and body of one request, asked without a network."""
    parts: list[bytes] = []
    start: Message = {}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(url),
        "raw_path": url.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 0),
    }
    await app(scope, receive, send)
    location = dict(start["headers"]).get(b"location", b"").decode()
    return start["status"], location, b"".join(parts)
