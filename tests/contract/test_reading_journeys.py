"""What an officer, a journalist and an auditor read on the way: sentences, files and citations."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from datetime import date

import pytest
from typer.testing import CliRunner

from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Certainty, Tier
from likeforlike.domain.period import Period
from likeforlike.publish import narrative, text, urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.cli.main import app as command_line
from likeforlike.publish.few_cases import FEWEST, cases, residents
from likeforlike.publish.numbers import tidy
from likeforlike.publish.web.app import create_app
from web_kit import SAMPLE, Site

HARTLEPOOL, EMPLOYMENT = "E06000001", "employment-rate"


def lines(site: Site, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site.get(url).text)))


def test_findings_rest_on_twenty_cases_or_more(site: Site, catalogue: Catalogue) -> None:
    """Cases worked out again, from the population on the page of the council."""
    people = residents(catalogue)
    counted = 0
    for code in SAMPLE.values():
        page = site.get(f"/councils/{code}.json").json()
        for row in [*page["worse"], *page["better"]]:
            indicator = catalogue.indicators[row["indicator_id"]]
            found = re.fullmatch(r"per_(\d+)", indicator.unit)
            if found and indicator.certainty is Certainty.FULL_COUNT and indicator.per == "people":
                counted += 1
                most = max(row["value"], row["neighbours"]["value"])
                assert most * people[code] / int(found[1]) >= FEWEST, (code, row["title"])
    assert counted


def test_a_rate_of_few_cases_is_flagged_and_one_of_many_is_not(site: Site, catalogue: Catalogue) -> None:
    """Possession claims in the City of London are a handful; in Birmingham they are not."""
    flagged = defaultdict(set)
    for code in ("E09000001", "E08000025"):
        for line in lines(site, f"/councils/{code}.csv"):
            if text.FEW_CASES in line["flags"]:
                flagged[code].add(line["indicator_id"])
    assert {"mortgage-possession-claims", "mortgage-repossessions"} <= flagged["E09000001"]
    assert "mortgage-possession-claims" not in flagged["E08000025"]
    indicator = catalogue.indicators["mortgage-possession-claims"]
    assert cases(indicator, 12.0, 50_000.0) == pytest.approx(6.0)
    assert cases(catalogue.indicators[EMPLOYMENT], 70.0, 50_000.0) is None


def test_a_highest_value_of_few_cases_is_no_claim(catalogue: Catalogue) -> None:
    rare = catalogue.indicators["mortgage-repossessions"]
    told = narrative.extreme("highest", ["Rutland"], "7.3 per 100,000", None, rare, cases=1.1)
    assert "about one case: so few that chance decides" in told
    assert "full count" in narrative.extreme("highest", ["Rutland"], "7.3", None, rare, cases=120.0)


def test_findings_lead_to_their_evidence(site: Site) -> None:
    page = site.get(f"/councils/{HARTLEPOOL}").text
    found = page[page.index('id="stands-out"') : page.index('id="scorecard"')]
    assert f'href="/councils/{HARTLEPOOL}.xlsx"' in found and "sort=worse-first" in found


def test_a_row_of_the_scorecards_file_can_be_read_alone(site: Site, catalogue: Catalogue) -> None:
    """Unit, period, source and page stand on each row; long texts about the file stand once."""
    rows = lines(site, f"/councils/{HARTLEPOOL}.csv")
    for row in rows:
        indicator = catalogue.indicators[row["indicator_id"]]
        assert row["unit"] == text.unit_words(indicator)
        assert row["source"] == catalogue.sources[indicator.source_id].attribution
        assert row["page"] == urls.council_indicator(HARTLEPOOL, indicator.id)
        assert row["period"] and row["file_title"] and row["file_release_id"]
    assert rows[0]["file_sources"] and rows[0]["file_comparator"]
    assert not any(row["file_sources"] for row in rows[1:])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (63.00000000000001, 63.0),
        (-6.800000000000001, -6.8),
        (10.457516339869281, 10.457516339869281),
        (0.0, 0.0),
    ],
)
def test_files_hold_no_noise_of_arithmetic_and_every_true_figure(value: float, shown: float) -> None:
    assert tidy(value) == shown


def test_no_number_of_a_file_has_noise(site: Site) -> None:
    for row in lines(site, f"/councils/{HARTLEPOOL}/{EMPLOYMENT}.csv"):
        assert len(row["lower_95"]) <= 5 and len(row["upper_95"]) <= 5


def test_citations_files_and_embeds_carry_the_sites_address(catalogue: Catalogue) -> None:
    site = Site(create_app(catalogue, address="https://councils.example.org"))
    url = f"/councils/{HARTLEPOOL}/{EMPLOYMENT}"
    whole = f"https://councils.example.org{url}?release={catalogue.release.id[:12]}"
    page = site.get(url).text
    assert f">{whole}</a>" in page
    assert f'rel="canonical" href="https://councils.example.org{url}"' in page
    assert f"https://councils.example.org/embed/{HARTLEPOOL}/{EMPLOYMENT}" in page
    assert lines(site, f"{url}.csv")[0]["file_address"] == whole
    book = zipfile.ZipFile(io.BytesIO(site.get(f"{url}.xlsx").content))
    assert whole in book.read("xl/sharedStrings.xml").decode()
    assert whole in site.get(f"{url}.svg").text


@pytest.mark.parametrize(
    "given", ["councils.example.org", "https://a.example/folder", "javascript:alert(1)", ""]
)
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(RequestError, match="no address"):
        urls.site_address(given)
    assert urls.site_address("https://a.example:8443/") == "https://a.example:8443"


def test_the_command_refuses_an_address_that_is_none(tmp_path: object) -> None:
    result = CliRunner().invoke(command_line, ["publish", str(tmp_path), "--address", "ftp://x"])
    assert result.exit_code == 2


def test_the_council_itself_has_its_interval_among_its_neighbours(site: Site) -> None:
    page = site.get(f"/councils/{HARTLEPOOL}/{EMPLOYMENT}")
    model = site.get(f"/councils/{HARTLEPOOL}/{EMPLOYMENT}.json").json()
    assert model["interval_words"]
    row = page.text[page.text.index('<tr class="me">') :]
    assert f">{model['interval_words']}</td>" in row[: row.index("</tr>")]


def test_the_ends_of_the_strip_are_values_that_councils_have(site: Site, catalogue: Catalogue) -> None:
    """No label of an axis that a publisher's figure cannot have, such as fewer than no people."""
    for indicator_id in ("rough-sleeping-rate", EMPLOYMENT, "shoplifting"):
        ends = site.get(f"/councils/{HARTLEPOOL}/{indicator_id}.json").json()["ends"]
        indicator = catalogue.indicators[indicator_id]
        values = [
            float(row["value"]) for row in lines(site, f"/indicators/{indicator_id}.csv") if row["value"]
        ]
        for end, value in zip(ends, (min(values), max(values)), strict=True):
            assert text.value_words(value, indicator.unit, indicator.decimals) in end
    assert ", off the scale" in ends[1]  # shops of the City of London beside its few residents


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2022-10-01", "2022-11-30", "from 1 October 2022 to 30 November 2022"),
        ("2023-01-01", "2025-12-31", "in the 3 years ending December 2025"),
        ("2024-03-31", "2024-03-31", "on 31 March 2024"),
        ("2023-04-01", "2024-03-31", "in the year ending March 2024"),
    ],
)
def test_a_period_inside_a_sentence(start: str, end: str, words: str) -> None:
    assert text.period_words(Period.of(*map(_day, (start, end)))) == words


def test_pounds_have_pence_or_none(catalogue: Catalogue) -> None:
    productivity = catalogue.indicators["gross-value-added-per-hour-worked"]
    assert text.value_words(30.25, productivity.unit, productivity.decimals) == "£30.25 an hour"
    assert text.difference_words(-3.6, productivity.unit, productivity.decimals) == "£3.60 an hour lower"
    assert text.value_words(20154.0, catalogue.indicators["gdp-per-head"].unit, 0) == "£20,154 a head"


def test_a_search_finds_the_title_that_begins_with_it_first(site: Site) -> None:
    hits = site.get("/search.json?q=employment").json()["indicators"]
    assert hits[0]["title"].startswith("Employment rate")
    hits = site.get("/search.json?q=life+expectancy").json()["indicators"]
    assert hits[0]["title"].startswith("Life expectancy")


def test_weeks_of_one_autumn_have_their_ends_under_the_axis() -> None:
    points = tuple(
        SeriesPoint(
            at=2022.72 + week * 0.02, label=f"week ending {18 + week} September 2022", value=8.0 + week
        )
        for week in range(5)
    )
    drawn = lines_svg([Series(name="Hartlepool", role=Role.COUNCIL, points=points)], "Absence")
    assert ">18 September 2022</text>" in drawn and ">22 September 2022</text>" in drawn
    years = tuple(SeriesPoint(at=year + 0.5, label=str(year), value=1.0) for year in range(2019, 2024))
    drawn = lines_svg([Series(name="Hartlepool", role=Role.COUNCIL, points=years)], "Years")
    assert ">2021</text>" in drawn and "September" not in drawn


def _day(words: str) -> date:
    return date.fromisoformat(words)


def test_a_map_that_leaves_the_site_says_period_unit_and_classes(site: Site) -> None:
    model = site.get("/indicators/shoplifting.json").json()
    drawn = site.get("/indicators/shoplifting.svg").text
    assert f"{model['period']} (per 1,000 people)" in " ".join(re.findall(r">([^<]+)</text>", drawn))
    for one in model["map"]["classes"]:
        assert f"{one['words']} ({one['count']} council" in drawn
    assert f"no value ({model['map']['without']})" in drawn and "Compared with" not in drawn


def test_a_single_period_marks_the_median_too() -> None:
    point = (SeriesPoint(at=2024.5, label="2024", value=7.5),)
    drawn = lines_svg([Series(name="Median of all", role=Role.MEDIAN, points=point)], "One year")
    assert '<circle class="p-median"' in drawn


def test_a_gap_of_one_period_is_said_once_and_not_drawn(site: Site) -> None:
    page = site.get("/indicators/shoplifting").text
    found = page[page.index('id="gap"') : page.index('id="all"')]
    assert found.count("no earlier period compares") == 1 and "<figure" not in found


def test_the_first_page_shows_what_is_new_how_far_apart_places_are_and_the_question_of_money(
    site: Site,
) -> None:
    page, model = site.get("/").text, site.get("/index.json").json()
    assert model["headline"]["lead"] in page and '<svg class="map"' in page
    ends = [
        max(row["period_end"] for row in lines(site, f"{one['url']}.csv") if row["value"])
        for one in model["newest"]
    ]
    assert len(ends) >= 3 and min(ends) >= "2025-12-31"
    assert any(one["url"] == "/funding" for one in model["examples"])


def test_a_comparison_in_a_file_says_unit_source_mean_and_verdict(site: Site) -> None:
    url = "/compare{}?area=E06000001&area=E12000001&topic=economy"
    model = site.get(url.format(".json")).json()
    rows = lines(site, url.format(".csv"))
    shown = {row["indicator_id"]: row for group in model["groups"] for row in group["rows"]}
    assert len(rows) == 2 * len(shown)
    for row in rows:
        one = shown[row["indicator_id"]]
        assert row["unit"] and row["period"] == one["period"] and row["source"].startswith("Source")
        if row["area_code"] == "E06000001":
            assert row["verdict"] == (one["beside"]["verdict"] if one["beside"] else "")
            assert float(row["mean_of_others"]) == pytest.approx(one["mean"]["value"])
        else:
            assert row["verdict"] == row["mean_of_others"] == ""


def test_coverage_of_councils_is_what_their_observations_say(site: Site, catalogue: Catalogue) -> None:
    """Counted again, council by council, from the observations and the periods that coverage expects."""
    rows = {row["area_code"]: row for row in lines(site, "/data.csv?table=councils")}
    assert len(rows) == len(set(catalogue.register.lower_tier) | set(catalogue.register.counties))
    held = catalogue.release.table("observation").drop_nulls("value")
    expected = {
        (row["indicator_id"], row["period_start"], row["period_end"])
        for row in catalogue.release.table("coverage").iter_rows(named=True)
    }
    upper = {one.id for one in catalogue.indicators.values() if one.tier is Tier.UPPER}
    for code in ("E06000053", "E07000223", "E10000016"):
        own = {key for key in expected if code in catalogue.register.upper_tier or key[0] not in upper}
        if code in catalogue.register.counties:
            own = {key for key in expected if key[0] in upper}
        mine = held.filter(held["area_code"] == code)
        have = set(mine.select("indicator_id", "period_start", "period_end").iter_rows()) & own
        assert (int(rows[code]["expected"]), int(rows[code]["found"])) == (len(own), len(have)), code


def test_timeliness_counts_days_from_the_periods_end(site: Site, catalogue: Catalogue) -> None:
    rows = lines(site, "/data.csv")
    newest = max(source.retrieved for source in catalogue.sources.values())
    known = [row for row in rows if row["days_to_publication"]]
    assert len(known) > len(rows) / 2
    for row in rows:
        end = _day(row["latest_end"])
        assert int(row["days_old"]) == (newest - end).days
        if row["published"]:
            assert int(row["days_to_publication"]) == (_day(row["published"]) - end).days >= 0


def test_the_glossary_is_in_the_order_of_the_alphabet(site: Site) -> None:
    page = site.get("/glossary").text
    words = re.findall(r"<tr>\s*<td[^>]*><strong>([^<]+)</strong>", page)
    assert len(words) > 20 and words == sorted(words, key=str.casefold)
