"""What an engine answered, turned into figures of areas and the account of every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.event import ACCOUNT_SCHEMA, EVENT_SCHEMA, EventDefinition, EventSeries, Measure
from likeforlike.observations.event_keys import Key, Periods, Reasons

#: Columns of the answer; a series' own column has its name, and the rows it took stand under `rows_of`.
AREA, PERIOD, ASIDE, TAKEN, ROWS = "area", "period", "aside", "taken", "rows"
KEPT = "counted in its area and period"
UNTAKEN = "no series counts it"
ABSENT = "the reporter of its area sent nothing in this period"
PARTIAL = "the reporter of its area did not send everything in this period"
#: The mark of a value that is missing because a reporter's rows are.
NOT_SENT = "x"
_CELL = (AREA, PERIOD)


@dataclass(frozen=True)
class Events:
    """Figures (EVENT_SCHEMA, in the order of series, period and area) and the account of rows
    (ACCOUNT_SCHEMA)."""

    values: pl.DataFrame
    account: pl.DataFrame


@dataclass(frozen=True)
class Plan:
    """A definition with every value of its columns read."""

    definition: EventDefinition
    area: Key
    periods: Periods
    aside: tuple[tuple[str, Key], ...]  # rules that leave out, then categories
    reasons: Reasons
    #: Council of today -> its reporter, and reporters by first day of the periods they sent rows in.
    reporter_of: Mapping[str, str] | None = None
    sent: frozenset[tuple[str, int]] = frozenset()


def rows_of(series: EventSeries) -> str:
    """The column that says how many rows a series took."""
    return f"rows of {series.id}"


def bit_of(definition: EventDefinition, series: EventSeries) -> int:
    """The bit that stands for a series in `taken`.

    Things that count once must not be divided among groups of rows, so beside a distinct series `taken` only
    says whether any series takes a row.
    """
    if definition.has_distinct:
        return 1
    return int(1 << definition.series.index(series))


def events_of(grouped: pl.DataFrame, plan: Plan, register: AreaRegister) -> Events:
    """Figures and account from the engine's groups."""
    judged = _judge(_with_counts(grouped, plan.definition), plan)
    sound = judged.filter(pl.col("why").is_null())
    cells = sound.group_by(_CELL).agg(
        *(
            pl.col(column).cast(pl.Int128).sum()
            for one in plan.definition.series
            for column in (one.id, rows_of(one))
        )
    )
    if plan.reporter_of is not None:
        cells = _every_cell(plan, register).join(cells, on=_CELL, how="left")
    else:
        cells = cells.with_columns(pl.lit(_all_series(plan)).alias("open"), _label(plan).alias("area_code"))
    return Events(_values(cells, plan), _account(judged, sound))


def _with_counts(grouped: pl.DataFrame, definition: EventDefinition) -> pl.DataFrame:
    """The groups with a column for every series: a count is the rows of the groups that the series takes."""
    if not definition.has_distinct:
        grouped = grouped.with_columns(
            pl.when((pl.col(TAKEN) & bit_of(definition, series)) != 0)
            .then(ROWS)
            .otherwise(0)
            .alias(rows_of(series))
            for series in definition.series
        )
    counts = [one for one in definition.series if one.measure is Measure.COUNT]
    return grouped.with_columns(pl.col(rows_of(series)).alias(series.id) for series in counts)


def _judge(grouped: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The groups with `why` they are set aside (null where they count) and an `example`."""
    rules = len(plan.definition.leave_out)
    left_out = {code for _, key in plan.aside[:rules] for code in key.codes.values() if code < 0}
    first = pl.when(pl.col(ASIDE).is_in(sorted(left_out))).then(ASIDE)
    bad = [pl.when(pl.col(name) < 0).then(name) for name in (AREA, PERIOD, ASIDE)]
    reasons = pl.DataFrame(
        [(-n - 1, text, plan.reasons.example(-n - 1)) for n, text in enumerate(plan.reasons.texts)],
        schema={"code": pl.Int32, "reason": pl.String, "example": pl.String},
        orient="row",
    )
    judged = grouped.with_columns(pl.coalesce(first, *bad).alias("code")).join(reasons, on="code", how="left")
    untaken = pl.when(pl.col(TAKEN) == 0).then(pl.lit(UNTAKEN))
    why = [pl.col("reason"), untaken]
    if plan.reporter_of is not None:
        judged = judged.join(_open(plan), on=_CELL, how="left")
        why.append(pl.when(pl.col("open") == 0).then(pl.lit(ABSENT)))
        why.append(pl.when((pl.col("open") & pl.col(TAKEN)) == 0).then(pl.lit(PARTIAL)))
    return judged.with_columns(pl.coalesce(why).alias("why"))


def _open(plan: Plan) -> pl.DataFrame:
    """Areas and periods with the bits of the series that their reporter's rows are enough for."""
    assert plan.reporter_of is not None, "asked only where reporters are declared"
    return pl.DataFrame(
        [
            (area, period, _bits(plan, plan.reporter_of[code], period))
            for area, code in enumerate(plan.area.labels)
            for period in range(len(plan.periods.periods))
        ],
        schema={AREA: pl.Int32, PERIOD: pl.Int32, "open": pl.Int64},
        orient="row",
    )


def _every_cell(plan: Plan, register: AreaRegister) -> pl.DataFrame:
    """Every council of today in every period, whether any row names it or not."""
    assert plan.reporter_of is not None, "asked only where reporters are declared"
    place = {label: number for number, label in enumerate(plan.area.labels)}
    return pl.DataFrame(
        [
            (place.get(code, -number), period, code, _bits(plan, plan.reporter_of[code], period))
            for number, code in enumerate(register.lower_tier, start=1)
            for period in range(len(plan.periods.periods))
        ],
        schema={AREA: pl.Int32, PERIOD: pl.Int32, "area_code": pl.String, "open": pl.Int64},
        orient="row",
    )


def _bits(plan: Plan, reporter: str, period: int) -> int:
    """Bits of the series that a reporter's rows of a period are enough for; 0 where it sent none."""
    if (reporter, period) not in plan.sent:
        return 0
    bits, definition = _all_series(plan), plan.definition
    start = plan.periods.periods[period].start
    for one in definition.reporters.incomplete if definition.reporters else ():
        if one.reporter == reporter and start in one.periods:
            for series in definition.series:
                if not one.series or series.id in one.series:
                    bits &= ~bit_of(definition, series)
    return bits


def _all_series(plan: Plan) -> int:
    bits = 0
    for series in plan.definition.series:
        bits |= bit_of(plan.definition, series)
    return bits


def _label(plan: Plan) -> pl.Expr:
    labels = dict(enumerate(plan.area.labels))
    return pl.col(AREA).replace_strict(labels, default=None, return_dtype=pl.String)


def _values(cells: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    days = pl.DataFrame(
        [(number, period.start, period.end) for number, period in enumerate(plan.periods.periods)],
        schema={PERIOD: pl.Int32, "period_start": pl.Date, "period_end": pl.Date},
        orient="row",
    )
    cells = cells.join(days, on=PERIOD)
    tables = []
    for series in plan.definition.series:
        scale = series.divide_by * (10**series.decimals if series.measure is Measure.SUM else 1)
        sent = (pl.col("open") & bit_of(plan.definition, series)) != 0
        # Polars divides by a constant by multiplying with its inverse, which is not the nearest number.
        whole = cells[series.id].fill_null(0).cast(pl.Float64).to_numpy()
        tables.append(
            cells.select(
                pl.lit(series.id).alias("series"),
                "area_code",
                "period_start",
                "period_end",
                pl.when(sent).then(pl.Series(whole / scale)).alias("value"),
                pl.when(~sent).then(pl.lit(NOT_SENT)).alias("marker"),
                pl.when(sent).then(pl.col(rows_of(series)).fill_null(0)).otherwise(0).alias("events"),
            ).cast(EVENT_SCHEMA)
        )
    return pl.concat(tables).sort("series", "period_start", "period_end", "area_code")


def _account(judged: pl.DataFrame, sound: pl.DataFrame) -> pl.DataFrame:
    kept = sound.select(
        pl.lit("kept").alias("outcome"),
        pl.lit(KEPT).alias("reason"),
        pl.col(ROWS).sum().cast(pl.Int64),
        pl.lit("").alias("example"),
    )
    aside = (
        judged.filter(pl.col("why").is_not_null())
        .group_by(pl.lit("set_aside").alias("outcome"), pl.col("why").alias("reason"))
        .agg(pl.col(ROWS).sum(), pl.col("example").max().fill_null(""))
        .sort("reason")
    )
    return pl.concat([kept.filter(pl.col(ROWS) > 0), aside.cast(ACCOUNT_SCHEMA)])
