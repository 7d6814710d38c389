"""The area register as two tables, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from likeforlike.domain.area import Area, AreaChange, AreaKind, AreaRegister, ChangeKind

AREA_SCHEMA = pl.Schema(
    dict[str, pl.DataType | type[pl.DataType]](
        {
            "area_code": pl.String,
            "name": pl.String,
            "official_name": pl.String,
            "kind": pl.String,
            "region_code": pl.String,
            "county_code": pl.String,
            "combined_authority_code": pl.String,
            "valid_from": pl.Date,
            "valid_to": pl.Date,
            "other_names": pl.List(pl.String()),
        }
    )
)
#: The four numbers are how many of the predecessor's people went to the successor.
AREA_CHANGE_SCHEMA = pl.Schema(
    {
        "predecessor_code": pl.String,
        "successor_code": pl.String,
        "change_date": pl.Date,
        "kind": pl.String,
        "all_ages": pl.Float64,
        "children": pl.Float64,
        "working_age": pl.Float64,
        "older": pl.Float64,
    }
)
#: Name in the table -> name in the domain, where they differ.
_AREA_NAMES = {"area_code": "code"}
_CHANGE_NAMES = {"predecessor_code": "predecessor", "successor_code": "successor"}


def register_tables(register: AreaRegister) -> dict[str, pl.DataFrame]:
    """The tables `area` and `area_change`."""
    return {
        "area": _table(register.areas.values(), AREA_SCHEMA, _AREA_NAMES),
        "area_change": _table(register.changes, AREA_CHANGE_SCHEMA, _CHANGE_NAMES),
    }


def register_from(area: pl.DataFrame, area_change: pl.DataFrame) -> AreaRegister:
    """The register that the two tables hold."""
    areas = [
        Area(
            **{
                **_renamed(row, _AREA_NAMES),
                "kind": AreaKind(row["kind"]),
                "other_names": tuple(row["other_names"]),
            }
        )
        for row in area.iter_rows(named=True)
    ]
    changes = [
        AreaChange(**_renamed(row, _CHANGE_NAMES) | {"kind": ChangeKind(row["kind"])})
        for row in area_change.iter_rows(named=True)
    ]
    return AreaRegister.of(areas, changes)


def _table(items: Iterable[object], schema: pl.Schema, names: dict[str, str]) -> pl.DataFrame:
    columns = {column: names.get(column, column) for column in schema.names()}
    records = [{column: _plain(getattr(item, name)) for column, name in columns.items()} for item in items]
    return pl.DataFrame(records, schema=schema)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _renamed(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(column, column): value for column, value in row.items()}
