"""A refresh at full size: real figures, as the live services would answer with them, to a release.

The publishers' raw files are turned back into the services' formats, served on the loopback address, fetched
by the definitions that ship, and built. The figures must be those of the release that is embedded, which was
built from the raw files themselves.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import live_formats as formats
import live_kit as kit
from likeforlike.definitions.live import load_live
from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.live import LiveService
from likeforlike.pipeline.build import STEPS
from likeforlike.pipeline.funding import funding_tables
from likeforlike.pipeline.gaps import gap_tables
from likeforlike.pipeline.missions import mission_tables
from likeforlike.pipeline.refresh import Refresh
from likeforlike.pipeline.refresh_report import ReleaseState, Stands, Status
from likeforlike.publish.catalogue import EMBEDDED
from likeforlike.sources.funding import AWARD_PARSERS, CORE_PARSERS
from likeforlike.sources.live import COLLECTORS
from likeforlike.sources.live.making import Standing
from likeforlike.store.release import read_manifest
from likeforlike.store.snapshots import SnapshotStore
from likeforlike.store.verify import verify

pytestmark = pytest.mark.raw

KEY = ["indicator_id", "area_code", "period_start", "period_end"]
FIGURES = ["value", "lower_95", "upper_95", "status"]
#: Three steps are left out, which take longer than all the others and the reading together. They work from the
#: figures and from raw files of sources that no service renews; both are held here against the embedded release,
#: and the whole of what they make of them is built again, byte for byte, in `test_embedded_release`.
LEFT_OUT = (funding_tables, mission_tables, gap_tables)


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a raw file, headings in lower case."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text))
    names = [name.lower() for name in next(rows)]
    return [dict(zip(names, row, strict=True)) for row in rows]


def said(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows that the service can answer with: those that say something, one for each area and period.

    Its figures lie in a cube, which holds one value where a file lists an area under two kinds of geography.
    """
    first: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        if row["observation"] or row["status"]:
            first.setdefault((row["indicator"], row["areacd"], row["period"]), row)
    return list(first.values())


def serve_els(service: LiveService, raw: Path) -> dict[str, object]:
    """`/data.csv`, every indicator from the file its download takes the place of."""
    answers: dict[str, list[dict[str, object]]] = {}
    for download in service.downloads:
        rows = said(read(raw / download.file))
        for one in download.request.indicators:
            answers[one.slug] = [
                {"areacd": row["areacd"], "areanm": row["areanm"], "period": row["period"],
                 "value": row["observation"], "lci_95": row["lci_95"], "uci_95": row["uci_95"],
                 "status": row["status"]}
                for row in rows
                if row["indicator"] == one.label
            ]  # fmt: skip
    return {"/data.csv": formats.els(answers, packed=True)}


def serve_nomis(service: LiveService, raw: Path) -> dict[str, object]:
    (download,) = service.downloads
    districts = "local authorities: district / unitary (as of April 2023)"
    records = [
        {"DATE": row["year"], "GEOGRAPHY_NAME": row["area_name"], "GEOGRAPHY_CODE": row["area_code"],
         "GEOGRAPHY_TYPE": districts, "OBS_VALUE": row["population"], "OBS_STATUS": "A"}
        for row in read(raw / download.file)
        if row["area_type"] not in ("combined authority", "metropolitan county")
    ]  # fmt: skip
    return {f"/dataset/{download.request.dataset}.data.csv": formats.nomis(records)}


def serve_fingertips(service: LiveService, raw: Path) -> dict[str, object]:
    answers: dict[str, list[dict[str, object]]] = {}
    for download in service.downloads:
        request = download.request
        answers[str(request.indicator_id)] = [
            {"Indicator ID": request.indicator_id, "Area Code": row["area_code"], "Area Name": row["area_name"],
             "Area Type": row["area_type"], "Sex": row["inequality"] if request.sex else row["unit"],
             "Time period": row["period"], "Value": row["value"].replace("NA", ""),
             "Compared to England value or percentiles": row["compared_to_england"]}
            for row in read(raw / download.file)
        ]  # fmt: skip
    return {
        "/all_data/csv/by_indicator_id": lambda asked: kit.Resource(
            formats.table(formats.FINGERTIPS, answers[asked.query["indicator_ids"]])
        )
    }


def serve_ees(service: LiveService, raw: Path) -> dict[str, object]:
    (download,) = service.downloads
    body = gzip.decompress((raw / download.file).read_bytes())
    stated = len(read(raw / download.file))
    request = download.request
    return formats.ees(request.publication, request.data_set, body, stated=stated)


def serve_govuk(service: LiveService, raw: Path, publisher: kit.Publisher) -> dict[str, object]:
    titles = {
        "homelessness_detailed_la.xlsx": "Detailed local authority-level tables: April to June 2025 (revised)",
        "Rough_sleeping.xlsx": "Rough sleeping snapshot in England: autumn 2022 - tables",
    }
    resources: dict[str, object] = {}
    for download in service.downloads:
        path = raw / download.file
        resources[f"/media/{path.name}"] = kit.Resource(path.read_bytes(), etag=f'"{path.name}"')
        listed = {"title": titles[path.name], "url": f"{publisher.base}/media/{path.name}",
                  "file_size": path.stat().st_size}  # fmt: skip
        resources |= formats.govuk(download.request.page, [{"title": "Notes", "url": "x"}, listed])
    return resources


def serve_police(service: LiveService, raw: Path) -> dict[str, object]:
    """The newest month at hand, a file for each force as the archive has them."""
    (download,) = service.downloads
    rows = pl.read_parquet(raw / download.file).cast(pl.String)
    month = rows["month"].max()
    names = {"month": "Month", "lsoa11cd": "LSOA code", "lsoa_name": "LSOA name", "crime_type": "Crime type",
             "last_outcome": "Last outcome category"}  # fmt: skip
    forces = {
        str(force): part.select(*names).rename(names).fill_null("").to_dicts()
        for (force,), part in rows.filter(pl.col("month") == month).group_by("force")
    }
    return formats.police({str(month): forces})


@pytest.fixture(scope="module")
def refreshed(raw_folder, tmp_path_factory) -> Iterator[tuple[object, Path, SnapshotStore]]:
    folder = tmp_path_factory.mktemp("refresh")
    definitions = load_definitions()
    services = load_live(definitions.sources)
    with kit.publisher() as publisher:
        publisher.resources |= serve_els(services["ons_explore_local_statistics"], raw_folder)
        publisher.resources |= serve_nomis(services["nomis"], raw_folder)
        publisher.resources |= serve_fingertips(services["ohid_fingertips"], raw_folder)
        publisher.resources |= serve_ees(services["dfe_explore_education_statistics"], raw_folder)
        publisher.resources |= serve_govuk(services["mhclg_govuk"], raw_folder, publisher)
        publisher.resources |= serve_police(services["police_uk"], raw_folder)
        here = [service.model_copy(update={"base": publisher.base}) for service in services.values()]
        store = SnapshotStore(folder / "snapshots")
        refresh = Refresh(
            store=store,
            definitions=definitions,
            register=load_register(),
            given=raw_folder,
            out=folder / "releases",
            clock=kit.Time().clock(),
            environment={},
            steps=[step for step in STEPS if step not in LEFT_OUT],
        )
        report = refresh.run(here, tuple(services))
    yield report, folder / "releases", store


def test_everything_is_had(refreshed):
    report, _, _ = refreshed
    assert [(one.file, one.reason) for one in report.files if one.reason] == []
    assert not [one.faults for one in report.files if one.faults]
    given = {Path(one.file).name for one in report.files if one.stands is Stands.GIVEN}
    assert {"homelessness_detailed_la.xlsx", "Rough_sleeping.xlsx"} <= given
    (crime,) = (one for one in report.files if one.service == "police_uk")
    assert (crime.status, crime.rows) == (Status.FETCHED, 306_910)
    assert "2019-02: no file of metropolitan" in crime.remarks
    fetched = [one for one in report.files if one.status is Status.FETCHED]
    assert len(fetched) > 50
    assert report.state is ReleaseState.PUBLISHED


def test_the_release_is_sound_and_says_what_was_retrieved_when(refreshed):
    report, out, _ = refreshed
    assert verify(out).differences == ()
    manifest = read_manifest(out / "current")
    assert manifest.release_id == report.release_id
    days = {source.id: source.retrieved for source in manifest.sources}
    assert days["ons_explore_local_statistics"] == kit.START.date()
    assert str(days["mhclg_homelessness"]) == "2026-07-26"


def test_raw_files_that_no_service_renews_are_those_of_the_embedded_release(refreshed):
    report, out, _ = refreshed
    ours, theirs = (
        {
            (source.id, file.path): file.sha256
            for source in read_manifest(folder).sources
            for file in source.files
        }
        for folder in (out / "current", EMBEDDED)
    )
    assert ours.keys() == theirs.keys()
    renewed = {one.file for one in report.files if one.stands is Stands.SNAPSHOT}
    differing = {one for one in ours if ours[one] != theirs[one]}
    assert {file for _, file in differing} <= renewed
    money = {*AWARD_PARSERS, *CORE_PARSERS} & {source for source, _ in ours}
    assert len(money) > 3
    assert not money & {source for source, _ in differing}


def test_its_figures_are_those_of_the_embedded_release(refreshed):
    _, out, _ = refreshed
    ours = pl.read_parquet(out / "current" / "observation.parquet").select(*KEY, *FIGURES).sort(KEY)
    theirs = pl.read_parquet(EMBEDDED / "observation.parquet").select(*KEY, *FIGURES).sort(KEY)
    assert ours.height > 300_000
    # A row that says nothing, neither value nor why there is none, is in a file and not in an answer.
    missing = theirs.join(ours, on=KEY, how="anti")
    assert missing.height < 20
    missing = missing.filter(pl.col("value").is_not_null() | (pl.col("status") != "not_available"))
    extra = ours.join(theirs, on=KEY, how="anti")
    assert missing.is_empty(), missing.group_by("indicator_id").len()
    assert extra.is_empty(), extra.group_by("indicator_id").len()
    both = ours.join(theirs, on=KEY, suffix="_embedded")
    for name in FIGURES:
        different = both.filter(pl.col(name).ne_missing(pl.col(f"{name}_embedded")))
        assert different.is_empty(), different.group_by("indicator_id").len()


def test_every_raw_file_holds_the_rows_of_the_one_whose_place_it_takes(refreshed, raw_folder):
    report, _, store = refreshed
    compared = 0
    for one in report.files:
        if one.service != "ons_explore_local_statistics":
            continue
        made = store.last_made(one.file)
        text = gzip.decompress(store.read(made.sha256)).decode()
        ours = {
            (row["indicator"], row["areacd"], row["period"]): (row["observation"], row["unit"], row["status"])
            for row in csv.DictReader(io.StringIO(text))
        }
        theirs = {
            (row["indicator"], row["areacd"], row["period"]): (row["observation"], row["unit"], row["status"])
            for row in said(read(raw_folder / one.file))
        }
        assert ours == theirs, one.file
        compared += len(ours)
    assert compared > 200_000


def test_an_unaltered_answer_of_fingertips_is_read(raw_folder, tmp_path):
    """The publisher's own bytes: 7,208 rows, most of them of groups within an area."""
    body = gzip.decompress(
        (raw_folder / "outcomes/ohid-fingertips/la_hospital_admissions_2324.csv.gz").read_bytes()
    )
    request = {"indicator_id": 90284, "area_type_ids": [502], "label": "Admissions", "measure": "Rate"}
    one = {"file": "a.csv", "rows_at_least": 1, "request": request}
    with kit.publisher() as publisher:
        publisher.resources["/all_data/csv/by_indicator_id"] = kit.Resource(body)
        service = kit.service_of("ohid_fingertips", publisher.base, one)
        with kit.fetcher_of(service, SnapshotStore(tmp_path), kit.Time()) as fetcher:
            made = COLLECTORS["ohid_fingertips"](service.downloads[0], fetcher, Standing(None))
    found = {
        (row["area_code"], row["period"], row["unit"]): row["value"]
        for row in csv.DictReader(io.StringIO(made.content.decode()))
    }
    expected = {
        (row["Area Code"], row["Time period"], row["Sex"]): row["Value"] or "NA"
        for row in csv.DictReader(io.StringIO(body.decode()))
        if not row["Category Type"]
    }
    assert found == expected
    assert len(expected) > 5000


def test_an_unaltered_answer_of_nomis_is_read_page_by_page(raw_folder, tmp_path):
    path = raw_folder / "outcomes/open-innovations-jrf-insight/population-estimates-lad-2021.csv.gz"
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    records = [
        {name: row[name] for name in formats.NOMIS}
        for row in rows
        if row["C_AGE_NAME"] == "All Ages" and row["GENDER_NAME"] == "Total"
    ]
    request = {
        "dataset": "NM_2002_1",
        "query": {"geography": "x"},
        "area_types": sorted({row["GEOGRAPHY_TYPE"] for row in records}),
        "page_size": 100,
    }
    one = {"file": "a.csv", "rows_at_least": 1, "request": request}
    with kit.publisher() as publisher:
        publisher.resources["/dataset/NM_2002_1.data.csv"] = formats.nomis(records)
        service = kit.service_of("nomis", publisher.base, one)
        with kit.fetcher_of(service, SnapshotStore(tmp_path), kit.Time()) as fetcher:
            made = COLLECTORS["nomis"](service.downloads[0], fetcher, Standing(None))
        pages = len(publisher.asked)
    found = {
        row["area_code"]: row["population"] for row in csv.DictReader(io.StringIO(made.content.decode()))
    }
    expected = {
        row["GEOGRAPHY_CODE"]: row["OBS_VALUE"]
        for row in records
        if row["GEOGRAPHY_CODE"][0] == "E" and row["GEOGRAPHY_CODE"][:3] != "E13"
    }
    assert found == expected
    (remark,) = made.remarks
    assert "begin with E13" in remark
    assert pages == -(-len(records) // 100) > 3
