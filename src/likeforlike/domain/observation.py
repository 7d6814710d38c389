"""The observation table: its columns, statuses and the ways a value can have come about."""

from __future__ import annotations

from enum import StrEnum

import polars as pl


class ObservationStatus(StrEnum):
    """What kind of value an observation holds; the names follow the SDMX observation status list."""

    NORMAL = "normal"
    ESTIMATED = "estimated"
    PROVISIONAL = "provisional"
    LOW_RELIABILITY = "low_reliability"
    SUPPRESSED = "suppressed"
    NOT_AVAILABLE = "not_available"
    NOT_APPLICABLE = "not_applicable"


#: Statuses whose value is always missing.
WITHOUT_VALUE = frozenset(
    {ObservationStatus.SUPPRESSED, ObservationStatus.NOT_AVAILABLE, ObservationStatus.NOT_APPLICABLE}
)


class Method(StrEnum):
    """How the value reached the area it stands under."""

    PUBLISHED = "published"
    RECODED = "recoded"  # same area, new code
    SAME_AREA = "same_area"  # a county's value under the unitary council that took over its whole area
    SUMMED = "summed"  # predecessors' counts added
    WEIGHTED = "weighted"  # predecessors' rates, weighted by the declared population
    CORRECTED = "corrected"  # a declared correction stands in the place of the published value
    INHERITED = (
        "inherited"  # a split or combined area's value under each part: one estimate, shown more than once
    )


#: One row = one indicator x area x period. `shared_with` holds the area code under which one shared estimate is
#: counted; empty when the value is the area's own. `source_rows` are row numbers in the source file, first data row = 2;
#: a value counted from a file of events says how many of its rows it rests on instead: "412 rows".
OBSERVATION_SCHEMA = pl.Schema(
    {
        "indicator_id": pl.String,
        "area_code": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "value": pl.Float64,
        "lower_95": pl.Float64,
        "upper_95": pl.Float64,
        "status": pl.String,
        "method": pl.String,
        "shared_with": pl.String,
        "snapshot_id": pl.String,
        "source_rows": pl.String,
    }
)

#: What a source module's `parse` returns: the publisher's rows under common names, nothing judged yet.
#: `series` is "<file group>/<publisher's own series name>", which an indicator's definition refers to; `file` is the path
#: under the folder of raw files, `published` the date of that vintage where known; the first data row is row 2.
RAW_SCHEMA = pl.Schema(
    {
        "series": pl.String,
        "area_code": pl.String,
        "area_name": pl.String,
        "period": pl.String,
        "value": pl.String,
        "lower_95": pl.String,
        "upper_95": pl.String,
        "marker": pl.String,
        "file": pl.String,
        "published": pl.Date,
        "source_row": pl.UInt32,
    }
)

#: One row = one reason for which rows of a source were not kept (or were kept after a change).
REPORT_SCHEMA = pl.Schema(
    {
        "source_id": pl.String,
        "file": pl.String,
        "series": pl.String,
        "outcome": pl.String,  # "kept" or "set_aside"
        "reason": pl.String,
        "rows": pl.UInt32,
        "example": pl.String,
    }
)
