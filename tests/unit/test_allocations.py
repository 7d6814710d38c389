"""Awards to register: which areas an award reaches, and what stops a bad row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from funding_kit import funds, load_register, themes
from likeforlike.domain.allocation import RAW_AWARD_SCHEMA
from likeforlike.domain.errors import DefinitionError, SourceChangedError
from likeforlike.observations.allocations import Register, standardise_awards
from likeforlike.observations.own_fund import read_fund_file
from likeforlike.pipeline.fund_register import check_shares, read_history, reconcile

LUF = "levelling-up-fund-round-2"


def award(**changes: object) -> dict[str, object]:
    base = {
        "fund_id": LUF,
        "round": "2",
        "award_code": "0002",
        "recipient_name": "Hartlepool Borough Council",
        "project": "Screen village",
        "whole_place": False,
        "area_codes": "E06000001",
        "amount_gbp": "16453891",
        "amount_note": "as announced",
        "announced_date": date(2023, 1, 19),
        "file": "bids.csv",
        "source_row": 2,
    }
    return {**base, **changes}


def made(*rows: dict[str, object]) -> Register:
    table = pl.DataFrame(
        [{name: row.get(name) for name in RAW_AWARD_SCHEMA} for row in rows], schema=RAW_AWARD_SCHEMA
    )
    return standardise_awards(table, funds(), load_register(), themes())


def test_an_award_to_one_council_reaches_it_whole() -> None:
    result = made(award())
    assert result.area.rows() == [("levelling-up-fund-round-2/hartlepool-borough", "E06000001", 1.0, "exact")]
    row = result.allocation.row(0, named=True)
    assert (row["recipient_code"], row["amount_kind"], row["theme"]) == (
        "E06000001",
        "awarded",
        "unclassified",
    )


@pytest.mark.parametrize(
    ("name", "codes", "area"),
    [
        ("Sedgemoor District Council", "E06000066", "E06000066"),
        ("Sheffield", "E08000019", "E08000039"),
        ("Sheffield", "E08000039", "E08000039"),
    ],
)
def test_an_old_council_maps_to_its_successor(name: str, codes: str, area: str) -> None:
    result = made(award(recipient_name=name, area_codes=codes))
    assert result.area.select("area_code", "share", "method").rows() == [(area, 1.0, "successor")]


def test_a_recipient_keeps_the_code_it_had_on_the_day() -> None:
    result = made(award(recipient_name="Allerdale Borough Council", area_codes="E06000063"))
    assert result.allocation["recipient_code"].to_list() == ["E07000026"]


def test_a_place_named_in_the_title_narrows_a_countys_list_and_says_so() -> None:
    county = award(recipient_name="Kent County Council", area_codes="E07000105;E07000106;E07000108")
    result = made({**county, "named_codes": "E07000108"})
    assert result.area.select("area_code", "share", "method").rows() == [("E07000108", 1.0, "named_place")]
    assert result.allocation["recipient_code"].to_list() == ["E10000016"]


def test_an_award_to_several_councils_is_flagged_and_its_shares_sum_to_one() -> None:
    result = made(award(recipient_name="Kent County Council", area_codes="E07000105;E07000106;E07000108"))
    assert set(result.area["method"]) == {"several"}
    assert result.area["share"].sum() == pytest.approx(1)
    assert result.area.height == 3


def test_shares_that_do_not_sum_to_one_are_our_own_mistake() -> None:
    result = made(award())
    with pytest.raises(AssertionError, match="do not sum to 1"):
        check_shares(result.allocation, result.area.with_columns(pl.col("share") * 0.9))


def test_awards_outside_england_are_set_aside_and_counted() -> None:
    abroad = award(
        recipient_name="Wrexham", area_codes="W06000006", award_code="0003", source_row=3, amount_gbp="5"
    )
    result = made(award(), abroad)
    assert result.allocation.height == 1
    steps = reconcile([funds()[LUF]], [result])
    assert steps["amount_gbp"].to_list()[:3] == [16453896.0, -5.0, 16453891.0]


def test_two_awards_to_one_council_get_different_identifiers() -> None:
    result = made(award(), award(project="Another", award_code="0003", source_row=3))
    assert result.allocation["allocation_id"].n_unique() == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"amount_gbp": "twenty"}, "found 'twenty'"),
        ({"amount_gbp": "-5"}, "found '-5'"),
        ({"amount_gbp": "inf"}, "found 'inf'"),
        ({"amount_gbp": None}, "found None"),
        ({"area_codes": "E06999999"}, "found 'E06999999'"),
        ({"area_codes": None}, "found none"),
        ({"fund_id": "no-such-fund"}, "found 'no-such-fund'"),
        ({"recipient_name": "Atlantis Council"}, "Atlantis"),
        ({"recipient_code": "E99999999"}, "found 'E99999999'"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_row_and_nothing_is_loaded(changes: dict, says: str) -> None:
    with pytest.raises(SourceChangedError, match=r"bids\.csv, row 7") as caught:
        made(award(), award(award_code="0007", project="Other", source_row=7, **changes))
    assert says in str(caught.value)


def test_the_same_award_twice_is_refused() -> None:
    with pytest.raises(SourceChangedError, match="the award of row 2 again"):
        made(award(), award(award_code="0009", source_row=9))
    with pytest.raises(SourceChangedError, match="row 9"):
        made(award(), award(project="Other", source_row=9))


def test_a_missing_amount_is_kept_only_where_the_source_says_it_is_missing() -> None:
    result = made(award(amount_gbp=None, amount_note="amount missing, as reported by a paper"))
    assert result.allocation["amount_gbp"].to_list() == [None]


def test_a_history_that_ends_elsewhere_than_the_file_is_refused() -> None:
    deal = award(fund_id="town-deals", award_code="TD-HAR-01", announced_date=None, amount_gbp="100")
    result = made(deal)
    history = pl.DataFrame(
        [{name: deal.get(name) for name in RAW_AWARD_SCHEMA}], schema=RAW_AWARD_SCHEMA
    ).with_columns(
        pl.lit(date(2023, 11, 1)).alias("known_from"),
        pl.lit("added").alias("event"),
        pl.lit("90").alias("amount_gbp"),
    )
    with pytest.raises(SourceChangedError, match="town-deals/td-har-01"):
        read_history(history, result.allocation, {})
    same = read_history(history.with_columns(pl.lit("100").alias("amount_gbp")), result.allocation, {})
    assert same["amount_gbp"].to_list() == [100.0]


def own(folder: Path, text: str) -> Path:
    path = folder / "mine.csv"
    path.write_text(text)
    return path


def test_a_persons_own_fund_goes_the_same_way(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        "recipient_code,amount_gbp,date,award,area_code,share\n"
        "E06000001,100,2021-10-27,,,\n"
        "E10000016,300,2021-10-27,,,\n"
        "E47000006,200,2021-11-01,trail,E06000002,0.25\n"
        "E47000006,200,2021-11-01,trail,E06000003,0.75\n",
    )
    fund, result = read_fund_file(path, load_register())
    assert (fund.first_date, fund.last_date) == (date(2021, 10, 27), date(2021, 11, 1))
    assert result.allocation["amount_gbp"].to_list() == [100, 300, 200]
    by_award = result.area.group_by("allocation_id").agg(
        pl.col("share").sum(), pl.len(), pl.col("method").first()
    )
    assert sorted(by_award.select("share", "len", "method").rows()) == [
        (1.0, 1, "exact"),
        (1.0, 2, "exact"),
        (pytest.approx(1.0), 12, "several"),
    ]


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("E06999999,5,2021-10-27\n", 2, "no area with the code"),
        ("E06000001,5,27/10/2021\n", 2, "is not a date"),
        ("E06000001,-5,2021-10-27\n", 2, "0 or more"),
        ("E06000001,many,2021-10-27\n", 2, "0 or more"),
        ("E06000001,5,2021-10-27\nE06000001,5,2021-10-27\n", 3, "again"),
        ("E06000001,5\n", 2, "3 fields"),
    ],
)
def test_a_bad_row_of_an_own_fund_is_refused_with_file_and_row(
    tmp_path: Path, rows: str, line: int, says: str
) -> None:
    path = own(tmp_path, "recipient_code,amount_gbp,date\n" + rows)
    with pytest.raises(DefinitionError, match=says) as caught:
        read_fund_file(path, load_register())
    assert f"mine.csv, line {line}" in str(caught.value)


def test_shares_of_an_own_award_must_sum_to_one(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        "recipient_code,amount_gbp,date,award,area_code,share\n"
        "E47000006,200,2021-11-01,trail,E06000002,0.25\n"
        "E47000006,200,2021-11-01,trail,E06000003,0.5\n",
    )
    with pytest.raises(DefinitionError, match=r"line 3: .* add up to 0.75"):
        read_fund_file(path, load_register())


def test_an_own_fund_with_other_columns_is_told_which_to_write(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="no column recipient_code, date and unknown column who"):
        read_fund_file(own(tmp_path, "who,amount_gbp\nE06000001,5\n"), load_register())
