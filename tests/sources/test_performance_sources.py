"""Sources of council performance on small copies of their files, trap by trap."""

from __future__ import annotations

import json
import lzma

import polars as pl
import pytest
from performance_kit import cells, parse, put, put_people, put_workbook

from likeforlike.domain.errors import SourceChangedError

CARE_HEAD = (
    "Financial year,Local authority code,Local authority name,Grouping,Entity_Name,Region,Measure,Code,Value,"
    "MEDIAN,MADs_from_median,rank_order\n"
)


def care_row(year: str, code: str, measure: str, value: str, median: str) -> str:
    place = f"{year},{code},A council,LA_Raw,Counties,A region"
    return f'{place},"Outcome, {measure}",{measure},{value},{median},,desc\n'


def test_a_blank_care_figure_stays_blank_and_a_true_nought_stays_nought(tmp_path):
    rows = care_row("2016-17", "E06000053", "ASC5", "0", "0.0") + care_row(
        "2016-17", "E09000012", "ASC5", "", "0.0"
    )
    raw = parse(tmp_path, "oflog_adult_social_care", put(tmp_path, "a.csv.gz", CARE_HEAD + rows))
    assert cells(raw, "ASC5") == {
        ("E06000053", "2016-04-01/P1Y"): "0",
        ("E09000012", "2016-04-01/P1Y"): None,
    }


def test_a_care_median_that_is_not_the_median_stops_the_build(tmp_path):
    rows = care_row("2016-17", "E06000001", "ASC5", "70", "71") + care_row(
        "2016-17", "E06000002", "ASC5", "80", "71"
    )
    name = put(tmp_path, "a.csv.gz", CARE_HEAD + rows)
    with pytest.raises(
        SourceChangedError, match=r"row 2: expected 75\.0 as median of ASC5 in 2016-17; found 71"
    ):
        parse(tmp_path, "oflog_adult_social_care", name)


def tool_rows(*rows: tuple[str, str, str, str, float]) -> pl.DataFrame:
    """Measure, year, area, value, number."""
    return pl.DataFrame(
        [(m, "An item", year, area, value, number, "A region") for m, year, area, value, number in rows],
        schema={
            "Short Desc": pl.String,
            "Data item": pl.String,
            "Years": pl.String,
            "LA and Regions": pl.String,
            "Values": pl.String,
            "LA Number": pl.Float64,
            "Region": pl.String,
        },
        orient="row",
    )


def parse_tool(folder, *rows):
    tool_rows(*rows).write_parquet(folder / "tool.parquet")
    return parse(folder, "dfe_local_authority_interactive_tool", "tool.parquet")


@pytest.mark.parametrize(
    ("measure", "year", "period"),
    [
        ("LAC", "2024", "2024-03-31"),
        ("ReReferral", "2024", "2023-04-01/P1Y"),
        ("Work_Force_Vac_Rate", "2025", "2025-09-30"),
        ("Work_Force_TO_Rate", "2025", "2024-10-01/P1Y"),
        ("SEN_EHC_Excpt_20wks", "2024", "2024"),
        ("AVG_Attain8_Score", "2025", "2024-09-01/P1Y"),
        ("TotPermEx", "2023/24", "2023-09-01/P1Y"),
        ("16-17_not known_NEET", "2025", "2024-12-01/P3M"),
        ("%_2yr_olds", "2025", "2025-01"),
        ("A3A", "2025 (Rev)", "2025 (Rev)"),
    ],
)
def test_a_year_means_what_its_measure_says(tmp_path, measure, year, period):
    raw = parse_tool(tmp_path, (measure, year, "Hartlepool", "5.5", 805.0))
    assert raw.filter(area_name="Hartlepool").select("series", "area_code", "period", "value").rows() == [
        (measure, "E06000001", period, "5.5")
    ]


def test_a_dash_is_a_missing_figure(tmp_path):
    raw = parse_tool(tmp_path, ("LAC", "2024", "Hartlepool", "-", 805.0))
    assert raw.filter(area_name="Hartlepool").select("value", "marker").rows() == [(None, "x")]


def test_numbers_of_former_councils_lead_to_their_codes(tmp_path):
    numbers = {
        "Dorset (Pre LG)": 835.0,
        "Dorset": 838.0,
        "Somerset": 933.0,
        "Sheffield": 373.0,
        "England": 970.0,
    }
    raw = parse_tool(tmp_path, *(("LAC", "2018", name, "60", number) for name, number in numbers.items()))
    found = dict(raw.filter(series="LAC").select("area_name", "area_code").iter_rows())
    assert found == {
        "Dorset (Pre LG)": "E10000009",
        "Dorset": "E06000059",
        "Somerset": "E06000066",
        "Sheffield": "E08000039",
        "England": "E92000001",
    }


def test_councils_with_one_workforce_share_one_figure(tmp_path):
    raw = parse_tool(
        tmp_path,
        ("Work_Force_Vac_Rate", "2025", "Kingston upon Thames", "28.0", 314.0),
        ("Work_Force_Vac_Rate", "2025", "Richmond upon Thames", "28.0", 318.0),
        ("Work_Force_Vac_Rate", "2016", "Kingston upon Thames", "5.8", 314.0),
        ("Work_Force_Vac_Rate", "2016", "Richmond upon Thames", "-", 318.0),
        ("LAC", "2025", "Kingston upon Thames", "30", 314.0),
        ("LAC", "2025", "Richmond upon Thames", "30", 318.0),
        ("Work_Force_Vac_Rate", "2025", "Sutton", "28.0", 319.0),
    )
    mark = "Value for Kingston upon Thames and Richmond upon Thames"
    assert raw.filter(marker=mark).select("series", "area_code", "period").rows() == [
        ("Work_Force_Vac_Rate", "E09000021", "2025-09-30"),
        ("Work_Force_Vac_Rate", "E09000027", "2025-09-30"),
    ]


def test_englands_sum_of_regional_rates_is_a_series_of_its_own(tmp_path):
    raw = parse_tool(
        tmp_path, ("FirstYJS", "2024", "England", "1258", 970.0), ("FirstYJS", "2024", "London", "157", 986.0)
    )
    assert cells(raw, "FirstYJS") == {("E12000007", "2024"): "157"}
    assert cells(raw, "FirstYJS (England, regions' rates added up)") == {("E92000001", "2024"): "1258"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("LAC", "2024", "Nowhere", "60", 111.0), r"row 2: expected an area number .* found 111 \(Nowhere\)"),
        (("LAC", "2024-25", "Hartlepool", "60", 805.0), r"row 2: expected a year that means on 31 March"),
        (
            ("TotPermEx", "2024", "Hartlepool", "0.1", 805.0),
            r"row 2: expected a year that means the school year as",
        ),
    ],
)
def test_what_the_tool_does_not_declare_stops_the_build(tmp_path, row, message):
    with pytest.raises(SourceChangedError, match=message):
        parse_tool(tmp_path, row)


def test_a_damaged_parquet_file_is_named(tmp_path):
    (tmp_path / "tool.parquet").write_bytes(b"PAR1 cut short")
    with pytest.raises(SourceChangedError, match=r"tool\.parquet: expected a Parquet file"):
        parse(tmp_path, "dfe_local_authority_interactive_tool", "tool.parquet")


def homeless_sheets() -> dict[str, list[list[object]]]:
    """Two councils, a region and notes, as the edition of April to June 2025 sets them out."""
    blank = [None] * 18

    def table(heads: dict[int, str], *rows: tuple[str, str, dict[int, object]]) -> list[list[object]]:
        title = ["A table", *blank[1:]]
        head = [heads.get(at) for at in range(18)]
        body = [[code, name, *(values.get(at) for at in range(2, 18))] for code, name, values in rows]
        return [title, head, *body, ["Notes", *blank[1:]], ["..", "Authority with missing data", *blank[2:]]]

    threatened, homeless = (
        "Households assessed as threatened with homelessness\nper (000s)",
        "Households assessed as homeless\nper (000s)",
    )
    ended, secured = (
        "Total number of households whose {} duty ended1,2",
        "Secured \naccommodation for 6+ months",
    )
    return {
        "A1": table(
            {16: threatened, 17: homeless},
            ("-", "Rest of England", {16: 1.45, 17: 1.61}),
            ("E07000223", "Adur", {16: 1.14, 17: 0.97}),
            ("E06000053", "Isles of Scilly", {16: 0, 17: 0}),
        ),
        "TA1": table(
            {6: "Total number of households in TA per (000s)"},
            ("E07000223", "Adur", {6: 5.15}),
            ("E06000053", "Isles of Scilly", {6: ".."}),
        ),
        "P1": table(
            {
                4: ended.format("prevention"),
                6: "Secured accommodation for 6+ months Total secured accommodation",
            },
            ("E07000223", "Adur", {4: 28, 6: 21}),
            ("E06000053", "Isles of Scilly", {4: 0, 6: 0}),
            ("E07000032", "Amber Valley", {4: "..", 6: ".."}),
        ),
        "R1": table({4: ended.format("relief"), 5: secured}, ("E07000223", "Adur", {4: 23, 5: 15})),
    }


HOMELESS = "homelessness_detailed_la.xlsx"


def test_homelessness_rates_shares_and_missing_returns(tmp_path):
    raw = parse(tmp_path, "mhclg_homelessness", put_workbook(tmp_path, HOMELESS, homeless_sheets()))
    assert cells(raw, "A1/threatened") == {
        ("E07000223", "2025-04-01/P3M"): "1.14",
        ("E06000053", "2025-04-01/P3M"): "0",
    }
    assert cells(raw, "TA1/temporary accommodation") == {
        ("E07000223", "2025-06-30"): "5.15",
        ("E06000053", "2025-06-30"): None,
    }
    shares = raw.filter(series="P1/prevention secured").select("area_code", "value", "marker").rows()
    assert shares == [("E07000223", "75.0", None), ("E06000053", None, "z"), ("E07000032", None, "x")]
    assert raw.filter(series="P1/prevention secured")["source_row"].to_list() == [3, 4, 5]


def test_a_homelessness_column_that_moved_stops_the_build(tmp_path):
    sheets = homeless_sheets()
    sheets["A1"][1][16], sheets["A1"][1][17] = sheets["A1"][1][17], sheets["A1"][1][16]
    name = put_workbook(tmp_path, HOMELESS, sheets)
    with pytest.raises(
        SourceChangedError, match=r"expected 'Households assessed as threatened .* above column 17"
    ):
        parse(tmp_path, "mhclg_homelessness", name)


def test_a_homelessness_workbook_without_a_sheet_stops_the_build(tmp_path):
    sheets = homeless_sheets()
    del sheets["TA1"]
    name = put_workbook(tmp_path, HOMELESS, sheets)
    with pytest.raises(SourceChangedError, match=r"expected a sheet 'TA1'; found the sheets A1, P1, R1"):
        parse(tmp_path, "mhclg_homelessness", name)


def test_a_file_that_is_no_workbook_is_named(tmp_path):
    name = put(tmp_path, HOMELESS, "this is text")
    with pytest.raises(SourceChangedError, match=r"homelessness_detailed_la\.xlsx: expected a workbook"):
        parse(tmp_path, "mhclg_homelessness", name)


def test_rough_sleeping_rates_of_councils_and_regions(tmp_path):
    years = [str(year) for year in range(2010, 2023)]
    rows = [
        ["Table 5"],
        ["England, autumn 2010-2022"],
        ["Local authority ONS code", "Local authority", "Region", "Region ONS code", *years],
        ["---", "---", "England", "E92000001", *[3.5] * 13],
        ["---", "---", "Rest of England", "-", *[3.0] * 13],
        ["E07000223", "Adur", "South East", "E12000008", 0, *[6.2] * 12],
    ]
    name = put_workbook(tmp_path, "r.xlsx", {"Table 5 Rates": rows})
    found = cells(parse(tmp_path, "mhclg_rough_sleeping", name), "rate")
    assert len(found) == 26
    assert found["E07000223", "2010-10-01/2010-11-30"] == "0"
    assert found["E07000223", "2022-10-01/2022-11-30"] == "6.2"
    assert found["E92000001", "2010-10-01/2010-11-30"] == "3.5"


def test_recycling_years_are_financial_in_england_and_calendar_in_scotland(tmp_path):
    text = (
        "area_code,area_name,period,indicator,measure,unit,value\n"
        "E07000223,Adur,2015/16,Waste Reused/Recycled/Composted,Proportion,Percent,32\n"
        "E07000032,Amber Valley,2015/16,Waste Reused/Recycled/Composted,Proportion,Percent,NA\n"
        "S12000033,Aberdeen City,2015,Recycling,Proportion,Percent,38.7\n"
    )
    raw = parse(tmp_path, "defra_recycling", put(tmp_path, "r.csv.gz", text))
    assert raw.select("area_code", "period", "value").rows() == [
        ("E07000223", "2015-04-01/P1Y", "32"),
        ("E07000032", "2015-04-01/P1Y", None),
        ("S12000033", "2015", "38.7"),
    ]


def fly_tipping(folder, *rows):
    heads = [
        ["Fly-tipping"],
        [None] * 4 + ["TOTAL"],
        ["Year", "ONS Code", "LA Name", "Region", "Total Incidents"],
    ]
    total = ["2012-13", "*Total", "*Total", "*Total England", 714637]
    name = put_workbook(folder, "Flytipping.xlsx", {"LA_incidents": [*heads, total, *map(list, rows)]})
    return parse(folder, "defra_fly_tipping", name, put_people(folder))


def test_fly_tipping_is_divided_by_the_people_of_todays_councils(tmp_path):
    somerset = [(code, 100.0) for code in ("E07000187", "E07000188", "E07000189", "E07000190", "E07000191")]
    raw = fly_tipping(
        tmp_path,
        ("2021-22", "E06000001", "Hartlepool", "North East", 2760),
        ("2021-22", "E08000016", "Barnsley", "Yorkshire", 0),
        *(("2017-18", code, "A district", "South West", count) for code, count in somerset),
    )
    rates = raw.filter(series="rate/incidents")
    found = {row["area_code"]: (float(row["value"]), row["marker"]) for row in rates.iter_rows(named=True)}
    assert found["E06000001"] == (pytest.approx(30.0), None)
    assert found["E08000038"] == (0.0, None)
    assert found["E06000066"] == (pytest.approx(500 / 555), "e")
    assert raw.filter(series="count/incidents").height == 7


def test_fly_tipping_is_not_made_from_some_of_the_districts(tmp_path):
    four = ("E07000187", "E07000188", "E07000189", "E07000190")
    raw = fly_tipping(
        tmp_path,
        *(("2017-18", code, "A district", "South West", 100) for code in four),
        ("2017-18", "E07000191", "West Somerset", "South West", ":"),
    )
    assert raw.filter(series="rate/incidents").is_empty()
    assert raw.filter(area_code="E07000191").select("value", "marker").rows() == [(None, "x")]


def test_fractions_of_incidents_are_the_publishers_estimates(tmp_path):
    raw = fly_tipping(tmp_path, ("2021-22", "E06000001", "Hartlepool", "North East", 2760.5))
    assert raw["marker"].to_list() == ["e", "e"]


CRIME = """"Table C2"
Source: Home Office
"Police Force
Area code",Police Force Area name,"Community Safety
Partnership code","Community Safety
Partnership name",Local Authority code,Local Authority name,"Total recorded crime
 (excluding fraud)",Homicide
E23000013,Cleveland,,,,,"80,000 ",9
E23000013,Cleveland,E22000060,Hartlepool,E06000001,Hartlepool,"12,345 ",[x]
E23000002,Cumbria,E22000030,Allerdale,E07000026,Allerdale,"1,000 ",0
E23000002,Cumbria,E22000031,Carlisle,E07000028,Carlisle,"2,000 ",1
E23000002,Cumbria,E22000032,Copeland,E07000029,Copeland,"2,600 ",0
E23000037,Dorset,E22000063,Bournemouth,E06000058,"Bournemouth, Christchurch and Poole","18,801 ",1
E23000031,Suffolk,E22000274,Suffolk Coastal,E07000244,Suffolk Coastal,"5,000 ",0
E23000031,Suffolk,E22000278,Waveney,E07000244,Waveney,"7,000 ",0
E23000035,Devon and Cornwall,E22000051,East and Mid Devon,Combined Local Authorities,,"10,997 ",2
"""
CRIME_FILE = "policeforceareatablesyejune25final.csv.gz"


def test_crime_counts_have_separators_and_partnerships_of_several_councils_no_council(tmp_path):
    raw = parse(tmp_path, "ons_recorded_crime", put(tmp_path, CRIME_FILE, CRIME), put_people(tmp_path))
    total = "Total recorded crime (excluding fraud)"
    counts = raw.filter(series=f"count/{total}").select("area_code", "area_name", "value").rows()
    assert ("E06000001", "Hartlepool", "12345.0") in counts
    assert (None, "East and Mid Devon", "10997.0") in counts
    assert len(counts) == 8
    rates = raw.filter(series=f"rate/{total}").select("area_code", "value", "marker").rows()
    assert rates == [
        ("E06000001", "123.45", None),
        ("E06000058", None, "x"),
        ("E06000063", "20.0", "e"),
        ("E07000244", "48.0", "e"),
    ]
    assert raw.filter(series="rate/Homicide", area_code="E06000001").select("value", "marker").rows() == [
        (None, "x")
    ]


def test_a_crime_cell_that_is_no_count_is_named_with_its_row(tmp_path):
    name = put(tmp_path, CRIME_FILE, CRIME.replace("12,345 ", "about 12000"))
    with pytest.raises(SourceChangedError, match=r"row 5: expected a count; found 'about 12000'"):
        parse(tmp_path, "ons_recorded_crime", name, put_people(tmp_path))


SERVICES = [
    "net_current_expenditure_gbp",
    "education_net_gbp",
    "highways_transport_net_gbp",
    "environmental_regulatory_net_gbp",
    "housing_services_net_gbp",
    "cultural_related_net_gbp",
    "planning_development_net_gbp",
    "fire_rescue_net_gbp",
    "central_services_net_gbp",
    "other_services_net_gbp",
    "adult_social_care_net_gbp",
    "childrens_social_care_net_gbp",
    "public_health_net_gbp",
    "police_net_gbp",
]


def outturn(folder, *rows):
    """Rows of code, status and amounts by service, in 2022-23."""
    head = [
        "fy",
        "ons_code",
        "lgf_code",
        "name",
        "class",
        "subclass",
        "status",
        "central_grants_in_gbp",
        *SERVICES,
    ]
    lines = [",".join(head)]
    for code, status, amounts in rows:
        cells_ = [str(amounts.get(service, "")) for service in SERVICES]
        lines.append(",".join(["2022-23", code, "E1", "A body", "A class", "A class", status, "0", *cells_]))
    name = put(folder, "revenue_outturn_2022-23_to_2024-25.csv", "\n".join(lines) + "\n")
    return parse(folder, "mhclg_revenue_outturn", name, put_people(folder))


def per_head(raw, service):
    rows = raw.filter(series=f"per_head/{service}_net_gbp")
    return {
        code: (None if value is None else float(value), marker)
        for code, value, marker in rows.select("area_code", "value", "marker").iter_rows()
    }


def test_spending_per_head_and_councils_that_had_not_submitted(tmp_path):
    raw = outturn(
        tmp_path,
        ("E06000001", "submitted", {"adult_social_care_net_gbp": 34_875_000}),
        ("E07000008", "not submitted", {}),
        ("E23000002", "submitted", {"police_net_gbp": 5}),
        ("E6802", "submitted", {"other_services_net_gbp": 7}),
    )
    assert per_head(raw, "adult_social_care") == {"E06000001": (375.0, None), "E07000008": (None, "x")}
    assert per_head(raw, "police") == {"E07000008": (None, "x")}
    assert raw.filter(series="spend/other_services_net_gbp")["area_code"].to_list() == ["E07000008", None]


def test_a_county_and_its_districts_spend_together(tmp_path):
    districts = {f"E07000{number}": 1_000_000 for number in range(163, 170)}
    raw = outturn(
        tmp_path,
        (
            "E10000023",
            "submitted",
            {"housing_services_net_gbp": 5_000_000, "adult_social_care_net_gbp": 6_000_000},
        ),
        *((code, "submitted", {"housing_services_net_gbp": amount}) for code, amount in districts.items()),
    )
    assert per_head(raw, "housing_services") == {"E06000065": (20.0, "e")}
    assert per_head(raw, "adult_social_care") == {"E06000065": (10.0, None)}


def test_a_district_that_had_not_submitted_leaves_its_successor_without_a_figure(tmp_path):
    districts = [f"E07000{number}" for number in range(163, 170)]
    raw = outturn(
        tmp_path,
        *((code, "submitted", {"housing_services_net_gbp": 1}) for code in districts[1:]),
        (districts[0], "not submitted", {}),
    )
    assert per_head(raw, "housing_services") == {"E06000065": (None, "x")}


def test_what_a_divided_county_spent_is_given_to_no_council(tmp_path):
    districts = ("E07000026", "E07000028", "E07000029")
    raw = outturn(
        tmp_path,
        ("E10000006", "submitted", {"cultural_related_net_gbp": 9_000_000}),
        *(
            (code, "submitted", {"cultural_related_net_gbp": 1_000, "housing_services_net_gbp": 2_750_000})
            for code in districts
        ),
    )
    assert per_head(raw, "cultural_related") == {"E06000063": (None, "x")}
    assert per_head(raw, "housing_services") == {"E06000063": (30.0, "e")}


def council_tax(**changes: object) -> str:
    council = {"e_code": "E0701", "ons_code": "E06000001", "name": "Hartlepool", "band_D": 2467.2}
    content = {"fiscal_year_label": "2024-25", "council_count": 1, "councils": [council | changes]}
    return json.dumps(content)


def test_council_tax_is_read_by_band(tmp_path):
    raw = parse(tmp_path, "mhclg_council_tax", put(tmp_path, "c.json", council_tax()))
    assert raw.select("series", "area_code", "period", "value", "source_row").rows() == [
        ("band_D", "E06000001", "2024-04-01/P1Y", "2467.2", 2)
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (council_tax(band_D=None), r"c\.json, row 2: expected ons_code, name, band_D"),
        (council_tax()[:-20], r"c\.json: expected JSON"),
        (council_tax().replace('"council_count": 1', '"council_count": 296'), r"expected 296 councils"),
    ],
)
def test_a_damaged_council_tax_file_is_named(tmp_path, text, message):
    with pytest.raises(SourceChangedError, match=message):
        parse(tmp_path, "mhclg_council_tax", put(tmp_path, "c.json", text))


def test_fuel_poverty_names_stand_in_three_columns(tmp_path):
    rows = [
        ["Table 2: Fuel poor households by administrative area, 2020"],
        [
            "Area Codes",
            "Area names",
            None,
            None,
            "Number",
            "In fuel poverty",
            "Proportion of households fuel poor (%)",
        ],
        ["E92000001", "ENGLAND", None, None, 23868877, 3158206, 13.2],
        ["E06000001", None, "Hartlepool", None, 42831, 6257, 14.6],
        ["E07000189", None, None, "South Somerset", 77355, 8738, 11.3],
    ]
    raw = parse(tmp_path, "desnz_fuel_poverty", put_workbook(tmp_path, "f.xlsx", {"Table 2": rows}))
    assert raw.select("area_name", "period", "value").rows() == [
        ("ENGLAND", "2020", "13.2"),
        ("Hartlepool", "2020", "14.6"),
        ("South Somerset", "2020", "11.3"),
    ]


HEALTH_HEAD = (
    "area_code,area_name,area_type,period,indicator,measure,unit,value,compared_to_England,inequality\n"
)


@pytest.mark.parametrize(
    ("name", "period", "read"),
    [
        ("life_expectancy", "2023 - 25", "2023-01-01/P3Y"),
        ("mortality_rate", "2024", "2024"),
        ("children_dental_decay", "2023/24", "2023-09-01/P1Y"),
        ("inactive_adults", "2023/24", "2023-11-15/P1Y"),
        ("another", "2023/24", "2023-04-01/P1Y"),
    ],
)
def test_health_periods_differ_from_file_to_file(tmp_path, name, period, read):
    row = f"E06000001,Hartlepool,UA,{period},An indicator,A measure,Persons,7.5,Worse,NA\n"
    raw = parse(tmp_path, "ohid_public_health", put(tmp_path, f"{name}.csv.gz", HEALTH_HEAD + row))
    assert raw.select("series", "period", "value").rows() == [(f"{name}/Persons", read, "7.5")]


def test_health_groups_are_series_of_their_own_and_na_is_missing(tmp_path):
    rows = (
        "E06000001,Hartlepool,UA,2024,An indicator,A measure,Years,NA,NA,Male\n"
        "E06000001,Hartlepool,UA,2024,An indicator,A measure,Years,80.1,Better,Female\n"
    )
    raw = parse(tmp_path, "ohid_public_health", put(tmp_path, "h.csv.gz", HEALTH_HEAD + rows))
    assert raw.select("series", "value", "marker").rows() == [
        ("h/Years, Male", None, "x"),
        ("h/Years, Female", "80.1", None),
    ]


def test_a_health_period_in_another_form_stops_the_build(tmp_path):
    row = "E06000001,Hartlepool,UA,2021/22 Q1,An indicator,A measure,Persons,7.5,Worse,NA\n"
    with pytest.raises(SourceChangedError, match=r"row 2: expected a year.*found '2021/22 Q1'"):
        parse(tmp_path, "ohid_public_health", put(tmp_path, "h.csv.gz", HEALTH_HEAD + row))


def reserves(folder, *rows):
    """A workbook of 2017-18 with spending, earmarked and unallocated reserves of each E-code."""
    heads = [None] * 78
    heads[0], heads[2] = "E-code", "Local authority"
    heads[58] = "NET REVENUE EXPENDITURE"
    heads[76] = "Estimated other earmarked financial reserves level at 31 March"
    heads[77] = "Estimated unallocated financial reserves level at 31 March"
    body = []
    for code, spent, earmarked, free in rows:
        row = [None] * 78
        row[0], row[2], row[58], row[76], row[77] = code, "A council", spent, earmarked, free
        body.append(row)
    sheets = {"RS LA Data 2017-18": [["Revenue outturn"], heads, *body]}
    plain = folder / put_workbook(folder, "RS_2017-18.xlsx", sheets)
    (folder / "RS_2017-18.xlsx.xz").write_bytes(lzma.compress(plain.read_bytes()))
    return parse(folder, "mhclg_reserves", "RS_2017-18.xlsx.xz")


def test_reserves_are_shares_of_spending_by_todays_councils(tmp_path):
    raw = reserves(
        tmp_path,
        ("E0701", 100_000, 40_000, 5_000),
        ("E3901", "…", "…", "…"),
        ("E0536", -10, 500, 500),
        ("E6350", 10, 10, 10),
    )
    shares = raw.filter(series="share/usable reserves")
    found = {
        row["area_code"]: (row["value"], row["marker"], row["period"]) for row in shares.iter_rows(named=True)
    }
    assert found["E06000001"] == ("45.0", None, "2018-03-31")
    assert found["E07000012"] == (None, "z", "2018-03-31")
    published = raw.filter(series="thousand/net revenue expenditure")
    assert published["value"].to_list() == ["100000", None, "-10", "10"]


def test_reserves_of_merged_councils_are_added_up_on_both_sides(tmp_path):
    """West Suffolk was made of Forest Heath and St Edmundsbury."""
    raw = reserves(tmp_path, ("E3532", 10_000, 4_000, 1_000), ("E3535", 30_000, 9_000, 1_000))
    assert raw.filter(series="share/usable reserves").select("area_code", "value", "marker").rows() == [
        ("E07000245", "37.5", "e")
    ]


def test_a_workbook_cut_short_is_named(tmp_path):
    reserves(tmp_path, ("E0701", 1, 1, 1))
    path = tmp_path / "RS_2017-18.xlsx.xz"
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(SourceChangedError, match=r"RS_2017-18\.xlsx\.xz: expected a workbook"):
        parse(tmp_path, "mhclg_reserves", "RS_2017-18.xlsx.xz")
