"""Dense matrices from observations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from likeforlike.definitions.loader import load_register
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.observation import OBSERVATION_SCHEMA
from likeforlike.domain.period import Period
from likeforlike.observations.checks import check_key, coverage
from likeforlike.observations.matrices import MatrixStore
from observations_kit import indicator_of
from statistics_kit import matrix_of

YEAR_2018 = Period.of(date(2018, 1, 1), date(2018, 12, 31))
YEAR_2019 = Period.of(date(2019, 1, 1), date(2019, 12, 31))
DAY = Period.of(date(2019, 12, 31))
HACKNEY, CITY = "E09000012", "E09000001"


def observations(*cells: tuple[object, ...]) -> pl.DataFrame:
    """Rows of indicator, area, period, value; then area under which the value counts, and limits."""
    records = [
        {
            "indicator_id": cell[0],
            "area_code": cell[1],
            "period_start": cell[2].start,
            "period_end": cell[2].end,
            "value": cell[3],
            "shared_with": cell[4] if len(cell) > 4 else None,
            "lower_95": cell[5] if len(cell) > 5 else None,
            "upper_95": cell[6] if len(cell) > 6 else None,
            "status": "normal",
            "method": "published",
            "snapshot_id": "s",
            "source_rows": "2",
        }
        for cell in cells
    ]
    return pl.DataFrame(records, schema=OBSERVATION_SCHEMA)


@pytest.fixture(scope="module")
def register():
    return load_register()


def test_rows_are_the_pools_areas_and_columns_the_periods_oldest_first(register):
    table = observations(
        ("rate", "E06000001", YEAR_2019, 3.0, None, 2.5, 3.5),
        ("rate", "E06000001", YEAR_2018, 1.0),
        ("rate", "E07000008", YEAR_2018, 2.0),
        ("rate", "E10000003", YEAR_2018, 9.0),
        ("rate", "E92000001", YEAR_2018, 5.0),
        ("rate", "E06000001", DAY, 4.0),
        ("other", "E06000001", YEAR_2018, 8.0),
    )
    store = MatrixStore(table, [indicator_of(), indicator_of(id="other")], register)
    lower = store.matrix("rate", Pool.LOWER_TIER)
    assert lower.areas == register.lower_tier
    assert lower.periods == (YEAR_2018, YEAR_2019, DAY)
    assert lower.values[lower.row("E06000001")].tolist() == [1.0, 3.0, 4.0]
    assert lower.values[lower.row("E07000008"), 0] == 2.0
    assert np.isfinite(lower.values).sum() == 4
    assert lower.lower_95[lower.row("E06000001"), 1] == 2.5
    assert lower.upper_95[lower.row("E06000001"), 1] == 3.5
    assert np.isfinite(lower.lower_95).sum() == 1
    upper = store.matrix("rate", Pool.UPPER_TIER)
    assert upper.areas == register.upper_tier
    assert upper.values[upper.row("E10000003"), 0] == 9.0
    assert store.matrix("rate", Pool.UPPER_TIER) is upper


def test_a_period_in_which_no_area_of_the_pool_has_a_value_has_no_column(register):
    table = observations(
        ("rate", "E06000001", YEAR_2018, None),
        ("rate", "E07000008", YEAR_2019, 2.0),
        ("rate", "E92000001", DAY, 5.0),
    )
    store = MatrixStore(table, [indicator_of()], register)
    assert store.matrix("rate", Pool.LOWER_TIER).periods == (YEAR_2019,)
    assert store.matrix("rate", Pool.UPPER_TIER).periods == ()
    assert store.matrix("rate", Pool.UPPER_TIER).values.shape == (153, 0)


def test_a_shared_estimate_is_counted_once(register):
    table = observations(
        ("rate", HACKNEY, YEAR_2018, 6.0, HACKNEY),
        ("rate", CITY, YEAR_2018, 6.0, HACKNEY),
        ("rate", HACKNEY, YEAR_2019, 6.0),
        ("rate", CITY, YEAR_2019, 6.0),
    )
    matrix = MatrixStore(table, [indicator_of()], register).matrix("rate", Pool.LOWER_TIER)
    assert matrix.counted[matrix.row(HACKNEY)].tolist() == [True, True]
    assert matrix.counted[matrix.row(CITY)].tolist() == [False, True]
    assert matrix.counted.sum() == matrix.counted.size - 1


def test_aggregates_are_observations_of_one_area_oldest_first(register):
    table = observations(("rate", "E92000001", YEAR_2019, 2.0), ("rate", "E92000001", YEAR_2018, 1.0))
    store = MatrixStore(table, [indicator_of()], register)
    assert store.aggregate("rate", "E92000001")["value"].to_list() == [1.0, 2.0]
    assert store.aggregate("rate", "E12000001").is_empty()
    few = ["period_end", "value"]
    assert store.rows("rate", "E92000001", few) == store.aggregate("rate", "E92000001")[few].to_dicts()
    assert store.rows("rate", "E12000001", few) == []


def test_periods_before_1970_and_far_apart_keep_their_order(register):
    early, late = Period.of(date(1951, 4, 1), date(1952, 3, 31)), Period.of(date(2050, 1, 1))
    table = observations(("rate", "E06000001", late, 2.0), ("rate", "E06000001", early, 1.0))
    assert MatrixStore(table, [indicator_of()], register).matrix("rate", Pool.LOWER_TIER).periods == (
        early,
        late,
    )


def test_an_indicator_without_observations_is_empty_and_an_unknown_one_refused(register):
    store = MatrixStore(observations(), [indicator_of()], register)
    assert store.matrix("rate", Pool.LOWER_TIER).values.shape == (296, 0)
    with pytest.raises(NotFoundError, match="no indicator 'unheard-of'"):
        store.matrix("unheard-of", Pool.LOWER_TIER)


def test_matrices_cannot_be_written_to(register):
    store = MatrixStore(observations(("rate", "E06000001", YEAR_2018, 1.0)), [indicator_of()], register)
    with pytest.raises(ValueError, match="read-only"):
        store.matrix("rate", Pool.LOWER_TIER).values[0, 0] = 1.0


def test_matrices_agree_with_a_cell_by_cell_reading(register):
    rng = np.random.default_rng(20260726)
    periods = [
        Period.months(date(2000 + year, month, 1), months)
        for year in range(6)
        for month, months in ((1, 12), (4, 12), (4, 3))
    ]
    areas = [*register.lower_tier[:40], *register.counties, "E92000001"]
    cells = [
        (name, area, period, float(rng.normal()), HACKNEY if rng.random() < 0.1 else None)
        for name in ("rate", "other")
        for area in areas
        for period in periods
        if rng.random() < 0.5
    ]
    store = MatrixStore(
        observations(*cells).sample(fraction=1, shuffle=True, seed=1),
        [indicator_of(), indicator_of(id="other")],
        register,
    )
    for name in ("rate", "other"):
        for pool, members in ((Pool.LOWER_TIER, register.lower_tier), (Pool.UPPER_TIER, register.upper_tier)):
            matrix = store.matrix(name, pool)
            slow = {(a, p): (v, under) for n, a, p, v, under in cells if n == name and a in members}
            assert matrix.periods == tuple(sorted({p for _, p in slow}))
            for i, area in enumerate(matrix.areas):
                for j, period in enumerate(matrix.periods):
                    value, under = slow.get((area, period), (np.nan, None))
                    np.testing.assert_equal(matrix.values[i, j], value)
                    assert matrix.counted[i, j] == (under in (None, area))


def test_coverage_names_the_councils_that_are_missing(register):
    rows = [
        ("rate", code, YEAR_2018, None if code == "E06000001" else 1.0) for code in register.lower_tier[:-2]
    ]
    table = coverage(observations(*rows, ("rate", "E92000001", YEAR_2018, 1.0)), [indicator_of()], register)
    assert table.select("expected", "found", "with_value").row(0) == (296, 294, 293)
    assert table["missing"].to_list() == [" ".join(register.lower_tier[-2:])]


def test_a_repeated_key_stops_the_build(register):
    row = ("rate", "E06000001", YEAR_2018, 1.0)
    check_key(observations(row))
    with pytest.raises(AssertionError, match="repeat a key"):
        check_key(observations(row, row))


@pytest.mark.parametrize(
    ("reached", "latest"),
    [
        ((20, 20, 20, 20), 2023),
        ((20, 20, 20, 14), 2022),  # too few have reached the newest
        ((20, 20, 15, 15), 2020),  # three in four have, but not three years later
        ((20, 18, 15, 15), 2020),
        ((20, 15, 15, 15), 2023),  # otherwise 2016 would stay the newest for ever
        ((20, 15, 15, 14), 2022),
    ],
)
def test_the_latest_period_is_one_that_most_areas_have_reached(reached: tuple[int, ...], latest: int) -> None:
    years = (2016, 2020, 2022, 2023)
    values = np.array([[1.0 if area < count else np.nan for count in reached] for area in range(20)])
    periods = tuple(Period(end=date(year, 12, 31), start=date(year, 1, 1)) for year in years)
    matrix = replace(matrix_of(values), periods=periods)
    assert matrix.periods[matrix.latest_column()].end.year == latest
