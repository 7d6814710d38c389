"""What is called a trend, and what is not tested."""

from __future__ import annotations

import numpy as np
from spec_kit import Case, Cell, Chapter, Table

from likeforlike.analysis.intervals import difference_test, false_discovery, poisson, wilson
from likeforlike.analysis.monotonic import mann_kendall
from likeforlike.analysis.trend import Trend, trend
from likeforlike.domain.indicator import Break, Certainty, Polarity
from statistics_kit import HIGH, LOW, NEUTRAL, indicator_with, matrix_of

COUNT, SAMPLE = Certainty.FULL_COUNT, Certainty.SAMPLE


def tested(
    table: Table,
    margin: float | None,
    certainty: Certainty,
    polarity: Polarity = HIGH,
    breaks: tuple[Break, ...] = (),
) -> Trend:
    """One council per row, one year per column."""
    years = list(table.columns)[1:]
    matrix = matrix_of(table.numbers(), margin, first_year=int(years[0]))
    return trend(matrix, indicator_with(polarity, certainty, breaks=breaks))


def shown(table: Table, found: Trend) -> dict[str, list[Cell]]:
    return {
        "council": table["council"],
        "direction": found.direction.tolist(),
        "judgement": found.judgement.tolist(),
        "test": found.test.tolist(),
        "per year": found.slope_per_year.tolist(),
        "p": found.p.tolist(),
    }


def order(table: Table) -> dict[str, list[Cell]]:
    values = table.numbers()
    found = mann_kendall(values, np.arange(values.shape[1], dtype=np.float64))
    return {
        "series": table["series"],
        "S": found.s.tolist(),
        "p": found.p.tolist(),
        "slope": found.slope.tolist(),
    }


def counts(table: Table) -> dict[str, list[Cell]]:
    lower, upper = poisson(table.numbers("count")[:, 0])
    return {"count": table["count"], "lower": lower.tolist(), "upper": upper.tolist()}


def shares(table: Table) -> dict[str, list[Cell]]:
    count, out_of = table.numbers("count", "of").T
    lower, upper = wilson(count, out_of)
    return {"lower %": (100 * lower).tolist(), "upper %": (100 * upper).tolist()}


def difference(table: Table) -> dict[str, list[Cell]]:
    a, margin_a, b, margin_b = table.numbers("a", "margin a", "b", "margin b").T
    z, p = difference_test(a, margin_a / 1.96, b, margin_b / 1.96)
    return {"z": z.tolist(), "p": p.tolist()}


def many(table: Table) -> dict[str, list[Cell]]:
    return {"test": table["test"], "adjusted p": false_discovery(table.numbers("p")[:, 0]).tolist()}


FIVE = """
council | 2019 | 2020 | 2021 | 2022 | 2023
A       | 20   | 18   | 16   | 14   | 12
B       | 15   | 16   | 15   | 16   | 15
C       | 10   | 9.8  | 9.6  | 9.4  | 14
"""

CHAPTER = Chapter(
    name="trend",
    title="What is called a trend",
    introduction="""
Direction and judgement are two statements: a value can be *falling* and therefore *improving*. A series that
could not be tested is *not tested*; it is never called unchanged. A test uses the newest periods up to the
one that nine in ten councils have reached.
""",
    cases=(
        Case(
            "Estimates with intervals: the newest five",
            """
A straight line is fitted to the newest five values, each weighted by one over its squared standard error (a
95 % interval divided by 3.92). The trend is clear if the squared slope over its squared error exceeds
9.5495, which chance does two times in a thousand, and if the slope keeps its sign whichever of the five is
left out. C would pass the first condition, but all of its rise is the last value. All intervals here are
plus or minus 1; low is good.
""",
            FIVE,
            """
council | direction       | judgement       | test        | per year
A       | falling         | improving       | recent_five | -2.0
B       | no_clear_change | no_clear_change | recent_five | 0.0
C       | no_clear_change | no_clear_change | recent_five | 0.8
""",
            lambda table: shown(table, tested(table, 1.0, SAMPLE, LOW)),
        ),
        Case(
            "Without intervals an estimate is not tested",
            "The same values, published without intervals.",
            FIVE,
            """
council | direction  | judgement  | test         | p
A       | not_tested | not_tested | no_intervals | -
B       | not_tested | not_tested | no_intervals | -
C       | not_tested | not_tested | no_intervals | -
""",
            lambda table: shown(table, tested(table, None, SAMPLE, LOW)),
        ),
        Case(
            "Complete counts: is the order in time more regular than chance?",
            """
Records and censuses have no sampling error. For them the Mann-Kendall test asks whether later values are
higher (or lower) more often than a shuffled series would have it, at 5 %. It needs eight values among the
newest ten. Here no direction is good, so that none is judged.
""",
            """
council | 2016 | 2017 | 2018 | 2019 | 2020 | 2021 | 2022 | 2023
A       | 10   | 11   | 12   | 14   | 13   | 15   | 16   | 18
B       | 10   | 13   | 11   | 12   | 10   | 13   | 11   | 12
C       | -    | 11   | 12   | 13   | 14   | 15   | 16   | 17
""",
            """
council | direction       | judgement       | test           | p
A       | rising          | not_judged      | mann_kendall   | 0.0004
B       | no_clear_change | no_clear_change | mann_kendall   | 0.7127
C       | not_tested      | not_tested      | too_few_points | -
""",
            lambda table: shown(table, tested(table, None, COUNT, NEUTRAL)),
        ),
        Case(
            "The test of order by hand",
            """
S is the number of pairs that rise less the number that fall; equal pairs count for neither. Below ten values
p is the exact share of all orders that are at least as regular: of the 24 orders of four values two are
perfect, so p = 2/24. The slope is Sen's: the median of the slopes between all pairs. From ten values on p
comes from the normal approximation, and its variance is enlarged where neighbouring values hang together
(Hamed and Rao); it is never reduced.
""",
            """
series | 1 | 2 | 3 | 4
up     | 1 | 2 | 4 | 8
mixed  | 1 | 3 | 2 | 4
ties   | 1 | 1 | 2 | 2
""",
            """
series | S | p      | slope
up     | 6 | 0.0833 | 2.17
mixed  | 4 | 0.3333 | 0.75
ties   | 4 | 0.3333 | 0.42
""",
            order,
        ),
        Case(
            "No trend crosses a break",
            """
Where the definition declares that values from a date on do not compare with those before, only what follows
counts. Here from 2021 on: three values are too few. Series of overlapping periods (three-year averages) are
thinned to periods that do not overlap, months to one a year, and the five must be evenly spaced.
""",
            FIVE,
            """
council | direction  | test
A       | not_tested | too_few_points
B       | not_tested | too_few_points
C       | not_tested | too_few_points
""",
            lambda table: shown(
                table, tested(table, 1.0, SAMPLE, breaks=(Break(at="2021-01-01", reason="New questions"),))
            ),
        ),
        Case(
            "Where a count has no interval: Poisson limits",
            "Exact limits below a count of ten, Byar's approximation from ten on.",
            """
count
0
5
10
100
""",
            """
count | lower | upper
0     | 0.00  | 3.69
5     | 1.62  | 11.67
10    | 4.79  | 18.39
100   | 81.36 | 121.63
""",
            counts,
        ),
        Case(
            "Where a share has no interval: Wilson limits",
            "They stay between 0 and 100 % and are right for small numbers.",
            """
count | of
15    | 50
0     | 20
""",
            """
lower % | upper %
19.10   | 43.75
0.00    | 16.11
""",
            shares,
        ),
        Case(
            "Overlap is cautious",
            """
Two intervals can overlap although the difference is clear: 10 and 13, each plus or minus 2, overlap between
11 and 12, yet a difference of 3 with a standard error of 1.44 happens by chance about four times in a
hundred.
""",
            """
a  | margin a | b  | margin b
10 | 2        | 13 | 2
""",
            """
z     | p
-2.08 | 0.038
""",
            difference,
        ),
        Case(
            "Many tests at once",
            """
Of 300 councils that did not change, 15 pass a test at 5 % by chance. Where many tests are read together p
values are adjusted so that the expected share of false calls stays below the level (Benjamini and Hochberg):
the p ranked k of n is multiplied by n / k, and never exceeds that of a higher rank.
""",
            """
test | p
A    | 0.01
B    | 0.04
C    | 0.03
D    | 0.60
""",
            """
test | adjusted p
A    | 0.0400
B    | 0.0533
C    | 0.0533
D    | 0.6000
""",
            many,
        ),
    ),
    sources="""
Office for Health Improvement and Disparities, technical guidance for the public health profiles (recent
trends); Mann (1945), Kendall (1975), Sen (1968), Hamed and Rao (1998); Wilson (1927); Breslow and Day (1987)
for Byar's limits; Altman and Bland (2003); Benjamini and Hochberg (1995). Code: `analysis/trend.py`,
`monotonic.py`, `grid.py`, `intervals.py`.
""",
)
