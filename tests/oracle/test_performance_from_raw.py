"""Council performance against a second, slow reading of every raw file.

Each source is read again with the standard library (DuckDB for the one Parquet file), council by council and
period by period, into what the publisher states for areas in force today. Every observation must be there,
and everything there must be an observation; values that have to be made are worked out again by hand below.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import math
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest

from likeforlike.definitions.area_codes import FINANCE, load_area_codes
from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.observations.standardise import standardise
from likeforlike.sources import PARSERS
from slow_workbooks import read_grid

pytestmark = pytest.mark.raw

Span = tuple[date, date]
#: Indicator, area code as in the file, period -> value.
Stated = dict[tuple[str, str, Span], float | None]


def csv_rows(path: Path) -> Iterator[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    return csv.DictReader(io.StringIO(text, newline=""))


def number(text: str | None) -> float | None:
    return None if text in (None, "", "NA", "-", "..", ":", "[x]") else float(text.replace(",", ""))


def year_to(last: date) -> Span:
    """The twelve months that end on a day."""
    after = date.fromordinal(last.toordinal() + 1)
    return after.replace(year=after.year - 1), last


def april_year(text: str) -> Span:
    return year_to(date(int(text[:4]) + 1, 3, 31))


def adult_social_care(folder: Path, register: AreaRegister) -> Stated:
    names = {
        "ASC1": "carer-quality-of-life",
        "ASC2": "adult-social-care-users-quality-of-life",
        "ASC3": "users-who-find-information-easily",
        "ASC4": "carers-who-find-information-easily",
        "ASC5": "short-term-care-without-further-support",
        "ASC6": "requests-resulting-in-adult-social-care",
        "ASC7": "adult-social-care-staff-turnover",
    }
    stated: Stated = {}
    for row in csv_rows(folder / "outcomes/oflog-adult-social-care/ASC_data.csv.gz"):
        value = number(row["Value"])
        if row["Code"] == "ASC2" and value == 0:
            value = None  # a score of nought cannot be
        key = (names[row["Code"]], row["Local authority code"], april_year(row["Financial year"]))
        stated[key] = value
    return stated


#: Measure of the tool -> indicator, and first day of the period from the year as it is written.
LAIT: dict[str, tuple[str, Callable[[int], Span]]] = {}


def _lait(ids: dict[str, str], span: Callable[[int], Span]) -> None:
    LAIT.update({measure: (indicator, span) for measure, indicator in ids.items()})


_lait(
    {
        "CIN": "children-in-need-rate",
        "CPP_rate": "child-protection-plan-rate",
        "LAC": "children-looked-after-rate",
        "LACDistance": "children-in-care-placed-far-from-home",
        "LAC_LongStable%": "children-in-care-in-lasting-homes",
    },
    lambda year: (date(year, 3, 31), date(year, 3, 31)),
)
_lait(
    {
        "CP_conf_15days": "child-protection-conferences-within-15-days",
        "CareLeaverAcc": "care-leavers-in-suitable-homes",
        "CareLeaverEET": "care-leavers-in-education-or-work",
        "Continue_Assess_Comp": "assessments-within-45-days",
        "LACStable_2016on": "children-in-care-moved-twice-or-more",
        "PrevRegCPR": "repeat-child-protection-plans",
        "ReReferral": "re-referrals-to-childrens-social-care",
    },
    lambda year: year_to(date(year, 3, 31)),
)
_lait(
    {
        "Work_Force_Agecy_Rate": "childrens-social-workers-from-agencies",
        "Work_Force_AvgNumCase_SW": "childrens-social-worker-caseload",
        "Work_Force_Vac_Rate": "childrens-social-worker-vacancies",
    },
    lambda year: (date(year, 9, 30), date(year, 9, 30)),
)
_lait({"Work_Force_TO_Rate": "childrens-social-worker-turnover"}, lambda year: year_to(date(year, 9, 30)))
_lait(
    {
        "FirstYJS": "first-time-entrants-to-youth-justice",
        "SEN_EHC_Excpt_20wks": "education-health-and-care-plans-in-time",
    },
    lambda year: (date(year, 1, 1), date(year, 12, 31)),
)
_lait(
    {
        "AVG_Attain8_Score": "attainment-8-score",
        "DAP_KS4_ATT8": "attainment-8-score-disadvantaged",
        "DAP_NEW_KS2_RWM": "disadvantaged-pupils-at-expected-standard-key-stage-2",
        "EngMaths9-4": "gcses-in-english-and-maths-at-16",
        "FSP_NEW_GOODDEV": "good-level-of-development",
        "Level3Age19": "level-3-by-age-19",
        "TotAbs": "school-absence",
        "TotSevPerAbNew": "pupils-severely-absent",
    },
    lambda year: year_to(date(year, 8, 31)),
)
_lait(
    {"TotFixedEx": "school-suspensions", "TotPermEx": "permanent-exclusions"},
    lambda year: year_to(date(year + 1, 8, 31)),
)
_lait(
    {"16-17_not known_NEET": "young-people-not-in-education-or-work"},
    lambda year: (date(year - 1, 12, 1), date(year, 2, 29 if year % 4 == 0 else 28)),
)
_lait(
    {"%_2yr_olds": "funded-early-education-two-year-olds"}, lambda year: (date(year, 1, 1), date(year, 1, 31))
)

#: Councils so small that nobody may leave in a year.
TINY = ("City of London", "Isles of Scilly")
LAIT_NAMES = {
    "Dorset (Pre LG)": "E10000009",
    "Poole (Pre LG)": "E06000029",
    "Bournemouth (Pre LG)": "E06000028",
    "Cumbria": "E10000006",
    "Northamptonshire": "E10000021",
    "North East": "E12000001",
    "West Midlands": "E12000005",
    "East Midlands": "E12000004",
}


def local_authority_interactive_tool(folder: Path, register: AreaRegister) -> Stated:
    """Areas by their names, where the source module goes by the department's numbers."""
    path = folder / "outcomes/dfe-lait/bds_long_0.parquet"
    table = duckdb.read_parquet(str(path)).select("Short Desc", "Years", "LA and Regions", "Values")
    rows = [row for row in table.fetchall() if row[0] in LAIT]
    workforce = {
        (row["time_period"], row["la_name"]): (row["agency_rate_fte"], row["turnover_rate_fte"])
        for row in csv_rows(folder / "outcomes/dfe-childrens-social-care/csww_indicators_2017_to_2025.csv.gz")
    }
    stated: Stated = {}
    codes = {
        name: LAIT_NAMES.get(name) or register.resolve(name).code
        for name in {row[2] for row in rows} - {"London (Inner)", "London (Outer)"}
    }
    for measure, year, name, text in rows:
        if measure not in LAIT or name in ("London (Inner)", "London (Outer)"):
            continue
        if (measure, name) == ("FirstYJS", "England"):
            continue  # regions' rates added up
        indicator, span = LAIT[measure]
        code, value = codes[name], number(text)
        if measure == "Work_Force_Agecy_Rate" and workforce.get((year, name), ("",))[0] == "low":
            value = None
        if measure == "Work_Force_TO_Rate" and value == 0 and name not in TINY:
            value = None
        stated[indicator, code, span(int(year[:4]))] = value
    return stated


def homelessness(folder: Path, register: AreaRegister) -> Stated:
    stated: Stated = {}
    for file, suffix, quarter, columns in (
        ("homelessness_detailed_la.xlsx", "", (date(2025, 4, 1), date(2025, 6, 30)), ("Q", "R")),
        ("Detailed_LA_202212.ods", "_", (date(2022, 10, 1), date(2022, 12, 31)), ("O", "P")),
    ):
        path = folder / "outcomes/mhclg-homelessness" / file
        day = (quarter[1], quarter[1])
        for sheet, indicator, span, part, whole in (
            ("A1", "households-owed-prevention-duty", quarter, columns[0], ""),
            ("A1", "households-owed-relief-duty", quarter, columns[1], ""),
            ("TA1" + suffix, "households-in-temporary-accommodation", day, "G", ""),
            ("P1" + suffix, "prevention-duties-ended-with-a-home", quarter, "G", "E"),
            ("R1" + suffix, "relief-duties-ended-with-a-home", quarter, "F", "E"),
        ):
            grid = read_grid(path, sheet)
            for (row, column), code in grid.items():
                if column == 0 and code[:1] == "E" and code[1:].isdigit():
                    value = number(grid.get((row, ord(part) - 65)))
                    if whole:
                        total = number(grid.get((row, ord(whole) - 65)))
                        value = 100 * value / total if total and value is not None else None
                    stated[indicator, code, span] = value
    return stated


def rough_sleeping(folder: Path, register: AreaRegister) -> Stated:
    """People on the night over the population that stands in the same row, not the published rate."""
    grid = read_grid(folder / "outcomes/mhclg-rough-sleeping/Rough_sleeping.xlsx", "Table 5 Rates")
    people = read_grid(folder / "outcomes/mhclg-rough-sleeping/Rough_sleeping.xlsx", "Table 1 Total")
    heads = {text.replace("Mid- ", "Mid-"): column for (row, column), text in grid.items() if row == 3}
    counts = {}
    for (row, column), text in people.items():
        if column == 0:
            code = text if text.startswith("E") else people.get((row, 3), "")
            counts[code] = [number(people.get((row, 4 + at))) for at in range(13)]
    stated: Stated = {}
    for (row, column), text in grid.items():
        if column != 0:
            continue
        code = text if text.startswith("E") and text[1:].isdigit() else grid.get((row, 3), "")
        if code not in counts or not code[1:].isdigit():
            continue
        for at, year in enumerate(range(2010, 2023)):
            column_of_people = heads.get(f"Mid-{min(year, 2021)} population", -1)
            population = number(grid.get((row, column_of_people)))
            rate = number(grid.get((row, 4 + at)))
            count = counts[code][at]
            if population and count is not None and rate is not None:
                assert rate == pytest.approx(1e5 * count / population, rel=1e-6), (code, year)
            stated["rough-sleeping-rate", code, (date(year, 10, 1), date(year, 11, 30))] = rate
    return stated


def recycling(folder: Path, register: AreaRegister) -> Stated:
    stated: Stated = {}
    for row in csv_rows(folder / "outcomes/trafford-climate-emergency/recycling.csv.gz"):
        if row["area_code"].startswith("E"):
            stated["household-waste-recycled", row["area_code"], april_year(row["period"])] = number(
                row["value"]
            )
    return stated


def council_tax(folder: Path, register: AreaRegister) -> Stated:
    content = json.loads((folder / "funding/revenue-outturn/council_tax_bands_2024_25.json").read_text())
    span = april_year(content["fiscal_year_label"])
    return {("council-tax-band-d", c["ons_code"], span): c["band_H"] / 2 for c in content["councils"]}


def fuel_poverty(folder: Path, register: AreaRegister) -> Stated:
    """Worked out from the numbers of households, not the published share."""
    name = "outcomes/open-innovations-jrf-insight/sub-regional-fuel-poverty-2022-tables.xlsx"
    grid = read_grid(folder / name, "Table 2")
    span = (date(2020, 1, 1), date(2020, 12, 31))
    return {
        ("households-in-fuel-poverty", code, span): 100 * float(grid[row, 5]) / float(grid[row, 4])
        for (row, column), code in grid.items()
        if column == 0 and code[:1] == "E" and code[1:].isdigit() and code[:3] not in ("E11", "E13")
    }


def public_health(folder: Path, register: AreaRegister) -> Stated:
    def three_years(text: str) -> Span:
        return date(int(text[:4]), 1, 1), date(2000 + int(text[-2:]), 12, 31)

    def calendar(text: str) -> Span:
        return date(int(text), 1, 1), date(int(text), 12, 31)

    files = (
        ("health/life_expectancy", "Male", "life-expectancy-male", three_years),
        ("health/life_expectancy", "Female", "life-expectancy-female", three_years),
        ("health/inequality_life_expectancy", "Male", "life-expectancy-gap-male", three_years),
        ("health/inequality_life_expectancy", "Female", "life-expectancy-gap-female", three_years),
        ("health/mortality_rate", "Persons", "preventable-mortality-under-75", calendar),
        (
            "health/inactive_adults",
            "Persons",
            "physically-inactive-adults",
            lambda text: year_to(date(int(text[:4]) + 1, 11, 14)),
        ),
        (
            "children/children_dental_decay",
            "5 years children",
            "tooth-decay-at-age-five",
            lambda text: year_to(date(int(text[:4]) + 1, 8, 31)),
        ),
    )
    stated: Stated = {}
    for name, group, indicator, span in files:
        for row in csv_rows(folder / f"outcomes/trafford-themes/{name}.csv.gz"):
            if group in (row["unit"], row["inequality"]):
                stated[indicator, row["area_code"], span(row["period"])] = number(row["value"])
    return stated


PUBLISHED = {
    "oflog_adult_social_care": adult_social_care,
    "dfe_local_authority_interactive_tool": local_authority_interactive_tool,
    "mhclg_homelessness": homelessness,
    "mhclg_rough_sleeping": rough_sleeping,
    "defra_recycling": recycling,
    "mhclg_council_tax": council_tax,
    "desnz_fuel_poverty": fuel_poverty,
    "ohid_public_health": public_health,
}


@pytest.fixture(scope="module")
def register() -> AreaRegister:
    return load_register()


@cache
def observed(folder: Path, source_id: str) -> pl.DataFrame:
    definitions, register = load_definitions(), load_register()
    source = definitions.sources[source_id]
    raw = PARSERS[source_id](folder, source)
    declared = [one for one in definitions.corrections.values() if one.source_id == source_id]
    out = standardise(raw, source, list(definitions.indicators.values()), register, corrections=declared)
    assert out.report["rows"].sum() == raw.height
    return out.observations


@pytest.mark.parametrize("source_id", PUBLISHED)
def test_every_value_is_the_publishers_and_every_published_value_is_there(raw_folder, register, source_id):
    stated = PUBLISHED[source_id](raw_folder, register)
    definitions = load_definitions()
    assert {key[0] for key in stated} == {
        i.id for i in definitions.indicators.values() if i.source_id == source_id
    }
    made = 0
    found = set()
    for row in observed(raw_folder, source_id).iter_rows(named=True):
        span = (row["period_start"], row["period_end"])
        key = (row["indicator_id"], row["area_code"], span)
        own = stated.get(key)
        before = [c.predecessor for c in register.changes if c.successor == row["area_code"]]
        if own is None and len(before) == 1:
            own = stated.get((row["indicator_id"], before[0], span))
        if row["status"] == "estimated" or row["method"] == "same_area":
            made += 1
            continue
        expected = None if own is None else pytest.approx(own, rel=1e-9, abs=1e-9)
        assert row["value"] == expected, key
        found.add(key)
    upper = {i.id for i in definitions.indicators.values() if i.tier == "upper"}
    missing = [
        key
        for key, value in stated.items()
        if value is not None
        and key not in found
        and key[1] in register.current.areas
        and not (key[0] in upper and key[1].startswith("E07"))
    ]
    assert missing == []
    assert len(found) > 290
    assert made < 0.12 * len(found)


def test_a_workforce_that_two_councils_share_counts_once(raw_folder):
    observations = observed(raw_folder, "dfe_local_authority_interactive_tool")
    for counted, other in (("E09000021", "E09000027"), ("E06000061", "E06000062")):
        rows = observations.filter(
            pl.col("area_code").is_in([counted, other]), pl.col("period_end") == date(2025, 9, 30)
        )
        assert rows.height == 8
        assert set(rows["shared_with"]) == {counted}
        assert set(rows.filter(area_code=other)["method"]) == {"inherited"}
        assert set(rows.filter(area_code=counted)["method"]) == {"published"}
        care = observations.filter(
            indicator_id="children-looked-after-rate", area_code=other, period_end=date(2025, 3, 31)
        )
        assert set(care["shared_with"]) == {None}


def people_of(folder: Path) -> dict[tuple[str, int], float]:
    return {
        (row["area_code"], int(row["year"])): float(row["population"])
        for row in csv_rows(folder / "population/population_by_area_1991_2024.csv.gz")
    }


def districts_before(code: str, register: AreaRegister) -> list[str]:
    """The predecessors of an area, counties left out."""
    codes = [change.predecessor for change in register.changes if change.successor == code]
    return [c for c in codes if not c.startswith("E10")]


def value_of(observations: pl.DataFrame, indicator: str, area: str, last: date) -> float | None:
    rows = observations.filter(indicator_id=indicator, area_code=area, period_end=last)
    assert rows.height <= 1
    return rows["value"][0] if rows.height else None


def test_fly_tipping_is_incidents_over_people(raw_folder, register):
    observations = observed(raw_folder, "defra_fly_tipping")
    people = people_of(raw_folder)
    grid = read_grid(raw_folder / "outcomes/defra-fly-tipping/Flytipping.xlsx", "LA_incidents")
    incidents = {
        (grid[row, 1], int(grid[row, 0][:4])): number(grid.get((row, 4)))
        for (row, column) in grid
        if column == 1 and grid[row, 1][:1] == "E"
    }
    checked = 0
    for code in register.lower_tier:
        parts = districts_before(code, register)
        for year in range(2012, 2022):
            own = [code] if (code, year) in incidents else parts
            if any(c not in {k[0] for k in incidents if k[1] == year} for c in own):
                continue
            counts = [incidents.get((c, year)) for c in own]
            old = {"E08000038": "E08000016", "E08000039": "E08000019"}.get(code, code)
            expected = None if None in counts else 1000 * sum(counts) / people[old, year]
            found = value_of(observations, "fly-tipping-incidents", code, date(year + 1, 3, 31))
            assert found == (None if expected is None else pytest.approx(expected, rel=1e-12)), (code, year)
            checked += found is not None
    assert checked > 2900


def test_two_reorganisations_in_a_row_in_fly_tipping(raw_folder, register):
    """Taunton Deane and West Somerset are part of Somerset by way of Somerset West and Taunton."""
    grid = read_grid(raw_folder / "outcomes/defra-fly-tipping/Flytipping.xlsx", "LA_incidents")
    codes = {"E07000187", "E07000188", "E07000189", "E07000190", "E07000191"}
    total = sum(
        float(grid[row, 4])
        for (row, column) in grid
        if column == 1 and grid[row, 1] in codes and grid[row, 0] == "2017-18"
    )
    observations = observed(raw_folder, "defra_fly_tipping")
    expected = 1000 * total / people_of(raw_folder)["E06000066", 2017]
    assert value_of(observations, "fly-tipping-incidents", "E06000066", date(2018, 3, 31)) == pytest.approx(
        expected
    )
    row = observations.filter(area_code="E06000066", period_end=date(2018, 3, 31)).row(0, named=True)
    assert row["status"] == "estimated"


def test_crime_is_offences_over_people_and_partnerships_of_several_councils_give_none(raw_folder, register):
    observations = observed(raw_folder, "ons_recorded_crime")
    people = people_of(raw_folder)
    content = gzip.decompress(
        (raw_folder / "outcomes/ons-crime-csp/policeforceareatablesyejune25final.csv.gz").read_bytes()
    )
    counts = {}
    several = []
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        if len(row) > 20 and row[4].startswith("E0"):
            partnership = {at: float(row[at].replace(",", "")) for at in (6, 10, 17, 19, 22)}
            council = counts.setdefault(row[4], dict.fromkeys((*partnership, 0), 0.0))
            for at, crimes in {**partnership, 0: 1.0}.items():
                council[at] += crimes
        elif len(row) > 20 and row[4].startswith("Combined"):
            several.append(row[3])
    assert len(several) == 11
    assert [code for code, council in counts.items() if council[0] > 1 and code.startswith("E06")] == [
        "E06000058",
        "E06000061",
        "E06000062",
        "E06000060",
    ]
    columns = {
        "recorded-crime": 6,
        "violence-with-injury": 10,
        "residential-burglary": 17,
        "vehicle-crime": 19,
        "shoplifting": 22,
    }
    for indicator, column in columns.items():
        rows = observations.filter(indicator_id=indicator)
        assert rows.height == 270
        for row in rows.iter_rows(named=True):
            code = row["area_code"]
            parts = districts_before(code, register)
            codes = [code] if code in counts else parts
            old = {"E08000038": "E08000016", "E08000039": "E08000019"}.get(code, code)
            if code in ("E06000058", "E06000059"):  # Christchurch moved, its partnership did not
                assert (row["value"], row["status"]) == (None, "not_available")
                continue
            expected = 1000 * sum(counts[c][column] for c in codes) / people[old, 2024]
            assert row["value"] == pytest.approx(expected, rel=1e-12), (indicator, code)
            several_parts = len(codes) > 1 or counts[codes[0]][0] > 1
            assert (row["status"] == "estimated") == several_parts, code


def test_spending_is_pounds_over_people(raw_folder, register):
    observations = observed(raw_folder, "mhclg_revenue_outturn")
    people = people_of(raw_folder)
    names = {
        "adult_social_care_net_gbp": "adult-social-care-spending-per-head",
        "childrens_social_care_net_gbp": "childrens-social-care-spending-per-head",
        "public_health_net_gbp": "public-health-spending-per-head",
        "highways_transport_net_gbp": "highways-and-transport-spending-per-head",
        "housing_services_net_gbp": "housing-services-spending-per-head",
    }
    spent = {
        (row["fy"], row["ons_code"]): row
        for row in csv_rows(raw_folder / "funding/revenue-outturn/revenue_outturn_2022-23_to_2024-25.csv")
    }
    checked = 0
    for (year, code), row in spent.items():
        area = register.areas.get(code)
        if area is None or not area.is_council or register.successors(code) != (code,):
            continue
        for column, indicator in names.items():
            if area.kind == "district" and column != "housing_services_net_gbp":
                continue
            expected = number(row[column])
            found = value_of(observations, indicator, code, date(int(year[:4]) + 1, 3, 31))
            if expected is not None:
                expected /= people[code, int(year[:4])]
            assert found == (None if expected is None else pytest.approx(expected, rel=1e-12)), (
                year,
                code,
                column,
            )
            checked += 1
    assert checked > 2500


def reserves_workbook(raw_folder: Path, tmp_path: Path, year: str) -> dict[str, dict[int, float]]:
    """Numbers by E-code and column of one of the later workbooks."""
    packed = next((raw_folder / "outcomes/mhclg-revenue-outturn").glob(f"RS_{year}*.xz"))
    path = tmp_path / "reserves.xlsx"
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    grid = read_grid.__wrapped__(path, f"RS LA Data {year}")
    found: dict[str, dict[int, float]] = {}
    for (row, column), text in grid.items():
        code = grid.get((row, 0), "")
        if column > 4 and code[:1] == "E" and code[1:].isdigit() and text.strip(".…"):
            found.setdefault(code, {})[column] = float(text)
    return found


@pytest.mark.parametrize("book", [("2015-16", 57, 74), ("2016-17", 58, 75), ("2017-18", 58, 76)])
def test_reserves_are_what_is_set_aside_over_spending(raw_folder, register, tmp_path, book):
    year, spending, earmarked = book
    observations = observed(raw_folder, "mhclg_reserves")
    rows = reserves_workbook(raw_folder, tmp_path, year)
    last = date(int(year[:4]) + 1, 3, 31)
    checked = 0
    for e_code, code in load_area_codes(FINANCE).items():
        area = register.areas[code]
        if e_code not in rows or not area.is_council or area.valid_to is not None:
            continue
        row = rows[e_code]
        expected = 100 * (row[earmarked] + row[earmarked + 1]) / row[spending] if row[spending] > 0 else None
        found = value_of(observations, "usable-reserves-share-of-spending", code, last)
        assert found == (None if expected is None else pytest.approx(expected, rel=1e-9)), (code, year)
        checked += 1
    assert checked > 300


def test_spending_behind_reserves_agrees_with_another_reading_of_the_accounts(raw_folder):
    """Net revenue expenditure in a table that other people made from the same workbooks, 2010-11 on."""
    definitions = load_definitions()
    raw = PARSERS["mhclg_reserves"](raw_folder, definitions.sources["mhclg_reserves"])
    ours = {
        (row["area_code"], row["period"]): float(row["value"])
        for row in raw.filter(series="thousand/net revenue expenditure").iter_rows(named=True)
        if row["value"] is not None
    }
    codes, checked = load_area_codes(FINANCE), 0
    for row in csv_rows(raw_folder / "funding/revenue-outturn/rs_2010-11_to_2017-18_service_totals.csv"):
        key = (codes.get(row["e_code"]), f"{int(row['fy'][:4]) + 1}-03-31")
        if key[0] and key in ours and row["net_revenue_expenditure"]:
            assert ours[key] == pytest.approx(float(row["net_revenue_expenditure"]), abs=0.51), key
            checked += 1
    assert checked > 2700


def test_reserves_at_the_end_of_a_year_are_those_at_the_start_of_the_next(raw_folder, register, tmp_path):
    """31 March 2015 in one workbook against 1 April 2015 in the next; some councils restate a little."""
    raw = PARSERS["mhclg_reserves"](raw_folder, load_definitions().sources["mhclg_reserves"])
    end = {
        row["area_code"]: float(row["value"])
        for row in raw.filter(series="thousand/other earmarked reserves", period="2015-03-31").iter_rows(
            named=True
        )
    }
    start = reserves_workbook(raw_folder, tmp_path, "2015-16")
    codes = {e: c for e, c in load_area_codes(FINANCE).items() if e in start and c in end}
    same = [math.isclose(end[c], start[e][70], rel_tol=0.02, abs_tol=50) for e, c in codes.items()]
    assert len(same) > 350
    assert sum(same) > 0.75 * len(same)
    both = [(end[c], start[e][70]) for e, c in codes.items()]
    assert sum(b for b, _ in both) == pytest.approx(sum(a for _, a in both), rel=0.02)


def test_a_county_and_its_districts_are_added_up_and_a_divided_county_is_not(raw_folder, register):
    observations = observed(raw_folder, "mhclg_revenue_outturn")
    spent = {
        row["ons_code"]: row
        for row in csv_rows(raw_folder / "funding/revenue-outturn/revenue_outturn_2022-23_to_2024-25.csv")
        if row["fy"] == "2022-23"
    }
    bodies = ["E10000023", *(f"E07000{n}" for n in range(163, 170))]
    total = math.fsum(number(spent[c]["housing_services_net_gbp"]) or 0 for c in bodies)
    expected = total / people_of(raw_folder)["E06000065", 2022]
    end = date(2023, 3, 31)
    found = value_of(observations, "housing-services-spending-per-head", "E06000065", end)
    assert found == pytest.approx(expected, rel=1e-12)
    for code in ("E06000063", "E06000064"):
        assert value_of(observations, "adult-social-care-spending-per-head", code, end) is None


def test_a_council_that_did_not_submit_has_no_figure_and_never_nought(raw_folder, register):
    observations = observed(raw_folder, "mhclg_revenue_outturn")
    rows = observations.filter(area_code="E08000025").filter(pl.col("period_end") > date(2023, 4, 1))
    assert rows.height == 10
    assert rows["value"].null_count() == 10
    assert set(rows["status"]) == {"not_available"}
