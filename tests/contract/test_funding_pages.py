"""Funding pages and commands: what they promise, and that pages, files and commands give the same numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from likeforlike.publish import funding_words
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.funding import allocation_rows
from likeforlike.publish.pages.council_funding import make_council_funding
from likeforlike.publish.pages.funding import make_funding
from web_kit import SAMPLE, Site

runner = CliRunner()
KEYS = [
    "funds",
    "need",
    "multi_area",
    "council_count",
    "total_gbp",
    "spearman",
    "spearman_low",
    "spearman_high",
    "pearson",
    "kendall",
    "concentration_index",
    "concentration_se",
    "misallocated_share",
]


@pytest.fixture(autouse=True)
def _with_funding(catalogue: Catalogue) -> None:
    if "alignment" not in catalogue.release.manifest.tables:
        pytest.skip("the embedded release was built from files without funding")


def run(*arguments: str, expect: int = 0) -> str:
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == expect, result.output
    return result.stdout if expect == 0 else result.output


@pytest.mark.parametrize("code", SAMPLE.values(), ids=SAMPLE.keys())
def test_every_kind_of_council_has_a_funding_page(site: Site, code: str) -> None:
    page = site.get(f"/councils/{code}/funding")
    assert page.status_code == 200
    assert "What is missing, and what this cannot say" in page.text


def test_every_fund_has_a_page_and_only_whole_funds_are_compared(site: Site, catalogue: Catalogue) -> None:
    for fund in catalogue.funds.values():
        page = site.get(f"/funding/{fund.id}")
        assert page.status_code == 200, fund.id
        assert ("What the answer depends on" in page.text) == fund.usable_for_totals, fund.id
    assert site.get("/funding/nope").status_code == 404


def test_formula_money_is_shown_by_year_and_never_as_awards(site: Site) -> None:
    page = site.get("/funding/core-spending-power.json").json()
    assert [year["year"] for year in page["years"]] == [
        f"{year}-{year - 1999:02d}" for year in range(2015, 2021)
    ]
    assert page["awards"] == [] and page["view"] is None
    assert "never compared with awards" in site.get("/funding/core-spending-power").text


def test_the_overview_says_what_is_missing_and_in_how_many_ways_the_relation_is_positive(site: Site) -> None:
    text = site.get("/funding").text
    for words in (
        "UK Shared Prosperity Fund",
        "none in these funds",
        "Rules of selection differ",
        "not in level",
    ):
        assert words in text
    assert re.search(r"In \d+ of \d+ reasonable ways of asking", text)
    assert "caused" not in text


def test_every_statistic_of_the_main_specification_stands_on_the_page_with_its_interval(
    catalogue: Catalogue,
) -> None:
    view = make_funding(catalogue).view
    by_name = {line.name: line for line in view.statistics}
    assert len(by_name) == 8
    assert all(line.interval for line in by_name.values())
    chosen = next(one for one in view.needs if one.chosen)
    assert by_name["Rank correlation (Spearman)"].value == chosen.spearman
    assert by_name["Rank correlation (Spearman)"].interval == chosen.spearman_interval
    assert by_name["Concentration index"].value == chosen.concentration


def test_the_map_has_a_shape_for_every_lower_tier_area_and_no_money_is_a_class_of_its_own(
    site: Site, catalogue: Catalogue
) -> None:
    if "geometry" not in catalogue.release.manifest.tables:
        pytest.skip("the embedded release holds no shapes")
    page = make_funding(catalogue)
    assert page.map is not None
    none = catalogue.release.table("funding_area").filter(
        pl.col("funds") == "levelling-up-awards",
        pl.col("tier") == "lower",
        pl.col("multi_area") == "exclude",
        pl.col("money_gbp") == 0,
    )
    assert (page.map.classes[0].words, page.map.classes[0].count) == ("none", none.height)
    assert sum(one.count for one in page.map.classes) == len(catalogue.register.lower_tier)
    assert "Where it went, per head" in site.get("/funding").text


def test_an_unknown_choice_is_told_the_choices(site: Site) -> None:
    for url in ("/funding?need=x", "/funding?funds=x", "/councils/E12000001/funding", "/funding/register"):
        assert site.get(url).status_code == 404, url
    assert (
        site.get("/funding?need=%00").status_code == 422 or site.get("/funding?need=%00").status_code == 400
    )


def test_a_name_leads_to_the_code_in_the_format_asked_for(site: Site) -> None:
    moved = site.get("/councils/hartlepool/funding.csv")
    assert moved.status_code == 308
    assert moved.headers["location"] == "/councils/E06000001/funding.csv"


def test_page_file_and_command_hold_the_same_awards(site: Site) -> None:
    page = site.get("/councils/E06000001/funding.json").json()
    lines = list(csv.DictReader(io.StringIO(site.get("/councils/E06000001/funding.csv").text)))
    command = json.loads(run("allocations", "Hartlepool", "--format", "json"))
    names = {line["allocation_id"] for line in lines}
    assert names == {row["allocation_id"] for row in command}
    assert len(page["own"]) + len(page["shared"]) == len(names)
    assert all(line["snapshot_id"] and line["source_row"] for line in lines)


def test_the_register_holds_every_award_once_per_area(site: Site, catalogue: Catalogue) -> None:
    lines = list(csv.DictReader(io.StringIO(site.get("/funding/register.csv").text)))
    assert len(lines) == catalogue.release.table("allocation_area").height
    shares: dict[str, float] = {}
    for line in lines:
        shares[line["allocation_id"]] = shares.get(line["allocation_id"], 0.0) + float(line["share"])
    assert all(abs(total - 1) < 1e-9 for total in shares.values())


def test_alignment_has_the_promised_keys_and_the_pages_numbers(catalogue: Catalogue) -> None:
    rows = json.loads(run("alignment", "--fund", "levelling-up-awards", "--format", "json"))
    assert [list(row) for row in rows] == [KEYS]
    view = make_funding(catalogue).view
    chosen = next(one for one in view.needs if one.chosen)
    assert f"{rows[0]['spearman']:.2f}" == chosen.spearman
    assert rows[0]["council_count"] == chosen.councils


def test_kept_with_the_recipient_the_upper_tier_is_compared(catalogue: Catalogue) -> None:
    arguments = ("alignment", "--fund", "town-deals", "--multi-area", "recipient", "--format", "json")
    row = json.loads(run(*arguments))[0]
    assert row["council_count"] == len(catalogue.register.upper_tier)


def test_all_specifications_count_each_way_of_asking_once(catalogue: Catalogue) -> None:
    rows = list(csv.DictReader(io.StringIO(run("alignment", "--all-specifications", "--format", "csv"))))
    key = ("funds", "need", "multi_area", "tier", "per", "outliers")
    assert len({tuple(row[name] for name in key) for row in rows}) == len(rows) > 2000
    whole = [row for row in rows if row["funds"] == "town-deals"]
    assert {row["multi_area"] for row in whole} == {"exclude"}


def test_a_counterfactual_moves_nothing_in_or_out() -> None:
    rows = json.loads(run("counterfactual", "--fund", "town-deals", "--format", "json"))
    assert len(rows) == 296
    assert sum(row["gap_gbp"] for row in rows) == pytest.approx(0, abs=1)
    assert sum(row["needed_gbp"] for row in rows) == pytest.approx(2_349_272_380, rel=1e-9)


def test_funds_that_must_not_be_added_are_refused_in_one_sentence() -> None:
    said = run("alignment", "--fund", "town-deals", "--fund", "pride-in-place", expect=2)
    assert "different kinds" in said and "Traceback" not in said
    assert "puts places in order" in run("counterfactual", "--fund", "town-deals", "--need", "pay", expect=2)


def test_an_own_fund_equal_per_head_has_no_concentration(tmp_path: Path, catalogue: Catalogue) -> None:
    people = catalogue.matrices.matrix("population", next(iter(catalogue.models.values())).pool.LOWER_TIER)
    column = [period.end.year for period in people.periods].index(2020)
    lines = [
        f"{code},{7 * value},2020-12-26"
        for code, value in zip(people.areas, people.values[:, column].tolist(), strict=True)
    ]
    path = tmp_path / "mine.csv"
    path.write_text("recipient_code,amount_gbp,date\n" + "\n".join(lines) + "\n")
    row = json.loads(run("alignment", "--fund-file", str(path), "--format", "json"))[0]
    assert row["funds"] == "own-fund"
    assert row["concentration_index"] == pytest.approx(0, abs=1e-9)


HEADER = "recipient_code,amount_gbp,date"
BAD_FUNDS = {
    "unknown code": (f"{HEADER}\nE06999999,5,2021-10-27\n", "line 2", "no area with the code"),
    "negative": (f"{HEADER}\nE06000001,-1,2020-12-26\n", "line 2", "0 or more"),
    "not a number": (f"{HEADER}\nE06000001,5,2020-12-26\nE06000002,many,2020-12-26\n", "line 3", "0 or more"),
    "no amount": (f"{HEADER}\nE06000001,,2020-12-26\n", "line 2", "an amount"),
    "twice": (f"{HEADER}\nE06000001,5,2021-10-27\nE06000001,5,2021-10-27\n", "line 3", "again"),
    "no date": (f"{HEADER}\nE06000001,5,\n", "line 2", "is not a date"),
    "shares": (
        f"{HEADER},award,area_code,share\nE47000006,9,2021-10-27,a,E06000002,0.25\n"
        "E47000006,9,2021-10-27,a,E06000003,0.5\n",
        "line 3",
        "add up to 0.75, not to 1",
    ),
    "other column": ("code,amount_gbp,date\nE06000001,5,2021-10-27\n", "line 1", "unknown column code"),
    "empty": (f"{HEADER}\n", "line 1", "holds no award"),
}


@pytest.mark.parametrize("command", ["alignment", "counterfactual"])
@pytest.mark.parametrize(("text", "where", "says"), BAD_FUNDS.values(), ids=BAD_FUNDS)
def test_a_bad_own_fund_is_refused_with_file_and_row(
    tmp_path: Path, command: str, text: str, where: str, says: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    said = run(command, "--fund-file", str(path), expect=2)
    assert f"mine.csv, {where}" in said
    assert says in said
    assert "Traceback" not in said


def test_an_own_fund_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = run("alignment", "--fund-file", str(tmp_path / "none.csv"), expect=2)
    assert "none.csv" in said and "There is no such file" in said


def test_an_own_fund_is_asked_in_every_way_that_the_funds_are(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEADER}\nE06000001,5000,2021-10-27\nE10000016,7000,2021-10-27\n")
    out = run("alignment", "--fund-file", str(path), "--all-specifications", "--format", "json")
    rows = json.loads(out)
    assert {row["funds"] for row in rows} == {"own-fund"}
    # Kept with the county, or its districts' even parts added up: among counties the same, which counts once.
    assert {row["multi_area"] for row in rows} == {"exclude", "even", "population"}
    assert {row["total_gbp"] for row in rows} == {5000, 12000}


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text("year_start,index\n2020,80\n2021,100\n2022,125\n2024,160\n")
    return path


def test_in_real_terms_each_award_moves_with_the_prices_of_its_own_year(prices: Path) -> None:
    def total(*arguments: str) -> float:
        return json.loads(run("alignment", *arguments, "--format", "json"))[0]["total_gbp"]

    real = ("--deflator", str(prices), "--prices", "2024")
    first, second = total("--fund", "levelling-up-fund-round-1"), total("--fund", "levelling-up-fund-round-2")
    assert total("--fund", "levelling-up-fund-round-1", *real) == pytest.approx(first * 1.6, rel=1e-8)
    assert total("--fund", "levelling-up-fund", *real) == pytest.approx(first * 1.6 + second * 1.28, rel=1e-8)
    rows = json.loads(run("counterfactual", "--fund", "levelling-up-fund", *real, "--format", "json"))
    assert sum(row["amount_gbp"] for row in rows) == pytest.approx(first * 1.6 + second * 1.28, rel=1e-8)
    assert "In prices of 2024-25" in run("alignment", "--fund", "levelling-up-fund", *real)
    assert "Nominal pounds" in run("alignment", "--fund", "levelling-up-fund")


def test_one_years_money_in_real_terms_lies_along_need_as_before(prices: Path) -> None:
    """The statistics do not depend on the unit of money; computed anew, they equal the stored ones."""
    fund = ("alignment", "--fund", "levelling-up-fund-round-1", "--format", "json")
    stored = json.loads(run(*fund))[0]
    real = json.loads(run(*fund, "--deflator", str(prices), "--prices", "2024"))[0]
    for key in set(KEYS) - {"total_gbp"}:
        # Stored rank statistics are from single precision, which an interval of 2,000 draws does not exceed.
        assert real[key] == pytest.approx(stored[key], abs=1e-3), key


def test_prices_of_a_year_that_the_table_lacks_are_refused(prices: Path) -> None:
    said = run(
        "alignment", "--fund", "pride-in-place", "--deflator", str(prices), "--prices", "2024", expect=2
    )
    assert "no value for 2025-26" in said
    assert "Give --deflator and --prices" in run("alignment", "--prices", "2024", expect=2)


def test_a_part_asked_for_is_the_part_the_release_holds(catalogue: Catalogue) -> None:
    parts = json.loads(run("alignment", "--by-part", "--format", "json"))
    third = next(row for row in parts if row["label"] == "phase 3")
    asked = json.loads(
        run("alignment", "--fund", "pride-in-place", "--round", "phase 3", "--format", "json")
    )[0]
    year = json.loads(
        run(
            "alignment",
            "--fund",
            "pride-in-place",
            "--from",
            "2026-03-01",
            "--to",
            "2026-03-31",
            "--format",
            "json",
        )
    )[0]
    for key in ("council_count", "total_gbp", "pearson", "kendall", "concentration_index"):
        assert asked[key] == pytest.approx(third[key], rel=1e-6) == pytest.approx(year[key], rel=1e-6), key
    assert asked["spearman_low"] == pytest.approx(third["spearman_low"], abs=1e-3)
    assert "phase 2, phase 3" in run("alignment", "--fund", "pride-in-place", "--round", "9", expect=2)
    assert "is after" in run("alignment", "--from", "2022-01-01", "--to", "2021-01-01", expect=2)
    assert "is not a day" in run("alignment", "--from", "yesterday", expect=2)
    assert "no parts by 'x'" in run("alignment", "--by-part", "--need", "x", expect=2)


def test_the_overview_shows_every_announcement_and_every_part(site: Site, catalogue: Catalogue) -> None:
    page = make_funding(catalogue)
    register = catalogue.release.table("allocation")
    assert len(page.timeline) == register.select("fund_id", "announced_date").n_unique()
    assert sum(one.amount_gbp for one in page.timeline) == pytest.approx(register["amount_gbp"].sum())
    assert [one.first for one in page.timeline] == sorted(one.first for one in page.timeline)
    assert len(page.parts) == catalogue.release.table("alignment_part").select("kind", "label").n_unique()
    text = site.get("/funding").text
    assert text.count("Money announced, by date") == 2
    for one in page.timeline:
        assert f"{one.name}, {one.when}" in text


def test_a_council_is_marked_in_the_scatter_of_the_overview(site: Site) -> None:
    page = site.get("/funding.json?council=hull").json()
    marked = [dot["label"] for dot in page["view"]["dots"] if dot["council"]]
    assert len(marked) == 1 and marked[0].startswith("Kingston upon Hull")
    assert 'class="c-council"' in site.get("/funding?council=hull").text
    assert site.get("/funding?council=kent").status_code == 400
    assert site.get("/funding?council=nowhere").status_code == 404


def test_what_the_register_lacks_stands_on_every_funding_page(site: Site) -> None:
    for url in ("/funding", "/funding/town-deals", "/councils/E06000001/funding"):
        text = site.get(url).text
        for fund in (
            "UK Shared Prosperity Fund",
            "Community Renewal Fund",
            "30 of the 55 awards of the third round",
            "cultural funds",
            "Levelling Up Partnerships",
        ):
            assert fund in text, (url, fund)
        for caveat in (
            "No money here means none in these funds",
            "Rules of selection differ",
            "compare in the order of councils, not in level",
        ):
            assert caveat in text, (url, caveat)


def test_awards_as_known_on_a_day_differ_where_the_file_changed(catalogue: Catalogue) -> None:
    nelson = catalogue.area("Pendle")
    now = allocation_rows(catalogue, nelson, "town-deals")["amount_gbp"].sum()
    then = json.loads(
        run("allocations", "Pendle", "--fund", "town-deals", "--as-of", "2024-05-02", "--format", "json")
    )
    assert now == 25_000_000
    assert sum(row["amount_gbp"] for row in then) == 29_000_000
    later = run("allocations", "Pendle", "--fund", "town-deals", "--as-of", "2024-05-03", "--format", "json")
    assert sum(row["amount_gbp"] for row in json.loads(later)) == 25_000_000
    assert json.loads(run("allocations", "Pendle", "--as-of", "2019-01-01", "--format", "json")) == []


def test_a_council_page_takes_less_than_eighty_milliseconds_once_the_release_is_open(
    catalogue: Catalogue,
) -> None:
    area = catalogue.area("Hartlepool")
    make_council_funding(catalogue, area)
    make_funding(catalogue)
    # The quickest of three, and of this thread alone: another may be warming the pages of a site.
    spent = []
    for _ in range(3):
        started = time.thread_time()
        make_council_funding(catalogue, area)
        make_funding(catalogue)
        spent.append((time.thread_time() - started) / 2)
    assert min(spent) < 0.08


def test_shared_awards_are_in_no_councils_total(catalogue: Catalogue) -> None:
    rows = allocation_rows(catalogue)
    assert (
        rows.filter(pl.col("method") == "several")["share_gbp"].null_count()
        == rows.filter(pl.col("method") == "several").height
    )


def test_an_award_says_which_fund_it_is_of_and_a_promise_is_never_shown_as_an_award(
    catalogue: Catalogue,
) -> None:
    page = make_council_funding(catalogue, catalogue.area("E06000001"))
    kinds = {fund.title: fund.amount_kind.value for fund in catalogue.funds.values()}
    assert {kinds[one.fund] for one in page.own} == {"up_to", "awarded"}
    for one in page.own:
        assert one.amount.startswith("up to £") is (kinds[one.fund] == "up_to"), one.what


def test_core_grants_are_said_to_be_above_or_below_never_minus() -> None:
    row = {
        "population": 10,
        "grants_method": "own",
        "grant_2015_gbp": 5e6,
        "grant_2020_gbp": 4e6,
        "grant_change_gbp": -1234.0,
    }
    said = funding_words.grants_sentence(row, "A", whole=True)
    assert "£123 a head below the level of 2015-16" in said and "−" not in said
    assert "£123 a head above" in funding_words.grants_sentence(
        {**row, "grant_change_gbp": 1234.0}, "A", whole=True
    )


def test_a_concentration_index_whose_interval_holds_nought_points_nowhere() -> None:
    clear = funding_words.concentration_words({"value": -0.2, "low": -0.3, "high": -0.1})
    assert "−0.30 to −0.10" in clear and "towards the more deprived" in clear
    unclear = funding_words.concentration_words({"value": -0.2, "low": -0.5, "high": 0.1})
    assert "cannot be told" in unclear and "towards the more deprived;" not in unclear


def test_every_measure_of_need_shows_the_concentration_index_with_the_interval_of_the_statistics(
    catalogue: Catalogue,
) -> None:
    page = make_funding(catalogue)
    (chosen,) = [one for one in page.view.needs if one.chosen]
    (statistic,) = [one for one in page.view.statistics if one.name == "Concentration index"]
    assert (chosen.concentration, chosen.concentration_interval) == (statistic.value, statistic.interval)
    assert all(one.concentration_interval for one in page.view.needs)
