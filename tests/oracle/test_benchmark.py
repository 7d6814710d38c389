"""The vectorised benchmark agrees with a slow one written cell by cell from the rules."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from likeforlike.analysis.benchmark import benchmark
from likeforlike.analysis.position import robust_z
from likeforlike.analysis.shared_estimates import counted_once
from likeforlike.domain.indicator import Certainty, Indicator
from likeforlike.domain.matrix import LabelledMatrix
from statistics_kit import HIGH, LOW, NEUTRAL, indicator_with, matrix_of

K = 10


def made_up(seed: int, *, n: int = 60, periods: int = 4, ties: bool, margins: bool) -> LabelledMatrix:
    """Random values with gaps, ties, one shared estimate and, on request, intervals on most cells."""
    random = np.random.default_rng(seed)
    values = random.normal(50, 10, (n, periods)).round(0 if ties else 6)
    values[random.random(values.shape) < 0.15] = np.nan
    half = np.where(random.random(values.shape) < 0.9, random.uniform(1, 8, values.shape), np.nan)
    counted = np.ones(values.shape, np.bool_)
    values[1], half[1] = values[0], half[0]
    counted[1] = False
    return matrix_of(values, half if margins else None, counted)


def made_up_neighbours(seed: int, n: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = np.array([random.permutation([j for j in range(n) if j != i])[:K] for i in range(n)])
    rows[n - 1, 3:] = -1  # a council with three neighbours
    rows[n - 2, :2] = [0, 1]  # and one whose neighbours share an estimate
    return rows


def slow_cell(m: LabelledMatrix, neighbours: np.ndarray, indicator: Indicator, i: int, t: int) -> dict:
    """One council and period, from the rules as they are written down; rows 0 and 1 share one estimate."""
    value, low, high = (a[i, t] for a in (m.values, m.lower_95, m.upper_95))
    counted = [j for j in range(len(m.areas)) if m.counted[j, t] and not math.isnan(m.values[j, t])]
    everyone = [m.values[j, t] for j in counted]
    n, sign = len(everyone), indicator.sign
    out: dict = {"all_count": n, "all_median": statistics.median(everyone)}
    used = []
    for j in neighbours[i]:
        if j >= 0 and not math.isnan(m.values[j, t]) and not (j in (0, 1) and {0, 1} & set(used)):
            used.append(j)
    theirs = [m.values[j, t] for j in used]
    errors = [(m.upper_95[j, t] - m.lower_95[j, t]) / 3.92 for j in used]
    enough = len(used) >= 5
    mean = statistics.fmean(theirs) if enough else math.nan
    margin = 1.96 * math.sqrt(sum(e * e for e in errors)) / len(used) if enough else math.nan
    first = neighbours[i, 0]
    near, near_low, near_high = (a[first, t] for a in (m.values, m.lower_95, m.upper_95))
    out |= {"neighbour_count": len(used), "neighbour_mean": mean, "nearest_value": near}
    out |= {"neighbour_mean_lower": mean - margin, "neighbour_mean_upper": mean + margin}
    if math.isnan(value):
        blank = {"rank": 0, "rank_last": 0, "quartile": 0, "percentile": math.nan}
        return (
            out
            | blank
            | dict.fromkeys(("verdict_nearest", "verdict_neighbours", "verdict_all"), "cannot_tell")
        )

    better = [v for v in everyone if (v < value if sign < 0 else v > value)]
    equal = [v for v in everyone if v == value]
    out["rank"], out["rank_last"] = len(better) + 1, len(better) + len(equal)
    middle = statistics.fmean(range(out["rank"], out["rank_last"] + 1))
    out["percentile"] = 100 * (n - middle + 0.5) / n if n >= 20 else math.nan
    out["quartile"] = slow_quartile(sorted(everyone), value, sign)

    words = {1: ("better", "worse"), -1: ("worse", "better"), 0: ("higher", "lower")}[sign]

    def say(above: bool, below: bool) -> str:
        return words[0] if above else words[1] if below else "similar"

    full = indicator.certainty is Certainty.FULL_COUNT
    if not math.isnan(low):
        out["verdict_all"] = say(low > out["all_median"], high < out["all_median"])
    elif full and n >= 8:
        best, worst = out["quartile"] == 1, out["quartile"] == 4
        out["verdict_all"] = say(worst, best) if sign < 0 else say(best, worst)
    else:
        out["verdict_all"] = "cannot_tell"
    if not any(map(math.isnan, (low, mean, margin))):
        out["verdict_neighbours"] = say(low > mean + margin, high < mean - margin)
    elif full and enough:
        over, under = sum(v < value for v in theirs), sum(v > value for v in theirs)
        out["verdict_neighbours"] = say(10 * over >= 8 * len(used), 10 * under >= 8 * len(used))
    else:
        out["verdict_neighbours"] = "cannot_tell"
    if not any(map(math.isnan, (low, near_low))):
        out["verdict_nearest"] = say(low > near_high, high < near_low)
    elif full and enough and not math.isnan(near):
        usual = statistics.stdev(theirs)
        out["verdict_nearest"] = say(value - near > usual, near - value > usual)
    else:
        out["verdict_nearest"] = "cannot_tell"
    return out


def slow_quartile(ordered: list[float], value: float, sign: int) -> int:
    n = len(ordered)
    if n < 8:
        return 0
    places = [index for index, v in enumerate(ordered) if v == value]
    cuts = []
    for share in (0.25, 0.5, 0.75):
        position = (n - 1) * share
        low = math.floor(position)
        cuts.append(ordered[low] + (position - low) * (ordered[min(low + 1, n - 1)] - ordered[low]))
        if low in places and low + 1 in places and len(places) > n / 10:
            return 0
    band = 1 + sum(value > cut for cut in cuts)
    return band if sign < 0 else 5 - band


@pytest.mark.parametrize("ties", [True, False], ids=["ties", "no_ties"])
@pytest.mark.parametrize("margins", [True, False], ids=["intervals", "no_intervals"])
@pytest.mark.parametrize("certainty", list(Certainty))
@pytest.mark.parametrize("polarity", [HIGH, LOW, NEUTRAL])
def test_the_fast_benchmark_equals_the_slow_one(polarity, certainty, margins, ties):
    indicator = indicator_with(polarity, certainty)
    for seed, n in ((1, 60), (2, 14), (3, 7)):
        m = made_up(seed, n=n, ties=ties, margins=margins)
        neighbours = made_up_neighbours(seed, n) if n > K else np.tile([[2, 3, 4, 5, 6]], (n, 1))
        if n <= K:
            neighbours[2:] = [[j for j in range(n) if j != i][1:] for i in range(2, n)]
        fast = benchmark(m, neighbours, indicator)
        for i in range(n):
            for t in range(len(m.periods)):
                for name, expected in slow_cell(m, neighbours, indicator, i, t).items():
                    found = getattr(fast, name)
                    found = found[t] if found.ndim == 1 else found[i, t]
                    if isinstance(expected, str):
                        assert found == expected, (name, i, t, seed)
                    else:
                        assert found == pytest.approx(expected, nan_ok=True, abs=1e-9), (name, i, t, seed)


def test_robust_z_equals_the_slow_one():
    m = made_up(4, ties=False, margins=False)
    fast = robust_z(m.values, counted_once(m))
    for t in range(len(m.periods)):
        known = [v for v, c in zip(m.values[:, t], m.counted[:, t], strict=True) if c and not math.isnan(v)]
        centre = statistics.median(known)
        spread = 1.4826 * statistics.median(abs(v - centre) for v in known)
        assert fast[:, t] == pytest.approx((m.values[:, t] - centre) / spread, nan_ok=True)


def test_an_indicator_with_a_reason_for_no_verdict_gets_neither_verdicts_nor_ranks():
    m = made_up(5, ties=False, margins=True)
    neighbours = made_up_neighbours(5, 60)
    plain = benchmark(m, neighbours, indicator_with())
    found = benchmark(m, neighbours, indicator_with(no_verdict="Counts too few to rank."))
    for verdicts in (found.verdict_nearest, found.verdict_neighbours, found.verdict_all):
        assert set(verdicts.ravel()) == {"cannot_tell"}
    assert not found.rank.any()
    assert not found.quartile.any()
    assert np.isnan(found.percentile).all()
    assert found.neighbour_mean == pytest.approx(plain.neighbour_mean, nan_ok=True)
    assert found.all_median == pytest.approx(plain.all_median)
    assert plain.rank.max() > 1
