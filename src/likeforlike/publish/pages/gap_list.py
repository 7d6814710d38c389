"""Whether councils drew apart, on every indicator: what findings on widening gaps name first, then by topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Topic
from likeforlike.publish import gap_findings, gap_words, text, urls
from likeforlike.publish.pages.council import about, in_reading_order
from likeforlike.publish.pages.page import Column, Frozen, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

KEYS = (
    *("indicator_id", "title", "topic", "span", "first_period_end", "last_period_end"),
    *("verdict", "reason", "caveat"),
)


class GapLine(Frozen):
    """One indicator: its verdict as far back as values compare, and over about five years."""

    indicator_id: str
    title: str
    url: str
    years: str
    verdict: str
    reason: str
    recent_years: str
    recent_verdict: str


class GapGroup(Frozen):
    """Indicators under one heading."""

    id: str
    heading: str
    lines: tuple[GapLine, ...]


class GapListPage(Page):
    """Every indicator's verdict."""

    lead: str
    rule: str
    groups: tuple[GapGroup, ...]
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per indicator and span."""
        columns = tuple(Column(key=key, title=key) for key in KEYS)
        return (Table(name="gaps", title=self.title, columns=columns, rows=self.rows),)


def make_gap_list(catalogue: Catalogue) -> GapListPage:
    """The list; NotFoundError where the release holds no gaps."""
    if "gap_change" not in catalogue.release.manifest.tables:
        raise NotFoundError("This release holds no gaps.", instead="Build one anew: likeforlike build.")
    table = catalogue.release.table("gap_change")
    by_id: dict[str, dict[str, dict[str, Any]]] = {}
    for row in table.filter(pl.col("indicator_id").is_in(list(catalogue.indicators))).iter_rows(named=True):
        by_id.setdefault(row["indicator_id"], {})[row["span"]] = row
    known = [one for one in in_reading_order(catalogue) if one.id in by_id]
    lines = {one.id: _line(one.id, one.title, by_id[one.id]) for one in known}
    named = [lines[one] for one in gap_findings.NAMED_FIRST if one in lines]
    topics = (
        (topic.value, topic.heading, [one.id for one in known if one.topic == topic]) for topic in Topic
    )
    groups = [
        GapGroup(id="named", heading="Productivity, health and education", lines=tuple(named)),
        *(
            GapGroup(id=name, heading=heading, lines=tuple(lines[one] for one in ids))
            for name, heading, ids in topics
        ),
    ]
    return GapListPage(
        title="Gaps between councils",
        description="On which indicators councils in England drew apart, and on which they came closer.",
        path=urls.gaps(),
        about=about(catalogue, (one.source_id for one in known), caveats=(gap_findings.RULE,)),
        lead=_lead(by_id.values()),
        rule=gap_findings.RULE,
        groups=tuple(one for one in groups if one.lines),
        rows=tuple(_rows(catalogue, by_id)),
    )


def _line(indicator_id: str, title: str, spans: dict[str, dict[str, Any]]) -> GapLine:
    whole, recent = spans["all_years"], spans["five_years"]
    same = (whole["first_period_end"], whole["last_period_end"]) == (
        recent["first_period_end"],
        recent["last_period_end"],
    )
    return GapLine(
        indicator_id=indicator_id,
        title=title,
        url=urls.indicator_gaps(indicator_id),
        years=_years(whole),
        verdict=gap_words.VERDICTS[whole["verdict"]].lower(),
        reason=gap_findings.words_of(whole["reason"]),
        recent_years="" if same else _years(recent),
        recent_verdict="" if same else gap_words.VERDICTS[recent["verdict"]].lower(),
    )


def _years(row: dict[str, Any]) -> str:
    first = row["first_period_end"]
    return f"{first.year} to {row['last_period_end'].year}" if first else ""


def _lead(spans: Iterable[dict[str, dict[str, Any]]]) -> str:
    """How many indicators have which verdict, of those that can be compared at all."""
    whole = [one["all_years"] for one in spans if one["all_years"]["first_period_end"]]
    counts = Counter(row["verdict"] for row in whole)
    parts = [f"{counts[name]} {words.lower()}" for name, words in gap_words.VERDICTS.items()]
    return f"Of {len(whole)} indicators that compare over at least three years: {text.join_words(parts)}."


def _rows(catalogue: Catalogue, by_id: dict[str, dict[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for indicator_id, spans in by_id.items():
        indicator = catalogue.indicators[indicator_id]
        for row in spans.values():
            yield {key: row[key] for key in KEYS if key in row} | {
                "title": indicator.title,
                "topic": indicator.topic.value,
            }
