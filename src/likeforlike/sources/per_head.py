"""Counts and amounts of councils to rates for every so many people, on today's councils.

A count of an abolished council cannot be divided by its population, which is no longer published; its
successor's count can. So counts are first added up to the councils of today and then divided by the
mid-year population of those. A made rate is marked as an estimate where it
was added up, and stands on the row of its first predecessor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from likeforlike.definitions.register import load_register
from likeforlike.domain.area import LOWER_TIER, AreaRegister
from likeforlike.sources.reading import SOURCE_ROW, read_csv

POPULATION = "population_by_area_1991_2024.csv.gz"
ESTIMATED = "e"


def read_people(folder: Path, file: str, source_id: str) -> pl.DataFrame:
    """`area_code`, `year`, `people`: the mid-year population of today's councils, regions and England."""
    register = load_register()
    table = read_csv(folder, file, source_id)
    today = {code: codes[0] for code in register.areas if len(codes := register.successors(code)) == 1}
    return table.select(
        pl.col("area_code").replace(today),
        pl.col("year").cast(pl.Int32),
        pl.col("population").cast(pl.Float64).alias("people"),
    ).unique(["area_code", "year"], keep="first", maintain_order=True)


def rate_rows(counts: pl.DataFrame, people: pl.DataFrame, per: int, *, money: bool = False) -> pl.DataFrame:
    """Rates of today's councils for every `per` people: `area_code`, `key`, `rate`, `marker`, `source_row`.

    `counts` has `area_code`, `key` (whatever must be equal to be added up, such as series and period),
    `year` (whose mid-year population divides), `count`, `marker` and `source_row`. A council without a
    population has no row; one without a count has a row without a rate. For `money` see `today_counts`.
    """
    years = counts.select("key", "year").unique()
    today = today_counts(counts, load_register(), money=money)
    made = today.join(years, on="key", how="left", maintain_order="left")
    return made.join(people, on=["area_code", "year"], how="inner", maintain_order="left").with_columns(
        (per * pl.col("count") / pl.col("people")).alias("rate")
    )


@dataclass(frozen=True)
class _Parts:
    """What a successor was made of: districts and single-tier councils, whole counties, divided counties."""

    lower: tuple[str, ...]
    whole: tuple[str, ...]
    divided: tuple[str, ...]


def today_counts(counts: pl.DataFrame, register: AreaRegister, *, money: bool = False) -> pl.DataFrame:
    """Counts added up to the councils of today, in the order of areas and keys.

    Areas with a row of their own pass unchanged. For a successor without one, a count of what happened in a
    place is that of the county it took over as a whole, or the sum of its districts' where all have one. An
    amount of `money` is the sum over all bodies it took over, county and districts together, of which those
    without a row do not run the service; it is missing where one of them has a row without an amount, and
    where a divided county had one, because nobody published how it divides.
    """
    cells = {(row["area_code"], row["key"]): row for row in counts.iter_rows(named=True)}
    assert len(cells) == counts.height, "two counts of one area and key would be one too few"
    parts = _predecessors(register)
    count = _amount if money else _occurrences
    keys = list(dict.fromkeys(counts["key"].to_list()))
    made = [
        row
        for code in register.current.areas
        for key in keys
        if (row := count(code, key, cells, parts)) is not None
    ]
    return pl.DataFrame(made, schema=counts.select(_NAMES).schema)


Row = dict[str, Any]
Cells = Mapping[tuple[str, str], Row]
_NAMES = ("area_code", "key", "count", "marker", SOURCE_ROW)


def _predecessors(register: AreaRegister) -> Mapping[str, _Parts]:
    by_successor: dict[str, list[str]] = defaultdict(list)
    for change in register.changes:
        by_successor[change.successor].append(change.predecessor)
    parts = {}
    for successor, codes in by_successor.items():
        lower = tuple(c for c in codes if register.areas[c].kind in LOWER_TIER)
        counties = [c for c in codes if c not in lower]
        whole = tuple(
            c
            for c in counties
            if register.successors(c) == (successor,)
            and all(register.areas[d].county_code == c for d in lower)
        )
        parts[successor] = _Parts(lower, whole, tuple(c for c in counties if c not in whole))
    return parts


def _occurrences(code: str, key: str, cells: Cells, parts: Mapping[str, _Parts]) -> Row | None:
    own = cells.get((code, key))
    if own is not None or code not in parts:
        return own and {name: own[name] for name in _NAMES}
    for codes in (parts[code].whole, parts[code].lower):
        found = [_occurrences(c, key, cells, parts) for c in codes]
        if len(found) == 1 and found[0] is not None:
            return found[0] | {"area_code": code}
        known = [cell for cell in found if cell is not None and cell["count"] is not None]
        if known and len(known) == len(codes):
            return _sum(code, known)
    return None


def _amount(code: str, key: str, cells: Cells, parts: Mapping[str, _Parts]) -> Row | None:
    own = cells.get((code, key))
    if own is not None or code not in parts:
        return own and {name: own[name] for name in _NAMES}
    bodies = (*parts[code].whole, *parts[code].lower)
    found = [cell for c in bodies if (cell := _amount(c, key, cells, parts)) is not None]
    divided = [cells[county, key] for county in parts[code].divided if (county, key) in cells]
    gap = next((cell for cell in (*divided, *found) if divided or cell["count"] is None), None)
    if gap is not None:
        return {name: gap[name] for name in _NAMES} | {"area_code": code, "count": None, "marker": "x"}
    return _sum(code, found) if found else None


def _sum(code: str, parts: list[Row]) -> Row:
    """One row for a successor; an estimate where it was added up, or was made of one."""
    estimated = len(parts) > 1 or parts[0]["marker"] == ESTIMATED
    made = {
        "area_code": code,
        "count": sum(cell["count"] for cell in parts),
        "marker": ESTIMATED if estimated else parts[0]["marker"],
    }
    return parts[0] | made
