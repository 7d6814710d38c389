"""`likeforlike gaps`: keys, values against the observations, and what bad input is told."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest
from typer.testing import CliRunner

import release_kit as kit
from likeforlike.pipeline.build import make_release
from likeforlike.pipeline.gaps import gap_tables
from likeforlike.publish.cli.gaps import CHANGE_KEYS
from likeforlike.publish.cli.main import app
from likeforlike.store.write import save_release

runner = CliRunner()
KEYS = [
    *("period_end", "area_count", "min", "p10", "median", "p90", "max", "best_worst_gap", "p90_p10_gap"),
    *("cv_weighted", "gini", "theil", "theil_between", "theil_within", "moran_i"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    raw = kit.write_raw(tmp_path_factory.mktemp("raw"))
    folder = tmp_path_factory.mktemp("out")
    built = make_release(raw, kit.definitions(), kit.register(), (*kit.STEPS, gap_tables))
    save_release(built.packed, folder)
    return folder


def run(out: Path, *arguments: str, expect: int = 0):
    result = runner.invoke(app, ["gaps", *arguments, "--release", str(out)])
    assert result.exit_code == expect, result.output
    return result


def test_rows_have_these_keys_in_this_order_and_the_values_of_the_councils(out):
    rows = json.loads(run(out, "schools", "--format", "json").stdout)
    assert [list(row) for row in rows] == [KEYS] * len(kit.YEARS)
    areas = kit.register().upper_tier
    for row, year in zip(rows[:2], kit.YEARS, strict=False):
        values = sorted(kit.value_of("schools", code, year) for code in areas)
        assert row["area_count"] == len(areas)
        assert (row["min"], row["max"]) == pytest.approx((values[0], values[-1]))
        assert row["median"] == pytest.approx(statistics.median(values))
        tenths = statistics.quantiles(values, n=10, method="inclusive")
        assert (row["p10"], row["p90"]) == pytest.approx((tenths[0], tenths[-1]))
        assert row["cv_weighted"] is None  # this release holds no population
        assert row["gini"] == pytest.approx(
            sum(abs(a - b) for a in values for b in values)
            / (2 * len(values) ** 2 * statistics.fmean(values))
        )


def test_csv_has_the_same_keys(out):
    lines = run(out, "jobs", "--format", "csv").stdout.splitlines()
    assert lines[0].split(",") == KEYS
    assert len(lines) == 1 + len(kit.YEARS)


def test_every_measure_is_given_on_request(out):
    (first, *_) = json.loads(run(out, "schools", "--all", "--format", "json").stdout)
    assert set(KEYS) < set(first)
    assert {"sd", "sd_net", "p90_p10_ratio", "s80_s20", "sigma", "theil_l_within", "highest_code"} <= set(
        first
    )


def test_too_short_a_series_is_not_judged(out):
    rows = json.loads(run(out, "jobs", "--change", "--format", "json").stdout)
    assert [list(row) for row in rows] == [list(CHANGE_KEYS)] * 2
    assert {row["verdict"] for row in rows} == {"cannot_tell"}
    assert {row["measure"] for row in rows} == {None}


def test_people_get_a_table_with_the_verdict_in_words(out):
    shown = run(out, "schools").stdout
    assert "Schools: gaps between councils" in shown
    assert "Cannot tell" in shown


def test_an_unknown_indicator_is_refused_with_a_suggestion(out):
    result = run(out, "school", expect=2)
    assert "Did you mean schools?" in result.output


def test_a_release_without_gaps_says_so(tmp_path_factory):
    raw = kit.write_raw(tmp_path_factory.mktemp("raw"))
    folder = tmp_path_factory.mktemp("out")
    save_release(make_release(raw, kit.definitions(), kit.register(), ()).packed, folder)
    assert "holds no gaps" in run(folder, "jobs", expect=2).output
