"""Doubt about a published number: which check raised it, how it looks, and how much of a doubt it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The code under which a flag stands that concerns all councils of a period at once.
ALL_COUNCILS = "E92000001"


class Check(StrEnum):
    """What a number is checked for."""

    JUMP = "jump"
    UNIT_SLIP = "unit_slip"
    COPIED = "copied"
    FALSE_ZERO = "false_zero"
    DENOMINATOR = "denominator"
    STOPPED = "stopped_reporting"


class Pattern(StrEnum):
    """How the number shows what a check found."""

    SPIKE = "spike"  # a jump away and back again
    FIRST = "first"  # the first value of a series, far from all that follow
    LAST = "last"  # the newest value; the next will tell
    STEP = "step"  # a jump that lasts
    OWN_UNIT = "own_unit"  # a power of ten away from the council's other values
    ALL_UNITS = "all_units"  # all councils a power of ten away from the period before
    CARRIED_FORWARD = "carried_forward"  # many councils repeat the value of the period before
    RUN = "run"  # one council repeats a value for longer than chance allows
    TO_THE_LAST_DIGIT = "to_the_last_digit"  # a value of many digits, repeated once
    TWO_COUNCILS = "two_councils"  # two councils with the same values, period after period
    AMONG_OWN_VALUES = "among_own_values"  # a nought among values that are far from it
    AMONG_COUNCILS = "among_councils"  # a nought where no council is near it
    OUTSIDE_DISTRICTS = "outside_districts"  # a county's rate beyond those of all its districts
    SUM_OF_DISTRICTS = "sum_of_districts"  # a county's count is not its districts' sum
    IMPLIED = "implied"  # count and rate imply another denominator
    NO_VALUE = "no_value"  # nothing in the newest period


class Severity(StrEnum):
    """How much of a doubt it is: hardly possible otherwise, possible but worth a look, or a gap."""

    PROBABLE_ERROR = "probable_error"
    UNUSUAL = "unusual"
    NOT_REPORTED = "not_reported"


@dataclass(frozen=True)
class Flag:
    """One doubt about one cell of a matrix, by row and column; row -1 stands for all councils.

    `value` is the number in doubt (NaN where it is missing). `compared` is what it is held against: the value
    of the period before (jump, copied), what the council's other values lead to expect (unit slip, false
    zero), the districts' or the implied figure (denominator), the last value given (stopped reporting).
    `compared_column` and `compared_row` say whose and when, -1 for none. `number` is the check's own measure:
    how many usual changes a jump is, the power of ten, how many periods in a row, the last digit in doubt.
    """

    check: Check
    pattern: Pattern
    severity: Severity
    row: int
    column: int
    value: float
    compared: float
    number: float
    compared_row: int = -1
    compared_column: int = -1
