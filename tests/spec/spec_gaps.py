"""How far apart places are, and whether they drew apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from spec_kit import Case, Cell, Chapter, Table

from likeforlike.analysis.convergence import beta_convergence, rank_mobility
from likeforlike.analysis.disparity import disparity, net_deviation
from likeforlike.analysis.gap_change import MeasureChange, judge
from likeforlike.analysis.spatial import moran, touching
from statistics_kit import matrix_of


def measures(table: Table) -> dict[str, list[Cell]]:
    regions = (
        np.unique(table["region"], return_inverse=True)[1]
        if "region" in table.columns
        else np.zeros(len(table), int)
    )
    people = table.numbers("people") if "people" in table.columns else np.ones((len(table), 1))
    found = disparity(matrix_of(table.numbers("value")), people, regions)
    names = {
        "lowest": found.min,
        "highest": found.max,
        "best-worst gap": found.best_worst_gap,
        "P10": found.p10,
        "median": found.median,
        "P90": found.p90,
        "P90-P10 gap": found.p90_p10_gap,
        "P90/P10": found.p90_p10_ratio,
        "S80/S20": found.s80_s20,
        "SD": found.sd,
        "CV": found.cv,
        "CV weighted": found.cv_weighted,
        "Gini": found.gini,
        "Theil": found.theil,
        "between": found.theil_between,
        "within": found.theil_within,
    }
    return {name: [float(array[0])] for name, array in names.items()}


def net(table: Table) -> dict[str, list[Cell]]:
    values, errors = table.numbers("value"), table.numbers("margin") / 1.96
    return {"SD (n - 1)": [float(values.std(ddof=1))], "net SD": [float(net_deviation(values, errors)[0])]}


def verdict(table: Table) -> dict[str, list[Cell]]:
    rows = [
        MeasureChange(str(name), float(first), 0.0, float(change), float(low), float(high))  # type: ignore[arg-type]
        for name, first, change, low, high in zip(
            table["measure"], table["at first"], table["change"], table["lower"], table["upper"], strict=True
        )
    ]
    found, reason = judge(tuple(rows))
    return {"verdict": [found.value], "reason": [reason]}


def caught_up(table: Table) -> dict[str, list[Cell]]:
    first, last = table.numbers("first", "last").T
    found = beta_convergence(first, last, 10)
    return {
        "beta": [found.beta],
        "speed % a year": [100 * found.speed_per_year],
        "half-life": [found.half_life_years],
        "sigma first": [float(np.log(first).std())],
        "sigma last": [float(np.log(last).std())],
    }


def moved(table: Table) -> dict[str, list[Cell]]:
    found = rank_mobility(*table.numbers("first", "last").T)
    return {
        "tau-b": [found.tau_b],
        "mean rank change": [found.mean_rank_change],
        "Shorrocks": [found.shorrocks],
    }


def on_the_map(table: Table) -> dict[str, list[Cell]]:
    """Councils in a row, each touching the next."""
    names = [str(name) for name in table["council"]]
    links = touching(names, pairwise(names))
    return {
        "series": ["in order", "alternating"],
        "Moran's I": [moran(table.numbers(key)[:, 0], links).value for key in ("in order", "alternating")],
        "expected": [moran(table.numbers(key)[:, 0], links).expected for key in ("in order", "alternating")],
    }


FIVE = """
council | value | people | region
A       | 10    | 1      | North
B       | 20    | 2      | North
C       | 30    | 3      | South
D       | 40    | 4      | South
E       | 50    | 5      | South
"""

VERDICT_HEAD = "measure | at first | change | lower | upper\n"

CHAPTER = Chapter(
    name="gaps",
    title="How far apart places are",
    introduction="""
Gaps are measured between councils with the same powers, period by period. No single measure settles whether
places drew apart: the gap between best and worst hangs on two councils, a gap in pounds grows with prices, a
gap in proportion shrinks when everybody gains the same. The verdict is therefore given only when it survives
a change of measure.
""",
    cases=(
        Case(
            "Gaps in the unit",
            """
Highest less lowest; the 90th less the 10th percentile (linear interpolation); the standard deviation
(divisor n). Every council counts the same.
""",
            FIVE,
            """
lowest | highest | best-worst gap | P10 | median | P90 | P90-P10 gap | SD
10     | 50      | 40             | 14  | 30     | 46  | 32          | 14.14
""",
            measures,
        ),
        Case(
            "Gaps in proportion",
            """
The ratio of the percentiles; the mean of the highest fifth over that of the lowest (S80/S20); the
coefficient of variation (standard deviation over mean); the Gini coefficient, half the mean difference of
two councils over the mean. Weighted by people, the coefficient of variation is Williamson's: the mean is the
mean person's, (10 + 40 + 90 + 160 + 250) / 15 = 36.67.
""",
            FIVE,
            """
P90/P10 | S80/S20 | CV    | CV weighted | Gini
3.29    | 5       | 0.471 | 0.340       | 0.267
""",
            measures,
        ),
        Case(
            "Between and within regions",
            """
Theil's T is the sum of s (y / m) ln(y / m), with s a council's share of all people and m the mean. It splits
exactly: what would be left if everybody had the mean of their region, and what lies within regions.
""",
            FIVE,
            """
Theil  | between | within
0.0657 | 0.0445  | 0.0212
""",
            measures,
        ),
        Case(
            "Values below zero have no proportions",
            """
Between -4 and 50 there is no ratio. Measures of proportion are refused, with the reason; differences stay.
""",
            """
council | value
A       | -4
B       | 20
C       | 50
""",
            """
best-worst gap | CV | Gini
54             | -  | -
""",
            measures,
        ),
        Case(
            "Net of sampling error",
            """
Errors of estimation make places look further apart than they are. Where intervals are published, the mean
squared standard error is taken off the variance (divisor n - 1); what remains is the gap that would be seen
without error, 0 if nothing remains. A survey that shrinks widens every other measure.
""",
            """
council | value | margin
A       | 10    | 3.92
B       | 14    | 3.92
C       | 12    | 3.92
D       | 16    | 3.92
E       | 8     | 3.92
""",
            """
SD (n - 1) | net SD
3.16       | 2.45
""",
            net,
        ),
        Case(
            "Widening: most measures are clear, none points the other way",
            """
The same councils are compared at both dates, at least three years apart, in the stretch that no break
interrupts. Each measure's change has a 95 % interval from 1,000 bootstrap draws of councils. By a measure
the gap is wider if the whole interval lies above zero, narrower if below. Widening needs more than half of
the measures to be wider, and all to point that way. Closing is the mirror image.
""",
            VERDICT_HEAD
            + """p90_p10_gap | 10 | 2 | 0.5 | 3.5
sd | 4 | 0.6 | 0.2 | 1.0
mean_difference | 5 | 0.4 | -0.2 | 1.0
""",
            """
verdict  | reason
widening | wider by 2 of 3 measures, and narrower by none
""",
            verdict,
        ),
        Case(
            "Cannot tell: measures disagree",
            "In pounds the gap grew, in proportion it shrank: the answer would depend on the measure.",
            VERDICT_HEAD
            + """sd | 4 | 0.6 | 0.2 | 1.0
gini | 0.12 | -0.02 | -0.03 | -0.01
""",
            """
verdict     | reason
cannot_tell | wider by sd, but narrower by gini
""",
            verdict,
        ),
        Case(
            "Cannot tell: the survey became less precise",
            "Wider by what is published, but not once sampling error is taken off.",
            VERDICT_HEAD
            + """sd | 4 | 0.6 | 0.2 | 1.0
mean_difference | 5 | 0.7 | 0.3 | 1.1
sd_net | 3.5 | 0.1 | -0.4 | 0.6
""",
            """
verdict     | reason
cannot_tell | wider as published, but not once sampling error is taken off
""",
            verdict,
        ),
        Case(
            "Stable: any change is small",
            """
No measure is wider or narrower, and every interval lies within a fifth of the gap at first. An interval wide
enough to hold a larger change is no evidence that nothing changed: that is "cannot tell".
""",
            VERDICT_HEAD
            + """sd | 4 | 0.1 | -0.3 | 0.5
gini | 0.12 | -0.002 | -0.01 | 0.006
""",
            """
verdict | reason
stable  | by all 2 measures the change is within a fifth either way
""",
            verdict,
        ),
        Case(
            "Did those behind catch up?",
            """
Beta is the slope of yearly growth, (1 / T) ln(last / first), on ln(first): below zero where those that
started low grew faster. Its speed is -ln(1 + beta T) / T. Here every council moves a third of its distance
(in logarithms) towards 100 in ten years. Beta alone proves nothing: noise in the first value makes it
negative when nothing changed. It is shown beside sigma, the standard deviation of the logarithms, and
corrected for noise where intervals allow. Its interval uses HC3 errors.
""",
            "council | first | last\n"
            + "\n".join(
                f"{chr(65 + k)} | {v:.0f} | {100 * (v / 100) ** (2 / 3):.4f}"
                for k, v in enumerate(np.linspace(40, 220, 10))
            ),
            """
beta    | speed % a year | half-life | sigma first | sigma last
-0.0333 | 4.055          | 17.10     | 0.526       | 0.351
""",
            caught_up,
        ),
        Case(
            "Did places change rank?",
            """
Kendall's tau-b compares the order of all pairs (1: same order); the mean change of rank is in places;
Shorrocks' index comes from the table of moves between fifths: 0 if nobody leaves their fifth, 1 if where one
ends does not depend on where one began.
""",
            "council | first | last\n"
            + "\n".join(
                f"{chr(65 + k)} | {k + 1} | {v}" for k, v in enumerate([2, 1, 3, 5, 4, 6, 7, 8, 10, 9])
            ),
            """
tau-b | mean rank change | Shorrocks
0.867 | 0.6              | 0.25
""",
            moved,
        ),
        Case(
            "Do like values lie side by side?",
            """
Moran's I sets each council's distance from the mean against the mean distance of the councils it touches
(row-standardised weights). Near 1: like values lie together; near -1: they alternate; -1 / (n - 1): no
pattern. Its p value comes from permutations with a fixed seed. Beside it stand two other readings of who is
next to whom: land borders alone (35 pairs face each other across water, two islands have the nearest
mainland), and councils two steps away as well. Here ten councils lie in a row.
""",
            "council | in order | alternating\n"
            + "\n".join(f"{chr(65 + k)} | {k} | {k % 2}" for k in range(10)),
            """
series      | Moran's I | expected
in order    | 0.891     | -0.111
alternating | -1.000    | -0.111
""",
            on_the_map,
        ),
    ),
    sources="""
Gini (1912); Theil (1967); Williamson (1965); Barro and Sala-i-Martin (1992); MacKinnon and White (1985) for
HC3 errors; Friedman (1992) and Quah (1993) on regression to the mean; Shorrocks (1978); Moran (1950); Cliff
and Ord (1981). Which councils touch comes from ONS boundaries; people are mid-year estimates. Code:
`analysis/disparity.py`, `inequality.py`, `gap_change.py`, `convergence.py`, `spatial.py`;
`pipeline/gaps.py`. On real data: `likeforlike gaps INDICATOR`, and `docs/findings/gaps.md`.
""",
)
