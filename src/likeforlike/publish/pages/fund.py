"""One fund: what it was for, how places were chosen, who got what, and whether that followed need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from likeforlike.publish import funding_notes as notes
from likeforlike.publish import funding_words as words
from likeforlike.publish import urls
from likeforlike.publish.charts.models import Bar
from likeforlike.publish.funding import allocation_rows, fund
from likeforlike.publish.pages.alignment_view import AlignmentView, make_view, view_tables
from likeforlike.publish.pages.funding import (
    MAIN_NEED,
    ReconciliationLine,
    check_choice,
    draw,
    funding_about,
    reconciliation_lines,
)
from likeforlike.publish.pages.page import Frozen, Link, Page, Table
from likeforlike.sources.mhclg_core_funding import OWN_REVENUE

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

_SHOWN = 60


class AwardLine(Frozen):
    """One award as people read it; `row` is the row of the publisher's file."""

    what: str
    fund: str
    place: str
    theme: str
    recipient: str
    recipient_url: str
    amount: str
    reach: str
    note: str
    file: str
    row: int


class YearLine(Frozen):
    """One year of formula money over all councils."""

    year: str
    councils: int
    grants: str
    council_tax: str


class FundPage(Page):
    """One fund."""

    fund_id: str
    department: str
    selection: str
    selection_note: str
    objectives: tuple[str, ...]
    missions: tuple[Link, ...]
    kind: str
    total: str
    counts: str
    dates: str
    published_note: str
    caveats: tuple[str, ...]
    view: AlignmentView | None
    no_view: str
    themes: tuple[Bar, ...]
    reconciliation: tuple[ReconciliationLine, ...]
    awards: tuple[AwardLine, ...]
    award_count: int
    years: tuple[YearLine, ...]
    changed: str
    register_url: str
    missing: tuple[str, ...]
    band_note: str

    def tables(self) -> tuple[Table, ...]:
        """Needs, choices and gaps; the awards are the fund's register."""
        return () if self.view is None else view_tables(self.view)

    def chart(self) -> str:
        """Money per head against need."""
        return "" if self.view is None else draw(self.view)


def make_fund(catalogue: Catalogue, fund_id: str, need: str = MAIN_NEED) -> FundPage:
    """The page of a fund; NotFoundError for an unknown one."""
    found = fund(catalogue, fund_id)
    awards = catalogue.release.table("allocation").filter(pl.col("fund_id") == fund_id)
    reach = allocation_rows(catalogue, fund_id=fund_id)
    view = None
    if found.usable_for_totals and awards.height:
        check_choice(catalogue, fund_id, need)
        view = make_view(catalogue, fund_id, need)
    last = found.last_date or found.first_date
    return FundPage(
        title=found.title,
        description=f"{found.title}: who was awarded what, and whether it followed need.",
        path=urls.fund(fund_id, need="" if need == MAIN_NEED else need),
        about=funding_about(catalogue, [fund_id]),
        parents=(Link(text="Funding", url=urls.funding()),),
        fund_id=fund_id,
        department=found.department,
        selection=words.SELECTION[found.selection.value],
        selection_note=found.selection_note,
        objectives=found.objectives,
        missions=tuple(_missions(catalogue, fund_id)),
        kind=words.AMOUNT_KINDS[found.amount_kind.value],
        total=words.millions(float(awards["amount_gbp"].sum())) if awards.height else "",
        counts=words.award_counts(awards.height, reach["area_code"].n_unique()) if awards.height else "",
        dates=words.month(last) if last == found.first_date else words.months(found.first_date, last),
        published_note=found.announced_total_note,
        caveats=found.caveats,
        view=view,
        no_view="" if view else words.NO_VIEW[found.amount_kind.value],
        themes=tuple(_themes(catalogue, awards)),
        reconciliation=tuple(reconciliation_lines(catalogue, fund_id)),
        awards=tuple(award_lines(catalogue, reach.unique("allocation_id", maintain_order=True)))[:_SHOWN],
        award_count=awards.height,
        years=tuple(_years(catalogue, fund_id)),
        changed=_changed(catalogue, fund_id),
        register_url=urls.fund_register(fund_id),
        missing=notes.MISSING,
        band_note=notes.BAND_NOTE,
    )


def award_lines(catalogue: Catalogue, awards: pl.DataFrame) -> Iterator[AwardLine]:
    """Awards as people read them, largest first."""
    themes = catalogue.release.definitions.fund_themes
    paths = file_names(catalogue)
    for row in awards.sort("amount_gbp", descending=True, nulls_last=True).iter_rows(named=True):
        yield AwardLine(
            what=row["project"] or row["place"] or words.NOT_NAMED,
            fund=catalogue.funds[row["fund_id"]].title,
            place=row["place"] or "",
            theme=themes[row["theme"]].title if row["theme"] in themes else "",
            recipient=row["recipient_name"],
            recipient_url=council_url(catalogue, row["recipient_code"]),
            amount=words.exact_amount(row["amount_gbp"], row["amount_kind"]),
            reach=words.METHODS[row["method"]],
            note=row["area_note"] or "",
            file=paths.get(row["snapshot_id"], row["snapshot_id"]),
            row=row["source_row"],
        )


def council_url(catalogue: Catalogue, code: str) -> str:
    """The funding page of the council that a recipient is today; none for a body that has no page."""
    following = catalogue.register.successors(code)
    if len(following) != 1 or not catalogue.register.areas[following[0]].is_council:
        return ""
    return urls.council_funding(following[0])


def file_names(catalogue: Catalogue) -> dict[str, str]:
    """The path of every file of the release by its snapshot."""
    return {
        file.snapshot_id: file.path for source in catalogue.release.manifest.sources for file in source.files
    }


def _themes(catalogue: Catalogue, awards: pl.DataFrame) -> Iterator[Bar]:
    """Money by theme, where awards have one."""
    rules = catalogue.release.definitions.fund_themes
    named = awards.filter(pl.col("theme") != "whole-place")
    if named.is_empty():
        return
    table = named.group_by("theme").agg(pl.col("amount_gbp").sum()).sort("amount_gbp", descending=True)
    total = float(named["amount_gbp"].sum())
    for theme, gbp in table.iter_rows():
        title = rules[theme].title if theme in rules else "Not classified"
        yield Bar(name=title, value=gbp, words=f"{gbp / total:.0%}")


def _missions(catalogue: Catalogue, fund_id: str) -> Iterator[Link]:
    """Missions that name this fund among their money."""
    for framework in catalogue.frameworks.values():
        for mission in framework.missions:
            if any(link.fund_id == fund_id for link in mission.funds):
                yield Link(
                    text=f"{mission.title} ({framework.title})", url=urls.mission(framework.id, mission.id)
                )


def _years(catalogue: Catalogue, fund_id: str) -> Iterator[YearLine]:
    """Formula money by year: from central government, and council tax where it is in the file."""
    table = catalogue.release.table("core_funding").filter(pl.col("fund_id") == fund_id)
    own = pl.col("component") == OWN_REVENUE
    by_year = table.group_by("year_start").agg(
        pl.col("area_code").n_unique(),
        pl.col("amount_gbp").filter(~own).sum().alias("grants"),
        pl.col("amount_gbp").filter(own).sum().alias("tax"),
    )
    for year, councils, grants, tax in by_year.sort("year_start").iter_rows():
        yield YearLine(
            year=f"{year}-{(year + 1) % 100:02d}",
            councils=councils,
            grants=words.millions(grants),
            council_tax=words.millions(tax) if tax else "",
        )


def _changed(catalogue: Catalogue, fund_id: str) -> str:
    """How much the publisher's file changed, where its history is kept."""
    change = catalogue.release.table("allocation_change").filter(pl.col("fund_id") == fund_id)
    if change.is_empty():
        return ""
    days = pl.col("known_from")
    first, last = change.select(days.min().alias("first"), days.max().alias("last")).row(0)
    later = change.filter(days > first)
    return words.changed_sentence(later["allocation_id"].n_unique(), first, last)
