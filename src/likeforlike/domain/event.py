"""Events: rows that each say one thing happened somewhere on some day, and how they become figures of areas.

An aggregation is declared, never written: which column places a row, which dates it, what leaves a row out,
and what is counted or added up.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

#: In `ignored`: every column that the definition does not name.
ANY_COLUMN = "*"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class Measure(StrEnum):
    """What is made of the rows of an area and period."""

    COUNT = "count"
    SUM = "sum"
    DISTINCT = "distinct"


class Length(StrEnum):
    """How long a period is; a financial year begins in April."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FINANCIAL_YEAR = "financial_year"


class Unknown(StrEnum):
    """What an undeclared value of an area, date or category does."""

    STOP = "stop"
    SET_ASIDE = "set_aside"


class Part(BaseModel):
    """A part of a definition: frozen, and without fields that are not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Lookup(Part):
    """A comma-separated file that leads from a key to a value."""

    file: str
    key: str
    value: str


class AreaColumn(Part):
    """The column that says where a row belongs.

    With `lookups` its values are keys, such as small areas, of council codes; the first that knows a value
    counts. Without them they are names or
    codes of councils, read as they were in force on `as_of` (today where that is absent); `names` says what a
    name means where the register cannot tell. `outside` gives, by the beginning of a value, why it is none
    of a council in England.
    """

    column: str
    lookups: tuple[Lookup, ...] = ()
    as_of: date | None = None
    names: dict[str, str] = {}
    outside: dict[str, str] = {}


class DateColumn(Part):
    """The column that dates a row, and the periods rows fall into.

    `formats` are tried in order (strftime notation) where the column holds text. A date before `first` or
    after `last`, where those are given, is set aside: it is a slip of the pen, or beyond what the file covers.
    """

    column: str
    formats: tuple[str, ...] = ("%Y-%m-%d",)
    length: Length = Length.MONTH
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise ValueError("`first` comes after `last`")
        return self


class LeaveOut(Part):
    """Rows that are read and counted but make no figure: those whose `column` holds one of `values`."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)
    reason: str


class Incomplete(Part):
    """Periods in which what a reporter sent is known to lack rows, so that no figure is made from it."""

    reporter: str
    periods: tuple[date, ...] = Field(min_length=1, description="first day of each period")
    #: Names of the series concerned; all where empty.
    series: tuple[Name, ...] = ()
    reason: str


class Reporters(Part):
    """Who sent rows for which area, such as a police force.

    A council has a figure in a period only when its reporter sent rows in it; then no row means nought.
    `lookup` leads from council to reporter, as the column writes it or as its title ("Devon & Cornwall" is
    devon-and-cornwall); `names` gives titles that differ.
    """

    column: str
    lookup: Lookup
    names: dict[str, str] = {}
    incomplete: tuple[Incomplete, ...] = ()


class EventSeries(Part):
    """One figure per area and period.

    `where` takes rows whose columns hold one of the values; `where_not` those that hold none of them.
    A sum is exact: amounts are whole numbers of their last decimal. `divide_by` turns pence into pounds.
    `per` adds a rate for so many people.
    """

    id: Name
    measure: Measure
    column: str = ""
    decimals: int = Field(default=2, ge=0, le=6)
    divide_by: int = Field(default=1, ge=1)
    where: dict[str, tuple[str, ...]] = {}
    where_not: dict[str, tuple[str, ...]] = {}
    per: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.measure is Measure.COUNT) == bool(self.column):
            raise ValueError("a sum or distinct needs its `column`, and a count has none")
        return self

    @property
    def rate_id(self) -> str:
        """The name of the rate that goes with the series."""
        return f"{self.id}-per-{self.per}"


class EventDefinition(Part):
    """One declared aggregation of a file of events."""

    id: str = Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")
    title: str
    #: The source whose file of events makes observations of a release; empty for a person's own.
    source_id: str | None = None
    #: The file of events among the source's files, and the file of population that rates divide by.
    file: str = ""
    population: str = ""
    area: AreaColumn
    date: DateColumn
    series: tuple[EventSeries, ...] = Field(min_length=1)
    #: Every value that a column may hold.
    categories: dict[str, tuple[str, ...]] = {}
    leave_out: tuple[LeaveOut, ...] = ()
    reporters: Reporters | None = None
    #: Columns that are not used; `*` stands for any.
    ignored: tuple[str, ...] = ()
    unknown: Unknown = Unknown.SET_ASIDE
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [name for one in self.series for name in (one.id, *([one.rate_id] if one.per else []))]
        if len({*names}) < len(names):
            raise ValueError("two series have one name")
        for one in self.reporters.incomplete if self.reporters else ():
            if one.series and self.has_distinct:
                raise ValueError(
                    "beside a distinct series, `incomplete` concerns all: leave its `series` out"
                )
            unknown = {*one.series} - {series.id for series in self.series}
            if unknown:
                raise ValueError(
                    f"`incomplete` names the series {', '.join(sorted(unknown))}, which is not here"
                )
        if bool(self.source_id) != bool(self.file):
            raise ValueError("`source_id` and `file` go together")
        if self.source_id and not self.area.lookups:
            raise ValueError("figures of a release need `lookups` that lead to councils of today")
        if self.source_id and any(one.per for one in self.series) and not self.population:
            raise ValueError("a rate of a release needs `population`, the file it divides by")
        return self

    @property
    def has_distinct(self) -> bool:
        """Whether any series counts things once, which cannot be added over groups of rows."""
        return any(one.measure is Measure.DISTINCT for one in self.series)

    @property
    def files_by_place(self) -> dict[tuple[str | int, ...], str]:
        """The files that a release's figures are made from, by their place in the definition."""
        files: dict[tuple[str | int, ...], str] = {("file",): self.file}
        if self.population:
            files["population",] = self.population
        for number, lookup in enumerate(self.area.lookups):
            files["area", "lookups", number, "file"] = lookup.file
        if self.reporters:
            files["reporters", "lookup", "file"] = self.reporters.lookup.file
        return files

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is used, each once."""
        used = [self.area.column, self.date.column, *self.categories]
        used += [one.column for one in self.leave_out]
        for one in self.series:
            used += [*one.where, *one.where_not, *filter(None, [one.column])]
        used += [self.reporters.column] if self.reporters else []
        return tuple(dict.fromkeys(used))


#: One row = one series x area x period. `events` is how many rows the figure rests on. `value` is null where
#: `marker` says why ("x": the area's reporter sent nothing, or not everything).
EVENT_SCHEMA = pl.Schema(
    {
        "series": pl.String,
        "area_code": pl.String,
        "period_start": pl.Date,
        "period_end": pl.Date,
        "value": pl.Float64,
        "marker": pl.String,
        "events": pl.Int64,
    }
)

#: One row = one reason for which rows were counted or set aside; their rows add up to the rows that were read.
ACCOUNT_SCHEMA = pl.Schema(
    {"outcome": pl.String, "reason": pl.String, "rows": pl.Int64, "example": pl.String}
)
