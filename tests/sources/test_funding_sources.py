"""Publishers' funding files: tiny excerpts, and what happens when a file changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from funding_kit import sources
from likeforlike.domain.errors import SourceChangedError
from likeforlike.sources import mhclg_core_funding as core
from likeforlike.sources.funding import AWARD_PARSERS, HISTORY_PARSERS

FILES = {
    "mhclg_towns_fund": {
        "funding/mhclg-towns-fund/TF-grant-awarded.csv": "\ufeffIndex Code,RDEL,CDEL,Total\n"
        "HS-BAR,0,0,15624456\nTD-GLA-01,126000,6185580,\nTD-GOL-09,168793,0,0\nTD-LOU-12,795000,0,845000\n",
        "funding/mhclg-towns-fund/towns_fund_places.csv": "place_code,fund,place,"
        "council_as_named,lad24cd,lad24nm,"
        "grant_gbp_2023_11_01,grant_gbp_2025_06_18\n"
        "HS-BAR,Future High Streets Fund,Barnsley Town Centre,Barnsley Council,E08000016,Barnsley,1,1\n"
        "TD-GLA,Town Deal,Glastonbury,Somerset Council,E06000066,Somerset,1,1\n"
        "TD-GOL,Town Deal,Goldthorpe,Barnsley Council,E08000016,Barnsley,1,1\n"
        "TD-LOU,Town Deal,Loughborough,Charnwood Borough Council,E07000130,Charnwood,1,1\n",
        "funding/mhclg-towns-fund/towns_fund_projects.csv": "project_code,fund,place_code,place,project_name,"
        "in_TF-grant-awarded,listed_in\nTD-GLA-01,Town Deal,TD-GLA,Glastonbury,Life Factory,yes,round 7\n",
        "funding/mhclg-towns-fund/tf_grant_awarded_changes.csv": "commit_date,commit,index_code,"
        "event,rdel_gbp,"
        "cdel_gbp,total_gbp\n2023-11-01,a,TD-LOU-12,added,,,845000.0\n"
        "2025-05-27,b,TD-LOU-12,changed,795000.0,0.0,845000.0\n2025-06-01,c,TD-LOU-12,removed,,,\n",
    },
    "open_innovations_luf": {
        "funding/open-innovations-luf/levelling-up-fund-round-1.csv": "Local Authority Name / Area,"
        "Grant Recipient (if not Local Authority),Bid Name,Bid Value,LADs,Notes\n"
        "Belfast,Ulster University,Studio ,2928506.00,N09000003,\n",
        "funding/open-innovations-luf/levelling-up-fund-round-2.csv": ""
        "Legal name of lead applicant organisation,"
        "Bid Name,Country,Bid Value,LADs,Notes\n"
        "Kent County Council*,Dover  Access,England,45000000,E07000105;E07000108,\n"
        "Greater London Authority*,Stations,England,100,E09000003;E09000031,\n",
        "funding/open-innovations-luf/luf_geography_notes.csv": "round,bid_name,lads_in_source,"
        "suggested_lads,"
        "note,kind\n2,Dover Access,E07000105;E07000108,E07000108,Port of Dover,county bid\n"
        "2,Stations,E09000003;E09000031,same,two boroughs,combined authority bid\n",
    },
    "press_luf_round_3": {
        "funding/luf-round-3-partial/luf_round_3_partial.csv": "local_authority,project,amount_gbp,lad24cd,"
        "country,amount_precision,source\nGravesham,St George's Square,,E07000109,England,"
        "amount missing,grin.coop\n"
        "Stafford,not named in source,20000000,E07000197,England,rounded,expressandstar.com\n",
    },
    "mhclg_pride_in_place": {
        "funding/pride-in-place/phase_1_england_58_places.csv": "place,local_authority,lad24cd,"
        "region,tranche,"
        "announced,amount_gbp,period\nBlyth,Northumberland,E06000057,NE,55 towns,2023-10-01,"
        "20000000,10 years\n",
        "funding/pride-in-place/phase_2_and_3_neighbourhoods.csv": "gss_code,neighbourhood,phase,amount_gbp,"
        'period\nE07000224,Wick,"phase 2 (169, Sept 2025)",20000000,10 years\n'
        'E07000066,Chalvedon,"phase 3 (40, March 2026)",20000000,10 years\n',
    },
    "mhclg_core_spending_power": {
        "funding/core-spending-power/CSP_long_201520.csv": "ons_code,authority,region,year,sfa,under_index,"
        "ct_total,nhb,nhb_return,rsdg,total_spend\nE07000223,Adur,SE,2015,3,0.5,5,0.5,0,0,9\n"
        "E06000058,BCP,SW,2015,0,0,0,0,0,0,0\n",
    },
    "mhclg_revenue_outturn_grants": {
        "funding/revenue-outturn/revenue_outturn_2022-23_to_2024-25.csv": "fy,ons_code,lgf_code,name,class,"
        "subclass,status,central_grants_in_gbp,net_current_expenditure_gbp\n"
        "2022-23,E06000001,E0701,Hartlepool,U,U,submitted,83280000,1\n"
        "2023-24,E08000025,E4601,Birmingham,M,M,not submitted,,\n",
    },
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(source: str, file: str = "", old: str = "", new: str = "") -> Path:
        """The source's files, with one text in one of them (by the end of its name) replaced."""
        for path, content in FILES[source].items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            changed = bool(file) and path.endswith(file)
            assert not changed or old in content, "the excerpt holds what the test changes"
            target.write_text(content.replace(old, new) if changed else content)
        return tmp_path

    return write


def test_a_town_deal_is_revenue_plus_capital_and_a_high_street_its_total(write: Write) -> None:
    rows = AWARD_PARSERS["mhclg_towns_fund"](write("mhclg_towns_fund"), sources()["mhclg_towns_fund"])
    amounts = dict(zip(rows["award_code"], rows["amount_gbp"].cast(float), strict=True))
    assert amounts == {"HS-BAR": 15624456, "TD-GLA-01": 6311580, "TD-GOL-09": 168793, "TD-LOU-12": 795000}
    assert rows["project"].to_list() == [None, "Life Factory", None, None]
    assert rows["whole_place"].to_list() == [True, False, False, False]
    assert rows["source_row"].to_list() == [2, 3, 4, 5]


def test_history_takes_totals_before_parts_were_given_and_keeps_removals(write: Write) -> None:
    rows = HISTORY_PARSERS["mhclg_towns_fund"](write("mhclg_towns_fund"), sources()["mhclg_towns_fund"])
    assert rows["event"].to_list() == ["added", "changed", "removed"]
    assert [None if x is None else float(x) for x in rows["amount_gbp"]] == [845000, 795000, None]


def test_bids_keep_their_recipient_and_a_named_place(write: Write) -> None:
    rows = AWARD_PARSERS["open_innovations_luf"](
        write("open_innovations_luf"), sources()["open_innovations_luf"]
    )
    assert rows["fund_id"].to_list() == ["levelling-up-fund-round-1"] + ["levelling-up-fund-round-2"] * 2
    assert rows["recipient_name"].to_list() == ["Belfast", "Kent County Council", "Greater London Authority"]
    assert rows["recipient_code"].to_list() == [None, None, "E12000007"]
    assert rows["named_codes"].to_list() == [None, "E07000108", None]
    assert rows["area_note"].to_list() == [None, "Port of Dover", "two boroughs"]


def test_a_missing_amount_and_a_missing_name_stay_missing(write: Write) -> None:
    rows = AWARD_PARSERS["press_luf_round_3"](write("press_luf_round_3"), sources()["press_luf_round_3"])
    assert rows["amount_gbp"].to_list() == [None, "20000000"]
    assert rows["project"].to_list() == ["St George's Square", None]
    assert rows["amount_note"].to_list()[0] == "amount missing, as reported by grin.coop"


def test_places_of_three_phases_have_their_own_days(write: Write) -> None:
    rows = AWARD_PARSERS["mhclg_pride_in_place"](
        write("mhclg_pride_in_place"), sources()["mhclg_pride_in_place"]
    )
    assert rows["round"].to_list() == ["phase 1", "phase 2", "phase 3"]
    assert [str(day) for day in rows["announced_date"]] == ["2023-10-01", "2025-09-25", "2026-03-20"]


def test_a_council_that_did_not_exist_has_no_spending_power_rather_than_none(write: Write) -> None:
    rows = core.parse_spending_power(
        write("mhclg_core_spending_power"), sources()["mhclg_core_spending_power"]
    )
    by_area = rows.group_by("area_code").agg("amount_gbp")
    amounts = {code: list(values) for code, values in by_area.iter_rows()}
    assert sum(amounts["E07000223"]) == pytest.approx(9e6)
    assert set(amounts["E06000058"]) == {None}


def test_a_return_that_was_not_sent_has_no_grants(write: Write) -> None:
    folder = write("mhclg_revenue_outturn_grants")
    rows = core.parse_outturn_grants(folder, sources()["mhclg_revenue_outturn_grants"])
    assert rows.select("year_start", "amount_gbp").rows() == [(2022, 83280000.0), (2023, None)]


@pytest.mark.parametrize(
    ("source", "change", "says"),
    [
        ("mhclg_towns_fund", ("TF-grant-awarded.csv", "RDEL", "Revenue"), "no column 'RDEL'"),
        ("mhclg_towns_fund", ("TF-grant-awarded.csv", "HS-BAR", "XX-BAR"), "row 2"),
        ("mhclg_towns_fund", ("TF-grant-awarded.csv", "TD-GLA-01", "TD-ZZZ-01"), "found 'TD-ZZZ'"),
        ("open_innovations_luf", ("round-2.csv", "Country", "Nation"), "unknown column 'Nation'"),
        (
            "open_innovations_luf",
            ("notes.csv", "Dover Access", "Dover Port"),
            "the name of a bid of its round",
        ),
        ("press_luf_round_3", ("partial.csv", "rounded", "guessed"), "row 3: expected exact or rounded"),
        ("mhclg_pride_in_place", ("3_neighbourhoods.csv", "phase 3 (40", "phase 4 (40"), "row 3"),
        ("mhclg_pride_in_place", ("58_places.csv", "10 years\n", "10 years,more\n"), "found 9"),
    ],
)
def test_a_changed_file_stops_the_build_and_says_where(
    write: Write, source: str, change: tuple[str, str, str], says: str
) -> None:
    folder = write(source, *change)
    with pytest.raises(SourceChangedError) as caught:
        AWARD_PARSERS[source](folder, sources()[source])
    assert says in str(caught.value)
    assert source in str(caught.value)


def test_a_number_that_is_none_in_core_funding_is_refused_with_its_row(write: Write) -> None:
    folder = write("mhclg_core_spending_power", "CSP_long_201520.csv", "2015,3,", "2015,three,")
    with pytest.raises(SourceChangedError, match=r"row 2: expected a number in sfa; found 'three'"):
        core.parse_spending_power(folder, sources()["mhclg_core_spending_power"])
