"""Vintages that successive releases leave behind, against the releases themselves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import release_kit as kit
from likeforlike.definitions.loader import Definitions
from likeforlike.observations.vintages import known_on
from likeforlike.pipeline.benchmarks import benchmark_tables
from likeforlike.pipeline.build import make_release
from likeforlike.pipeline.revisions import revision_tables
from likeforlike.store.release import OpenRelease, open_release
from likeforlike.store.write import save_release
from observations_kit import COLUMNS, SOURCE_ID, source_of, write_group

STEPS = (benchmark_tables, revision_tables)
DAYS = (date(2024, 5, 1), date(2025, 5, 1), date(2026, 5, 1))
CONTENT = ["area_code", "period_start", "period_end", "value", "status"]


def definitions(day: date) -> Definitions:
    """The small release's, its file of jobs published on a day and the others once and for all."""
    files = [(path, day if name == "jobs" else DAYS[0]) for name, path in kit.PATHS.items()]
    return kit.definitions().model_copy(update={"sources": {SOURCE_ID: source_of(*files)}})


def jobs(folder: Path, number: int) -> None:
    """The file of an edition: a third of the figures moved, one council left out, one more year in each."""
    areas = kit.register()
    lines = [
        f"{code},{areas.areas[code].name.replace(', ', ' ')},x,Rate,{year}-01-01/P1Y,{value:.1f},m,%,,,,"
        for code in areas.lower_tier
        for year in (2021, 2022, 2023)[: number + 1]
        for value in [kit.value_of(f"jobs {number if int(code[-1]) % 3 == 0 else ''}", code, year)]
        if not (number == 1 and code == kit.HARTLEPOOL)
    ]
    write_group(folder, "jobs", "\n".join([COLUMNS, *lines]) + "\n")


@pytest.fixture(scope="module")
def releases(tmp_path_factory) -> list[OpenRelease]:
    """Three releases, each made with the one before."""
    raw = kit.write_raw(tmp_path_factory.mktemp("raw"))
    made: list[OpenRelease] = []
    for number, day in enumerate(DAYS):
        jobs(raw, number)
        built = make_release(
            raw, definitions(day), kit.register(), STEPS, previous=made[-1] if made else None
        )
        made.append(open_release(save_release(built.packed, tmp_path_factory.mktemp("out"))))
    return made


def stood(release: OpenRelease, day: date) -> pl.DataFrame:
    def of(name: str) -> pl.DataFrame:
        return release.table(name).filter(pl.col("indicator_id") == "jobs")

    known = known_on(of("observation"), of("vintage"), of("observation_vintage"), day)
    return known.select(CONTENT).sort(CONTENT[:3])


def test_the_last_release_knows_what_each_of_the_earlier_ones_said(releases):
    for release, day in zip(releases, DAYS, strict=True):
        said = release.table("observation").filter(pl.col("indicator_id") == "jobs")
        said = said.select(CONTENT).sort(CONTENT[:3])
        assert stood(releases[-1], day).equals(said), day
        assert stood(releases[-1], day + timedelta(30)).equals(said), day
    assert stood(releases[-1], DAYS[0] - timedelta(1)).is_empty()


def test_only_what_was_published_again_has_vintages(releases):
    assert releases[0].table("vintage").is_empty()
    last = releases[-1].table("vintage")
    assert set(last["indicator_id"]) == {"jobs"}
    counts = last.group_by("period_end").len().sort("period_end")
    assert counts["len"].to_list() == [3, 2, 1]


def test_revisions_are_counted_over_releases(releases):
    first, second = (release.table("observation") for release in (releases[0], releases[-1]))
    before = dict(
        first.filter(pl.col("indicator_id") == "jobs").select("area_code", "value").drop_nulls().iter_rows()
    )
    year = pl.col("period_end") == date(2021, 12, 31)
    after = dict(
        second.filter(pl.col("indicator_id") == "jobs", year).select("area_code", "value").iter_rows()
    )
    (row,) = releases[-1].table("revision").filter(year).iter_rows(named=True)
    pairs = [(before[code], after[code]) for code in kit.register().lower_tier]
    assert row["area_count"] == len(pairs) == 296
    assert row["revised_count"] == sum(one != other for one, other in pairs) > 50
    assert row["first_published"] == DAYS[0] and row["last_published"] == DAYS[-1]


def test_another_definition_begins_anew_and_the_same_files_change_nothing(releases, tmp_path):
    raw = kit.write_raw(tmp_path / "raw")
    jobs(raw, 2)
    same = make_release(raw, definitions(DAYS[-1]), kit.register(), STEPS, previous=releases[-1])
    again = open_release(save_release(same.packed, tmp_path / "same"))
    for name in ("vintage", "observation_vintage", "revision"):
        assert again.table(name).equals(releases[-1].table(name)), name
    other = definitions(DAYS[-1] + timedelta(1))
    changed = other.indicators["jobs"].model_copy(update={"per": "people"})
    other = other.model_copy(update={"indicators": {**other.indicators, "jobs": changed}})
    fresh = make_release(raw, other, kit.register(), STEPS, previous=releases[-1])
    assert pl.read_parquet(fresh.packed.files["vintage.parquet"]).is_empty()
