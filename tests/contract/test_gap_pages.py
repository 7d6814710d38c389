"""Pages about gaps: the verdict first, what becomes of a claim about best and worst, and every number in a
file."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from likeforlike.publish import gap_findings, gap_words
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.pages.gap_list import make_gap_list
from likeforlike.publish.pages.gaps import make_gaps
from web_kit import Site

PRODUCTIVITY = "gross-value-added-per-hour-worked"
HEALTH = "healthy-life-expectancy-female"


@pytest.fixture(autouse=True)
def _with_gaps(catalogue: Catalogue) -> None:
    if PRODUCTIVITY not in catalogue.indicators:
        pytest.skip("the embedded release was built from few files")


def rows_of(site: Site, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(site.get(address).text)))


def test_every_indicator_has_a_page_within_eighty_milliseconds(catalogue: Catalogue) -> None:
    make_gaps(catalogue, catalogue.indicator(PRODUCTIVITY))  # tables are read once
    slowest = 0.0
    for indicator_id in catalogue.release.table("gap")["indicator_id"].unique():
        started = time.process_time()
        page = make_gaps(catalogue, catalogue.indicator(indicator_id))
        slowest = max(slowest, time.process_time() - started)
        assert page.lead
        assert [table.name for table in page.tables()] == ["periods", "verdicts", "measures"]
        assert "lines" in page.chart() or all(
            point.value is None for line in page.series for point in line.points
        )
    assert slowest < 0.08


def test_page_file_and_command_hold_the_same_gaps(site: Site) -> None:
    page = site.get(f"/indicators/{PRODUCTIVITY}/gaps.json").json()["rows"]
    file = rows_of(site, f"/indicators/{PRODUCTIVITY}/gaps.csv")
    command = json.loads(CliRunner().invoke(app, ["gaps", PRODUCTIVITY, "--all", "--format", "json"]).stdout)
    assert len(page) == len(file) == len(command)
    for one, two, three in zip(page, file, command, strict=True):
        assert one["gini"] == three["gini"] == float(two["gini"])
        assert one["moran_i_two_steps"] == three["moran_i_two_steps"] == float(two["moran_i_two_steps"])


def test_the_verdicts_evidence_can_be_downloaded(site: Site) -> None:
    verdicts = rows_of(site, f"/indicators/{HEALTH}/gaps.csv?table=verdicts")
    measures = rows_of(site, f"/indicators/{HEALTH}/gaps.csv?table=measures")
    page = site.get(f"/indicators/{HEALTH}/gaps").text
    assert {row["span"] for row in verdicts} == {"all_years", "five_years"}
    for row in measures:
        assert gap_words.MEASURES[row["measure"]] in page.lower() or row["measure"] == "gini"


def slow_verdict(changes: list[dict[str, Any]]) -> str:
    """The agreement rule, read off the stored intervals."""
    published = [one for one in changes if not one["measure"].endswith("_net")]
    net = [one for one in changes if one["measure"].endswith("_net")]
    for verdict, up in (("widening", True), ("closing", False)):
        clear = [one["change_lower_95"] > 0 if up else one["change_upper_95"] < 0 for one in published]
        same_way = all((one["change"] > 0) is up for one in published)
        confirmed = all(one["change_lower_95"] > 0 if up else one["change_upper_95"] < 0 for one in net)
        if sum(clear) * 2 > len(published) and same_way:
            return verdict if confirmed else "cannot_tell"
    still = all(
        one["change_lower_95"] <= 0 <= one["change_upper_95"]
        and max(-one["change_lower_95"], one["change_upper_95"]) <= 0.2 * abs(one["first"])
        for one in changes
    )
    return "stable" if still else "cannot_tell"


def test_every_verdict_follows_from_the_measures_on_its_page(catalogue: Catalogue) -> None:
    measures = catalogue.release.table("gap_measure")
    checked = 0
    for row in catalogue.release.table("gap_change").iter_rows(named=True):
        rests_on = measures.filter(
            (pl.col("indicator_id") == row["indicator_id"]) & (pl.col("span") == row["span"])
        ).to_dicts()
        if rests_on:
            checked += 1
            assert slow_verdict(rests_on) == row["verdict"], row["indicator_id"]
    assert checked > 150


def claim(verdict: str, before: float, after: float, *, margin: float | None = None) -> str:
    ends = [
        {"best_worst_gap": gap, "best_worst_error": margin, "min": 10.0, "max": 10.0 + gap}
        for gap in (before, after)
    ]
    catalogue = Catalogue.open()
    return gap_findings.claim(catalogue.indicator(HEALTH), ends[0], ends[1], verdict)


@pytest.mark.parametrize(
    ("verdict", "before", "after", "says"),
    [
        ("widening", 5, 6, "holds for the two councils at the ends, and by the other measures the rest drew"),
        (
            "stable",
            5,
            6,
            "holds for the two councils at the ends, but by the other measures the rest did not",
        ),
        ("widening", 6, 5, "is not borne out by the two councils at the ends, yet"),
        (
            "closing",
            6,
            5,
            "is refuted by the two councils at the ends, and by the other measures the rest came",
        ),
        ("cannot_tell", 6, 5, "is refuted by the two councils at the ends, and whether"),
    ],
)
def test_a_claim_about_best_and_worst_is_told_apart_from_the_rest(
    verdict: str, before: float, after: float, says: str
) -> None:
    assert says in claim(verdict, before, after)


def test_a_change_within_the_ends_own_margins_is_said_to_be() -> None:
    within = claim("stable", 5, 6, margin=1.0)
    assert "cannot be told from chance for the two councils at the ends (it grew, by less than" in within
    assert "holds" not in within, "a claim does not hold by a change that chance alone could make"
    assert "it did not grow, or shrank by less" in claim("widening", 6, 5, margin=1.0)
    assert "but by the other measures the rest drew apart" in claim("widening", 6, 5, margin=1.0)
    assert "chance" not in claim("stable", 5, 6, margin=0.1)


def test_money_of_each_year_is_judged_in_proportion(catalogue: Catalogue) -> None:
    ends = [
        {"best_worst_gap": 10.0, "best_worst_error": None, "min": 10.0, "max": 20.0},
        {"best_worst_gap": 15.0, "best_worst_error": None, "min": 20.0, "max": 35.0},
    ]
    said = gap_findings.claim(catalogue.indicator(PRODUCTIVITY), ends[0], ends[1], "stable")
    assert "is refuted, in proportion, by the two councils at the ends" in said
    assert "In pounds of each year it grew" in said


def test_the_list_names_productivity_health_and_education_first(site: Site, catalogue: Catalogue) -> None:
    page = make_gap_list(catalogue)
    assert page.groups[0].heading == "Productivity, health and education"
    assert PRODUCTIVITY in [one.indicator_id for one in page.groups[0].lines]
    listed = {one.indicator_id for group in page.groups[1:] for one in group.lines}
    assert listed == set(catalogue.release.table("gap_change")["indicator_id"])
    counted = rows_of(site, "/gaps.csv")
    widening = sum(row["verdict"] == "widening" and row["span"] == "all_years" for row in counted)
    assert f"{widening} widening" in page.lead


def test_indicator_and_mission_pages_lead_to_the_gap(site: Site) -> None:
    assert f"/indicators/{PRODUCTIVITY}/gaps" in site.get(f"/indicators/{PRODUCTIVITY}").text
    mission = site.get("/missions/levelling-up-2022/living-standards").text
    assert f"/indicators/{PRODUCTIVITY}/gaps" in mission
    assert site.get("/indicators/no-such-thing/gaps").status_code == 404
