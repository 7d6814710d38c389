"""Money of a set of funds by area: which awards count, and where those that reach several councils go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.money import AllocationMethod, Fund, FundGroup, MultiArea
from likeforlike.domain.neighbour_model import Pool


@dataclass(frozen=True)
class Part:
    """The awards of a set of funds that are meant: one round's, or those announced from a day to a day.

    An award whose own day the source does not give has that of its fund's first announcement.
    """

    round: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def words(self) -> str:
        """The part in words, such as "phase 2" or "from 2020-04-01 to 2021-03-31"."""
        days = [f"from {self.since}" if self.since else "", f"to {self.until}" if self.until else ""]
        named = self.round or ""
        if named and not named.startswith("phase"):
            named = f"round {named}"
        return " ".join(filter(None, [named, *days]))


@dataclass(frozen=True)
class FundSet:
    """Funds studied together, and the day that stands for their awards.

    The day is that of the fund with which half of the money had been announced: it decides which edition of a
    measure of need was in force, and which year's people are counted. `part` is set where only some of the
    funds' awards are meant.
    """

    id: str
    title: str
    funds: tuple[str, ...]
    day: date
    note: str = ""
    part: Part | None = None


@dataclass(frozen=True)
class Placed:
    """Pounds by area in the order of a tier, and the pounds that could not be given to any of them."""

    money_gbp: FloatArray
    left_out_gbp: float


def fund_set(
    names: Sequence[str],
    funds: Mapping[str, Fund],
    groups: Mapping[str, FundGroup],
    totals: Mapping[str, float],
) -> FundSet:
    """The set that names of funds or of one group mean; `totals` are pounds by fund.

    Raises NotFoundError for an unknown name, RequestError for funds that must not be added: amounts of
    different kinds, a fund that is only partly known, formula money.
    """
    chosen: list[str] = []
    for name in names:
        if name not in funds and name not in groups:
            raise NotFoundError(
                f"There is no fund or group of funds {name!r}.",
                instead=f"Write one of {_choices(funds, groups)}.",
            )
        chosen += groups[name].funds if name in groups else (name,)
    members = tuple(dict.fromkeys(chosen))
    for name in members:
        if not funds[name].usable_for_totals:
            raise RequestError(
                f"{funds[name].title} cannot be used for totals or comparisons: {funds[name].caveats[0]}",
                instead="Leave it out.",
            )
    kinds = sorted({funds[name].amount_kind.value for name in members})
    if len(kinds) > 1:
        raise RequestError(
            f"These funds hold amounts of different kinds ({', '.join(kinds)}), which are never added.",
            instead="Ask for each kind by itself.",
        )
    known = next((group for group in groups.values() if set(group.funds) == set(members)), None)
    return FundSet(
        id=known.id if known else "+".join(members),
        title=known.title if known else " + ".join(funds[name].title for name in members),
        funds=members,
        day=_day(members, funds, totals),
        note=known.note if known else "",
    )


def every_set(
    funds: Mapping[str, Fund], groups: Mapping[str, FundGroup], totals: Mapping[str, float]
) -> list[FundSet]:
    """Every fund that may be used for totals, by itself, and every group: those of which there is any
    money.
    """
    names = [name for name, fund in funds.items() if fund.usable_for_totals and totals.get(name, 0) > 0]
    whole = [name for name, group in groups.items() if all(totals.get(fund, 0) > 0 for fund in group.funds)]
    return [fund_set([name], funds, groups, totals) for name in (*names, *whole)]


class Awards:
    """The register of awards as money by area."""

    def __init__(
        self,
        allocation: pl.DataFrame,
        area: pl.DataFrame,
        register: AreaRegister,
        funds: Mapping[str, Fund] | None = None,
    ) -> None:
        """Take ALLOCATION_SCHEMA and ALLOCATION_AREA_SCHEMA; awards without an amount take no part.

        `funds` give a day to awards whose source has none.
        """
        self._register = register
        first = {name: one.first_date for name, one in (funds or {}).items()}
        announced = pl.coalesce(
            "announced_date",
            pl.col("fund_id").replace_strict(first, default=None, return_dtype=pl.Date),
        )
        known = allocation.filter(pl.col("amount_gbp").is_not_null())
        self.totals: dict[str, float] = dict(
            known.group_by("fund_id").agg(pl.col("amount_gbp").sum()).sort("fund_id").iter_rows()
        )
        self._reach = known.select(
            "allocation_id",
            "fund_id",
            "round",
            "recipient_code",
            "amount_gbp",
            announced.alias("announced"),
        ).join(area, on="allocation_id", maintain_order="left")
        self._upper = {code: register.areas[code].county_code or code for code in register.lower_tier} | {
            code: code for code in register.counties
        }

    def sliced(self, whole: FundSet, part: Part) -> FundSet:
        """The set with only a part of its awards, dated by the day with which half of their money was
        announced.

        Raises RequestError where the part holds no money.
        """
        awards = self._of(whole.funds, part).unique("allocation_id").sort("announced", "allocation_id")
        total = float(awards["amount_gbp"].sum())
        if total <= 0:
            rounds = self._of(whole.funds, None)["round"].drop_nulls().unique().sort().to_list()
            days = self._of(whole.funds, None)["announced"].drop_nulls().sort().to_list()
            told = [f"rounds {', '.join(rounds)}" if rounds else "no rounds"]
            if days:
                span = f"on {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
                told.append(f"awards announced {span}")
            raise RequestError(
                f"{whole.title}: no award with an amount, {part.words}.",
                instead=f"There are {', and '.join(told)}." if told else "",
            )
        day: date = awards.filter(pl.col("amount_gbp").cum_sum() >= total / 2)["announced"][0]
        members = tuple(one for one in whole.funds if one in set(awards["fund_id"]))
        return FundSet(
            id=f"{whole.id} {part.words}",
            title=f"{whole.title}, {part.words}",
            funds=members,
            day=day,
            note=whole.note,
            part=part,
        )

    def announced(self, funds: Iterable[str]) -> pl.DataFrame:
        """One row per award of these funds with an amount: fund_id, round, announced, amount_gbp."""
        return (
            self._of(funds, None)
            .unique("allocation_id", maintain_order=True)
            .select("fund_id", "round", "announced", "amount_gbp")
        )

    def _of(self, funds: Iterable[str], part: Part | None) -> pl.DataFrame:
        reach = self._reach.filter(pl.col("fund_id").is_in([*funds]))
        if part is None:
            return reach
        if part.round is not None:
            reach = reach.filter(pl.col("round") == part.round)
        if part.since is not None:
            reach = reach.filter(pl.col("announced") >= part.since)
        return reach if part.until is None else reach.filter(pl.col("announced") <= part.until)

    def place(
        self, funds: FundSet, multi_area: MultiArea, pool: Pool, population: Mapping[str, float]
    ) -> Placed:
        """Pounds of these funds, or of the part of their awards that is meant, by area of a tier.

        `population` is by lower-tier code, for shares by population. Raises RequestError for
        MultiArea.RECIPIENT among lower-tier areas, where a county's award has no place.
        """
        reach = self._of(funds.funds, funds.part)
        total = float(reach.unique("allocation_id", maintain_order=True)["amount_gbp"].sum())
        if multi_area is MultiArea.RECIPIENT:
            by_code = self._by_recipient(reach, pool)
        else:
            by_code = self._by_area(reach, multi_area, population)
            if pool is Pool.UPPER_TIER:
                by_code = by_code.with_columns(pl.col("area_code").replace_strict(self._upper))
        areas = self._register.lower_tier if pool is Pool.LOWER_TIER else self._register.upper_tier
        sums = dict(by_code.group_by("area_code").agg(pl.col("gbp").sum()).iter_rows())
        money = np.array([sums.get(code, 0.0) for code in areas])
        return Placed(money, max(total - float(money.sum()), 0.0))

    def _by_area(
        self, reach: pl.DataFrame, multi_area: MultiArea, population: Mapping[str, float]
    ) -> pl.DataFrame:
        several = pl.col("method") == AllocationMethod.SEVERAL.value
        if multi_area is MultiArea.EXCLUDE:
            reach = reach.filter(~several)
        share = pl.col("share")
        if multi_area is MultiArea.POPULATION:
            people = pl.col("area_code").replace_strict(dict(population), return_dtype=pl.Float64)
            share = people / people.sum().over("allocation_id")
        return reach.select("area_code", (pl.col("amount_gbp") * share).alias("gbp"))

    def _by_recipient(self, reach: pl.DataFrame, pool: Pool) -> pl.DataFrame:
        if pool is Pool.LOWER_TIER:
            raise RequestError(
                "Awards kept with their recipient are compared among counties and single-tier councils only.",
                instead="Use the upper tier, or exclude, even or population.",
            )
        homes = {code: self._home(code) for code in reach["recipient_code"].unique().to_list()}
        whole = reach.unique("allocation_id", maintain_order=True).with_columns(
            pl.col("recipient_code").replace_strict(homes, return_dtype=pl.String).alias("area_code")
        )
        return whole.filter(pl.col("area_code").is_not_null()).select(
            "area_code", pl.col("amount_gbp").alias("gbp")
        )

    def _home(self, recipient: str) -> str | None:
        """The upper-tier council of today that a recipient is or lies in; None for combined authorities."""
        homes = {self._upper.get(code) for code in self._register.successors(recipient)}
        return homes.pop() if len(homes) == 1 else None


def _day(members: Sequence[str], funds: Mapping[str, Fund], totals: Mapping[str, float]) -> date:
    in_order = sorted(members, key=lambda name: (funds[name].first_date, name))
    half, sofar = sum(totals.get(name, 0.0) for name in members) / 2, 0.0
    for name in in_order:
        sofar += totals.get(name, 0.0)
        if sofar >= half:
            return funds[name].first_date
    return funds[in_order[-1]].first_date


def _choices(funds: Mapping[str, Fund], groups: Mapping[str, FundGroup]) -> str:
    return ", ".join([*(name for name, fund in funds.items() if fund.usable_for_totals), *groups])
