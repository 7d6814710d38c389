"""Alignment of every set of funds with every measure of need, under every treatment: the tables behind
the pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from likeforlike.analysis.alignment import Equal, Question, group_table
from likeforlike.analysis.concentration import concentration_curve
from likeforlike.analysis.counterfactual import Rule, band, counterfactual, misallocated_share, need_quantity
from likeforlike.analysis.resampling import DRAWS
from likeforlike.analysis.specifications import Answer, Draws, Universe, answer_all
from likeforlike.domain.funding_results import (
    ALIGNMENT_SCHEMA,
    COUNTERFACTUAL_SCHEMA,
    CURVE_SCHEMA,
    FUNDING_AREA_SCHEMA,
    FUNDING_NEED_SCHEMA,
    GROUP_SCHEMA,
)
from likeforlike.domain.matrix import BoolArray, FloatArray
from likeforlike.domain.money import MultiArea
from likeforlike.domain.neighbour_model import Pool
from likeforlike.pipeline.fund_money import Awards, FundSet, Placed
from likeforlike.pipeline.needs import Need, Needs

SEED = 20_260_226
#: Two councils so small that one award makes them the best funded of all, by far.
OUTLIERS = ("E09000001", "E06000053")
TIERS = {Pool.LOWER_TIER: "lower", Pool.UPPER_TIER: "upper"}
#: The main specification: what tables and pictures show where nothing else is chosen.
MAIN_NEED = "imd-average-score"
MAIN = MultiArea.EXCLUDE
DIGITS = 9


@dataclass(frozen=True)
class Asked:
    """One set of funds among the areas of one tier, ready to be studied."""

    funds: FundSet
    areas: tuple[str, ...]
    population: FloatArray
    needs: Mapping[str, Need]
    placed: Mapping[MultiArea, Placed]

    def question(self, need: Need, multi_area: MultiArea = MAIN) -> tuple[Question, BoolArray]:
        """The question of one need, and which areas have a value for it."""
        mask = np.isfinite(need.order)
        quantity = None if need.quantity is None else need.quantity[mask]
        money = self.placed[multi_area].money_gbp[mask]
        return Question(money, need.order[mask], self.population[mask], quantity), mask


def ask(
    funds: FundSet,
    awards: Awards,
    needs: Needs,
    lower: Needs,
    treatments: Collection[MultiArea] = tuple(MultiArea),
) -> Asked:
    """Money, people and needs of one set of funds; `lower` gives the people by whom shared awards are
    divided.
    """
    by_code = dict(zip(lower.areas, lower.population(funds.day).tolist(), strict=True))
    upper = needs.pool is Pool.UPPER_TIER
    treatments = [one for one in treatments if upper or one is not MultiArea.RECIPIENT]
    placed = {one: awards.place(funds, one, needs.pool, by_code) for one in treatments}
    return Asked(funds, needs.areas, needs.population(funds.day), needs.available(funds.day), placed)


def alignment_table(
    asked: Mapping[Pool, list[Asked]], *, draws: int = DRAWS, seed: int = SEED
) -> pl.DataFrame:
    """Every specification, as ALIGNMENT_SCHEMA."""
    rows = [
        row
        for pool, questions in asked.items()
        for outliers in ("in", "out")
        for row in _specifications(questions, pool, outliers, Draws(draws=draws, seed=seed))
    ]
    return rounded(pl.DataFrame(rows, schema=ALIGNMENT_SCHEMA, orient="row"))


def _specifications(
    questions: Sequence[Asked], pool: Pool, outliers: str, draws: Draws
) -> Iterator[dict[str, object]]:
    # Sets of one year stand together, so that ranks among its people are worked out once.
    for asked in sorted(questions, key=lambda one: (one.funds.day, one.funds.id)):
        keep = np.array([outliers == "in" or code not in OUTLIERS for code in asked.areas])
        universe = Universe(
            asked.population[keep],
            {(treatment.value,): placed.money_gbp[keep] for treatment, placed in asked.placed.items()},
            {name: need.order[keep] for name, need in asked.needs.items()},
            {name: need.quantity[keep] for name, need in asked.needs.items() if need.quantity is not None},
        )
        distinct = distinct_treatments(asked)
        for answer in answer_all(universe, draws):
            yield _row(asked, answer, pool, outliers, distinct)


def _row(
    asked: Asked, answer: Answer, pool: Pool, outliers: str, distinct: Collection[str]
) -> dict[str, object]:
    numbers = {
        name: _plain(getattr(answer, name))
        for name in ALIGNMENT_SCHEMA
        if name in Answer.__dataclass_fields__ and name != "need"
    }
    (treatment,) = answer.money
    return {
        "funds": asked.funds.id,
        "need": answer.need,
        "need_label": asked.needs[answer.need].label,
        "multi_area": treatment,
        "tier": TIERS[pool],
        "per": "head" if answer.per_head else "total",
        "outliers": outliers,
        "distinct": treatment in distinct,
        "left_out_gbp": asked.placed[MultiArea(treatment)].left_out_gbp,
        **numbers,
    }


def distinct_treatments(asked: Asked) -> set[str]:
    """Treatments of shared awards that place the money differently; where none is shared, all say the
    same.
    """
    seen: set[bytes] = set()
    distinct = set()
    for treatment, placed in asked.placed.items():
        # To the pound: sums in another order differ in the last digits.
        content = np.round(placed.money_gbp).tobytes()
        if content not in seen:
            distinct.add(treatment.value)
        seen.add(content)
    return distinct


def group_rows(asked: Asked) -> Iterator[dict[str, object]]:
    """Tenths and fifths by every measure, as rows of GROUP_SCHEMA."""
    for name, need in asked.needs.items():
        question, _ = asked.question(need)
        for groups in (5, 10):
            for equal in Equal:
                for group in group_table(question, groups, equal):
                    numbers = {key: _plain(value) for key, value in vars(group).items()}
                    yield {
                        "funds": asked.funds.id,
                        "need": name,
                        "equal": equal.value,
                        "groups": groups,
                        **numbers,
                    }


def curve_rows(asked: Asked) -> Iterator[dict[str, object]]:
    """Concentration curves by every measure, as rows of CURVE_SCHEMA."""
    for name, need in asked.needs.items():
        question, _ = asked.question(need)
        curve = concentration_curve(question.money_gbp, question.need, question.population)
        for position, (people, money) in enumerate(zip(curve.people_share, curve.money_share, strict=True)):
            yield {
                "funds": asked.funds.id,
                "need": name,
                "position": position,
                "people_share": float(people),
                "money_share": float(money),
            }


def need_rows(asked: Asked) -> Iterator[dict[str, object]]:
    """Need of every area by every measure, as rows of FUNDING_NEED_SCHEMA."""
    for name, need in asked.needs.items():
        for code, value, derived in zip(asked.areas, need.value, need.derived, strict=True):
            yield {
                "funds": asked.funds.id,
                "need": name,
                "need_label": need.label,
                "area_code": code,
                "value": _plain(float(value)),
                "derived": bool(derived),
            }


def area_rows(asked: Asked, pool: Pool) -> Iterator[dict[str, object]]:
    """Money, need-proportional share and band of every area, as rows of FUNDING_AREA_SCHEMA."""
    quantities = need_quantities(asked)
    main = asked.needs.get(MAIN_NEED)
    for treatment, placed in asked.placed.items():
        money = placed.money_gbp
        found = band(money, quantities, asked.population) if len(quantities) else None
        needed = (
            None if main is None or main.quantity is None else counterfactual(money, main.quantity).needed_gbp
        )
        for i, code in enumerate(asked.areas):
            yield {
                "funds": asked.funds.id,
                "tier": TIERS[pool],
                "multi_area": treatment.value,
                "area_code": code,
                "population": float(asked.population[i]),
                "money_gbp": float(money[i]),
                "gbp_per_head": float(money[i] / asked.population[i]),
                "needed_gbp": None if needed is None else float(needed[i]),
                **(
                    {}
                    if found is None
                    else {
                        "gap_middle_gbp_per_head": float(found.middle_gbp_per_head[i]),
                        "gap_low_gbp_per_head": float(found.low_gbp_per_head[i]),
                        "gap_high_gbp_per_head": float(found.high_gbp_per_head[i]),
                        "gap_rank_low": int(found.rank_low[i]),
                        "gap_rank_high": int(found.rank_high[i]),
                    }
                ),
            }


def need_quantities(asked: Asked) -> FloatArray:
    """The amounts of need by which a band is drawn, measures x areas.

    Every measure of the edition in force that adds up and that every area has, in proportion, and the average
    score counting only what is above the median area.
    """
    whole = [
        need
        for name, need in asked.needs.items()
        if need.quantity is not None and np.isfinite(need.order).all() and not name[-4:].isdigit()
    ]
    rows = [need.quantity for need in whole if need.quantity is not None]
    rows += [
        need_quantity(need.value, asked.population, Rule.ABOVE_MEDIAN)
        for need in whole
        if need.measure_id == MAIN_NEED
    ]
    return np.array(rows).reshape(len(rows), len(asked.areas))


def counterfactual_rows(asked: Asked) -> Iterator[dict[str, object]]:
    """How much would have to move under every measure that adds up and every rule, as
    COUNTERFACTUAL_SCHEMA.
    """
    for name, need in asked.needs.items():
        if need.quantity is None:
            continue
        question, mask = asked.question(need)
        for rule in Rule:
            quantity = need_quantity(need.value[mask], question.population, rule)
            share = misallocated_share(question.money_gbp, quantity)
            yield {
                "funds": asked.funds.id,
                "need": name,
                "rule": rule.value,
                "council_count": len(question.need),
                "misallocated_share": _plain(share),
                "moved_gbp": _plain(share * float(question.money_gbp.sum())),
            }


def result_tables(asked: Mapping[Pool, list[Asked]], *, draws: int = DRAWS) -> dict[str, pl.DataFrame]:
    """Every table of results but the regressions, by name."""
    lower = asked[Pool.LOWER_TIER]
    makers = {
        "alignment_group": (group_rows, GROUP_SCHEMA),
        "alignment_curve": (curve_rows, CURVE_SCHEMA),
        "funding_need": (need_rows, FUNDING_NEED_SCHEMA),
        "counterfactual": (counterfactual_rows, COUNTERFACTUAL_SCHEMA),
    }
    tables = {
        name: rounded(pl.DataFrame([row for one in lower for row in make(one)], schema=schema))
        for name, (make, schema) in makers.items()
    }
    areas = [row for pool, questions in asked.items() for one in questions for row in area_rows(one, pool)]
    tables["funding_area"] = rounded(pl.DataFrame(areas, schema=FUNDING_AREA_SCHEMA))
    return {"alignment": alignment_table(asked, draws=draws), **tables}


def rounded(table: pl.DataFrame) -> pl.DataFrame:
    """Numbers to nine significant digits: sums by several processors differ in the sixteenth."""
    return table.with_columns(pl.col(pl.Float64).round_sig_figs(DIGITS))


def _plain(value: float | int) -> float | int | None:
    """A number, or None for one that is missing."""
    return None if isinstance(value, float) and not np.isfinite(value) else value
