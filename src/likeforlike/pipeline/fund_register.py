"""The register of funding from raw files: awards, the areas they reach, how they changed, and how totals
reconcile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from likeforlike.domain.allocation import (
    ALLOCATION_AREA_SCHEMA,
    ALLOCATION_CHANGE_SCHEMA,
    ALLOCATION_SCHEMA,
    FUND_SCHEMA,
    RECONCILIATION_SCHEMA,
)
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.money import Fund
from likeforlike.observations.allocations import Register, amount, standardise_awards
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.snapshots import snapshot_ids, take_snapshots
from likeforlike.sources.funding import AWARD_PARSERS, HISTORY_PARSERS


@dataclass(frozen=True)
class FundRegister:
    """The tables of the register of awards; see domain/allocation.py."""

    allocation: pl.DataFrame
    area: pl.DataFrame
    change: pl.DataFrame
    reconciliation: pl.DataFrame


def read_register(context: BuildContext) -> FundRegister:
    """Read every source of awards that is defined; nothing is half-read, because any fault stops the
    build.
    """
    sources = context.definitions.sources
    themes = list(context.definitions.fund_themes.values())
    registers, changes = [], []
    for name, parse in AWARD_PARSERS.items():
        if name not in sources:
            continue
        snapshots = snapshot_ids(take_snapshots(context.folder, [sources[name]]), name)
        raw = parse(context.folder, sources[name])
        made = standardise_awards(
            raw, context.definitions.funds, context.register, themes, snapshot_ids=snapshots
        )
        registers.append(made)
        if name in HISTORY_PARSERS:
            changes.append(
                read_history(HISTORY_PARSERS[name](context.folder, sources[name]), made.allocation, snapshots)
            )
    allocation = pl.concat([ALLOCATION_SCHEMA.to_frame(), *(one.allocation for one in registers)])
    area = pl.concat([ALLOCATION_AREA_SCHEMA.to_frame(), *(one.area for one in registers)])
    check_shares(allocation, area)
    return FundRegister(
        allocation,
        area,
        pl.concat([ALLOCATION_CHANGE_SCHEMA.to_frame(), *changes]),
        reconcile(context.definitions.funds.values(), registers),
    )


def read_history(raw: pl.DataFrame, allocation: pl.DataFrame, snapshots: Mapping[str, str]) -> pl.DataFrame:
    """Changes of awards as ALLOCATION_CHANGE_SCHEMA; the last row of each award must agree with the
    newest file.

    Raises SourceChangedError where it does not: the history and the file would then tell different stories.
    """
    amounts = [amount(text) for text in raw["amount_gbp"].to_list()]
    changes = (
        raw.with_columns(
            pl.format("{}/{}", "fund_id", pl.col("award_code").str.to_lowercase()).alias("allocation_id"),
            pl.Series("amount_gbp", amounts, dtype=pl.Float64),
            pl.col("area_codes").alias("area_code"),
            pl.col("file").replace(dict(snapshots)).alias("snapshot_id"),
        )
        .select(ALLOCATION_CHANGE_SCHEMA.names())
        .cast(ALLOCATION_CHANGE_SCHEMA)
    )
    last = changes.sort("known_from", "source_row").group_by("allocation_id").last()
    both = last.join(
        allocation.select("allocation_id", pl.col("amount_gbp").alias("now")), on="allocation_id", how="full"
    )
    gone = pl.col("event") == "removed"
    wrong = both.filter(
        (gone & pl.col("now").is_not_null())
        | (~gone & (pl.col("now").is_null() | ((pl.col("now") - pl.col("amount_gbp")).abs() > 1)))
        | pl.col("event").is_null()
    )
    for row in wrong.sort("allocation_id").head(1).iter_rows(named=True):
        raise SourceChangedError(
            "funding",
            "the history of changes",
            expected=f"{row['now']} for {row['allocation_id'] or row['allocation_id_right']}, as in the file",
            found=f"{row['amount_gbp']} ({row['event']})",
            row=row["source_row"],
            next_step="Extend the history to the newest version of the file.",
        )
    return changes


def check_shares(allocation: pl.DataFrame, area: pl.DataFrame) -> None:
    """Every award reaches at least one area, and its shares sum to 1: our own invariant."""
    sums = area.group_by("allocation_id").agg(pl.col("share").sum())
    joined = allocation.select("allocation_id").join(sums, on="allocation_id", how="left")
    wrong = joined.filter((pl.col("share").fill_null(0) - 1).abs() > 1e-9)
    assert wrong.is_empty(), f"shares of {wrong['allocation_id'].to_list()[:3]} do not sum to 1"


def fund_table(funds: Iterable[Fund]) -> pl.DataFrame:
    """Funds as defined, as FUND_SCHEMA."""
    rows = [{"fund_id": fund.id, **fund.model_dump(mode="python", exclude={"id"})} for fund in funds]
    return pl.DataFrame(
        [
            {**row, "selection": row["selection"].value, "amount_kind": row["amount_kind"].value}
            for row in rows
        ],
        schema=FUND_SCHEMA,
    )


def reconcile(funds: Iterable[Fund], registers: Iterable[Register]) -> pl.DataFrame:
    """For every fund with awards, the steps from the publisher's total to the register's, as
    RECONCILIATION_SCHEMA.

    Steps 1 to 3 (in the files, outside England, in the register) add up; steps 4 and 5 set the files beside
    the published total and say what explains the difference.
    """
    kept = {
        name: rows
        for one in registers
        for (name,), rows in one.allocation.group_by("fund_id", maintain_order=True)
    }
    outside = {
        name: rows
        for one in registers
        for (name,), rows in one.outside.group_by("fund_id", maintain_order=True)
    }
    steps: list[tuple[str, int, str, int | None, float, str]] = []
    for fund in funds:
        if fund.id not in kept:
            continue
        mine = float(kept[fund.id]["amount_gbp"].sum())
        abroad = (
            [amount(text) or 0.0 for text in outside[fund.id]["amount_gbp"]] if fund.id in outside else []
        )
        files = mine + sum(abroad)
        missing = kept[fund.id]["amount_gbp"].null_count()
        without = f"{missing} award(s) without an amount" if missing else ""
        count = kept[fund.id].height
        steps += [
            (fund.id, 1, "In the publisher's files", count + len(abroad), files, without),
            (fund.id, 2, "Less awards outside England", -len(abroad), -sum(abroad), ""),
            (fund.id, 3, "In this register", count, mine, ""),
        ]
        if fund.announced_total_gbp is not None:
            published = fund.announced_total_gbp
            steps += [
                (fund.id, 4, "Published total", None, published, fund.announced_total_note),
                (
                    fund.id,
                    5,
                    "Files less published total",
                    None,
                    files - published,
                    _explain(files, published),
                ),
            ]
    return pl.DataFrame(steps, schema=RECONCILIATION_SCHEMA, orient="row")


def _explain(files: float, published: float) -> str:
    """Whether rounding of the published figure explains the difference, which is then said, or it does
    not.
    """
    digits = f"{published:.0f}".rstrip("0")
    unit = 10.0 ** (len(f"{published:.0f}") - len(digits))
    return (
        "within the rounding of the published figure"
        if abs(files - published) <= unit / 2
        else "more than rounding: see the note on the published total"
    )
