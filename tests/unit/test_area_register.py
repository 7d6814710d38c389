"""The register of councils and combined authorities, and finding an area by what people call it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from likeforlike.definitions.area_codes import DFE, FINANCE, load_area_codes
from likeforlike.definitions.register import FOLDER, load_register
from likeforlike.domain.area import COUNCILS, AreaKind, AreaRegister
from likeforlike.domain.errors import DefinitionError, NotFoundError, RequestError

NORTH_YORKSHIRE, CUMBERLAND, WESTMORLAND = "E06000065", "E06000063", "E06000064"


@pytest.fixture(scope="module")
def register() -> AreaRegister:
    return load_register()


def test_every_council_and_combined_authority_since_2011_is_there(register):
    kinds = [area.kind for area in register.areas.values()]
    assert {kind: kinds.count(kind) for kind in AreaKind} == {
        AreaKind.DISTRICT: 208,
        AreaKind.UNITARY: 66,
        AreaKind.METROPOLITAN: 39,
        AreaKind.LONDON_BOROUGH: 33,
        AreaKind.COUNTY: 27,
        AreaKind.COMBINED_AUTHORITY: 18,
        AreaKind.REGION: 9,
        AreaKind.COUNTRY: 1,
    }
    assert sum(kind in COUNCILS or kind is AreaKind.COMBINED_AUTHORITY for kind in kinds) == 391


@pytest.mark.parametrize(
    ("year", "lower", "counties", "upper"),
    [
        (2011, 326, 27, 152),
        (2018, 326, 27, 152),
        (2019, 317, 26, 151),
        (2020, 314, 25, 151),
        (2021, 309, 24, 152),
        (2022, 309, 24, 152),
        (2023, 296, 21, 153),
        (2026, 296, 21, 153),
    ],
)
def test_as_many_councils_are_in_force_as_there_were(register, year, lower, counties, upper):
    then = register.as_of(date(year, 6, 1))
    assert (len(then.lower_tier), len(then.counties), len(then.upper_tier)) == (lower, counties, upper)


def test_now_is_what_is_in_force_today(register):
    assert (len(register.lower_tier), len(register.counties), len(register.upper_tier)) == (296, 21, 153)
    assert register.current.lower_tier == register.lower_tier == tuple(sorted(register.lower_tier))
    assert set(register.current.areas) == set(register.as_of(date(2026, 1, 1)).areas)


def test_a_reorganisation_takes_effect_on_its_day(register):
    before, after = register.as_of(date(2023, 3, 31)), register.as_of(date(2023, 4, 1))
    assert "E10000023" in before.counties
    assert NORTH_YORKSHIRE not in before.areas
    assert "E10000023" not in after.areas
    assert NORTH_YORKSHIRE in after.lower_tier
    assert NORTH_YORKSHIRE in after.upper_tier
    assert before.successors("E07000163") == ("E07000163",)
    assert after.successors("E07000163") == (NORTH_YORKSHIRE,)


def test_districts_belong_to_their_county_while_it_exists(register):
    assert len(register.districts_of("E10000003")) == 5
    assert register.districts_of("E10000023") == ()
    assert len(register.as_of(date(2022, 6, 1)).districts_of("E10000023")) == 7
    assert sum(len(register.districts_of(code)) for code in register.counties) == 164
    assert register.districts_of("E06000001") == ()


def test_areas_within_each_other_are_nested(register):
    assert register.nested("E07000008") == {"E10000003", "E47000008", "E12000006", "E92000001"}
    assert set(register.districts_of("E10000003")) < register.nested("E10000003")
    assert "E07000008" in register.nested("E47000008")
    assert register.nested("E06000001") == {"E47000006", "E12000001", "E92000001"}
    assert len(register.nested("E92000001")) == len(register.current.areas) - 1


def test_nesting_goes_both_ways(register):
    current = register.current
    for code in current.areas:
        for other in current.nested(code):
            assert code in current.nested(other), (code, other)
            assert code != other


def test_successors_are_followed_through_two_reorganisations(register):
    assert register.successors("E07000190") == ("E06000066",)
    assert register.successors("E10000006") == (CUMBERLAND, WESTMORLAND)
    assert register.successors("E08000016") == ("E08000038",)
    assert register.successors("E47000005") == ("E47000014",)
    assert register.successors("E06000001") == ("E06000001",)
    assert register.successors("E06000099") == ()


def test_every_area_leads_to_one_in_force(register):
    for code in register.areas:
        assert register.successors(code), code


def test_predecessors_end_the_day_before_the_change_and_successors_start_on_it(register):
    for change in register.changes:
        assert (change.change_date - register.areas[change.predecessor].valid_to).days == 1
        assert register.areas[change.successor].valid_from == change.change_date


def test_people_are_counted_wherever_predecessors_were_merged(register):
    for change in register.changes:
        groups = (change.children, change.working_age, change.older)
        if change.kind == "merger":
            assert change.all_ages == sum(groups), change
        assert (change.all_ages is None) == all(group is None for group in groups)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("St Helens", "E08000013"),
        ("St. Helens", "E08000013"),
        ("saint helens", "E08000013"),
        ("st-helens", "E08000013"),
        ("Kingston upon Hull", "E06000010"),
        ("Kingston upon Hull, City of", "E06000010"),
        ("hull", "E06000010"),
        ("Hull City Council", "E06000010"),
        ("Bristol", "E06000023"),
        ("city of bristol", "E06000023"),
        ("Herefordshire, County of", "E06000019"),
        ("Herefordshire", "E06000019"),
        ("county durham", "E06000047"),
        ("durham", "E06000047"),
        ("Bath & North East Somerset", "E06000022"),
        ("  kings lynn   and west norfolk ", "E07000146"),
        ("King’s Lynn & West Norfolk", "E07000146"),
        ("London Borough of Hackney", "E09000012"),
        ("Royal Borough of Windsor and Maidenhead", "E06000040"),
        ("Cornwall Council", "E06000052"),
        ("Derby City Council", "E06000015"),
        ("Derbyshire County Council", "E10000007"),
        ("Newcastle City Council", "E08000021"),
        ("e08000039", "E08000039"),
        ("city of london", "E09000001"),
        ("London", "E12000007"),
        ("England", "E92000001"),
        ("Liverpool", "E08000012"),
        ("Liverpool City Region", "E47000004"),
        ("Lancashire", "E10000017"),
        ("Lancashire Combined County Authority", "E47000018"),
        ("West Midlands Combined Authority", "E47000007"),
        ("Tewkesbury", "E07000083"),
    ],
)
def test_an_area_is_found_by_what_people_call_it(register, text, code):
    assert register.resolve(text).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Shepway", "E07000112"),
        ("Sheffield City Region", "E47000002"),
        ("E08000016", "E08000038"),
        ("E08000019", "E08000039"),
        ("E06000048", "E06000057"),
        ("Taunton Deane", "E06000066"),
        ("Bournemouth", "E06000058"),
        ("Somerset County Council", "E06000066"),
        ("Craven District Council", NORTH_YORKSHIRE),
        ("North of Tyne", "E47000014"),
    ],
)
def test_old_names_and_codes_mean_what_took_over(register, text, code):
    assert register.resolve(text).code == code


def test_a_name_means_the_area_in_force_before_one_that_is_not(register):
    assert register.resolve("Dorset").code == "E06000059"
    assert register.resolve("North Yorkshire").code == NORTH_YORKSHIRE
    assert register.as_of(date(2022, 1, 1)).resolve("North Yorkshire").code == "E10000023"
    assert register.as_of(date(2018, 1, 1)).resolve("Bournemouth").code == "E06000028"


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("Cumbria", [CUMBERLAND, WESTMORLAND]),
        ("Northamptonshire", ["E06000061", "E06000062"]),
        ("E10000009", ["E06000058", "E06000059"]),
        ("Newcastle", ["E08000021", "E07000195"]),
        ("West Midlands", ["E12000005", "E47000007"]),
    ],
)
def test_several_answers_are_listed_with_their_codes(register, text, choices):
    with pytest.raises(RequestError) as raised:
        register.resolve(text)
    assert not isinstance(raised.value, NotFoundError)
    for code in choices:
        assert f"({code})" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("Hartlepol", "Hartlepool"),
        ("Windsor", "Windsor and Maidenhead"),
        ("Hammersmith", "Hammersmith and Fulham"),
        ("Newcastel", "Newcastle upon Tyne"),
        ("Fulham", "Hammersmith and Fulham"),
        ("Shepwey", "Folkestone and Hythe"),
    ],
)
def test_an_unknown_name_gets_suggestions(register, text, suggestion):
    with pytest.raises(NotFoundError) as raised:
        register.resolve(text)
    assert suggestion in raised.value.suggestions
    assert len(raised.value.suggestions) <= 4
    assert repr(text) in str(raised.value)


@pytest.mark.parametrize("text", ["", "   ", "!!!", "xyzzy", "E06000099", "council", "城市"])
def test_what_looks_like_nothing_says_what_to_give(register, text):
    with pytest.raises(NotFoundError, match=r"There is no area called"):
        register.resolve(text)


def copy_tables(folder: Path, **changed: tuple[str, str]) -> Path:
    """The two tables in `folder`, with one piece of text replaced in each of those named."""
    for name in ("areas", "area_changes"):
        text = (FOLDER / f"{name}.csv").read_text()
        old, new = changed.get(name, ("", ""))
        assert old in text
        (folder / f"{name}.csv").write_text(text.replace(old, new, 1))
    return folder


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        (
            "areas",
            "E06000002,",
            "E06000001,",
            r"areas\.csv, line 3: The code E06000001 stands in line 2",
        ),
        ("areas", ",unitary,", ",unitry,", r"areas\.csv, line 2: The row cannot be read: 'unitry'"),
        (
            "areas",
            "E12000001,,E47000006",
            "E12000099,,E47000006",
            r"areas\.csv, line 2: There is no area E12000099",
        ),
        ("area_changes", "2013-04-01", "2013-4-1", r"area_changes\.csv, line 2: The row cannot be read"),
        ("area_changes", "E06000057", "E06000099", r"area_changes\.csv, line 2: There is no area E06000099"),
        ("area_changes", "191673", "191,673", r"area_changes\.csv, line 10: The row cannot be read"),
    ],
)
def test_a_mistake_in_the_tables_names_file_and_line(tmp_path, table, old, new, message):
    with pytest.raises(DefinitionError, match=message):
        load_register(copy_tables(tmp_path, **{table: (old, new)}))


NUMBERS = "scheme,number,area_code\ndfe,805,E06000001\ndfe,987,E13000001\nfinance,E0701,E06000001\n"


def test_other_peoples_numbers_lead_to_areas(tmp_path):
    (tmp_path / "area_codes.csv").write_text(NUMBERS)
    assert load_area_codes(DFE, tmp_path) == {"805": "E06000001", "987": "E13000001"}
    assert load_area_codes(FINANCE, tmp_path) == {"E0701": "E06000001"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("dfe,805,E06000002", r"area_codes\.csv, line 5: dfe 805 is listed twice"),
        ("dfe,806,E06000099", r"area_codes\.csv, line 5: There is no area E06000099"),
    ],
)
def test_a_mistake_in_the_numbers_names_file_and_line(tmp_path, line, message):
    (tmp_path / "area_codes.csv").write_text(NUMBERS + line + "\n")
    with pytest.raises(DefinitionError, match=message):
        load_area_codes(DFE, tmp_path)
