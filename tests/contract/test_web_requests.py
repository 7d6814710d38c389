"""Malformed, hostile and conditional requests: one error shape, strict headers, never a 500."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import httpx
import pytest
from fastapi import FastAPI

from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.downloads import csv_text
from likeforlike.publish.pages.page import About, Column, Table
from likeforlike.publish.web.app import create_app
from likeforlike.publish.web.delivery import Answer, Memory
from page_kinds import page_kinds
from web_kit import Site

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}",
    "';--",
)


def test_errors_have_one_shape_in_json_and_a_page_for_people(site: Site) -> None:
    answer = site.get("/councils/nowhere-at-all.json")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"status", "message", "suggestions"}
    page = site.get("/councils/nowhere-at-all")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no page here" in page.text


def test_an_unknown_council_is_answered_with_near_matches(site: Site) -> None:
    assert "Hartlepool" in site.get("/councils/hartelpool.json").json()["error"]["suggestions"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/councils/E06000001?sort=x", 400),
        ("/councils/E06000001?sort=topic&sort=topic", 400),
        ("/councils/E06000001?topic=" + "a" * 399, 400),
        ("/search?q=" + "a" * 401, 400),
        ("/search?q=" + "a" * 101, 400),
        ("/search?q=" + "a" * 10_000, 414),
        ("/" + "a" * 10_000, 414),
        ("/search?" + "&".join(f"a{n}=1" for n in range(100)), 400),
        ("/search?q=%00", 400),
        ("/search?q=%ff%fe", 400),
        ("/search?q=%0d%0aSet-Cookie:x", 400),
        ("/councils/%00", 400),
        ("/councils/E06000001/nothing", 404),
        ("/councils/E12000001", 404),
        ("/indicators/employment-rate?region=x", 400),
        ("/indicators/employment-rate?kind=A'", 400),
        ("/methods/..%2f..%2fpyproject", 404),
        ("/static/..%2fapp.py", 404),
        ("/static/%2e%2e/app.py", 404),
        ("/councils/..%2f..%2fetc%2fpasswd", 404),
        ("/councils.png", 404),
        ("/councils.xml", 404),
        ("/nothing", 404),
    ],
)
def test_bad_requests_get_4xx_in_the_one_shape(site: Site, url: str, status: int) -> None:
    answer = site.get(url, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["status"] == status
    assert site.get(url).status_code == status


@pytest.mark.parametrize(
    "query", [b"\xff", b"q=\xc3\x28", b"%", b"q=%zz", b"===&&&", b"q", b"\x00=1", b"a=1;b=2"]
)
def test_queries_that_no_browser_sends_are_never_a_500(site: Site, query: bytes) -> None:
    assert site.raw("/search", query) < 500
    assert site.raw("/councils/E06000001", query) < 500


@pytest.mark.parametrize(
    "path", ["/councils/\x00", "//", "/councils//employment-rate", "/..", "/./councils", "/%"]
)
def test_paths_that_no_browser_sends_are_never_a_500(site: Site, path: str) -> None:
    assert site.raw(path) < 500


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_reflected_unescaped(site: Site, attack: str) -> None:
    for url in ("/search?q=", "/councils/", "/indicators/", "/councils/E06000001/", "/methods/"):
        answer = site.get(url + attack.replace("/", "%2F"))
        assert answer.status_code < 500
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
    assert "49" not in site.get("/search?q={{7*7}}").text.partition("<main")[2].partition("</main>")[0]


def test_other_methods_are_refused_and_head_is_a_get_without_body(site: Site) -> None:
    assert site.get("/councils", method="POST").status_code == 405
    assert site.get("/councils", method="DELETE").status_code == 405
    head = site.get("/councils", method="HEAD")
    assert (head.status_code, head.content) == (200, b"")


def test_headers_are_strict_on_pages_files_and_errors(site: Site) -> None:
    for url in ("/", "/councils.json", "/static/site.css", "/nothing", "/search?q=%00"):
        headers = site.get(url).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy, url
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers


def test_pages_use_no_inline_style_or_script_and_nothing_from_another_host(site: Site) -> None:
    for url in (
        "/",
        "/councils/E06000001",
        "/councils/E06000001/employment-rate",
        "/indicators/employment-rate",
    ):
        page = site.get(url).text
        assert " style=" not in page and "<style" not in page and " onclick=" not in page
        assert 'src="http' not in page and '<link rel="stylesheet" href="http' not in page


def test_the_etag_is_code_and_release_and_a_known_page_is_304(site: Site, catalogue: Catalogue) -> None:
    first = site.get("/councils/E06000001")
    etag = first.headers["etag"]
    assert catalogue.release.id in etag
    again = site.get("/councils/E06000001", headers={"if-none-match": f'"other", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert site.get("/nothing", headers={"if-none-match": etag}).status_code == 404


def test_answers_are_compressed_as_the_reader_accepts(site: Site) -> None:
    for accepted, got in (("br, gzip", "br"), ("gzip", "gzip"), ("", None)):
        answer = site.get("/councils", headers={"accept-encoding": accepted})
        assert answer.headers.get("content-encoding") == got
        assert "Hartlepool" in answer.text


def test_a_council_page_is_under_150_kb_compressed_with_its_stylesheet(site: Site) -> None:
    sent = [
        site.get(url, headers={"accept-encoding": "br"})
        for url in ("/councils/E06000001", "/static/site.css")
    ]
    assert sum(int(answer.headers["content-length"]) for answer in sent) < 150_000


def test_health_and_readiness_answer_and_are_not_kept(site: Site, catalogue: Catalogue) -> None:
    assert site.get("/healthz").json() == {"status": "ok"}
    ready = site.get("/readyz")
    assert ready.json()["release_id"] == catalogue.release.id
    assert ready.headers["cache-control"] == "no-store"


def test_a_failure_of_ours_is_500_in_the_one_shape_without_its_text(
    catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    app: FastAPI = create_app(catalogue)

    @app.get("/breaks")
    def breaks() -> None:
        raise ValueError("a secret")

    answer = Site(app).get("/breaks", headers={"accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json()["error"]["status"] == 500
    assert "secret" not in answer.text
    assert "failed to answer /breaks" in caplog.text


def test_what_is_kept_in_memory_never_exceeds_its_limit() -> None:
    memory = Memory(100_000)
    for number in range(200):
        memory.put((str(number),), Answer(200, (), b"x" * 5_000))
    kept = [number for number in range(200) if memory.get((str(number),))]
    assert 0 < len(kept) * 7_000 <= 100_000
    assert kept == list(range(kept[0], 200))
    memory.put(("large",), Answer(200, (), b"x" * 50_000))
    assert memory.get(("large",)) is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_takes_for_a_formula_stays_text(text: str) -> None:
    table = Table(name="t", title="t", columns=(Column(key="a", title="a"),), rows=({"a": text}, {"a": -1.5}))
    written = csv_text(table, About(release_id="r"), title=text, path="/")
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert rows[0]["a"] == f"'{text}".replace("\r", " ")
    assert rows[1]["a"] == "-1.5"
    assert rows[0]["file_title"].startswith("'")


def _routes(site: Site) -> list[str]:
    """The path of every route of the application, whatever router it came by."""
    return sorted(site.app.openapi()["paths"])


#: What stands for each part of a path that varies; the last is one that no page has.
_PARTS = {
    "area": "E06000001",
    "other": "E06000002",
    "indicator_id": "employment-rate",
    "indicator": "employment-rate",
    "fund_id": "towns-fund",
    "fund": "towns-fund",
    "framework": "local-outcomes-2026",
    "mission": "1",
    "target": "none",
    "model_id": "overall",
    "name": "benchmark",
}
_HOSTILE_PARTS = (
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "..%2F..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "a" * 300,
    "%E2%80%AE",
    "E06000001%0d%0aX-A:%20b",
    "%27%20OR%201=1--",
    "{{7*7}}",
)
_HOSTILE_QUERIES = (
    "?release=nothing",
    "?release=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "?a=1&a=2",
    "?" + "a" * 10_000,
    "?x=" + "%41" * 3_000,
    "?=&=&;",
    "?model=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "?topic=%00",
    "?sort=" + "b" * 399,
    "?feature=population:nan&feature=population:inf",
    "?feature=population:1e999",
    "?weight=x&indicator=" + "c" * 399,
    "?year=99999999999999999999",
    "?year=-1",
    "?funds=..%2F..&need=%3Cscript%3E",
    "?fund=%3Cscript%3Ealert(1)%3C%2Fscript%3E&framework=x&mission=y&indicator=z",
    "?area=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "?table=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "?w.population=-1&w.%3Cscript%3E=2",
)


def _is_the_one_shape(answer: httpx.Response, url: str) -> None:
    assert answer.status_code < 500, url
    assert "<script>alert" not in answer.text and "X-A" not in answer.headers, url
    if answer.status_code >= 400:
        assert set(answer.json()) == {"error"}, url
        assert set(answer.json()["error"]) == {"status", "message", "suggestions"}, url


def test_every_route_answers_hostile_queries_in_the_one_shape(site: Site) -> None:
    paths = _routes(site)
    assert len(paths) > 30
    for path in paths:
        url = path.format_map(_PARTS)
        for query in _HOSTILE_QUERIES:
            for suffix in ("", ".json"):
                address = f"{'/index' if url == '/' and suffix else url}{suffix}{query}"
                _is_the_one_shape(site.get(address, headers={"accept": "application/json"}), address)


def test_every_route_answers_hostile_paths_in_the_one_shape(site: Site) -> None:
    for path in _routes(site):
        for name in re.findall(r"\{(\w+)\}", path):
            for part in _HOSTILE_PARTS:
                url = path.format_map({**_PARTS, name: part})
                _is_the_one_shape(site.get(url, headers={"accept": "application/json"}), url)
                page = site.get(url)
                assert page.status_code < 500 and "<script>alert" not in page.text, url


def test_no_cell_of_any_file_of_any_kind_of_page_can_start_a_formula(
    site: Site, catalogue: Catalogue
) -> None:
    starts = ("=", "+", "-", "@", "\t", "\r")
    read = 0
    for kind, url in page_kinds(catalogue).items():
        answer = site.get(urls.as_format(url, "csv"))
        if answer.status_code != 200:
            continue
        read += 1
        for row in csv.reader(io.StringIO(answer.text, newline="")):
            for cell in row:
                if cell.startswith(starts):
                    float(cell)  # a negative number is one; text that is none fails here
        sheet = zipfile.ZipFile(io.BytesIO(site.get(urls.as_format(url, "xlsx")).content))
        for name in sheet.namelist():
            if name.startswith("xl/worksheets/"):
                assert b"<f>" not in sheet.read(name), kind
    assert read > 20
