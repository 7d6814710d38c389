"""Period text as official files write it."""

from __future__ import annotations

from datetime import date

import pytest

from likeforlike.domain.period import PeriodKind
from likeforlike.observations.periods import read_period


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31), PeriodKind.CALENDAR_YEAR),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), PeriodKind.MONTH),
        ("2010-03-15", date(2010, 3, 15), date(2010, 3, 15), PeriodKind.INSTANT),
        ("2024-02-29T00:00:00", date(2024, 2, 29), date(2024, 2, 29), PeriodKind.INSTANT),
        ("2023-01-01/P1Y", date(2023, 1, 1), date(2023, 12, 31), PeriodKind.CALENDAR_YEAR),
        ("2022-04-01/P1Y", date(2022, 4, 1), date(2023, 3, 31), PeriodKind.FINANCIAL_YEAR),
        ("2021-08-01T00:00:00/P1Y", date(2021, 8, 1), date(2022, 7, 31), PeriodKind.ACADEMIC_YEAR),
        ("2021-09-01/P1Y", date(2021, 9, 1), date(2022, 8, 31), PeriodKind.ACADEMIC_YEAR),
        ("2012-05-15/P1Y", date(2012, 5, 15), date(2013, 5, 14), PeriodKind.YEAR),
        ("2021-01-01/P3Y", date(2021, 1, 1), date(2023, 12, 31), PeriodKind.ROLLING),
        ("2023-07-01/P1M", date(2023, 7, 1), date(2023, 7, 31), PeriodKind.MONTH),
        ("2023-07-01/P1Q", date(2023, 7, 1), date(2023, 9, 30), PeriodKind.QUARTER),
        ("2023-07-03/P1W", date(2023, 7, 3), date(2023, 7, 9), PeriodKind.WEEK),
        ("2023-07-03/P1D", date(2023, 7, 3), date(2023, 7, 3), PeriodKind.INSTANT),
        ("2023-04-01/2024-03-31", date(2023, 4, 1), date(2024, 3, 31), PeriodKind.FINANCIAL_YEAR),
    ],
)
def test_each_form_has_its_first_and_last_day(text, start, end, kind):
    answer = read_period(text)
    assert (answer.period.start, answer.period.end, answer.period.kind) == (start, end, kind)
    assert not answer.corrected


@pytest.mark.parametrize(
    ("text", "end"), [("2024-09-31", date(2024, 9, 30)), ("2023-02-29T00:00:00", date(2023, 2, 28))]
)
def test_a_day_that_does_not_exist_is_the_last_of_its_month_and_says_so(text, end):
    answer = read_period(text)
    assert answer.period.end == end
    assert answer.corrected


@pytest.mark.parametrize(
    "text",
    ["", "2024-13-01", "2024-00", "2024-01-32", "2024-01-00", "23", "2023/24", "2023-01-01/P0Y",
     "2023-01-01/1Y", "2024-03-31/2023-04-01", "March 2024", "2023-01-01T12:30:00"],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_period(text)
