"""The figures of docs/findings/gaps.md, recomputed from the publisher's files without our reading of them."""

from __future__ import annotations

import csv
import gzip
import io
import re
import statistics
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from likeforlike.analysis.shared_estimates import estimate_rows
from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.period import Period
from likeforlike.observations.matrices import MatrixStore
from likeforlike.observations.standardise import standardise
from likeforlike.pipeline.gaps import gap_tables
from likeforlike.sources.ons_explore_local_statistics import parse
from observations_kit import FOLDER, SOURCE_ID

pytestmark = pytest.mark.raw

FINDINGS = Path(__file__).resolve().parents[2] / "docs" / "findings" / "gaps.md"
IDS = (
    "healthy-life-expectancy-female",
    "healthy-life-expectancy-male",
    "gross-value-added-per-hour-worked",
    "pupils-at-expected-standard-key-stage-2",
    "preventable-cardiovascular-mortality",
    "persistent-absences-for-all-pupils",
    "population",
)


@pytest.fixture(scope="module")
def context(raw_folder) -> SimpleNamespace:
    definitions, register = load_definitions(), load_register()
    indicators = {name: definitions.indicators[name] for name in IDS}
    source = definitions.sources[SOURCE_ID]
    observed = standardise(parse(raw_folder, source), source, [*indicators.values()], register)
    return SimpleNamespace(
        definitions=SimpleNamespace(indicators=indicators),
        register=register,
        observations=observed.observations,
        matrices=MatrixStore(observed.observations, indicators.values(), register),
    )


@pytest.fixture(scope="module")
def gaps(context) -> dict[str, pl.DataFrame]:
    return gap_tables(context)


def test_the_holder_of_a_shared_estimate_is_the_one_the_observation_names(context):
    named = context.observations.filter(
        pl.col("shared_with").is_not_null(), pl.col("shared_with") != pl.col("area_code")
    )
    checked = 0
    for indicator in ("preventable-cardiovascular-mortality", "persistent-absences-for-all-pupils"):
        matrix = context.matrices.matrix(indicator, Pool.UPPER_TIER)
        heads = estimate_rows(matrix)
        rows = named.filter(pl.col("indicator_id") == indicator, pl.col("value").is_not_null())
        for row in rows.iter_rows(named=True):
            column = matrix.column(Period.of(row["period_start"], row["period_end"]))
            holder = matrix.areas[heads[matrix.row(row["area_code"]), column]]
            assert holder == row["shared_with"]
            checked += 1
    # Two combined areas in 22 periods; the parts of two divided counties in 16 and 14.
    assert checked == 2 * 22 + 16 + 14


def published(folder: Path, group: str, series: str, period: str) -> dict[str, tuple[float, float | None]]:
    """Value and upper limit by area code, straight from the file."""
    raw = gzip.decompress((folder / FOLDER / group / f"{group}.csv.gz").read_bytes())
    found = {}
    for row in csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))):
        if row["indicator"] == series and row["period"] == period and row["observation"]:
            limit = float(row["uci_95"]) if row["uci_95"] else None
            found[row["areacd"]] = (float(row["observation"]), limit)
    return found


def row_of(gaps: dict[str, pl.DataFrame], indicator: str, year: int) -> dict:
    found = gaps["gap"].filter(indicator_id=indicator).filter(pl.col("period_end").dt.year() == year)
    return found.row(0, named=True)


@pytest.mark.parametrize("sex", ["Female", "Male"])
@pytest.mark.parametrize("year", [2013, 2019, 2024])
def test_gaps_in_healthy_life_are_those_of_the_file(gaps, raw_folder, sex, year):
    rows = published(
        raw_folder, "healthy-life-expectancy", f"{sex} healthy life expectancy", f"{year - 2}-01-01/P3Y"
    )
    # The City of London and Hackney have one estimate, as have the Isles of Scilly and Cornwall.
    once = set(load_register().upper_tier) - {"E09000001", "E06000053"}
    values = [rows[code][0] for code in sorted(once & set(rows))]
    found = row_of(gaps, f"healthy-life-expectancy-{sex.lower()}", year)
    assert found["area_count"] == len(values)
    assert found["best_worst_gap"] == pytest.approx(max(values) - min(values))
    tenths = statistics.quantiles(values, n=10, method="inclusive")
    assert found["p90_p10_gap"] == pytest.approx(tenths[-1] - tenths[0])
    assert found["sd"] == pytest.approx(statistics.pstdev(values))
    assert found["gini"] == pytest.approx(
        sum(abs(a - b) for a in values for b in values) / (2 * len(values) ** 2 * statistics.fmean(values))
    )


def test_productivity_gaps_that_need_no_merging_are_those_of_the_file(gaps, raw_folder):
    rows = published(raw_folder, "gross-value-added", "Gross value added per hour worked", "2023-01-01/P1Y")
    former = {"E08000038": "E08000016", "E08000039": "E08000019"}  # Barnsley and Sheffield, recoded since
    values = [rows[former.get(code, code)][0] for code in load_register().lower_tier]
    found = row_of(gaps, "gross-value-added-per-hour-worked", 2023)
    assert (found["min"], found["max"]) == pytest.approx((min(values), max(values)))
    assert found["area_count"] == len(values) == 296


def test_the_finding_says_what_the_tables_say(gaps):
    """Every row `indicator, years, best-worst, P90-P10, verdict` of the document equals the tables."""
    pattern = r"^\| `([a-z0-9-]+)` \| (\d{4}) to (\d{4}) \| ([\d.]+) to ([\d.]+) \| [^|]* \| ([a-z ]+) \|"
    rows = re.findall(pattern, FINDINGS.read_text(), flags=re.MULTILINE)
    checked = 0
    for indicator, first, last, gap_first, gap_last, verdict in rows:
        if indicator not in IDS:
            continue
        for year, drawn in ((first, gap_first), (last, gap_last)):
            decimals = len(drawn.partition(".")[2])
            assert round(row_of(gaps, indicator, int(year))["best_worst_gap"], decimals) == float(drawn)
        judged = (
            gaps["gap_change"]
            .filter(indicator_id=indicator)
            .filter(pl.col("first_period_end").dt.year() == int(first))
        )
        assert verdict.replace(" ", "_") in judged["verdict"].to_list()
        checked += 1
    assert checked >= 6
