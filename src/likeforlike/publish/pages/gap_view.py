"""How far apart councils were on an indicator, period by period, and whether they drew apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import gap_words, text
from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.pages.page import Column, Frozen, Link, Table
from likeforlike.publish.pages.standing import break_times, middle
from likeforlike.publish.urls import council_indicator

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class GapPeriod(Frozen):
    """Lowest and highest council of one period, and the distances, in the indicator's unit."""

    period_start: date
    period_end: date
    period: str
    area_count: int
    lowest: Link
    lowest_code: str
    lowest_value: float
    lowest_words: str
    highest: Link
    highest_code: str
    highest_value: float
    highest_words: str
    best_worst_gap: float
    best_worst_words: str
    p90_p10_gap: float
    p90_p10_words: str


class GapView(Frozen):
    """The gap over time: verdicts in sentences, two lines, and every period, newest first."""

    verdicts: tuple[str, ...]
    explained: str
    series: tuple[Series, ...]
    breaks: tuple[float, ...]
    periods: tuple[GapPeriod, ...]

    def table(self, title: str) -> Table:
        """The periods as a file."""
        keys = [
            name
            for name in GapPeriod.model_fields
            if not name.endswith("_words") and name not in ("lowest", "highest")
        ]
        return Table(
            name="gap",
            title=title,
            columns=tuple(Column(key=key, title=key) for key in keys),
            rows=tuple({key: getattr(row, key) for key in keys} for row in self.periods),
        )


def make_gap(catalogue: Catalogue, indicator: Indicator) -> GapView | None:
    """The gap of one indicator; None where the release holds none."""
    tables = catalogue.release.manifest.tables
    if "gap" not in tables or "gap_change" not in tables:
        return None
    rows = _rows(catalogue, "gap").get(indicator.id, [])
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: (row["period_end"], row["period_start"]))
    periods = tuple(_period(catalogue, indicator, row) for row in rows)
    return GapView(
        verdicts=tuple(_verdicts(catalogue, indicator)),
        explained=gap_words.explained(indicator),
        series=(
            _series(gap_words.BEST_WORST, Role.MEDIAN, periods, "best_worst_gap"),
            _series(gap_words.TENTHS, Role.COUNCIL, periods, "p90_p10_gap"),
        ),
        breaks=break_times(indicator),
        periods=periods[::-1],
    )


@lru_cache(maxsize=4)
def _rows(catalogue: Catalogue, table: str) -> Mapping[str, list[dict[str, Any]]]:
    """A small table's rows by indicator: one look-up in place of a search for each page."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in catalogue.release.table(table).iter_rows(named=True):
        found.setdefault(row["indicator_id"], []).append(row)
    return found


def _verdicts(catalogue: Catalogue, indicator: Indicator) -> Iterator[str]:
    """One sentence for each span; a short series has one span only."""
    found = _rows(catalogue, "gap_change").get(indicator.id, [])
    if found and not any(row["first_period_end"] for row in found):
        yield gap_words.no_span(found[0])
        return
    sentences = (gap_words.verdict(row, _names(catalogue, row["drivers"] or "")) for row in found)
    yield from dict.fromkeys(sentences)


def _names(catalogue: Catalogue, codes: str) -> list[str]:
    return [catalogue.names[code] for code in codes.split()]


def _period(catalogue: Catalogue, indicator: Indicator, row: dict[str, Any]) -> GapPeriod:
    def end(which: str, limit: str) -> dict[str, Any]:
        code, value = row[f"{which}_code"], row[limit]
        return {
            which: Link(text=catalogue.names[code], url=council_indicator(code, indicator.id)),
            f"{which}_code": code,
            f"{which}_value": value,
            f"{which}_words": text.value_words(value, indicator.unit, indicator.decimals),
        }

    return GapPeriod(
        period_start=row["period_start"],
        period_end=row["period_end"],
        period=Period.of(row["period_start"], row["period_end"]).label,
        area_count=row["area_count"],
        **end("lowest", "min"),
        **end("highest", "max"),
        best_worst_gap=row["best_worst_gap"],
        best_worst_words=text.shown(row["best_worst_gap"], indicator.decimals),
        p90_p10_gap=row["p90_p10_gap"],
        p90_p10_words=text.shown(row["p90_p10_gap"], indicator.decimals),
    )


def _series(name: str, role: Role, periods: tuple[GapPeriod, ...], key: str) -> Series:
    return Series(
        name=name,
        role=role,
        points=tuple(
            SeriesPoint(
                at=round(middle(Period.of(one.period_start, one.period_end)), 3),
                label=one.period,
                value=getattr(one, key),
            )
            for one in periods
        ),
    )
