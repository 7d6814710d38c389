"""Every kind of page in a real browser: no violation that axe finds, nothing wider than a phone.

Each in four looks: a wide window and a phone's, in the light and the dark scheme, one of them without scripts.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from conftest import OpenPage, Scheme
from likeforlike.publish.catalogue import Catalogue
from page_kinds import page_kinds

pytestmark = pytest.mark.browser

KINDS = page_kinds(Catalogue.open())
#: WCAG 2.2 at levels A and AA, and what axe holds to be good practice. Selectors are not read.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "selectors": False,
}
WIDE, PHONE = 1280, 360
#: What is found, and not the thousands of elements that pass: to hand those over takes longer than to look.
LOOK = """async options => (await axe.run(options)).violations.map(
  one => [one.id, one.nodes[0].html.slice(0, 160), one.nodes.length])"""
#: Takes away every row and item that repeats an earlier one in all but its words: the same elements with the
#: same classes and attributes, in the same place, in the same colours and letters. Gives back how many it took.
WITHOUT_REPEATS = """() => {
  const own = element => {
    const style = getComputedStyle(element);
    return [element.tagName, element.getAttribute("class"), element.getAttributeNames().sort().join(),
      style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.fontSize,
      style.fontWeight, style.display, style.position, style.textDecorationLine].join("|");
  };
  const whole = element => `${own(element)}(${[...element.children].map(whole).join()})`;
  const seen = new Set();
  const repeated = [...document.querySelectorAll("tbody > tr, li")].filter(element => {
    const place = [];
    for (let at = element.parentElement; at; at = at.parentElement) {
      place.push(`${at.tagName}.${at.getAttribute("class")}#${at.id}`);
    }
    const name = `${place.join(">")} ${whole(element)}`;
    return seen.size === seen.add(name).size;
  });
  repeated.forEach(element => element.remove());
  return repeated.length;
}"""


def looks_like(page: Page, width: int, scheme: Scheme) -> None:
    """Give an open page another width and scheme; it may not scroll sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (scheme == "dark")
    assert page.evaluate("innerWidth") == width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scripts", [True, False], ids=["three looks", "phone without scripts"])
@pytest.mark.parametrize("url", KINDS.values(), ids=KINDS.keys())
def test_no_page_has_an_axe_violation_or_scrolls_sideways(
    open_page: OpenPage, url: str, scripts: bool
) -> None:
    """Whole once in each width and each scheme; of rows that differ in words alone the other two looks see one."""
    width, scheme = (WIDE, "dark") if scripts else (PHONE, "light")
    page = open_page(url, width=width, scheme=scheme, loads_scripts=scripts, kept=True)
    looks_like(page, width, scheme)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(LOOK, OPTIONS) == []
    if not scripts:
        return
    looks_like(page, PHONE, "dark")
    looks_like(page, WIDE, "light")
    page.evaluate(WITHOUT_REPEATS)
    assert page.evaluate(LOOK, OPTIONS) == []
    looks_like(page, PHONE, "dark")
    assert page.evaluate(LOOK, OPTIONS) == []
