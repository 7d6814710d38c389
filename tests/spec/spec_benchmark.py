"""How a council is compared: position, neighbours, verdicts."""

from __future__ import annotations

import numpy as np
from spec_kit import Case, Cell, Chapter, Table

from likeforlike.analysis.benchmark import Benchmark, benchmark
from likeforlike.analysis.groups import group_benchmark
from likeforlike.analysis.position import robust_z
from likeforlike.analysis.shared_estimates import counted_once
from likeforlike.domain.indicator import Certainty, Polarity
from likeforlike.domain.matrix import LabelledMatrix
from statistics_kit import HIGH, LOW, NEUTRAL, indicator_with, matrix_of

COUNT, SAMPLE = Certainty.FULL_COUNT, Certainty.SAMPLE


def matrix(table: Table) -> LabelledMatrix:
    """One period from the columns value, lower, upper (or margin) and counted."""
    values = table.numbers("value")
    margin = table.numbers("margin") if "margin" in table.columns else None
    counted = None
    if "counted" in table.columns:
        counted = np.array([[cell == "yes"] for cell in table["counted"]])
    return matrix_of(values, margin, counted)


def all_ring(n: int) -> np.ndarray:
    """Everybody's neighbours are all others, in order."""
    return np.array([[j for j in range(n) if j != i] for i in range(n)])


def compared(
    table: Table,
    polarity: Polarity = HIGH,
    certainty: Certainty = COUNT,
    neighbours: np.ndarray | None = None,
) -> Benchmark:
    n = len(table)
    return benchmark(
        matrix(table), all_ring(n) if neighbours is None else neighbours, indicator_with(polarity, certainty)
    )


def positions(table: Table, polarity: Polarity) -> dict[str, list[Cell]]:
    found = compared(table, polarity)
    rank = [cell or None for cell in found.rank[:, 0].tolist()]
    return {
        "council": table["council"],
        "rank": rank,
        "rank_last": [cell or None for cell in found.rank_last[:, 0].tolist()],
        "percentile": found.percentile[:, 0].tolist(),
        "quartile": [cell or None for cell in found.quartile[:, 0].tolist()],
        "n": [int(found.all_count[0])] * len(table),
        "median": [float(found.all_median[0])] * len(table),
    }


def of_first(table: Table, **options: object) -> dict[str, list[Cell]]:
    """What is said of the first council beside the others."""
    found = compared(table, **options)  # type: ignore[arg-type]
    return {
        "nearest": [float(found.nearest_value[0, 0])],
        "mean": [float(found.neighbour_mean[0, 0])],
        "margin": [float(found.neighbour_mean_upper[0, 0] - found.neighbour_mean[0, 0])],
        "used": [int(found.neighbour_count[0, 0])],
        "beside nearest": [str(found.verdict_nearest[0, 0])],
        "beside neighbours": [str(found.verdict_neighbours[0, 0])],
        "beside median": [str(found.verdict_all[0, 0])],
    }


def quartiles_only(table: Table) -> dict[str, list[Cell]]:
    """Quartiles by value, since a table of many equal councils is drawn as one row per value."""
    values = np.repeat(table.numbers("value")[:, 0], [int(c) for c in table["councils"]])
    found = benchmark(matrix_of(values[:, None]), np.full((len(values), 1), -1), indicator_with(LOW))
    quartile = {v: found.quartile[values == v, 0] for v in dict.fromkeys(values)}
    return {"value": list(quartile), "quartile": [int(q[0]) or None for q in quartile.values()]}


def robust(table: Table) -> dict[str, list[Cell]]:
    data = matrix(table)
    return {"council": table["council"], "robust z": robust_z(data.values, counted_once(data))[:, 0].tolist()}


def group(table: Table) -> dict[str, list[Cell]]:
    data = matrix(table)
    found = group_benchmark(data, data.areas, table.numbers("people"))
    return {
        "mean": [float(found.mean[0])],
        "median": [float(found.median[0])],
        "weighted mean": [float(found.weighted_mean[0])],
        "used": [int(found.count[0])],
    }


CHAPTER = Chapter(
    name="benchmark",
    title="How a council is compared",
    introduction="""
Every value stands beside three others of the same period: the nearest neighbour's, the mean of the ten
nearest neighbours, and the median of all councils with the same powers. There is one universe: the council
itself is part of the median and of the ranks, and is never among its own neighbours. A missing value is left
out and counted as missing; zero is a value. Everything is computed on the published precision and rounded
for display only.
""",
    cases=(
        Case(
            "Rank, and joint ranks",
            """
Rank 1 is best. Councils with equal values share the places they fill together, and are shown as "joint
2nd-3rd of 5". A council without a value has no rank and is not counted in n. Here high is good.
""",
            """
council | value
A       | 30
B       | 20
C       | 20
D       | 0
E       | -
F       | 10
""",
            """
council | rank | rank_last | n | median
A       | 1    | 1         | 5 | 20
B       | 2    | 3         | 5 | 20
C       | 2    | 3         | 5 | 20
D       | 5    | 5         | 5 | 20
E       | -    | -         | 5 | 20
F       | 4    | 4         | 5 | 20
""",
            lambda table: positions(table, HIGH),
        ),
        Case(
            "Where low is good, the lowest is first",
            "With an even number of values the median is the mean of the two in the middle.",
            """
council | value
A       | 3
B       | 9
C       | 5
D       | 6
""",
            """
council | rank | median
A       | 1    | 5.5
B       | 4    | 5.5
C       | 2    | 5.5
D       | 3    | 5.5
""",
            lambda table: positions(table, LOW),
        ),
        Case(
            "Percentile",
            """
The middle of the places a council shares, counted from the bottom: (n - (first + last) / 2 + 1/2) / n x 100.
Higher is better; for an indicator without a good direction, higher is higher. Not given for fewer than 20
values, where it would suggest a precision that is not there. Drawn: 20 councils with the values 1 to 20, the
first three and the last.
""",
            """
council | value
"""
            + "\n".join(f"{chr(65 + k)} | {k + 1}" for k in range(20)),
            """
council | percentile
"""
            + "\n".join(f"{chr(65 + k)} | {2.5 + 5 * k:g}" for k in range(20)),
            lambda table: positions(table, NEUTRAL),
        ),
        Case(
            "Quartile, and blocks of equal values",
            """
Cuts are quartiles by linear interpolation (type 7 of Hyndman and Fan); a value equal to a cut belongs to the
band below it. Quartile 1 is best. A block of equal values that lies on both sides of a cut, and holds more
than a tenth of all, gets no quartile: whatever band it were given, half of it would be wrong. No quartile is
given for fewer than eight values. Here low is good, and 40 councils of 100 stand at zero.
""",
            "value | councils\n0 | 40\n" + "\n".join(f"{v} | 10" for v in range(1, 7)),
            """
value | quartile
0     | -
1     | 2
2     | 3
3     | 3
4     | 3
5     | 4
6     | 4
""",
            quartiles_only,
        ),
        Case(
            "A shared estimate counts once",
            """
Where a publisher gives one figure for two councils together, it is one piece of evidence. Both councils have
its position; the median, the ranks and n count it once. Council B repeats the estimate that is counted under
A.
""",
            """
council | value | counted
A       | 50    | yes
B       | 50    | no
C       | 60    | yes
D       | 40    | yes
E       | 70    | yes
""",
            """
council | rank | rank_last | n | median
A       | 3    | 3         | 4 | 55
B       | 3    | 3         | 4 | 55
C       | 2    | 2         | 4 | 55
D       | 4    | 4         | 4 | 55
E       | 1    | 1         | 4 | 55
""",
            lambda table: positions(table, HIGH),
        ),
        Case(
            "The mean of the neighbours",
            """
The plain mean of those neighbours that have a value, always with how many they are. Below five there is no
mean. The nearest neighbour is the first one; if it has no value nothing takes its place. What is said of
council A, whose nearest neighbours are B, C, D and so on:
""",
            """
council | value
A       | 50
B       | 44
C       | 46
D       | 48
E       | -
F       | 52
G       | 40
""",
            """
nearest | mean | used
44      | 46   | 5
""",
            of_first,
        ),
        Case(
            "Intervals decide",
            """
Beside the median, which is taken as exact: better or worse only if the council's 95 % interval does not
contain it. Beside the nearest neighbour and the mean of the neighbours, which have intervals of their own:
only if the two do not overlap. The mean's standard error is the root of the sum of the neighbours' squared
errors, divided by their number; with five margins of 3 it is 3 / sqrt(5) = 1.34. Overlap is called "no clear
difference". This is cautious: intervals may overlap a little although a test would find a difference; where
they do not overlap there always is one.
""",
            """
council | value | margin
A       | 50    | 3
B       | 54.5  | 3
C       | 54    | 3
D       | 56    | 3
E       | 55    | 3
F       | 55.5  | 3
""",
            """
mean | margin | beside nearest | beside neighbours | beside median
55   | 1.34   | similar        | worse             | worse
""",
            lambda table: of_first(table, certainty=SAMPLE),
        ),
        Case(
            "An estimate without an interval cannot be judged",
            "A difference between survey estimates of unknown precision may be nothing but chance.",
            """
council | value
A       | 90
B       | 50
C       | 51
D       | 52
E       | 49
F       | 48
""",
            """
mean | beside nearest | beside neighbours | beside median
50   | cannot_tell    | cannot_tell       | cannot_tell
""",
            lambda table: of_first(table, certainty=SAMPLE),
        ),
        Case(
            "Complete counts are placed, not tested",
            """
Records and censuses have no sampling error, so that nothing is called significant. Beside the neighbours a
council is better or worse when it lies beyond at least eight in ten of them; beside the nearest one when the
difference is larger than the standard deviation (divisor n - 1) of the neighbours' values; beside all when
it is in the best or worst quartile. Here high is good, A lies beyond eight of its ten neighbours, and the
standard deviation is 8.02, less than the 9 between A and B.
""",
            """
council | value
A       | 75
B       | 66
C       | 62
D       | 64
E       | 70
F       | 60
G       | 58
H       | 72
I       | 68
J       | 82
K       | 80
""",
            """
nearest | mean | used | beside nearest | beside neighbours | beside median
66      | 68.2 | 10   | better         | better            | better
""",
            of_first,
        ),
        Case(
            "Neutral indicators say higher or lower",
            "Where no direction is good (house prices, density, spending) positions are not judged.",
            """
council | value | margin
A       | 10    | 1
B       | 20    | 1
C       | 21    | 1
D       | 22    | 1
E       | 23    | 1
F       | 24    | 1
""",
            """
beside nearest | beside neighbours | beside median
lower          | lower             | lower
""",
            lambda table: of_first(table, polarity=NEUTRAL, certainty=SAMPLE),
        ),
        Case(
            "Robust z",
            """
Distance from the median in units of 1.4826 median absolute deviations, which equals a standard deviation if
values are normal. One extreme council does not move it. Polarity never turns its sign. Some products leave
the factor out: their unit is 0.674 of ours. Missing when more than half of the values are equal.
""",
            """
council | value
A       | 1
B       | 2
C       | 3
D       | 4
E       | 100
""",
            """
council | robust z
A       | -1.349
B       | -0.674
C       | 0.000
D       | 0.674
E       | 65.426
""",
            robust,
        ),
        Case(
            "Any group as a comparator",
            """
A group of one's own is summarised by the plain mean, the median, and the mean weighted by people. In the
weighted mean a shared estimate carries the people of every council that shares it.
""",
            """
council | value | people
A       | 10    | 100
B       | 20    | 300
C       | 60    | 100
D       | -     | 500
""",
            """
mean | median | weighted mean | used
30   | 20     | 26            | 3
""",
            group,
        ),
    ),
    sources="""
Hyndman and Fan (1996) for types of quantiles; Altman and Bland (2003) for comparing estimates with
intervals; Goldstein and Spiegelhalter (1996) for the limits of league tables. The rules about ties, small
numbers and intervals answer errors that published products made. Code:
`analysis/benchmark.py`, `position.py`, `verdicts.py`, `shared_estimates.py`, `groups.py`.
""",
)
