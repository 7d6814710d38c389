"""Alignment round by round and year by year: parts of the funds' awards, each with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from likeforlike.analysis.resampling import DRAWS
from likeforlike.analysis.specifications import Draws, Universe, answer_all
from likeforlike.domain.funding_results import PART_SCHEMA
from likeforlike.domain.money import AmountKind, Fund
from likeforlike.observations.deflator import financial_year
from likeforlike.pipeline.alignments import MAIN, SEED, ask, rounded
from likeforlike.pipeline.fund_money import Awards, FundSet, Part, fund_set
from likeforlike.pipeline.needs import Needs

ROUND, YEAR = "round", "year"
KINDS = {AmountKind.AWARDED: "awarded", AmountKind.UP_TO: "up to"}


@dataclass(frozen=True)
class NamedPart:
    """A part that a release answers for: by round, or by the financial year of the announcement."""

    kind: str
    label: str
    funds: FundSet


def every_part(awards: Awards, funds: Mapping[str, Fund]) -> Iterator[NamedPart]:
    """Each round of a fund that has several, then each financial year, kinds of amount apart."""
    usable = [name for name, one in funds.items() if one.usable_for_totals and awards.totals.get(name, 0) > 0]
    for name in usable:
        rounds = awards.announced([name])["round"].drop_nulls().unique().sort().to_list()
        if len(rounds) > 1:
            whole = fund_set([name], funds, {}, awards.totals)
            for one in rounds:
                yield NamedPart(ROUND, one, awards.sliced(whole, Part(round=one)))
    for kind, words in KINDS.items():
        alike = [name for name in usable if funds[name].amount_kind is kind]
        years = sorted({financial_year(day) for day in awards.announced(alike)["announced"].drop_nulls()})
        for year in years:
            whole = fund_set(alike, funds, {}, awards.totals)
            part = Part(since=date(year, 4, 1), until=date(year + 1, 3, 31))
            yield NamedPart(YEAR, f"{year}-{(year + 1) % 100:02d}, {words}", awards.sliced(whole, part))


def part_table(
    awards: Awards, funds: Mapping[str, Fund], needs: Needs, *, draws: int = DRAWS, seed: int = SEED
) -> pl.DataFrame:
    """Every part on every measure of need among lower-tier areas, per head, as PART_SCHEMA."""
    drawn = Draws(draws=draws, seed=seed)
    rows = []
    for part in every_part(awards, funds):
        asked = ask(part.funds, awards, needs, needs, treatments=(MAIN,))
        placed = asked.placed[MAIN]
        universe = Universe(
            asked.population,
            {(MAIN.value,): placed.money_gbp},
            {name: need.order for name, need in asked.needs.items()},
            {name: need.quantity for name, need in asked.needs.items() if need.quantity is not None},
        )
        for answer in answer_all(universe, drawn, per_head=(True,)):
            mask = np.isfinite(asked.needs[answer.need].order)
            rows.append(
                {
                    "kind": part.kind,
                    "label": part.label,
                    "funds": "+".join(part.funds.funds),
                    "need_label": asked.needs[answer.need].label,
                    "day": part.funds.day,
                    "funded_count": int((placed.money_gbp[mask] > 0).sum()),
                    "left_out_gbp": placed.left_out_gbp,
                    **{
                        name: getattr(answer, name)
                        for name in PART_SCHEMA
                        if name in type(answer).__dataclass_fields__
                    },
                }
            )
    table = pl.DataFrame(rows, schema=PART_SCHEMA, orient="row")
    return rounded(table.with_columns(pl.col(pl.Float64).fill_nan(None)))
