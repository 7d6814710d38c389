"""The audit trail: for every figure the publisher's file and row it was read from, and what was done on
the way."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from likeforlike.domain.area import Area
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import text
from likeforlike.publish.pages.page import Frozen

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class AuditRow(Frozen):
    """One observation and where it comes from. `source_rows` are row numbers in the file, the first data
    row being 2; or, of a value counted from events, how many rows there were."""

    period_start: date
    period_end: date
    period: str
    value: float | None
    status: str
    method: str
    method_words: str
    shared_with: str
    source_file: str
    source_rows: str
    sha256: str


def audit(catalogue: Catalogue, indicator: Indicator, area: Area) -> tuple[AuditRow, ...]:
    """Every observation of an indicator for an area, newest first."""
    files = catalogue.files
    rows = catalogue.matrices.aggregate(indicator.id, area.code, _COLUMNS)
    return tuple(
        AuditRow(
            period_start=row["period_start"],
            period_end=row["period_end"],
            period=Period.of(row["period_start"], row["period_end"]).label,
            value=row["value"],
            status=row["status"],
            method=row["method"],
            method_words=text.METHOD_WORDS[row["method"]],
            shared_with=row["shared_with"] or "",
            source_file=files[row["snapshot_id"]].path,
            source_rows=row["source_rows"],
            sha256=files[row["snapshot_id"]].sha256,
        )
        for row in reversed(rows.rows(named=True))
    )


_COLUMNS = (
    "period_start",
    "period_end",
    "value",
    "status",
    "method",
    "shared_with",
    "snapshot_id",
    "source_rows",
)
