"""Every kind of page in a real browser: no violation that axe finds, nothing wider than a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import OpenPage

pytestmark = pytest.mark.browser

KINDS = {
    "home": "/",
    "search": "/search?q=st",
    "nothing found": "/search?q=zzzz",
    "councils": "/councils",
    "scorecard": "/councils/E06000001?topic=health",
    "district": "/councils/E07000223?topic=education&sort=worse-first&compare=nearest",
    "council and indicator": "/councils/E06000001/employment-rate",
    "indicators": "/indicators",
    "indicator": "/indicators/employment-rate?region=E12000001",
    "data": "/data",
    "compare": "/compare?area=E06000001&area=E06000002&topic=health",
    "embed": "/embed/E06000001/employment-rate",
    "glossary": "/glossary",
    "methods": "/methods",
    "error": "/councils/nowhere",
}
#: WCAG 2.2 at levels A and AA, and what axe holds to be good practice.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("url", KINDS.values(), ids=KINDS.keys())
def test_no_page_has_an_axe_violation_or_scrolls_sideways(open_page: OpenPage, url: str, width: int) -> None:
    page = open_page(url, width=width)
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160], len(one["nodes"])) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
