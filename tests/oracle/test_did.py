"""Difference-in-differences against published results, another program and a slow reading of the definitions.

The published example is county employment in the United States, 2003 to 2007 (Callaway and Sant'Anna, 2021,
and the documentation of the R package `did`). The estimators use no more of it than each cohort's means and
covariances, so only these are kept here, and places with exactly these moments are made from them.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from likeforlike.analysis.did import (
    NEVER,
    Base,
    Controls,
    att_gt,
    by_cohort,
    by_period,
    dynamic,
    pre_trend_p,
    simple,
    two_by_two,
)

MOMENTS = Path(__file__).with_name("county_employment_moments.csv")


@pytest.fixture(scope="module")
def counties() -> tuple[np.ndarray, np.ndarray]:
    """Outcome (500 counties x 5 years) and first treated column, with the published example's moments."""
    with MOMENTS.open() as file:
        rows = list(csv.DictReader(file))
    rng = np.random.default_rng(1)
    outcome, first = [], []
    for year in dict.fromkeys(row["first_year"] for row in rows):
        own = [row for row in rows if row["first_year"] == year]
        covariance = np.array([[float(row[f"cov_{y}"]) for y in range(2003, 2008)] for row in own])
        drawn = rng.normal(size=(int(own[0]["counties"]), 5))
        drawn -= drawn.mean(axis=0)
        white = drawn @ np.linalg.inv(np.linalg.cholesky(drawn.T @ drawn / len(drawn))).T
        outcome.append(white @ np.linalg.cholesky(covariance).T + [float(row["mean"]) for row in own])
        first += [int(year) - 2003 if year != "0" else NEVER] * len(drawn)
    return np.concatenate(outcome), np.array(first)


def test_the_published_example_is_reproduced(counties: tuple[np.ndarray, np.ndarray]) -> None:
    cells = att_gt(*counties)
    overall = simple(cells)
    assert overall is not None
    assert overall.value == pytest.approx(-0.0400, abs=5e-5)
    assert overall.standard_error == pytest.approx(0.0120, abs=5e-5)
    published = {-3: 0.0305, -2: -0.0006, -1: -0.0245, 0: -0.0199, 1: -0.0510, 2: -0.1373, 3: -0.1008}
    assert {one.label: one.value for one in dynamic(cells)} == pytest.approx(published, abs=5e-5)
    assert [one.value for one in by_cohort(cells)] == pytest.approx([-0.0797, -0.0229, -0.0261], abs=5e-5)
    assert pre_trend_p(cells) == pytest.approx(0.16812, abs=5e-6)


@pytest.mark.parametrize("controls", list(Controls))
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_another_program_gives_the_same_estimates_and_errors(
    counties: tuple[np.ndarray, np.ndarray], controls: Controls
) -> None:
    diff_diff = pytest.importorskip("diff_diff")
    pd = pytest.importorskip("pandas")
    outcome, first = counties
    table = pd.DataFrame(
        [
            (
                place,
                2003 + column,
                outcome[place, column],
                0 if first[place] == NEVER else 2003 + first[place],
            )
            for place in range(len(outcome))
            for column in range(5)
        ],
        columns=["place", "year", "value", "funded"],
    )
    group = {Controls.NEVER: "never_treated", Controls.NOT_YET: "not_yet_treated"}[controls]
    theirs = diff_diff.CallawaySantAnna(control_group=group).fit(
        table, outcome="value", unit="place", time="year", first_treat="funded", aggregate="all"
    )
    cells = att_gt(outcome, first, controls=controls)
    ours = simple(cells)
    assert ours is not None
    assert ours.value == pytest.approx(theirs.overall_att)
    assert ours.standard_error == pytest.approx(theirs.overall_se, rel=1e-6)
    events = theirs.event_study_effects
    for one in dynamic(cells):
        assert one.value == pytest.approx(events[one.label]["effect"])
        assert one.standard_error == pytest.approx(events[one.label]["se"], rel=1e-6)


def slow_att(outcome: np.ndarray, first: np.ndarray, cohort: int, column: int) -> float:
    """The definition, written with loops: mean change of the cohort less mean change of the never funded."""
    start = column - 1 if column < cohort else cohort - 1
    changes: dict[bool, list[float]] = {True: [], False: []}
    for place in range(len(outcome)):
        if first[place] in (cohort, NEVER) and np.isfinite(outcome[place, [start, column]]).all():
            changes[bool(first[place] == cohort)].append(outcome[place, column] - outcome[place, start])
    return sum(changes[True]) / len(changes[True]) - sum(changes[False]) / len(changes[False])


@pytest.mark.parametrize("seed", range(5))
def test_every_cell_equals_the_definition_with_values_missing_at_random(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outcome = rng.normal(size=(60, 7))
    outcome[rng.random(outcome.shape) < 0.1] = np.nan
    first = rng.choice([NEVER, 2, 4, 5], size=60)
    cells = att_gt(outcome, first)
    assert len(cells.att) == 3 * 6
    for cohort, column, att in zip(cells.cohort, cells.column, cells.att, strict=True):
        assert att == pytest.approx(slow_att(outcome, first, cohort, column))


def test_two_periods_and_one_cohort_is_the_plain_difference_of_differences() -> None:
    rng = np.random.default_rng(3)
    outcome = rng.normal(size=(50, 2))
    first = np.where(np.arange(50) < 20, 1, NEVER)
    one = simple(att_gt(outcome, first))
    plain = two_by_two(outcome[:20, 0], outcome[:20, 1], outcome[20:, 0], outcome[20:, 1])
    assert one is not None
    assert one.value == pytest.approx(plain.value)
    assert plain.value == pytest.approx(
        (outcome[:20, 1].mean() - outcome[:20, 0].mean()) - (outcome[20:, 1].mean() - outcome[20:, 0].mean())
    )


def test_one_regression_agrees_where_all_places_are_funded_at_once() -> None:
    """With a single cohort, the regression with place and period effects is right; statsmodels gives it."""
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(4)
    outcome = rng.normal(size=(40, 2))
    funded = np.arange(40) < 15
    change = outcome[:, 1] - outcome[:, 0]
    regression = sm.OLS(change, sm.add_constant(funded.astype(float))).fit(cov_type="HC2")
    plain = two_by_two(*(outcome[rows][:, column] for rows in (funded, ~funded) for column in (0, 1)))
    assert plain.value == pytest.approx(regression.params[1])
    assert plain.standard_error == pytest.approx(regression.bse[1])


@pytest.mark.parametrize("seed", range(3))
def test_adding_a_constant_to_a_place_or_a_period_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outcome, first = rng.normal(size=(40, 6)), rng.choice([NEVER, 2, 3], size=40)
    moved = outcome + rng.normal(size=(40, 1)) * 10 + rng.normal(size=(1, 6)) * 10
    for base in Base:
        assert att_gt(moved, first, base=base).att == pytest.approx(att_gt(outcome, first, base=base).att)


def test_skipped_periods_are_neither_before_nor_after() -> None:
    outcome = np.zeros((8, 5))
    outcome[:4, 2] = 100.0  # the announced but unfunded period is anything
    outcome[:4, 3:] = 1.0
    first = np.array([3, 3, 3, 3, NEVER, NEVER, NEVER, NEVER])
    one = simple(att_gt(outcome, first, gap=1))
    assert one is not None
    assert one.value == pytest.approx(1.0)
    assert [e.value for e in by_period(att_gt(outcome, first, gap=1))] == pytest.approx([1.0, 1.0])
