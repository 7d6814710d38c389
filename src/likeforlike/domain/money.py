"""Funds, allocations and the kinds of amount that must never be added without saying so."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator


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
    """How an allocation was given to council areas.

    `exact`: the source names one council in force today; `successor`: the council it names has been replaced
    by one other; `named_place`: the source lists several councils and the award's title fixes the place in
    one of them; `several`: it reaches several councils and nothing says how much reaches each, so that equal
    shares stand in until an analysis says what it does with them.
    """

    EXACT = "exact"
    SUCCESSOR = "successor"
    NAMED_PLACE = "named_place"
    SEVERAL = "several"


class MultiArea(StrEnum):
    """What an analysis does with awards to counties, combined authorities and several councils.

    `exclude`: leaves them out; `even`: equal shares; `population`: shares by population; `recipient`: the
    award stays whole with the upper-tier council that received it, and those to combined authorities are left
    out.
    """

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


class FundGroup(BaseModel):
    """Funds that may be added and studied together, as declared in `definitions/fund_groups/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    funds: tuple[str, ...] = Field(min_length=1)
    note: str = ""


class NeedDirection(StrEnum):
    """Which end of an indicator is the greater need."""

    HIGHER = "higher"
    LOWER = "lower"


class NeedFormula(StrEnum):
    """How a measure of need becomes a number of pounds' worth of need, which adds up over areas.

    `people`: population x value, for a value that is already a rate or a score per person; `none`: the
    measure only orders places (a life expectancy is not a quantity of need), so that no need-proportional
    share follows from it.
    """

    PEOPLE = "people"
    NONE = "none"


class NeedEdition(BaseModel):
    """One edition of a measure of need: from which day it was in force, and the period its values stand
    under.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    in_force: date
    period_end: date


class NeedMeasure(BaseModel):
    """One way of saying how much need a place has, as declared in `definitions/need_measures/`.

    Several indicators of one unit are averaged. A measure with editions (oldest first) takes the one in force
    on the day of the award; one without takes the newest period that had ended by then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    short_title: str
    indicator_ids: tuple[str, ...] = Field(min_length=1)
    direction: NeedDirection
    formula: NeedFormula
    editions: tuple[NeedEdition, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _oldest_first(self) -> NeedMeasure:
        dates = [edition.in_force for edition in self.editions]
        if dates != sorted(dates):
            raise ValueError("editions must stand oldest first")
        return self

    def edition(self, day: date) -> NeedEdition | None:
        """The edition in force on a day, the oldest for any day before it; None for a measure without
        editions.
        """
        known = [edition for edition in self.editions if edition.in_force <= day]
        return known[-1] if known else self.editions[0] if self.editions else None

    @property
    def sign(self) -> int:
        """+1 where a higher value is more need, -1 where it is less."""
        return 1 if self.direction is NeedDirection.HIGHER else -1


class ThemeRule(BaseModel):
    """One theme and the words in a project's name that mean it, as declared in `definitions/fund_themes/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    precedence: int  # lower numbers are tried first
    title: str
    words: tuple[str, ...] = Field(min_length=1)


#: Themes that no rule gives: a name no rule knows (or no name at all), and an award for a whole place.
UNCLASSIFIED = "unclassified"
WHOLE_PLACE = "whole-place"
