"""`likeforlike gaps`: how far apart places are on an indicator, and whether they drew apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import polars as pl
import typer

from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import gap_words, text
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit

KEYS = (
    "period_end",
    "area_count",
    "min",
    "p10",
    "median",
    "p90",
    "max",
    "best_worst_gap",
    "p90_p10_gap",
    "cv_weighted",
    "gini",
    "theil",
    "theil_between",
    "theil_within",
    "moran_i",
)
CHANGE_KEYS = (
    "span",
    "first_period_end",
    "last_period_end",
    "area_count",
    "verdict",
    "reason",
    "caveat",
    "drivers",
    "beta_scale",
    "beta",
    "beta_lower_95",
    "beta_upper_95",
    "beta_corrected",
    "speed_per_year",
    "tau_b",
    "spearman",
    "mean_rank_change",
    "shorrocks",
    "measure",
    "first",
    "last",
    "change",
    "change_lower_95",
    "change_upper_95",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(gaps)


def gaps(
    indicator: Annotated[str, typer.Argument(help="An indicator's id.", show_default=False)],
    change: Annotated[
        bool, typer.Option("--change", help="Whether the gap widened, and by which measures.")
    ] = False,
    every_measure: Annotated[
        bool, typer.Option("--all", help="Every measure, not only the common ones (JSON and CSV).")
    ] = False,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Say how far apart councils are on an indicator in every period, or whether they drew apart."""
    catalogue = Catalogue.open(release)
    chosen = catalogue.indicator(indicator)
    if change:
        rows = _of(catalogue, "gap_change", chosen).join(
            _of(catalogue, "gap_measure", chosen).drop("indicator_id"),
            on="span",
            how="left",
            maintain_order="left",
        )
        emit(
            rows.select(CHANGE_KEYS).iter_rows(named=True),
            format,
            keys=CHANGE_KEYS,
            title=f"{chosen.title}: change of the gap between councils",
            caption=_verdicts(catalogue, chosen),
            columns=_change_columns(chosen),
            section=_span,
        )
        return
    rows = _of(catalogue, "gap", chosen)
    periods = [Period(end, start) for end, start in rows.select("period_end", "period_start").iter_rows()]
    labels = {period.end: period.short_label for period in periods}
    keys = tuple(rows.columns) if every_measure else KEYS
    emit(
        rows.select(keys).iter_rows(named=True),
        format,
        keys=keys,
        title=f"{chosen.title}: gaps between councils",
        caption=_caption(catalogue, chosen, rows),
        columns=_columns(chosen, labels),
    )


def _of(catalogue: Catalogue, table: str, indicator: Indicator) -> pl.DataFrame:
    if table not in catalogue.release.manifest.tables:
        raise RequestError("This release holds no gaps.", instead="Build one anew: likeforlike build.")
    return catalogue.release.table(table).filter(pl.col("indicator_id") == indicator.id)


def _columns(indicator: Indicator, labels: Mapping[date, str]) -> tuple[Column, ...]:
    def value(key: str, heading: str) -> Column:
        return Column(heading, lambda row: _number(row[key], indicator.decimals), right=True)

    def ratio(key: str, heading: str, decimals: int = 3) -> Column:
        return Column(heading, lambda row: _number(row[key], decimals), right=True)

    return (
        Column("Period", lambda row: labels[row["period_end"]]),
        Column("Councils", lambda row: f"{row['area_count']}", right=True),
        value("min", "Lowest"),
        value("median", "Median"),
        value("max", "Highest"),
        value("best_worst_gap", "Highest\n- lowest"),
        value("p90_p10_gap", "P90\n- P10"),
        ratio("cv_weighted", "CV\nweighted"),
        ratio("gini", "Gini"),
        ratio("theil", "Theil", 4),
        ratio("moran_i", "Moran"),
    )


def _change_columns(indicator: Indicator) -> tuple[Column, ...]:
    def number(key: str) -> Column:
        heading = {"change_lower_95": "From (95%)", "change_upper_95": "To (95%)"}.get(key, key.capitalize())
        return Column(heading, lambda row: _number(row[key], indicator.decimals + 2), right=True)

    return (
        Column("Measure", lambda row: gap_words.MEASURES.get(row["measure"] or "", "none"), wrap=True),
        *(number(key) for key in ("first", "last", "change", "change_lower_95", "change_upper_95")),
    )


def _span(row: Row) -> str:
    """A heading over the measures of one span."""
    first, last = row["first_period_end"], row["last_period_end"]
    return f"{first.year} to {last.year}" if first else gap_words.SPANS[row["span"]].capitalize()


def _verdicts(catalogue: Catalogue, indicator: Indicator) -> str:
    rows = _of(catalogue, "gap_change", indicator).iter_rows(named=True)
    # Two spans can be the same years in a short series.
    return "\n".join(dict.fromkeys(_verdict(row, catalogue) for row in rows))


def _verdict(row: Row, catalogue: Catalogue) -> str:
    """A span's verdict in sentences, with the councils that drive it."""
    names = [catalogue.register.areas[code].name for code in (row["drivers"] or "").split()]
    return gap_words.verdict(row, names)


def _caption(catalogue: Catalogue, indicator: Indicator, rows: pl.DataFrame) -> str:
    parts = [_verdicts(catalogue, indicator)]
    refused = set(rows["refused"].to_list()) - {""}
    parts += [f"Measures of proportion are left out: {reason}." for reason in sorted(refused)]
    parts.append("CV and Theil weight councils by their people; the other measures count each council once.")
    return "\n".join(parts)


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else text.number(value, decimals)
