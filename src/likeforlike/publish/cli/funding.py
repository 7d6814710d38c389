"""`likeforlike funds`, `allocations`, `alignment`, `counterfactual`: what was given to whom, and whether
it went to need.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from likeforlike.analysis.counterfactual import Rule
from likeforlike.domain.errors import RequestError
from likeforlike.domain.funding_results import ALIGNMENT_SCHEMA
from likeforlike.domain.money import MultiArea
from likeforlike.observations.deflator import read_deflator
from likeforlike.observations.own_fund import OWN, read_fund_file
from likeforlike.pipeline.alignments import MAIN_NEED
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit, note
from likeforlike.publish.funding import (
    ALIGNMENT_KEYS,
    Desk,
    alignment_row,
    allocation_rows,
    counterfactual_rows,
    fund_rows,
    in_real_terms,
)
from likeforlike.publish.numbers import number

FundOption = Annotated[
    list[str] | None, typer.Option("--fund", help="A fund or a group of funds; repeat it to add several.")
]
FundFile = Annotated[
    Path | None,
    typer.Option("--fund-file", help="Your own fund: CSV with recipient_code, amount_gbp, date."),
]
MultiAreaOption = Annotated[
    MultiArea,
    typer.Option("--multi-area", help="Awards to counties, combined authorities and several councils."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(funds)
    app.command()(allocations)
    app.command()(alignment)
    app.command()(counterfactual)


def funds(format: FormatOption = Format.TABLE, release: ReleaseOption = None) -> None:
    """List the funds: how places were chosen, and what the register holds."""
    columns = (
        Column("Fund", lambda row: row["fund_id"], wrap=True),
        Column("Chosen", lambda row: row["selection"]),
        Column("Amounts", lambda row: row["amount_kind"].replace("_", " ")),
        Column("Awards", lambda row: str(row["award_count"] or "–"), right=True),
        Column("Councils", lambda row: str(row["council_count"] or "–"), right=True),
        Column("£ million", lambda row: _millions(row["total_gbp"]), right=True),
        Column("Published", lambda row: _millions(row["published_total_gbp"]), right=True),
        Column("From", lambda row: str(row["first_date"])),
    )
    caption = (
        "Amounts of different kinds are never added: awards, 'up to' money over ten years, and formula money "
        "for "
        "services. Published totals may cover the United Kingdom; the table fund_reconciliation says what "
        "differs."
    )
    emit(fund_rows(Catalogue.open(release)), format, title="Funds", caption=caption, columns=columns)


def allocations(  # noqa: PLR0917 - one parameter per option
    area: Annotated[str | None, typer.Argument(help="A council's code or name.", show_default=False)] = None,
    fund: Annotated[str | None, typer.Option("--fund", help="Only this fund.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="As known on this day, such as 2024-03-31.")
    ] = None,
    deflator: Annotated[
        Path | None,
        typer.Option("--deflator", help="Prices by year, for real terms: CSV with year_start, index."),
    ] = None,
    prices: Annotated[
        int | None, typer.Option("--prices", help="Year of the prices, by its start: 2024 is 2024-25.")
    ] = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """List awards and the council areas they reach, each with the row of the publisher's file."""
    catalogue = Catalogue.open(release)
    place = None if area is None else catalogue.area(area)
    table = allocation_rows(catalogue, place, fund, None if as_of is None else _day(as_of))
    if (deflator is None) != (prices is None):
        raise RequestError(
            "Real terms need a table of prices and a year.", instead="Give --deflator and --prices."
        )
    if deflator is not None and prices is not None:
        table = in_real_terms(catalogue, table, read_deflator(deflator), prices)
    columns = (
        Column("Fund", lambda row: row["fund_id"]),
        Column("Council", lambda row: row["area_name"] or "", wrap=True),
        Column("Award", _award, wrap=True),
        Column("£", lambda row: _pounds(row["amount_gbp"]), right=True),
        Column("Here £", lambda row: _pounds(row["share_gbp"]), right=True),
        Column("Reach", lambda row: row["method"].replace("_", " ")),
        Column("Row", lambda row: str(row["source_row"]), right=True),
    )
    total = (
        table.unique("allocation_id")
        .group_by("amount_kind")
        .agg(pl.col("amount_gbp").sum())
        .sort("amount_kind")
    )
    kinds = "; ".join(f"{kind.replace('_', ' ')} £{number(gbp, 0)}" for kind, gbp in total.iter_rows())
    caption = (
        f"{table['allocation_id'].n_unique()} awards: {kinds or 'none in these funds'}. Amounts are nominal. "
        "Reach 'several': it is not known how much reaches each council. Row is the row of the publisher's "
        "file."
    )
    title = "Awards" if place is None else f"Awards that reach {place.name} ({place.code})"
    emit(
        table.iter_rows(named=True), format, title=title, caption=caption, columns=columns, keys=table.columns
    )


def alignment(  # noqa: PLR0917 - one parameter per option
    fund: FundOption = None,
    need: Annotated[
        str, typer.Option("--need", help="A measure of need, or several with weights: a:0.5,b:0.5.")
    ] = (MAIN_NEED),
    multi_area: MultiAreaOption = MultiArea.EXCLUDE,
    all_specifications: Annotated[
        bool,
        typer.Option("--all-specifications", help="Every combination of choices that the release holds."),
    ] = False,
    fund_file: FundFile = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Say how closely money per head follows need, with 95% intervals.

    Positive correlations and a negative concentration index mean more money where need is greater.
    """
    catalogue = Catalogue.open(release)
    if all_specifications:
        _all_specifications(catalogue, fund, format)
        return
    desk = _desk(catalogue, fund_file)
    names = [*(fund or []), *([OWN] if fund_file and not fund else [])]
    sets = [desk.fund_set(names)] if names else desk.every_set()
    rows = [alignment_row(desk, one, need, multi_area) for one in sets]
    tier = (
        "153 counties and single-tier councils" if multi_area is MultiArea.RECIPIENT else "lower-tier areas"
    )
    caption = (
        f"Money per head among {tier}, awards to several councils: {multi_area.value}. Spearman with its 95% "
        f"interval "
        "(2,000 draws). To move: share of the money that would have to move to be proportional to population "
        "times need. "
        "This describes who got money, not why."
    )
    emit(
        rows,
        format,
        title=f"Money and need: {need}",
        caption=caption,
        columns=_alignment_columns(),
        keys=ALIGNMENT_KEYS,
    )


def counterfactual(  # noqa: PLR0917 - one parameter per option
    fund: FundOption = None,
    need: Annotated[str, typer.Option("--need", help="A measure of need.")] = MAIN_NEED,
    rule: Annotated[Rule, typer.Option("--rule", help="How money would follow need.")] = Rule.PROPORTIONAL,
    multi_area: MultiAreaOption = MultiArea.EXCLUDE,
    fund_file: FundFile = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Say what each council would have had if the same money had followed need under a stated rule."""
    catalogue = Catalogue.open(release)
    desk = _desk(catalogue, fund_file)
    names = [*(fund or []), *([OWN] if fund_file and not fund else [])]
    if not names:
        raise RequestError(
            "Name a fund.", instead="For example: likeforlike counterfactual --fund town-deals."
        )
    chosen = desk.fund_set(names)
    rows = counterfactual_rows(desk, chosen, need, rule, multi_area)
    total = sum(row["amount_gbp"] for row in rows)
    moved = sum(max(row["gap_gbp"], 0.0) for row in rows)
    caption = (
        f"Rule {rule.value}: £{number(moved, 0)} of £{number(total, 0)} ({moved / total:.0%}) would have to "
        f"move. "
        "Gap: actual less needed, furthest below first. A rule is a yardstick, not a judgement of what was "
        "intended."
    )
    columns = (
        Column("Council", lambda row: row["area_name"], wrap=True),
        Column("Need", lambda row: "–" if row["need"] is None else number(row["need"], 1), right=True),
        Column("Actual £", lambda row: _pounds(row["amount_gbp"]), right=True),
        Column("Needed £", lambda row: _pounds(row["needed_gbp"]), right=True),
        Column("Gap £ a head", lambda row: number(row["gap_gbp_per_head"], 0), right=True),
    )
    emit(rows, format, title=f"{chosen.title} by {need}", caption=caption, columns=columns)


def _desk(catalogue: Catalogue, fund_file: Path | None) -> Desk:
    return Desk.of(catalogue, None if fund_file is None else read_fund_file(fund_file, catalogue.register))


def _all_specifications(catalogue: Catalogue, names: list[str] | None, format: Format) -> None:
    table = catalogue.release.table("alignment").filter("distinct")
    if names:
        wanted = [Desk.of(catalogue).fund_set([name]).id for name in names]
        table = table.filter(pl.col("funds").is_in(wanted))
    positive = int((table["spearman"] > 0).sum())
    clear = int((table["spearman_low"] > 0).sum())
    linear = int((table["pearson"] > 0).sum())
    said = (
        f"In {positive:,} of {table.height:,} specifications the rank correlation is positive, in {clear:,} "
        f"its 95% "
        f"interval lies above zero; the linear correlation is positive in {linear:,}."
    )
    note(said)
    columns = (
        Column("Funds", lambda row: row["funds"], wrap=True),
        Column("Need", lambda row: row["need"], wrap=True),
        Column("Shared awards", lambda row: row["multi_area"]),
        Column("Tier", lambda row: row["tier"]),
        Column("Per", lambda row: row["per"]),
        Column("Outliers", lambda row: row["outliers"]),
        Column("Spearman", _with_interval, right=True),
        Column("Pearson", lambda row: _correlation(row["pearson"]), right=True),
    )
    emit(
        table.iter_rows(named=True),
        format,
        title="Every specification",
        caption=said,
        columns=columns,
        keys=ALIGNMENT_SCHEMA.names(),
    )


def _alignment_columns() -> tuple[Column, ...]:
    return (
        Column("Funds", lambda row: row["funds"]),
        Column("£ million", lambda row: _millions(row["total_gbp"]), right=True),
        Column("Spearman", _with_interval, right=True),
        Column("Pearson", lambda row: _correlation(row["pearson"]), right=True),
        Column(
            "Concentr. (SE)",
            lambda row: (
                f"{_correlation(row['concentration_index'])} ({_correlation(row['concentration_se'])})"
            ),
            right=True,
        ),
        Column(
            "To move",
            lambda row: "–" if row["misallocated_share"] is None else f"{row['misallocated_share']:.0%}",
            right=True,
        ),
    )


def _award(row: Row) -> str:
    what = row["project"] or row["place"] or "not named in the source"
    return what if row["recipient_code"] == row["area_code"] else f"{what} ({row['recipient_name']})"


def _with_interval(row: Row) -> str:
    low, high = _correlation(row["spearman_low"]), _correlation(row["spearman_high"])
    return f"{_correlation(row['spearman'])} ({low} to {high})"


def _correlation(value: Any) -> str:  # noqa: ANN401 - whatever a row holds
    return "–" if value is None else number(value, 2)


def _pounds(value: float | None) -> str:
    return "–" if value is None else number(value, 0)


def _millions(value: float | None) -> str:
    return "–" if value is None else number(value / 1e6, 1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise RequestError(f"{text!r} is not a day.", instead="Write it as 2024-03-31.") from problem
