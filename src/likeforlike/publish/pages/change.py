"""One fund and one indicator: what happened in funded councils, and in councils like them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.money import Fund
from likeforlike.pipeline.fund_panels import TOTALS, why_not_studied
from likeforlike.publish import change_words, text, urls
from likeforlike.publish.charts.events import EventPoint, events_svg
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

SUMMARY = "change"


class FundedCouncil(Frozen):
    """One funded council and the councils it is compared with; exact values beside words."""

    area_code: str
    name: str
    url: str
    alone_url: str
    before: float
    change: float
    comparators: tuple[Link, ...]
    comparators_change: float
    difference: float
    before_words: str
    change_words: str
    comparators_words: str
    difference_words: str


class ChangePage(Page):
    """Limits first, then the result, the checks, and every council behind it."""

    fund_id: str
    fund_title: str
    indicator_id: str
    indicator_title: str
    indicator_url: str
    selection_note: str
    finding: str
    finding_words: str
    limits: tuple[str, ...]
    result: str
    never_cause: str
    checks: tuple[tuple[str, str], ...]
    events: tuple[EventPoint, ...]
    event_title: str
    axis_before: str
    axis_after: str
    first_after: int
    summary: dict[str, Any]
    councils: tuple[FundedCouncil, ...]
    caveats: tuple[str, ...]
    elsewhere: tuple[Link, ...]

    def tables(self) -> tuple[Table, ...]:
        """Every funded council, the event study, and the summary row."""
        areas = [
            {
                "area_code": one.area_code,
                "area_name": one.name,
                "before": one.before,
                "change": one.change,
                "comparator_codes": " ".join(other.url.rsplit("/", 1)[-1] for other in one.comparators),
                "comparators_change": one.comparators_change,
                "difference": one.difference,
            }
            for one in self.councils
        ]
        events = [event.model_dump() for event in self.events]
        return (
            _table("councils", f"{self.title}: councils", areas, _AREA_KEYS),
            _table("events", self.event_title, events, tuple(EventPoint.model_fields)),
            _table(SUMMARY, self.title, [self.summary], tuple(self.summary)),
        )

    def chart(self) -> str:
        """The event study."""
        return events_svg(
            self.events,
            self.event_title,
            before=self.axis_before,
            after=self.axis_after,
            first_after=self.first_after,
        )


_AREA_KEYS = (
    "area_code",
    "area_name",
    "before",
    "change",
    "comparator_codes",
    "comparators_change",
    "difference",
)


def make_change(catalogue: Catalogue, fund_id: str, indicator_id: str) -> ChangePage:
    """The page of one comparison; NotFoundError where there is no such fund, indicator or comparison."""
    fund, indicator = known_fund(catalogue, fund_id), catalogue.indicator(indicator_id)
    row = change_row(catalogue, fund, indicator)
    key = (pl.col("fund_id") == fund.id) & (pl.col("indicator_id") == indicator.id)
    events = catalogue.release.table("change_event").filter(key).sort("periods_from_last_before")
    words = text.UNITS[indicator.unit]
    title = f"{fund.title}: {text.lower_first(indicator.title)}"
    return ChangePage(
        title=title,
        description=(
            f"What happened to {text.lower_first(indicator.title)} in councils that {fund.title} funded, "
            "compared with councils like them."
        ),
        path=urls.change(fund.id, indicator.id),
        about=about(
            catalogue,
            {indicator.source_id, fund.source_id},
            comparator="five councils without an award, nearest in circumstances and in the figure's history",
            caveats=(change_words.NEVER_CAUSE, *indicator.caveats),
        ),
        parents=(
            Link(text="Missions", url=urls.missions()),
            Link(text="From pound to outcome", url=urls.chain(fund=fund.id)),
        ),
        fund_id=fund.id,
        fund_title=fund.title,
        indicator_id=indicator.id,
        indicator_title=indicator.title,
        indicator_url=urls.indicator(indicator.id),
        selection_note=fund.selection_note,
        finding=row["finding"],
        finding_words=change_words.FINDINGS[row["finding"]],
        limits=change_words.limits(fund, indicator, row),
        result=change_words.result(indicator, row),
        never_cause=change_words.NEVER_CAUSE,
        checks=change_words.checks(indicator, row),
        events=tuple(_event(one) for one in events.iter_rows(named=True)),
        event_title=f"{indicator.title}: funded councils less councils like them",
        axis_before=words.before,
        axis_after="%" if words.after == "%" else "",
        first_after=row["first_after_offset"] or 1,
        summary=row,
        councils=tuple(_councils(catalogue, fund.id, indicator, key)),
        caveats=fund.caveats,
        elsewhere=tuple(_elsewhere(catalogue, fund, indicator)),
    )


def known_fund(catalogue: Catalogue, fund_id: str) -> Fund:
    """A fund by its id; NotFoundError with near matches."""
    if fund_id not in catalogue.funds:
        near = [one for one in catalogue.funds if fund_id.split("-", maxsplit=1)[0] in one]
        raise NotFoundError(
            f"There is no fund {fund_id!r}.",
            instead=f"There are {', '.join(catalogue.funds)}.",
            suggestions=near[:2],
        )
    return catalogue.funds[fund_id]


def change_row(catalogue: Catalogue, fund: Fund, indicator: Indicator) -> dict[str, Any]:
    """The stored comparison; NotFoundError, with the reason, where none is made."""
    why = why_not_studied(fund)
    if not why and indicator.unit in TOTALS:
        why = (
            f"{indicator.title} is a total, and a change in it says how large a council is, not how it fares."
        )
    rows = catalogue.release.table("change").filter(
        (pl.col("fund_id") == fund.id) & (pl.col("indicator_id") == indicator.id)
    )
    if why or rows.is_empty():
        raise NotFoundError(f"{fund.title} is not compared on {indicator.title!r}.", instead=why)
    return rows.row(0, named=True)


def _event(row: dict[str, Any]) -> EventPoint:
    return EventPoint(
        offset=row["periods_from_last_before"],
        value=row["estimate"],
        lower=row["lower_95"],
        upper=row["upper_95"],
        chance_lower=row["placebo_lower_95"],
        chance_upper=row["placebo_upper_95"],
    )


def _councils(
    catalogue: Catalogue, fund_id: str, indicator: Indicator, key: pl.Expr
) -> Iterator[FundedCouncil]:
    """Funded councils by name: no margin is known for one council, so that their differences have no order."""
    rows = catalogue.release.table("change_area").filter(key).to_dicts()
    for row in sorted(rows, key=lambda one: catalogue.register.areas[one["area_code"]].name):
        difference = row["change"] - row["comparators_change"]
        area = catalogue.register.areas[row["area_code"]]
        others = [catalogue.register.areas[code] for code in row["comparator_codes"]]
        yield FundedCouncil(
            area_code=area.code,
            name=area.name,
            url=urls.council_indicator(area.code, indicator.id),
            alone_url=urls.change_council(fund_id, indicator.id, area.code) if row["alone"] else "",
            before=row["before"],
            change=row["change"],
            comparators=tuple(Link(text=one.name, url=urls.council(one.code)) for one in others),
            comparators_change=row["comparators_change"],
            difference=difference,
            before_words=text.value_words(row["before"], indicator.unit, indicator.decimals),
            change_words=change_words.signed(indicator, row["change"]),
            comparators_words=change_words.signed(indicator, row["comparators_change"]),
            difference_words=change_words.signed(indicator, difference),
        )


def _elsewhere(catalogue: Catalogue, fund: Fund, indicator: Indicator) -> Iterator[Link]:
    """The same indicator under other funds."""
    rows = catalogue.release.table("change").filter(
        (pl.col("indicator_id") == indicator.id) & (pl.col("fund_id") != fund.id)
    )
    for row in rows.iter_rows(named=True):
        other = catalogue.funds[row["fund_id"]]
        yield Link(
            text=f"{other.title}: {change_words.FINDINGS[row['finding']]}",
            url=urls.change(other.id, indicator.id),
        )


def _table(name: str, title: str, rows: list[dict[str, Any]], keys: tuple[str, ...]) -> Table:
    return Table(
        name=name,
        title=title,
        columns=tuple(Column(key=key, title=key) for key in keys),
        rows=tuple(rows),
    )
