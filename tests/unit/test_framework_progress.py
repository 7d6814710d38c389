"""A framework held against made-up figures: what each target asks of whom, and the status that follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from likeforlike.analysis.disparity import Distribution
from likeforlike.analysis.gap_change import gap_change, suitable_measures
from likeforlike.definitions.loader import load_register
from likeforlike.domain.area import ENGLAND
from likeforlike.domain.indicator import Certainty, Indicator, Polarity
from likeforlike.domain.mission import Framework
from likeforlike.domain.neighbour_model import Feature, NeighbourModel, Pool
from likeforlike.domain.observation import OBSERVATION_SCHEMA
from likeforlike.domain.period import Period
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.progress import NOT_MONITORED, framework_tables
from observations_kit import indicator_of

REGISTER = load_register()
COUNCILS = REGISTER.lower_tier
YEARS = range(2018, 2025)
NORTH_EAST = "E12000001"


def value(row: int, year: int) -> float:
    """Councils start at 40 to 69.5 and rise by half a point a year; every tenth one falls by as much."""
    return 40 + row / 10 + (year - 2018) * (-0.5 if row % 10 == 0 else 0.5)


def observations(years: range = YEARS, jump: float = 0.0) -> pl.DataFrame:
    places = [(code, row) for row, code in enumerate(COUNCILS)] + [(ENGLAND, 148), (NORTH_EAST, 101)]
    rows = [
        {
            "indicator_id": name,
            "area_code": code,
            "period_start": date(year, 1, 1),
            "period_end": date(year, 12, 31),
            "value": value(row, year) + jump * (year >= 2020) if name == "jobs" else float(row),
            "status": "normal",
            "method": "published",
        }
        for name in ("jobs", "like")
        for code, row in places
        for year in years
    ]
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64}).select(
        *(
            pl.col(name).cast(kind) if name in rows[0] else pl.lit(None, dtype=kind).alias(name)
            for name, kind in OBSERVATION_SCHEMA.items()
        )
    )


@pytest.fixture(scope="module")
def comparisons() -> Comparisons:
    return compared(observations())


def compared(figures: pl.DataFrame) -> Comparisons:
    indicators = {one.id: one for one in (jobs(), indicator_of("group/Rate", id="like", title="Like"))}
    model = NeighbourModel(
        id="overall", title="Overall", description="", pool=Pool.LOWER_TIER, features=(Feature(id="like"),)
    )
    store = MatrixStore(figures, indicators.values(), REGISTER)
    return Comparisons(store, REGISTER, indicators, {"overall": model})


def jobs() -> Indicator:
    return indicator_of(
        "group/Rate",
        id="jobs",
        title="Jobs",
        polarity=Polarity.HIGHER_IS_BETTER,
        certainty=Certainty.FULL_COUNT,
    )


def tables(comparisons: Comparisons, **target: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The target's own row, and its rows by area."""
    base = {
        "id": "one",
        "title": "One",
        "set_for": "every_council",
        "indicator_id": "jobs",
        "baseline": {"period_end": "2020-06-30"},
        "by_date": "2030-12-31",
        "reference": "A paper",
    }
    mission = {"id": "m", "number": 1, "title": "M", "aim": "A", "targets": [base | target]}
    framework = Framework.model_validate(
        {
            "id": "own",
            "title": "Own",
            "publisher": "P",
            "published": "2020-01-01",
            "reference": "R",
            "legal_basis": "None",
            "status": "own",
            "missions": [mission],
        }
    )
    made = framework_tables(
        framework, indicators=comparisons.indicators, comparisons=comparisons, register=REGISTER
    )
    rows = {row["area_code"]: row for row in made["target_progress"].iter_rows(named=True)}
    return made["target"].row(0, named=True), rows


def test_the_baseline_is_the_newest_period_that_had_ended(comparisons: Comparisons) -> None:
    _, rows = tables(comparisons, kind="direction", direction="up")
    one = rows[COUNCILS[1]]
    assert (one["baseline_end"], one["latest_end"]) == (date(2019, 12, 31), date(2024, 12, 31))
    assert one["baseline"] == pytest.approx(value(1, 2019))
    assert one["latest"] == pytest.approx(value(1, 2024))
    assert one["actual_per_year"] == pytest.approx(
        2.5 / ((date(2024, 12, 31) - date(2019, 12, 31)).days / 365.25)
    )


def test_a_direction_for_every_area_needs_nine_in_ten(comparisons: Comparisons) -> None:
    """Of 296 councils every tenth falls: 266 of 296 is just below nine in ten."""
    up, rows = tables(comparisons, kind="direction", direction="up")
    assert rows[COUNCILS[0]]["status"] == "moving_away"
    assert rows[COUNCILS[1]]["status"] == "on_track"
    assert (up["on_track_count"], up["moving_away_count"]) == (266, 30)
    assert up["status"] == "off_track"
    assert up["status_reason"] == "266 of the 296 councils that can be told are on track or there"


def test_a_national_level_is_marked_where_it_is_applied_locally(comparisons: Comparisons) -> None:
    target, rows = tables(comparisons, kind="level", value=60.0, set_for="england")
    assert not rows[ENGLAND]["applied_locally"]
    assert rows[NORTH_EAST]["applied_locally"]
    assert rows[COUNCILS[5]]["applied_locally"]
    assert target["status"] == rows[ENGLAND]["status"]
    assert rows[ENGLAND]["aim"] == 60.0
    assert rows[ENGLAND]["distance"] == pytest.approx(60 - value(148, 2024))


def test_a_change_is_added_to_each_areas_own_baseline(comparisons: Comparisons) -> None:
    _, plus = tables(comparisons, kind="level", change=5.0)
    _, percent = tables(comparisons, kind="level", change_pct=10.0)
    for row in (1, 77, 200):
        base = value(row, 2019)
        assert plus[COUNCILS[row]]["aim"] == pytest.approx(base + 5)
        assert percent[COUNCILS[row]]["aim"] == pytest.approx(base * 1.1)


def test_the_worst_fifth_is_the_lowest_fifth_at_the_baseline(comparisons: Comparisons) -> None:
    _, rows = tables(comparisons, kind="level", change_pct=10.0, group="worst_fifth")
    assert 59 <= len(rows) <= 60
    assert set(rows) <= set(COUNCILS[:64])
    assert ENGLAND not in rows


def test_a_benchmark_taken_from_others_is_for_those_on_its_worse_side(comparisons: Comparisons) -> None:
    asked = {"kind": "level", "project_benchmark": True, "reference": ""}
    _, half = tables(comparisons, reach="best_fifth", close_share=0.5, **asked)
    base = [value(row, 2019) for row in range(296)]
    cut = sorted(base)[236]
    assert abs(len(half) - 236) <= 1
    one = half[COUNCILS[1]]
    assert one["aim"] == pytest.approx(base[1] + (cut - base[1]) / 2, abs=0.1)
    _, like = tables(comparisons, reach="like_councils_mean", **asked)
    assert 0 < len(like) < 296
    assert all(row["aim"] > row["baseline"] for row in like.values())


def test_a_gap_is_one_row_for_england_with_the_gap_as_its_value(comparisons: Comparisons) -> None:
    target, rows = tables(
        comparisons, kind="gap", group="councils", gap_measure="best_worst", set_for="england"
    )
    assert list(rows) == [ENGLAND]
    everyone = [[value(row, year) for row in range(296)] for year in (2019, 2024)]
    assert rows[ENGLAND]["baseline"] == pytest.approx(max(everyone[0]) - min(everyone[0]))
    assert rows[ENGLAND]["latest"] == pytest.approx(max(everyone[1]) - min(everyone[1]))
    assert target["status"] == "cannot_tell"  # complete counts have no margin for a gap between two councils


def test_what_others_managed_says_whether_the_rate_needed_is_ordinary(comparisons: Comparisons) -> None:
    _, rows = tables(comparisons, kind="level", change=3.0)
    one = rows[COUNCILS[1]]  # 0.5 a year so far and 0.5 more to go in six years: less than most have managed
    assert one["like_count"] == 10
    assert one["like_change_per_year"] == pytest.approx(0.5, rel=0.01)
    assert one["like_fast_enough_count"] >= 8
    assert one["all_fast_enough_share"] == pytest.approx(266 / 296)
    _, steep = tables(comparisons, kind="level", change=300.0)
    assert steep[COUNCILS[1]]["all_fast_enough_share"] == 0


def test_without_an_indicator_a_target_cannot_be_monitored(comparisons: Comparisons) -> None:
    target, rows = tables(comparisons, kind="level", value=60.0, indicator_id=None, baseline=None)
    assert target["status"] == NOT_MONITORED
    assert rows == {}


def test_without_a_figure_since_the_baseline_nothing_can_be_told(comparisons: Comparisons) -> None:
    target, rows = tables(
        comparisons, kind="direction", direction="up", baseline={"period_end": "2024-12-31"}
    )
    assert target["status"] == "cannot_tell"
    assert target["status_reason"] == "no figure since the baseline"
    assert {row["status"] for row in rows.values()} == {"cannot_tell"}


def test_a_baseline_before_the_first_figure_is_said_to_be(comparisons: Comparisons) -> None:
    target, rows = tables(
        comparisons, kind="direction", direction="up", baseline={"period_end": "2015-12-31"}
    )
    assert target["status"] == "cannot_tell"
    assert rows == {}
    assert target["status_reason"] == "no figure as old as the baseline"


def test_the_span_across_the_pandemic_is_marked(comparisons: Comparisons) -> None:
    _, across = tables(comparisons, kind="direction", direction="up")
    _, after = tables(comparisons, kind="direction", direction="up", baseline={"period_end": "2022-12-31"})
    assert across[COUNCILS[1]]["across_2020_21"]
    assert not after[COUNCILS[1]]["across_2020_21"]
    assert Period.of(date(2022, 1, 1), date(2022, 12, 31)).end == after[COUNCILS[1]]["baseline_end"]


def test_a_gap_between_percentiles_counts_only_when_the_other_measures_agree(
    comparisons: Comparisons,
) -> None:
    _, rows = tables(comparisons, kind="gap", group="councils", gap_measure="p90_p10", set_for="england")
    matrix = comparisons.matrices.matrix("jobs", Pool.LOWER_TIER)
    data = Distribution.of(matrix, np.ones(matrix.values.shape))
    together = gap_change(data, 1, 6, suitable_measures(jobs()), seed=11)
    one = rows[ENGLAND]
    allowed = {"widening": "moving_away", "closing": "on_track"}
    assert one["status"] in ("cannot_tell", allowed.get(together.verdict, "cannot_tell"))
    assert one["latest"] != one["baseline"]


def test_a_jump_in_spring_2020_is_found_with_its_size_and_the_slope_goes_on() -> None:
    _, rows = tables(compared(observations(range(2014, 2025), jump=-7.0)), kind="direction", direction="up")
    known = [row for row in rows.values() if row["latest"] is not None]
    assert len(known) >= len(COUNCILS)
    for row in known:
        assert row["break_level"] == pytest.approx(-7.0, abs=0.01)  # years differ by a day
        assert row["break_slope"] == pytest.approx(0.0, abs=0.001)
        assert 0 <= row["break_level_margin_95"] < 0.1


def test_too_few_years_before_2020_say_nothing_about_a_jump(comparisons: Comparisons) -> None:
    _, rows = tables(comparisons, kind="direction", direction="up")
    assert {row["break_level"] for row in rows.values()} == {None}
