"""Whether money went to need: all funds, one set of them beside one measure, and what the answer depends
on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.area import Area
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.publish import funding_notes as notes
from likeforlike.publish import funding_words as words
from likeforlike.publish import urls
from likeforlike.publish.charts.scatter import scatter_svg
from likeforlike.publish.charts.timeline import Announcement
from likeforlike.publish.funding import allocation_rows, fund_rows
from likeforlike.publish.numbers import number
from likeforlike.publish.pages.alignment_view import AlignmentView, make_view, set_title, view_tables
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.funding_map import make_money_map
from likeforlike.publish.pages.funding_timeline import (
    PartLine,
    announcements,
    part_lines,
    timeline_sentence,
)
from likeforlike.publish.pages.map import MapView
from likeforlike.publish.pages.page import About, Column, Frozen, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

MAIN_FUNDS, MAIN_NEED = "levelling-up-awards", "imd-average-score"


class FundLine(Frozen):
    """One fund in the list."""

    fund_id: str
    title: str
    url: str
    selection: str
    amount_kind: str
    awards: int
    councils: int
    total: str
    published: str
    dates: str
    usable_for_totals: bool


class ReconciliationLine(Frozen):
    """One step from the publisher's total to the register's."""

    fund: str
    what: str
    awards: str
    amount: str
    note: str


class FundingPage(Page):
    """The funding overview."""

    totals: tuple[str, ...]
    timeline: tuple[Announcement, ...]
    timeline_sentence: str
    parts: tuple[PartLine, ...]
    parts_note: str
    view: AlignmentView
    map: MapView | None
    funds: tuple[FundLine, ...]
    reconciliation: tuple[ReconciliationLine, ...]
    net: str
    missing: tuple[str, ...]
    band_note: str
    own_file: str

    def tables(self) -> tuple[Table, ...]:
        """Needs, choices, gaps, rounds and years; the register itself is a page of its own."""
        columns = tuple(Column(key=key, title=key) for key in PartLine.model_fields)
        rows = tuple(row.model_dump() for row in self.parts)
        parts = Table(name="parts", title="By round and by year", columns=columns, rows=rows)
        return (*view_tables(self.view), parts)

    def chart(self) -> str:
        """Money per head against need."""
        return draw(self.view)


class RegisterPage(Page):
    """Every award with the areas it reaches, for download."""

    rows: tuple[dict[str, Any], ...]
    columns: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per award and area."""
        columns = tuple(Column(key=key, title=key) for key in self.columns)
        return (Table(name="register", title=self.title, columns=columns, rows=self.rows),)


def make_funding(
    catalogue: Catalogue, funds: str = MAIN_FUNDS, need: str = MAIN_NEED, council: Area | None = None
) -> FundingPage:
    """The overview for one set of funds and one measure of need; NotFoundError lists the choices.

    A council named is marked in the scatter; RequestError for a county, which is no lower-tier area.
    """
    marked = "" if council is None else lower_tier_code(catalogue, council)
    check_choice(catalogue, funds, need)
    allocation = catalogue.release.table("allocation")
    when = tuple(announcements(catalogue))
    return FundingPage(
        title="Did the money follow need?",
        description="Who was awarded levelling-up money, and whether it went where need was greatest.",
        path=urls.funding(
            "" if funds == MAIN_FUNDS else funds, "" if need == MAIN_NEED else need, council=marked
        ),
        about=funding_about(catalogue, allocation["fund_id"].unique().to_list()),
        totals=tuple(kind_totals(catalogue, allocation)),
        timeline=when,
        timeline_sentence=timeline_sentence(when),
        parts=tuple(part_lines(catalogue, need)),
        parts_note=notes.PARTS_NOTE,
        view=make_view(catalogue, funds, need, marked),
        map=make_money_map(catalogue, funds, set_title(catalogue, funds)),
        funds=tuple(fund_lines(catalogue)),
        reconciliation=tuple(reconciliation_lines(catalogue)),
        net=_net_words(catalogue),
        missing=notes.MISSING,
        band_note=notes.BAND_NOTE,
        own_file=notes.OWN_FILE,
    )


def lower_tier_code(catalogue: Catalogue, council: Area) -> str:
    """The code of a council that the scatter holds."""
    if council.code not in catalogue.register.lower_tier:
        raise RequestError(
            f"{council.name} is no district or single-tier council, and only those are in this picture.",
            instead="Name one of its districts, or see its own funding page.",
        )
    return council.code


def make_register(catalogue: Catalogue, fund_id: str | None = None) -> RegisterPage:
    """The register of awards, of one fund or all."""
    table = allocation_rows(catalogue, fund_id=fund_id)
    return RegisterPage(
        title="Register of awards" if fund_id is None else f"Awards: {catalogue.funds[fund_id].title}",
        path=urls.funding_register() if fund_id is None else urls.fund_register(fund_id),
        about=funding_about(catalogue, table["fund_id"].unique().to_list()),
        rows=tuple(table.to_dicts()),
        columns=tuple(table.columns),
    )


def check_choice(catalogue: Catalogue, funds: str, need: str) -> None:
    """Refuse a set of funds or a measure that the release has no answer for."""
    answers = catalogue.release.table("alignment", ("funds", "need"))
    for name, wanted in (("funds", funds), ("need", need)):
        known = answers[name].unique().sort().to_list()
        if wanted not in known:
            raise NotFoundError(f"There is no {name} {wanted!r} here.", instead=f"Choose {', '.join(known)}.")


def funding_about(catalogue: Catalogue, fund_ids: list[str]) -> About:
    """What a file with figures of these funds says about itself."""
    sources = [catalogue.funds[one].source_id for one in fund_ids]
    return about(catalogue, [*sources, "mhclg_indices_of_deprivation"], caveats=notes.MISSING)


def kind_totals(catalogue: Catalogue, allocation: pl.DataFrame) -> Iterator[str]:
    """Counts and totals by kind of amount, which are never added; a fund known in part is counted apart."""
    whole = [one.id for one in catalogue.funds.values() if one.usable_for_totals]
    for kind, count, gbp in (
        allocation.filter(pl.col("fund_id").is_in(whole))
        .group_by("amount_kind")
        .agg(pl.len(), pl.col("amount_gbp").sum())
        .sort("amount_kind")
        .iter_rows()
    ):
        yield words.awards_words(count, gbp, kind)
    part = allocation.filter(~pl.col("fund_id").is_in(whole)).group_by("fund_id").len().sort("fund_id")
    for fund_id, count in part.iter_rows():
        yield words.part_words(count, catalogue.funds[fund_id].title)


def fund_lines(catalogue: Catalogue) -> Iterator[FundLine]:
    """Funds by date."""
    for row in sorted(fund_rows(catalogue), key=lambda one: (one["first_date"], one["fund_id"])):
        last = row["last_date"]
        same = last is None or last == row["first_date"]
        yield FundLine(
            fund_id=row["fund_id"],
            title=row["title"],
            url=urls.fund(row["fund_id"]),
            selection=words.SELECTION[row["selection"]],
            amount_kind=words.AMOUNT_KINDS[row["amount_kind"]],
            awards=row["award_count"],
            councils=row["council_count"],
            total=words.millions(row["total_gbp"]) if row["award_count"] else "",
            published=words.millions(row["published_total_gbp"]) if row["published_total_gbp"] else "",
            dates=words.month(row["first_date"]) if same else words.months(row["first_date"], last),
            usable_for_totals=row["usable_for_totals"],
        )


def reconciliation_lines(catalogue: Catalogue, fund_id: str | None = None) -> Iterator[ReconciliationLine]:
    """Steps from the publishers' totals to the register's."""
    table = catalogue.release.table("fund_reconciliation").sort("fund_id", "step")
    if fund_id is not None:
        table = table.filter(pl.col("fund_id") == fund_id)
    for row in table.iter_rows(named=True):
        yield ReconciliationLine(
            fund=catalogue.funds[row["fund_id"]].title,
            what=row["what"],
            awards="" if row["awards"] is None else number(row["awards"], 0),
            amount=number(row["amount_gbp"], 0),
            note=row["note"],
        )


def draw(view: AlignmentView) -> str:
    """Money per head against need, for a file of its own."""
    return scatter_svg(
        view.dots, view.conclusion, across=f"{view.need_title}, {view.need_label}", up="£ a head", before="£"
    )


def _net_words(catalogue: Catalogue) -> str:
    """New money beside what core grants lost, in one sentence."""
    table = catalogue.release.table("funding_net").filter(
        pl.col("net_gbp").is_not_null(), pl.col("need").is_not_null()
    )
    found = catalogue.release.table("alignment_statistic").filter(
        pl.col("statistic").is_in(["spearman_grant_change", "spearman_net"])
    )
    if table.is_empty() or found.height < 2:
        return ""
    award, change = float(table["award_gbp"].sum()), float(table["grant_change_gbp"].sum())
    lost, net = found.sort("statistic").iter_rows(named=True)
    return words.net_sentence(award, change, table.height, lost, net)
