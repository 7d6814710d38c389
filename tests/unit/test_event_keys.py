"""What values of a file of events mean: dates in several formats, periods, names of councils, what is odd."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeforlike.definitions.loader import load_register
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.event import AreaColumn, DateColumn, Length, Lookup, Reporters
from likeforlike.domain.period import PeriodKind
from likeforlike.observations.event_keys import (
    Reasons,
    area_key,
    check_dates,
    period_key,
    period_of,
    reporters_of,
)

HARROGATE, NORTH_YORKSHIRE, NEWCASTLE = "E07000165", "E06000065", "E08000021"


def dates(**changes: object) -> DateColumn:
    return DateColumn.model_validate({"column": "day", "first": "2018-01-01", "last": "2019-12-31"} | changes)


def meaning(values: list[object], column: DateColumn) -> list[str]:
    """Each value's period or reason, in words."""
    reasons = Reasons()
    read = period_key(values, column, reasons)
    codes = [read.key.codes[value] for value in values]
    return [read.periods[code].label if code >= 0 else reasons.text(code) for code in codes]


def test_text_is_read_in_the_first_format_that_fits_and_days_as_they_are():
    column = dates(formats=["%Y-%m", "%d/%m/%Y"])
    found = meaning(["2018-10", "05/11/2018", " 2018-12 ", date(2019, 1, 31)], column)
    assert found == ["October 2018", "November 2018", "December 2018", "January 2019"]


def test_what_is_no_date_of_the_file_has_its_reason():
    found = meaning(["", "  ", "31/02/2018", "2017-12-31", "2020-01-01"], dates())
    beyond = "a date before 1 January 2018 or after 31 December 2019"
    assert found == ["no date given", "no date given", "a date that cannot be read", beyond, beyond]


@pytest.mark.parametrize(("text", "length"), [("%Y", "month"), ("%m", "month"), ("%d/%m", "year")])
def test_a_format_that_cannot_tell_periods_apart_is_refused(text: str, length: str):
    with pytest.raises(DefinitionError, match="does not say which"):
        check_dates(dates(formats=[text], length=length))
    check_dates(dates(formats=["%Y"], length="year"))


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31)), st.sampled_from(Length))
def test_a_day_lies_in_its_period_and_periods_do_not_overlap(day: date, length: Length):
    period = period_of(day, length)
    assert period.start <= day <= period.end
    assert period_of(period.start, length) == period_of(period.end, length) == period
    kinds = {
        Length.MONTH: PeriodKind.MONTH,
        Length.QUARTER: PeriodKind.QUARTER,
        Length.YEAR: PeriodKind.CALENDAR_YEAR,
        Length.FINANCIAL_YEAR: PeriodKind.FINANCIAL_YEAR,
    }
    assert period.kind is kinds[length]


def areas(values: list[str], **changes: object) -> dict[str, str]:
    """Each value's council or reason."""
    reasons = Reasons()
    column = AreaColumn.model_validate({"column": "body"} | changes)
    key = area_key(values, column, None, load_register(), reasons)
    return {
        str(value): key.labels[code] if code >= 0 else reasons.text(code) for value, code in key.codes.items()
    }


def test_a_council_is_read_by_name_or_code_as_it_was_on_the_day():
    found = areas(["leeds", "Harrogate Borough Council", "E07000165", "Atlantis"], as_of="2022-08-31")
    assert found == {
        "leeds": "E08000035",
        "Harrogate Borough Council": HARROGATE,
        "E07000165": HARROGATE,
        "Atlantis": "an area that is not known",
    }
    assert areas(["Harrogate"])["Harrogate"] == NORTH_YORKSHIRE


def test_a_name_that_several_councils_share_is_known_only_when_the_definition_says_which():
    assert areas(["newcastle"])["newcastle"] == "an area that is not known"
    assert areas(["newcastle"], names={"newcastle": NEWCASTLE})["newcastle"] == NEWCASTLE
    with pytest.raises(DefinitionError, match="no area of the register"):
        areas(["newcastle"], names={"newcastle": "E99999999"})


def test_a_lookup_must_lead_to_one_council_of_today():
    column = AreaColumn(column="place", lookups=(Lookup(file="places.csv", key="a", value="b"),))
    reasons = Reasons()
    key = area_key(["x", "y"], column, {"x": HARROGATE}, load_register(), reasons)
    assert key.labels == (NORTH_YORKSHIRE,)
    assert reasons.text(key.codes["y"]) == "an area that is not known"
    for code in ("E12000001", "E10000006", "nonsense"):
        with pytest.raises(DefinitionError, match="not one council of today"):
            area_key(["x"], column, {"x": code}, load_register(), Reasons())


def test_every_council_needs_a_reporter_and_titles_become_what_the_column_writes():
    register = load_register()
    rule = Reporters(
        column="force",
        lookup=Lookup(file="forces.csv", key="a", value="b"),
        names={"London, City of": "city-of-london"},
    )
    lookup = dict.fromkeys(register.lower_tier, "Devon & Cornwall") | {"E09000001": "London, City of"}
    found = reporters_of(rule, lookup, register)
    assert found["E06000001"] == "devon-and-cornwall"
    assert found["E09000001"] == "city-of-london"
    with pytest.raises(DefinitionError, match="no reporter for E06000001"):
        reporters_of(rule, {"E09000001": "London, City of"}, register)


def test_a_reason_counts_its_values_and_shows_the_first():
    reasons = Reasons()
    code = reasons.code("odd", "b")
    assert reasons.code("odd", "a") == code
    assert reasons.example(code) == "'a' and 1 other value"
    assert reasons.text(code) == "odd"
