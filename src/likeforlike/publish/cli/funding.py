"""`likeforlike funds` and `allocations`: what was given to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from likeforlike.domain.errors import RequestError
from likeforlike.observations.deflator import Deflator, read_deflator
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit, read_day
from likeforlike.publish.funding import allocation_rows, fund_rows, in_real_terms
from likeforlike.publish.numbers import number

DeflatorOption = Annotated[
    Path | None,
    typer.Option("--deflator", help="Prices by year, for real terms: CSV with year_start, index."),
]
PricesOption = Annotated[
    int | None, typer.Option("--prices", help="Year of the prices, by its start: 2024 is 2024-25.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(funds)
    app.command()(allocations)


def funds(format: FormatOption = Format.TABLE, release: ReleaseOption = None) -> None:
    """List the funds: how places were chosen, and what the register holds."""
    columns = (
        Column("Fund", lambda row: row["fund_id"], wrap=True),
        Column("Chosen", lambda row: row["selection"]),
        Column("Amounts", lambda row: row["amount_kind"].replace("_", " ")),
        Column("Awards", lambda row: str(row["award_count"] or "–"), right=True),
        Column("Councils", lambda row: str(row["council_count"] or "–"), right=True),
        Column("£ million", lambda row: millions(row["total_gbp"]), right=True),
        Column("Published", lambda row: millions(row["published_total_gbp"]), right=True),
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
    deflator: DeflatorOption = None,
    prices: PricesOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """List awards and the council areas they reach, each with the row of the publisher's file."""
    catalogue = Catalogue.open(release)
    place = None if area is None else catalogue.area(area)
    real = read_prices(deflator, prices)
    table = allocation_rows(catalogue, place, fund, None if as_of is None else read_day(as_of))
    if real is not None:
        table = in_real_terms(catalogue.funds, table, *real)
    columns = (
        Column("Fund", lambda row: row["fund_id"]),
        Column("Council", lambda row: row["area_name"] or "", wrap=True),
        Column("Award", _award, wrap=True),
        Column("£", lambda row: pounds(row["amount_gbp"]), right=True),
        Column("Here £", lambda row: pounds(row["share_gbp"]), right=True),
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


def _award(row: Row) -> str:
    what = row["project"] or row["place"] or "not named in the source"
    return what if row["recipient_code"] == row["area_code"] else f"{what} ({row['recipient_name']})"


def read_prices(deflator: Path | None, prices: int | None) -> tuple[Deflator, int] | None:
    """The table of prices and the year, or neither; RequestError for one without the other."""
    if (deflator is None) != (prices is None):
        raise RequestError(
            "Real terms need a table of prices and a year.", instead="Give --deflator and --prices."
        )
    return None if deflator is None or prices is None else (read_deflator(deflator), prices)


def pounds(value: float | None) -> str:
    """Whole pounds, or a dash for a missing amount."""
    return "–" if value is None else number(value, 0)


def millions(value: float | None) -> str:
    """Millions of pounds, or a dash for a missing amount."""
    return "–" if value is None else number(value / 1e6, 1)
