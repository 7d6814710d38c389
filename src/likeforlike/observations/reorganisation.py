"""Values across reorganisations: what an area in force today had before it existed.

Changes are taken date by date, oldest first, so that a district made in 2019 and merged again in 2023
passes on what it was given. A successor's own value always wins. Otherwise, in this order: the value
published for the same area under another code; predecessors' counts added or rates averaged, when every
predecessor has one; the rate of a county that was divided, given to each part as one shared estimate.
Whatever a predecessor's row is not used for is returned with the reason.

A weighted mean's standard error is sqrt(sum w^2 SE^2) with weights summing to 1 and SE = (upper - lower) /
3.92, treating the predecessors' sampling errors as independent.
"""

from __future__ import annotations

import polars as pl

from likeforlike.domain.area import AreaKind, AreaRegister
from likeforlike.domain.indicator import Combination, Weight
from likeforlike.domain.observation import Method, ObservationStatus
from likeforlike.observations.ledger import ROW_ID

PERIOD_KEY = ("indicator_id", "period_start", "period_end")
KEY = (*PERIOD_KEY, "successor")
Z_95 = 1.96

RECODE, WHOLE_COUNTY, MERGER, PART, NONE = "recode", "whole_county", "merger", "part", "none"


def bridge(
    values: pl.DataFrame, traits: pl.DataFrame, register: AreaRegister
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Add successors' values; return all values, and (`row_id`, `reason`) of rows that were passed over.

    `values` has one row per indicator, area and period, with `row_ids` (list) naming the source rows behind
    it; `traits` says per indicator how values combine and which population weights a rate.
    """
    links = link_table(register)
    traits = traits.select("indicator_id", "combination", "weight").unique()
    concerned = pl.col("area_code").is_in([*links["predecessor"], *links["successor"]])
    changed = values.filter(concerned)
    passed_over: list[pl.DataFrame] = []
    for change_date in links["change_date"].unique().sort():
        changed, reasons = _take_over(changed, traits, links.filter(pl.col("change_date") == change_date))
        passed_over.append(reasons)
    return pl.concat([values.filter(~concerned), changed]), passed_over


def link_table(register: AreaRegister) -> pl.DataFrame:
    """One row per predecessor and successor: date, rule, weights, number of merged predecessors."""
    records = []
    for change in register.changes:
        siblings = [
            c
            for c in register.changes
            if (c.predecessor, c.change_date) == (change.predecessor, change.change_date)
        ]
        sources = [
            c.predecessor
            for c in register.changes
            if (c.successor, c.change_date) == (change.successor, change.change_date)
        ]
        districts = [code for code in sources if register.areas[code].kind is not AreaKind.COUNTY]
        records.append(
            {
                "change_date": change.change_date,
                "predecessor": change.predecessor,
                "successor": change.successor,
                "rule": _rule(change.predecessor, districts, len(siblings), register),
                "required": len(districts),
                **{weight.value: getattr(change, weight.value) for weight in Weight},
            }
        )
    weights = {weight.value: pl.Float64 for weight in Weight}
    schema = {
        "change_date": pl.Date,
        **dict.fromkeys(("predecessor", "successor", "rule"), pl.String),
        "required": pl.UInt32,
        **weights,
    }
    return pl.DataFrame(records, schema=schema).sort("change_date", "successor", "predecessor")


def _rule(predecessor: str, districts: list[str], successors: int, register: AreaRegister) -> str:
    """How a value can pass to a successor whose predecessors below county level are `districts`."""
    if register.areas[predecessor].kind is not AreaKind.COUNTY:
        if successors > 1:
            return NONE
        return RECODE if districts == [predecessor] else MERGER
    inside = bool(districts) and all(register.areas[code].county_code == predecessor for code in districts)
    if not inside:
        return NONE
    return WHOLE_COUNTY if successors == 1 else PART


def _take_over(
    values: pl.DataFrame, traits: pl.DataFrame, links: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One date's changes."""
    own = values.select(
        *PERIOD_KEY, pl.col("area_code").alias("successor"), pl.col("status").alias("own_status")
    )
    offered = (
        links.drop("change_date")
        .join(values, left_on="predecessor", right_on="area_code", maintain_order="left")
        .join(traits, on="indicator_id", maintain_order="left")
        .join(own, on=KEY, how="left", maintain_order="left")
        .with_columns(_own_weight().alias("w"))
    )
    missing = ObservationStatus.NOT_AVAILABLE.value
    held = pl.col("own_status").is_not_null() & (pl.col("own_status") != missing)
    open_ = offered.filter(~held)
    merged, attempted = _merged(open_.filter(pl.col("rule") == MERGER))
    same_area = [_passed_on(open_, RECODE, Method.RECODED), _passed_on(open_, WHOLE_COUNTY, Method.SAME_AREA)]
    # A cell that passes on only the reason why it is empty gives way to a value made from districts.
    made = pl.concat([*same_area, merged]).sort(pl.col("value").is_null(), maintain_order=True)
    made = made.unique(KEY, keep="first", maintain_order=True)
    parts = _inherited(
        open_.filter(pl.col("rule") == PART)
        .join(attempted, on=KEY, how="anti")
        .join(made, on=KEY, how="anti")
    )
    made = pl.concat([made, parts])
    reasons = _reasons(offered, made, attempted, held)
    replaced = values.join(made.select(*KEY), left_on=[*PERIOD_KEY, "area_code"], right_on=KEY, how="semi")
    reasons = pl.concat(
        [_by_row(replaced.with_columns(reason=pl.lit("replaced by a value made from predecessors"))), reasons]
    )
    kept = values.join(replaced.select(*PERIOD_KEY, "area_code"), on=[*PERIOD_KEY, "area_code"], how="anti")
    made = made.rename({"successor": "area_code"}).select(
        *(name for name in values.columns if name in {*made.columns, "area_code"})
    )
    return pl.concat([kept, made], how="diagonal"), reasons


def _own_weight() -> pl.Expr:
    weight = pl.lit(None, pl.Float64)
    for name in Weight:
        weight = pl.when(pl.col("weight") == name.value).then(pl.col(name.value)).otherwise(weight)
    return weight


def _passed_on(offered: pl.DataFrame, rule: str, method: Method) -> pl.DataFrame:
    """What is published for the same area under another code; an empty cell passes nothing on."""
    says = pl.col("value").is_not_null() | (pl.col("status") != ObservationStatus.NOT_AVAILABLE.value)
    return _columns(
        offered.filter((pl.col("rule") == rule) & says).with_columns(method=pl.lit(method.value)), rule
    )


def _merged(offered: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sums and weighted means of complete sets of predecessors; and the keys where any has a value."""
    value, weight, se = pl.col("value"), pl.col("w"), (pl.col("upper_95") - pl.col("lower_95")) / (2 * Z_95)
    mean = (value * weight).sum() / weight.sum()
    groups = offered.group_by(KEY, maintain_order=True).agg(
        pl.col("required", "combination").first(),
        value.count().alias("with_value"),
        (se.count() == pl.len()).alias("has_interval"),
        (weight.count() == pl.len()).alias("weighted"),
        value.sum().alias("sum"),
        mean.alias("mean"),
        (se**2).sum().sqrt().alias("se_sum"),
        (((weight * se) ** 2).sum().sqrt() / weight.sum()).alias("se_mean"),
        pl.col("row_ids").explode(),
    )
    attempted = groups.filter(pl.col("with_value") > 0).select(*KEY)
    adds, averages = (pl.col("combination") == c.value for c in (Combination.SUM, Combination.WEIGHTED_MEAN))
    complete = pl.col("with_value") == pl.col("required")
    estimate = pl.when(adds).then("sum").when(averages).then("mean")
    margin = Z_95 * pl.when(adds).then("se_sum").otherwise("se_mean")
    made = groups.filter(complete & (adds | (averages & pl.col("weighted")))).with_columns(
        estimate.alias("value"),
        pl.when("has_interval").then(estimate - margin).alias("lower_95"),
        pl.when("has_interval").then(estimate + margin).alias("upper_95"),
        pl.lit(ObservationStatus.ESTIMATED.value).alias("status"),
        pl.when(adds)
        .then(pl.lit(Method.SUMMED.value))
        .otherwise(pl.lit(Method.WEIGHTED.value))
        .alias("method"),
        pl.lit(None, pl.String).alias("shared_with"),
    )
    return _columns(made, MERGER), attempted


def _inherited(offered: pl.DataFrame) -> pl.DataFrame:
    """A divided county's rate for each part: one estimate, counted under the first part's code."""
    rates = offered.filter(
        pl.col("value").is_not_null(), pl.col("combination") == Combination.WEIGHTED_MEAN.value
    )
    shared = rates.with_columns(
        pl.col("successor").min().over(*PERIOD_KEY, "predecessor").alias("shared_with"),
        pl.lit(Method.INHERITED.value).alias("method"),
        pl.lit(ObservationStatus.ESTIMATED.value).alias("status"),
    )
    return _columns(shared, PART)


def _columns(made: pl.DataFrame, rule: str) -> pl.DataFrame:
    names = ("value", "lower_95", "upper_95", "status", "method", "shared_with", "row_ids")
    return made.select(*KEY, *names, pl.lit(rule).alias("made_by"))


def _reasons(
    offered: pl.DataFrame, made: pl.DataFrame, attempted: pl.DataFrame, held: pl.Expr
) -> pl.DataFrame:
    """Why a predecessor's row is not used for a successor."""
    table = offered.join(made.select(*KEY, "made_by"), on=KEY, how="left", maintain_order="left").join(
        attempted.with_columns(attempted=pl.lit(value=True)), on=KEY, how="left", maintain_order="left"
    )
    same = pl.col("made_by").is_in([RECODE, WHOLE_COUNTY])
    no_value = pl.col("value").is_null()
    averages = pl.col("combination") == Combination.WEIGHTED_MEAN.value
    reason = (
        pl.when(held)
        .then(pl.lit("superseded by the successor's own value"))
        .when(pl.col("made_by") == pl.col("rule"))
        .then(None)
        .when(same)
        .then(pl.lit("superseded by the value published for the same area"))
        .when(pl.col("made_by").is_not_null())
        .then(pl.lit("its successor's value was made from districts"))
        .when(no_value)
        .then(pl.lit("no longer in force, and without a value"))
        .when(pl.col("combination") == Combination.NOT_DERIVABLE.value)
        .then(pl.lit("not derivable from the values of predecessors"))
        .when(pl.col("rule") == NONE)
        .then(pl.lit("covered only part of its successor"))
        .when((pl.col("rule") == MERGER) & pl.col("w").is_null() & averages)
        .then(pl.lit("no population to weight a predecessor by"))
        .when(pl.col("attempted"))
        .then(pl.lit("a predecessor has no value"))
        .otherwise(pl.lit("a count cannot be shared out among successors"))
    )
    return _by_row(table.with_columns(reason.alias("reason")).filter(pl.col("reason").is_not_null()))


def _by_row(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(pl.col("row_ids").alias(ROW_ID), "reason").explode(ROW_ID)
