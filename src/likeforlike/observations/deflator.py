"""Real terms: a person's own table of prices, because none of the publishers' files at hand holds one."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from likeforlike.domain.errors import DefinitionError, RequestError, unreadable

COLUMNS = ("year_start", "index")
_APRIL = 4


@dataclass(frozen=True)
class Deflator:
    """Prices by financial year (the year it starts in), on any base."""

    index: Mapping[int, float]

    def real(self, amount_gbp: float, day: date, base: int) -> float:
        """The amount of a day in prices of the financial year that starts in `base`.

        Raises RequestError for a year that the table does not hold.
        """
        return amount_gbp * self._at(base) / self._at(financial_year(day))

    def _at(self, year: int) -> float:
        if year not in self.index:
            raise RequestError(
                f"The deflator has no value for {year}-{(year + 1) % 100:02d}.",
                instead=f"It holds {min(self.index)} to {max(self.index)}.",
            )
        return self.index[year]


def financial_year(day: date) -> int:
    """The year in which the financial year of a day starts (1 April)."""
    return day.year if day.month >= _APRIL else day.year - 1


def read_deflator(path: Path) -> Deflator:
    """Read a CSV with `year_start` and `index`, one row per financial year; DefinitionError names file
    and row.
    """
    index: dict[int, float] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if sorted(rows.fieldnames or ()) != sorted(COLUMNS):
                raise DefinitionError(
                    f"The header is {', '.join(rows.fieldnames or ()) or 'empty'}.",
                    file=str(path),
                    line=1,
                    instead=f"Write {', '.join(COLUMNS)}.",
                )
            for row in rows:
                year, value = _numbers(path, rows.line_num, row)
                if year in index:
                    raise DefinitionError(
                        f"The year {year} stands there twice.", file=str(path), line=rows.line_num
                    )
                index[year] = value
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise unreadable(str(path), problem) from problem
    if not index:
        raise DefinitionError("The file holds no year.", file=str(path), line=1)
    return Deflator(index)


def _numbers(path: Path, line: int, row: Mapping[str, str | None]) -> tuple[int, float]:
    try:
        year, value = int(row["year_start"] or ""), float(row["index"] or "")
    except (ValueError, TypeError):
        year, value = 0, -1.0
    if not 0 < value < float("inf"):
        raise DefinitionError(
            "The row does not hold a year and an index above 0.",
            file=str(path),
            line=line,
            instead="Write a row such as 2021,100.",
        )
    return year, value
