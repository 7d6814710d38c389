"""What commands and pages ask of the register of funding: lists of awards, and answers about alignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from likeforlike.analysis.alignment import align
from likeforlike.analysis.counterfactual import Rule, counterfactual, need_quantity
from likeforlike.analysis.resampling import DRAWS, Resamples
from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.money import Fund, MultiArea
from likeforlike.domain.neighbour_model import Pool
from likeforlike.observations.allocations import Register
from likeforlike.observations.deflator import Deflator
from likeforlike.pipeline.alignments import MAIN_NEED, SEED, Asked, alignment_table, ask, rounded
from likeforlike.pipeline.fund_money import Awards, FundSet, Part, every_set, fund_set
from likeforlike.pipeline.needs import Needs
from likeforlike.publish.catalogue import Catalogue
from likeforlike.store.tables import TABLE_KEYS

#: What `likeforlike alignment` answers with, in this order.
ALIGNMENT_KEYS = (
    "funds",
    "need",
    "multi_area",
    "council_count",
    "total_gbp",
    "spearman",
    "spearman_low",
    "spearman_high",
    "pearson",
    "kendall",
    "concentration_index",
    "concentration_se",
    "misallocated_share",
)
Row = Mapping[str, Any]


def fund(catalogue: Catalogue, fund_id: str) -> Fund:
    """A fund by its id; NotFoundError lists those there are."""
    if fund_id not in catalogue.funds:
        raise NotFoundError(
            f"There is no fund {fund_id!r}.", instead=f"Write one of {', '.join(catalogue.funds)}."
        )
    return catalogue.funds[fund_id]


def fund_rows(catalogue: Catalogue) -> Iterator[Row]:
    """One row per fund: what it is, and what the register holds of it."""
    allocation = catalogue.release.table("allocation")
    reach = allocation.join(catalogue.release.table("allocation_area"), on="allocation_id")
    counts = {
        name: (awards, gbp)
        for name, awards, gbp in allocation.group_by("fund_id")
        .agg(pl.len(), pl.col("amount_gbp").sum())
        .iter_rows()
    }
    councils = dict(reach.group_by("fund_id").agg(pl.col("area_code").n_unique()).iter_rows())
    for one in catalogue.funds.values():
        awards, gbp = counts.get(one.id, (0, None))
        yield {
            "fund_id": one.id,
            "title": one.title,
            "selection": one.selection.value,
            "amount_kind": one.amount_kind.value,
            "award_count": awards,
            "council_count": councils.get(one.id, 0),
            "total_gbp": gbp,
            "published_total_gbp": one.announced_total_gbp,
            "first_date": one.first_date,
            "last_date": one.last_date,
            "usable_for_totals": one.usable_for_totals,
        }


def allocation_rows(
    catalogue: Catalogue, area: Area | None = None, fund_id: str | None = None, as_of: date | None = None
) -> pl.DataFrame:
    """Awards with the areas they reach: one row per award and area, of one council or of all.

    A county has its own awards and its districts'; a combined authority its own and its members'. `as_of`
    gives amounts as the publisher's file had them on that day, where its history is kept, and leaves out what
    was announced later. `share_gbp` is missing where it is not known how much of an award reaches an area.
    """
    if fund_id is not None:
        fund(catalogue, fund_id)
    allocation = catalogue.release.table("allocation").with_columns(known_from=pl.lit(None, pl.Date))
    reach = catalogue.release.table("allocation_area")
    if as_of is not None:
        allocation, reach = _as_known(catalogue, allocation, reach, as_of)
    if fund_id is not None:
        allocation = allocation.filter(pl.col("fund_id") == fund_id)
    rows = allocation.join(reach, on="allocation_id", how="left", maintain_order="left")
    if area is not None:
        rows = rows.filter(
            pl.col("area_code").is_in(_inside(catalogue, area)) | (pl.col("recipient_code") == area.code)
        )
    names = {code: one.name for code, one in catalogue.register.areas.items()}
    known = pl.col("method") != "several"
    return rows.with_columns(
        pl.col("area_code").replace_strict(names, default=None, return_dtype=pl.String).alias("area_name"),
        pl.when(known).then(pl.col("amount_gbp") * pl.col("share")).alias("share_gbp"),
    ).select(
        "allocation_id",
        "fund_id",
        "round",
        "area_code",
        "area_name",
        "recipient_code",
        "recipient_name",
        "place",
        "project",
        "theme",
        "amount_gbp",
        "amount_kind",
        "amount_note",
        "share",
        "share_gbp",
        "method",
        "announced_date",
        "known_from",
        "area_note",
        "snapshot_id",
        "source_row",
    )


def _inside(catalogue: Catalogue, area: Area) -> list[str]:
    """The lower-tier areas that an area is or holds."""
    register = catalogue.register
    if area.code in register.lower_tier:
        return [area.code]
    if area.kind is AreaKind.COUNTY:
        return list(register.districts_of(area.code))
    return sorted(register.nested(area.code) & set(register.lower_tier))


def _as_known(
    catalogue: Catalogue, allocation: pl.DataFrame, reach: pl.DataFrame, day: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Awards as known on a day. Before a file's history begins its first version stands in, and
    `known_from` says so.
    """
    change = catalogue.release.table("allocation_change")
    with_history = change["fund_id"].unique().to_list()
    started = [one.id for one in catalogue.funds.values() if one.first_date <= day]
    announced = pl.col("announced_date").is_null() | (pl.col("announced_date") <= day)
    plain = allocation.filter(
        announced, ~pl.col("fund_id").is_in(with_history), pl.col("fund_id").is_in(started)
    )
    begun = change.filter(pl.col("fund_id").is_in(started))
    first = begun["known_from"].min()
    known = begun.filter(pl.col("known_from") <= max(day, first)) if first is not None else begun
    last = known.sort("known_from", "source_row").group_by("allocation_id", maintain_order=True).last()
    last = last.filter(pl.col("event") != "removed")
    kinds = {one.id: one.amount_kind.value for one in catalogue.funds.values()}
    now = allocation.select("allocation_id", "recipient_code", "theme", "amount_note", "announced_date")
    past = last.join(now, on="allocation_id", how="left").with_columns(
        pl.coalesce("recipient_code", "area_code").alias("recipient_code"),
        pl.col("fund_id").replace_strict(kinds).alias("amount_kind"),
    )
    columns = [
        pl.col(name) if name in past.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in allocation.schema.items()
    ]
    gone = past.filter(~pl.col("allocation_id").is_in(reach["allocation_id"].implode())).select(
        "allocation_id",
        pl.col("area_code").map_elements(
            lambda code: catalogue.register.successors(code)[0], return_dtype=pl.String
        ),
        pl.lit(1.0).alias("share"),
        pl.lit("exact").alias("method"),
    )
    return pl.concat([plain, past.select(columns)]), pl.concat([reach, gone])


def in_real_terms(
    funds: Mapping[str, Fund], rows: pl.DataFrame, deflator: Deflator, base: int
) -> pl.DataFrame:
    """Awards with `amount_real_gbp` in prices of a financial year, and `price_year` saying which.

    The day is the award's own, or that of its fund's first announcement where the source gives none.
    """
    days = [
        day or funds[fund_id].first_date
        for fund_id, day in rows.select("fund_id", "announced_date").iter_rows()
    ]
    real = [
        None if gbp is None else round(deflator.real(gbp, day, base), 2)
        for gbp, day in zip(rows["amount_gbp"], days, strict=True)
    ]
    return rows.with_columns(
        pl.Series("amount_real_gbp", real, dtype=pl.Float64),
        pl.lit(f"{base}-{(base + 1) % 100:02d}").alias("price_year"),
    )


@dataclass(frozen=True)
class Desk:
    """Money, people and needs of a release, and optionally a person's own fund, ready for questions."""

    catalogue: Catalogue
    awards: Awards
    funds: Mapping[str, Fund]
    prices: str = ""

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        own: tuple[Fund, Register] | None = None,
        prices: tuple[Deflator, int] | None = None,
        names: Sequence[str] = (),
    ) -> Desk:
        """The release's register, with one more fund where given.

        With `prices` given, awards of the funds and groups named (of all usable ones where none is) are in
        prices of that year, and no other award is there.
        """
        allocation = catalogue.release.table("allocation")
        area = catalogue.release.table("allocation_area")
        funds = dict(catalogue.funds)
        if own is not None:
            mine, register = own
            funds[mine.id] = mine
            allocation = pl.concat([allocation, register.allocation])
            area = pl.concat([area, register.area])
        nominal = cls(catalogue, Awards(allocation, area, catalogue.register, funds), funds)
        if prices is None:
            return nominal
        sets = [nominal.fund_set(names)] if names else nominal.every_set()
        wanted = {fund_id for one in sets for fund_id in one.funds}
        real = in_real_terms(funds, allocation.filter(pl.col("fund_id").is_in(wanted)), *prices)
        # The same awards with other amounts: what is asked of them does not change.
        real = real.with_columns(pl.col("amount_real_gbp").alias("amount_gbp"))
        return cls(
            catalogue, Awards(real, area, catalogue.register, funds), funds, str(real["price_year"][0])
        )

    def fund_set(self, names: Sequence[str], part: Part | None = None) -> FundSet:
        """The set that names mean, or a part of its awards; see pipeline.fund_money."""
        whole = fund_set(names, self.funds, self._groups, self.awards.totals)
        return whole if part is None else self.awards.sliced(whole, part)

    def every_set(self, part: Part | None = None) -> list[FundSet]:
        """Every fund by itself, and every group, or that part of their awards in which there is money.

        A group of which the part holds one fund alone is that fund, and is left out.
        """
        sets = every_set(self.funds, self._groups, self.awards.totals)
        if part is None:
            return sets
        found: dict[tuple[str, ...], FundSet] = {}
        problem: RequestError | None = None
        for whole in sets:
            try:
                sliced = self.awards.sliced(whole, part)
            except RequestError as nothing:
                problem = nothing
            else:
                found.setdefault(sliced.funds, sliced)
        if problem is not None and not found:
            raise RequestError(f"There is no award with an amount, {part.words}.") from problem
        return list(found.values())

    def needs(self, pool: Pool) -> Needs:
        """Measures of need for the areas of a tier."""
        measures = self.catalogue.release.definitions.need_measures
        return Needs(self.catalogue.matrices, self.catalogue.register, measures, pool)

    def ask(self, funds: FundSet, need: str, multi_area: MultiArea, pool: Pool) -> Asked:
        """One set of funds and one measure of need among the areas of a tier."""
        needs, lower = self.needs(pool), self.needs(Pool.LOWER_TIER)
        people = dict(zip(lower.areas, lower.population(funds.day).tolist(), strict=True))
        placed = self.awards.place(funds, multi_area, pool, people)
        found = {need: needs.need(need, funds.day)}
        return Asked(funds, needs.areas, needs.population(funds.day), found, {multi_area: placed})

    @property
    def _groups(self) -> Mapping[str, Any]:
        return self.catalogue.release.definitions.fund_groups


def alignment_row(desk: Desk, funds: FundSet, need: str, multi_area: MultiArea) -> Row:
    """One alignment with ALIGNMENT_KEYS: stored where the build answered it, worked out now where not."""
    pool = tier_for(multi_area)
    stored = desk.catalogue.release.table("alignment").clear()
    if not desk.prices and funds.part is None:
        stored = desk.catalogue.release.table("alignment")
    stored = stored.filter(
        pl.col("funds") == funds.id,
        pl.col("need") == need,
        pl.col("multi_area") == multi_area.value,
        pl.col("tier") == ("upper" if pool is Pool.UPPER_TIER else "lower"),
        pl.col("per") == "head",
        pl.col("outliers") == "in",
    )
    if stored.height:
        return stored.select(ALIGNMENT_KEYS).row(0, named=True)
    asked = desk.ask(funds, need, multi_area, pool)
    question, mask = asked.question(asked.needs[need], multi_area)
    found = align(question, Resamples.of(int(mask.sum()), draws=DRAWS, seed=SEED))
    numbers = {key: getattr(found, key) for key in ALIGNMENT_KEYS if hasattr(found, key)}
    low, high = found.spearman_interval
    row = {
        "funds": funds.id,
        "need": need,
        "multi_area": multi_area.value,
        **numbers,
        "spearman_low": low,
        "spearman_high": high,
    }
    table = pl.DataFrame([{key: row[key] for key in ALIGNMENT_KEYS}]).fill_nan(None)
    return rounded(table).row(0, named=True)


def specification_table(desk: Desk, names: Sequence[str], part: Part | None = None) -> pl.DataFrame:
    """Every distinct specification of the funds named (of all where none is), as ALIGNMENT_SCHEMA.

    Stored where the build answered it; worked out now for a part of the awards, for a person's own fund, and
    in real terms.
    """
    sets = [desk.fund_set(names, part)] if names else desk.every_set(part)
    stored = desk.catalogue.release.table("alignment").filter("distinct")
    ids = [one.id for one in sets]
    if not desk.prices and part is None and set(ids) <= set(stored["funds"].unique()):
        return stored.filter(pl.col("funds").is_in(ids))
    asked = {
        pool: [ask(one, desk.awards, desk.needs(pool), desk.needs(Pool.LOWER_TIER)) for one in sets]
        for pool in (Pool.LOWER_TIER, Pool.UPPER_TIER)
    }
    return alignment_table(asked).filter("distinct").sort(TABLE_KEYS["alignment"])


def tier_for(multi_area: MultiArea) -> Pool:
    """Awards kept with their recipient are compared among upper-tier areas, all others among lower-tier
    ones.
    """
    return Pool.UPPER_TIER if multi_area is MultiArea.RECIPIENT else Pool.LOWER_TIER


def counterfactual_rows(
    desk: Desk, funds: FundSet, need: str, rule: Rule, multi_area: MultiArea
) -> list[dict[str, Any]]:
    """What every area would have had under a rule, furthest below its share first.

    Raises RequestError for a measure that only orders places, under any rule but equal shares per head.
    """
    asked = desk.ask(funds, need, multi_area, tier_for(multi_area))
    found = asked.needs[need]
    if found.quantity is None and rule is not Rule.EQUAL:
        raise RequestError(
            f"{need} puts places in order and is no quantity that adds up, so that no share follows from it.",
            instead=f"Choose a measure such as {MAIN_NEED} or income-deprivation.",
        )
    question, mask = asked.question(found, multi_area)
    quantity = need_quantity(found.value[mask], question.population, rule)
    result = counterfactual(question.money_gbp, quantity)
    codes = [code for code, there in zip(asked.areas, mask, strict=True) if there]
    rows = [
        {
            "area_code": code,
            "area_name": desk.catalogue.register.areas[code].name,
            "need": _plain(found.value[mask][i]),
            "population": int(question.population[i]),
            "amount_gbp": _plain(question.money_gbp[i]),
            "needed_gbp": _plain(result.needed_gbp[i]),
            "gap_gbp": _plain(result.gap_gbp[i]),
            "gap_gbp_per_head": _plain(result.gap_gbp[i] / question.population[i]),
            "ratio": _plain(result.ratio[i]),
        }
        for i, code in enumerate(codes)
    ]
    return sorted(rows, key=lambda row: (row["gap_gbp_per_head"], row["area_code"]))


def _plain(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None
