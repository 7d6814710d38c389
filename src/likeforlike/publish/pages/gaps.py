"""How far apart councils are on one indicator, whether they drew apart, by which measures, and who drives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import gap_findings, gap_words, text, urls
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table
from likeforlike.publish.pages.standing import break_times, middle

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: Lines of the chart: the best measure of difference and of proportion that the verdict uses, and the ends.
_DRAWN = (("p90_p10_gap", "p90_p10_ratio", Role.MEDIAN), ("sd", "gini", Role.MEAN))


class MeasureLine(Frozen):
    """One measure at both dates of a span, with the interval of its change."""

    measure: str
    title: str
    first: str
    last: str
    change: str
    way: str


class SpanVerdict(Frozen):
    """One span: the verdict, the measures behind it, and what else can be said."""

    span: str
    years: str
    verdict: str
    verdict_words: str
    lead: str
    caveat: str
    claim: str
    ends: tuple[str, ...]
    measures: tuple[MeasureLine, ...]
    drivers: tuple[Link, ...]
    convergence: str
    mobility: str


class PeriodLine(Frozen):
    """One period in words."""

    period: str
    count: int
    lowest: str
    lowest_name: str
    highest: str
    highest_name: str
    gap: str
    spread: str
    ratio: str
    variation: str
    gini: str
    theil: str
    moran: str


class GapsPage(Page):
    """Gaps between councils on one indicator."""

    indicator_id: str
    indicator_title: str
    indicator_url: str
    lead: str
    spans: tuple[SpanVerdict, ...]
    series: tuple[Series, ...]
    chart_title: str
    breaks: tuple[float, ...]
    on_the_map: str
    regions: str
    refused: str
    rule: str
    periods: tuple[PeriodLine, ...]
    rows: tuple[dict[str, Any], ...]
    change_rows: tuple[dict[str, Any], ...]
    measure_rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """Every measure in every period; verdicts; and the measures they rest on."""
        named = (("periods", self.rows), ("verdicts", self.change_rows), ("measures", self.measure_rows))
        return tuple(
            Table(
                name=name,
                title=f"{self.title}: {name}",
                columns=tuple(Column(key=key, title=key) for key in (rows[0] if rows else {"none": ""})),
                rows=rows,
            )
            for name, rows in named
        )

    def chart(self) -> str:
        """The measures over time."""
        return lines_svg(self.series, self.chart_title, breaks=self.breaks)


def make_gaps(catalogue: Catalogue, indicator: Indicator) -> GapsPage:
    """The page; NotFoundError where no council has a value."""
    rows = _of(catalogue, "gap", indicator.id)
    if not rows:
        raise NotFoundError(f"No council has a value of “{indicator.title}” in this release.")
    changes, measures = (_of(catalogue, name, indicator.id) for name in ("gap_change", "gap_measure"))
    spans = tuple(_spans(catalogue, indicator, rows, changes, measures))
    judged = next((row for row in rows if row["moran_p"] is not None), rows[-1])
    return GapsPage(
        title=f"{indicator.title}: gaps between councils",
        description=f"Whether councils drew apart on {text.lower_first(indicator.title)}, by every measure.",
        path=urls.indicator_gaps(indicator.id),
        about=about(catalogue, [indicator.source_id], caveats=(gap_findings.RULE, *indicator.caveats)),
        parents=(
            Link(text="Gaps", url=urls.gaps()),
            Link(text=indicator.title, url=urls.indicator(indicator.id)),
        ),
        indicator_id=indicator.id,
        indicator_title=indicator.title,
        indicator_url=urls.indicator(indicator.id),
        lead=spans[0].lead,
        spans=spans,
        series=tuple(_series(rows, {one["measure"] for one in measures})),
        chart_title="Gaps between councils, first period = 100",
        breaks=break_times(indicator),
        on_the_map=gap_findings.on_the_map(judged),
        regions=gap_findings.regions(judged),
        refused=judged["refused"],
        rule=gap_findings.RULE,
        periods=tuple(_period(catalogue, indicator, row) for row in reversed(rows)),
        rows=tuple(rows),
        change_rows=tuple(changes),
        measure_rows=tuple(measures),
    )


def _of(catalogue: Catalogue, table: str, indicator_id: str) -> list[dict[str, Any]]:
    if table not in catalogue.release.manifest.tables:
        raise NotFoundError("This release holds no gaps.", instead="Build one anew: likeforlike build.")
    return catalogue.release.table(table).filter(pl.col("indicator_id") == indicator_id).to_dicts()


def _spans(
    catalogue: Catalogue,
    indicator: Indicator,
    rows: Sequence[dict[str, Any]],
    changes: Sequence[dict[str, Any]],
    measures: Sequence[dict[str, Any]],
) -> Iterator[SpanVerdict]:
    """Every span once, the longest first: in a short series two spans are the same years."""
    by_end = {row["period_end"]: row for row in rows}
    seen = set()
    for change in changes:
        dates = change["first_period_end"], change["last_period_end"]
        if dates in seen:
            continue
        seen.add(dates)
        first, last = by_end.get(dates[0]), by_end.get(dates[1])
        both = first is not None and last is not None
        yield SpanVerdict(
            span=change["span"],
            years=f"{dates[0].year} to {dates[1].year}" if both else gap_words.SPANS[change["span"]],
            verdict=change["verdict"],
            verdict_words=gap_words.VERDICTS[change["verdict"]],
            lead=gap_findings.lead(change),
            caveat=change["caveat"],
            claim=gap_findings.claim(indicator, first, last, change["verdict"]) if first and last else "",
            ends=tuple(_ends(catalogue, indicator, one) for one in (first, last) if one is not None),
            measures=tuple(_measure(indicator, one) for one in measures if one["span"] == change["span"]),
            drivers=tuple(
                Link(text=catalogue.register.areas[code].name, url=urls.council_indicator(code, indicator.id))
                for code in (change["drivers"] or "").split()
            ),
            convergence=gap_findings.convergence(change),
            mobility=gap_findings.mobility(change),
        )


def _ends(catalogue: Catalogue, indicator: Indicator, row: dict[str, Any]) -> str:
    names = _name(catalogue, row["lowest_code"]), _name(catalogue, row["highest_code"])
    return gap_findings.ends(indicator, row, names, _period_of(row).short_label)


def _period_of(row: Mapping[str, Any]) -> Period:
    return Period(end=row["period_end"], start=row["period_start"])


def _name(catalogue: Catalogue, code: str | None) -> str:
    return catalogue.register.areas[code].name if code else "nobody"


def _measure(indicator: Indicator, row: dict[str, Any]) -> MeasureLine:
    change, way = gap_findings.measure_change(row)
    return MeasureLine(
        measure=row["measure"],
        title=gap_words.MEASURES[row["measure"]],
        first=gap_findings.measure_value(indicator, row["measure"], row["first"]),
        last=gap_findings.measure_value(indicator, row["measure"], row["last"]),
        change=change,
        way=way,
    )


def _series(rows: Sequence[dict[str, Any]], used: set[str]) -> Iterator[Series]:
    """Measures that the verdict rests on, and the gap between the ends, each 100 in its first period."""
    for difference, proportion, role in _DRAWN:
        key = difference if difference in used or proportion not in used else proportion
        yield _indexed(rows, key, gap_words.MEASURES[key], role)
    ends = "best_worst_gap" if not used or "sd" in used else "best_worst_ratio"
    yield _indexed(rows, ends, "highest to lowest", Role.NEAREST)


def _indexed(rows: Sequence[dict[str, Any]], key: str, name: str, role: Role) -> Series:
    values = [_value(row, key) for row in rows]
    first = next((value for value in values if value), None)
    return Series(
        name=text.sentence(name),
        role=role,
        points=tuple(
            SeriesPoint(
                at=middle(_period_of(row)),
                label=_period_of(row).short_label,
                value=100 * value / first if first and value is not None else None,
            )
            for row, value in zip(rows, values, strict=True)
        ),
    )


def _value(row: Mapping[str, Any], key: str) -> float | None:
    if key != "best_worst_ratio":
        value: float | None = row[key]
        return value
    return row["max"] / row["min"] if row["min"] else None


def _period(catalogue: Catalogue, indicator: Indicator, row: dict[str, Any]) -> PeriodLine:
    def value(key: str) -> str:
        return text.value_words(row[key], indicator.unit, indicator.decimals)

    def plain(key: str, places: int) -> str:
        return "" if row[key] is None else text.number(row[key], places)

    return PeriodLine(
        period=_period_of(row).short_label,
        count=row["area_count"],
        lowest=value("min"),
        lowest_name=_name(catalogue, row["lowest_code"]),
        highest=value("max"),
        highest_name=_name(catalogue, row["highest_code"]),
        gap=gap_findings.measure_value(indicator, "sd", row["best_worst_gap"]),
        spread=gap_findings.measure_value(indicator, "sd", row["p90_p10_gap"]),
        ratio=plain("s80_s20", 2),
        variation=plain("cv_weighted", 3),
        gini=plain("gini", 3),
        theil=plain("theil", 4),
        moran=plain("moran_i", 2),
    )
