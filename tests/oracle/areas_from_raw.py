"""The project's tables of areas and changes, made again from the publishers' raw files.

`python tests/oracle/areas_from_raw.py` writes them; a test compares them with those that are kept.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

AREA_COLUMNS = (
    "code", "name", "official_name", "kind", "region_code", "county_code", "combined_authority_code",
    "valid_from", "valid_to", "other_names",
)  # fmt: skip
CHANGE_COLUMNS = (
    "predecessor", "successor", "change_date", "kind", "all_ages", "children", "working_age", "older",
    "population_from",
)  # fmt: skip
KINDS = {
    "unitary": "unitary",
    "district": "district",
    "metropolitan district": "metropolitan",
    "London borough": "london_borough",
    "City corporation": "london_borough",
    "county": "county",
    "combined authority": "combined_authority",
}
REGIONS = {
    "E12000001": "North East",
    "E12000002": "North West",
    "E12000003": "Yorkshire and The Humber",
    "E12000004": "East Midlands",
    "E12000005": "West Midlands",
    "E12000006": "East of England",
    "E12000007": "London",
    "E12000008": "South East",
    "E12000009": "South West",
}
#: Where the compiled register has an outdated name or none, or one that the publisher's own data do not use.
NAMES = {"E07000083": "Tewkesbury", "E47000002": "South Yorkshire", "E08000013": "St Helens"}
OFFICIAL_NAMES = {
    "E47000004": "Liverpool City Region Combined Authority",
    "E47000014": "North East Mayoral Combined Authority",
    "E47000015": "Devon and Torbay Combined County Authority",
    "E47000018": "Lancashire Combined County Authority",
}
OTHER_NAMES = {
    "E06000008": ("Blackburn",),
    "E06000020": ("Telford", "Telford and the Wrekin"),
    "E06000024": ("North West Somerset",),
    "E06000033": ("Southend",),
    "E06000035": ("Medway Towns",),
    "E06000043": ("Brighton",),
    "E06000053": ("Scilly",),
    "E06000058": ("BCP", "Bournemouth Christchurch Poole"),
    "E07000006": ("South Buckinghamshire",),
    "E07000083": ("North Gloucestershire",),
    "E07000112": ("Shepway", "Shepway District Council"),
    "E07000195": ("Newcastle",),
    "E08000021": ("Newcastle",),
    "E09000001": ("City of London Corporation",),
    "E12000006": ("East", "Eastern"),
    "E47000002": ("Sheffield City Region",),
    "E47000011": ("Newcastle upon Tyne, North Tyneside and Northumberland Combined Authority",),
}
NUMBER_COLUMNS = ("scheme", "number", "area_code")
#: The Department for Education's numbers of England, regions and the two parts of London.
DFE_REGIONS = {
    "970": "E92000001",
    "980": "E12000001",
    "981": "E12000002",
    "982": "E12000003",
    "983": "E12000004",
    "984": "E12000005",
    "985": "E12000006",
    "986": "E12000007",
    "987": "E13000001",
    "988": "E13000002",
    "989": "E12000008",
    "990": "E12000009",
}
#: Members of the combined authorities that the North East's replaced, from the register of code changes.
FORMER_MEMBERS = {
    "E47000010": ("E06000047", "E08000023", "E08000024", "E08000037"),
    "E47000011": ("E06000057", "E08000021", "E08000022"),
}
#: The first North East authority was divided between these two in 2018.
EXTRA_SUCCESSORS = {"E47000005": ("E47000010", "E47000011")}
CENSUS = "Census 2021: 0-15, 16-64, 65 and over"
MID_2015 = "mid-2015, without prisoners: 0-15, 16-59, 60 and over"

Groups = tuple[int, int, int, int]


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a comma-separated file, gzipped or not."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def areas(folder: Path) -> list[dict[str, str]]:
    """Rows of `areas.csv`, sorted by code."""
    rows = [area(row) for row in read(folder / "geography" / "area_register_england.csv")]
    whole = {"kind": "country", "code": "E92000001", "name": "England", "official_name": "England"}
    regions = [
        {"kind": "region", "code": code, "name": name, "official_name": name}
        for code, name in REGIONS.items()
    ]
    rows += [
        dict.fromkeys(AREA_COLUMNS, "") | row | {"other_names": other_names(row["code"])}
        for row in (whole, *regions)
    ]
    return sorted(rows, key=lambda row: row["code"])


def area(row: dict[str, str]) -> dict[str, str]:
    """One row of the compiled register under the project's names."""
    code = row["gss_code"]
    return {
        "code": code,
        "name": NAMES.get(code, row["name"]),
        "official_name": OFFICIAL_NAMES.get(code, row["official_name"]),
        "kind": KINDS[row["type"]],
        "region_code": row["region_code"],
        "county_code": row["county_code"],
        "combined_authority_code": row["combined_authority_code"],
        "valid_from": row["in_force_from"] or (f"{row['first_year']}-04-01" if row["first_year"] else ""),
        "valid_to": row["in_force_to"] or (f"{int(row['last_year']) + 1}-03-31" if row["last_year"] else ""),
        "other_names": other_names(code),
    }


def other_names(code: str) -> str:
    return "|".join(OTHER_NAMES.get(code, ()))


def changes(folder: Path) -> list[dict[str, str]]:
    """Rows of `area_changes.csv`, in the order of date, successor and predecessor."""
    register = {row["gss_code"]: row for row in read(folder / "geography" / "area_register_england.csv")}
    census, mid_2015 = census_groups(folder), mid_2015_groups(folder)
    rows = []
    for code, row in register.items():
        successors = EXTRA_SUCCESSORS.get(code) or tuple(filter(None, row["successor_codes"].split("|")))
        for successor in successors:
            first_year = register[successor]["first_year"]
            known, origin = (census, CENSUS) if int(first_year) >= 2023 else (mid_2015, MID_2015)
            if row["type"] == "county":
                taken = [
                    c
                    for c, r in register.items()
                    if (r["county_code"], r["successor_codes"]) == (code, successor)
                ]
                groups = add_up(known, taken)
            else:
                groups = known.get(code) if len(successors) == 1 else None
            rows.append(
                {
                    "predecessor": code,
                    "successor": successor,
                    "change_date": f"{first_year}-04-01",
                    "kind": kind_of(row["change"], len(successors)),
                    **dict(zip(CHANGE_COLUMNS[4:8], map(str, groups) if groups else [""] * 4, strict=True)),
                    "population_from": origin if groups else "",
                }
            )
    return sorted(rows, key=lambda row: (row["change_date"], row["successor"], row["predecessor"]))


def kind_of(change: str, successors: int) -> str:
    """The project's word for the kind of change."""
    if successors > 1:
        return "split"
    return "boundary" if "recode" in change else "merger"


def add_up(known: dict[str, Groups], codes: Iterable[str]) -> Groups:
    """The groups of several areas together."""
    a, b, c, d = (sum(known[code][group] for code in codes) for group in range(4))
    return a, b, c, d


def census_groups(folder: Path) -> dict[str, Groups]:
    """Residents on census day 2021 by district of that time, and by former combined authority."""
    found: dict[str, Groups] = {}
    for row in read(folder / "population" / "census2021_single_year_age_lad21.csv.gz"):
        ages = [int(row[f"age_{age}"]) for age in range(101)]
        found[row["lad21_code"]] = (sum(ages), sum(ages[:16]), sum(ages[16:65]), sum(ages[65:]))
    for authority, members in FORMER_MEMBERS.items():
        found[authority] = add_up(found, members)
    return found


def mid_2015_groups(folder: Path) -> dict[str, Groups]:
    """People in mid-2015 by district of 2013, added up from small areas."""
    district = {
        row["lsoa11_code"]: row["lad13_code"] for row in read(folder / "deprivation" / "iod2015_lsoa.csv.gz")
    }
    names = ("population_2015", "children_0_15_2015", "population_16_59_2015", "population_60_plus_2015")
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in read(folder / "deprivation" / "iod2019_lsoa.csv.gz"):
        for group, name in enumerate(names):
            totals[district[row["lsoa11_code"]]][group] += int(row[name])
    return {code: (a, b, c, d) for code, (a, b, c, d) in totals.items()}


def numbers(folder: Path) -> list[dict[str, str]]:
    """Rows of `area_codes.csv`: other people's numbers, each with the newest code that carried it."""
    register = {row["gss_code"]: row for row in read(folder / "geography" / "area_register_england.csv")}
    found: dict[tuple[str, str], str] = {("dfe", number): code for number, code in DFE_REGIONS.items()}
    for path in sorted((folder / "outcomes" / "dfe-childrens-social-care").glob("*.csv.gz")):
        for row in read(path):
            number, code = row.get("old_la_code", ""), row.get("new_la_code", "")
            if number and code in register and number.isdigit():
                keep_newest(found, ("dfe", number), code, register)
    for code, row in register.items():
        if row["finance_ecode"]:
            keep_newest(found, ("finance", row["finance_ecode"]), code, register)
    return [dict(zip(NUMBER_COLUMNS, (*key, code), strict=True)) for key, code in sorted(found.items())]


def keep_newest(
    found: dict[tuple[str, str], str], key: tuple[str, str], code: str, register: dict[str, dict[str, str]]
) -> None:
    """Of two codes that had the same number, keep the one that took over from the other."""
    other = found.get(key)
    if other is None or code in register[other]["successor_codes"].split("|"):
        found[key] = code
    elif other != code:
        assert other in register[code]["successor_codes"].split("|"), (key, code, other)


def as_csv(rows: list[dict[str, str]], columns: tuple[str, ...]) -> str:
    """The rows as text, in the order of the columns."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    raw, kept = root.parent / "shared" / "data", root / "src" / "likeforlike" / "definitions"
    (kept / "areas.csv").write_text(as_csv(areas(raw), AREA_COLUMNS))
    (kept / "area_codes.csv").write_text(as_csv(numbers(raw), NUMBER_COLUMNS))
    (kept / "area_changes.csv").write_text(as_csv(changes(raw), CHANGE_COLUMNS))
