"""The step of a build that makes the register of funding and everything found about it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from likeforlike.domain.funding_results import NET_SCHEMA, PART_SCHEMA
from likeforlike.domain.neighbour_model import Pool
from likeforlike.pipeline.alignment_statistics import net_statistics, statistic_table
from likeforlike.pipeline.alignments import Asked, ask, result_tables
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.core_funding import core_funding_table
from likeforlike.pipeline.fund_money import Awards, every_set
from likeforlike.pipeline.fund_parts import part_table
from likeforlike.pipeline.fund_register import fund_table, read_register
from likeforlike.pipeline.fund_regressions import net_table, regression_table
from likeforlike.pipeline.needs import POPULATION, Needs

#: The awards that are set beside what core grants lost.
MAIN_FUNDS = "levelling-up-awards"


def funding_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """Every table of funding by name: the register as published, formula money, and alignment with need.

    Raises DefinitionError or SourceChangedError, naming file and row, for whatever is not as declared.
    """
    register = read_register(context)
    core = core_funding_table(context)
    funds = context.definitions.funds
    awards = Awards(register.allocation, register.area, context.register, funds)
    asked = ask_all(context, awards)
    upper = asked[Pool.UPPER_TIER]
    main = next((one for one in upper if one.funds.id == MAIN_FUNDS), None)
    net = NET_SCHEMA.to_frame() if main is None else net_table(main, core, context.register)
    results = results_of(context, awards, asked)
    statistics = [results["alignment_statistic"], net_statistics(net, MAIN_FUNDS)]
    return {
        "fund": fund_table(funds.values()),
        "allocation": register.allocation,
        "allocation_area": register.area,
        "allocation_change": register.change,
        "fund_reconciliation": register.reconciliation,
        "core_funding": core,
        **results,
        "alignment_statistic": pl.concat(statistics),
        "funding_net": net,
    }


def results_of(
    context: BuildContext, awards: Awards, asked: Mapping[Pool, list[Asked]]
) -> dict[str, pl.DataFrame]:
    """What is found about the awards of the context's funds, by table."""
    lower = asked[Pool.LOWER_TIER]
    return {
        **result_tables(asked),
        "alignment_statistic": statistic_table(lower),
        "alignment_part": part_table(awards, context.definitions.funds, _needs(context, Pool.LOWER_TIER))
        if lower
        else PART_SCHEMA.to_frame(),
        "funding_regression": regression_table(lower, context.register, context.matrices),
    }


def ask_all(context: BuildContext, awards: Awards) -> dict[Pool, list[Asked]]:
    """Every set of funds among the areas of both tiers; none where the release has no population."""
    definitions = context.definitions
    sets = every_set(definitions.funds, definitions.fund_groups, awards.totals)
    if POPULATION not in definitions.indicators or not sets:
        return {Pool.LOWER_TIER: [], Pool.UPPER_TIER: []}
    needs = {pool: _needs(context, pool) for pool in (Pool.LOWER_TIER, Pool.UPPER_TIER)}
    lower = needs[Pool.LOWER_TIER]
    return {pool: [ask(one, awards, needs[pool], lower) for one in sets] for pool in needs}


def _needs(context: BuildContext, pool: Pool) -> Needs:
    return Needs(context.matrices, context.register, context.definitions.need_measures, pool)
