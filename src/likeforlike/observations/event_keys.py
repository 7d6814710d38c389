"""What the values of a file of events mean: every different value of a column, read once.

A column of a hundred million rows has a few thousand different values. They are read here, in one place, to
whole numbers: the position of an area or period, or a negative number that stands for the reason why a row
with this value is set aside. Whatever engine then goes over the rows compares, groups and adds whole
numbers, so that no two engines can read a date or a name in two ways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.area_names import normalised
from likeforlike.domain.errors import DefinitionError, RequestError
from likeforlike.domain.event import AreaColumn, DateColumn, LeaveOut, Length, Reporters
from likeforlike.domain.period import Period, day_label

#: A value of a column as an engine gives it; None where a row has none.
Value = str | date | None
_MONTHS = {Length.MONTH: 1, Length.QUARTER: 3, Length.YEAR: 12, Length.FINANCIAL_YEAR: 12}
_APRIL = 4


@dataclass
class Reasons:
    """Why rows are set aside, each under a negative number; which are of undeclared values, and examples."""

    texts: list[str] = field(default_factory=list)
    examples: dict[int, list[str]] = field(default_factory=dict)
    undeclared: set[int] = field(default_factory=set)

    def code(self, text: str, value: Value = None, *, undeclared: bool = False) -> int:
        """The number of a reason, noted with a value it was given for."""
        if text not in self.texts:
            self.texts.append(text)
        code = -self.texts.index(text) - 1
        if value not in (None, ""):
            self.examples.setdefault(code, []).append(str(value))
        if undeclared:
            self.undeclared.add(code)
        return code

    def text(self, code: int) -> str:
        """A reason in words."""
        return self.texts[-code - 1]

    def example(self, code: int) -> str:
        """The first value in order, and how many more there were."""
        values = sorted(self.examples.get(code, []))
        others = len(values) - 1
        more = f" and {others:,} other value{'s' if others > 1 else ''}" if others > 0 else ""
        return f"{values[0]!r}{more}" if values else ""


@dataclass(frozen=True)
class Key:
    """What the values of one column mean: a number each, and the things that numbers from 0 on stand for."""

    codes: Mapping[Value, int]
    none: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Periods:
    """A date column's key, and the periods that numbers from 0 on stand for."""

    key: Key
    periods: tuple[Period, ...]


def area_key(
    values: Iterable[Value],
    column: AreaColumn,
    lookup: Mapping[str, str] | None,
    register: AreaRegister,
    reasons: Reasons,
) -> Key:
    """Areas by value. A `lookup` (all of the definition's in one) leads to councils of today; without one a
    name or code is the council's own.

    Raises DefinitionError where the lookup leads to a code that no single council of today took over.
    """
    areas: dict[str, int] = {}
    none = reasons.code("no area given")
    codes: dict[Value, int] = {}
    today = {code: _today(code, column, register) for code in {*(lookup or {}).values()}}
    named = register.as_of(column.as_of) if column.as_of else register
    for value in values:
        text = str(value).strip()
        if not text:
            codes[value] = none
            continue
        found = today.get(lookup.get(text, "")) if lookup else _council(text, column, register, named)
        outside = next((why for start, why in column.outside.items() if text.startswith(start)), None)
        if found is not None:
            codes[value] = areas.setdefault(found, len(areas))
        elif outside is not None:
            codes[value] = reasons.code(outside, value)
        else:
            codes[value] = reasons.code("an area that is not known", value, undeclared=True)
    return Key(codes, none, tuple(areas))


def _today(code: str, column: AreaColumn, register: AreaRegister) -> str:
    found = register.successors(code)
    if len(found) != 1 or found[0] not in register.lower_tier:
        raise DefinitionError(
            f"The lookup leads to {code!r}, which is not one council of today.",
            file=" or ".join(one.file for one in column.lookups),
            instead="Its values must be codes of districts or single-tier councils.",
        )
    return found[0]


def _council(text: str, column: AreaColumn, register: AreaRegister, named: AreaRegister) -> str | None:
    given = column.names.get(text)
    if given is not None and given not in register.areas:
        raise DefinitionError(
            f"`names` says that {text!r} is {given!r}, which is no area of the register.",
            instead="Write the nine-character code of a council.",
        )
    if given or text in register.areas:
        return given or text
    try:
        return named.resolve(text).code
    except RequestError:
        return None


def period_key(values: Iterable[Value], column: DateColumn, reasons: Reasons) -> Periods:
    """Periods by value: a date, or text in one of the declared formats."""
    none = reasons.code("no date given")
    bounds = [f"before {day_label(column.first)}"] if column.first else []
    bounds += [f"after {day_label(column.last)}"] if column.last else []
    beyond = f"a date {' or '.join(bounds)}"
    codes: dict[Value, int] = {}
    numbers: dict[Period, int] = {}
    for value in values:
        day = value if isinstance(value, date) else _day(str(value).strip(), column.formats)
        if isinstance(value, str) and not value.strip():
            codes[value] = none
        elif day is None:
            codes[value] = reasons.code("a date that cannot be read", value, undeclared=True)
        elif (column.first and day < column.first) or (column.last and day > column.last):
            codes[value] = reasons.code(beyond, value)
        else:
            codes[value] = numbers.setdefault(period_of(day, column.length), len(numbers))
    return Periods(Key(codes, none), tuple(numbers))


def period_of(day: date, length: Length) -> Period:
    """The period of a length that a day falls into."""
    months = _MONTHS[length]
    back = (day.month - _APRIL) % 12 if length is Length.FINANCIAL_YEAR else (day.month - 1) % months
    first = day.replace(day=1)
    for _ in range(back):
        first = (first - timedelta(days=1)).replace(day=1)
    return Period.months(first, months)


def _day(text: str, formats: Sequence[str]) -> date | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def category_key(
    values: Iterable[Value], column: str, known: Sequence[str], reasons: Reasons, *, gaps: bool
) -> Key:
    """0 for a declared value; a row without one (there are such if `gaps`), or with another, is set aside."""
    other = f"{column}: a value that is not declared"
    none = reasons.code(f"{column}: no value") if gaps else 0
    return Key(
        {
            value: 0 if str(value) in known else reasons.code(other, value, undeclared=True)
            for value in values
        },
        none,
    )


def left_out_key(values: Iterable[Value], rule: LeaveOut, reasons: Reasons) -> Key:
    """0 for rows that stay, the rule's reason for those it leaves out."""
    return Key(
        {value: reasons.code(rule.reason, value) if str(value) in rule.values else 0 for value in values}, 0
    )


def reporter_key(values: Iterable[Value]) -> Key:
    """Reporters by value, as the column writes them; a row without one is nobody's."""
    written = sorted({str(value) for value in values if value not in (None, "")})
    numbers = {name: number for number, name in enumerate(written)}
    return Key({value: numbers.get(str(value), -1) for value in values}, -1, tuple(written))


def reporters_of(reporters: Reporters, lookup: Mapping[str, str], register: AreaRegister) -> dict[str, str]:
    """Council of today -> who reports for it, as the column writes it.

    Raises DefinitionError for a council without a reporter, because its absence would then mean nothing.
    """
    found = {
        code: reporters.names.get(title) or normalised(title).replace(" ", "-")
        for old, title in lookup.items()
        for code in register.successors(old)
    }
    missing = [code for code in register.lower_tier if code not in found]
    if missing:
        raise DefinitionError(
            f"There is no reporter for {missing[0]} and {len(missing) - 1} other councils.",
            file=reporters.lookup.file,
            instead="Every council of today needs one.",
        )
    return found


def check_dates(column: DateColumn) -> None:
    """Raise DefinitionError for a format of dates that cannot tell the declared periods apart."""
    finer = ("%m", "%b", "%B", "%j") if column.length is not Length.YEAR else ("%Y", "%y")
    for pattern in column.formats:
        if not any(mark in pattern for mark in finer) or not any(mark in pattern for mark in ("%Y", "%y")):
            raise DefinitionError(
                f"The date format {pattern!r} does not say which {column.length.value.replace('_', ' ')}.",
                instead="Write strftime marks such as %Y-%m-%d.",
            )
