"""What holds for any counts when they are added up to the councils of today."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from likeforlike.definitions.register import load_register
from likeforlike.sources.per_head import today_counts

REGISTER = load_register()
OLD = sorted(
    code
    for code, area in REGISTER.areas.items()
    if area.is_council and not code.startswith("E10") and area.valid_to
)
#: Made and merged away again, so that it is never there together with what it was made of.
BETWEEN = "E07000246"
FIRST = [code for code in OLD if code != BETWEEN]
calm = settings(deadline=None, max_examples=25)


def counts(values: dict[str, float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "area_code": code,
                "key": "k",
                "count": value,
                "marker": None if value is not None else "x",
                "source_row": 2,
            }
            for code, value in values.items()
        ],
        schema={
            "area_code": pl.String,
            "key": pl.String,
            "count": pl.Float64,
            "marker": pl.String,
            "source_row": pl.UInt32,
        },
    )


@calm
@given(st.lists(st.integers(0, 10_000), min_size=len(FIRST), max_size=len(FIRST)), st.booleans())
def test_nothing_is_lost_when_every_predecessor_counts(numbers, money):
    made = today_counts(counts(dict(zip(FIRST, map(float, numbers), strict=True))), REGISTER, money=money)
    assert made["count"].sum() == sum(numbers)
    assert set(made["area_code"]) == {REGISTER.successors(code)[0] for code in FIRST}


@calm
@given(st.sampled_from(FIRST), st.booleans())
def test_one_missing_predecessor_leaves_its_successor_without_a_count(gap, money):
    values: dict[str, float | None] = dict.fromkeys(FIRST, 1.0)
    made = today_counts(counts(values | {gap: None}), REGISTER, money=money)
    assert REGISTER.successors(gap)[0] not in made.filter(pl.col("count").is_not_null())["area_code"]


@calm
@given(st.sampled_from(REGISTER.lower_tier), st.one_of(st.none(), st.floats(-1e9, 1e9)), st.booleans())
def test_a_councils_own_count_passes_unchanged(code, value, money):
    everyone = counts({code: value} | dict.fromkeys(FIRST, 5.0))
    row = today_counts(everyone, REGISTER, money=money).filter(area_code=code).row(0, named=True)
    assert row["count"] == value
    assert row["marker"] == (None if value is not None else "x")


@calm
@given(st.floats(0, 1e6), st.lists(st.floats(0, 1e6), min_size=7, max_size=7))
def test_a_county_is_added_to_its_districts_for_money_only(county, districts):
    """North Yorkshire: seven districts and the county became one council."""
    codes = [f"E07000{number}" for number in range(163, 170)]
    table = counts({"E10000023": county} | dict(zip(codes, districts, strict=True)))
    money = today_counts(table, REGISTER, money=True)["count"][0]
    places = today_counts(table, REGISTER)["count"][0]
    assert abs(money - (county + sum(districts))) < 1e-6
    assert places == county
