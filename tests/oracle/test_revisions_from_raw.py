"""Vintages of the embedded release against the publishers' files, read with none of the project's code."""

from __future__ import annotations

import csv
import gzip
import statistics
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.vintages import history_of, revisions_of

pytestmark = pytest.mark.raw
GVA = "outcomes/ons-explore-local-statistics/recovered/vintages/gva-per-hour-worked.vintage-{}.csv.gz"
WEEKS = "outcomes/dfe-attendance/weekly_attendance_by_la.all-vintages.2022-2025.parquet"
DAYS = ("2023-05-19", "2024-05-30", "2024-07-17", "2025-07-14", "2026-06-26")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.open()


def productivity(folder: Path, day: str) -> dict[tuple[str, int], float]:
    """One edition: area and year to value."""
    with gzip.open(folder / GVA.format(day), "rt", encoding="utf-8-sig") as file:
        rows = [{name.lower(): cell for name, cell in row.items()} for row in csv.DictReader(file)]
    return {
        (row["areacd"], int(row["period"][:4])): float(row.get("observation") or row["value"])
        for row in rows
        if row.get("observation") or row.get("value")
    }


def test_five_vintages_of_productivity(catalogue, raw_folder):
    indicator = catalogue.indicator("gross-value-added-per-hour-worked")
    editions = {day: productivity(raw_folder, day) for day in DAYS}
    for code in ("E06000001", "E09000001", "E08000012", "E07000223"):
        for row in history_of(catalogue, indicator, catalogue.register.areas[code]):
            year = row["period_start"].year
            stood = [day for day in DAYS if str(row["known_from"]) <= day < str(row["known_until"] or "9")]
            assert stood
            for day in stood:
                assert editions[day][code, year] == row["value"], (code, year, day)
    told = {row["period_end"].year: row for row in revisions_of(catalogue, indicator).iter_rows(named=True)}
    codes = [code for code in catalogue.register.lower_tier if (code, 2021) in editions[DAYS[1]]]
    changes = [editions[DAYS[4]][code, 2021] - editions[DAYS[1]][code, 2021] for code in codes]
    assert len(codes) > 285
    # Merged councils are averaged here, which the file of then does not do: near, not equal.
    assert told[2021]["mean_revision"] == pytest.approx(statistics.fmean(changes), abs=0.03)
    assert told[2021]["median_absolute_revision"] == pytest.approx(
        statistics.median(map(abs, changes)), abs=0.05
    )


@pytest.mark.parametrize("phase", ["Primary", "Secondary"])
def test_thirty_vintages_of_absence(catalogue, raw_folder, phase):
    table = pl.read_parquet(raw_folder / WEEKS).filter(pl.col("education_phase") == phase)
    indicator = catalogue.indicator(f"{phase.lower()}-school-absence-weekly")
    assert len(catalogue.vintages.days(indicator.id)) == 30
    for code in ("E06000001", "E10000012", "E09000033", "E08000035"):
        mine = table.filter(pl.col("new_la_code") == code).select(
            "vintage_date", "year", "week", "overall_absence_perc"
        )
        published = {
            (day, date.fromisocalendar(int(year), int(week), 1)): value
            for day, year, week, value in mine.iter_rows()
        }
        history = history_of(catalogue, indicator, catalogue.register.areas[code])
        assert history
        checked = 0
        for (day, monday), value in published.items():
            (stood,) = [
                row
                for row in history
                if row["period_start"] == monday
                and str(row["known_from"]) <= day < str(row["known_until"] or "9")
            ]
            # A week in which everybody was absent is one in which schools were closed.
            expected = None if value is None or float(value) == 100 else float(value)
            assert stood["value"] == expected, (code, day, monday)
            checked += 1
        assert checked > 100


@pytest.mark.parametrize("day", [date(2022, 11, 1), date(2024, 12, 1)])
def test_a_council_beside_its_ten_nearest_as_known_on_a_day(catalogue, raw_folder, day):
    from likeforlike.publish.benchmarks import area_benchmarks  # noqa: PLC0415
    from likeforlike.publish.vintages import known_on  # noqa: PLC0415

    indicator = catalogue.indicator("secondary-school-absence-weekly")
    known = known_on(catalogue, indicator, day)
    row = area_benchmarks(known, catalogue.area("Hartlepool"), indicator=indicator).row(0, named=True)
    table = pl.read_parquet(raw_folder / WEEKS).filter(
        pl.col("education_phase") == "Secondary", pl.col("vintage_date") <= str(day)
    )
    year, week, _ = row["period_start"].isocalendar()
    then = table.filter(pl.col("year") == year, pl.col("week") == week)
    newest = then["vintage_date"].max()
    newest_rows = then.filter(pl.col("vintage_date") == newest).select(
        "new_la_code", pl.col("overall_absence_perc").cast(pl.Float64, strict=False)
    )
    recoded = {"E08000016": "E08000038", "E08000019": "E08000039"}  # Barnsley and Sheffield, since 2025
    values = {recoded.get(code, code): value for code, value in newest_rows.drop_nulls().iter_rows()}
    found = catalogue.neighbours("overall-upper", without=indicator.id)
    ten = found.codes("E06000001")
    assert row["value"] == values["E06000001"]
    assert row["nearest_value"] == values[ten[0]]
    assert row["neighbour_mean"] == pytest.approx(statistics.fmean(values[code] for code in ten))
    # Every council of then counts: a county that was divided since counts once, under its successors.
    councils = [value for code, value in values.items() if code[:3] in ("E06", "E08", "E09", "E10")]
    assert row["all_median"] == pytest.approx(statistics.median(councils))
