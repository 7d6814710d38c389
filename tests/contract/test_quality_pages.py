"""Quality flags where people meet them: beside the number, on a page of their own, on the command line."""

from __future__ import annotations

import csv
import io
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.quality import Check, Pattern
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.quality import FLAG_KEYS, all_corrections, all_flags, latest_ends, newest
from likeforlike.publish.quality_words import CHECKS, RULES, SEVERITIES, SHORT, Seen, sentence
from likeforlike.publish.vintages import known_on
from web_kit import Site


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def flagged(catalogue: Catalogue):
    """A flag of a council's newest value, which its scorecard shows."""
    shown = [
        one
        for one in all_flags(catalogue)
        if newest(catalogue, one) and one.value is not None and one.url.startswith("/councils/")
    ]
    assert shown
    return shown[0]


def test_every_check_pattern_and_severity_has_words() -> None:
    assert set(CHECKS) == set(RULES) == set(SHORT) == set(Check)
    assert len(SEVERITIES) == 3


@pytest.mark.parametrize("pattern", Pattern)
def test_every_pattern_has_a_sentence(catalogue: Catalogue, pattern: Pattern) -> None:
    flag = all_flags(catalogue)[0]
    indicator = catalogue.indicators[flag.indicator_id]
    period = catalogue.matrices.matrix(
        indicator.id, catalogue.pool(indicator, catalogue.area("Hartlepool"))
    ).periods[0]
    seen = Seen(indicator, period, period, 1.0, 2.0, 2.0, "Essex", all_councils=False)
    words = sentence(pattern, seen)
    assert words[0].isupper() or words[0].isdigit() or words[0] == "£"
    assert words.endswith(".")
    assert "None" not in words
    assert " nan" not in words


def test_a_flag_stands_beside_its_number_on_the_scorecard(site: Site, flagged) -> None:
    page = site.get(f"/councils/{flagged.area_code}")
    assert flagged.short in page.text
    data = site.get(f"/councils/{flagged.area_code}.json").json()
    row = next(
        row
        for group in data["groups"]
        for row in group["rows"]
        if row["indicator_id"] == flagged.indicator_id
    )
    assert flagged.short in row["flags"]
    assert flagged.sentence in row["doubts"]
    table = site.get(f"/councils/{flagged.area_code}.csv").text
    line = next(
        one for one in csv.DictReader(io.StringIO(table)) if one["indicator_id"] == flagged.indicator_id
    )
    assert flagged.short in line["flags"]
    assert flagged.sentence in line["doubts"]


def test_the_indicators_pages_say_what_was_seen(site: Site, flagged) -> None:
    page = site.get(flagged.url)
    assert "Numbers to look at twice" in page.text
    assert flagged.sentence in page.text.replace("&#39;", "'").replace("&amp;", "&")
    data = site.get(f"{flagged.url}.json").json()
    assert flagged.sentence in [one["sentence"] for one in data["doubts"]]
    assert any(flagged.short in one["flags"] for one in data["periods"])
    assert "quality" in site.get(f"{flagged.url}.json").request.url.path or data["doubts"]
    every = site.get(f"/indicators/{flagged.indicator_id}")
    assert flagged.short in every.text
    assert "The checks doubt" in every.text


def test_a_recent_jump_that_lasted_is_told_beside_the_newest_value(site: Site, catalogue: Catalogue) -> None:
    latest = latest_ends(catalogue)
    steps = [
        one
        for one in all_flags(catalogue)
        if one.pattern is Pattern.STEP and 0 < (latest[one.indicator_id] - one.period_end).days < 500
    ]
    assert steps
    step = steps[0]
    rows = site.get(f"/indicators/{step.indicator_id}.json").json()
    row = next(one for one in [*rows["rows"], *rows["counties"]] if one["area_code"] == step.area_code)
    assert any(flag.startswith("after a jump (") for flag in row["flags"])
    assert step.sentence in row["doubts"]


def test_a_number_without_doubt_carries_no_flag(site: Site, catalogue: Catalogue) -> None:
    doubted = {(one.indicator_id, one.area_code) for one in all_flags(catalogue)}
    assert ("employment-rate", "E06000001") not in doubted
    page = site.get("/councils/E06000001/employment-rate").text
    assert "Numbers to look at twice" not in page
    assert "suspicious" not in page


def test_the_quality_page_counts_and_filters(site: Site, catalogue: Catalogue) -> None:
    page = site.get("/data/quality.json").json()
    flags = all_flags(catalogue)
    assert page["total"] == len(page["flags"]) == len(flags)
    assert sum(one["flags"] for one in page["checks"]) == len(flags)
    jumps = site.get("/data/quality.json?check=jump").json()["flags"]
    assert {one["check"] for one in jumps} == {"jump"}
    assert len(jumps) == sum(one.check is Check.JUMP for one in flags)
    chosen = flags[0].indicator_id
    of_one = site.get(f"/data/quality.json?indicator={chosen}").json()["flags"]
    assert {one["indicator_id"] for one in of_one} == {chosen}
    assert site.get("/data/quality").status_code == 200
    assert "/data/quality" in site.get("/data").text


def test_the_quality_page_refuses_what_does_not_exist(site: Site) -> None:
    assert site.get("/data/quality?check=typo").status_code == 400
    assert site.get("/data/quality?indicator=no-such-thing").status_code == 404


def test_quality_files(site: Site, catalogue: Catalogue) -> None:
    rows = [*csv.DictReader(io.StringIO(site.get("/data/quality.csv").text))]
    assert len(rows) == len(all_flags(catalogue))
    assert [name for name in rows[0] if not name.startswith("file_")] == list(FLAG_KEYS)
    corrections = [*csv.DictReader(io.StringIO(site.get("/data/quality.csv?table=corrections").text))]
    assert len(corrections) == len(all_corrections(catalogue))


def test_both_values_of_a_correction_are_in_the_audit_trail(site: Site, catalogue: Catalogue) -> None:
    one = next(
        one
        for one in all_corrections(catalogue)
        if one.url.startswith("/councils/") and one.area_code != "E06000053"
    )
    data = site.get(f"{one.url}.json").json()
    row = next(row for row in data["audit"] if row["period_end"] == one.period_end.isoformat())
    assert row["published_value"] == one.published
    assert row["value"] == one.corrected
    assert row["method"] == "corrected"
    assert one.reason in row["correction"]
    assert one.reason in site.get("/data/quality.json").json()["corrections"][0]["reason"] or all_corrections(
        catalogue
    )


def test_the_model_that_repeats_a_mistake_is_told_beside_the_corrections(site: Site) -> None:
    told = site.get("/data/quality.json").json()["reproduced"]
    assert {(one["area_name"], one["found"], one["use"]) for one in told} == {
        ("North Northamptonshire", 14.8, 7.4),
        ("West Northamptonshire", 13.8, 6.9),
    }


def test_the_data_page_splits_what_is_withheld_from_what_is_missing(site: Site, catalogue: Catalogue) -> None:
    observations = catalogue.release.table("observation")
    told = {one["indicator_id"]: one for one in site.get("/data.json").json()["coverage"]}
    for indicator_id in (
        "gross-median-weekly-pay",
        "childrens-social-workers-from-agencies",
        "fly-tipping-incidents",
    ):
        rows = observations.filter(pl.col("indicator_id") == indicator_id).select("value", "status").rows()
        withheld = sum(v is None and s in ("suppressed", "low_reliability") for v, s in rows)
        missing = sum(v is None and s not in ("suppressed", "low_reliability") for v, s in rows)
        estimated = sum(v is not None and s == "estimated" for v, s in rows)
        one = told[indicator_id]
        found = (one["suppressed_pct"], one["missing_pct"], one["estimated_pct"])
        assert found == tuple(
            pytest.approx(100 * n / len(rows), abs=0.051) for n in (withheld, missing, estimated)
        )


def test_the_command_lists_flags_for_people_and_programs(catalogue: Catalogue, flagged) -> None:
    code, out, _ = run("quality", flagged.area_name, "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert [list(row) for row in rows] == [list(FLAG_KEYS)] * len(rows)
    assert flagged.sentence in [row["sentence"] for row in rows]
    code, out, _ = run("quality", "--check", "jump", "--format", "csv")
    lines = [*csv.DictReader(io.StringIO(out))]
    assert {line["check"] for line in lines} == {"jump"}
    code, out, _ = run("quality", "--indicator", flagged.indicator_id)
    assert "What was seen" in out
    code, out, _ = run("quality", "--corrections", "--format", "json")
    assert len(json.loads(out)) == len(all_corrections(catalogue))
    code, out, _ = run("quality", "--corrections")
    assert "Published" in out


def test_the_command_has_a_header_without_a_row(catalogue: Catalogue) -> None:
    quiet = next(
        one.id
        for one in catalogue.indicators.values()
        if one.id not in {flag.indicator_id for flag in all_flags(catalogue)}
    )
    code, out, _ = run("quality", "--indicator", quiet, "--format", "csv")
    assert (code, out.strip().split(",")) == (0, list(FLAG_KEYS))


def test_the_command_refuses_what_does_not_exist() -> None:
    assert run("quality", "Hartlepol")[0] == 2
    assert run("quality", "--indicator", "no-such-thing")[0] == 2
    assert run("quality", "--check", "typo")[0] == 2


def test_a_benchmark_row_says_which_checks_doubt_its_value(flagged) -> None:
    _, out, _ = run("benchmark", flagged.area_code, "--indicator", flagged.indicator_id, "--format", "json")
    (row,) = json.loads(out)
    assert row["quality_flags"] == [flagged.check.value]
    assert "[?]" in run("benchmark", flagged.area_code, "--indicator", flagged.indicator_id)[1]


def test_figures_of_an_earlier_day_have_the_flags_of_that_day(catalogue: Catalogue) -> None:
    """They are found anew: a flag on today's figure says nothing about the one that was published then."""
    names = catalogue.vintages.indicator_ids
    days = catalogue.vintages.days(names[0])
    then = known_on(catalogue, catalogue.indicators[names[0]], days[0])
    flags = all_flags(then)
    assert {one.indicator_id for one in flags} <= {names[0]}
    values = {
        (code, period.start, period.end): then.matrices.matrix(names[0], pool).values[row, column]
        for pool in (Pool.LOWER_TIER, Pool.UPPER_TIER)
        for matrix in [then.matrices.matrix(names[0], pool)]
        for code, row in matrix.row_of.items()
        for column, period in enumerate(matrix.periods)
    }
    for one in flags:
        if one.check is Check.JUMP:
            assert values[one.area_code, one.period_start, one.period_end] == pytest.approx(one.value)
