"""The three journeys from the first page to the end by keyboard alone, with scripts and without."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from conftest import OpenPage

pytestmark = pytest.mark.browser

FOCUS = "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"
with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def tab_to(page: Page, pattern: str, *, most: int = 120) -> None:
    """Press Tab until what has the focus is named so; the focus must be seen all the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches(':focus-visible')"), "the focus cannot be seen"
        if re.search(pattern, page.evaluate(FOCUS)):
            return
    pytest.fail(f"{most} presses of Tab did not reach {pattern!r} on {page.url}")


def search_for(page: Page, words: str) -> None:
    """From the top of a page to the answer of a search."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "search":
            break
    page.keyboard.type(words)
    page.keyboard.press("Enter")


@with_and_without_scripts
def test_an_officer_finds_where_the_council_is_worse_and_takes_the_evidence(
    open_page: OpenPage, scripts: bool, tmp_path: Path
) -> None:
    page = open_page("/", scripts=scripts)
    search_for(page, "Harlow")
    page.wait_for_url(re.compile(r"/councils/E07000073$"))
    worse = page.locator("section[aria-labelledby=stands-out] ol").first.get_by_role("link")
    titles = worse.all_inner_texts()
    assert page.get_by_role("heading", name="Clearly worse than the mean of its ten").count() == 1
    assert len(titles) == 3
    for number, title in enumerate(titles):
        tab_to(page, f"^{re.escape(title)}$")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/councils/E07000073/"))
        assert "the mean of its ten nearest neighbours" in page.locator("p.lead").inner_text()
        tab_to(page, "^CSV$")
        with page.expect_download() as started:
            page.keyboard.press("Enter")
        file = tmp_path / f"{number}.csv"
        started.value.save_as(file)
        rows = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
        assert rows[0]["verdict_neighbours"] == "worse"
        assert rows[0]["file_sources"] and rows[0]["file_release_id"]
        page.go_back()
        page.wait_for_url(re.compile(r"/councils/E07000073$"))


@with_and_without_scripts
def test_a_journalist_tests_the_claim_that_a_place_is_the_worst(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/", scripts=scripts)
    search_for(page, "employment rate")
    page.wait_for_url(re.compile("/search"))
    tab_to(page, r"^Employment rate, ages 16 to 64$")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/indicators/employment-rate$"))
    assert re.search(
        r"The lowest value is .+ overlaps with those of \d+ other councils, so it cannot be called the lowest",
        page.locator("ul.said").first.inner_text(),
    )
    tab_to(page, "lowest and highest council of every period")
    table = page.get_by_role("region", name="Table of gaps")
    assert not table.is_visible()
    page.keyboard.press("Enter")
    assert table.is_visible() and table.get_by_role("row").count() > 15
    tab_to(page, r"\?release=[0-9a-f]{12}$", most=1000)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?release=[0-9a-f]{12}$"))
    assert page.locator("h1").inner_text() == "Employment rate, ages 16 to 64: all councils"


@with_and_without_scripts
def test_an_auditor_follows_a_figure_to_its_source_row_and_cites_it(
    open_page: OpenPage, scripts: bool
) -> None:
    page = open_page("/councils/E06000001/employment-rate", scripts=scripts)
    tab_to(page, "^Audit trail")
    trail = page.get_by_role("region", name="Table of source rows")
    assert not trail.is_visible()
    page.keyboard.press("Enter")
    first = trail.get_by_role("row").nth(1).inner_text()
    assert re.search(r"employment-rate\.csv\.gz\s+\d+", first)
    tab_to(page, r"\?release=[0-9a-f]{12}$")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?release=[0-9a-f]{12}$"))
    assert "Cite this page" in page.locator("p.cite").inner_text()
