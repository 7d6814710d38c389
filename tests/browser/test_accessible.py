"""Every kind of page in a real browser: no violation that axe finds, nothing wider than a phone."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import OpenPage
from likeforlike.publish.catalogue import Catalogue
from page_kinds import page_kinds

pytestmark = pytest.mark.browser

KINDS = page_kinds(Catalogue.open())
#: WCAG 2.2 at levels A and AA, and what axe holds to be good practice.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
#: Width, colour scheme, scripts: each of them both ways, in as few looks as that takes.
WAYS: dict[str, tuple[int, Literal["light", "dark"], bool]] = {
    "wide, dark": (1280, "dark", True),
    "phone without scripts": (360, "light", False),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("url", KINDS.values(), ids=KINDS.keys())
def test_no_page_has_an_axe_violation_or_scrolls_sideways(
    open_page: OpenPage, url: str, way: tuple[int, Literal["light", "dark"], bool]
) -> None:
    width, scheme, scripts = way
    page = open_page(url, width=width, scheme=scheme, loads_scripts=scripts)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160], len(one["nodes"])) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
