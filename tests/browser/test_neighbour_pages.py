"""Neighbour pages in a real browser: weights of the reader's own, without JavaScript."""

from __future__ import annotations

import pytest

from conftest import OpenPage

pytestmark = pytest.mark.browser


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
