"""The tables of the register of funding: their columns, and what each row means."""

from __future__ import annotations

import polars as pl

#: What a funding source's `parse` returns: one row per award, under common names, nothing judged yet.
#: `award_code` is unique within a fund; `area_codes` are the publisher's, joined by ";" ; `named_codes` a
#: narrower list where the award's title fixes the place; `whole_place` is true where the award is not for one
#: project.
RAW_AWARD_SCHEMA = pl.Schema(
    {
        "fund_id": pl.String,
        "round": pl.String,
        "award_code": pl.String,
        "recipient_name": pl.String,
        "recipient_code": pl.String,
        "place": pl.String,
        "project": pl.String,
        "whole_place": pl.Boolean,
        "area_codes": pl.String,
        "named_codes": pl.String,
        "area_note": pl.String,
        "amount_gbp": pl.String,
        "amount_note": pl.String,
        "announced_date": pl.Date,
        "file": pl.String,
        "source_row": pl.UInt32,
    }
)

#: One row = one award as it is known now. `amount_gbp` is nominal, and missing only where the source names an
#: award without its amount (`amount_note` says so).
ALLOCATION_SCHEMA = pl.Schema(
    {
        "allocation_id": pl.String,
        "fund_id": pl.String,
        "round": pl.String,
        "recipient_code": pl.String,
        "recipient_name": pl.String,
        "place": pl.String,
        "project": pl.String,
        "theme": pl.String,
        "amount_gbp": pl.Float64,
        "amount_kind": pl.String,
        "amount_note": pl.String,
        "announced_date": pl.Date,
        "area_note": pl.String,
        "snapshot_id": pl.String,
        "source_row": pl.UInt32,
    }
)

#: One row = one award and one council area in force today that it reaches. The shares of an award sum to 1.
ALLOCATION_AREA_SCHEMA = pl.Schema(
    {"allocation_id": pl.String, "area_code": pl.String, "share": pl.Float64, "method": pl.String}
)

#: One row = one change of one award in the publisher's file, dated by the day the file changed (not by when
#: money moved). An award that is no longer in the file has a last row with the event "removed".
ALLOCATION_CHANGE_SCHEMA = pl.Schema(
    {
        "allocation_id": pl.String,
        "fund_id": pl.String,
        "known_from": pl.Date,
        "event": pl.String,
        "amount_gbp": pl.Float64,
        "place": pl.String,
        "project": pl.String,
        "recipient_name": pl.String,
        "area_code": pl.String,
        "snapshot_id": pl.String,
        "source_row": pl.UInt32,
    }
)

#: One row = one fund as defined, for the release.
FUND_SCHEMA = pl.Schema(
    [
        ("fund_id", pl.String),
        ("title", pl.String),
        ("department", pl.String),
        ("selection", pl.String),
        ("selection_note", pl.String),
        ("objectives", pl.List(pl.String)),
        ("missions", pl.List(pl.String)),
        ("announced_total_gbp", pl.Float64),
        ("announced_total_note", pl.String),
        ("first_date", pl.Date),
        ("last_date", pl.Date),
        ("usable_for_totals", pl.Boolean),
        ("amount_kind", pl.String),
        ("source_id", pl.String),
        ("caveats", pl.List(pl.String)),
    ]
)

#: One row = one step from the publisher's total to the register's, in order; `amount_gbp` is signed so that
#: the steps add up.
RECONCILIATION_SCHEMA = pl.Schema(
    {
        "fund_id": pl.String,
        "step": pl.UInt32,
        "what": pl.String,
        "awards": pl.Int64,
        "amount_gbp": pl.Float64,
        "note": pl.String,
    }
)

#: One row = one council (of today) and year of formula money. It is never added to awards.
CORE_FUNDING_SCHEMA = pl.Schema(
    {
        "fund_id": pl.String,
        "area_code": pl.String,
        "year_start": pl.Int32,
        "component": pl.String,
        "amount_gbp": pl.Float64,
        "method": pl.String,
        "snapshot_id": pl.String,
        "source_rows": pl.String,
    }
)
