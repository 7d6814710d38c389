"""Periods: closed date intervals that a value describes."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache


class PeriodKind(StrEnum):
    """What sort of interval a period is."""

    INSTANT = "instant"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    CALENDAR_YEAR = "calendar_year"
    FINANCIAL_YEAR = "financial_year"
    ACADEMIC_YEAR = "academic_year"
    YEAR = "year"
    ROLLING = "rolling"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A closed interval of days, first and last day included; an instant starts and ends on one day.

    Ordered by last day, then first day, so that the newest evidence sorts last.
    """

    end: date
    start: date

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it starts."""
        assert self.start <= self.end, f"period ends ({self.end}) before it starts ({self.start})"

    @classmethod
    def of(cls, start: date, end: date | None = None) -> Period:
        """Make a period from its first and last day (the same day when `end` is left out)."""
        return cls(end=end or start, start=start)

    @classmethod
    def months(cls, start: date, count: int) -> Period:
        """Make the period of `count` calendar months beginning at `start`."""
        return cls(end=add_months(start, count) - timedelta(days=1), start=start)

    @property
    def kind(self) -> PeriodKind:  # noqa: PLR0911 - one line per kind reads best
        """The kind of interval, from its two days alone."""
        days = (self.end - self.start).days + 1
        if days == 1:
            return PeriodKind.INSTANT
        if days == 7:
            return PeriodKind.WEEK
        months = whole_months(self.start, self.end)
        if months == 1:
            return PeriodKind.MONTH
        if months == 3:
            return PeriodKind.QUARTER
        if months == 12:
            by_month = {1: PeriodKind.CALENDAR_YEAR, 4: PeriodKind.FINANCIAL_YEAR}
            if self.start.month in (8, 9):
                return PeriodKind.ACADEMIC_YEAR
            return by_month.get(self.start.month, PeriodKind.YEAR) if self.start.day == 1 else PeriodKind.YEAR
        if months is not None and months > 12 and months % 12 == 0:
            return PeriodKind.ROLLING
        return PeriodKind.OTHER

    @property
    def label(self) -> str:
        """The period in words, in full: "year ending December 2023", "31 March 2024", "2021 to 2023"."""
        return _label(self)

    def _words(self) -> str:  # noqa: PLR0911 - one line per kind reads best
        kind = self.kind
        if kind is PeriodKind.INSTANT:
            return day_label(self.end)
        if kind is PeriodKind.MONTH:
            return f"{self.end:%B %Y}"
        if kind is PeriodKind.WEEK:
            return f"week ending {day_label(self.end)}"
        if kind is PeriodKind.QUARTER:
            return f"{self.start:%B} to {self.end:%B %Y}"
        if kind is PeriodKind.ACADEMIC_YEAR:
            return f"academic year {self.start.year}/{self.end.year % 100:02d}"
        if kind is PeriodKind.FINANCIAL_YEAR:
            return f"year ending March {self.end.year}"
        if kind in (PeriodKind.CALENDAR_YEAR, PeriodKind.YEAR):
            return f"year ending {self.end:%B %Y}"
        if kind is PeriodKind.ROLLING:
            years = (whole_months(self.start, self.end) or 0) // 12
            return f"{years} years ending {self.end:%B %Y}"
        return f"{day_label(self.start)} to {day_label(self.end)}"

    @property
    def short_label(self) -> str:
        """The period as it fits under an axis: "2023", "2022/23", "Mar 2024", "2021-23"; of a week, its last day."""
        return _short_label(self)

    def _few_letters(self) -> str:
        kind = self.kind
        if kind in (PeriodKind.ACADEMIC_YEAR, PeriodKind.FINANCIAL_YEAR):
            return f"{self.start.year}/{self.end.year % 100:02d}"
        if kind is PeriodKind.CALENDAR_YEAR:
            return f"{self.end.year}"
        if kind is PeriodKind.ROLLING:
            if self.start.month == 1:
                return f"{self.start.year}-{self.end.year % 100:02d}"
            return f"{self.start.year}/{(self.start.year + 1) % 100:02d}-{self.end.year - 1}/{self.end.year % 100:02d}"
        if kind is PeriodKind.WEEK:
            return f"{self.end.day} {self.end:%b %Y}"
        return f"{self.end:%b %Y}"


@lru_cache(maxsize=4096)
def _label(period: Period) -> str:
    """Labels are asked for on every row of every table; the periods are a few hundred."""
    return period._words()


@lru_cache(maxsize=4096)
def _short_label(period: Period) -> str:
    return period._few_letters()


def add_months(day: date, count: int) -> date:
    """The same day of the month `count` months later, or the last day of a shorter month."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def whole_months(start: date, end: date) -> int | None:
    """How many whole months the closed interval spans, or None when it spans a broken one."""
    after = end + timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    return months if months > 0 and add_months(start, months) == after else None


def day_label(day: date) -> str:
    """A date in full, without a leading zero: "5 April 2024"."""
    return f"{day.day} {day:%B %Y}"
