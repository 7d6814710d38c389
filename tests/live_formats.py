"""What each live service answers, in its documented format, with figures made up for tests.

Headings, columns, paging and refusals are those of the services' own documents and code, and of unaltered
answers; see docs/data/refresh.md.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from live_kit import Asked, Resource

ELS_PARAMETERS = {"indicator", "geo", "time", "measure", "includeNames", "includeStatus"}
FINGERTIPS = (
    "Indicator ID",
    "Indicator Name",
    "Parent Code",
    "Parent Name",
    "Area Code",
    "Area Name",
    "Area Type",
    "Sex",
    "Age",
    "Category Type",
    "Category",
    "Time period",
    "Value",
    "Lower CI 95.0 limit",
    "Upper CI 95.0 limit",
    "Lower CI 99.8 limit",
    "Upper CI 99.8 limit",
    "Count",
    "Denominator",
    "Value note",
    "Recent Trend",
    "Compared to England value or percentiles",
    "Compared to percentiles",
    "Time period Sortable",
    "New data",
    "Compared to goal",
    "Time period range",
)
NOMIS = (
    "DATE",
    "GEOGRAPHY_NAME",
    "GEOGRAPHY_CODE",
    "GEOGRAPHY_TYPE",
    "OBS_VALUE",
    "OBS_STATUS",
    "RECORD_OFFSET",
    "RECORD_COUNT",
)
POLICE = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
)


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, quoted: bool = False) -> bytes:
    """Comma-separated text; missing cells are empty."""
    out = io.StringIO()
    quoting = csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n", quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def els(rows: Mapping[str, Sequence[Mapping[str, object]]], *, limits: bool = True, **how: Any) -> Any:
    """`/data.csv`: one indicator's rows, or 400 for a parameter that is not known."""
    columns = ["indicator", "areacd", "areanm", "period", "value"]
    columns += ["lci_95", "uci_95", "status"] if limits else ["status"]

    def answer(asked: Asked) -> Resource | None:
        if set(asked.query) != ELS_PARAMETERS or asked.query["indicator"] not in rows:
            return None
        slug = asked.query["indicator"]
        return Resource(table(columns, [{"indicator": slug, **row} for row in rows[slug]]), **how)

    return answer


def nomis(records: Sequence[Mapping[str, object]], *, cap: int = 25_000) -> Any:
    """`/dataset/ID.data.csv`: one page; above the cap it is cut short, with no error."""

    def answer(asked: Asked) -> Resource:
        offset, limit = int(asked.query["RecordOffset"]), int(asked.query["RecordLimit"])
        page = records[offset : offset + min(limit, cap)]
        rows = [
            {**row, "RECORD_OFFSET": offset + at, "RECORD_COUNT": len(records)} for at, row in enumerate(page)
        ]
        assert asked.query["select"] == ",".join(NOMIS).lower()
        return Resource(table(NOMIS, rows, quoted=True))

    return answer


def fingertips(rows: Mapping[str, Sequence[Mapping[str, object]]]) -> Any:
    """`/all_data/csv/by_indicator_id`: by kind of area."""

    def answer(asked: Asked) -> Resource | None:
        if asked.query.get("parent_area_type_id") is None:
            return None
        return Resource(table(FINGERTIPS, rows[asked.query["child_area_type_id"]]))

    return answer


def ees(
    publication: str, data_set: str, body: bytes, *, stated: int, others: int = 0, transport: bool = True
) -> dict[str, Any]:
    """The lists of publications and data sets, in pages, and the CSV file of one data set."""

    def paged(entries: list[dict[str, Any]]) -> Any:
        def answer(asked: Asked) -> Resource:
            page, size = int(asked.query["page"]), int(asked.query["pageSize"])
            content = {
                "paging": {
                    "page": page,
                    "pageSize": size,
                    "totalResults": len(entries),
                    "totalPages": -(-len(entries) // size),
                },
                "results": entries[(page - 1) * size : page * size],
            }
            return Resource(json.dumps(content).encode(), kind="application/json")

        return answer

    version = {"version": "1.4", "published": "2026-07-23T08:30:00+00:00", "totalResults": stated}
    publications = [{"id": f"p{n}", "title": f"Other {n}", "slug": f"other-{n}"} for n in range(others)]
    publications.append({"id": "pub-1", "title": publication, "slug": "it"})
    data_sets = [{"id": "set-0", "title": "Another data set", "latestVersion": version}]
    data_sets.append({"id": "set-1", "title": data_set, "status": "Published", "latestVersion": version})
    return {
        "/publications": paged(publications),
        "/publications/pub-1/data-sets": paged(data_sets),
        "/data-sets/set-1/csv": Resource(body, packed=True)
        if transport
        else Resource(gzip.compress(body, mtime=0), kind="application/gzip"),
    }


def police(months: Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]) -> dict[str, Any]:
    """The day of the last update, and the archive of that month."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for month, forces in months.items():
            for force, rows in forces.items():
                archive.writestr(member(f"{month}/{month}-{force}-street.csv"), table(POLICE, rows))
                archive.writestr(member(f"{month}/{month}-{force}-outcomes.csv"), b"Crime ID\n")
    last = max(months)
    return {
        "/api/crime-last-updated": Resource(
            json.dumps({"date": f"{last}-01"}).encode(), kind="application/json"
        ),
        f"/data/archive/{last}.zip": Resource(
            out.getvalue(), etag='"zip"', ranges=True, kind="application/zip"
        ),
    }


def member(name: str) -> zipfile.ZipInfo:
    """A member of a zip file that does not carry the time of the test."""
    return zipfile.ZipInfo(name)


def govuk(page: str, attachments: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """The content of a page with its attachments."""
    content = {
        "base_path": f"/{page}",
        "document_type": "statistical_data_set",
        "public_updated_at": "2026-02-26T09:30:00Z",
        "details": {"attachments": list(attachments), "body": "<p>Tables</p>"},
    }
    return {f"/api/content/{page}": Resource(json.dumps(content).encode(), kind="application/json")}


def workbook(text: str = "figures") -> bytes:
    """A zip file such as a workbook is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for part in range(12):
            book.writestr(member(f"xl/worksheets/sheet{part}.xml"), f"<sheet>{text} {part}</sheet>" * 50)
    return out.getvalue()
