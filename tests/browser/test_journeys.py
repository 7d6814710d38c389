"""An officer, a journalist and an auditor each finish their job: by keyboard, with scripts and without."""

from __future__ import annotations

import csv
import io
import re

import pytest

from conftest import OpenPage

pytestmark = pytest.mark.browser

NAME_OF_FOCUS = "document.activeElement.getAttribute('aria-label') || document.activeElement.tagName"

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@with_and_without_scripts
def test_an_officer_finds_what_stands_out_and_takes_evidence(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/", scripts=scripts)
    page.get_by_role("searchbox").fill("Harlow")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/councils/E07000073$"))
    below = page.locator("section[aria-labelledby=stands-out] ol").first.get_by_role("listitem")
    assert 1 <= below.count() <= 3
    assert all("against" in below.nth(number).inner_text() for number in range(below.count()))
    below.first.get_by_role("link").click()
    assert "the mean of its ten nearest neighbours" in page.locator("p.lead").inner_text()
    link = page.get_by_role("link", name="CSV", exact=True).get_attribute("href")
    assert link is not None
    rows = list(csv.DictReader(io.StringIO(page.request.get(page.url.rsplit("/councils")[0] + link).text())))
    assert rows[0]["neighbour_mean"] and rows[0]["file_sources"]


@with_and_without_scripts
def test_a_scorecard_is_sorted_and_filtered_by_its_form(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/councils/E06000001", scripts=scripts)
    page.get_by_label("Topic").select_option("health")
    page.get_by_label("Order").select_option("worse-first")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("topic=health.*sort=worse-first"))
    assert page.get_by_role("rowheader", name="Furthest on the worse side first").count() == 1
    assert page.get_by_label("Topic").input_value() == "health"


@with_and_without_scripts
def test_a_journalist_learns_whether_the_lowest_can_be_called_so(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/search?q=employment%20rate", scripts=scripts)
    if "/search" in page.url:
        page.locator("main").get_by_role("link", name="Employment rate").first.click()
    said = page.locator("ul.said").first.inner_text()
    assert re.search(
        r"The lowest value is .+ overlaps with those of \d+ other councils, so it cannot be called", said
    )
    assert "Not a league table" in page.locator("main").inner_text()


@with_and_without_scripts
def test_an_auditor_follows_a_figure_to_its_row_and_cites_it(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/councils/E06000001/employment-rate", scripts=scripts)
    page.get_by_text("Audit trail: the publisher’s file and row").click()
    trail = page.get_by_role("region", name="Table of source rows")
    first = trail.get_by_role("row").nth(1).inner_text()
    assert re.search(r"employment-rate\.csv\.gz\s+\d+", first)
    cited = page.locator("p.cite").inner_text()
    assert "Cite this page" in cited and re.search(r"\?release=[0-9a-f]{12}", cited)
    page.locator("p.cite").get_by_role("link").first.click()
    assert page.locator("h1").inner_text() == "Employment rate, ages 16 to 64: Hartlepool"


def test_the_keyboard_alone_reaches_content_search_and_every_table(open_page: OpenPage) -> None:
    page = open_page("/councils/E06000001/employment-rate")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(NAME_OF_FOCUS))
        assert page.evaluate("document.activeElement.matches('body, :focus-visible')")
    assert {"Numbers of the chart", "Table of neighbours", "SUMMARY"} <= reached


def test_print_leaves_out_forms_and_navigation(open_page: OpenPage) -> None:
    page = open_page("/councils/E06000001?topic=health")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Show").is_visible()
    assert page.get_by_role("heading", name="What stands out").is_visible()


@with_and_without_scripts
def test_a_policy_analyst_gets_from_a_mission_to_funded_councils_in_three_clicks(
    open_page: OpenPage, scripts: bool
) -> None:
    """From the list of missions: the framework, the mission, the cell; every table on the way is a file."""
    page = open_page("/missions", scripts=scripts)

    def files() -> list[list[dict[str, str]]]:
        links = page.locator("main a[href*='.csv']")
        addresses = [links.nth(number).get_attribute("href") or "" for number in range(links.count())]
        assert addresses
        origin = page.url.split("/missions")[0].split("/changes")[0]
        answers = [page.request.get(origin + address) for address in addresses]
        assert all(answer.status == 200 for answer in answers)
        return [list(csv.DictReader(io.StringIO(answer.text()))) for answer in answers]

    files()
    page.get_by_role("link", name="Levelling Up missions, 2022").click()
    files()
    page.locator("main").get_by_role("link", name="Living standards", exact=True).click()
    assert any("amount_gbp" in rows[0] for rows in files())
    cell = page.locator("section[aria-labelledby=money] table a").first
    assert cell.get_attribute("href") == "/changes/town-deals/gross-value-added-per-hour-worked"
    cell.click()
    assert page.locator("h1").inner_text() == "Town Deals: productivity per hour worked"
    councils, events, (summary,) = files()
    said = page.locator("section[aria-labelledby=result]").inner_text()
    for key in ("funded_change", "comparators_change", "estimate", "lower_95", "upper_95"):
        assert f"{abs(float(summary[key])):.2f}" in said
    shown = page.locator("section[aria-labelledby=councils] tbody tr")
    assert shown.count() == len(councils) == int(summary["funded_count"])
    assert len(events) > 10
