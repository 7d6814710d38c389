"""A person's own fund from a CSV file, through the same checks as the publishers' files."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from likeforlike.domain.allocation import ALLOCATION_AREA_SCHEMA, RAW_AWARD_SCHEMA
from likeforlike.domain.area import AreaKind, AreaRegister
from likeforlike.domain.errors import DefinitionError, LikeForLikeError, unreadable
from likeforlike.domain.money import AllocationMethod, AmountKind, Fund, Selection
from likeforlike.domain.own_data import OwnFund
from likeforlike.observations.allocations import Register, standardise_awards

OWN = "own-fund"
REQUIRED = ("recipient_code", "amount_gbp", "date")
OPTIONAL = ("award", "project", "area_code", "share")
_SLACK = 1e-6
Row = dict[str, str]


def read_fund_file(
    path: Path, register: AreaRegister, own: OwnFund | None = None, *, snapshot_id: str = ""
) -> tuple[Fund, Register]:
    """Read a fund from CSV: one row per award with `recipient_code`, `amount_gbp`, `date`.

    Optional columns: `project`; and `award`, `area_code`, `share` where an award is divided in a known way:
    its rows repeat recipient, amount and date, and their shares add up to 1. Without them a county's or
    combined authority's award reaches its districts in unknown parts. Everything is checked before anything
    is used; DefinitionError names file and row.

    `own` says more about the fund, which is then kept in a release: its rows name the file and `snapshot_id`.
    """
    numbered = _rows(path)
    groups = _by_award(numbered)
    raw: list[dict[str, object]] = []
    shares: list[dict[str, float] | None] = []
    for award, lines in groups.items():
        first, row = lines[0]
        _check_date(path, first, row)
        if any(line["area_code"] for _, line in lines):
            shares.append(_shares(path, register, lines))
            codes = ";".join(line["area_code"] for _, line in lines)
        else:
            _check_single(path, lines, award)
            shares.append(None)
            codes = ";".join(_areas_of(path, first, row["recipient_code"], register))
        raw.append(_raw(path, first, award, row, codes))
    fund = _fund(path, [line for _, line in numbered], own)
    table = pl.DataFrame(raw, schema=RAW_AWARD_SCHEMA).with_columns(pl.lit(fund.id).alias("fund_id"))
    made = standardise_awards(
        table,
        {fund.id: fund},
        register,
        [],
        complain=_complain,
        snapshot_ids={str(path): snapshot_id} if snapshot_id else None,
    )
    return fund, _with_shares(made, shares)


def _rows(path: Path) -> list[tuple[int, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            names = [name.strip() for name in reader.fieldnames or ()]
            missing = [name for name in REQUIRED if name not in names]
            unknown = [name for name in names if name not in (*REQUIRED, *OPTIONAL)]
            if missing or unknown:
                parts = [f"no column {', '.join(missing)}"] if missing else []
                parts += [f"unknown column {', '.join(unknown)}"] if unknown else []
                raise DefinitionError(
                    f"The header has {' and '.join(parts)}.",
                    file=str(path),
                    line=1,
                    instead=f"Write {', '.join(REQUIRED)}; and, if you like, {', '.join(OPTIONAL)}.",
                )
            rows = []
            for row in reader:
                if None in row or None in row.values():
                    raise DefinitionError(
                        f"The row does not have {len(names)} fields.", file=str(path), line=reader.line_num
                    )
                plain = {name.strip(): str(value).strip() for name, value in row.items()}
                rows.append((reader.line_num, dict.fromkeys(OPTIONAL, "") | plain))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise unreadable(str(path), problem) from problem
    if not rows:
        raise DefinitionError("The file holds no award.", file=str(path), line=1)
    return rows


def _by_award(rows: Iterable[tuple[int, Row]]) -> dict[str, list[tuple[int, Row]]]:
    """Rows by award; a row without an award's name is one by itself."""
    groups: dict[str, list[tuple[int, Row]]] = {}
    for line, row in rows:
        groups.setdefault(row["award"] or f"row {line}", []).append((line, row))
    return groups


def _check_date(path: Path, line: int, row: Row) -> None:
    try:
        date.fromisoformat(row["date"])
    except ValueError as problem:
        raise DefinitionError(
            f"{row['date']!r} is not a date.", file=str(path), line=line, instead="Write it as 2021-10-27."
        ) from problem


def _check_single(path: Path, lines: list[tuple[int, Row]], award: str) -> None:
    if len(lines) > 1:
        raise DefinitionError(
            f"The award {award!r} stands in line {lines[0][0]} already.",
            file=str(path),
            line=lines[1][0],
            instead="Give each award its own name, or say with area_code and share how it is divided.",
        )


def _shares(path: Path, register: AreaRegister, lines: list[tuple[int, Row]]) -> dict[str, float]:
    """Shares by area of today; they add up to 1, and the rows agree about the award."""
    first_line, first = lines[0]
    shares: dict[str, float] = {}
    for line, row in lines:
        if any(row[name] != first[name] for name in (*REQUIRED, "project")):
            raise DefinitionError(
                f"The row does not agree with line {first_line} about the award {row['award']!r}.",
                file=str(path),
                line=line,
                instead="Rows of one award repeat recipient, amount, date and project.",
            )
        try:
            share = float(row["share"] or ("1" if len(lines) == 1 else ""))
        except ValueError:
            share = -1.0
        areas = register.successors(row["area_code"])
        if not 0 < share <= 1 + _SLACK or len(areas) != 1 or areas[0] in shares:
            raise DefinitionError(
                f"{row['area_code']!r} with share {row['share']!r} cannot be used.",
                file=str(path),
                line=line,
                instead="Write each council's code once, with a share above 0 and at most 1.",
            )
        shares[areas[0]] = share
    if abs(sum(shares.values()) - 1) > _SLACK:
        raise DefinitionError(
            f"The shares of the award {first['award']!r} add up to {sum(shares.values()):g}, not to 1.",
            file=str(path),
            line=lines[-1][0],
        )
    return shares


def _areas_of(path: Path, line: int, code: str, register: AreaRegister) -> tuple[str, ...]:
    """The councils that an award to this recipient may reach."""
    following = register.successors(code)
    if not following:
        raise DefinitionError(
            f"There is no area with the code {code!r}.",
            file=str(path),
            line=line,
            instead="Write the nine-character code of a council, county or combined authority in England.",
        )
    areas: list[str] = []
    for end in following:
        area = register.areas[end]
        if end in register.lower_tier:
            areas.append(end)
        elif area.kind is AreaKind.COUNTY:
            areas += register.districts_of(end)
        else:
            areas += sorted(register.nested(end) & set(register.lower_tier))
    return tuple(dict.fromkeys(areas))


def _raw(path: Path, line: int, award: str, row: Row, codes: str) -> dict[str, object]:
    return {
        "fund_id": OWN,
        "award_code": award,
        "recipient_code": row["recipient_code"],
        "project": row["project"] or None,
        "whole_place": False,
        "area_codes": codes,
        "amount_gbp": row["amount_gbp"],
        "amount_note": "as given",
        "announced_date": date.fromisoformat(row["date"]),
        "file": str(path),
        "source_row": line,
    }


def _fund(path: Path, rows: list[Row], own: OwnFund | None) -> Fund:
    days = sorted(row["date"] for row in rows)
    if own is not None:
        return own.as_fund(date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
    return Fund(
        id=OWN,
        title=path.name,
        department="own file",
        selection=Selection.FORMULA,
        selection_note="As the file says.",
        objectives=(),
        first_date=date.fromisoformat(days[0]),
        last_date=date.fromisoformat(days[-1]),
        amount_kind=AmountKind.AWARDED,
        source_id=OWN,
    )


def _with_shares(made: Register, shares: list[dict[str, float] | None]) -> Register:
    """The register with the shares that the file gives; those are exact, whatever their number."""
    known = {
        allocation_id: given
        for allocation_id, given in zip(made.allocation["allocation_id"], shares, strict=True)
        if given is not None
    }
    exact = AllocationMethod.EXACT.value
    given_rows = [
        (name, area, share, exact) for name, given in known.items() for area, share in given.items()
    ]
    kept = made.area.filter(~pl.col("allocation_id").is_in(list(known)))
    given_table = pl.DataFrame(given_rows, schema=ALLOCATION_AREA_SCHEMA, orient="row")
    return Register(made.allocation, pl.concat([kept, given_table]), made.outside)


def _complain(file: str, row: int, expected: str, found: str, next_step: str) -> LikeForLikeError:
    return DefinitionError(f"Expected {expected}; found {found}.", file=file, line=row, instead=next_step)
