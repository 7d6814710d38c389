"""The interactive chart is an addition: drawn on request, without eval, by a library from this site."""

from __future__ import annotations

import pytest

from conftest import OpenPage

pytestmark = pytest.mark.browser

URL = "/councils/E06000001/employment-rate"


def test_the_chart_is_drawn_on_request_under_the_strict_policy(open_page: OpenPage) -> None:
    page = open_page(URL)
    assert page.evaluate("typeof window.vegaEmbed") == "undefined"
    page.get_by_role("button", name="Make the chart interactive").click()
    page.locator(".vega canvas").wait_for(timeout=20_000)
    box = page.get_by_role("checkbox", name="Ten neighbours")
    assert box.is_checked()
    box.uncheck()
    drawn = page.evaluate(
        "(() => { const c = document.querySelector('.vega canvas'); const d = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data;"
        " return d.some((v, n) => n % 4 < 3 && v > 0 && v < 200); })()"
    )
    assert drawn


def test_a_comparator_is_taken_out_and_put_back_by_its_box(open_page: OpenPage) -> None:
    """Counted in points of the mean's green, with the keyboard alone."""
    page = open_page(URL)
    page.get_by_role("button", name="Make the chart interactive").click()
    page.locator(".vega canvas").wait_for(timeout=20_000)
    green = (
        "(() => { const c = document.querySelector('.vega canvas');"
        " const copy = Object.assign(document.createElement('canvas'), {width: c.width, height: c.height});"
        " const drawn = copy.getContext('2d', {willReadFrequently: true}); drawn.drawImage(c, 0, 0);"
        " const d = drawn.getImageData(0, 60, c.width, c.height - 60).data; let n = 0;"
        " for (let i = 0; i < d.length; i += 4) if (d[i] < 20 && Math.abs(d[i + 1] - 132) < 20"
        " && Math.abs(d[i + 2] - 106) < 20) n++; return n; })()"
    )
    page.wait_for_function(f"{green} > 300")
    page.get_by_role("checkbox", name="Mean of ten nearest").focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"{green} < 20")
    page.keyboard.press("Space")
    page.wait_for_function(f"{green} > 300")


def test_without_scripts_there_is_no_button_and_the_drawn_chart_stays(open_page: OpenPage) -> None:
    page = open_page(URL, scripts=False)
    assert page.get_by_role("button", name="interactive").count() == 0
    assert page.locator("svg.lines").first.is_visible()


def test_an_embedded_chart_can_be_framed_and_links_back(open_page: OpenPage) -> None:
    page = open_page("/embed/E06000001/employment-rate", width=400)
    assert page.locator("figcaption a").get_attribute("href", timeout=5000).startswith(f"{URL}?release=")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
