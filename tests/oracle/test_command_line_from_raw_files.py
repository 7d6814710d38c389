"""What the command line prints against the publishers' files, read again with the standard library alone.

Nothing of the project takes part but the command itself and, for who is whose neighbour, the lists it prints:
the distances behind those lists have their own slow reading. Every council, the newest period.
"""

from __future__ import annotations

import csv
import gzip
import json
import statistics
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.raw

ONS = "outcomes/ons-explore-local-statistics"
#: indicator -> file, publisher's series, sign of the good direction, tier (None: told by the rows).
CASES = {
    "employment-rate": (f"{ONS}/employment-rate/employment-rate.csv.gz", "Employment rate", 1, "lower"),
    "gross-value-added-per-hour-worked": (
        f"{ONS}/gross-value-added/gross-value-added.csv.gz",
        "Gross value added per hour worked",
        1,
        "lower",
    ),
    "healthy-life-expectancy-male": (
        f"{ONS}/healthy-life-expectancy/healthy-life-expectancy.csv.gz",
        "Male healthy life expectancy",
        1,
        "upper",
    ),
    "persistent-absences-for-all-pupils": (
        f"{ONS}/persistent-absences-for-all-pupils/persistent-absences-for-all-pupils.csv.gz",
        "Persistent absences for all pupils",
        -1,
        "upper",
    ),
    "preventable-cardiovascular-mortality": (
        f"{ONS}/preventable-cardiovascular-mortality-england/preventable-cardiovascular-mortality-england.csv.gz",
        "Preventable cardiovascular mortality (England)",
        -1,
        None,
    ),
}
TODAY = {"E08000016": "E08000038", "E08000019": "E08000039"}
SHARED = {"E09000001": "E09000012", "E06000053": "E06000052"}


def command(*arguments: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "likeforlike", *arguments, "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@cache
def universe(folder: Path) -> dict[str, list[str]]:
    """Codes in force: the lower tier, and the upper tier."""
    with (folder / "geography" / "area_register_england.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if not row["in_force_to"] and row["tier"] != "combined"]
    single = [row["gss_code"] for row in rows if row["tier"] == "single"]
    return {
        "lower": single + [row["gss_code"] for row in rows if row["tier"] == "lower"],
        "upper": single + [row["gss_code"] for row in rows if row["tier"] == "upper"],
    }


@cache
def published(folder: Path, file: str, series: str, start: str) -> dict[str, float]:
    """The file's figures by today's code for a period; combined areas under each part."""
    with gzip.open(folder / file, "rt", encoding="utf-8-sig", newline="") as text:
        values = {
            TODAY.get(row["areacd"], row["areacd"]): float(row["observation"])
            for row in csv.DictReader(text)
            if row["indicator"] == series and row["period"].startswith(start) and row["observation"].strip()
        }
    for combined, parts in {
        "E67000001": ("E09000012", "E09000001"),
        "E67000002": ("E06000052", "E06000053"),
    }.items():
        if combined in values:
            values |= {part: values[combined] for part in parts if part not in values}
    return values


@pytest.mark.parametrize("indicator", CASES)
def test_every_council_in_the_newest_period(raw_folder: Path, indicator: str) -> None:
    file, series, sign, tier = CASES[indicator]
    rows = command("benchmark", "--all", "--indicator", indicator)
    periods = {row["period_start"] for row in rows}
    pools = universe(raw_folder)
    assert len(periods) >= 1
    if tier is None:
        tier = "lower" if len(rows) > 200 else "upper"
    codes = set(pools[tier])
    compared = 0
    for row in rows:
        code = row["area_code"]
        if code not in codes:
            continue
        values = published(raw_folder, file, series, str(row["period_start"]))
        mine = {key: value for key, value in values.items() if key in codes}
        if row["status"] == "estimated" or row["value"] is None:
            assert row["status"] != "normal" or code not in mine
            continue
        assert row["value"] == mine[code], (code, row)
        if len(mine) != row["all_count"] + shared_count(mine):
            continue  # a figure was made from predecessors'; that reading is tested elsewhere
        once = [value for key, value in mine.items() if not repeats(key, mine)]
        assert row["all_count"] == len(once)
        assert row["all_median"] == pytest.approx(statistics.median(once), abs=1e-9)
        if row["rank"] is not None:
            ahead = sum(1 for value in once if sign * value > sign * mine[code])
            assert row["rank"] == ahead + 1, (code, row["rank"], ahead + 1)
        compared += 1
    assert compared > 120, f"only {compared} councils compared"


def repeats(code: str, values: dict[str, float]) -> bool:
    """Whether a value repeats the estimate that a larger council shares with this one."""
    return code in SHARED and values.get(SHARED[code]) == values[code]


def shared_count(values: dict[str, float]) -> int:
    return sum(1 for code in values if repeats(code, values))


@pytest.mark.parametrize("council", ["Hartlepool", "E07000170", "Kent", "Barnsley"])
def test_the_neighbours_that_a_benchmark_uses_are_those_that_are_listed(
    raw_folder: Path, council: str
) -> None:
    indicator = "persistent-absences-for-all-pupils" if council == "Kent" else "employment-rate"
    model = "overall-upper" if council == "Kent" else "overall"
    file, series, *_ = CASES[indicator]
    (row,) = command("benchmark", council, "--indicator", indicator)
    listed = command("neighbours", council, "--model", model, "-k", "10")
    values = published(raw_folder, file, series, str(row["period_start"]))
    codes = [str(one["neighbour_code"]) for one in listed]
    assert len(codes) == 10
    assert row["nearest_code"] == codes[0]
    assert row["nearest_value"] == values.get(codes[0])
    present = [values[code] for code in codes if code in values]
    assert row["neighbour_count"] == len(present)
    assert row["neighbour_mean"] == pytest.approx(statistics.fmean(present), abs=1e-9)
    assert row["neighbours_missing"] == [code for code in codes if code not in values]
