"""How much an indicator's figures are usually revised, and how many verdicts that has overturned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import revision_words, text, urls
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table
from likeforlike.publish.pages.standing import middle
from likeforlike.publish.vintages import REVISION_KEYS, revisions_of, usual

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class Line(Frozen):
    """One period: when it was published, how many figures were revised and how far, and verdicts."""

    period: str
    first_published: str
    last_published: str
    edition_count: int
    area_count: int
    revised_words: str
    mean_absolute_words: str
    mean_words: str
    middle_words: str
    spread_words: str
    verdicts_words: str


class RevisionsPage(Page):
    """An indicator's revisions, newest period first; `rows` are exact and in the indicator's unit."""

    indicator_id: str
    indicator: str
    unit_words: str
    unit_after: str
    lead: str
    rule: str
    first_vintage: date
    last_vintage: date
    facts: tuple[tuple[str, str], ...]
    usual: Mapping[str, Any]
    days: tuple[date, ...]
    series: tuple[Series, ...]
    lines: tuple[Line, ...]
    rows: tuple[Mapping[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per period."""
        columns = tuple(Column(key=key, title=key) for key in REVISION_KEYS)
        return (Table(name="revisions", title=self.title, columns=columns, rows=self.rows),)

    def chart(self) -> str:
        """The mean revision of each period with the middle nine tenths."""
        return lines_svg(self.series, self.title, after=self.unit_after)


def make_revisions(catalogue: Catalogue, indicator: Indicator) -> RevisionsPage:
    """The page; NotFoundError, naming those there are, for an indicator that no vintages are kept of."""
    table = revisions_of(catalogue, indicator)
    rows = tuple(table.sort("period_end", "period_start", descending=True).iter_rows(named=True))
    found = usual(table)
    days = catalogue.vintages.days(indicator.id)
    words = text.UNITS[indicator.unit]
    return RevisionsPage(
        title=f"{indicator.title}: how much it is revised",
        description=revision_words.usually(indicator, found),
        path=urls.revisions(indicator.id),
        about=about(catalogue, [indicator.source_id], caveats=(*indicator.caveats, revision_words.RULE)),
        parents=(
            Link(text="Indicators", url=urls.indicators()),
            Link(text=indicator.title, url=urls.indicator(indicator.id)),
        ),
        indicator_id=indicator.id,
        indicator=indicator.title,
        unit_words=text.unit_words(indicator),
        unit_after="%" if words.after == "%" else "",
        lead=revision_words.usually(indicator, found),
        rule=revision_words.RULE,
        first_vintage=days[0],
        last_vintage=days[-1],
        facts=tuple(_facts(indicator, found, days)),
        usual=found,
        days=days,
        series=_series(rows),
        lines=tuple(_line(indicator, row) for row in rows),
        rows=rows,
    )


def _facts(
    indicator: Indicator, found: Mapping[str, Any], days: tuple[date, ...]
) -> Iterator[tuple[str, str]]:
    yield "Vintages", f"{len(days)}, {text.date_words(days[0])} to {text.date_words(days[-1])}"
    yield "Periods published more than once", str(found["period_count"])
    if found["figure_count"]:
        yield "Figures changed", f"{text.number(100 * found['revised_share'], 0)}%"
        yield "Average change, up or down", revision_words.amount(indicator, found["mean_absolute_revision"])
    if found["verdict_count"]:
        yield (
            "Verdicts overturned",
            f"{text.number(found['verdicts_overturned'], 0)} of {text.number(found['verdict_count'], 0)}",
        )


def _series(rows: tuple[Mapping[str, Any], ...]) -> tuple[Series, ...]:
    """The mean revision, its band being the middle nine tenths; a gap where nothing was published twice."""
    points = []
    for row in reversed(rows):
        period = Period.of(row["period_start"], row["period_end"])
        points.append(
            SeriesPoint(
                at=round(middle(period), 3),
                label=period.label,
                value=row["mean_revision"],
                lower=row["revision_percentile_5"],
                upper=row["revision_percentile_95"],
            )
        )
    return (Series(name="Mean", role=Role.COUNCIL, points=tuple(points)),)


def short_day(day: date) -> str:
    """A day as it fits into a narrow column: "5 Apr 2024"."""
    return f"{day.day} {day:%b %Y}"


def _line(indicator: Indicator, row: Mapping[str, Any]) -> Line:
    places = indicator.decimals + 1

    def number(name: str, scale: float = 1.0, after: str = "", decimals: int = places) -> str:
        value = row[name]
        return "" if value is None else f"{text.number(value * scale, decimals)}{after}"

    low, high = number("revision_percentile_5"), number("revision_percentile_95")
    first, last = (short_day(row[name]) for name in ("first_published", "last_published"))
    verdicts = f"{row['verdicts_overturned']} of {row['verdict_count']}"
    return Line(
        period=Period.of(row["period_start"], row["period_end"]).label,
        first_published=first,
        last_published="" if first == last else last,
        edition_count=row["edition_count"],
        area_count=row["area_count"],
        revised_words=number("revised_share", 100, "%", 0),
        mean_absolute_words=number("mean_absolute_revision"),
        mean_words=number("mean_revision"),
        middle_words=f"{low} to {high}" if low else "",
        spread_words=number("revision_to_spread", 100, "%", 0),
        verdicts_words=verdicts if row["verdict_count"] and row["edition_count"] > 1 else "",
    )
