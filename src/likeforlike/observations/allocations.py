"""Awards as published -> the register: what was given to whom, and which council areas of today it
reaches.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from likeforlike.domain.allocation import ALLOCATION_AREA_SCHEMA, ALLOCATION_SCHEMA
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.area_names import normalised
from likeforlike.domain.errors import LikeForLikeError, PersonCanFixError, SourceChangedError
from likeforlike.domain.money import AllocationMethod, Fund, ThemeRule
from likeforlike.observations.themes import Themes

ENGLISH = "E"
Row = dict[str, Any]
#: Makes the error for one row: file, row, what was expected, what was found, what to do.
Complain = Callable[[str, int, str, str, str], LikeForLikeError]


@dataclass(frozen=True)
class Register:
    """Awards (ALLOCATION_SCHEMA), the areas they reach (ALLOCATION_AREA_SCHEMA), and rows that are outside
    England.
    """

    allocation: pl.DataFrame
    area: pl.DataFrame
    outside: pl.DataFrame


@dataclass(frozen=True)
class _Reach:
    """The areas of today that an award reaches, and how that is known."""

    areas: tuple[str, ...]
    method: AllocationMethod
    shares: tuple[float, ...]


def standardise_awards(
    raw: pl.DataFrame,
    funds: Mapping[str, Fund],
    register: AreaRegister,
    themes: Sequence[ThemeRule],
    *,
    snapshot_ids: Mapping[str, str] | None = None,
    complain: Complain | None = None,
) -> Register:
    """Turn a source's awards (RAW_AWARD_SCHEMA) into the register; everything is checked before anything is
    made.

    Raises (by `complain`; else SourceChangedError), naming file and row, for a fund without definition, an
    amount that is missing, negative or not a number, an unknown area code or recipient, and an award that
    stands there twice. Awards wholly outside England are returned as `outside`, so that totals can be
    reconciled.
    """
    complain = complain or _source_changed(funds)
    rows = raw.to_dicts()
    _check_rows(rows, funds, complain)
    english = [row for row in rows if _codes(row["area_codes"])[0].startswith(ENGLISH)]
    outside = [row for row in rows if not _codes(row["area_codes"])[0].startswith(ENGLISH)]
    recipients = _Recipients(register, complain)
    classify = Themes(themes)
    known = snapshot_ids or {}
    numbers: Counter[str] = Counter()
    allocations, areas = [], []
    for row in english:
        code, name = recipients.find(row)
        reach = _reach(row, code, register, complain)
        base = f"{row['fund_id']}/{_award_id(row, name)}"
        numbers[base] += 1
        allocation_id = base if numbers[base] == 1 else f"{base}-{numbers[base]}"
        allocations.append(
            {
                **row,
                "allocation_id": allocation_id,
                "recipient_code": code,
                "recipient_name": name,
                "theme": classify.theme(row["project"], whole_place=row["whole_place"]),
                "amount_gbp": amount(row["amount_gbp"]),
                "amount_kind": funds[row["fund_id"]].amount_kind.value,
                "announced_date": row["announced_date"] or _only_date(funds[row["fund_id"]]),
                "snapshot_id": known.get(row["file"], row["file"]),
            }
        )
        areas += [
            (allocation_id, area, share, reach.method.value)
            for area, share in zip(reach.areas, reach.shares, strict=True)
        ]
    return Register(
        pl.DataFrame(allocations, schema=ALLOCATION_SCHEMA) if allocations else ALLOCATION_SCHEMA.to_frame(),
        pl.DataFrame(areas, schema=ALLOCATION_AREA_SCHEMA, orient="row"),
        pl.DataFrame(outside, schema=raw.schema) if outside else raw.clear(),
    )


def amount(text: str | None) -> float | None:
    """Pounds from text; None where there is none; NaN where the text is not a number."""
    if text is None or not text.strip():
        return None
    try:
        return float(text.strip())
    except ValueError:
        return math.nan


def _check_rows(rows: Sequence[Row], funds: Mapping[str, Fund], complain: Complain) -> None:
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        file, number = row["file"], row["source_row"]
        if row["fund_id"] not in funds:
            raise complain(
                file,
                number,
                "a fund that is defined",
                repr(row["fund_id"]),
                "Define it in definitions/funds/, or correct its name.",
            )
        value, missing = amount(row["amount_gbp"]), "amount missing" in (row["amount_note"] or "")
        if (value is None and not missing) or (value is not None and not (0 <= value < math.inf)):
            raise complain(
                file,
                number,
                "an amount in pounds that is 0 or more",
                repr(row["amount_gbp"]),
                "Write a plain number such as 20000000, without signs or separators.",
            )
        if not _codes(row["area_codes"]):
            raise complain(file, number, "at least one area code", "none", "Write a nine-character code.")
        names = (
            "fund_id",
            "recipient_code",
            "recipient_name",
            "place",
            "area_codes",
            "amount_gbp",
            "announced_date",
        )
        # A line without a name may have twins under codes of the publisher's: programme management of one
        # amount in two lines is no repetition.
        what = row["project"] or (row["award_code"] if _is_name(row["award_code"]) else None)
        for key in {
            (row["fund_id"], row["file"], row["award_code"]),
            (what, *(row[name] for name in names)),
        }:
            if key in seen:
                raise complain(
                    file,
                    number,
                    "each award once",
                    f"the award of row {seen[key]} again",
                    "Take one of the two out, or tell them apart.",
                )
            seen[key] = number


def _codes(text: str | None) -> tuple[str, ...]:
    """The codes of a list joined by ";", in order."""
    return tuple(code.strip() for code in (text or "").split(";") if code.strip())


def _reach(row: Row, recipient: str, register: AreaRegister, complain: Complain) -> _Reach:
    """The areas of today that an award reaches.

    One area gets all of it. Several get equal shares that stand for "not known": the method says so. Where
    the award's title fixes the place, the narrower list is used, because a county's bid lists every district.
    """
    listed = _codes(row["area_codes"])
    named = _codes(row["named_codes"])
    used = named if 0 < len(named) < len(listed) else listed
    areas: dict[str, None] = {}
    for code in used:
        following = register.successors(code)
        if not following or any(area not in register.lower_tier for area in following):
            raise complain(
                row["file"],
                row["source_row"],
                "codes of councils (lower tier or single tier) that the register knows",
                repr(code),
                "Correct the code, or add the area to the register.",
            )
        areas.update(dict.fromkeys(following))
    several = len(areas) > 1
    replaced = tuple(areas) != used or (
        recipient not in register.current.areas and register.successors(recipient) == tuple(areas)
    )
    method = (
        AllocationMethod.SEVERAL
        if several
        else AllocationMethod.NAMED_PLACE
        if used is named
        else AllocationMethod.SUCCESSOR
        if replaced
        else AllocationMethod.EXACT
    )
    return _Reach(tuple(sorted(areas)), method, (1 / len(areas),) * len(areas))


class _Recipients:
    """Who got an award: by code, or by the name that council had on the day."""

    def __init__(self, register: AreaRegister, complain: Complain) -> None:
        self._register, self._complain = register, complain
        self._days: dict[date | None, AreaRegister] = {None: register.current}

    def find(self, row: Row) -> tuple[str, str]:
        """Code and name of the recipient; a source that names nobody means the council it gives the code
        of.
        """
        code, name = row["recipient_code"], row["recipient_name"]
        if code is None and name is None:
            code = _codes(row["area_codes"])[0]
        if code is None:
            code = self._by_name(row, name)
        if code not in self._register.areas:
            raise self._complain(
                row["file"],
                row["source_row"],
                "a code that the register knows",
                repr(code),
                "Write the nine-character code of a council, county or combined authority in England.",
            )
        return code, name or self._register.areas[code].official_name

    def _by_name(self, row: Row, name: str) -> str:
        day = row["announced_date"]
        if day not in self._days:
            self._days[day] = self._register.as_of(day)
        try:
            return self._days[day].resolve(name).code
        except PersonCanFixError as problem:
            raise self._complain(
                row["file"],
                row["source_row"],
                "the name of a council in England at that time",
                f"{name!r} ({problem})",
                "Give its code in the source's list of recipients.",
            ) from problem


def _award_id(row: Row, recipient: str) -> str:
    """The publisher's code where it has one; else the recipient's or place's name, numbered by the caller."""
    if _is_name(row["award_code"]):
        return str(row["award_code"]).lower()
    name = row["place"] if row["whole_place"] and row["place"] else recipient
    words = normalised(name).removesuffix(" council").split()
    return "-".join(words[:8])


def _is_name(code: str | None) -> bool:
    """Whether an award's code is the publisher's own, and not its row in the file."""
    return bool(code) and not str(code).removeprefix("row ").isdigit()


def _only_date(fund: Fund) -> date | None:
    """The day of a fund that was announced on one day; None where awards came on several that are not told
    apart.
    """
    return fund.first_date if fund.last_date == fund.first_date else None


def _source_changed(funds: Mapping[str, Fund]) -> Complain:
    def complain(file: str, row: int, expected: str, found: str, next_step: str) -> LikeForLikeError:
        return SourceChangedError(
            "funding", file, expected=expected, found=found, row=row, next_step=next_step
        )

    return complain
