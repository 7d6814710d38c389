"""Where values stand on the way to a target."""

from __future__ import annotations

import numpy as np
from spec_kit import Case, Cell, Chapter, Table

from likeforlike.analysis.achieved import required_among_achieved
from likeforlike.analysis.interruption import interruption
from likeforlike.analysis.projection import project
from likeforlike.analysis.targets import Evidence, band, target_progress


def progress(
    table: Table, target: float, *, sign: int = 1, exact: bool = True, start: float = 2020, now: float = 2025
) -> dict[str, list[Cell]]:
    base, latest = table.numbers("baseline", "latest").T
    errors = (
        table.numbers("margin")[:, 0] / 1.96 if "margin" in table.columns else np.full(len(table), np.nan)
    )
    found = target_progress(
        Evidence(base, latest, errors, errors, start, now, exact=exact), target, 2030, sign
    )
    return {
        "council": table["council"],
        "to go": found.distance.tolist(),
        "covered": found.covered.tolist(),
        "required": found.required_per_year.tolist(),
        "actual": found.actual_per_year.tolist(),
        "pace": found.pace.tolist(),
        "P(pace)": found.p_pace.tolist(),
        "ratio": found.compound_ratio.tolist(),
        "planned %": found.planned_compound_pct.tolist(),
        "actual %": found.actual_compound_pct.tolist(),
        "band": [cell or None for cell in band(found.compound_ratio).tolist()],
        "status": found.status.tolist(),
    }


def forward(table: Table) -> dict[str, list[Cell]]:
    years = np.array([float(name) for name in list(table.columns)[1:]])
    found = project(table.numbers(), years, 2027.0, target=25.0, sign=1)
    return {
        "council": table["council"],
        "2027": found.middle.tolist(),
        "lower": found.lower_95.tolist(),
        "upper": found.upper_95.tolist(),
        "P(reach 25)": found.p_reach.tolist(),
    }


def among(table: Table) -> dict[str, list[Cell]]:
    required, achieved = table.numbers("required", "achieved").T
    everybody = np.array([[j for j in range(len(table)) if j != i] for i in range(len(table))])
    found = required_among_achieved(required, achieved, everybody, 1)
    return {
        "council": table["council"],
        "share of like councils": found.neighbour_share.tolist(),
        "fastest": found.neighbour_best.tolist(),
    }


def broken(table: Table) -> dict[str, list[Cell]]:
    years = np.array([float(name) for name in list(table.columns)[1:]])
    found = interruption(table.numbers(), years, 2020.25)
    return {
        "council": table["council"],
        "jump": found.level.tolist(),
        "change of slope": found.slope.tolist(),
    }


CHAPTER = Chapter(
    name="targets",
    title="Where values stand on the way to a target",
    introduction="""
A target is a level to reach by a date, from a baseline. A national target that is shown for a council is
called that: a national target applied locally. Where the policy gives no number there is none here. The
status says whether the pace so far is enough; it does not say why.
""",
    cases=(
        Case(
            "Distance and pace",
            """
From the baseline of 2020 to 80 in 2030, seen in 2025: half of the time has gone. Pace is the share of the
way covered over the share of the time gone. On track from a ratio of 0.95 on, moving away below 0. The ratio
is that of compound rates (next section) where it makes sense. All values here are complete counts.
""",
            """
council | baseline | latest
A       | 60       | 70
B       | 60       | 64
C       | 60       | 58
D       | 60       | 81
E       | 60       | -
""",
            """
council | to go | covered | required | actual | pace | status
A       | 10    | 0.5     | 2.0      | 2.0    | 1.0  | on_track
B       | 16    | 0.2     | 3.2      | 0.8    | 0.4  | off_track
C       | 22    | -0.1    | 4.4      | -0.4   | -0.2 | moving_away
D       | -1    | 1.05    | -0.2     | 4.2    | 2.1  | met
E       | -     | -       | -        | -      | -    | cannot_tell
""",
            lambda table: progress(table, 80),
        ),
        Case(
            "Compound rates",
            """
Eurostat compares the observed with the required compound yearly rate: significant progress from a ratio of
0.95, moderate from 0.60, insufficient from 0, away below. An index of 100 in 2010 is to fall to 60 by 2030
and stands at 82 in 2020. Required: (60/100)^(1/20) - 1 = -2.52 % a year; observed: (82/100)^(1/10) - 1 =
-1.96 %.
""",
            """
council | baseline | latest
A       | 100      | 82
""",
            """
council | planned % | actual % | ratio | band     | pace | status
A       | -2.52     | -1.96    | 0.779 | moderate | 0.90 | off_track
""",
            lambda table: progress(table, 60, sign=-1, start=2010, now=2020),
        ),
        Case(
            "No compound rate to, from or across zero",
            """
No yearly percentage leads to zero. The linear pace takes over when baseline or target is not above zero, or
the target is nearer to zero than a tenth of the baseline. Nothing is replaced by a small number.
""",
            """
council | baseline | latest
A       | 20       | 10
B       | -2       | -1
""",
            """
council | ratio | pace | status
A       | -     | 1.0  | on_track
B       | -     | -    | met
""",
            lambda table: progress(table, 0, sign=-1),
        ),
        Case(
            "With intervals: how likely is the pace?",
            """
Both ends carry sampling error. The probability that the true pace is at least 1 follows from their standard
errors: with f the share of the time gone, latest - (1 - f) baseline - f target has the error
sqrt(SE_latest^2 + (1 - f)^2 SE_baseline^2). On track from a probability of 0.8, off track up to 0.2, else
"cannot tell". Moving away needs, besides, a probability of at most 0.2 that there was any progress; met
needs 0.8 that the level is reached. From 50 to 60; all intervals are plus or minus 2.94.
""",
            """
council | baseline | latest | margin
A       | 50       | 63     | 2.94
B       | 50       | 59     | 2.94
C       | 50       | 55     | 2.94
D       | 50       | 52     | 2.94
E       | 50       | 46     | 2.94
""",
            """
council | P(pace) | status
A       | 1.00    | met
B       | 0.99    | on_track
C       | 0.50    | cannot_tell
D       | 0.04    | off_track
E       | 0.00    | moving_away
""",
            lambda table: progress(table, 60, exact=False),
        ),
        Case(
            "Without an interval an estimate has no status",
            "Distance and pace are shown; whether they are more than chance cannot be told.",
            """
council | baseline | latest
A       | 50       | 59
""",
            """
council | to go | pace | status
A       | 1     | 1.8  | cannot_tell
""",
            lambda table: progress(table, 60, exact=False),
        ),
        Case(
            "Going on as before",
            """
From five values on, a series is carried forward by its mean yearly change. The interval holds both its
wandering and the uncertainty of that mean: s sqrt(h (1 + h / (n - 1))) times the t value, s the standard
deviation of the yearly changes around their mean. Shares are projected on a scale that stays between 0 and
100 %. It is not a forecast of what policy will do.
""",
            """
council | 2020 | 2021 | 2022 | 2023 | 2024
A       | 10   | 12   | 13   | 16   | 18
B       | -    | 12   | 13   | 16   | 18
""",
            """
council | 2027 | lower | upper | P(reach 25)
A       | 24.0 | 18.05 | 29.95 | 0.315
B       | -    | -     | -     | -
""",
            forward,
        ),
        Case(
            "Has anybody like it done that?",
            """
The yearly rate that a target requires is set beside what like councils achieved over the last span of the
same length: a rate that none of them reached is without precedent. At least five of them must have one.
""",
            """
council | required | achieved
A       | 3        | 1
B       | 9        | 2
C       | 2        | 3
D       | 2        | 4
E       | 2        | 5
F       | 2        | 2.5
""",
            """
council | share of like councils | fastest
A       | 0.6                    | 5
B       | 0.0                    | 5
C       | 0.8                    | 5
D       | 0.8                    | 5
E       | 0.8                    | 4
F       | 0.8                    | 5
""",
            among,
        ),
        Case(
            "The break of 2020-21",
            """
With four values before and three after, a line with a jump and a change of slope at spring 2020 is fitted;
errors allow for neighbouring years hanging together (Newey and West). Here the council rose by 1 a year,
fell by 5, and goes on rising by 2.
""",
            """
council | 2015 | 2016 | 2017 | 2018 | 2019 | 2021 | 2022 | 2023
A       | 10   | 11   | 12   | 13   | 14   | 11.75 | 13.75 | 15.75
""",
            """
council | jump | change of slope
A       | -5.0 | 1.0
""",
            broken,
        ),
    ),
    sources="""
Eurostat, Sustainable development in the European Union, annex on the assessment of progress; Hyndman and
Athanasopoulos, Forecasting: principles and practice, section 5.2; Newey and West (1987); Wagner et al.
(2002). Code: `analysis/targets.py`, `projection.py`, `achieved.py`, `interruption.py`.
""",
)
