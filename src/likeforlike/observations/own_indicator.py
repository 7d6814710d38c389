"""A person's own indicator from a CSV file: checked line by line, then read as any publisher's file is."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from likeforlike.domain.area import AreaKind, AreaRegister
from likeforlike.domain.errors import DefinitionError, NotFoundError, RequestError, unreadable
from likeforlike.domain.indicator import Tier, Unit
from likeforlike.domain.observation import RAW_SCHEMA, WITHOUT_VALUE, ObservationStatus
from likeforlike.domain.own_data import SERIES, OwnIndicator
from likeforlike.domain.period import Period
from likeforlike.observations.periods import read_period

AREA = "area"
PERIODS = ("period", "start", "end")
NUMBERS = ("value", "lower_95", "upper_95", "numerator", "denominator")
OPTIONAL = ("lower_95", "upper_95", "status", "numerator", "denominator")
COLUMNS = (AREA, *PERIODS, "value", *OPTIONAL)
SHAPE = (
    "Write area; period, or start and end; value, or numerator and denominator; and, if you like, lower_95, "
    "upper_95, status."
)
#: What a rate is multiplied by: a percentage is a hundred times its numerator over its denominator.
SCALE: Mapping[Unit, float] = {
    Unit.PERCENT: 100,
    Unit.SHARE: 1,
    Unit.RATIO: 1,
    Unit.PER_1000: 1_000,
    Unit.PER_10000: 10_000,
    Unit.PER_100000: 100_000,
    Unit.PER_MILLION: 1_000_000,
    Unit.GBP_PER_HEAD: 1,
    Unit.TONNES_PER_HEAD: 1,
}
#: The harmonised symbol of every status.
SYMBOLS = {
    ObservationStatus.NORMAL: None,
    ObservationStatus.ESTIMATED: "e",
    ObservationStatus.PROVISIONAL: "p",
    ObservationStatus.LOW_RELIABILITY: "u",
    ObservationStatus.SUPPRESSED: "c",
    ObservationStatus.NOT_AVAILABLE: "x",
    ObservationStatus.NOT_APPLICABLE: "z",
}
Row = dict[str, str]


@dataclass(frozen=True)
class _File:
    """The file, for errors that name a line of it."""

    path: Path

    def wrong(self, line: int, problem: str, instead: str = "") -> DefinitionError:
        return DefinitionError(problem, file=str(self.path), line=line, instead=instead)


def read_indicator_file(path: Path, own: OwnIndicator, register: AreaRegister) -> pl.DataFrame:
    """The file's rows as RAW_SCHEMA, under the file's name; areas by code, names resolved.

    Raises DefinitionError, naming file and line and what to write, for columns that are not those of `SHAPE`, an
    area that is none or that has no such power, a period, number or status that cannot be read, limits that do
    not hold the value, a value that is not its numerator over its denominator, and an area and period given
    twice.
    """
    file = _File(path)
    seen: dict[tuple[str, Period], int] = {}
    records = []
    for line, row in _rows(file):
        code = _area(file, line, row[AREA], own, register)
        period = _period(file, line, row)
        if (code, period) in seen:
            raise file.wrong(
                line,
                f"{register.areas[code].name} ({code}) and {period.label} stand in line {seen[code, period]} "
                "already.",
                "Keep one row for each area and period.",
            )
        seen[code, period] = line
        status = _status(file, line, row["status"])
        value = _value(file, line, row, own.unit, status)
        records.append(
            {
                "series": SERIES,
                "area_code": code,
                "area_name": row[AREA],
                "period": f"{period.start}/{period.end}",
                "value": value,
                "lower_95": row["lower_95"] or None,
                "upper_95": row["upper_95"] or None,
                "marker": SYMBOLS[status],
                "file": path.name,
                "published": own.collected,
                "source_row": line,
            }
        )
    return pl.DataFrame(records, schema=RAW_SCHEMA)


def _rows(file: _File) -> Iterator[tuple[int, Row]]:
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened, strict=True)
            names = [(name or "").strip() for name in reader.fieldnames or ()]
            _check_columns(file, names)
            empty = True
            for row in reader:
                if None in row or None in row.values():
                    raise file.wrong(reader.line_num, f"The row does not have {len(names)} fields.")
                plain = dict(zip(names, (str(value).strip() for value in row.values()), strict=True))
                if any(plain.values()):
                    empty = False
                    yield reader.line_num, dict.fromkeys(COLUMNS, "") | plain
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise unreadable(str(file.path), problem) from problem
    if empty:
        raise file.wrong(1, "The file holds no value.")


def _check_columns(file: _File, names: list[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    when = "period" in names or {"start", "end"} <= set(names)
    what = "value" in names or {"numerator", "denominator"} <= set(names)
    parts = [
        *([f"unknown column {', '.join(map(repr, unknown))}"] if unknown else []),
        *([f"{', '.join(twice)} twice"] if twice else []),
        *(["no column area"] if AREA not in names else []),
        *(["no column period"] if not when else []),
        *(["no column value"] if not what else []),
        *(["both period and start or end"] if "period" in names and {"start", "end"} & set(names) else []),
    ]
    if parts:
        raise file.wrong(1, f"The header has {' and '.join(parts)}.", SHAPE)


def _area(file: _File, line: int, text: str, own: OwnIndicator, register: AreaRegister) -> str:
    """The code of an area; a former code stays, so that it is treated as every other figure's is."""
    if not text:
        raise file.wrong(line, "The area is missing.", "Write a council's code or name.")
    if text in register.areas:
        code = text
    else:
        try:
            code = register.resolve(text).code
        except (NotFoundError, RequestError) as problem:
            raise file.wrong(line, str(problem)) from problem
    area = register.areas[code]
    if own.tier is Tier.UPPER and area.kind is AreaKind.DISTRICT:
        raise file.wrong(
            line,
            f"{area.name} ({code}) is a district, and the indicator is of a service that counties run.",
            "Give the county's value, or write `tier: both` in the definition for an indicator about places.",
        )
    if own.tier is Tier.LOWER and area.kind is AreaKind.COUNTY:
        raise file.wrong(
            line,
            f"{area.name} ({code}) is a county, and the indicator is of a service that districts run.",
            "Give the districts' values, or write `tier: both` in the definition.",
        )
    return code


def _period(file: _File, line: int, row: Row) -> Period:
    text = row["period"] or (f"{row['start']}/{row['end']}" if row["start"] or row["end"] else "")
    try:
        return read_period(text).period
    except (ValueError, AssertionError) as problem:
        raise file.wrong(
            line,
            f"{text!r} is not a period.",
            "Write a year (2023), month (2023-05), day (2023-05-31), or first and last day: "
            "2023-04-01/2024-03-31.",
        ) from problem


def _status(file: _File, line: int, text: str) -> ObservationStatus:
    plain = text.lower().removeprefix("[").removesuffix("]").replace(" ", "_")
    for status, symbol in SYMBOLS.items():
        if plain in (status.value, symbol or ""):
            return status
    raise file.wrong(
        line, f"{text!r} is not a status.", f"Leave it empty, or write one of {', '.join(SYMBOLS)}."
    )


def _value(file: _File, line: int, row: Row, unit: Unit, status: ObservationStatus) -> str | None:
    """The value as text; made of numerator and denominator where only those are given."""
    numbers = {name: _number(file, line, name, row[name]) for name in NUMBERS}
    value, top, bottom = (numbers[name] for name in ("value", "numerator", "denominator"))
    made = _rate(file, line, unit, top, bottom)
    if value is None and made is not None:
        value = made
    elif value is not None and made is not None and abs(value - made) > _slack(row["value"]):
        raise file.wrong(
            line,
            f"The value {row['value']} is not {row['numerator']} out of {row['denominator']}, which gives "
            f"{made:.6g}.",
            "Correct it, or leave the value empty.",
        )
    if value is None and status in (ObservationStatus.NORMAL, ObservationStatus.ESTIMATED):
        raise file.wrong(
            line,
            "The value is missing.",
            "Write a number, or say why there is none: suppressed, not_available or not_applicable as status. "
            "Zero is a value.",
        )
    if value is not None and status in WITHOUT_VALUE:
        raise file.wrong(
            line, f"The status is {status.value}, and there is a value.", "Leave one of them out."
        )
    _check_limits(file, line, numbers, value)
    return None if value is None else row["value"] if row["value"] else repr(value)


def _number(file: _File, line: int, name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise file.wrong(
            line,
            f"{text!r} is not a number ({name}).",
            "Write 1234.5: no thousands separator, no unit, nothing for a missing value.",
        )
    return number


def _rate(file: _File, line: int, unit: Unit, top: float | None, bottom: float | None) -> float | None:
    if (top is None) != (bottom is None):
        raise file.wrong(line, "Only one of numerator and denominator is given.", "Give both, or neither.")
    if top is None or bottom is None:
        return None
    if unit not in SCALE:
        raise file.wrong(
            line,
            f"Values in {unit.value} are not made of numerator and denominator.",
            f"Leave both empty; they serve {', '.join(SCALE)}.",
        )
    if bottom <= 0:
        raise file.wrong(line, f"The denominator {bottom:g} is not above zero.", "Leave the row out.")
    return SCALE[unit] * top / bottom


def _slack(text: str) -> float:
    """Half a unit of the last digit that is written, and a little for binary fractions."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-9


def _check_limits(file: _File, line: int, numbers: Mapping[str, float | None], value: float | None) -> None:
    lower, upper = numbers["lower_95"], numbers["upper_95"]
    if (lower is None) != (upper is None):
        raise file.wrong(line, "Only one of lower_95 and upper_95 is given.", "Give both, or neither.")
    if lower is not None and upper is not None and (value is None or not lower <= value <= upper):
        raise file.wrong(
            line, f"The value does not lie between {lower:g} and {upper:g}.", "Check the 95 % limits."
        )
