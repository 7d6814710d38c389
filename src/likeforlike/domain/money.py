"""Funds, allocations and the kinds of amount that must never be added without saying so."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class AmountKind(StrEnum):
    """What an amount of money is."""

    UP_TO = "up_to"
    AWARDED = "awarded"
    PAID = "paid"
    FORMULA = "formula"


class Selection(StrEnum):
    """How places were chosen."""

    COMPETITIVE = "competitive"
    INVITED = "invited"
    FORMULA = "formula"


class AllocationMethod(StrEnum):
    """How an allocation was given to council areas."""

    EXACT = "exact"
    SUCCESSOR = "successor"
    NAMED_PLACE = "named_place"
    SEVERAL = "several"


class MultiArea(StrEnum):
    """What an analysis does with awards to counties, combined authorities and several councils."""

    EXCLUDE = "exclude"
    EVEN = "even"
    POPULATION = "population"
    RECIPIENT = "recipient"


class Fund(BaseModel):
    """One fund, as declared in `definitions/funds/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    department: str
    selection: Selection
    selection_note: str
    objectives: tuple[str, ...]
    missions: tuple[str, ...] = ()
    announced_total_gbp: float | None = None
    announced_total_note: str = ""
    first_date: date
    last_date: date | None = None
    usable_for_totals: bool = True
    amount_kind: AmountKind
    source_id: str
    caveats: tuple[str, ...] = ()
