"""Every fund against every indicator: tables `change`, `change_event` and `change_area`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from likeforlike.analysis.change_design import Announced, Awards, Unusable
from likeforlike.analysis.intervals import false_discovery
from likeforlike.analysis.matched_change import Change, compare
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.money import Fund
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.fund_panels import (
    awards,
    awards_by_area,
    in_order_of,
    pool_of,
    reached_by_others,
    studied_funds,
    studied_indicators,
)
from likeforlike.pipeline.one_council import Alone

#: Who among some areas has an award of the fund, and which of them other funds reached.
Reached = tuple[Awards, list[bool]]

#: Placebo funds that judge each comparison, and their seed. Fewer could not show a false discovery rate below
#: 5 % over the fifty comparisons of a fund.
DRAWS, SEED = 1999, 5

#: What `finding` says where there is no comparison is the reason; the numbers are then missing.
CHANGE_SCHEMA = pl.Schema(
    {
        "fund_id": pl.String,
        "indicator_id": pl.String,
        "finding": pl.String,
        "funded_count": pl.Int32,
        "comparator_count": pl.Int32,
        "dropped_count": pl.Int32,
        "unlike_count": pl.Int32,
        "periods_before": pl.Int32,
        "periods_after": pl.Int32,
        "first_after_offset": pl.Int32,
        "first_period_after_start": pl.Date,
        "last_period_end": pl.Date,
        "years_after": pl.Float64,
        "smallest_detectable": pl.Float64,
        "plausible": pl.Float64,
        "estimate": pl.Float64,
        "lower_95": pl.Float64,
        "upper_95": pl.Float64,
        "standard_error": pl.Float64,
        "p_value": pl.Float64,
        "q_value": pl.Float64,
        "pre_trend_p": pl.Float64,
        "pre_trend_periods": pl.Int32,
        "placebo_date_estimate": pl.Float64,
        "placebo_date_p": pl.Float64,
        "staggered_estimate": pl.Float64,
        "staggered_standard_error": pl.Float64,
        "without_other_funds": pl.Float64,
        "without_other_funds_error": pl.Float64,
        "without_other_funds_count": pl.Int32,
        "drift_estimate": pl.Float64,
        "drift_lower_95": pl.Float64,
        "drift_upper_95": pl.Float64,
        "drift_breakdown": pl.Float64,
        "drift_steps": pl.Int32,
        "funded_change": pl.Float64,
        "comparators_change": pl.Float64,
    }
)
EVENT_SCHEMA = pl.Schema(
    {
        "fund_id": pl.String,
        "indicator_id": pl.String,
        "periods_from_last_before": pl.Int32,
        "estimate": pl.Float64,
        "lower_95": pl.Float64,
        "upper_95": pl.Float64,
        "placebo_lower_95": pl.Float64,
        "placebo_upper_95": pl.Float64,
    }
)
#: `alone` says whether the area has periods enough to be set beside a mixture of others by itself.
AREA_SCHEMA = pl.Schema(
    [
        ("fund_id", pl.String),
        ("indicator_id", pl.String),
        ("area_code", pl.String),
        ("before", pl.Float64),
        ("change", pl.Float64),
        ("comparator_codes", pl.List(pl.String)),
        ("comparators_change", pl.Float64),
        ("alone", pl.Boolean),
    ]
)


def change_tables(
    allocation: pl.DataFrame,
    allocation_area: pl.DataFrame,
    *,
    funds: Mapping[str, Fund],
    indicators: Mapping[str, Indicator],
    comparisons: Comparisons,
    register: AreaRegister,
) -> dict[str, pl.DataFrame]:
    """Compare every studied fund's councils with councils like them on every studied indicator.

    Differences are called such only after the false discovery rate over all of a fund's comparisons.
    """
    by_area = awards_by_area(allocation, allocation_area, funds)
    rows: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    areas: list[dict[str, Any]] = []
    studied = studied_funds(funds)
    for fund_id in studied:

        @cache
        def reached(areas: tuple[str, ...], fund_id: str = fund_id) -> Reached:
            given = awards(by_area, fund_id, areas, register)
            return given, reached_by_others(by_area, fund_id, studied, areas)

        found = {
            one.id: compare_one(one, reached, comparisons) for one in studied_indicators(indicators).values()
        }
        made = {name: one for name, one in found.items() if isinstance(one, Change)}
        q_values = dict(
            zip(made, false_discovery(np.array([one.p_value for one in made.values()])), strict=True)
        )
        for indicator_id, one in found.items():
            key = {"fund_id": fund_id, "indicator_id": indicator_id}
            if isinstance(one, Unusable):
                rows.append(key | {"finding": one.value})
            else:
                matrix = comparisons.matrices.matrix(indicator_id, pool_of(indicators[indicator_id]))
                rows.append(key | _row(one, float(q_values[indicator_id]), matrix.periods))
                events += [key | event for event in _events(one)]
                alone, days = Alone.of(matrix, indicators[indicator_id]), reached(matrix.areas)[0].days
                areas += [key | area for area in _areas(one, matrix.areas, alone, days)]
    return {
        "change": pl.DataFrame(rows, schema=CHANGE_SCHEMA),
        "change_event": pl.DataFrame(events, schema=EVENT_SCHEMA),
        "change_area": pl.DataFrame(areas, schema=AREA_SCHEMA),
    }


def compare_one(
    indicator: Indicator,
    reached: Callable[[tuple[str, ...]], Reached],
    comparisons: Comparisons,
    draws: int = DRAWS,
) -> Change | Unusable:
    """One fund, given as whom among some areas it and others reached, and one indicator.

    The same arguments give the same numbers.
    """
    pool = pool_of(indicator)
    matrix = comparisons.matrices.matrix(indicator.id, pool)
    if not matrix.periods:
        return Unusable.NO_OUTCOME_AFTER
    given, other_funds = reached(matrix.areas)
    near = comparisons.neighbours(comparisons.powers.model_for(pool).id, without=indicator.id)
    return compare(
        matrix.values,
        matrix.periods,
        given,
        in_order_of(matrix.areas, near.areas, near.all_distances),
        breaks=[date.fromisoformat(one.at) for one in indicator.breaks],
        other_funds=other_funds,
        draws=draws,
        seed=SEED,
    )


def _row(made: Change, q_value: float, periods: Any) -> dict[str, Any]:  # noqa: ANN401 - a tuple of Period
    windows = made.design.windows
    lower, upper = made.interval
    return {
        "finding": made.finding(q_value).value,
        "funded_count": made.design.funded,
        "comparator_count": made.design.comparators,
        "dropped_count": made.design.dropped,
        "unlike_count": made.design.unlike,
        "periods_before": 1 + min(one.last_before for one in windows),
        "periods_after": min(len(one.after) for one in windows),
        "first_after_offset": max(one.after[0] - one.last_before for one in windows),
        "first_period_after_start": min(periods[one.after[0]].start for one in windows),
        "last_period_end": max(periods[one.after[-1]].end for one in windows),
        "years_after": made.years_after,
        "smallest_detectable": made.mde,
        "plausible": made.plausible,
        "estimate": made.value,
        "lower_95": lower,
        "upper_95": upper,
        "standard_error": made.standard_error,
        "p_value": made.p_value,
        "q_value": q_value,
        "pre_trend_p": _known(made.pre_trend_p),
        "pre_trend_periods": made.pre_trend_periods,
        "placebo_date_estimate": made.placebo_in_time.value if made.placebo_in_time else None,
        "placebo_date_p": made.placebo_in_time.p_value if made.placebo_in_time else None,
        "staggered_estimate": made.staggered.value if made.staggered else None,
        "staggered_standard_error": made.staggered.standard_error if made.staggered else None,
        **_without_other_funds(made),
        **_drift(made),
        "funded_change": made.funded_change,
        "comparators_change": made.comparators_change,
    }


def _without_other_funds(made: Change) -> dict[str, Any]:
    found = made.without_other_funds
    return {
        "without_other_funds": found.value if found else None,
        "without_other_funds_error": found.standard_error if found else None,
        "without_other_funds_count": found.comparators if found else None,
    }


def _drift(made: Change) -> dict[str, Any]:
    found = made.drift
    return {
        "drift_estimate": found.value if found else None,
        "drift_lower_95": found.lower_95 if found else None,
        "drift_upper_95": found.upper_95 if found else None,
        "drift_breakdown": found.breakdown if found else None,
        "drift_steps": found.steps if found else None,
    }


def _events(made: Change) -> Iterator[dict[str, Any]]:
    for event in made.events:
        yield {
            "periods_from_last_before": event.column,
            "estimate": event.value,
            "lower_95": event.value - 1.959964 * event.standard_error,
            "upper_95": event.value + 1.959964 * event.standard_error,
            "placebo_lower_95": event.placebo_lower,
            "placebo_upper_95": event.placebo_upper,
        }


def _areas(
    made: Change, codes: tuple[str, ...], alone: Alone, days: Sequence[Announced | None]
) -> Iterator[dict[str, Any]]:
    """Every funded area with the areas it is compared with."""
    for number, row in enumerate(made.funded_rows):
        chosen = made.matched.comparators[number]
        day = days[row]
        difference, own = float(made.matched.difference[number, 0]), float(made.own_change[number])
        yield {
            "area_code": codes[row],
            "before": float(made.before[number]),
            "change": own,
            "comparator_codes": [codes[made.design.rows[one]] for one in chosen if one >= 0],
            "comparators_change": own - difference,
            "alone": day is not None and alone.columns(int(row), day) is not None,
        }


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - only NaN differs from itself
