"""Declared corrections are made before observations leave their source; both values are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.correction import LOOK_AGAIN, Correction
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.observation import Method
from likeforlike.domain.provenance import Source
from likeforlike.observations.ledger import ROW_ID, Ledger
from likeforlike.observations.periods import read_period

#: One row = one value corrected. `area_code` is the area the publisher gave it for, which may be of the past;
#: `current_code` the area in force today that it concerns (null where there is none). `source_row` is the row
#: in the publisher's file.
CORRECTION_SCHEMA = pl.Schema(
    {
        "correction_id": pl.String,
        "indicator_id": pl.String,
        "area_code": pl.String,
        "current_code": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "published": pl.Float64,
        "corrected": pl.Float64,
        "becomes": pl.String,
        "reason": pl.String,
        "reference": pl.String,
        "expires": pl.Date,
        "file": pl.String,
        "source_row": pl.UInt32,
    }
)
_KEY = ("indicator_id", "area_code", "period_start", "period_end")
#: A value is the one expected when it differs by no more than this share of it: rates worked out here have
#: rounding errors in the last of sixteen digits.
SAME = 1e-9


def correct(
    rows: pl.DataFrame,
    corrections: Iterable[Correction],
    source: Source,
    register: AreaRegister,
    ledger: Ledger,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with every declared correction made, and the account of them (CORRECTION_SCHEMA).

    Rows have the observation's key, value, interval, status and method, `file`, `source_row` and `row_id`. A
    corrected value has no interval, the declared status and the method "corrected". Raises DefinitionError,
    saying what to do, for a correction whose value is not there or is another than expected, and for one that the
    source was collected after (a refreshed source is younger than its definition).
    """
    corrections = tuple(corrections)
    for one in corrections:
        if why := one.expired(source.retrieved):
            raise DefinitionError(why, file="definitions/corrections", instead=LOOK_AGAIN)
    wanted = pl.DataFrame([*_cells(corrections, register)], schema=_CELLS, orient="row")
    wanted = wanted.rename(dict(zip(_DECLARED, _BESIDE, strict=True)))
    if wanted.is_empty():
        return rows, pl.DataFrame(schema=CORRECTION_SCHEMA)
    rows = rows.join(wanted, on=_KEY, how="left", maintain_order="left")
    made = pl.col(_BESIDE[0]).is_not_null()
    found = rows.filter(made)
    _check_expected(found, wanted)
    ledger.correct(found.select(ROW_ID), "kept after a declared correction")
    declared = [pl.col(beside).alias(name) for name, beside in zip(_DECLARED, _BESIDE, strict=True)]
    account = found.select(*_KEY, *declared, "file", "source_row").select(CORRECTION_SCHEMA.names())
    nothing = pl.lit(None, pl.Float64)
    return rows.with_columns(
        pl.when(made).then("corrected_declared").otherwise("value").alias("value"),
        *(pl.when(made).then(nothing).otherwise(name).alias(name) for name in ("lower_95", "upper_95")),
        pl.when(made).then("becomes_declared").otherwise("status").alias("status"),
        pl.when(made).then(pl.lit(Method.CORRECTED.value)).otherwise("method").alias("method"),
    ).drop(_BESIDE), account.cast(CORRECTION_SCHEMA)


#: What a declaration says of a cell, and the names under which it stands beside the source's own columns.
_DECLARED = (
    "correction_id",
    "current_code",
    "published",
    "corrected",
    "becomes",
    "reason",
    "reference",
    "expires",
)
_BESIDE = tuple(f"{name}_declared" for name in _DECLARED)
_CELLS = {name: CORRECTION_SCHEMA[name] for name in (*_KEY, *_DECLARED)}


def _cells(corrections: Iterable[Correction], register: AreaRegister) -> Iterator[tuple[object, ...]]:
    for one in corrections:
        for area in one.areas:
            for text in one.periods:
                period = read_period(text).period
                yield (
                    one.indicator_id,
                    area,
                    period.start,
                    period.end,
                    one.id,
                    _current(area, register),
                    one.published,
                    one.corrected,
                    one.becomes.value,
                    one.reason,
                    one.reference,
                    one.expires,
                )


def _current(code: str, register: AreaRegister) -> str | None:
    """The area in force today that an area's values pass to, where it is one."""
    if code in register.current.areas:
        return code
    successors = [one.successor for one in register.changes if one.predecessor == code]
    return _current(successors[0], register) if len(successors) == 1 else None


def _check_expected(found: pl.DataFrame, wanted: pl.DataFrame) -> None:
    absent = wanted.join(found, on=_KEY, how="anti")
    for row in absent.head(1).iter_rows(named=True):
        raise _outdated(row, "no value at all")
    expected, value = pl.col("published_declared"), pl.col("value")
    same = (value - expected).abs() <= SAME * expected.abs()
    for row in found.filter(~same.fill_null(value=False)).head(1).iter_rows(named=True):
        found_words = "no value" if row["value"] is None else f"{row['value']:.12g}"
        raise _outdated(row, f"{found_words} (row {row['source_row']} of {row['file']})")


def _outdated(row: dict[str, object], found: str) -> DefinitionError:
    return DefinitionError(
        f"The correction {row['correction_id_declared']} expects {row['published_declared']:g} for {row['area_code']}, "
        f"{row['period_start']} to {row['period_end']}, in {row['indicator_id']}, and the source has {found}.",
        file="definitions/corrections",
        instead="If the publisher has put it right, take the area and period out of the correction; "
        "if it is wrong in another way, declare that value.",
    )
