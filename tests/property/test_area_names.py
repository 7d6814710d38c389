"""What holds for any spelling of any area's name."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from likeforlike.definitions.register import load_register
from likeforlike.domain.area_names import bare, normalised
from likeforlike.domain.errors import RequestError

REGISTER = load_register()
CURRENT = [area for area in REGISTER.current.areas.values() if area.is_council]
calm = settings(deadline=None, max_examples=60)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A council's code, and its name or full name in somebody's spelling."""
    area = draw(st.sampled_from(CURRENT))
    text = draw(st.sampled_from([area.name, area.official_name]))
    for old, new in [(" and ", " & "), (" ", "  "), ("-", " "), (",", ""), ("'", "’"), ("'", "")]:
        if draw(st.booleans()):
            text = text.replace(old, new)
    return area.code, draw(st.sampled_from([str, str.upper, str.lower, str.title]))(text)


@calm
@given(spellings())
def test_a_council_is_found_however_its_name_is_spelt(spelling):
    code, text = spelling
    assert REGISTER.resolve(text).code == code


@calm
@given(st.text(max_size=40))
def test_any_text_gives_an_area_in_force_or_a_clear_error(text):
    try:
        found = REGISTER.resolve(text)
    except RequestError as problem:
        assert str(problem).endswith((".", "?"))
    else:
        assert found.code in REGISTER.current.areas


@calm
@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    once = normalised(text)
    assert normalised(once) == once
    assert bare(bare(once)) == bare(once)


def test_every_slug_leads_back_to_its_council():
    for area in CURRENT:
        assert REGISTER.resolve(area.slug) == area


@calm
@given(st.dates(date(2011, 4, 1), date(2026, 12, 31)))
def test_on_any_day_counties_are_wholly_divided_into_districts(day):
    then = REGISTER.as_of(day)
    districts = {code for county in then.counties for code in then.districts_of(county)}
    assert districts == {code for code in then.lower_tier if code.startswith("E07")}
    assert len(then.upper_tier) == len(then.lower_tier) - len(districts) + len(then.counties)


@calm
@given(st.sampled_from(sorted(REGISTER.areas)), st.dates(date(2011, 4, 1), date(2026, 12, 31)))
def test_successors_were_in_force_that_day(code, day):
    then = REGISTER.as_of(day)
    for successor in then.successors(code):
        assert then.areas[successor].in_force(day)
