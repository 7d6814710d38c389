"""`likeforlike revisions`: how much figures are usually revised after they first appear."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import text
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit
from likeforlike.publish.revision_words import LIST_RULE, RULE, usually
from likeforlike.publish.vintages import HISTORY_KEYS, REVISION_KEYS, history_of, revisions_of, usual

LIST_KEYS = (
    "indicator_id",
    "title",
    "first_vintage",
    "last_vintage",
    "edition_count",
    "period_count",
    "figure_count",
    "revised_count",
    "revised_share",
    "mean_revision",
    "mean_absolute_revision",
    "verdict_count",
    "verdicts_overturned",
    "verdicts_reversed",
    "overturned_share",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(revisions)


def revisions(
    indicator: Annotated[
        str | None,
        typer.Argument(help="An indicator's id; all that have vintages without.", show_default=False),
    ] = None,
    area: Annotated[
        str | None,
        typer.Option("--area", help="Every figure that stood for one area.", show_default=False),
    ] = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Say how much an indicator's figures are usually revised, and how many verdicts that overturned."""
    catalogue = Catalogue.open(release)
    if indicator is None:
        if area is not None:
            raise RequestError(
                "Figures of one area are listed for one indicator.",
                instead="Write its id: likeforlike revisions INDICATOR --area AREA.",
            )
        _list(catalogue, format)
        return
    chosen = catalogue.indicator(indicator)
    if area is not None:
        found = catalogue.area(area)
        emit(
            history_of(catalogue, chosen, found),
            format,
            keys=HISTORY_KEYS,
            title=f"{chosen.title}: what stood for {found.name} ({found.code})",
            caption=f"Each figure from the day it was published until it was revised. {_release(catalogue)}",
            columns=_history_columns(chosen),
        )
        return
    rows = revisions_of(catalogue, chosen)
    emit(
        rows.iter_rows(named=True),
        format,
        keys=REVISION_KEYS,
        title=f"{chosen.title}: first vintage against latest ({text.unit_words(chosen)})",
        caption=f"{usually(chosen, usual(rows))} {RULE} {_release(catalogue)}",
        columns=_columns(chosen),
    )


def _list(catalogue: Catalogue, format: Format) -> None:
    rows = []
    for indicator_id in catalogue.vintages.indicator_ids:
        indicator, days = catalogue.indicators[indicator_id], catalogue.vintages.days(indicator_id)
        found = {
            "indicator_id": indicator_id,
            "title": indicator.title,
            "first_vintage": days[0],
            "last_vintage": days[-1],
            "edition_count": len(days),
            **usual(revisions_of(catalogue, indicator)),
        }
        rows.append({key: found[key] for key in LIST_KEYS})
    emit(
        rows,
        format,
        keys=LIST_KEYS,
        title="Indicators that vintages are kept of",
        caption=f"{LIST_RULE} {_release(catalogue)}",
        columns=(
            Column("Indicator", lambda row: row["indicator_id"], wrap=True),
            Column("Vintages", lambda row: f"{row['edition_count']}", right=True),
            Column("First", lambda row: f"{row['first_vintage']}"),
            Column("Latest", lambda row: f"{row['last_vintage']}"),
            Column("Figures\nrevised", lambda row: _share(row["revised_share"]), right=True),
            Column("Mean\nabsolute", lambda row: _number(row["mean_absolute_revision"], 3), right=True),
            Column("Verdicts\noverturned", _overturned, right=True),
        ),
    )


def _columns(indicator: Indicator) -> tuple[Column, ...]:
    places = indicator.decimals + 1

    def middle(row: Row) -> str:
        low, high = (_number(row[f"revision_percentile_{end}"], places) for end in (5, 95))
        return f"{low} to {high}" if low else ""

    return (
        Column("Period", lambda row: Period(row["period_end"], row["period_start"]).label, wrap=True),
        Column("Published", _days),
        Column("Areas", lambda row: f"{row['area_count']}", right=True),
        Column("Revised", lambda row: _share(row["revised_share"]), right=True),
        Column("Mean\nabsolute", lambda row: _number(row["mean_absolute_revision"], places), right=True),
        Column("Mean", lambda row: _number(row["mean_revision"], places), right=True),
        Column("Middle 90 %", middle, right=True),
        Column("Verdicts\noverturned", _overturned, right=True),
    )


def _history_columns(indicator: Indicator) -> tuple[Column, ...]:
    return (
        Column("Period", lambda row: Period(row["period_end"], row["period_start"]).label, wrap=True),
        Column("Known from", lambda row: f"{row['known_from']}"),
        Column("until", lambda row: f"{row['known_until'] or 'today'}"),
        Column(
            "Value",
            lambda row: text.value_words(row["value"], indicator.unit, indicator.decimals + 1),
            right=True,
        ),
        Column("Status", lambda row: text.STATUS_WORDS[row["status"]], wrap=True),
    )


def _days(row: Row) -> str:
    """The day, or first and last day with the number of editions."""
    first, last, count = row["first_published"], row["last_published"], row["edition_count"]
    return f"{first}" if count == 1 else f"{first} to\n{last} ({count})"


def _overturned(row: Row) -> str:
    return f"{row['verdicts_overturned']}/{row['verdict_count']}" if row["verdict_count"] else ""


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _number(value: Any, places: int) -> str:  # noqa: ANN401 - a cell of a row
    return "" if value is None else text.number(value, places)


def _release(catalogue: Catalogue) -> str:
    return f"Release {catalogue.release.id}."
