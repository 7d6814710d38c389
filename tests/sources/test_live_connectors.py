"""Every connector against a server that speaks the documented format, with every fault it must notice."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import struct
from datetime import date

import polars as pl
import pytest

import live_formats as formats
import live_kit as kit
from likeforlike.definitions.live import LIVE, load_live
from likeforlike.definitions.loader import load_definitions
from likeforlike.domain.errors import DefinitionError, FetchError, RequestError
from likeforlike.domain.live import FaultKind
from likeforlike.sources.live import COLLECTORS
from likeforlike.sources.live.making import Standing
from likeforlike.store.snapshots import SnapshotStore

NOTHING = Standing(None)


class Here:
    """A publisher, a store, and one service's connector between them."""

    def __init__(self, publisher: kit.Publisher, store: SnapshotStore) -> None:
        self.publisher, self.store, self.time = publisher, store, kit.Time()
        self.faults: list[FaultKind] = []

    def collect(self, connector: str, request: dict, standing: Standing = NOTHING, **download: object):
        one = {"file": "folder/file.csv", "rows_at_least": 1, "request": request, **download}
        service = kit.service_of(connector, self.publisher.base, one)
        with kit.fetcher_of(service, self.store, self.time) as fetcher:
            try:
                return COLLECTORS[connector](service.downloads[0], fetcher, standing)
            finally:
                self.faults = [fault.kind for fault in fetcher.faults]


@pytest.fixture
def here(tmp_path):
    with kit.publisher() as publisher:
        yield Here(publisher, SnapshotStore(tmp_path / "snapshots"))


def rows_of(content: bytes) -> list[dict[str, str]]:
    """A second reading of a raw file, which shares nothing with the connectors'."""
    return list(csv.DictReader(io.StringIO(content.decode())))


def standing_file(tmp_path, content: str) -> Standing:
    path = tmp_path / "standing.csv"
    path.write_text(content)
    return Standing(path)


# --- ONS Explore Local Statistics ---

ELS = {
    "indicators": [
        {"slug": "employment-rate", "label": "Employment rate", "measure": "Percentage", "unit": "%"},
        {"slug": "economic-inactivity-rate", "label": "Economically inactive", "measure": "Percentage",
         "unit": "%"},
    ]
}  # fmt: skip
ELS_ROWS = {
    "employment-rate": [
        {"areacd": "E06000001", "areanm": "Hartlepool", "period": "2023-01-01/P1Y", "value": 66.1,
         "lci_95": 61.0, "uci_95": 71.2},
        {"areacd": "E06000053", "areanm": "Isles of Scilly", "period": "2023-01-01/P1Y", "status": "x"},
    ],
    "economic-inactivity-rate": [
        {"areacd": "E06000001", "areanm": "Hartlepool", "period": "2023-01-01/P1Y", "value": 30.2,
         "lci_95": 25.0, "uci_95": 35.2, "status": "u"},
    ],
}  # fmt: skip
NAMES = "areacd,areanm,geography,indicator,period,observation,measure,unit,lci_95,uci_95,status,notes"


def test_els_answers_become_one_file_as_the_publisher_lays_it_out(here):
    here.publisher.resources["/data.csv"] = formats.els(ELS_ROWS)
    made = here.collect("ons_explore_local_statistics", ELS)
    assert made.content.decode().splitlines() == [
        NAMES,
        "E06000001,Hartlepool,,Employment rate,2023-01-01/P1Y,66.1,Percentage,%,61.0,71.2,,",
        "E06000053,Isles of Scilly,,Employment rate,2023-01-01/P1Y,,Percentage,%,,,x,",
        "E06000001,Hartlepool,,Economically inactive,2023-01-01/P1Y,30.2,Percentage,%,25.0,35.2,u,",
    ]
    assert made.rows == 3
    asked = here.publisher.asked
    assert [one.query["indicator"] for one in asked] == ["employment-rate", "economic-inactivity-rate"]
    assert {one.query["time"] for one in asked} == {"all"}


def test_els_an_indicator_without_intervals_has_empty_ones(here):
    rows = {"employment-rate": [{"areacd": "E1", "areanm": "A", "period": "2023", "value": 1}]}
    here.publisher.resources["/data.csv"] = formats.els(rows, limits=False)
    made = here.collect("ons_explore_local_statistics", {"indicators": ELS["indicators"][:1]})
    assert made.content.decode().splitlines()[1] == "E1,A,,Employment rate,2023,1,Percentage,%,,,,"


def test_els_a_note_stays_beside_a_value_that_is_the_same_and_no_other(here, tmp_path):
    old = standing_file(
        tmp_path,
        f"{NAMES}\nE06000001,Hartlepool,Unitary,Employment rate,2023-01-01/P1Y,66.10,Percentage,%,,,,Combined\n"
        "E06000001,Hartlepool,Unitary,Economically inactive,2023-01-01/P1Y,31,Percentage,%,,,,Revised away\n",
    )
    here.publisher.resources["/data.csv"] = formats.els(ELS_ROWS)
    made = here.collect("ons_explore_local_statistics", ELS, old)
    assert [row["notes"] for row in rows_of(made.content)] == ["Combined", "", ""]


def test_els_periods_that_the_publisher_overwrites_are_kept(here, tmp_path):
    old = standing_file(
        tmp_path,
        f"{NAMES}\nE1,A,,Rate,2025-01,50,Percentage,%,,,,\nE1,A,,Rate,2026-01,59,Percentage,%,,,,\n",
    )
    new = {"rate": [{"areacd": "E1", "areanm": "A", "period": "2026-01", "value": 60}]}
    here.publisher.resources["/data.csv"] = formats.els(new)
    made = here.collect(
        "ons_explore_local_statistics",
        {"indicators": [{"slug": "rate", "label": "Rate", "measure": "Percentage", "unit": "%"}]},
        old,
        augments=["indicator", "areacd", "period"],
    )
    assert [(row["period"], row["observation"]) for row in rows_of(made.content)] == [
        ("2025-01", "50"),
        ("2026-01", "60"),
    ]
    assert made.rows == 1


@pytest.mark.parametrize(
    ("rows", "kind", "words"),
    [
        ([{"areacd": "E1", "period": "2023", "value": 1}] * 2, FaultKind.SHAPE, "two rows for E1 in 2023"),
        ([{"areacd": "", "period": "2023", "value": 1}], FaultKind.SHAPE, "without area or period"),
        (
            [
                {"areacd": "E1", "period": "2023", "value": 1},
                {"indicator": "other", "areacd": "E2", "period": "2"},
            ],
            FaultKind.SHAPE,
            "several indicators",
        ),
    ],
)
def test_els_rows_of_another_shape_are_refused(here, rows, kind, words):
    here.publisher.resources["/data.csv"] = formats.els({"employment-rate": rows})
    with pytest.raises(FetchError, match=words):
        here.collect("ons_explore_local_statistics", {"indicators": ELS["indicators"][:1]})
    assert here.faults == [kind]


def test_els_a_new_dimension_is_a_changed_column(here):
    body = formats.table(["areacd", "period", "sex", "value"], [{"areacd": "E1", "period": "1", "sex": "F"}])
    here.publisher.resources["/data.csv"] = kit.Resource(body)
    with pytest.raises(FetchError, match="unknown column sex"):
        here.collect("ons_explore_local_statistics", ELS)
    assert here.faults == [FaultKind.CHANGED_COLUMNS]


# --- Nomis ---

NOMIS = {
    "dataset": "NM_2002_1",
    "query": {"geography": "TYPE424", "measures": "20100"},
    "area_types": ["districts"],
    "page_size": 4,
}
PLACES = [("E06000001", "Hartlepool"), ("E07000066", "Basildon"), ("W06000001", "Isle of Anglesey"),
          ("E08000038", "Barnsley"), ("E12000001", "North East")]  # fmt: skip


def nomis_records(**change: object) -> list[dict[str, object]]:
    return [
        {"DATE": year, "GEOGRAPHY_NAME": name, "GEOGRAPHY_CODE": code, "GEOGRAPHY_TYPE": "districts",
         "OBS_VALUE": 1000 * year + at, "OBS_STATUS": "A", **change}
        for year in (2023, 2024)
        for at, (code, name) in enumerate(PLACES)
    ]  # fmt: skip


def test_nomis_pages_become_one_file_of_england(here):
    here.publisher.resources["/dataset/NM_2002_1.data.csv"] = formats.nomis(nomis_records())
    made = here.collect("nomis", NOMIS, augments=["area_code", "year"])
    assert [one.query["RecordOffset"] for one in here.publisher.asked] == ["0", "4", "8"]
    assert made.remarks == (
        "2 records of areas whose codes begin with W06 left out: "
        "the raw file holds England's councils, regions and combined authorities",
    )
    expected = {
        (code, str(year)): str(1000 * year + at)
        for year in (2023, 2024)
        for at, (code, _) in enumerate(PLACES)
        if code.startswith("E")
    }
    found = rows_of(made.content)
    assert {(row["area_code"], row["year"]): row["population"] for row in found} == expected
    assert {row["area_code"]: row["area_type"] for row in found} == {
        "E06000001": "unitary",
        "E07000066": "district",
        "E08000038": "metropolitan district",
        "E12000001": "region",
    }


def test_nomis_a_body_cut_short_at_http_200_is_noticed_by_its_record_count(here):
    here.publisher.resources["/dataset/NM_2002_1.data.csv"] = formats.nomis(nomis_records(), cap=3)
    with pytest.raises(FetchError, match="3 records from 0 on where the body states 10 in all: 4 should"):
        here.collect("nomis", NOMIS)
    assert here.faults == [FaultKind.TRUNCATED] * 5
    kept = list((here.store.folder / "quarantine").iterdir())
    assert len(kept) == 1


def test_nomis_figures_that_change_between_two_pages_are_not_mixed(here):
    def answer(asked):
        short = asked.query["RecordOffset"] != "0"
        return formats.nomis(nomis_records()[: 9 if short else 10])(asked)

    here.publisher.resources["/dataset/NM_2002_1.data.csv"] = answer
    with pytest.raises(FetchError, match="states 10 records and the one from 4 states 9"):
        here.collect("nomis", NOMIS)


def test_nomis_a_status_that_is_not_normal_leaves_no_value(here):
    here.publisher.resources["/dataset/NM_2002_1.data.csv"] = formats.nomis(nomis_records(OBS_STATUS="Q"))
    made = here.collect("nomis", NOMIS)
    assert {row["population"] for row in rows_of(made.content)} == {""}


def test_nomis_areas_of_another_kind_are_refused(here):
    records = nomis_records(GEOGRAPHY_TYPE="wards")
    here.publisher.resources["/dataset/NM_2002_1.data.csv"] = formats.nomis(records)
    with pytest.raises(FetchError, match="areas of a kind not asked for: wards"):
        here.collect("nomis", NOMIS)


def test_nomis_keeps_the_years_that_the_answer_does_not_have(here, tmp_path):
    old = standing_file(
        tmp_path,
        "area_code,area_name,area_type,year,population,source\n"
        "E06000001,Hartlepool,unitary,1991,91058,old\nE06000001,Hartlepool,unitary,2023,1,old\n",
    )
    here.publisher.resources["/dataset/NM_2002_1.data.csv"] = formats.nomis(nomis_records())
    made = here.collect("nomis", NOMIS, old, augments=["area_code", "year"])
    hartlepool = [row for row in rows_of(made.content) if row["area_code"] == "E06000001"]
    assert [(row["year"], row["source"]) for row in hartlepool] == [
        ("1991", "old"),
        ("2023", "Nomis NM_2002_1"),
        ("2024", "Nomis NM_2002_1"),
    ]
    assert made.rows == 8


# --- OHID Fingertips ---

FINGERTIPS = {"indicator_id": 90366, "area_type_ids": [501, 502], "label": "Life expectancy at birth",
              "measure": "Life expectancy", "unit": "Years", "sex": True,
              "periods": r"^\d{4} - \d{2}$"}  # fmt: skip


def fingertips_row(code: str, area_type: str, sex: str = "Male", **change: object) -> dict[str, object]:
    return {"Indicator ID": 90366, "Indicator Name": "Life expectancy", "Area Code": code, "Area Name": code,
            "Area Type": area_type, "Sex": sex, "Age": "All ages", "Time period": "2022 - 24", "Value": 78.123,
            "Compared to England value or percentiles": "Similar", "Time period range": "3y",
            **change}  # fmt: skip


FINGERTIPS_ROWS = {
    "501": [
        fingertips_row("E92000001", "England"),
        fingertips_row("E92000001", "England", **{"Category Type": "Tenths", "Category": "Most deprived"}),
        fingertips_row("E06000001", "Districts & UAs (from Apr 2023)"),
        fingertips_row("E07000066", "Districts & UAs (from Apr 2023)", "Female", Value=""),
        fingertips_row("E06000001", "Districts & UAs (from Apr 2023)", **{"Time period": "2024"}),
    ],
    "502": [
        fingertips_row("E92000001", "England", **{"Parent Code": "E92000001"}),
        fingertips_row("E06000001", "Counties & UAs (from Apr 2023)"),
        fingertips_row("E10000012", "Counties & UAs (from Apr 2023)"),
    ],
}


def test_fingertips_headline_rows_become_the_layout_of_the_raw_files(here):
    here.publisher.resources["/all_data/csv/by_indicator_id"] = formats.fingertips(FINGERTIPS_ROWS)
    made = here.collect("ohid_fingertips", FINGERTIPS)
    found = rows_of(made.content)
    assert [(row["area_code"], row["value"], row["inequality"]) for row in found] == [
        ("E92000001", "78.123", "Male"),
        ("E06000001", "78.123", "Male"),
        ("E07000066", "NA", "Female"),
        ("E10000012", "78.123", "Male"),
    ]
    assert {(row["period"], row["unit"], row["measure"]) for row in found} == {
        ("2022 - 24", "Years", "Life expectancy")
    }
    assert [one.query["child_area_type_id"] for one in here.publisher.asked] == ["501", "502"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "a header and no row"),
        ([fingertips_row("E1", "x", **{"Indicator ID": 7})], "indicators .'7'., not 90366"),
    ],
)
def test_fingertips_answers_about_something_else_are_refused(here, rows, words):
    here.publisher.resources["/all_data/csv/by_indicator_id"] = formats.fingertips({"501": rows})
    with pytest.raises(FetchError, match=words):
        here.collect("ohid_fingertips", FINGERTIPS)


def test_fingertips_headings_after_compared_to_vary_and_no_others_do(here):
    body = formats.table(formats.FINGERTIPS, FINGERTIPS_ROWS["501"])
    one = {**FINGERTIPS, "area_type_ids": [501]}
    path = "/all_data/csv/by_indicator_id"
    here.publisher.resources[path] = kit.Resource(body.replace(b"Compared to goal", b"Compared to Region"))
    assert here.collect("ohid_fingertips", one).rows == 3
    here.publisher.resources[path] = kit.Resource(body.replace(b"Time period,Value", b"Period,Value"))
    with pytest.raises(FetchError, match="no column Time period and unknown column Period"):
        here.collect("ohid_fingertips", one)


# --- DfE Explore Education Statistics ---

EES = {"publication": "Pupil attendance in schools", "data_set": "Year to date",
       "columns": ["time_period", "overall_absence_perc"]}  # fmt: skip
EES_BODY = b'"time_period","geographic_level","overall_absence_perc"\n' + b'"202526","National","6.1"\n' * 30


@pytest.mark.parametrize("transport", [True, False])
def test_ees_a_data_set_is_found_by_its_titles_and_taken_whole(here, transport):
    here.publisher.resources |= formats.ees(
        EES["publication"], EES["data_set"], EES_BODY, stated=30, others=45, transport=transport
    )
    made = here.collect("dfe_explore_education_statistics", EES, file="folder/file.csv.gz")
    assert gzip.decompress(made.content) == EES_BODY
    assert (made.rows, made.published) == (30, date(2026, 7, 23))
    pages = [one.query.get("page") for one in here.publisher.asked if one.path == "/publications"]
    assert pages == ["1", "2", "3"]
    assert here.publisher.asked[0].query["search"] == EES["publication"]


def test_ees_fewer_rows_than_the_data_set_states_are_a_truncated_body(here):
    here.publisher.resources |= formats.ees(EES["publication"], EES["data_set"], EES_BODY, stated=31)
    with pytest.raises(FetchError, match="30 rows where the data set states 31 results"):
        here.collect("dfe_explore_education_statistics", EES)
    assert here.faults == [FaultKind.TRUNCATED] * 5


def test_ees_half_a_gzip_file_is_noticed_also_where_the_transport_packs_nothing(here):
    here.publisher.resources |= formats.ees(EES["publication"], EES["data_set"], EES_BODY, stated=30)
    half = gzip.compress(EES_BODY, mtime=0)
    here.publisher.resources["/data-sets/set-1/csv"] = kit.Resource(half[: len(half) // 2])
    with pytest.raises(FetchError, match="half a gzip file"):
        here.collect("dfe_explore_education_statistics", EES)
    assert here.faults == [FaultKind.TRUNCATED] * 5


def test_ees_a_data_set_that_is_no_longer_listed_is_named_with_those_that_are(here):
    here.publisher.resources |= formats.ees(EES["publication"], "Renamed", EES_BODY, stated=30)
    with pytest.raises(FetchError, match=r"no 'Year to date' in .*lists Another data set; Renamed") as caught:
        here.collect("dfe_explore_education_statistics", EES)
    assert caught.value.kind is FaultKind.NOT_LISTED


def test_ees_a_renamed_column_is_named(here):
    body = EES_BODY.replace(b"overall_absence_perc", b"absence")
    here.publisher.resources |= formats.ees(EES["publication"], EES["data_set"], body, stated=30)
    with pytest.raises(FetchError, match="no column overall_absence_perc"):
        here.collect("dfe_explore_education_statistics", EES)
    assert here.faults == [FaultKind.CHANGED_COLUMNS]


def test_ees_json_that_breaks_off_is_asked_for_again(here):
    here.publisher.resources |= formats.ees(EES["publication"], EES["data_set"], EES_BODY, stated=30)
    here.publisher.only = "/publications"
    here.publisher.faults.append(kit.half_a_body)
    assert here.collect("dfe_explore_education_statistics", EES).rows == 30
    assert here.faults == [FaultKind.TRUNCATED]


# --- Police.uk ---

POLICE = {"months": 1, "forces": ["kent", "essex"]}


def crimes(month: str, force: str, count: int) -> list[dict[str, object]]:
    return [
        {"Crime ID": f"{force}{n}", "Month": month, "Reported by": force, "Longitude": 0.9, "Latitude": 51.2,
         "Location": "On or near Somewhere", "LSOA code": f"E0100000{n}", "LSOA name": f"Ashford 00{n}A",
         "Crime type": "Burglary" if n else "Anti-social behaviour", "Last outcome category": "Under review" if n else ""}
        for n in range(count)
    ]  # fmt: skip


def test_police_the_newest_month_of_the_archive_without_what_could_name_somebody(here, tmp_path):
    months = {"2026-08": {"kent": crimes("2026-08", "kent", 3)},
              "2026-09": {"kent": crimes("2026-09", "kent", 2), "surrey": crimes("2026-09", "surrey", 9)}}  # fmt: skip
    here.publisher.resources |= formats.police(months)
    old = tmp_path / "old.parquet"
    row = {"month": "2026-07", "force": "kent", "lsoa11cd": "E01000009", "lsoa_name": "Ashford 009A",
           "crime_type": "Robbery", "last_outcome": None}  # fmt: skip
    pl.DataFrame([row, {**row, "month": "2026-09"}]).write_parquet(old)
    made = here.collect("police_uk", POLICE, Standing(old), file="folder/file.parquet")
    found = pl.read_parquet(io.BytesIO(made.content)).cast(pl.String)
    assert found.columns == ["month", "force", "lsoa11cd", "lsoa_name", "crime_type", "last_outcome"]
    assert found.group_by("month").len().sort("month").rows() == [("2026-07", 1), ("2026-09", 2)]
    assert found.row(1) == ("2026-09", "kent", "E01000000", "Ashford 000A", "Anti-social behaviour", None)
    assert made.remarks == ("2026-09: no file of essex",)
    assert made.rows == 2


def test_police_a_damaged_member_is_noticed_by_its_checksum(here):
    here.publisher.resources |= formats.police({"2026-09": {"kent": crimes("2026-09", "kent", 5)}})
    good = here.publisher.resources["/data/archive/2026-09.zip"]
    # The sum that the archive's own list states for its first member.
    at = good.body.index(b"PK\x03\x04") + 14
    central = good.body.index(b"PK\x01\x02") + 16
    wrong = struct.pack("<I", 1)
    body = good.body[:at] + wrong + good.body[at + 4 : central] + wrong + good.body[central + 4 :]
    here.publisher.resources["/data/archive/2026-09.zip"] = kit.Resource(body)
    with pytest.raises(FetchError, match=r"2026-09-kent-street\.csv"):
        here.collect("police_uk", POLICE)
    assert set(here.faults) == {FaultKind.DAMAGED}


def test_police_half_an_archive_is_no_archive(here):
    here.publisher.resources |= formats.police({"2026-09": {"kent": crimes("2026-09", "kent", 5)}})
    good = here.publisher.resources["/data/archive/2026-09.zip"]
    here.publisher.resources["/data/archive/2026-09.zip"] = kit.Resource(good.body[: len(good.body) // 2])
    with pytest.raises(FetchError, match="a zip file that cannot be unpacked"):
        here.collect("police_uk", POLICE)


def test_police_a_download_that_breaks_off_is_continued(here):
    here.publisher.resources |= formats.police({"2026-09": {"kent": crimes("2026-09", "kent", 5)}})
    here.publisher.only = "/data/archive"
    here.publisher.faults.append(kit.cut_short)
    assert here.collect("police_uk", POLICE).rows == 5
    assert here.publisher.asked[-1].headers["range"].startswith("bytes=")


# --- MHCLG files on GOV.UK ---

GOVUK = {"page": "government/statistical-data-sets/live-tables", "attachment": "Detailed.*June 2025",
         "later": "Detailed"}  # fmt: skip


def attachment(here: Here, title: str, content: bytes, size: int | None = None) -> dict[str, object]:
    name = hashlib.sha256(title.encode()).hexdigest()[:8]
    here.publisher.resources[f"/media/{name}.xlsx"] = kit.Resource(
        content, etag=f'"{name}"', last_modified="Thu, 26 Feb 2026 09:30:00 GMT"
    )
    return {"title": title, "url": f"{here.publisher.base}/media/{name}.xlsx", "content_type": "application/xlsx",
            "file_size": len(content) if size is None else size}  # fmt: skip


def test_govuk_the_edition_declared_is_taken_and_a_newer_one_reported(here):
    listed = [
        attachment(here, "Detailed tables, July to September 2025", formats.workbook("new")),
        attachment(here, "Detailed tables, April to June 2025 (revised)", formats.workbook("old")),
        attachment(here, "Notes", b"a,b\n1,2\n"),
    ]
    here.publisher.resources |= formats.govuk(GOVUK["page"], listed)
    made = here.collect("mhclg_govuk", GOVUK, file="folder/file.xlsx")
    assert made.content == formats.workbook("old")
    assert made.published == date(2026, 2, 26)
    (remark,) = made.remarks
    assert "Detailed tables, July to September 2025" in remark


@pytest.mark.parametrize(
    ("titles", "count"), [(["Other"], 0), (["Detailed June 2025", "Detailed, June 2025"], 2)]
)
def test_govuk_none_or_two_attachments_that_match_are_named(here, titles, count):
    listed = [attachment(here, title, formats.workbook()) for title in titles]
    here.publisher.resources |= formats.govuk(GOVUK["page"], listed)
    with pytest.raises(FetchError, match=f"{count} attachments of .*{titles[0]}") as caught:
        here.collect("mhclg_govuk", GOVUK)
    assert caught.value.kind is FaultKind.NOT_LISTED


def test_govuk_a_file_of_another_size_than_listed_is_a_truncated_body(here):
    listed = [attachment(here, "Detailed June 2025", formats.workbook(), size=999_999)]
    here.publisher.resources |= formats.govuk(GOVUK["page"], listed)
    with pytest.raises(FetchError, match="bytes where the page lists 999,999"):
        here.collect("mhclg_govuk", GOVUK)
    assert here.faults == [FaultKind.TRUNCATED] * 5


def test_govuk_a_page_of_another_shape_is_named(here):
    here.publisher.resources[f"/api/content/{GOVUK['page']}"] = kit.Resource(b'{"details": {}}')
    with pytest.raises(FetchError, match=r"no details\.attachments in the JSON"):
        here.collect("mhclg_govuk", GOVUK)


# --- every connector, every fault ---

CASES = {
    "ons_explore_local_statistics": (ELS, {"/data.csv": formats.els(ELS_ROWS)}, "/data.csv"),
    "nomis": (
        NOMIS,
        {"/dataset/NM_2002_1.data.csv": formats.nomis(nomis_records())},
        "/dataset",
    ),
    "ohid_fingertips": (
        FINGERTIPS,
        {"/all_data/csv/by_indicator_id": formats.fingertips(FINGERTIPS_ROWS)},
        "/all_data",
    ),
    "dfe_explore_education_statistics": (
        EES,
        formats.ees(EES["publication"], EES["data_set"], EES_BODY, stated=30),
        "/csv",
    ),
    "police_uk": (
        POLICE,
        formats.police({"2026-09": {"kent": crimes("2026-09", "kent", 5)}}),
        "/data/archive",
    ),
    "mhclg_govuk": (GOVUK, {}, "/media"),
}
FAULTS = (
    kit.too_many("3"),
    kit.server_error(500),
    kit.cut_short,
    kit.half_a_body,
    kit.without_length,
    kit.half_a_gzip,
    kit.other_encoding,
    kit.other_columns,
    kit.a_page,
    kit.redirect_loop,
    kit.reset,
)


BINARY = {"mhclg_govuk": "a/b.xlsx", "police_uk": "a/b.parquet"}
#: What a workbook or an archive cannot have, or what cannot be told from damage there.
OF_TEXT = (kit.other_encoding, kit.other_columns)


@pytest.mark.parametrize(
    ("connector", "fault"),
    [
        (connector, fault)
        for connector in CASES
        for fault in FAULTS
        if connector not in BINARY or fault not in OF_TEXT
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_every_connector_names_every_fault_keeps_every_body_and_gets_the_figures(here, connector, fault):
    request, resources, where = CASES[connector]
    file = BINARY.get(connector, "a/b.csv")
    here.publisher.resources |= resources
    if connector == "mhclg_govuk":
        listed = [attachment(here, "Detailed June 2025", formats.workbook())]
        here.publisher.resources |= formats.govuk(GOVUK["page"], listed)
    whole = here.collect(connector, request, file=file)
    assert here.faults == []

    here.store = SnapshotStore(here.store.folder.with_name("another"))
    here.publisher.only = where
    here.publisher.sent.clear()
    # A loop goes round until the client has had enough.
    here.publisher.faults.extend([fault] * (6 if fault is kit.redirect_loop else 1))
    try:
        again = here.collect(connector, request, file=file)
    except FetchError as problem:
        assert not problem.again, "what may pass is asked for again"
        again = None
    (kind,) = {kind for _, kind in here.publisher.done}
    if connector in BINARY and kind in (FaultKind.TRUNCATED, FaultKind.SHAPE):
        # Half a zip file, or a page, is no zip file: why cannot be told.
        assert here.faults[0] in (FaultKind.DAMAGED, FaultKind.TRUNCATED)
    else:
        assert here.faults == [kind]
    if again is None:
        again = here.collect(connector, request, file=file)
        assert here.faults == []
    assert again.content == whole.content
    assert here.publisher.sent
    for sha256 in here.publisher.sent:
        assert hashlib.sha256(here.store.path_of(sha256).read_bytes()).hexdigest() == sha256


# --- definitions ---


def test_every_file_of_the_definitions_is_one_that_its_source_reads():
    sources = load_definitions().sources
    services = load_live(sources)
    assert {service.connector for service in services.values()} == set(COLLECTORS)
    assert all(service.base.startswith("https://") for service in services.values())
    assert sum(len(service.downloads) for service in services.values()) > 50


def test_every_current_file_of_explore_local_statistics_has_a_download():
    sources = load_definitions().sources
    files = {one.path for one in sources["ons_explore_local_statistics"].files if "recovered" not in one.path}
    live = load_live(sources)["ons_explore_local_statistics"]
    assert {one.file for one in live.downloads} == files


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("source: ons_mid_year_population", "source: ons_population", "line 15: .*Did you mean ons_mid_year"),
        ("file: population/population_by", "file: population/people_by", "line 14: .*does not read"),
        ("https://", "http://", "must begin with https://"),
        ("dataset: NM_2002_1", "dataset: 2002", "dataset"),
    ],
)
def test_a_wrong_definition_is_named_with_its_line(tmp_path, old, new, words):
    text = (LIVE / "nomis.yaml").read_text()
    assert old in text
    (tmp_path / "nomis.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(DefinitionError, match=words):
        load_live(load_definitions().sources, tmp_path)


def test_a_folder_without_definitions_is_named(tmp_path):
    with pytest.raises(RequestError, match="no definition of a live service"):
        load_live({}, tmp_path)
