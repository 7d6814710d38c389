"""What was known on a day, and revisions: command line and pages, against a release made of the files of then."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import release_kit as kit
import vintages_kit
from likeforlike.pipeline.build import make_release
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.vintages import REVISION_KEYS
from likeforlike.publish.web.app import create_app
from likeforlike.store.write import save_release
from vintages_kit import FIRST, LATEST, SECOND
from web_kit import Site

runner = CliRunner()


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    raw = vintages_kit.write_raw(tmp_path_factory.mktemp("raw"))
    built = make_release(raw, vintages_kit.definitions(), kit.register(), vintages_kit.STEPS)
    return save_release(built.packed, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def small(out) -> Catalogue:
    return Catalogue.open(out)


def made_then(folder: Path, day) -> Catalogue:
    """The slow way: a release made when only the editions of then had been published."""
    editions = tuple(one for one in (FIRST, SECOND, LATEST) if one <= day)
    raw = vintages_kit.write_raw(folder / "raw", editions)
    made = make_release(raw, vintages_kit.definitions(editions), kit.register(), vintages_kit.STEPS)
    return Catalogue.open(save_release(made.packed, folder / "out"))


def ask(out: Path, *arguments: str) -> list[dict[str, object]]:
    result = runner.invoke(app, [*arguments, "--release", str(out), "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("day", [FIRST, SECOND - timedelta(1), SECOND, LATEST])
@pytest.mark.parametrize("period", ["latest", "all"])
def test_a_benchmark_as_known_on_a_day_is_that_of_a_release_made_then(out, tmp_path, day, period):
    was = made_then(tmp_path, day)
    common = ("benchmark", "--all", "--indicator", "schools", "--period", period)
    now = ask(out, *common, "--as-known-on", str(day))
    assert now == ask(was.release.path, *common)
    assert len(now) == 153 * (1 if period == "latest" else 2 if day < SECOND else 3)


def test_without_an_indicator_those_with_vintages_answer_and_the_rest_are_named(out):
    result = runner.invoke(
        app,
        ["benchmark", "Hartlepool", "--as-known-on", str(FIRST), "--format", "csv", "--release", str(out)],
    )
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["indicator_id"] for row in rows] == ["schools"]
    assert "kept only for: schools; the other 3 indicators are left out" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--indicator", "jobs", "--as-known-on", "2025-01-01"), "Vintages are kept only for: schools."),
        (("--indicator", "schools", "--as-known-on", "2024-04-30"), "The first vintage is of 2024-05-01"),
        (("--as-known-on", "2020-01-01"), "The first is of 2024-05-01."),
        (("--indicator", "schools", "--as-known-on", "May"), "Write the day on which it was known"),
    ],
)
def test_what_cannot_be_known_is_refused_in_one_sentence(out, arguments, message):
    result = runner.invoke(app, ["benchmark", "Hartlepool", *arguments, "--release", str(out)])
    assert result.exit_code == 2
    assert message in result.stderr


def test_revisions_are_those_of_the_figures_and_verdicts_of_both_releases(out, tmp_path):
    rows = ask(out, "revisions", "schools")
    assert tuple(rows[0]) == REVISION_KEYS
    assert [row["period_end"] for row in rows] == ["2021-12-31", "2022-12-31", "2023-12-31"]
    for row, (year, day) in zip(rows, ((2021, FIRST), (2022, FIRST), (2023, SECOND)), strict=True):
        was = made_then(tmp_path / str(year), day)
        common = ("benchmark", "--all", "--indicator", "schools", "--period", row["period_end"])
        first = {one["area_code"]: one for one in ask(was.release.path, *common)}
        now = {one["area_code"]: one for one in ask(out, *common)}
        pairs = [(first[code], now[code]) for code in now if first[code]["value"] is not None]
        pairs = [(one, other) for one, other in pairs if other["value"] is not None]
        changes = [other["value"] - one["value"] for one, other in pairs]
        verdicts = [(one["verdict_neighbours"], other["verdict_neighbours"]) for one, other in pairs]
        given = [pair for pair in verdicts if "cannot_tell" not in pair]
        assert row["area_count"] == len(pairs) == (153 - (day == FIRST) - (year == 2023))
        assert row["revised_count"] == sum(abs(change) > 0.01 for change in changes)
        assert row["mean_revision"] == pytest.approx(sum(changes) / len(changes))
        assert row["mean_absolute_revision"] == pytest.approx(sum(map(abs, changes)) / len(changes))
        assert row["verdict_count"] == len(given)
        assert row["verdicts_overturned"] == sum(one != other for one, other in given) > 0
        assert row["first_published"] == str(day) and row["edition_count"] == (3 if year < 2023 else 2)


def test_one_councils_figures_are_listed_from_the_day_they_stood(out):
    rows = ask(out, "revisions", "schools", "--area", kit.ESSEX)
    value = vintages_kit.first_value(kit.ESSEX, 2021), kit.value_of("schools", kit.ESSEX, 2021)
    assert [(row["known_from"], row["known_until"], row["value"]) for row in rows[:2]] == [
        (str(SECOND), str(LATEST), value[0]),
        (str(LATEST), None, value[1]),
    ]
    assert runner.invoke(app, ["revisions", "--area", "Essex", "--release", str(out)]).exit_code == 2


def test_a_list_of_what_has_vintages(out):
    (row,) = ask(out, "revisions")
    assert (row["indicator_id"], row["first_vintage"], row["edition_count"]) == ("schools", str(FIRST), 3)
    assert row["overturned_share"] == row["verdicts_overturned"] / row["verdict_count"]


def overturned_latest(small: Catalogue) -> tuple[str, str]:
    table = small.release.table("verdict_revision").filter(
        pl.col("comparator") == "neighbours", pl.col("period_end") == pl.date(2023, 12, 31)
    )
    row = table.row(0, named=True)
    return row["area_code"], row["verdict_first"]


def test_a_verdict_that_revision_overturned_is_flagged_beside_it(small):
    site = Site(create_app(small))
    code, first = overturned_latest(small)
    words = f"revised: at first {'no clear difference' if first == 'similar' else first}"
    assert f'<span class="flag">{words}</span>' in site.get(f"/councils/{code}").text
    page = site.get(f"/councils/{code}/schools")
    assert f'<span class="flag">{words}</span>' in page.text
    assert "revision has overturned it" in page.text
    told = site.get(f"/councils/{code}/schools.json").json()
    assert words in told["periods"][0]["flags"]
    rows = [row for group in site.get(f"/councils/{code}.json").json()["groups"] for row in group["rows"]]
    assert words in next(row["flags"] for row in rows if row["indicator_id"] == "schools")
    kept = {row["area_code"] for row in small.release.table("verdict_revision").iter_rows(named=True)}
    calm = next(one for one in small.register.upper_tier if one not in kept)
    assert "revised: at first" not in site.get(f"/councils/{calm}/schools").text


def test_a_page_as_known_on_a_day_is_that_of_a_release_made_then(small, tmp_path):
    site, was = Site(create_app(small)), Site(create_app(made_then(tmp_path, FIRST)))
    now = site.get(f"/councils/{kit.HARTLEPOOL}/schools.json?as-known-on={SECOND - timedelta(1)}").json()
    then = was.get(f"/councils/{kit.HARTLEPOOL}/schools.json").json()
    for name in ("headline", "value", "nearest", "neighbours", "all", "peers", "series", "sentences"):
        assert now[name] == then[name], name
    for one, other in zip(now["periods"], then["periods"], strict=True):
        assert one == other
    assert "As known on 30 April 2025" in now["vintages"]["note"]
    assert now["path"].endswith("?as-known-on=2025-04-30")
    html = site.get(f"/councils/{kit.HARTLEPOOL}/schools?as-known-on={FIRST}").text
    assert '<option value="2024-05-01" selected>' in html


def test_an_address_that_cannot_be_answered_says_what_to_write(small):
    site = Site(create_app(small))
    base = f"/councils/{kit.HARTLEPOOL}"
    for url, status, words in (
        (f"{base}/jobs.json?as-known-on=2025-01-01", 404, "kept only for: schools"),
        (f"{base}/schools.json?as-known-on=2020-01-01", 400, "first vintage is of 2024-05-01"),
        (f"{base}/schools.json?as-known-on=soon", 400, "2024-06-30"),
        ("/indicators/jobs/revisions.json", 404, "kept only for: schools"),
    ):
        answer = site.get(url)
        assert answer.status_code == status, url
        assert words in answer.json()["error"]["message"]


def test_the_revisions_page_in_every_format_and_from_where_it_is_linked(site):
    url = "/indicators/secondary-school-absence-weekly/revisions"
    page = site.get(f"{url}.json").json()
    table = list(csv.DictReader(io.StringIO(site.get(f"{url}.csv").text)))
    assert len(table) == len(page["rows"]) == len(page["lines"]) > 50
    for kind in ("xlsx", "parquet", "svg", "png"):
        assert site.get(f"{url}.{kind}").status_code == 200
    assert page["usual"]["verdicts_overturned"] == sum(row["verdicts_overturned"] for row in page["rows"])
    for linked in (
        "/data",
        "/indicators/secondary-school-absence-weekly",
        "/councils/E06000001/secondary-school-absence-weekly",
    ):
        assert f'href="{url}"' in site.get(linked).text
