"""What a council was awarded, beside its ten nearest neighbours, the median, and a share in proportion to
need.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import Field

from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.money import MultiArea
from likeforlike.domain.neighbour_model import Pool
from likeforlike.pipeline.alignments import MAIN, TIERS
from likeforlike.publish import funding_notes as notes
from likeforlike.publish import funding_words as words
from likeforlike.publish import text, urls
from likeforlike.publish.charts.models import Dot, Strip
from likeforlike.publish.charts.strip import WIDE, ticks_path
from likeforlike.publish.funding import allocation_rows
from likeforlike.publish.numbers import number
from likeforlike.publish.pages.alignment_view import council_dots, set_title
from likeforlike.publish.pages.council import most_like
from likeforlike.publish.pages.fund import AwardLine, award_lines
from likeforlike.publish.pages.funding import MAIN_FUNDS, MAIN_NEED, funding_about, kind_totals
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Sets whose money per head is set beside other councils': awards, and "up to" money, never together.
_SETS = (MAIN_FUNDS, "pride-in-place-all")
_REACH = 1.5


class PerHead(Frozen):
    """Money per head of one set of funds beside like councils."""

    funds: str
    title: str
    sentence: str
    amount: str
    per_head: str
    neighbours: str
    median: str
    needed: str
    gap: str
    band: str
    rank: str
    strip: Strip
    wide_ticks: str = Field(default="", exclude=True)


class NeighbourLine(Frozen):
    """What one of the ten nearest neighbours was awarded."""

    name: str
    url: str
    awards: int
    amount: str
    per_head: str


class CouncilFundingPage(Page):
    """A council's awards."""

    code: str
    name: str
    totals: tuple[str, ...]
    none: str
    beside: tuple[PerHead, ...]
    dots: tuple[Dot, ...]
    dots_title: str
    own: tuple[AwardLine, ...]
    shared: tuple[AwardLine, ...]
    shared_note: str
    neighbours: tuple[NeighbourLine, ...]
    grants: str
    missing: tuple[str, ...]
    band_note: str
    rows: tuple[dict[str, Any], ...]
    columns: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per award and area it reaches here."""
        columns = tuple(Column(key=key, title=key) for key in self.columns)
        return (Table(name="awards", title=self.title, columns=columns, rows=self.rows),)


def make_council_funding(catalogue: Catalogue, area: Area) -> CouncilFundingPage:
    """The funding page of a council; NotFoundError for an area that is no council."""
    if not area.is_council:
        raise NotFoundError(
            f"{area.name} is a {text.KINDS[area.kind]}, and these pages are of councils.",
            instead="Search for one of its councils.",
        )
    rows = allocation_rows(catalogue, area)
    several = pl.col("method") == "several"
    # A county's own awards are its own, wherever in the county they reach.
    mine = ~several | (pl.col("recipient_code") == area.code)
    own = rows.filter(mine).unique("allocation_id", maintain_order=True)
    shared = rows.filter(~mine).unique("allocation_id", maintain_order=True)
    county = area.kind is AreaKind.COUNTY
    pool = Pool.UPPER_TIER if county else Pool.LOWER_TIER
    return CouncilFundingPage(
        title=f"{area.name}: funding",
        description=f"What {area.name} was awarded from levelling-up funds, beside councils like it.",
        path=urls.council_funding(area.code),
        about=funding_about(catalogue, rows["fund_id"].unique().to_list()),
        parents=(
            Link(text="Councils", url=urls.councils()),
            Link(text=area.name, url=urls.council(area.code)),
        ),
        code=area.code,
        name=area.name,
        totals=tuple(kind_totals(catalogue, own)),
        none="" if own.height else words.NONE_HERE,
        beside=tuple(one for funds in _SETS if (one := _beside(catalogue, area, funds, pool)) is not None),
        dots=() if county else council_dots(catalogue, MAIN_FUNDS, MAIN_NEED, area.code),
        dots_title=words.dots_title(area.name),
        own=tuple(award_lines(catalogue, own)),
        shared=tuple(award_lines(catalogue, shared)),
        shared_note=words.shared_note(shared.height),
        neighbours=tuple(_neighbours(catalogue, area, pool)),
        grants=_grants(catalogue, area),
        missing=notes.MISSING,
        band_note=notes.BAND_NOTE,
        rows=tuple(rows.to_dicts()),
        columns=tuple(rows.columns),
    )


def _table(catalogue: Catalogue, funds: str, pool: Pool) -> pl.DataFrame:
    treatment = MultiArea.RECIPIENT if pool is Pool.UPPER_TIER else MAIN
    return catalogue.release.table("funding_area").filter(
        pl.col("funds") == funds,
        pl.col("tier") == TIERS[pool],
        pl.col("multi_area") == treatment.value,
    )


def _beside(catalogue: Catalogue, area: Area, funds: str, pool: Pool) -> PerHead | None:
    """One set of funds per head beside the ten nearest neighbours and all councils of the tier."""
    table = _table(catalogue, funds, pool)
    found = table.filter(pl.col("area_code") == area.code)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    per_head = dict(table.select("area_code", "gbp_per_head").iter_rows())
    like = [one.code for one in most_like(catalogue, area, pool)]
    theirs = [per_head[code] for code in like]
    mean = sum(theirs) / len(theirs) if theirs else None
    median = float(table.select(pl.col("gbp_per_head").median()).item())
    needed = row["needed_gbp"] / row["population"]
    ordered = sorted(per_head.values())
    high = max(ordered[int(len(ordered) * 0.97)] * _REACH, 1.0)
    title = set_title(catalogue, funds)
    own = row["gbp_per_head"]
    sentence = words.beside_sentence(area.name, own, mean, median, needed)
    shown = [min(value, high) for value in ordered]
    return PerHead(
        funds=funds,
        title=title,
        sentence=sentence,
        amount=words.millions(row["money_gbp"]),
        per_head=words.per_head(own),
        neighbours=words.per_head(mean),
        median=words.per_head(median),
        needed=words.per_head(needed),
        gap=words.signed(row["gap_middle_gbp_per_head"]),
        band=words.signed_band(row["gap_low_gbp_per_head"], row["gap_high_gbp_per_head"]),
        rank=words.rank_band(row["gap_rank_low"], row["gap_rank_high"], table.height),
        strip=Strip(
            low=0.0,
            high=high,
            value=min(own, high),
            nearest=min(theirs[0], high) if theirs else None,
            neighbours=tuple(min(value, high) for value in theirs),
            median=median,
            sentence=sentence,
            ticks=ticks_path(shown, 0.0, high),
        ),
        wide_ticks=ticks_path(shown, 0.0, high, WIDE),
    )


def _neighbours(catalogue: Catalogue, area: Area, pool: Pool) -> Iterator[NeighbourLine]:
    table = _table(catalogue, MAIN_FUNDS, pool)
    money = {
        code: (gbp, head)
        for code, gbp, head in table.select("area_code", "money_gbp", "gbp_per_head").iter_rows()
    }
    funds = catalogue.release.definitions.fund_groups[MAIN_FUNDS].funds if money else ()
    for one in most_like(catalogue, area, pool):
        if one.code not in money:
            continue
        gbp, head = money[one.code]
        place = catalogue.register.areas[one.code]
        yield NeighbourLine(
            name=one.name,
            url=urls.council_funding(one.code),
            awards=_award_count(catalogue, place, tuple(funds)),
            amount=words.millions(gbp) if gbp else "none",
            per_head=f"£{number(head, 0)}",
        )


@lru_cache(maxsize=1024)
def _award_count(catalogue: Catalogue, area: Area, funds: tuple[str, ...]) -> int:
    """How many awards of some funds reach a council; ten other councils' pages ask it too."""
    rows = allocation_rows(catalogue, area).filter(pl.col("fund_id").is_in(funds))
    return rows["allocation_id"].n_unique()


def _grants(catalogue: Catalogue, area: Area) -> str:
    """What happened to core grants meanwhile, for the upper-tier council or the county around a district."""
    home = area.county_code if area.kind is AreaKind.DISTRICT and area.county_code else area.code
    table = catalogue.release.table("funding_net").filter(pl.col("area_code") == home)
    if table.is_empty() or table["grant_change_gbp"][0] is None:
        return ""
    row = table.row(0, named=True)
    name = catalogue.register.areas[home].name
    return words.grants_sentence(row, name, whole=home == area.code)
