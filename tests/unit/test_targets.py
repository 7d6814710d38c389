"""Progress towards targets: worked examples, bands, and what is said when nothing can be told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from likeforlike.analysis.targets import Evidence, band, direction_status, target_progress

NONE = np.nan


def evidence(
    baseline: list[float],
    latest: list[float],
    error: float = NONE,
    *,
    times: tuple[float, float] = (2020.0, 2025.0),
    exact: bool = True,
) -> Evidence:
    base, now = np.array(baseline, dtype=np.float64), np.array(latest, dtype=np.float64)
    errors = np.full(base.shape, error)
    return Evidence(base, now, errors, errors, *times, exact=exact)


def test_half_way_in_half_the_time_is_on_track():
    # From 60 in 2020 to 80 in 2030; 70 in 2025.
    found = target_progress(evidence([60], [70]), 80, 2030, 1)
    assert (found.distance[0], found.covered[0], found.elapsed) == (10, 0.5, 0.5)
    assert (found.expected_now[0], found.pace[0]) == (70, 1.0)
    assert (found.planned_per_year[0], found.actual_per_year[0], found.required_per_year[0]) == (2, 2, 2)
    assert found.status[0] == "on_track"


def test_compound_rates_of_a_falling_index():
    # An index of 100 in 2010 is to fall to 60 by 2030 and stands at 82 in 2020. Wanted (60/100)^(1/20) - 1 =
    # -2.522 % a year, observed (82/100)^(1/10) - 1 = -1.965 %: a ratio of 0.779, moderate progress.
    found = target_progress(evidence([100], [82], times=(2010.0, 2020.0)), 60, 2030, -1)
    assert found.planned_compound_pct[0] == pytest.approx(-2.5217, abs=1e-4)
    assert found.actual_compound_pct[0] == pytest.approx(-1.9649, abs=1e-4)
    assert found.compound_ratio[0] == pytest.approx(0.7792, abs=1e-4)
    assert band(found.compound_ratio)[0] == "moderate"
    assert found.pace[0] == pytest.approx(0.9)
    assert found.status[0] == "off_track"


def test_bands_include_their_lower_limit():
    ratios = np.array([0.95, 0.9499, 0.60, 0.5999, 0.0, -0.01, np.nan])
    words = ["significant", "moderate", "moderate", "insufficient", "insufficient", "away", ""]
    assert list(band(ratios)) == words


@pytest.mark.parametrize(
    ("baseline", "latest", "target", "sign"),
    [(-5.0, -1.0, 5.0, 1), (0.0, 3.0, 10.0, 1), (20.0, 10.0, 0.0, -1), (20.0, 10.0, 1.9, -1)],
    ids=["across zero", "from zero", "to zero", "near zero"],
)
def test_compound_rates_give_way_to_linear_ones_around_zero(baseline, latest, target, sign):
    found = target_progress(evidence([baseline], [latest]), target, 2030, sign)
    assert np.isnan(found.compound_ratio[0])
    assert np.isfinite(found.pace[0])
    assert found.status[0] in ("on_track", "off_track")


def test_every_status_of_complete_counts():
    baseline = [50.0, 50, 50, 50, 65, 65, 50, np.nan]
    latest = [60.0, 56, 52, 49, 61, 59, np.nan, 70]
    found = target_progress(evidence(baseline, latest), 60, 2030, 1)
    expected = [
        "met",
        "on_track",
        "off_track",
        "moving_away",
        "met",
        "moving_away",
        "cannot_tell",
        "met",
    ]
    assert list(found.status) == expected


def test_an_estimate_without_a_standard_error_cannot_be_judged():
    found = target_progress(evidence([50], [59], exact=False), 60, 2030, 1)
    assert found.status[0] == "cannot_tell"
    assert found.pace[0] > 1


def test_the_probability_of_the_pace_follows_from_both_errors():
    # Half the time gone: ahead = 56 - 50 - 5 = 1; error = sqrt(2^2 + (0.5 x 2)^2).
    found = target_progress(evidence([50], [56], 2.0), 60, 2030, 1)
    assert found.p_pace[0] == pytest.approx(norm.cdf(1 / np.sqrt(5)))
    assert found.p_met[0] == pytest.approx(norm.cdf(-4 / 2))
    assert found.p_forward[0] == pytest.approx(norm.cdf(6 / np.sqrt(8)))
    assert found.status[0] == "cannot_tell"
    moving = target_progress(evidence([50], [56], 2.0), 60, 2030, 1, relative=True)
    assert moving.p_pace[0] == pytest.approx(norm.cdf(1 / np.sqrt(8)))


def test_the_probability_equals_a_simulation():
    random = np.random.default_rng(3)
    base, now = random.normal(50, 2, 400_000), random.normal(56, 2, 400_000)
    simulated = np.mean((now - base) / 5 >= (60 - base) / 10)
    found = target_progress(evidence([50], [56], 2.0), 60, 2030, 1)
    assert found.p_pace[0] == pytest.approx(simulated, abs=0.003)
    relative = np.mean((now - base) / 5 >= 10 / 10)
    assert target_progress(evidence([50], [56], 2.0), 60, 2030, 1, relative=True).p_pace[0] == pytest.approx(
        relative, abs=0.003
    )


@pytest.mark.parametrize(
    ("latest", "status"),
    [(63, "met"), (59, "on_track"), (55, "cannot_tell"), (52, "off_track"), (46, "moving_away")],
)
def test_statuses_of_estimates_need_a_probability_of_four_in_five(latest, status):
    found = target_progress(evidence([50], [latest], 1.5), 60, 2030, 1)
    assert found.status[0] == status


def test_a_council_beyond_the_target_at_its_baseline_is_not_called_behind_while_it_may_hold_it():
    found = target_progress(evidence([66, 66], [60.2, 55.0], 1.5), 60, 2030, 1)
    assert list(found.status) == ["cannot_tell", "moving_away"]
    assert found.expected_now.tolist() == [60, 60]


def test_after_its_date_a_target_is_met_or_missed():
    found = target_progress(evidence([50, 50, 50], [61, 58, 45]), 60, 2025, 1)
    assert found.overdue
    assert list(found.status) == ["met", "off_track", "moving_away"]
    assert np.isnan(found.required_per_year).all()


def test_nothing_is_said_before_anything_moved():
    found = target_progress(evidence([50], [50], times=(2025.0, 2025.0)), 60, 2030, 1)
    assert found.status[0] == "cannot_tell"
    assert np.isnan(found.actual_per_year[0])


def test_turning_values_around_changes_no_status():
    random = np.random.default_rng(5)
    base, now = random.normal(50, 5, 80), random.normal(53, 5, 80)
    errors = random.uniform(0.5, 2, 80)
    up = target_progress(Evidence(base, now, errors, errors, 2020, 2025, exact=False), 60, 2030, 1)
    down = target_progress(Evidence(-base, -now, errors, errors, 2020, 2025, exact=False), -60, 2030, -1)
    assert (up.status == down.status).all()
    assert up.pace == pytest.approx(down.pace, nan_ok=True)
    assert len(set(up.status)) > 2


def test_direction_targets_need_a_likely_change():
    counts = evidence([50, 50, 50, 50], [51, 50, 49, np.nan])
    assert list(direction_status(counts, 1)) == ["on_track", "cannot_tell", "moving_away", "cannot_tell"]
    assert list(direction_status(counts, -1)) == ["moving_away", "cannot_tell", "on_track", "cannot_tell"]
    estimates = evidence([50, 50, 50], [51, 53, 47], 1.5, exact=False)
    assert list(direction_status(estimates, 1)) == ["cannot_tell", "on_track", "moving_away"]
    assert set(direction_status(evidence([50], [53], exact=False), 1)) == {"cannot_tell"}
