"""`likeforlike indicators`: what can be compared."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from likeforlike.domain.indicator import Topic
from likeforlike.publish.benchmarks import in_reading_order
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit

_TIERS = {"lower": "districts", "upper": "counties", "both": "places"}
_COLUMNS = (
    Column("Id", lambda row: row["indicator_id"], wrap=True),
    Column("Title", lambda row: row["title"], wrap=True),
    Column("About", lambda row: _TIERS[row["tier"]]),
    Column("Periods", lambda row: f"{row['periods']}", right=True),
    Column("Latest", lambda row: str(row["latest_period_end"] or "")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(indicators)


def indicators(
    topic: Annotated[Topic | None, typer.Option("--topic", help="Only indicators of one topic.")] = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """List indicators with their unit, direction, responsibility and periods."""
    catalogue = Catalogue.open(release)
    covered = catalogue.release.scan("coverage").filter(pl.col("with_value") > 0).group_by("indicator_id")
    spans = {
        one: (periods, first, last)
        for one, periods, first, last in covered.agg(
            pl.len(), pl.col("period_start").min(), pl.col("period_end").max()
        )
        .collect()
        .iter_rows()
    }
    rows = []
    for one in in_reading_order(catalogue):
        if topic not in (None, one.topic):
            continue
        periods, first, last = spans.get(one.id, (0, None, None))
        rows.append(
            {
                "indicator_id": one.id,
                "title": one.title,
                "topic": one.topic.value,
                "unit": one.unit.value,
                "decimals": one.decimals,
                "polarity": one.polarity.value,
                "tier": one.tier.value,
                "periods": periods,
                "first_period_start": first,
                "latest_period_end": last,
                "source_id": one.source_id,
                "licence": one.licence,
            }
        )
    emit(
        rows,
        format,
        title=f"{len(rows)} indicators",
        caption="About: districts and counties are whose service it is; places, neither's alone.",
        columns=_COLUMNS,
        section=lambda row: Topic(row["topic"]).heading,
    )
