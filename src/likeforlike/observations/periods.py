"""Period text of official files: a date, a year, a month, or a start with an ISO duration or an end."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from likeforlike.domain.period import Period, add_months

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T00:00:00)?")
_DURATION = re.compile(r"P(\d+)([DWMQY])")
_MONTHS = {"M": 1, "Q": 3, "Y": 12}


@dataclass(frozen=True, slots=True)
class ReadPeriod:
    """A period; `corrected` where a day that does not exist became the last day of its month."""

    period: Period
    corrected: bool = False


def read_period(text: str) -> ReadPeriod:
    """Read one period.

    "2023" is the calendar year, "2023-05" the month, "2023-05-31" the day; "2023-04-01/P1Y" lasts one year
    from its start (D days, W weeks, M months, Q quarters, Y years) and "2023-04-01/2024-03-31" includes
    both days. A day beyond the end of its month, such as 31 September, is read as the last day. Raises
    ValueError for anything else.
    """
    if re.fullmatch(r"\d{4}", text):
        return ReadPeriod(Period.months(date(int(text), 1, 1), 12))
    if month := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return ReadPeriod(Period.months(date(int(month[1]), int(month[2]), 1), 1))
    start_text, slash, rest = text.partition("/")
    start, corrected = _read_day(start_text)
    if not slash:
        return ReadPeriod(Period.of(start), corrected)
    if duration := _DURATION.fullmatch(rest):
        return ReadPeriod(_lasting(start, int(duration[1]), duration[2]), corrected)
    end, end_corrected = _read_day(rest)
    if end < start:
        raise ValueError(f"{text!r} ends before it starts")
    return ReadPeriod(Period.of(start, end), corrected or end_corrected)


def _lasting(start: date, count: int, unit: str) -> Period:
    if count == 0:
        raise ValueError("a period of no length")
    if unit in _MONTHS:
        return Period.of(start, add_months(start, count * _MONTHS[unit]) - timedelta(days=1))
    return Period.of(start, start + timedelta(days=count * (7 if unit == "W" else 1) - 1))


def _read_day(text: str) -> tuple[date, bool]:
    match = _DAY.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a date")
    year, month, day = (int(part) for part in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"{text!r} is not a date")
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day, last)), day > last
