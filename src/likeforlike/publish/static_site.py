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
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

from likeforlike.domain.errors import RequestError
from likeforlike.publish import downloads, urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.pages.page import Page
from likeforlike.publish.web.app import STATIC, create_app
from likeforlike.publish.web.version import code_version

STAMP = ".likeforlike-site"
_CHUNK = 48
#: Two patterns that begin with plain text are found ten times as fast as one that begins with a choice.
_LINKS = (re.compile(r'href="(/[^"#?]*)'), re.compile(r'src="(/[^"#?]*)'))
#: What only a server can answer: forms, and addresses with a choice in them.
_FORM = re.compile(rb"<form\b.*?</form>\n?", re.DOTALL)
_CHOICE = re.compile(rb'href="(/(?!static/)[^"?]*)\?[^"#]*')
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
    """Addresses seen so far, where each was first found, and what became of those visited."""

    found_on: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    written: int = 0
    kept: int = 0
    size: int = 0
    failed: dict[str, int] = field(default_factory=dict)

    def add(self, links: Iterable[str], page: str) -> None:
        for link in sorted(links):
            if link not in self.found_on:
                self.found_on[link] = page
                self.waiting.append(link)

    def take(self, visit: _Visit) -> None:
        """Count a visit and queue what its page links to; a file made along with its page was not queued."""
        if visit.url in self.done:
            return
        self.done.add(visit.url)
        self.found_on.setdefault(visit.url, visit.url)
        self.add(visit.links, visit.url)
        self.size += visit.size
        self.kept += visit.kept
        self.written += not visit.kept and visit.status < 400
        if visit.status >= 400 and self.found_on[visit.url]:
            self.failed[visit.url] = visit.status

    def next_chunk(self) -> list[str]:
        """The next addresses to visit; fewer than a chunk where some were made along with their pages."""
        chunk, self.waiting = self.waiting[:_CHUNK], self.waiting[_CHUNK:]
        return [url for url in chunk if url not in self.done]


def publish(
    release: Path | None,
    out: Path,
    *,
    workers: int | None = None,
    address: str = "",
    progress: Callable[[int, int], None] = lambda done, known: None,
) -> Published:
    """Write the site of a release (the embedded one for None) into `out`.

    `address` is where readers will find the site. `progress` is told how many pages are done and how many are
    known. Raises RequestError for a folder that holds something else.
    """
    started = time.perf_counter()
    catalogue = Catalogue.open(release)
    since = _stamp(out, f"{code_version()}-{catalogue.release.id}{address}")
    shutil.copytree(STATIC, out / "static", dirs_exist_ok=True)
    crawl = _Crawl()
    crawl.add([urls.home(), _NO_SUCH_PAGE, *_former_codes(catalogue)], "")
    processes = workers or os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    with (
        _one_polars_thread_each(),
        ProcessPoolExecutor(
            processes, context, initializer=_open, initargs=(release, out, since, address)
        ) as pool,
    ):
        try:
            _visit_everything(crawl, pool, processes * 3, progress)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)  # what is being written is finished, no more begun
            raise
    (out / "404.html").write_bytes((out / "no-such-page" / "index.html").read_bytes())
    shutil.rmtree(out / "no-such-page")
    return Published(
        written=crawl.written,
        kept=crawl.kept,
        size_bytes=crawl.size,
        seconds=time.perf_counter() - started,
        broken=tuple(
            Broken(url, status, crawl.found_on[url]) for url, status in sorted(crawl.failed.items())
        ),
    )


@contextmanager
def _one_polars_thread_each() -> Iterator[None]:
    """Processes begun here share the cores already: more threads in each only get in each other's way."""
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before


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


def without_server(html: bytes) -> bytes:
    """A page as files can have it: no forms, and links to the page itself where a choice was in the address."""
    return _CHOICE.sub(rb'href="\1', _FORM.sub(b"", html))


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


def _visit_everything(
    crawl: _Crawl, pool: ProcessPoolExecutor, ahead: int, progress: Callable[[int, int], None]
) -> None:
    """Visit every address that can be reached, chunk by chunk."""
    running: set[Future[list[_Visit]]] = set()
    while crawl.waiting or running:
        while crawl.waiting and len(running) < ahead:
            running.add(pool.submit(_visit_all, crawl.next_chunk()))
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            for visit in future.result():
                crawl.take(visit)
        progress(len(crawl.done), len(crawl.found_on))


@dataclass(frozen=True)
class _Worker:
    """What one process needs to make pages."""

    app: ASGIApp
    out: Path
    since: int
    address: str = ""
    #: Links that this process has told of: most pages hold the same ones.
    told: set[str] = field(default_factory=set)


_workers: list[_Worker] = []  # filled once in every process of the pool, which has no other way to keep it


def _open(release: Path | None, out: Path, since: int, address: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process; the first one sees to it
    app = create_app(Catalogue.open(release), static=True, address=address)
    _workers.append(_Worker(app, out, since, address))


def _visit_all(addresses: list[str]) -> list[_Visit]:
    worker = _workers[0]

    async def all_of_them() -> list[_Visit]:
        return [visit for url in addresses for visit in await _visit(worker, url)]

    visits = asyncio.run(all_of_them())
    fresh = []
    for visit in visits:
        fresh.append(replace(visit, links=visit.links - worker.told))
        worker.told.update(visit.links)
    return fresh


async def _visit(worker: _Worker, url: str) -> list[_Visit]:
    """Make one page and write it, unless this version of it is there; first the file it links to, if any."""
    path = worker.out / file_of(url)
    if path.is_file() and path.stat().st_mtime_ns >= worker.since:
        content = path.read_bytes()
        return [_Visit(url, 200, _links(url, content), len(content), kept=True)]
    pages: list[Page] = []
    status, location, content = await _ask(worker.app, url, pages)
    if status in _MOVED:
        content = _moved(location).encode()
    elif not _SUFFIX.search(url):
        content = without_server(content)
    links = _links(url, content)
    visits = [_write_beside(worker, page) for page in pages if _beside(page) in links]
    if status < 400 or url == _NO_SUCH_PAGE:
        _write(path, content)
    return [*visits, _Visit(url, status, links, len(content), kept=False)]


def _beside(page: Page) -> str:
    """The address of the one file that a page of the static site may offer."""
    return urls.as_format(page.path, "csv")


def _write_beside(worker: _Worker, page: Page) -> _Visit:
    """Write a page's file from the model that the page was made from, so that it is not made twice."""
    url = _beside(page)
    content = downloads.file(page, "csv", address=worker.address).content
    _write(worker.out / file_of(url), content)
    return _Visit(url, 200, frozenset(), len(content), kept=False)


def _write(path: Path, content: bytes) -> None:
    """Write a whole file or none, so that a stopped run leaves no half of one."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
    part.replace(path)


def _links(url: str, content: bytes) -> frozenset[str]:
    return frozenset() if _SUFFIX.search(url) else links_in(content.decode())


def _moved(location: str) -> str:
    """A page that leads on, for servers that know no redirects."""
    to = escape(location)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Moved</title>'
        f'<meta http-equiv="refresh" content="0; url={to}"><link rel="canonical" href="{to}"></head>'
        f'<body><p>This page is now at <a href="{to}">{to}</a>.</p></body></html>'
    )


async def _ask(app: ASGIApp, url: str, pages: list[Page]) -> tuple[int, str, bytes]:
    """Status, location and body of one request, asked without a network; `pages` takes the page's model."""
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
        "state": {"pages": pages},
    }
    await app(scope, receive, send)
    location = dict(start["headers"]).get(b"location", b"").decode()
    return start["status"], location, b"".join(parts)
