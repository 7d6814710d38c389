"""One's own indicator, fund and targets over a release: the worked example, what is checked, how it is marked."""

from __future__ import annotations

import csv
import io
import json
import re
import statistics
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import release_kit as kit
from likeforlike.domain.own_data import MARK
from likeforlike.pipeline.build import make_release
from likeforlike.pipeline.overlay import add
from likeforlike.publish.catalogue import EMBEDDED, Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.web.app import create_app
from likeforlike.store.manifest import sha256_of
from likeforlike.store.release import open_release
from likeforlike.store.verify import verify
from likeforlike.store.write import save_release
from web_kit import Site

runner = CliRunner()
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "data" / "your-own.md"
DEFINITION = """\
id: repairs
title: Repairs on time
owner: The club
collected: 2026-07-01
description: Of every 100 repairs, how many were on time.
unit: percent
decimals: 1
polarity: higher_is_better
topic: housing
tier: lower
certainty: full_count
"""
FUND = """\
id: our-grants
title: Our grants
owner: The club
collected: 2026-07-01
selection: invited
selection_note: Whoever asked.
amount_kind: awarded
"""
FRAMEWORK = """\
id: our-plan
title: Our plan
publisher: The club
published: 2026-04-01
reference: Plan, page 1
legal_basis: None.
status: own
missions:
  - id: homes
    number: 1
    title: Homes
    aim: Repairs are done.
    targets:
      - id: on-time
        title: Nine in ten on time
        kind: level
        value: 90
        direction: up
        indicator_id: repairs
        set_for: every_council
        baseline: {period_end: 2023-12-31}
        by_date: 2030-12-31
        reference: Plan, page 1
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    raw = kit.write_raw(tmp_path_factory.mktemp("raw"))
    made = make_release(raw, kit.definitions(), kit.register(), kit.STEPS)
    return save_release(made.packed, tmp_path_factory.mktemp("base"))


def write(folder: Path, content: str, definition: str = DEFINITION) -> tuple[Path, Path]:
    file, described = folder / "repairs.csv", folder / "repairs.yaml"
    file.write_text(content)
    described.write_text(definition)
    return file, described


def values(year: int) -> dict[str, float]:
    return {code: kit.value_of("own", code, year) for code in kit.register().lower_tier}


def table() -> str:
    lines = [f"{code},{year},{value}" for year in (2022, 2023) for code, value in values(year).items()]
    return "\n".join(["area,period,value", *lines]) + "\n"


def block(language: str, number: int) -> str:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), flags=re.DOTALL)[number]


def test_the_worked_example_of_the_document_over_the_release_that_comes_with_likeforlike(tmp_path):
    file, definition = write(tmp_path, block("csv", 0), block("yaml", 0))
    result = runner.invoke(
        app, ["add", str(file), "--definition", str(definition), "--out", str(tmp_path / "private")]
    )
    assert result.exit_code == 0, result.output
    assert "7 values of 7 areas" in " ".join(result.stdout.split())
    out = ["--release", str(tmp_path / "private"), "--format", "json"]
    (row,) = json.loads(
        runner.invoke(app, ["benchmark", "Hartlepool", "--indicator", "housing-repairs-on-time", *out]).stdout
    )
    made = [81.2, 100 * 1310 / 1500, 100 * 645 / 900, 100 * 1203 / 1600, 92.4, 85.0, 87.5]
    assert (row["value"], row["all_count"], row["rank"]) == (81.2, 7, 5)
    assert row["all_median"] == pytest.approx(statistics.median(made)) == 85.0
    assert row["verdict_neighbours"] in ("cannot_tell", "better", "worse", "similar")
    assert (row["neighbour_mean"] is None) == (row["neighbour_count"] < 5)
    assert verify(tmp_path / "private").differences == ()
    base = open_release(EMBEDDED)
    overlay = open_release(tmp_path / "private").manifest.overlay
    assert overlay is not None and overlay.base_release_id == base.id
    assert overlay.added[0].sha256 == sha256_of(file.read_bytes())
    # What is not one's own is the release's own bytes.
    mine = open_release(tmp_path / "private")
    for name in ("neighbour", "target_progress", "alignment"):
        assert mine.table_path(name).read_bytes() == base.table_path(name).read_bytes()


def test_it_is_benchmarked_as_if_it_had_been_a_publishers(base, tmp_path):
    """The slow way: the same figures as one more source of the build."""
    file, definition = write(tmp_path, table())
    private = save_release(add(open_release(base), definition, file).packed, tmp_path / "out")
    mine = Catalogue.open(private)
    found = mine.release.table("benchmark").filter(pl.col("indicator_id") == "repairs")
    now, neighbours = values(2023), mine.neighbours("overall")
    assert found.height == len(now)
    for row in found.iter_rows(named=True):
        code = row["area_code"]
        ten = neighbours.codes(code)
        assert row["value"] == now[code]
        assert row["nearest_value"] == now[ten[0]]
        assert row["neighbour_mean"] == pytest.approx(statistics.fmean(now[one] for one in ten))
        assert row["all_median"] == pytest.approx(statistics.median(now.values()))
        assert row["rank"] == 1 + sum(value > now[code] for value in now.values())
    before = open_release(base).table("benchmark")
    assert mine.release.table("benchmark").filter(pl.col("indicator_id") != "repairs").equals(before)


def test_the_same_files_give_the_same_release_and_others_another(base, tmp_path):
    file, definition = write(tmp_path, table())
    first, again = (add(open_release(base), definition, file).packed for _ in range(2))
    assert first.files == again.files
    file.write_text(table().replace(",2023,", ",2024,"))
    assert add(open_release(base), definition, file).packed.manifest.release_id != first.manifest.release_id
    assert str(tmp_path) not in first.files["manifest.json"].decode()


def test_one_thing_after_another_and_all_of_it_marked(base, tmp_path):
    file, definition = write(tmp_path, table())
    out = save_release(add(open_release(base), definition, file).packed, tmp_path / "out")
    plan = tmp_path / "plan.yaml"
    plan.write_text(FRAMEWORK)
    both = open_release(save_release(add(open_release(out), plan).packed, tmp_path / "out"))
    overlay = both.manifest.overlay
    assert overlay is not None and overlay.base_release_id == open_release(base).id
    assert [one.id for one in overlay.added] == ["repairs", "our-plan"]
    site = Site(create_app(Catalogue.open(out)))
    for url in ("/councils/E06000001/repairs", "/indicators/repairs", "/indicators", "/data", "/"):
        assert MARK in site.get(url).text, url
    rows = list(csv.DictReader(io.StringIO(site.get("/councils/E06000001/repairs.csv").text)))
    assert all(MARK in row["file_title"] for row in rows) and MARK in rows[0]["file_sources"].lower()
    assert MARK in site.get("/councils/E06000001/repairs.svg").text
    assert MARK not in Site(create_app(Catalogue.open(base))).get("/").text


def test_a_fund_goes_through_every_table_of_funding(tmp_path):
    file, definition = tmp_path / "fund.csv", tmp_path / "fund.yaml"
    file.write_text(
        "recipient_code,amount_gbp,date\nE06000001,2500000,2022-03-01\nE08000016,1000000,2022-03-01\n"
        "E07000223,500000,2023-01-15\nE06000005,750000,2023-01-15\nE06000047,250000,2023-01-15\n"
    )
    definition.write_text(FUND)
    added = add(open_release(EMBEDDED), definition, file)
    mine = open_release(save_release(added.packed, tmp_path / "out"))
    assert MARK in mine.definitions.funds["our-grants"].title
    awards = mine.table("allocation").filter(pl.col("fund_id") == "our-grants")
    assert awards["amount_gbp"].sum() == 5_000_000
    assert set(awards["snapshot_id"]) == {sha256_of(file.read_bytes())[:12]}
    for name in ("alignment", "alignment_group", "alignment_curve", "alignment_statistic", "funding_area"):
        assert "our-grants" in set(mine.table(name)["funds"]), name
    site = Site(create_app(Catalogue.open(mine.path)))
    for url in ("/funding/our-grants", "/councils/E06000001/funding"):
        assert MARK in site.get(url).text, url


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("area,period,score\nHartlepool,2023,1\n", 1, r"unknown column 'score' and no column value"),
        ("area,value\nHartlepool,1\n", 1, r"no column period"),
        ("area,period,value\nHartlepol,2023,1\n", 2, r"Did you mean Hartlepool"),
        ("area,period,value\nW06000001,2023,1\n", 2, r"W06000001"),
        ("area,period,value\nHartlepool,2023/24,1\n", 2, r"is not a period.*2023-04-01/2024-03-31"),
        ('area,period,value\nHartlepool,2023,"1,234"\n', 2, r"'1,234' is not a number.*no thousands"),
        ("area,period,value\nHartlepool,2023,12%\n", 2, r"is not a number"),
        ("area,period,value\nHartlepool,2023,nan\n", 2, r"is not a number"),
        ("area,period,value\nHartlepool,2023,1\nE06000001,2023,1\n", 3, r"Hartlepool .* stand in line 2"),
        ("area,period,value\nHartlepool,2023,\n", 2, r"The value is missing.*Zero is a value"),
        ("area,period,value,status\nHartlepool,2023,1,secret\n", 2, r"'secret' is not a status"),
        ("area,period,value,status\nHartlepool,2023,1,suppressed\n", 2, r"suppressed, and there is a value"),
        ("area,period,value,lower_95,upper_95\nHartlepool,2023,1,2,3\n", 2, r"does not lie between 2 and 3"),
        ("area,period,value,lower_95,upper_95\nHartlepool,2023,1,0,\n", 2, r"Only one of lower_95"),
        ("area,period,value,numerator,denominator\nHartlepool,2023,12.5,1,4\n", 2, r"which gives 25"),
        ("area,period,numerator,denominator\nHartlepool,2023,1,0\n", 2, r"not above zero"),
        ("area,period,value\nEssex,2023,1\n", 2, r"is a county.*service that districts run"),
        ("area,period,value\nHartlepool,2023\n", 2, r"does not have 3 fields"),
        ("area,period,value\n", 1, r"holds no value"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_with_its_line(base, tmp_path, content, line, message):
    file, definition = write(tmp_path, content)
    arguments = ["add", str(file), "--definition", str(definition), "--out", str(tmp_path / "out")]
    result = runner.invoke(app, [*arguments, "--base", str(base)])
    assert result.exit_code == 2
    assert f"repairs.csv, line {line}: " in result.stderr
    assert re.search(message, result.stderr), result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("id: repairs", "id: jobs"), 1, r"The id 'jobs' is taken.*“Jobs”.*own-jobs"),
        (("polarity:", "polarty:"), 8, r"no field 'polarty'.*polarity"),
        (("owner: The club\n", ""), 1, r"The field owner is missing"),
        (("unit: percent", "unit: gbp"), 1, r"amount of money.*prices"),
        (("topic: housing", "topic: houses"), 9, r"topic cannot be 'houses'"),
        (
            ("certainty: full_count", "certainty: full_count\ndenominator_indicator_id: homs"),
            12,
            r"homs.*homes",
        ),
        (("collected: 2026-07-01", "collected: soon"), 4, r"collected"),
    ],
)
def test_what_is_wrong_in_the_definition_is_told_with_its_line(base, tmp_path, change, line, message):
    file, definition = write(tmp_path, table(), DEFINITION.replace(*change))
    arguments = ["add", str(file), "--definition", str(definition), "--out", str(tmp_path / "out")]
    result = runner.invoke(app, [*arguments, "--base", str(base)])
    assert result.exit_code == 2
    assert f"repairs.yaml, line {line}: " in result.stderr, result.stderr
    assert re.search(message, result.stderr), result.stderr


def test_a_file_too_few_or_too_many_is_refused(base, tmp_path):
    file, definition = write(tmp_path, table())
    out = ["--out", str(tmp_path / "out"), "--base", str(base)]
    alone = runner.invoke(app, ["add", "--definition", str(definition), *out])
    assert alone.exit_code == 2 and "needs a CSV file" in alone.stderr
    definition.write_text(FRAMEWORK.replace("repairs", "jobs"))
    beside = runner.invoke(app, ["add", str(file), "--definition", str(definition), *out])
    assert beside.exit_code == 2 and "has no CSV file" in beside.stderr
    gone = runner.invoke(app, ["add", str(tmp_path / "none.csv"), "--definition", str(definition), *out])
    assert gone.exit_code == 2


def test_a_former_councils_row_is_used_as_any_publishers_or_its_loss_is_told(base, tmp_path):
    rows = "area,period,value\n" + "".join(
        f"{code},2022,{value}\n" for code, value in (("E07000026", 10), ("E07000028", 20), ("E07000029", 30))
    )
    file, definition = write(tmp_path, rows)
    kept = add(open_release(base), definition, file)
    assert kept.report.select("outcome", "reason").rows() == [
        ("set_aside", "not derivable from the values of predecessors")
    ]
    definition.write_text(DEFINITION + "combination: sum\n")
    summed = add(open_release(base), definition, file).observations
    assert summed is not None
    assert summed.select("area_code", "value", "method").rows() == [("E06000063", 60.0, "summed")]
