"""Every page in every format: what answers, what it says about itself, and that pages and files agree."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import numpy as np
import polars as pl
import pytest

from likeforlike.domain.area import AreaKind
from likeforlike.domain.indicator import Tier, Unit
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish import text, urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.missions import first_framework
from likeforlike.publish.numbers import tidy
from likeforlike.publish.pages.no_figure import has_figure
from web_kit import SAMPLE, Site

PAGES = ("/", "/search", "/councils", "/indicators", "/data", "/methods", "/glossary")
INDICATOR = "employment-rate"


@pytest.mark.parametrize("url", PAGES)
def test_every_fixed_page_answers(site: Site, url: str) -> None:
    assert site.get(url).status_code == 200
    assert site.get(urls.as_format(url, "json")).json()["path"] == url


@pytest.mark.parametrize("code", SAMPLE.values(), ids=SAMPLE.keys())
def test_every_kind_of_council_has_a_scorecard_with_a_page_behind_every_row(site: Site, code: str) -> None:
    page = site.get(f"/councils/{code}")
    assert page.status_code == 200
    links = re.findall(rf'href="(/councils/{code}/[a-z0-9-]+)"', page.text)
    assert len(set(links)) > 50
    for link in sorted(set(links))[::12]:
        assert site.get(link).status_code == 200, link


def test_every_council_in_force_is_listed_and_has_a_page(site: Site, catalogue: Catalogue) -> None:
    listed = set(re.findall(r'href="/councils/(E\d{8})"', site.get("/councils").text))
    register = catalogue.register
    assert listed == {*register.lower_tier, *register.counties}
    for code in sorted(listed)[::40]:
        assert site.get(f"/councils/{code}").status_code == 200, code


def test_every_indicator_has_a_page_or_says_that_no_council_has_a_value(
    site: Site, catalogue: Catalogue
) -> None:
    for indicator_id in sorted(catalogue.indicators)[::6]:
        answer = site.get(f"/indicators/{indicator_id}")
        pools = [pool for pool in ("lower_tier", "upper_tier") if catalogue.latest_period(indicator_id, pool)]
        assert answer.status_code == (200 if pools else 404), indicator_id


def test_names_and_old_codes_lead_to_the_code_in_the_format_asked_for(site: Site) -> None:
    moved = site.get("/councils/hartlepool.json?sort=oldest")
    assert moved.status_code == 308
    assert moved.headers["location"] == "/councils/E06000001.json?sort=oldest"
    assert site.get("/councils/E08000016").headers["location"] == "/councils/E08000038"
    assert site.get(f"/councils/Kent/{INDICATOR}").headers["location"] == f"/councils/E10000016/{INDICATOR}"


def test_one_hit_is_gone_to_several_are_listed_none_suggests(site: Site) -> None:
    assert site.get("/search?q=hartlepool").headers["location"] == "/councils/E06000001"
    several = site.get("/search?q=st").text
    assert "/councils/E08000013" in several and "Councils (" in several
    assert "Perhaps you meant" in site.get("/search?q=Hartelpool").text


def test_page_csv_and_json_hold_the_same_numbers(site: Site) -> None:
    page = site.get("/councils/E06000001.json").json()
    table = list(csv.DictReader(io.StringIO(site.get("/councils/E06000001.csv").text)))
    rows = [row for group in page["groups"] for row in group["rows"]]
    assert [row["indicator_id"] for row in rows] == [row["indicator_id"] for row in table]
    for row, line in zip(rows, table, strict=True):
        assert line["value"] == ("" if row["value"] is None else repr(tidy(row["value"])))
        assert line["verdict_neighbours"] == row["neighbours"]["verdict"]
        assert line["file_release_id"] == page["about"]["release_id"]


def test_a_district_is_shown_its_countys_figures_as_the_countys(site: Site, catalogue: Catalogue) -> None:
    page = site.get("/councils/E07000223.json").json()
    rows = [row for group in page["groups"] for row in group["rows"]]
    upper = {one.id for one in catalogue.indicators.values() if one.tier is Tier.UPPER}
    assert upper & {row["indicator_id"] for row in rows}
    county = catalogue.register.areas["E07000223"].county_code
    for row in rows:
        if row["indicator_id"] in upper:
            assert (row["subject_code"], row["own"]) == (county, False)
            assert "county’s value" in row["flags"]
        else:
            assert (row["subject_code"], row["own"]) == ("E07000223", True)
    assert all(row["own"] for row in [*page["worse"], *page["better"]])


def test_findings_are_clear_differences_of_ones_own_and_recent_figures(site: Site) -> None:
    for code in SAMPLE.values():
        page = site.get(f"/councils/{code}.json").json()
        for name, verdict in (("worse", "worse"), ("better", "better")):
            topics = [row["topic"] for row in page[name]]
            assert len(topics) == len(set(topics)) <= 3
            assert all(
                row["neighbours"]["verdict"] == verdict and row["age_years"] <= 4 for row in page[name]
            )


def test_sorting_by_the_worse_side_puts_the_widest_gap_first_and_the_unplaceable_last(site: Site) -> None:
    page = site.get("/councils/E06000001.json?sort=worse-first").json()
    (group,) = page["groups"]
    gaps = [row["gaps"]["neighbours"] for row in group["rows"]]
    placed = [gap for gap in gaps if gap is not None]
    assert placed == sorted(placed)
    assert gaps[: len(placed)] == placed


def test_filters_keep_only_what_was_asked_for(site: Site) -> None:
    page = site.get("/councils/E06000001.json?topic=health&trend=improving").json()
    rows = [row for group in page["groups"] for row in group["rows"]]
    assert all(row["topic"] == "health" and row["judgement"] == "improving" for row in rows)


def test_the_sentence_holds_value_interval_period_and_comparison(site: Site) -> None:
    page = site.get(f"/councils/E06000001/{INDICATOR}.json").json()
    shown = text.number(page["value"], page["decimals"])
    latest = page["periods"][0]
    assert page["headline"].startswith(f"In the {latest['period']}, the figure for Hartlepool was {shown}%")
    assert "95% interval" in page["headline"] and "of 10 with data" in page["headline"]


def test_the_audit_trail_names_the_publishers_file_and_row(site: Site, catalogue: Catalogue) -> None:
    page = site.get(f"/councils/E06000001/{INDICATOR}.json").json()
    newest = page["audit"][0]
    assert newest["source_file"].endswith(".csv.gz")
    assert all(int(row) >= 2 for row in newest["source_rows"].split())
    paths = {one.path for source in catalogue.release.manifest.sources for one in source.files}
    assert newest["source_file"] in paths


def test_downloads_carry_title_comparator_source_licence_release_and_caveats(
    site: Site, catalogue: Catalogue
) -> None:
    url = f"/councils/E06000001/{INDICATOR}"
    caveat = catalogue.indicators[INDICATOR].caveats[0]
    line = next(csv.DictReader(io.StringIO(site.get(f"{url}.csv").text)))
    assert line["file_title"].endswith("Hartlepool") and caveat in line["file_caveats"]
    assert line["file_sources"] and line["file_licences"] and line["file_comparator"]
    book = zipfile.ZipFile(io.BytesIO(site.get(f"{url}.xlsx").content))
    words = book.read("xl/sharedStrings.xml").decode()
    assert catalogue.release.id in words and "Hartlepool" in words
    parquet = io.BytesIO(site.get(f"{url}.parquet").content)
    assert pl.read_parquet_metadata(parquet)["file_release_id"] == catalogue.release.id
    drawing = site.get(f"{url}.svg").text
    assert catalogue.release.id in drawing and "class=" not in drawing and "style=" not in drawing
    assert site.get(f"{url}.png").content[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_view_pinned_to_another_release_is_refused_and_to_this_one_is_shown(
    site: Site, catalogue: Catalogue
) -> None:
    assert site.get(f"/councils/E06000001?release={catalogue.release.id[:12]}").status_code == 200
    other = site.get("/councils/E06000001.json?release=0000")
    assert other.status_code == 404
    assert catalogue.release.id in other.json()["error"]["message"]


def test_every_unit_has_words() -> None:
    assert set(text.UNITS) == set(Unit)


def test_pages_are_complete_html_with_landmarks_and_one_heading(site: Site) -> None:
    for url in (
        *PAGES,
        "/councils/E06000001",
        f"/councils/E06000001/{INDICATOR}",
        f"/indicators/{INDICATOR}",
    ):
        page = site.get(url).text
        assert page.lstrip().startswith("<!doctype html>"), url
        assert page.count("<h1") == 1 and page.count('<main id="main"') == 1, url
        assert page.count("<header") == page.count("<footer") == 1, url
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), url


def test_json_of_a_page_is_its_model(site: Site) -> None:
    body = site.get("/indicators.json").content
    assert json.loads(body)["count"] == sum(len(topic["indicators"]) for topic in json.loads(body)["topics"])


def test_a_council_without_a_figure_has_a_page_that_says_why_and_leads_on(site: Site) -> None:
    page = site.get("/councils/E06000053/employment-rate")
    assert page.status_code == 200
    assert "No figure of “Employment rate, ages 16 to 64” is published for Isles of Scilly." in page.text
    assert "counts under Cornwall" in page.text
    assert 'href="/councils/E06000052/employment-rate"' in page.text
    data = site.get("/councils/E06000053/employment-rate.json").json()
    assert {row["value"] for row in data["audit"]} == {None}
    assert sum(count for _, count in data["statuses"]) == len(data["audit"]) > 10
    assert site.get("/councils/E06000053/employment-rate.csv").text.count("\n") == len(data["audit"]) + 1


def test_no_page_says_that_a_figure_is_missing_where_there_is_one(site: Site, catalogue: Catalogue) -> None:
    observed = catalogue.release.table("observation").filter(pl.col("value").is_not_nan())
    have = set(observed.drop_nulls("value").select("indicator_id", "area_code").unique().iter_rows())
    for code in ("E06000053", "E09000001", "E10000007", "E07000067"):
        area = catalogue.register.areas[code]
        for one in catalogue.indicators.values():
            if area.kind is AreaKind.COUNTY and one.tier is Tier.LOWER:
                continue
            subject = catalogue.subject(one, area).code
            assert has_figure(catalogue, area, one) == ((one.id, subject) in have), (code, one.id)
    county = site.get("/councils/E10000007/employment-rate.json").json()
    assert county.get("value") is not None or len(county["elsewhere"]) == len(
        catalogue.register.districts_of("E10000007")
    )


def test_grouping_by_mission_shows_every_row_and_each_under_the_missions_that_use_it(
    site: Site, catalogue: Catalogue
) -> None:
    page = site.get("/councils/E06000001.json?sort=mission").json()
    plain = site.get("/councils/E06000001.json").json()
    every = {row["indicator_id"] for group in plain["groups"] for row in group["rows"]}
    missions = {mission.title: mission for mission in first_framework(catalogue).missions}
    under: dict[str, set[str]] = {}
    for group in page["groups"]:
        for row in group["rows"]:
            under.setdefault(row["indicator_id"], set()).add(group["heading"])
    assert set(under) == every
    for indicator_id, headings in under.items():
        using = {title for title, one in missions.items() if indicator_id in one.indicator_ids}
        assert headings == using or (not using and headings.isdisjoint(missions)), indicator_id
    assert page["groups"][0]["url"] in site.get("/councils/E06000001?sort=mission").text


def test_the_gap_on_an_indicators_page_is_that_of_its_own_values_in_every_period(
    site: Site, catalogue: Catalogue
) -> None:
    for indicator_id in ("employment-rate", "attainment-8-score", "shoplifting"):
        gap = site.get(f"/indicators/{indicator_id}.json").json()["gap"]
        one = catalogue.indicators[indicator_id]
        pool = Pool.UPPER_TIER if one.tier is Tier.UPPER else Pool.LOWER_TIER
        matrix = catalogue.matrices.matrix(indicator_id, pool)
        told = {(row["period_start"], row["period_end"]): row for row in gap["periods"]}
        assert len(told) == len(gap["periods"]) > 0
        for column, period in enumerate(matrix.periods):
            row = told.get((period.start.isoformat(), period.end.isoformat()))
            if row is None:
                continue
            values = {
                code: value
                for code, value, counted in zip(
                    matrix.areas, matrix.values[:, column], matrix.counted[:, column], strict=True
                )
                if np.isfinite(value) and counted
            }
            assert row["best_worst_gap"] == pytest.approx(max(values.values()) - min(values.values()))
            assert values[row["lowest_code"]] == min(values.values())
            assert values[row["highest_code"]] == max(values.values())
        assert gap["verdicts"] and all(
            re.match("Widening|Closing|Stable|Cannot tell", line) for line in gap["verdicts"]
        )
        assert not re.search("p90_p10|sd_net|cv_", " ".join(gap["verdicts"]))
    assert site.get("/indicators/shoplifting.csv?table=gap").text.startswith(
        "period_start,period_end,period,"
    )
