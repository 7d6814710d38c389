"""The static site: where pages lie, which links are followed, what a stopped run leaves to the next."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from likeforlike.domain.errors import RequestError
from likeforlike.publish import static_site
from likeforlike.publish.static_site import file_of, links_in, without_server


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("/", "index.html"),
        ("/councils", "councils/index.html"),
        ("/councils/E06000001?sort=oldest", "councils/E06000001/index.html"),
        ("/councils/E06000001.csv", "councils/E06000001.csv"),
        ("/councils/St%20Helens", "councils/St Helens/index.html"),
    ],
)
def test_every_address_has_one_file(url: str, file: str) -> None:
    assert file_of(url) == file


def test_links_are_those_of_this_site_without_query_fragment_and_static_files() -> None:
    html = (
        '<a href="/councils?sort=x&amp;a=1#all">x</a> <a href="/a&amp;b">y</a> <a href="#main">z</a>'
        '<a href="https://www.ons.gov.uk/">o</a> <a href="//other.example/">p</a>'
        '<link href="/static/site.css?v=1"> <img src="/maps/1.svg">'
    )
    assert links_in(html) == {"/councils", "/a&b", "/maps/1.svg"}


def test_what_only_a_server_can_answer_is_left_out() -> None:
    html = (
        b'<p>a</p><form action="/x" method="get"><input name="q">\n</form>\n<a href="/chain?fund=a&amp;b=c#top">c</a>'
        b'<link href="/static/site.css?v=1"><a href="https://a.example/?q=1">e</a><a href="/councils">f</a>'
    )
    assert without_server(html) == (
        b'<p>a</p><a href="/chain#top">c</a><link href="/static/site.css?v=1">'
        b'<a href="https://a.example/?q=1">e</a><a href="/councils">f</a>'
    )


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(RequestError, match="holds other files"):
        static_site._stamp(tmp_path, "code-release")


def test_a_stopped_run_is_gone_on_with_and_another_version_starts_anew(tmp_path: Path) -> None:
    first = static_site._stamp(tmp_path, "code-1")
    assert static_site._stamp(tmp_path, "code-1") == first
    assert static_site._stamp(tmp_path, "code-2") > first


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """Two pages, one that moved, and nothing else."""
    pages = {"/": (200, b'<a href="/old">a</a>'), "/new": (200, b'<a href="/gone">g</a>')}
    status, body = pages.get(scope["path"], (404, b"none"))
    headers = []
    if scope["path"] == "/old":
        status, body, headers = 308, b"", [(b"location", b"/new")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def test_pages_are_written_moves_lead_on_and_dead_links_are_seen(tmp_path: Path) -> None:
    worker = static_site._Worker(_app, tmp_path, since=0)
    visits = [asyncio.run(static_site._visit(worker, url))[0] for url in ("/", "/old", "/new", "/gone")]
    assert [visit.status for visit in visits] == [200, 308, 200, 404]
    assert [set(visit.links) for visit in visits[:3]] == [{"/old"}, {"/new"}, {"/gone"}]
    assert 'content="0; url=/new"' in (tmp_path / "old" / "index.html").read_text()
    assert not (tmp_path / "gone").exists()
    assert not list(tmp_path.rglob("*.part"))


def test_a_page_that_is_there_is_kept_and_its_links_are_followed(tmp_path: Path) -> None:
    worker = static_site._Worker(_app, tmp_path, since=0)
    asyncio.run(static_site._visit(worker, "/"))
    (again,) = asyncio.run(static_site._visit(worker, "/"))
    assert (again.kept, set(again.links)) == (True, {"/old"})
    later = static_site._Worker(_app, tmp_path, since=(tmp_path / "index.html").stat().st_mtime_ns + 1)
    assert not asyncio.run(static_site._visit(later, "/"))[0].kept


def test_what_was_made_along_with_a_page_is_neither_asked_for_nor_counted_again() -> None:
    crawl = static_site._Crawl()
    crawl.add(["/a", "/a.csv"], "")
    page = static_site._Visit("/a", 200, frozenset({"/a.csv", "/b"}), 10, kept=False)
    file = static_site._Visit("/a.csv", 200, frozenset(), 5, kept=False)
    for visit in (file, page, file):
        crawl.take(visit)
    assert (crawl.written, crawl.size, crawl.next_chunk()) == (2, 15, ["/b"])


def test_a_failure_names_the_page_that_holds_the_link_and_the_sites_own_error_page_is_none() -> None:
    crawl = static_site._Crawl()
    crawl.add(["/no-such-page"], "")
    crawl.take(static_site._Visit("/no-such-page", 404, frozenset({"/gone"}), 1, kept=False))
    crawl.take(static_site._Visit("/gone", 404, frozenset(), 1, kept=False))
    assert (crawl.failed, crawl.found_on["/gone"]) == ({"/gone": 404}, "/no-such-page")
