"""The audit trail: for every figure the publisher's file and row it was read from, and what was done on
the way."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from likeforlike.domain.area import Area
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import text
from likeforlike.publish.pages.page import Frozen
from likeforlike.publish.quality import CorrectionLine, corrections_of

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class AuditRow(Frozen):
    """One observation and where it comes from.

    `source_rows` are row numbers in the file, the first data row being 2; or, of a value counted from events,
    how many rows there were. Where a declared correction stands in the value's place, `published_value` is
    what the file says and `correction` why it is not used.
    """

    period_start: date
    period_end: date
    period: str
    value: float | None
    status: str
    method: str
    method_words: str
    published_value: float | None
    correction: str
    shared_with: str
    source_file: str
    source_rows: str
    sha256: str


def audit(catalogue: Catalogue, indicator: Indicator, area: Area) -> tuple[AuditRow, ...]:
    """Every observation of an indicator for an area, newest first."""
    files = catalogue.files
    rows = catalogue.matrices.rows(indicator.id, area.code, _COLUMNS)
    corrected = corrections_of(catalogue, indicator.id, area.code)
    return tuple(
        AuditRow(
            period_start=row["period_start"],
            period_end=row["period_end"],
            period=Period.of(row["period_start"], row["period_end"]).label,
            value=row["value"],
            status=row["status"],
            method=row["method"],
            method_words=text.METHOD_WORDS[row["method"]],
            **_correction(corrected.get((row["period_start"], row["period_end"]))),
            shared_with=row["shared_with"] or "",
            source_file=files[row["snapshot_id"]].path,
            source_rows=row["source_rows"],
            sha256=files[row["snapshot_id"]].sha256,
        )
        for row in reversed(rows)
    )


def _correction(made: CorrectionLine | None) -> dict[str, Any]:
    """The published value and the reason, where a correction was made."""
    if made is None:
        return {"published_value": None, "correction": ""}
    return {"published_value": made.published, "correction": f"{made.reason} {made.reference}"}


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
