"""Editions of figures: what each changed, and what stood on any day, against reading only the files of then."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeforlike.definitions.loader import load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.observation import OBSERVATION_SCHEMA
from likeforlike.domain.vintage import OBSERVATION_VINTAGE_SCHEMA, VINTAGE_SCHEMA
from likeforlike.observations.standardise import Standardised, standardise
from likeforlike.observations.vintages import known_on
from likeforlike.pipeline.vintages import Vintages
from observations_kit import indicator_of, raw_table, source_of

SOURCE = source_of(("group.csv", None))
#: A council, another, two districts that were merged into a third, and a former code of the first kind.
HARTLEPOOL, DERBY, ALLERDALE, CARLISLE, COPELAND, CUMBERLAND = (
    "E06000001", "E06000015", "E07000026", "E07000028", "E07000029", "E06000063",
)  # fmt: skip
MAY, JUNE, JULY = date(2024, 5, 1), date(2024, 6, 1), date(2024, 7, 1)
PLACE = ("period_start", "period_end", "area_code")


@pytest.fixture(scope="module")
def register() -> AreaRegister:
    return load_register()


def row(area: str, value: str, published: date | None, **changes: object) -> dict[str, object]:
    return {"area_code": area, "value": value, "published": published, **changes}


def run(register: AreaRegister, *rows: dict[str, object]) -> Standardised:
    taken = {str(one.get("series", "group/Rate")) for one in rows}
    out = standardise(raw_table(*rows), SOURCE, [indicator_of(tuple(sorted(taken)))], register)
    assert out.vintages.schema == VINTAGE_SCHEMA
    assert out.superseded.schema == OBSERVATION_VINTAGE_SCHEMA
    return out


def then(out: Standardised, day: date) -> dict[str, float | None]:
    known = known_on(out.observations, out.vintages, out.superseded, day)
    assert known.schema == OBSERVATION_SCHEMA
    return dict(known.select("area_code", "value").iter_rows())


def test_only_what_an_edition_changed_is_kept(register):
    old = {"series": "old/Rate"}
    out = run(
        register,
        row(HARTLEPOOL, "4", MAY, **old), row(HARTLEPOOL, "4", JUNE, **old), row(HARTLEPOOL, "5", JULY),
        row(DERBY, "7", MAY, **old), row(DERBY, "7", JUNE, **old), row(DERBY, "7", JULY),
    )  # fmt: skip
    assert out.superseded.select("area_code", "superseded_on", "value").rows() == [(HARTLEPOOL, JULY, 4.0)]
    assert out.vintages.select("published", "with_value", "changed").rows() == [
        (MAY, 2, 2), (JUNE, 2, 0), (JULY, 2, 1),
    ]  # fmt: skip


def test_a_day_between_two_editions_knows_the_earlier_one(register):
    out = run(
        register, row(HARTLEPOOL, "4", MAY, series="old/Rate"), row(HARTLEPOOL, "5", JULY),
    )  # fmt: skip
    assert then(out, MAY - timedelta(1)) == {}
    assert then(out, MAY) == then(out, JULY - timedelta(1)) == {HARTLEPOOL: 4.0}
    assert then(out, JULY) == {HARTLEPOOL: 5.0}


def test_a_council_that_an_edition_left_out_had_no_figure_then(register):
    out = run(
        register,
        row(HARTLEPOOL, "4", MAY, series="old/Rate"), row(HARTLEPOOL, "4", JUNE, series="old/Rate"),
        row(DERBY, "7", JUNE, series="old/Rate"),
    )  # fmt: skip
    assert then(out, MAY) == {HARTLEPOOL: 4.0}
    assert then(out, JUNE) == {HARTLEPOOL: 4.0, DERBY: 7.0}


def test_a_figure_that_was_withheld_at_first_is_missing_then_and_not_zero(register):
    out = run(
        register,
        row(HARTLEPOOL, "", MAY, marker="c", series="old/Rate"), row(DERBY, "3", MAY, series="old/Rate"),
        row(HARTLEPOOL, "6", JUNE), row(DERBY, "3", JUNE),
    )  # fmt: skip
    known = known_on(out.observations, out.vintages, out.superseded, MAY)
    told = known.filter(pl.col("area_code") == HARTLEPOOL).row(0, named=True)
    assert (told["value"], told["status"]) == (None, "suppressed")


def test_councils_merged_since_are_averaged_as_each_edition_had_them(register):
    rows = [
        row(code, value, day, series="old/Rate")
        for day, values in ((MAY, "123"), (JUNE, "456"))
        for code, value in zip((ALLERDALE, CARLISLE, COPELAND), values, strict=True)
    ]
    out = run(register, *rows)
    assert then(out, JUNE)[CUMBERLAND] - then(out, MAY)[CUMBERLAND] == pytest.approx(3)


def test_an_indicator_published_once_has_no_vintages(register):
    once = run(register, row(HARTLEPOOL, "4", MAY, series="old/Rate"),
               row(HARTLEPOOL, "5", JULY, period="2019-01-01/P1Y"))  # fmt: skip
    assert once.vintages.is_empty()
    undated = run(register, row(HARTLEPOOL, "4", None, series="old/Rate"), row(HARTLEPOOL, "5", JULY))
    assert undated.vintages.is_empty()


def test_decimals_are_those_of_published_values(register):
    out = run(
        register,
        row(HARTLEPOOL, "4.25", MAY, series="old/Rate"), row(DERBY, "7", MAY, series="old/Rate"),
        row(HARTLEPOOL, "4.3", JUNE), row(DERBY, "7.0", JUNE),
    )  # fmt: skip
    assert out.vintages["decimals"].to_list() == [2, 1]


EDITION = st.dictionaries(
    st.sampled_from((HARTLEPOOL, DERBY, ALLERDALE, CARLISLE, COPELAND)), st.sampled_from(("1", "2", "3", "c"))
)


@settings(max_examples=25, deadline=None)
@given(editions=st.lists(st.tuples(EDITION, EDITION), min_size=2, max_size=4), every=st.booleans())
def test_what_was_known_on_a_day_is_what_the_files_of_then_give(editions, every):
    """The slow way: read only what had been published, as if nothing had followed."""
    register = load_register()
    rows = [
        row(
            area, "" if value == "c" else value, MAY + timedelta(30 * number),
            marker="c" if value == "c" else None, period=period, series="group/Rate" if every else "old/Rate",
        )
        for number, pair in enumerate(editions)
        for period, edition in zip(("2018-01-01/P1Y", "2019-01-01/P1Y"), pair, strict=True)
        for area, value in edition.items()
    ]  # fmt: skip
    if not rows:
        return
    indicator = indicator_of("group/Rate" if every else "old/Rate")
    out = standardise(raw_table(*rows), SOURCE, [indicator], register)
    if out.vintages.is_empty():
        return
    for day in {one["published"] for one in rows}:
        some = raw_table(*(one for one in rows if one["published"] <= day))
        slow = standardise(some, SOURCE, [indicator], register).observations
        fast = known_on(out.observations, out.vintages, out.superseded, day)
        columns = ["area_code", "period_end", "value", "status", "method", "shared_with"]
        assert fast.select(columns).sort(columns[:2]).equals(slow.select(columns).sort(columns[:2])), day


def test_a_day_before_the_first_vintage_and_an_indicator_without_are_refused_with_what_to_write(register):
    out = run(register, row(HARTLEPOOL, "4", MAY, series="old/Rate"), row(HARTLEPOOL, "5", JULY))
    vintages = Vintages(out.vintages, out.superseded)
    with pytest.raises(RequestError, match=r"first vintage is of 2024-05-01"):
        vintages.known_on(out.observations, "rate", date(2024, 4, 30))
    with pytest.raises(NotFoundError, match=r"kept only for: rate\."):
        vintages.known_on(out.observations, "other", MAY)
