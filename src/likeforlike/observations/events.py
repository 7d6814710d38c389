"""Events to figures of areas: one declared aggregation, one Ibis expression, any engine.

Two questions are put to the engine. The first asks for the different values of the columns that place, date
and sort a row; `event_keys` reads those to whole numbers. The second is the aggregation: every row gets the
numbers of its values, rows are grouped by area, period, reason and the series that take them, and counted
or added up. Rows that are set aside are a group like any other, so that the answer accounts for every row in
one pass.

Nothing that depends on the order of rows is asked for. Amounts are added as whole numbers of their last
decimal, exactly; a floating-point sum would differ between engines, and between two runs of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import DefinitionError, RequestError
from likeforlike.domain.event import (
    ANY_COLUMN,
    EventDefinition,
    EventSeries,
    Measure,
    Unknown,
)
from likeforlike.observations import event_keys as keys
from likeforlike.observations.event_answer import (
    AREA,
    ASIDE,
    PERIOD,
    ROWS,
    TAKEN,
    Events,
    Plan,
    bit_of,
    events_of,
    rows_of,
)
from likeforlike.observations.event_engines import Engine
from likeforlike.observations.event_keys import Key, Periods, Reasons, Value

#: More different values than any column of areas, dates or sorts has.
MOST_VALUES = 2_000_000
#: The largest amount that is read, in whole numbers of its last decimal.
_LARGEST = 10**15


@dataclass(frozen=True)
class Lookups:
    """The files a definition refers to, read: area by value, and reporter by council."""

    areas: Mapping[str, str] | None = None
    reporters: Mapping[str, str] | None = None


def aggregate(
    engine: Engine,
    files: Sequence[Path],
    definition: EventDefinition,
    lookups: Lookups,
    register: AreaRegister,
) -> Events:
    """Run a declared aggregation over files of events.

    An area with any row in a period is taken to have reported that period, so a series without a row is
    nought there; an area without any row has no figure. With `reporters` both are decided by whether the
    area's reporter sent rows.

    Raises RequestError for a file that cannot be read, DefinitionError where the columns are not as declared
    or (with `unknown: stop`) a value is not.
    """
    keys.check_dates(definition.date)
    table = engine.read(files)
    _check_columns(table.columns, definition, files)
    plan = _read_values(engine, table, definition, lookups, register)
    if definition.unknown is Unknown.STOP:
        _stop_at_undeclared(plan.reasons, files)
    return events_of(engine.collect(_expression(table, plan)), plan, register)


def _check_columns(columns: Iterable[str], definition: EventDefinition, files: Sequence[Path]) -> None:
    found = [*columns]
    missing = [name for name in definition.columns if name not in found]
    unused = {*definition.columns, *definition.ignored}
    unknown = [] if ANY_COLUMN in definition.ignored else [name for name in found if name not in unused]
    if missing or unknown:
        parts = [f"no column {', '.join(map(repr, missing))}"] if missing else []
        parts += [f"the column {', '.join(map(repr, unknown))}, which is not declared"] if unknown else []
        raise DefinitionError(
            f"{files[0]} has {' and '.join(parts)}.",
            instead="Name the columns that are not used under `ignored`, or write `ignored: ['*']`."
            if unknown
            else f"It has {', '.join(found)}.",
        )


def _read_values(
    engine: Engine, table: ibis.Table, definition: EventDefinition, lookups: Lookups, register: AreaRegister
) -> Plan:
    known: dict[str, list[Value]] = {}
    gaps: set[str] = set()

    def values(column: str) -> list[Value]:
        if column not in known:
            found = _different_values(engine, table, column)
            known[column] = sorted((value for value in found if value is not None), key=str)
            gaps.update([column] if None in found else [])
        return known[column]

    reasons = Reasons()
    left_out = [
        (rule.column, keys.left_out_key(values(rule.column), rule, reasons)) for rule in definition.leave_out
    ]
    area = keys.area_key(values(definition.area.column), definition.area, lookups.areas, register, reasons)
    periods = keys.period_key(values(definition.date.column), definition.date, reasons)
    sorts = [
        (column, keys.category_key(values(column), column, allowed, reasons, gaps=column in gaps))
        for column, allowed in definition.categories.items()
    ]
    plan = Plan(definition, area, periods, (*left_out, *sorts), reasons)
    reporters = definition.reporters
    if reporters is None:
        return plan
    assert lookups.reporters is not None, "a definition with reporters comes with their lookup"
    return replace(
        plan,
        reporter_of=keys.reporters_of(reporters, lookups.reporters, register),
        sent=_sent(engine, table, reporters.column, definition.date.column, periods),
    )


def _sent(
    engine: Engine, table: ibis.Table, reporter: str, day: str, periods: Periods
) -> frozenset[tuple[str, int]]:
    """Reporters, as the column writes them, and the periods they have rows in, whatever becomes of those."""
    pairs = table.select(reporter=_plain(table[reporter]), day=_plain(table[day])).distinct()
    return frozenset(
        (str(who), period)
        for who, when in engine.collect(pairs).iter_rows()
        if who is not None and (period := periods.key.codes.get(when, -1)) >= 0
    )


def _different_values(engine: Engine, table: ibis.Table, column: str) -> list[Value]:
    answer = engine.collect(table.select(value=_plain(table[column])).distinct().limit(MOST_VALUES + 1))[
        "value"
    ]
    if answer.len() > MOST_VALUES:
        raise RequestError(
            f"The column {column!r} has more than {MOST_VALUES:,} different values.",
            instead="Name a column that holds areas, days or sorts.",
        )
    return answer.to_list()


def _plain(column: Any) -> Any:  # noqa: ANN401 - an Ibis column
    """Text and days as they are, a moment as its day, whole numbers as text."""
    kind = column.type()
    if kind.is_timestamp():
        return column.date()
    if kind.is_string() or kind.is_date():
        return column
    if kind.is_integer():
        return column.cast("string")
    raise DefinitionError(
        f"The column {column.get_name()!r} holds {kind}, which says neither where, when nor what.",
        instead="Name a column of text, dates or whole numbers.",
    )


def _stop_at_undeclared(reasons: Reasons, files: Sequence[Path]) -> None:
    for code in sorted(reasons.undeclared, reverse=True):
        raise DefinitionError(
            f"It holds {reasons.text(code)}: {reasons.example(code)}.",
            file=str(files[0]),
            instead="Declare it, or write `unknown: set_aside`.",
        )


def _expression(table: ibis.Table, plan: Plan) -> ibis.Table:
    """The aggregation: one row per area, period, reason and series taken, with counts and sums."""
    definition, reasons = plan.definition, plan.reasons
    keyed = [(definition.area.column, plan.area), (definition.date.column, plan.periods.key), *plan.aside]
    rows, names = table, [f"likeforlike_{number}" for number in range(len(keyed))]
    for name, (column, key) in zip(names, keyed, strict=True):
        rows = _with_key(rows, column, key, name)
    area, period, *aside = (rows[name] for name in names)
    takes = [_takes(rows, series) for series in definition.series]
    wants = [_wanting(rows, series, reasons) for series in definition.series]
    lacking = [
        (take & lacks, ibis.literal(code, "int32"))
        for take, (lacks, code) in zip(takes, wants, strict=True)
        if code
    ]
    rows = rows.mutate(
        by_area=area,
        by_period=period,
        by_aside=_first_of([*((code < 0, code) for code in aside), *lacking]),
        by_taken=_bits(definition, takes),
    )
    asked = {ROWS: rows.count()}
    for series in definition.series:
        # Where `taken` tells series apart, the rows of a series are those of its groups.
        if definition.has_distinct:
            asked[rows_of(series)] = rows.count(where=_takes(rows, series))
        if series.measure is not Measure.COUNT:
            asked[series.id] = _measure(rows, series)
    by = {AREA: rows.by_area, PERIOD: rows.by_period, ASIDE: rows.by_aside, TAKEN: rows.by_taken}
    return rows.group_by(**by).aggregate(**asked)


def _first_of(cases: list[tuple[Any, Any]]) -> Any:  # noqa: ANN401 - an Ibis column
    none = ibis.literal(0, "int32")
    return ibis.cases(*cases, else_=none) if cases else none


def _bits(definition: EventDefinition, takes: list[Any]) -> Any:  # noqa: ANN401 - an Ibis column
    """Which series take a row, as bits; 0 where none does."""
    bits = ibis.literal(0, "int64")
    for series, take in zip(definition.series, takes, strict=True):
        bits |= take.ifelse(ibis.literal(bit_of(definition, series), "int64"), ibis.literal(0, "int64"))
    return bits


def _with_key(rows: ibis.Table, column: str, key: Key, name: str) -> ibis.Table:
    """The rows with the numbers of a column's values; a row without a value has the key's `none`."""
    if len(numbers := {*key.codes.values(), key.none}) == 1:
        return rows.mutate(**{name: ibis.literal(numbers.pop(), "int32")})
    lookup = ibis.memtable(
        pl.DataFrame({f"{name}_value": [*key.codes], f"{name}_code": [*key.codes.values()]}).cast(
            {f"{name}_code": pl.Int32}
        )
    )
    joined = rows.left_join(lookup, _plain(rows[column]) == lookup[f"{name}_value"])
    code = joined[f"{name}_code"].fill_null(ibis.literal(key.none, "int32"))
    return joined.mutate(**{name: code}).drop(f"{name}_value", f"{name}_code")


def _takes(rows: ibis.Table, series: EventSeries) -> Any:  # noqa: ANN401 - an Ibis column
    """Whether a series takes a row."""
    conditions = [_plain(rows[column]).isin(values) for column, values in series.where.items()]
    # SQL's "not in" is unknown for a missing value, which is none of those named.
    conditions += [
        (~_plain(rows[column]).isin(values)).fill_null(True) for column, values in series.where_not.items()
    ]
    return ibis.and_(ibis.literal(True), *(one.fill_null(False) for one in conditions))


def _wanting(rows: ibis.Table, series: EventSeries, reasons: Reasons) -> tuple[Any, int]:
    """Whether a row lacks what the series counts or adds, and the number of that reason; 0 for a count."""
    if series.measure is Measure.COUNT:
        return None, 0
    if series.measure is Measure.DISTINCT:
        column = rows[series.column]
        empty = column == "" if column.type().is_string() else ibis.literal(False)
        return column.isnull() | empty, reasons.code(f"{series.column}: no value")
    return (
        _amount(rows[series.column], series).isnull(),
        reasons.code(f"{series.column}: no amount, or not a number with at most {series.decimals} decimals"),
    )


def _measure(rows: ibis.Table, series: EventSeries) -> Any:  # noqa: ANN401 - an Ibis value
    takes = _takes(rows, series)
    if series.measure is Measure.DISTINCT:
        return rows[series.column].nunique(where=takes)
    return _amount(rows[series.column], series).sum(where=takes)


def _amount(column: Any, series: EventSeries) -> Any:  # noqa: ANN401 - an Ibis column
    """An amount as a whole number of its last decimal; null where it cannot be read.

    Text may have thousands separators, a pound sign, and brackets for a negative amount.
    """
    kind, scale = column.type(), 10**series.decimals
    if kind.is_integer():
        return ibis.cases((column.abs() <= _LARGEST // scale, column.cast("int64") * scale))
    if kind.is_decimal():
        column, kind = column.cast("string"), ibis.dtype("string")
    if kind.is_floating():
        scaled = column.cast("float64") * float(scale)
        # A comparison with what is not a number is false in one engine and true in another.
        sound = ~column.isnan() & (scaled.abs() < float(_LARGEST))
        return ibis.cases((sound, (scaled + 0.5).floor().cast("int64")))
    if not kind.is_string():
        raise DefinitionError(f"The column {column.get_name()!r} holds {kind}, which cannot be added up.")
    text = column.replace(",", "").replace("£", "").replace(" ", "")
    negative = text.startswith("-") | text.startswith("(")
    digits = text.replace("(", "").replace(")", "").replace("-", "")
    sound = rf"[0-9]{{1,{15 - series.decimals}}}(\.[0-9]{{0,{series.decimals}}}0*)?"
    shape = rf"^(-?{sound}|\({sound}\))$"
    whole = digits.re_extract(r"^([0-9]+)", 1)
    part = (digits.re_extract(r"\.([0-9]*)$", 1) + "0" * series.decimals).substr(0, series.decimals)
    number = (whole + part).try_cast("int64")
    return ibis.cases((text.re_search(shape), ibis.ifelse(negative, -number, number)))
