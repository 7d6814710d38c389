"""Regressions of money on need with controls, and new money beside what core grants lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from likeforlike.analysis.regression import Fit, indicators, least_squares, poisson
from likeforlike.domain.area import AreaKind, AreaRegister
from likeforlike.domain.errors import LikeForLikeError
from likeforlike.domain.funding_results import NET_SCHEMA, REGRESSION_SCHEMA
from likeforlike.domain.matrix import BoolArray, FloatArray
from likeforlike.domain.money import MultiArea
from likeforlike.domain.neighbour_model import Pool
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.alignments import MAIN, MAIN_NEED, OUTLIERS, Asked, rounded
from likeforlike.sources.mhclg_core_funding import OWN_REVENUE

RURAL = "rural-population-share"
NEED_TERM = "need, one standard deviation"
FIRST_YEAR, LAST_YEAR = 2015, 2020
CORE = "core-spending-power"
_WIDE = 1.96


@dataclass(frozen=True)
class _Design:
    """Columns of a regression: need first, then a constant, then controls; `mask` says which areas are in
    it.
    """

    columns: FloatArray
    terms: tuple[str, ...]
    mask: BoolArray


def regression_table(asked: Sequence[Asked], register: AreaRegister, matrices: MatrixStore) -> pl.DataFrame:
    """Every set of funds on every measure, with and without controls, as REGRESSION_SCHEMA."""
    rows = [
        row
        for one in asked
        for name in one.needs
        for controls in (False, True)
        for row in _regressions(one, name, register, matrices, controls=controls)
    ]
    return rounded(pl.DataFrame(rows, schema=REGRESSION_SCHEMA))


def _regressions(
    asked: Asked, name: str, register: AreaRegister, matrices: MatrixStore, *, controls: bool
) -> Iterator[dict[str, object]]:
    money = asked.placed[MAIN].money_gbp
    words = "region, kind of council, rural share" if controls else "none"
    for model in ("least_squares", "poisson"):
        common = {"funds": asked.funds.id, "need": name, "model": model, "controls": words}
        try:
            # A region or kind without any money says nothing to a Poisson regression and would keep it from
            # settling.
            funded = money if model == "poisson" else None
            design = _design(asked, name, register, matrices, controls=controls, funded=funded)
            y, people = money[design.mask], asked.population[design.mask]
            fit = (
                least_squares(y / people, design.columns)
                if model == "least_squares"
                else poisson(y, design.columns, np.log(people))
            )
        except (ArithmeticError, np.linalg.LinAlgError, LikeForLikeError) as problem:
            yield {**common, "term": NEED_TERM, "note": f"Not estimated. {problem}"}
            continue
        yield from _terms(common, design, fit, model)


def _terms(common: dict[str, str], design: _Design, fit: Fit, model: str) -> Iterator[dict[str, object]]:
    for i, term in enumerate(design.terms):
        middle, wide = float(fit.coefficient[i]), _WIDE * float(fit.standard_error[i])
        effects = [middle, middle - wide, middle + wide]
        if model == "poisson":
            effects = np.exp(effects).tolist()
        yield {
            **common,
            "term": term,
            "council_count": fit.areas,
            "coefficient": middle,
            "standard_error": float(fit.standard_error[i]),
            "p_value": float(fit.p_value[i]),
            **dict(zip(("effect", "effect_low", "effect_high"), effects, strict=True)),
            "explained_share": fit.explained_share,
            "note": "",
        }


def _design(
    asked: Asked,
    name: str,
    register: AreaRegister,
    matrices: MatrixStore,
    *,
    controls: bool,
    funded: FloatArray | None,
) -> _Design:
    need = asked.needs[name].order
    regions = [register.areas[code].region_code or "" for code in asked.areas]
    # London boroughs are the region London: their kind would say the same thing twice.
    kinds = [
        AreaKind.DISTRICT.value
        if (kind := register.areas[code].kind) is AreaKind.LONDON_BOROUGH
        else kind.value
        for code in asked.areas
    ]
    rural = _latest(matrices, RURAL) if controls else np.zeros(len(asked.areas))
    mask = np.isfinite(need) & np.isfinite(rural) & np.array([code not in OUTLIERS for code in asked.areas])
    if funded is not None and controls:
        for labels in (regions, kinds):
            with_money = {label for label, pounds in zip(labels, funded, strict=True) if pounds > 0}
            mask &= np.array([label in with_money for label in labels])
    rows = np.flatnonzero(mask)
    columns = [_standardised(need[rows])[:, None], np.ones((len(rows), 1))]
    terms = [NEED_TERM, "constant"]
    if controls:
        for labels in (regions, kinds):
            mine, names = indicators([labels[row] for row in rows])
            columns.append(mine)
            terms += [register.areas[label].name if label in register.areas else label for label in names]
        columns.append(_standardised(rural[rows])[:, None])
        terms.append("rural share, one standard deviation")
    return _Design(np.hstack(columns), tuple(terms), mask)


def _latest(matrices: MatrixStore, indicator_id: str) -> FloatArray:
    matrix = matrices.matrix(indicator_id, Pool.LOWER_TIER)
    if not matrix.periods:
        raise ArithmeticError(f"The release has no value of {indicator_id}.")
    return matrix.values[:, matrix.latest_column()]


def _standardised(values: FloatArray) -> FloatArray:
    scaled: FloatArray = (values - values.mean()) / values.std()
    return scaled


def net_table(asked: Asked, core: pl.DataFrame, register: AreaRegister) -> pl.DataFrame:
    """Awards of the funds in `asked` (upper tier) beside the change of core grants, as NET_SCHEMA.

    Core grants are everything in core spending power but council tax; a county's include its districts'. An
    area whose grants are not known in all six years has no net figure.
    """
    home = {code: register.areas[code].county_code or code for code in register.lower_tier}
    home |= {code: code for code in register.counties}
    grants = core.filter(pl.col("fund_id") == CORE, pl.col("component") != OWN_REVENUE).with_columns(
        pl.col("area_code").replace_strict(home)
    )
    by_year = {
        (code, year): gbp
        for code, year, gbp in grants.group_by("area_code", "year_start")
        .agg(pl.col("amount_gbp").sum())
        .iter_rows()
    }
    divided = set(grants.filter(pl.col("method") == "apportioned")["area_code"].to_list())
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    award = asked.placed[MultiArea.RECIPIENT].money_gbp
    need = asked.needs[MAIN_NEED].order if MAIN_NEED in asked.needs else np.full(len(award), np.nan)
    rows = []
    for i, code in enumerate(asked.areas):
        yearly = [by_year.get((code, year)) for year in years]
        known = [gbp for gbp in yearly if gbp is not None]
        whole = len(known) == len(yearly)
        change = sum(gbp - known[0] for gbp in known[1:]) if whole else None
        net = None if change is None else float(award[i]) + change
        rows.append(
            {
                "area_code": code,
                "population": float(asked.population[i]),
                "award_gbp": float(award[i]),
                "grant_2015_gbp": known[0] if whole else None,
                "grant_2020_gbp": known[-1] if whole else None,
                "grant_change_gbp": change,
                "net_gbp": net,
                "net_gbp_per_head": None if net is None else net / float(asked.population[i]),
                "need": float(need[i]) if np.isfinite(need[i]) else None,
                "grants_method": "apportioned" if code in divided else "exact",
            }
        )
    return rounded(pl.DataFrame(rows, schema=NET_SCHEMA))
