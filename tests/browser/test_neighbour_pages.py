"""Neighbour pages in a real browser: accessible, no wider than a phone; weights without JavaScript."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_accessible import RULES

from conftest import OpenPage

pytestmark = pytest.mark.browser

KINDS = {
    "neighbours": "/councils/E06000001/neighbours",
    "neighbours of another edition": "/councils/E06000001/neighbours?model=ons-2025-global",
    "own weights": "/councils/E06000001/neighbours?model=overall&feature=population%3A3",
    "published list": "/councils/E06000001/neighbours?model=dfe-childrens-2025",
    "a year": "/councils/E10000016/neighbours?year=2015",
    "head to head": "/compare/E06000001/E06000002",
    "through the years": "/councils/E06000001/similarity",
    "models": "/models",
    "model": "/models/ons-2025-global",
}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("url", KINDS.values(), ids=KINDS.keys())
def test_no_page_has_an_axe_violation_or_scrolls_sideways(open_page: OpenPage, url: str, width: int) -> None:
    page = open_page(url, width=width)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160], len(one["nodes"])) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_reader_finds_neighbours_by_weights_of_their_own(open_page: OpenPage) -> None:
    page = open_page("/councils/E06000001", scripts=False)
    page.click("text=why these, how sure")
    before = page.locator("table.near tbody th").all_inner_texts()
    page.click("text=Features, their weights")
    page.fill("input[name='w.population']", "9")
    page.click("text=Find neighbours with these weights")
    assert page.url.endswith("/councils/E06000001/neighbours?model=overall&feature=population%3A9")
    after = page.locator("table.near tbody th").all_inner_texts()
    assert len(after) == 10
    assert after != before
    assert page.input_value("input[name='w.population']") == "9"
    page.click("text=Back to the model’s own")
    assert page.locator("table.near tbody th").all_inner_texts() == before
