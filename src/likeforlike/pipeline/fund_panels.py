"""From the register of funding to who counts as funded, who as not, and who as neither.

A council counts as funded from the day its first award was announced. Shared awards whose place is not
known make the councils they name neither funded nor unfunded; so does a partial register, which is why such
a fund is not studied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from likeforlike.analysis.change_design import Announced, Awards
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.indicator import Indicator, Unit
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.money import AllocationMethod, Fund, Selection
from likeforlike.domain.neighbour_model import Pool

#: Totals of councils of very different size: a change in them says how large a council is, not how it fares.
TOTALS = frozenset({Unit.COUNT, Unit.GBP, Unit.GBP_MILLION, Unit.TONNES, Unit.SQUARE_KM, Unit.RANK})


def studied_funds(funds: Mapping[str, Fund]) -> dict[str, Fund]:
    """Funds that went to some places and not to others, and whose register is complete."""
    return {
        one.id: one
        for one in funds.values()
        if one.selection is not Selection.FORMULA and one.usable_for_totals
    }


def why_not_studied(fund: Fund) -> str:
    """Why a fund is not compared; empty where it is."""
    if fund.selection is Selection.FORMULA:
        return "Every council gets a share by formula, so that there is none without it to compare with."
    if not fund.usable_for_totals:
        return "The register of its awards is incomplete, so that nobody can say which councils had none."
    return ""


def studied_indicators(indicators: Mapping[str, Indicator]) -> dict[str, Indicator]:
    """Indicators whose changes compare between councils of different size."""
    return {one.id: one for one in indicators.values() if one.unit not in TOTALS}


def awards_by_area(
    allocation: pl.DataFrame, allocation_area: pl.DataFrame, funds: Mapping[str, Fund]
) -> pl.DataFrame:
    """One row per fund and area: whether the award's place is known (`clear`), and when the first was
    announced.

    `earliest` and `latest` are the same day where the register has it, and the fund's first and last day of
    announcements where it has not. An area with a clear award and a shared one counts from the clear one.
    """
    days = pl.DataFrame(
        [(one.id, one.first_date, one.last_date or one.first_date) for one in funds.values()],
        schema={"fund_id": pl.String, "first_day": pl.Date, "last_day": pl.Date},
        orient="row",
    )
    clear = pl.col("method") != AllocationMethod.SEVERAL.value
    announced = pl.col("announced_date")
    return (
        allocation_area.filter(pl.col("share") > 0)
        .join(allocation.select("allocation_id", "fund_id", "announced_date"), on="allocation_id")
        .join(days, on="fund_id")
        .group_by("fund_id", "area_code")
        .agg(
            clear=clear.any(),
            earliest=announced.fill_null(pl.col("first_day")).filter(clear).min(),
            latest=announced.fill_null(pl.col("last_day")).filter(clear).min(),
        )
        .sort("fund_id", "area_code")
    )


def awards(by_area: pl.DataFrame, fund_id: str, areas: Iterable[str], register: AreaRegister) -> Awards:
    """Who counts as funded among `areas`.

    A county counts as unfunded when neither it nor any of its districts had an award, and as neither
    otherwise: an award to one of its towns is spread over a county's figures until nothing of it could be
    seen.
    """
    own = by_area.filter(pl.col("fund_id") == fund_id)
    days = {
        code: Announced(earliest, latest)
        for code, earliest, latest in own.filter("clear")
        .select("area_code", "earliest", "latest")
        .iter_rows()
    }
    reached = set(own["area_code"])
    counties = set(register.counties)
    codes = tuple(areas)
    touched = {code for code in codes if code in counties and reached & {code, *register.districts_of(code)}}
    return Awards(
        days=tuple(None if code in touched else days.get(code) for code in codes),
        unclear=np.array([code in touched or (code in reached and code not in days) for code in codes]),
    )


def reached_by_others(
    by_area: pl.DataFrame, fund_id: str, funds: Iterable[str], areas: Iterable[str]
) -> list[bool]:
    """Which areas another of the funds studied reached, in whole or in part."""
    wanted = pl.col("fund_id").is_in([one for one in funds if one != fund_id])
    others = set(by_area.filter(wanted)["area_code"])
    return [code in others for code in areas]


def pool_of(indicator: Indicator) -> Pool:
    """The councils among which an indicator is compared."""
    return Pool.UPPER_TIER if indicator.tier.value == "upper" else Pool.LOWER_TIER


def in_order_of(areas: tuple[str, ...], found: tuple[str, ...], distances: FloatArray) -> FloatArray:
    """Distances between `found` areas as a matrix over `areas`; NaN for an area that has none."""
    if areas == found:
        return distances
    row_of = {code: row for row, code in enumerate(found)}
    rows = np.array([row_of.get(code, -1) for code in areas])
    known = np.flatnonzero(rows >= 0)
    out = np.full((len(areas), len(areas)), np.nan)
    out[np.ix_(known, known)] = distances[np.ix_(rows[known], rows[known])]
    return out
