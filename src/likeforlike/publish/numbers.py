"""Numbers as people read them: rounded, with units, a true minus sign, and differences in words.

Rounding happens here and nowhere else.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import NamedTuple

from likeforlike.domain.indicator import Indicator, Unit

MINUS = "−"
NO_VALUE = "no value"


class UnitWords(NamedTuple):
    """How a unit is written: before and after a value, and after a difference of two values."""

    before: str
    after: str
    difference: str


UNITS = MappingProxyType(
    {
        Unit.PERCENT: UnitWords("", "%", " percentage points"),
        Unit.SHARE: UnitWords("", "", ""),
        Unit.COUNT: UnitWords("", "", ""),
        Unit.PER_1000: UnitWords("", " per 1,000", " per 1,000"),
        Unit.PER_10000: UnitWords("", " per 10,000", " per 10,000"),
        Unit.PER_100000: UnitWords("", " per 100,000", " per 100,000"),
        Unit.PER_MILLION: UnitWords("", " per million", " per million"),
        Unit.GBP: UnitWords("£", "", ""),
        Unit.GBP_MILLION: UnitWords("£", " million", " million"),
        Unit.GBP_PER_HOUR: UnitWords("£", " an hour", " an hour"),
        Unit.GBP_PER_WEEK: UnitWords("£", " a week", " a week"),
        Unit.GBP_PER_HEAD: UnitWords("£", " a head", " a head"),
        Unit.GBP_PER_JOB: UnitWords("£", " a job", " a job"),
        Unit.YEARS: UnitWords("", " years", " years"),
        Unit.MINUTES: UnitWords("", " minutes", " minutes"),
        Unit.NIGHTS: UnitWords("", " nights", " nights"),
        Unit.KWH: UnitWords("", " kWh", " kWh"),
        Unit.TONNES: UnitWords("", " tonnes", " tonnes"),
        Unit.TONNES_PER_HEAD: UnitWords("", " tonnes a head", " tonnes a head"),
        Unit.RATIO: UnitWords("", "", ""),
        Unit.SCORE: UnitWords("", "", ""),
        Unit.RANK: UnitWords("", "", " places"),
        Unit.VEHICLES_PER_DAY: UnitWords("", " vehicles a day", " vehicles a day"),
        Unit.PEOPLE_PER_KM2: UnitWords("", " people per km²", " people per km²"),
        Unit.SQUARE_KM: UnitWords("", " km²", " km²"),
    }
)


def number(value: float, decimals: int) -> str:
    """A number with thousands separators and a true minus sign; what rounds to zero has no sign."""
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        return text.lstrip("-")
    return text.replace("-", MINUS)


def shown(value: float | None, decimals: int) -> str:
    """A number of a table, whose heading has the unit; an empty cell where it is missing."""
    return "" if value is None else number(value, decimals)


def tidy(value: float) -> float:
    """The number without the noise of binary arithmetic: 63.0 for 63.00000000000001, which no publisher wrote.

    A number that needs all its figures keeps them: only the last bits are noise.
    """
    short = float(f"{value:.12g}")
    return short if abs(short - value) <= 5e-16 * abs(value) else value


def places(unit: Unit, decimals: int) -> int:
    """Decimals to show: an amount in pounds has none or two, as on a price tag; millions have their own."""
    return 2 if UNITS[unit].before and decimals == 1 and unit is not Unit.GBP_MILLION else decimals


def value_words(value: float | None, unit: Unit, decimals: int) -> str:
    """A value with its unit, for example "74.1%" or "£29,400"; missing is said, never zero."""
    if value is None or not math.isfinite(value):
        return NO_VALUE
    words = UNITS[unit]
    sign = MINUS if words.before and value < 0 else ""
    shown = number(abs(value) if sign else value, places(unit, decimals))
    return f"{sign}{words.before}{shown}{words.after}"


def difference_words(difference: float | None, unit: Unit, decimals: int) -> str:
    """A signed difference in words, for example "3.2 percentage points lower"."""
    if difference is None or not math.isfinite(difference):
        return ""
    words, decimals = UNITS[unit], places(unit, decimals)
    shown = number(abs(difference), decimals)
    if not shown.strip("0.,"):
        return (
            "the same" if decimals == 0 else f"the same to {count_words(decimals)} decimal{plural(decimals)}"
        )
    direction = "higher" if difference > 0 else "lower"
    after = words.difference
    if after == " percentage points" and shown in ("1", "1.0"):
        after = " percentage point"
    return f"{words.before}{shown}{after} {direction}"


def interval_words(lower: float | None, upper: float | None, unit: Unit, decimals: int) -> str:
    """A 95 % interval in words, or nothing where none was published."""
    if lower is None or upper is None or not (math.isfinite(lower) and math.isfinite(upper)):
        return ""
    low, high = value_words(lower, unit, decimals), value_words(upper, unit, decimals)
    return f"{low} to {high}"


def plural(count: int, many: str = "s", one: str = "") -> str:
    """The ending of a noun after a count."""
    return one if count == 1 else many


def count_words(count: int) -> str:
    """Small whole numbers as words, others as digits."""
    names = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return names[count] if 0 <= count < len(names) else f"{count:,}"


def unit_words(indicator: Indicator) -> str:
    """The unit in words, for an axis or a heading."""
    per = f" {indicator.per}" if indicator.per else ""
    after = UNITS[indicator.unit].after.strip()
    if indicator.unit is Unit.PERCENT:
        return "per cent"
    if indicator.unit.is_money:
        return f"pounds{' ' + after if after else ''}"
    if after.startswith("per "):
        return f"{after}{per}"
    return after or f"{indicator.unit.value}{' of' + per if per else ''}"


def ordinal(position: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    if 10 <= position % 100 <= 20:
        return f"{position}th"
    return f"{position}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(position % 10, 'th') }"
