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


def test_without_scripts_there_is_no_button_and_the_drawn_chart_stays(open_page: OpenPage) -> None:
    page = open_page(URL, scripts=False)
    assert page.get_by_role("button", name="interactive").count() == 0
    assert page.locator("svg.lines").first.is_visible()


def test_an_embedded_chart_can_be_framed_and_links_back(open_page: OpenPage) -> None:
    page = open_page("/embed/E06000001/employment-rate", width=400)
    assert page.locator("figcaption a").get_attribute("href", timeout=5000).startswith(f"{URL}?release=")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
