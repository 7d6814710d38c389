"""Missions: pages, files and commands give the same numbers, limits come first, and own frameworks fit in."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from likeforlike.publish import mission_words
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.missions import framework_of, mission_of, own_framework
from likeforlike.publish.pages.chain import make_chain
from likeforlike.publish.pages.change import make_change
from likeforlike.publish.pages.council_missions import make_council_missions
from likeforlike.publish.pages.mission import make_mission
from likeforlike.publish.pages.missions import make_missions
from likeforlike.publish.pages.target import make_target
from web_kit import SAMPLE, Site

runner = CliRunner()
PLACE = "/missions/levelling-up-2022"

OWN = """\
id: our-town
title: Our town's promises
publisher: Hartlepool
published: 2026-01-01
reference: Council plan, page 4
legal_basis: None
status: own
missions:
  - id: work
    number: 1
    title: Work
    aim: More people work.
    targets:
      - id: our-work
        title: Employment reaches 75 %
        kind: level
        value: 75
        set_for: every_council
        indicator_id: employment-rate
        baseline:
          period_end: 2019-12-31
        by_date: 2035-12-31
        reference: Council plan, page 4
"""


@pytest.fixture(autouse=True)
def _with_missions(catalogue: Catalogue) -> None:
    if "change_area" not in catalogue.release.manifest.tables:
        pytest.skip("the embedded release was built from files without funding")


def run(*arguments: str, expect: int = 0) -> str:
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == expect, result.output
    return result.stdout if expect == 0 else result.output


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    return path


def test_every_framework_and_mission_has_its_pages_in_every_format(site: Site, catalogue: Catalogue) -> None:
    for framework in catalogue.frameworks.values():
        for suffix in ("", ".json", ".csv"):
            assert site.get(f"/missions/{framework.id}{suffix}").status_code == 200
            assert site.get(f"/missions/{framework.id}/coverage{suffix}").status_code == 200
        for mission in framework.missions:
            page = site.get(f"/missions/{framework.id}/{mission.id}")
            assert page.status_code == 200, mission.id
            assert all(
                gap.metric.split(",")[0] in page.text
                for gap in mission.missing_metrics
                if "'" not in gap.metric
            )


def test_tiles_count_every_target_once(catalogue: Catalogue) -> None:
    for framework in catalogue.frameworks.values():
        page = make_missions(catalogue, framework)
        assert sum(count for _, count in page.totals) == sum(len(one.targets) for one in framework.missions)


def test_a_number_of_a_mission_leads_to_its_address(site: Site) -> None:
    page = site.get(f"{PLACE}/1")
    assert page.status_code == 308
    assert page.headers["location"] == f"{PLACE}/living-standards"


@pytest.mark.parametrize(
    "path",
    [
        "/missions/nope",
        f"{PLACE}/nope",
        "/targets/levelling-up-2022/nope",
        "/targets/plan-for-change-2024/lu1-pay-up",
        "/changes/nope/employment-rate",
        "/changes/town-deals/nope",
        "/changes/core-spending-power/employment-rate",
        "/chain?fund=nope",
    ],
)
def test_what_does_not_exist_is_not_found_in_the_one_error_shape(site: Site, path: str) -> None:
    base, _, query = path.partition("?")
    answer = site.get(f"{base}.json" + (f"?{query}" if query else ""))
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"status", "message", "suggestions"}


def test_from_a_mission_to_funded_councils_is_three_clicks_and_everything_can_be_downloaded(
    site: Site,
) -> None:
    first = site.get("/missions").text
    assert f'href="{PLACE}"' in first
    second = site.get(PLACE).text
    assert f'href="{PLACE}/living-standards"' in second
    third = site.get(f"{PLACE}/living-standards").text
    links = set(re.findall(r'href="(/changes/town-deals/[^"]+)"', third))
    assert "/changes/town-deals/gross-value-added-per-hour-worked" in links
    for path in (PLACE, f"{PLACE}/living-standards", *links):
        file = site.get(f"{path}.csv")
        assert file.status_code == 200
        assert file.text.count("\n") >= 1


def test_limits_stand_before_the_result(site: Site) -> None:
    page = site.get("/changes/town-deals/employment-rate").text
    assert page.index('id="limits"') < page.index('id="result"')
    assert "find four times in five" in page
    assert "not an effect" in page


def test_every_comparison_has_a_page_that_claims_no_cause(site: Site, catalogue: Catalogue) -> None:
    rows = catalogue.release.table("change")
    for finding in rows["finding"].unique().sort():
        fund, indicator = rows.filter(pl.col("finding") == finding).select("fund_id", "indicator_id").row(0)
        page = site.get(f"/changes/{fund}/{indicator}")
        assert page.status_code == 200
        text = re.sub(r"<[^>]+>", " ", page.text).lower()
        assert not re.search(r"\b(caused|because of the fund|impact of|thanks to|led to)\b", text)


def test_the_estimate_is_the_mean_of_the_councils_on_the_page(catalogue: Catalogue) -> None:
    rows = catalogue.release.table("change").filter(pl.col("estimate").is_not_null())
    for fund, indicator in rows.select("fund_id", "indicator_id").gather_every(40).iter_rows():
        page = make_change(catalogue, fund, indicator)
        mean = sum(one.difference for one in page.councils) / len(page.councils)
        assert len(page.councils) == page.summary["funded_count"]
        assert mean == pytest.approx(page.summary["estimate"], rel=1e-6, abs=1e-9)
        assert all(len(one.comparators) == 5 for one in page.councils)
        funded = {one.area_code for one in page.councils}
        assert not funded & {
            other.url.rsplit("/", 1)[1] for one in page.councils for other in one.comparators
        }


def test_about_one_comparison_in_twenty_or_fewer_is_called_a_difference(catalogue: Catalogue) -> None:
    """All comparisons of all funds: with a false discovery rate held at 5 %, differences are few or none."""
    rows = catalogue.release.table("change").filter(pl.col("estimate").is_not_null())
    called = rows["finding"].is_in(["rose_more", "rose_less"]).sum()
    assert rows.height > 100
    assert called <= 0.05 * rows.height


def test_page_file_and_command_hold_the_same_progress(site: Site) -> None:
    page = site.get("/targets/levelling-up-2022/lu5-key-stage-2.json").json()["rows"]
    file = list(csv.DictReader(io.StringIO(site.get("/targets/levelling-up-2022/lu5-key-stage-2.csv").text)))
    command = json.loads(run("progress", "lu5-key-stage-2", "--format", "json"))
    assert len(page) == len(file) == len(command)
    for one, two, three in zip(page, file, command, strict=True):
        assert one["area_code"] == two["area_code"] == three["area_code"]
        assert one["status"] == two["status"] == three["status"]
        assert one["latest"] == three["latest"]
        assert two["latest"] == ("" if one["latest"] is None else str(one["latest"]))


def test_a_district_sees_its_countys_schools_under_the_countys_name(site: Site) -> None:
    page = site.get(f"/councils/{SAMPLE['district']}/missions/levelling-up-2022")
    assert page.status_code == 200
    assert "those targets show the county" in page.text
    rows = json.loads(
        run("missions", SAMPLE["district"], "--framework", "levelling-up-2022", "--format", "json")
    )
    assert {row["area_code"][:3] for row in rows if row["target_id"].startswith("lu5")} == {"E10"}


def test_a_national_target_is_labelled_on_every_councils_page(site: Site) -> None:
    page = site.get(f"/councils/{SAMPLE['district']}/missions/plan-for-change-2024").text
    assert "national target applied locally" in page
    assert "project benchmark" in page


@pytest.mark.parametrize("code", SAMPLE.values(), ids=SAMPLE.keys())
def test_every_kind_of_council_has_a_scorecard_of_missions(site: Site, code: str) -> None:
    assert site.get(f"/councils/{code}/missions").status_code == 200


def test_chain_can_be_read_from_both_ends(site: Site) -> None:
    by_fund = site.get("/chain.json?fund=town-deals").json()["rows"]
    assert {row["fund_id"] for row in by_fund} == {"town-deals"}
    by_indicator = site.get("/chain.json?indicator=gross-value-added-per-hour-worked").json()["rows"]
    assert {row["indicator_id"] for row in by_indicator} == {"gross-value-added-per-hour-worked"}
    assert "town-deals" in {row["fund_id"] for row in by_indicator}


def test_an_own_framework_gets_the_same_rows(own: Path) -> None:
    rows = json.loads(run("missions", "--framework", str(own), "--format", "json"))
    assert [row["target_id"] for row in rows] == ["our-work"]
    hartlepool = json.loads(run("missions", "Hartlepool", "--framework", str(own), "--format", "json"))
    assert hartlepool[0]["aim"] == 75.0
    assert hartlepool[0]["baseline_end"] == "2019-12-31"
    everywhere = json.loads(run("progress", "our-work", "--framework", str(own), "--format", "json"))
    assert len(everywhere) > 290


#: What is wrong, what is written instead of what, the line it stands on, and what the message must say.
WRONG = {
    "unknown indicator": (
        ("indicator_id: employment-rate", "indicator_id: employmnet-rate"),
        19,
        "There is no indicator 'employmnet-rate'",
    ),
    "date in the past": (("by_date: 2035-12-31", "by_date: 2025-12-31"), 22, "which is not after"),
    "two baselines": (
        (
            "          period_end: 2019-12-31",
            "          - period_end: 2019-12-31\n          - period_end: 2021-12-31",
        ),
        20,
        "A target has one baseline; found 2",
    ),
    "gap without group": (
        ("kind: level\n        value: 75", "kind: gap\n        gap_measure: p90_p10"),
        14,
        "Write `group: councils` or `group: regions`",
    ),
    "id taken": (("id: our-town", "id: levelling-up-2022"), 1, "is taken by a framework of the release"),
}


@pytest.mark.parametrize(("change", "line", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_own_framework_is_refused_with_line_and_what_to_write(
    own: Path, change: tuple[str, str], line: int, sentence: str
) -> None:
    assert change[0] in OWN
    own.write_text(OWN.replace(*change))
    said = run("missions", "--framework", str(own), expect=2)
    assert sentence in said
    assert f"own.yaml, line {line}:" in said


ONE = ("change", "--fund", "town-deals", "--indicator", "claimant-count", "--area")


def test_one_council_beside_a_mixture_of_others() -> None:
    (row,) = json.loads(run(*ONE, "Hartlepool", "--format", "json"))
    assert sum(float(part.split("=")[1]) for part in row["mixture"]) == pytest.approx(1, abs=0.002)
    assert row["p_value"] == row["rank"] / row["ranked"]
    assert "no award" in run(*ONE, "Surrey Heath", expect=2)


def test_one_council_alone_has_a_page_with_the_commands_numbers(site: Site) -> None:
    page = site.get("/changes/town-deals/claimant-count/E06000001.json").json()
    (row,) = json.loads(run(*ONE, "E06000001", "--format", "json"))
    assert page["rank"] == row["rank"]
    assert page["mean_difference"] == pytest.approx(row["mean_difference_after"])
    assert sum(one["weight"] for one in page["donors"]) == pytest.approx(1, abs=0.002)
    assert site.get("/changes/town-deals/claimant-count/E06000001").status_code == 200
    assert site.get("/changes/town-deals/claimant-count/E07000214").status_code == 404


def test_pages_take_less_than_eighty_milliseconds_once_the_release_is_open(catalogue: Catalogue) -> None:
    framework = framework_of(catalogue, "levelling-up-2022")
    mission = mission_of(framework, "living-standards")
    area = catalogue.area("Hartlepool")
    pages = {
        "missions": lambda: make_missions(catalogue, framework),
        "mission": lambda: make_mission(catalogue, framework, mission),
        "target": lambda: make_target(catalogue, framework, mission, mission.targets[1]),
        "council": lambda: make_council_missions(catalogue, area, framework),
        "chain": lambda: make_chain(catalogue, fund_id="town-deals"),
        "change": lambda: make_change(catalogue, "town-deals", "employment-rate"),
    }
    for name, make in pages.items():
        make()
        times = []
        for _ in range(5):
            start = time.perf_counter()
            make()
            times.append(time.perf_counter() - start)
        assert min(times) < 0.08, f"{name} takes {min(times) * 1000:.0f} ms"


def test_every_number_of_a_mission_page_is_in_its_files(site: Site) -> None:
    address = f"{PLACE}/living-standards"
    page = site.get(f"{address}.json").json()

    def table(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(site.get(f"{address}.csv?table={name}").text)))

    targets, england = table("targets"), table("england")
    assert [row["target_id"] for row in targets] == [one["id"] for one in page["targets"]]
    for one, row in zip(page["targets"], targets, strict=True):
        counts = {key: row[f"{key}_count"] for key in ("met", "on_track", "off_track", "moving_away")}
        assert all(count in one["counts"] for count in counts.values() if count != "0")
    gap = next(row for row in england if row["target_id"] == "lu1-employment-gap")
    words = next(one["england"] for one in page["targets"] if one["id"] == "lu1-employment-gap")
    assert f"{float(gap['baseline']):.2f}" in words
    assert f"{float(gap['latest']):.2f}" in words
    money = {row["id"]: float(row["amount_gbp"]) for row in table("money")}
    assert money["town-deals"] == pytest.approx(2.35e9, rel=0.01)
    assert len(table("evidence")) == len(page["evidence"])
    assert len(table("missing")) == len(page["missing"])
    linked = re.findall(r"living-standards\.csv\?table=(\w+)", site.get(address).text)
    assert linked == ["england", "money", "changes", "evidence", "missing"]


def test_where_a_reference_was_read_is_said_and_an_own_frameworks_is_left_alone(
    site: Site, catalogue: Catalogue, own: Path
) -> None:
    page = site.get(f"{PLACE}/health").text
    assert "Read in: Full text in the Rural Services Network" in page
    for framework in catalogue.frameworks.values():
        for mission in framework.missions:
            made = make_mission(catalogue, framework, mission)
            assert made.checked.startswith("Read in: " if mission.checked else "Not checked")
            assert all(one.checked for one in made.funds)
    mine = own_framework(catalogue, own, date(2026, 6, 1))
    assert make_mission(mine, mine.own, mine.own.missions[0]).checked == ""


def test_a_target_says_how_old_its_figures_are_and_how_its_line_broke_in_2020(site: Site) -> None:
    page = site.get("/targets/levelling-up-2022/lu10-first-time-buyers-up.json").json()
    assert page["age"].startswith("newest figures ")
    told = [row for row in page["rows"] if row["break_level"] is not None]
    councils = [row for row in told if row["area_code"][:3] not in ("E92", "E12")]
    down = sum(row["break_level"] + row["break_level_margin_95"] < 0 for row in councils)
    assert f"Of {len(councils)} councils" in page["broke"]
    assert f"{down} down by more than their margin" in page["broke"]
    council = site.get("/councils/E06000001/missions/levelling-up-2022").text
    assert "jumped by" in council
    assert "Newest figures" in council


def test_the_counts_of_tiles_can_be_downloaded(site: Site) -> None:
    page = site.get(f"{PLACE}.json").json()
    file = list(csv.DictReader(io.StringIO(site.get(f"{PLACE}.csv?table=tiles").text)))
    for tile, row in zip(page["tiles"], file, strict=True):
        assert {name: str(count) for name, count in tile["counts"]} == {
            name: row[name] for name, _ in tile["counts"]
        }


def test_a_council_is_led_to_alone_exactly_where_it_can_be_looked_at_alone(
    catalogue: Catalogue, site: Site
) -> None:
    areas = catalogue.release.table("change_area").sort("fund_id", "indicator_id", "area_code")
    assert 0.5 < areas["alone"].mean() < 1
    for row in areas.gather_every(397).iter_rows(named=True):
        address = f"/changes/{row['fund_id']}/{row['indicator_id']}/{row['area_code']}.json"
        assert site.get(address).status_code == (200 if row["alone"] else 404), address


def test_limits_of_drift_and_of_other_funds_stand_among_the_checks(catalogue: Catalogue) -> None:
    page = make_change(catalogue, "town-deals", "gross-value-added-per-hour-worked")
    checks = dict(page.checks)
    row = page.summary
    assert row["drift_lower_95"] < row["drift_estimate"] < row["drift_upper_95"]
    assert row["drift_lower_95"] < row["lower_95"]  # allowing for drift cannot make a difference surer
    assert (
        "could not be left out even without any drift"
        in checks["Had they gone on drifting as before the award"]
    )
    assert (
        f"Against the {row['without_other_funds_count']} councils that had no other place fund either"
        in checks
    )


def test_what_is_not_read_for_a_council_is_named_with_the_reason(catalogue: Catalogue) -> None:
    framework = framework_of(catalogue, "levelling-up-2022")
    page = make_council_missions(catalogue, catalogue.area("E06000001"), framework)
    for mission, shown in zip(framework.missions, page.missions, strict=True):
        titles = [one.title for one in shown.targets] + [one.title for one in shown.not_for]
        assert sorted(titles) == sorted(one.title for one in mission.targets)
    reasons = {one.title: one.why for shown in page.missions for one in shown.not_for}
    assert "gap between places" in reasons["The pay gap between councils is narrower"]
    assert reasons["200,000 more people a year complete high-quality training in England"].startswith(
        "no figures"
    )


def test_counts_of_targets_are_sentences_without_noughts() -> None:
    totals = {"on": 1, "off": 9, "unclear": 5, "unmonitored": 0}
    assert mission_words.totals_sentence(totals) == (
        "Of 15 targets: 1 on track or met, 9 off track or moving away and 5 where nobody can tell."
    )
    assert (
        mission_words.council_sentence("A", {"met": 1, "cannot_tell": 0}) == "Of 1 target read for A: 1 met."
    )
    assert mission_words.council_sentence("A", {"met": 0}) == "No target here can be read for A."


def test_a_jump_within_its_margin_is_not_called_one(catalogue: Catalogue) -> None:
    row = {
        "break_level": -1.1,
        "break_level_margin_95": 5.1,
        "break_slope": -2.1,
        "break_slope_margin_95": 1.2,
    }
    said = mission_words.broke(row, catalogue.indicator("employment-rate"))
    assert "no jump in spring 2020 that can be told from chance" in said and "jumped" not in said
    assert "yearly slope since by −2.10 percentage points (give or take 1.20" in said
    clear = mission_words.broke({**row, "break_level_margin_95": 1.0}, catalogue.indicator("employment-rate"))
    assert "jumped by −1.10 percentage points (give or take 1.00 percentage points) in spring 2020" in clear


def test_funded_councils_stand_by_name_because_their_differences_have_no_margin(catalogue: Catalogue) -> None:
    page = make_change(catalogue, "town-deals", "gross-median-weekly-pay")
    names = [one.name for one in page.councils]
    assert names == sorted(names) and len(names) > 50
