"""Which published numbers are doubted, and why."""

from __future__ import annotations

import numpy as np
from spec_kit import Case, Cell, Chapter, Table

from likeforlike.analysis.quality.copies import copied
from likeforlike.analysis.quality.jumps import changes, jumps
from likeforlike.analysis.quality.levels import (
    chance_of_one,
    false_zeros,
    own_level,
    stopped_reporting,
)
from likeforlike.analysis.quality.series import Series
from likeforlike.analysis.quality.slips import unit_slips
from likeforlike.analysis.quality.wholes import counties_against_districts, implied_denominators
from likeforlike.domain.quality import Flag
from statistics_kit import matrix_of

#: Other councils, so that there are enough of them to say what is usual; they are not drawn.
OTHERS = 400


def years_in(table: Table) -> list[str]:
    return [name for name in table.columns if name.isdigit()]


def series_with_others(table: Table, *, level: float = 100.0, wobble: float = 1.0, digits: int = 1) -> Series:
    """The drawn councils among others that lie around a level and move a little, each in its own way."""
    drawn = table.numbers(*years_in(table))
    draw = np.random.default_rng(1)
    others = level * draw.uniform(0.9, 1.1, (OTHERS, 1)) + draw.normal(0, wobble, (OTHERS, drawn.shape[1]))
    return Series.of(matrix_of(np.vstack([drawn, np.round(others, digits)])), ())


def told(table: Table, flags: list[Flag]) -> dict[str, list[Cell]]:
    """For each drawn council the year in doubt and the pattern."""
    years = years_in(table)
    found = {flag.row: flag for flag in reversed(flags)}
    rows = range(len(table))
    return {
        "council": list(table["council"]),
        "in doubt": [float(years[found[row].column]) if row in found else None for row in rows],
        "pattern": [found[row].pattern.value.replace("_", " ") if row in found else None for row in rows],
    }


def jumped(table: Table) -> dict[str, list[Cell]]:
    return told(table, jumps(series_with_others(table)))


def usual(table: Table) -> dict[str, list[Cell]]:
    values = table.numbers(*years_in(table))
    found = changes(Series.of(matrix_of(values), ()))
    return {
        "council": list(table["council"]),
        "change": [float(number) for number in found.change[:, -1]],
        "usual changes": [float(number) for number in found.times[:, -1]],
    }


def small(table: Table) -> dict[str, list[Cell]]:
    people = table.numbers("people")[:, 0]
    series = Series.of(matrix_of(np.ones((len(table), 2))), (), people)
    return {"council": list(table["council"]), "allowance": [float(one) for one in series.smallness]}


def slipped(table: Table) -> dict[str, list[Cell]]:
    flags = unit_slips(series_with_others(table))
    found = {flag.row: flag for flag in flags}
    answer = told(table, flags)
    rows = range(len(table))
    answer["power of ten"] = [found[row].number if row in found else None for row in rows]
    answer["expected"] = [found[row].compared if row in found else None for row in rows]
    return answer


def all_slipped(table: Table) -> dict[str, list[Cell]]:
    years = years_in(table)
    drawn = table.numbers(*years)
    values = np.vstack([drawn * factor for factor in np.linspace(0.8, 1.2, 12)])
    (flag,) = unit_slips(Series.of(matrix_of(values), ()))
    return {"whose": ["all councils" if flag.row < 0 else "one"], "in doubt": [float(years[flag.column])]}


def copies(table: Table) -> dict[str, list[Cell]]:
    return told(table, copied(series_with_others(table, wobble=3.0, digits=3)))


def noughts(table: Table) -> dict[str, list[Cell]]:
    return told(table, false_zeros(series_with_others(table)))


def event(table: Table) -> dict[str, list[Cell]]:
    values = table.numbers(*years_in(table))
    people = table.numbers("people")[:, 0]
    worth = chance_of_one(own_level(values), people)
    return {"council": list(table["council"]), "one event": [float(worth / one) for one in people]}


def silent(table: Table) -> dict[str, list[Cell]]:
    series = series_with_others(table)
    explained = np.zeros(len(series.matrix.areas), dtype=np.bool_)
    explained[: len(table)] = [cell == "suppressed" for cell in table["status"]]
    return told(table, stopped_reporting(series, explained))


def counties(table: Table) -> dict[str, list[Cell]]:
    """Each drawn row is a county with three districts; eleven others fit."""
    drawn = table.numbers("county", "district 1", "district 2", "district 3")
    fitting = np.tile([20.0, 10.0, 20.0, 30.0], (11, 1))
    values = np.vstack([drawn, fitting]).reshape(-1, 1)
    parts = {4 * number: [4 * number + part for part in (1, 2, 3)] for number in range(len(drawn) + 11)}
    flags = counties_against_districts(values, parts, adds_up=False, decimals=1)
    found = {flag.row // 4: flag for flag in flags}
    rows = range(len(table))
    return {
        "name": list(table["name"]),
        "nearest district": [found[r].compared if r in found else None for r in rows],
    }


def implied(table: Table) -> dict[str, list[Cell]]:
    drawn = table.numbers("count", "rate", "dwellings")
    draw = np.random.default_rng(2)
    dwellings = draw.uniform(30_000, 90_000, 20)
    rates = np.round(draw.uniform(5, 15, 20), 1)
    others = np.column_stack([np.round(rates * dwellings / 1000), rates, dwellings])
    count, rate, base = np.vstack([drawn, others]).T[:, :, None]
    flags = implied_denominators(rate, count, base, per=1000, rate_step=0.1, columns=np.array([0]))
    found = {flag.row: flag for flag in flags}
    rows = range(len(table))
    return {
        "council": list(table["council"]),
        "implied": [found[row].value if row in found else None for row in rows],
    }


CHAPTER = Chapter(
    name="quality",
    title="Which numbers are doubted",
    introduction="""
Every published value is checked against the council's own history and against all other councils. What a check
doubts gets a flag beside the number, with a sentence that says what was seen. A flag is a reason to look: no value
is changed or left out because of it, and much of what is flagged is real (a works that closed, a council that began
to count in another way). Values known to be wrong are another matter: they are declared in
`definitions/corrections/`, with a reason and a day by which somebody must look again.

"The usual change" below is a robust standard deviation: 1.4826 times the median distance from nought. Periods are
compared within stretches that no declared break and no change of length interrupts. In the examples 400 other
councils, not drawn, lie around 100 and move by about 1 a year.

## What the checks find, and what they miss

Faults were put into real series, one at a time: about 1,100 of each kind, in councils and periods chosen at random, in all
116 indicators with at least six periods.
"Found" is by the check that is meant for the fault, on the very number;
"by any" counts other checks too (a value a thousand times too large in an unsteady series is called a jump).

| Fault | Found | By any check |
| --- | --- | --- |
| Ten times too large | 77 % | 95 % |
| A hundred times too large | 80 % | 100 % |
| A thousand times too large | 82 % | 100 % |
| Ten times too small | 76 % | 82 % |
| A hundred times too small | 80 % | 87 % |
| Nought for a missing value | 85 % | 85 % |
| Moved across the whole range of councils | 54 % | 56 % |
| Another council's values in four periods | 55 % | 60 % |
| The same value in four periods | 53 % | 53 % |
| No value in the newest period | 99 % | 99 % |

What is missed lies in series that move as much by themselves (rough sleeping, repossessions, small councils), or in
figures rounded so far that values repeat anyway. In those 11,000 trials a fault made another council's number look wrong
13 times.

No number can be given for false alarms on the real figures, because nobody knows which of them are wrong. What can be
said: every flag of this release was read; about one value in 2,200 carries one; the checks of copied values, not told
which estimates publishers declare as shared by two councils, find 71 such series and no undeclared one; and in 296,000
simulated values that move by chance alone they raise five flags.
""",
    cases=(
        Case(
            "A change is measured in usual changes",
            """
Every council's change since its last value, less the change of the middle council, is divided by the usual change: the
larger of all councils' in the period (no less than in the middle period) and, from five changes on, the council's own.
Over several periods the usual change grows with the square root of their number. The scale is level, square root or
logarithm, whichever makes councils with high and with low values vary alike (Tukey's spread-versus-level rule).
In the example the scale is the logarithm.
""",
            "council | 2020 | 2021\n"
            + "\n".join(
                f"{name} | 100 | {value}"
                for name, value in zip(
                    "ABCDEFGHIJKL", (90, 98, 99, 99, 100, 100, 101, 101, 102, 102, 103, 130), strict=True
                )
            ),
            """
council | change | usual changes
A | -0.1103 | 4.99
B | -0.0252 | 1.14
C | -0.0150 | 0.68
D | -0.0150 | 0.68
E | -0.0050 | 0.22
F | -0.0050 | 0.22
G | 0.0050 | 0.22
H | 0.0050 | 0.22
I | 0.0148 | 0.67
J | 0.0148 | 0.67
K | 0.0246 | 1.11
L | 0.2574 | 11.63
""",
            usual,
        ),
        Case(
            "A small place moves more by chance",
            """
All councils' usual change is multiplied by the square root of the middle place's people over the place's own, where that
is more than 1: the Isles of Scilly are allowed eight times the change of a middling council.
""",
            """
council | people
City | 1000000
Town | 160000
Borough | 160000
Isle | 2500
""",
            """
council | allowance
City | 1
Town | 1
Borough | 1
Isle | 8
""",
            small,
        ),
        Case(
            "Jumps",
            """
A jump is a change of at least six usual changes; of at least twice what 99 in 100 changes of the indicator stay under, so
that where masts and chargers arrive in leaps only an extraordinary leap counts; of more than the usual distance
between councils in that period; and of more than both margins together where margins are published. A value that
stands alone between two that agree is the odd one (spike), and so is a first value that no later one comes near; at
the end nobody can tell yet (last); otherwise the level has changed (step).
""",
            """
council | 2016 | 2017 | 2018 | 2019 | 2020 | 2021 | 2022
Spike | 100 | 101 | 100 | 160 | 101 | 100 | 101
First | 40 | 101 | 100 | 102 | 101 | 100 | 101
Last | 100 | 101 | 100 | 102 | 101 | 100 | 160
Step | 100 | 101 | 100 | 150 | 151 | 152 | 151
Quiet | 100 | 101 | 103 | 102 | 104 | 103 | 101
""",
            """
council | in doubt | pattern
Spike | 2019 | spike
First | 2016 | first
Last | 2022 | last
Step | 2019 | step
Quiet | - | -
""",
            jumped,
        ),
        Case(
            "Unit slips",
            """
On the scale of powers of ten a council's place beside the middle council is compared with its usual place. A slip lies
1, 2 or 3 powers away, to within 0.03 plus three times the usual straying and never more than 0.1 (a factor of 1.26); and
at least six times what the council or all councils usually stray, and twice what 99 in 100 values of the indicator do.
A slip is a leap and not a slope: the values beside it lie no further from their usual place than half its power. A council
needs three values. Where values halve and double anyway, ten times as much is no proof of a slip.
""",
            """
council | 2018 | 2019 | 2020 | 2021 | 2022
Thousands | 100 | 101 | 0.1 | 102 | 101
Tenfold | 100 | 101 | 1004 | 102 | 101
Sevenfold | 100 | 101 | 700 | 102 | 101
Unsteady | 100 | 20 | 9.8 | 220 | 60
""",
            """
council | in doubt | pattern | power of ten | expected
Thousands | 2020 | own unit | -3 | 100
Tenfold | 2020 | own unit | 1 | 101
Sevenfold | - | - | - | -
Unsteady | - | - | - | -
""",
            slipped,
        ),
        Case(
            "A whole period in another unit",
            """
When the middle of all councils moves by a power of ten to within 0.05 (a factor of 1.12), and councils keep their
distances, the period is in another unit: one flag for all. The moratorium on evictions cut possession claims to a
tenth, but not alike everywhere, and is not taken for a slip. Twelve councils in the drawn proportion:
""",
            """
council | 2020 | 2021 | 2022
A | 0.40 | 0.41 | 42
""",
            """
whose | in doubt
all councils | 2022
""",
            all_slipped,
        ),
        Case(
            "Copied values",
            """
A value may repeat by chance; the question is how often chance would do it. A run of equal values in one council is
flagged when chance, at the rate at which values of this indicator repeat, would make fewer than 0.01 such runs among
all councils (and the value has three digits and does not come back elsewhere in the series, as a floor would). A value
of six digits or more is flagged after one repeat where no more than two values, and one in a thousand, repeat at
all. Either must stand for more than nine events (see below): three chargers stay three chargers. Two councils are
flagged when they agree in three periods or more and chance would make fewer than 0.001 such
pairs; shared estimates that are declared are left out. A period is flagged as carried forward when at least five more
councils repeat than three times as many as in any other period. Noughts and 100 never count.
""",
            """
council | 2016 | 2017 | 2018 | 2019 | 2020 | 2021
Run | 101.237 | 98.114 | 98.114 | 98.114 | 98.114 | 99.502
One | 96.482 | 103.907 | 99.151 | 101.736 | 95.248 | 98.663
Other | 97.015 | 103.907 | 99.151 | 101.736 | 95.248 | 102.390
Nought | 0 | 0 | 0 | 0 | 0 | 0
""",
            """
council | in doubt | pattern
Run | 2018 | run
One | 2017 | two councils
Other | 2017 | two councils
Nought | - | -
""",
            copies,
        ),
        Case(
            "False zeros",
            """
A nought is doubted where no more than one in twenty councils has one, the council has three other values that lie three
robust standard deviations from nought, and those lead to expect at least nine events (see the next rule): chance would
leave nine events out once in 8,000 times. Without values of its own, a nought is doubted where one council in a hundred
at most has one, and even the lowest hundredth of the others has a quarter of the middle value.
""",
            """
council | 2018 | 2019 | 2020 | 2021 | 2022
Missing return | 98 | 101 | 0 | 99 | 100
Few events | 60 | 5 | 0 | 110 | 20
Alone | - | - | 0 | - | -
""",
            """
council | in doubt | pattern
Missing return | 2020 | among own values
Few events | - | -
Alone | 2020 | among councils
""",
            noughts,
        ),
        Case(
            "What one event is worth",
            """
Where events come by chance, the variance of their number is its mean; so variance over mean is what one event adds to a
rate, and it falls with the number of people. The median over councils of variance over mean times people is taken for
all; a spread of less than 5 % counts as 5 %. Here A and B have 20 give or take 1.4826 x 2.
""",
            """
council | people | 2018 | 2019 | 2020 | 2021 | 2022
A | 100000 | 18 | 20 | 22 | 18 | 22
B | 100000 | 22 | 20 | 18 | 22 | 18
C | 50000 | 20 | 20 | 20 | 20 | 20
""",
            """
council | one event
A | 0.440
B | 0.440
C | 0.879
""",
            event,
        ),
        Case(
            "Denominators: a county and its districts",
            """
A county's rate must lie between its districts' lowest and highest, and its count must be their sum, give or take half a
per cent and rounding. Where most counties do not fit, the figure is about the county council and not its area (its own
spending on housing, say), and nothing is flagged.
""",
            """
name | county | district 1 | district 2 | district 3
Fits | 21.5 | 20 | 21 | 23
Too high | 26.0 | 20 | 21 | 23
""",
            """
name | nearest district
Fits | -
Too high | 23
""",
            counties,
        ),
        Case(
            "Denominators: what a rate and its count imply",
            """
Where the release holds a rate, its count and the denominator, count over rate must give about the denominator. What is
common to all councils (another date, another definition) is taken off; a rate is flagged when it is six robust
standard deviations, and 5 %, away and rounding of rate and count cannot explain it.
""",
            """
council | count | rate | dwellings
Right | 400 | 10.0 | 40000
Other base | 400 | 10.0 | 52000
Rounded | 3 | 0.1 | 40000
""",
            """
council | implied
Right | -
Other base | 40000
Rounded | -
""",
            implied,
        ),
        Case(
            "Councils that stopped reporting",
            """
In the newest period that nine in ten councils have reached, a council without a value has stopped reporting if it had
one in the period before, or at least two before that. A value that is suppressed, unreliable or not applicable is
explained and not a silence; neither is a survey's missing estimate.
""",
            """
council | status | 2019 | 2020 | 2021 | 2022
Silent | not available | 100 | 101 | 102 | -
Withheld | suppressed | 100 | 101 | 102 | -
Once | not available | 100 | - | - | -
Back again | normal | 100 | - | - | 101
""",
            """
council | in doubt | pattern
Silent | 2022 | no value
Withheld | - | -
Once | - | -
Back again | - | -
""",
            silent,
        ),
    ),
    sources="""
- Tukey, J. W. (1977), *Exploratory Data Analysis*: spread-versus-level, and medians in place of means.
- Leys, C. and others (2013), "Detecting outliers: do not use standard deviation around the mean, use absolute deviation
  around the median", *Journal of Experimental Social Psychology* 49.
- Eurostat, *ESS Handbook for Quality and Metadata Reports*: validation rules against history, against peers, and within
  an edition.
- Code: `analysis/quality/`, which `pipeline/quality.py` runs on every indicator; written a second time, cell by cell, in
  `tests/slow_quality.py`; faults are put in by `tests/oracle/test_quality_injected.py`.
""",
)
