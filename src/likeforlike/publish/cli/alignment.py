"""`likeforlike alignment` and `counterfactual`: whether money went to need."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from likeforlike.analysis.counterfactual import Rule
from likeforlike.domain.errors import RequestError
from likeforlike.domain.funding_results import ALIGNMENT_SCHEMA, PART_SCHEMA
from likeforlike.domain.money import MultiArea
from likeforlike.observations.own_fund import OWN, read_fund_file
from likeforlike.pipeline.alignments import MAIN_NEED
from likeforlike.pipeline.fund_money import Part
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.funding import (
    DeflatorOption,
    PricesOption,
    millions,
    pounds,
    read_prices,
)
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit, note, read_day
from likeforlike.publish.funding import (
    ALIGNMENT_KEYS,
    Desk,
    alignment_row,
    counterfactual_rows,
    specification_table,
)
from likeforlike.publish.funding_words import MULTI_AREA
from likeforlike.publish.numbers import number

FundOption = Annotated[
    list[str] | None,
    typer.Option("--fund", metavar="ID", help="A fund or a group of funds; repeat it to add several."),
]
FundFile = Annotated[
    Path | None,
    typer.Option("--fund-file", help="Your own fund: CSV with recipient_code, amount_gbp, date."),
]
MultiAreaOption = Annotated[
    MultiArea,
    typer.Option("--multi-area", help="Awards to counties, combined authorities and several councils."),
]
RoundOption = Annotated[
    str | None, typer.Option("--round", help="Only this round of a fund, such as 'phase 3'.")
]
SinceOption = Annotated[
    str | None, typer.Option("--from", help="Only awards announced on or after this day.")
]
UntilOption = Annotated[str | None, typer.Option("--to", help="Only awards announced on or before this day.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(alignment)
    app.command()(counterfactual)


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
    by_part: Annotated[
        bool,
        typer.Option("--by-part", help="Round by round and year by year, as the release holds them."),
    ] = False,
    round: RoundOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    fund_file: FundFile = None,
    deflator: DeflatorOption = None,
    prices: PricesOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Say how closely money per head follows need, with 95% intervals.

    Positive correlations and a negative concentration index mean more money where need is greater.
    """
    catalogue = Catalogue.open(release)
    part = _part(round, since, until)
    names = [*(fund or []), *([OWN] if fund_file and not fund else [])]
    if by_part:
        if names or part or fund_file or deflator:
            raise RequestError(
                "--by-part prints what the release holds.",
                instead="Leave --fund, --round, --from, --to, --fund-file and --deflator out.",
            )
        _by_part(catalogue, need, format)
        return
    desk = _desk(catalogue, fund_file, deflator, prices, names)
    if all_specifications:
        _all_specifications(desk, names, part, format)
        return
    sets = [desk.fund_set(names, part)] if names else desk.every_set(part)
    rows = [alignment_row(desk, one, need, multi_area) for one in sets]
    tier = (
        "153 counties and single-tier councils" if multi_area is MultiArea.RECIPIENT else "lower-tier areas"
    )
    caption = (
        f"Money per head among {tier}, awards to several councils {MULTI_AREA[multi_area.value]}. "
        f"Spearman with its 95% "
        f"interval "
        "(2,000 draws). To move: share of the money that would have to move to be proportional to population "
        "times need. "
        "This describes who got money, not why." + _terms(desk)
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
    round: RoundOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    fund_file: FundFile = None,
    deflator: DeflatorOption = None,
    prices: PricesOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Say what each council would have had if the same money had followed need under a stated rule."""
    catalogue = Catalogue.open(release)
    names = [*(fund or []), *([OWN] if fund_file and not fund else [])]
    if not names:
        raise RequestError(
            "Name a fund.", instead="For example: likeforlike counterfactual --fund town-deals."
        )
    desk = _desk(catalogue, fund_file, deflator, prices, names)
    chosen = desk.fund_set(names, _part(round, since, until))
    rows = counterfactual_rows(desk, chosen, need, rule, multi_area)
    total = sum(row["amount_gbp"] for row in rows)
    moved = sum(max(row["gap_gbp"], 0.0) for row in rows)
    caption = (
        f"Rule {rule.value}: £{number(moved, 0)} of £{number(total, 0)} ({moved / total:.0%}) would have to "
        f"move. "
        "Gap: actual less needed, furthest below first. A rule is a yardstick, not a judgement of what was "
        "intended." + _terms(desk)
    )
    columns = (
        Column("Council", lambda row: row["area_name"], wrap=True),
        Column("Need", lambda row: "–" if row["need"] is None else number(row["need"], 1), right=True),
        Column("Actual £", lambda row: pounds(row["amount_gbp"]), right=True),
        Column("Under the rule £", lambda row: pounds(row["needed_gbp"]), right=True),
        Column("Gap £ a head", lambda row: number(row["gap_gbp_per_head"], 0), right=True),
    )
    emit(rows, format, title=f"{chosen.title} by {need}", caption=caption, columns=columns)


def _desk(
    catalogue: Catalogue,
    fund_file: Path | None,
    deflator: Path | None,
    prices: int | None,
    names: list[str],
) -> Desk:
    own = None if fund_file is None else read_fund_file(fund_file, catalogue.register)
    return Desk.of(catalogue, own, read_prices(deflator, prices), names)


def _part(round: str | None, since: str | None, until: str | None) -> Part | None:
    if round is None and since is None and until is None:
        return None
    first, last = (None if day is None else read_day(day) for day in (since, until))
    if first is not None and last is not None and first > last:
        raise RequestError(f"{first} is after {last}.", instead="Write the earlier day after --from.")
    return Part(round, first, last)


def _terms(desk: Desk) -> str:
    return f" In prices of {desk.prices}, by your table." if desk.prices else " Nominal pounds."


def _by_part(catalogue: Catalogue, need: str, format: Format) -> None:
    table = catalogue.release.table("alignment_part").filter(pl.col("need") == need)
    if table.is_empty():
        known = catalogue.release.table("alignment_part")["need"].unique().sort().to_list()
        raise RequestError(f"There are no parts by {need!r}.", instead=f"Write one of {', '.join(known)}.")
    columns = (
        Column("Part", lambda row: f"{row['funds'].replace('+', ', ')}: {row['label']}", wrap=True),
        Column("£ million", lambda row: millions(row["total_gbp"]), right=True),
        Column("Funded", lambda row: f"{row['funded_count']}/{row['council_count']}", right=True),
        Column("Spearman", _with_interval, right=True),
        Column("Concentr. (SE)", _concentration, right=True),
        Column("To move", _to_move, right=True),
    )
    caption = (
        "Money per head among lower-tier areas; awards to several councils are left out. Years are financial "
        "years of the announcement; Town Deals, whose file gives no day for each, count in the year of the "
        "first. Spearman with its 95% interval (2,000 draws). Nominal pounds."
    )
    emit(
        table.iter_rows(named=True),
        format,
        title=f"Money and need by round and year: {need}",
        caption=caption,
        columns=columns,
        keys=PART_SCHEMA.names(),
    )


def _all_specifications(desk: Desk, names: list[str], part: Part | None, format: Format) -> None:
    table = specification_table(desk, names, part)
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
        Column("Funds", lambda row: row["funds"], wrap=True),
        Column("£ million", lambda row: millions(row["total_gbp"]), right=True),
        Column("Spearman", _with_interval, right=True),
        Column("Pearson", lambda row: _correlation(row["pearson"]), right=True),
        Column("Concentr. (SE)", _concentration, right=True),
        Column("To move", _to_move, right=True),
    )


def _concentration(row: Row) -> str:
    return f"{_correlation(row['concentration_index'])} ({_correlation(row['concentration_se'])})"


def _to_move(row: Row) -> str:
    share = row["misallocated_share"]
    return "–" if share is None else f"{share:.0%}"


def _with_interval(row: Row) -> str:
    low, high = _correlation(row["spearman_low"]), _correlation(row["spearman_high"])
    return f"{_correlation(row['spearman'])} ({low} to {high})"


def _correlation(value: Any) -> str:  # noqa: ANN401 - whatever a row holds
    return "–" if value is None else number(value, 2)
