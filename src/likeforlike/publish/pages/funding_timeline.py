"""When money was announced, and how each round and each year's awards lie along need."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from likeforlike.publish import funding_words as words
from likeforlike.publish.charts.timeline import Announcement
from likeforlike.publish.pages.page import Frozen

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class PartLine(Frozen):
    """One round of a fund, or one financial year's announcements, beside need."""

    part: str
    funds: str
    councils: str
    total: str
    spearman: str
    spearman_interval: str
    concentration: str
    to_move: str


def announcements(catalogue: Catalogue) -> Iterator[Announcement]:
    """Every announcement of money in the register, oldest first; those of one fund and day are one."""
    allocation = catalogue.release.table("allocation")
    found = []
    for (fund_id, day), awards in allocation.group_by("fund_id", "announced_date", maintain_order=True):
        fund = catalogue.funds[str(fund_id)]
        first, last = (
            (fund.first_date, fund.last_date or fund.first_date) if not isinstance(day, date) else (day, day)
        )
        rounds = awards["round"].drop_nulls().unique().to_list()
        named = rounds[0].startswith("phase") if len(rounds) == 1 else False
        several = allocation.filter(pl.col("fund_id") == fund_id)["round"].n_unique() > 1
        name = f"{fund.title.split(',')[0]}, {rounds[0]}" if named and several else fund.title
        gbp = float(awards["amount_gbp"].sum())
        told = (
            words.part_known(awards.height)
            if not fund.usable_for_totals
            else words.amount_words(gbp, fund.amount_kind.value)
        )
        found.append(
            Announcement(
                name=name,
                when=words.months(first, last),
                first=_year(first),
                last=_year(last),
                amount_gbp=gbp,
                words=told,
                short=told.partition(" over ")[0],
                solid=fund.usable_for_totals and fund.amount_kind.value == "awarded",
            )
        )
    return iter(sorted(found, key=lambda one: (one.first, one.name)))


def _year(day: date) -> float:
    start = date(day.year, 1, 1)
    return day.year + (day - start).days / (date(day.year + 1, 1, 1) - start).days


def timeline_sentence(found: tuple[Announcement, ...]) -> str:
    """The chart in words."""
    return " ".join(f"{one.when}: {one.name}, {one.words}." for one in found)


def part_lines(catalogue: Catalogue, need: str) -> Iterator[PartLine]:
    """Years, then rounds, by one measure of need."""
    table = catalogue.release.table("alignment_part").filter(pl.col("need") == need)
    for row in table.sort("kind", "label", "funds", descending=(True, False, False)).iter_rows(named=True):
        titles = [catalogue.funds[one].title for one in row["funds"].split("+")]
        share = row["misallocated_share"]
        yield PartLine(
            part=row["label"] if row["kind"] == "year" else row["label"].capitalize(),
            funds="; ".join(titles),
            councils=f"{row['funded_count']} of {row['council_count']}",
            total=words.millions(row["total_gbp"]),
            spearman=words.coefficient(row["spearman"]),
            spearman_interval=words.interval(row["spearman_low"], row["spearman_high"]),
            concentration=f"{words.coefficient(row['concentration_index'])} "
            f"({words.coefficient(row['concentration_se'])})",
            to_move="–" if share is None else f"{share:.0%}",
        )
