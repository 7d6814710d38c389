"""Who counts as funded, who as not, and who as neither."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from likeforlike.analysis.change_design import Announced
from likeforlike.definitions.loader import load_register
from likeforlike.domain.money import AmountKind, Fund, Selection
from likeforlike.pipeline.fund_panels import (
    awards,
    awards_by_area,
    in_order_of,
    reached_by_others,
    studied_funds,
    why_not_studied,
)

REGISTER = load_register()
HARTLEPOOL, LEEDS, ADUR, WEST_SUSSEX, ESSEX = "E06000001", "E08000035", "E07000223", "E10000032", "E10000012"


def fund(fund_id: str, selection: Selection = Selection.COMPETITIVE, *, complete: bool = True) -> Fund:
    return Fund(
        id=fund_id,
        title=fund_id,
        department="",
        selection=selection,
        selection_note="",
        objectives=(),
        first_date=date(2020, 10, 27),
        last_date=date(2021, 7, 22),
        usable_for_totals=complete,
        amount_kind=AmountKind.AWARDED,
        source_id="s",
    )


FUNDS = {name: fund(name) for name in ("one", "two")}


def table(*rows: tuple[str, str, date | None, str]) -> pl.DataFrame:
    """`awards_by_area` of awards given as fund, area, day and method."""
    allocation = pl.DataFrame(
        [(str(n), name, day) for n, (name, _, day, _) in enumerate(rows)],
        schema={"allocation_id": pl.String, "fund_id": pl.String, "announced_date": pl.Date},
        orient="row",
    )
    areas = pl.DataFrame(
        [(str(n), area, 1.0, method) for n, (_, area, _, method) in enumerate(rows)],
        schema=["allocation_id", "area_code", "share", "method"],
        orient="row",
    )
    return awards_by_area(allocation, areas, FUNDS)


def test_a_council_is_funded_from_its_first_award() -> None:
    found = table(
        ("one", LEEDS, date(2023, 1, 19), "exact"),
        ("one", LEEDS, date(2021, 10, 27), "exact"),
        ("two", LEEDS, date(2019, 1, 1), "exact"),
    )
    made = awards(found, "one", (HARTLEPOOL, LEEDS), REGISTER)
    assert made.days == (None, Announced(date(2021, 10, 27), date(2021, 10, 27)))
    assert not made.unclear.any()


def test_an_award_without_a_day_may_have_come_on_any_day_of_the_funds_announcements() -> None:
    found = table(("one", LEEDS, None, "exact"))
    assert awards(found, "one", (LEEDS,), REGISTER).days == (
        Announced(date(2020, 10, 27), date(2021, 7, 22)),
    )


def test_a_shared_award_makes_a_council_neither_funded_nor_unfunded() -> None:
    shared = date(2021, 1, 1)
    found = table(
        ("one", LEEDS, shared, "several"),
        ("one", HARTLEPOOL, shared, "several"),
        ("one", HARTLEPOOL, date(2022, 1, 1), "exact"),
    )
    made = awards(found, "one", (LEEDS, HARTLEPOOL, ADUR), REGISTER)
    assert made.unclear.tolist() == [True, False, False]
    assert made.days[1] == Announced(date(2022, 1, 1), date(2022, 1, 1))


def test_a_county_with_a_funded_district_is_neither_and_one_without_is_unfunded() -> None:
    found = table(("one", ADUR, date(2021, 1, 1), "exact"))
    made = awards(found, "one", (WEST_SUSSEX, ESSEX), REGISTER)
    assert made.unclear.tolist() == [True, False]
    assert made.days == (None, None)


def test_councils_that_another_fund_reached_are_marked() -> None:
    found = table(("one", LEEDS, date(2021, 1, 1), "exact"), ("two", HARTLEPOOL, date(2021, 1, 1), "several"))
    assert reached_by_others(found, "one", ("one", "two"), (LEEDS, HARTLEPOOL)) == [False, True]
    assert reached_by_others(found, "one", ("one",), (LEEDS, HARTLEPOOL)) == [False, False]


def test_formula_funds_and_incomplete_registers_are_not_studied_and_say_why() -> None:
    formula, partial = fund("formula", Selection.FORMULA), fund("partial", complete=False)
    assert list(studied_funds({"formula": formula, "partial": partial, **FUNDS})) == ["one", "two"]
    assert "formula" in why_not_studied(formula)
    assert "incomplete" in why_not_studied(partial)
    assert why_not_studied(FUNDS["one"]) == ""


def test_distances_follow_the_areas_asked_for() -> None:
    apart = np.array([[0.0, 1.0], [1.0, 0.0]])
    made = in_order_of(("b", "x", "a"), ("a", "b"), apart)
    assert made[0, 2] == made[2, 0] == pytest.approx(1.0)
    assert np.isnan(made[1]).all()
