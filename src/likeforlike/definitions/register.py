"""The area register from the project's own two tables."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from likeforlike.domain.area import Area, AreaChange, AreaKind, AreaRegister, ChangeKind
from likeforlike.domain.errors import DefinitionError

FOLDER = Path(__file__).parent
Item = TypeVar("Item")
Row = dict[str, str]


@cache
def load_register(folder: Path = FOLDER) -> AreaRegister:
    """The register from `areas.csv` and `area_changes.csv`.

    Raises DefinitionError, naming file and line, for a repeated code, a value that cannot be read, or a code
    in either table that is not in the first.
    """
    areas = _read(folder / "areas.csv", _area)
    changes = _read(folder / "area_changes.csv", _change)
    codes: dict[str, int] = {}
    for line, area in areas:
        if area.code in codes:
            raise DefinitionError(
                f"The code {area.code} stands in line {codes[area.code]} already.",
                file=str(folder / "areas.csv"),
                line=line,
                instead="Keep one of the two.",
            )
        codes[area.code] = line
    for line, area in areas:
        for code in filter(None, (area.region_code, area.county_code, area.combined_authority_code)):
            _must_exist(code, codes, folder / "areas.csv", line)
    for line, change in changes:
        for code in (change.predecessor, change.successor):
            _must_exist(code, codes, folder / "area_changes.csv", line)
    return AreaRegister.of((area for _, area in areas), (change for _, change in changes))


def _area(row: Row) -> Area:
    return Area(
        code=row["code"],
        name=row["name"],
        official_name=row["official_name"],
        kind=AreaKind(row["kind"]),
        region_code=row["region_code"] or None,
        county_code=row["county_code"] or None,
        combined_authority_code=row["combined_authority_code"] or None,
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        other_names=tuple(filter(None, row["other_names"].split("|"))),
    )


def _change(row: Row) -> AreaChange:
    return AreaChange(
        predecessor=row["predecessor"],
        successor=row["successor"],
        change_date=date.fromisoformat(row["change_date"]),
        kind=ChangeKind(row["kind"]),
        all_ages=_number(row["all_ages"]),
        children=_number(row["children"]),
        working_age=_number(row["working_age"]),
        older=_number(row["older"]),
    )


def _read(path: Path, make: Callable[[Row], Item]) -> list[tuple[int, Item]]:
    """Every row with its line."""
    made = []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        for row in rows:
            try:
                if None in row or None in row.values():
                    raise ValueError("it has more or fewer cells than the header")  # noqa: TRY301
                made.append((rows.line_num, make(row)))
            except (ValueError, KeyError) as problem:
                raise DefinitionError(
                    f"The row cannot be read: {problem}.",
                    file=str(path),
                    line=rows.line_num,
                    instead="Write dates as 2023-04-01 and numbers and kinds as in the rows around it.",
                ) from problem
    return made


def _must_exist(code: str, codes: dict[str, int], path: Path, line: int) -> None:
    if code not in codes:
        raise DefinitionError(
            f"There is no area {code}.",
            file=str(path),
            line=line,
            instead="Add it to areas.csv, or correct the code.",
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str) -> float | None:
    return float(text) if text else None
