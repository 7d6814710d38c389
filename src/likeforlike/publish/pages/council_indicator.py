"""One indicator for one council: the sentence, the line over time, its peers, and the trail to the source
row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from likeforlike.domain.area import Area
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator
from likeforlike.publish import narrative, text, urls
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.models import Role, Series, SeriesPoint, Strip
from likeforlike.publish.pages.audit import AuditRow, audit
from likeforlike.publish.pages.beside import Beside, beside, known
from likeforlike.publish.pages.council import about, collected
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table
from likeforlike.publish.pages.revised import Vintages, make_vintages
from likeforlike.publish.pages.row import make_strip
from likeforlike.publish.pages.standing import Standing, break_times, standing
from likeforlike.publish.quality import FLAG_KEYS, QualityFlag, flags_of

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class Period(Frozen):
    """One period of the table under the chart."""

    period_start: date
    period_end: date
    period: str
    value: float | None
    lower_95: float | None
    upper_95: float | None
    status: str
    method: str
    flags: tuple[str, ...]
    nearest_value: float | None
    neighbour_mean: float | None
    neighbour_count: int
    all_median: float | None
    all_count: int
    rank: int | None
    rank_last: int | None
    verdict_nearest: str
    verdict_neighbours: str
    verdict_all: str


class Peer(Frozen):
    """One of the ten neighbours in the latest period; `similarity` is its place, 1 = nearest."""

    similarity: int
    code: str
    name: str
    url: str
    value: float | None
    value_words: str
    interval_words: str
    difference_words: str


class CouncilIndicatorPage(Page):
    """One indicator for one council; numbers are in the indicator's unit."""

    indicator_id: str
    indicator: str
    code: str
    name: str
    subject_code: str
    subject_name: str
    own: bool
    unit_words: str
    unit_before: str
    unit_after: str
    decimals: int
    period: str
    value: float | None
    value_words: str
    interval_words: str
    headline: str
    sentences: tuple[str, ...]
    says: tuple[str, ...]
    says_not: tuple[str, ...]
    nearest: Beside
    neighbours: Beside
    all: Beside
    strip: Strip | None
    ends: tuple[str, str]
    wide_ticks: str = Field(default="", exclude=True)
    series: tuple[Series, ...]
    breaks: tuple[float, ...]
    break_notes: tuple[str, ...]
    periods: tuple[Period, ...]
    peers: tuple[Peer, ...]
    definition: str
    facts: tuple[tuple[str, str], ...]
    source: Link
    audit: tuple[AuditRow, ...]
    doubts: tuple[QualityFlag, ...]
    embed_url: str
    vintages: Vintages

    def tables(self) -> tuple[Table, ...]:
        """The line's numbers, the peers' and the audit trail."""
        return (
            _table("over-time", self.title, self.periods, tuple(Period.model_fields)),
            _table(
                "neighbours",
                f"{self.title}: the ten nearest",
                self.peers,
                ("similarity", "code", "name", "value"),
            ),
            _table("audit", f"{self.title}: source rows", self.audit, tuple(AuditRow.model_fields)),
            _table("quality", f"{self.title}: quality flags", self.doubts, FLAG_KEYS),
        )

    def chart(self) -> str:
        """The line chart."""
        return lines_svg(
            self.series, self.title, before=self.unit_before, after=self.unit_after, breaks=self.breaks
        )

    def chart_heading(self) -> str:
        """The title with the unit, which the axis alone may not say."""
        return f"{self.title} ({self.unit_words})"


def make_council_indicator(catalogue: Catalogue, area: Area, indicator: Indicator) -> CouncilIndicatorPage:
    """The page; NotFoundError where the council has no value of the indicator, RequestError where it has
    no such power."""
    place = standing(catalogue, indicator.id, catalogue.pool(indicator, area))
    subject = catalogue.comparisons.subject(indicator, area)
    row = None if place is None else place.matrix.row_of.get(subject.code)
    if place is None or row is None or not np.isfinite(place.matrix.values[row]).any():
        raise NotFoundError(
            f"No value of “{indicator.title}” is published for {subject.name}.",
            instead="Its other indicators are on its scorecard.",
            suggestions=(area.name,),
        )
    trail = audit(catalogue, indicator, subject)
    doubts = flags_of(catalogue, indicator.id, subject.code)
    column = place.column
    others = {name: beside(place, row, column, name) for name in ("nearest", "neighbours", "all")}
    value = known(place.matrix.values[row, column])
    words = text.UNITS[indicator.unit]
    source = catalogue.sources[indicator.source_id]
    headline = narrative.headline(place, row, subject.name, others["neighbours"])
    names = catalogue.names
    vintages = make_vintages(catalogue, indicator, area, subject, place)
    then = {"as-known-on": str(vintages.as_known_on)} if vintages.as_known_on else {}
    return CouncilIndicatorPage(
        title=f"{indicator.title}: {area.name}",
        description=headline,
        path=urls.council_indicator(area.code, indicator.id, **then),
        about=about(
            catalogue,
            [indicator.source_id],
            comparator=text.COMPARATOR_NOTE,
            caveats=(*indicator.caveats, text.FIXED_NEIGHBOURS, *([vintages.note] if vintages.note else ())),
        ),
        parents=(
            Link(text="Councils", url=urls.councils()),
            Link(text=area.name, url=urls.council(area.code)),
        ),
        indicator_id=indicator.id,
        indicator=indicator.title,
        code=area.code,
        name=area.name,
        subject_code=subject.code,
        subject_name=subject.name,
        own=subject.code == area.code,
        unit_words=text.unit_words(indicator),
        unit_before=words.before,
        unit_after="%" if words.after == "%" else "",
        decimals=text.places(indicator.unit, indicator.decimals),
        period=place.period.label,
        value=value,
        value_words=text.value_words(value, indicator.unit, indicator.decimals),
        interval_words=text.interval_words(
            known(place.matrix.lower_95[row, column]),
            known(place.matrix.upper_95[row, column]),
            indicator.unit,
            indicator.decimals,
        ),
        headline=headline,
        sentences=(
            *narrative.comparison_sentences(place, row, others, names),
            *vintages.latest(place.period.start, place.period.end),
        ),
        says=tuple(narrative.says(place, row)),
        says_not=tuple(narrative.says_not(place, row, collected(catalogue))),
        nearest=others["nearest"],
        neighbours=others["neighbours"],
        all=others["all"],
        strip=make_strip(place, row, (others["nearest"], others["neighbours"], others["all"]), subject.name),
        ends=narrative.ends(place),
        wide_ticks=place.wide_ticks,
        series=tuple(_series(place, row, subject, names, trail)),
        breaks=break_times(indicator),
        break_notes=tuple(
            f"{text.date_words(date.fromisoformat(one.at))}: {one.reason}" for one in indicator.breaks
        ),
        periods=tuple(_periods(place, row, trail, vintages, doubts)),
        peers=tuple(_peers(place, row, names)),
        definition=indicator.description,
        facts=tuple(narrative.definition_facts(indicator, source, place)),
        source=Link(text=f"{source.title}, {source.publisher}", url=source.url),
        audit=trail,
        doubts=doubts,
        embed_url=urls.embed(area.code, indicator.id),
        vintages=vintages,
    )


def neighbour_series(catalogue: Catalogue, area: Area, indicator: Indicator) -> tuple[Series, ...]:
    """A line for each of the ten neighbours, nearest first; none where nothing is compared."""
    place = standing(catalogue, indicator.id, catalogue.pool(indicator, area))
    subject = catalogue.comparisons.subject(indicator, area)
    if place is None or subject.code not in place.matrix.row_of:
        return ()
    row = place.matrix.row_of[subject.code]
    return tuple(
        Series(
            name=catalogue.register.areas[place.matrix.areas[index]].name,
            role=Role.PEER,
            points=tuple(_points(place, place.matrix.values[index])),
        )
        for index in place.benchmark.neighbours[row].tolist()
        if index >= 0
    )


def _series(
    place: Standing, row: int, subject: Area, names: Mapping[str, str], trail: tuple[AuditRow, ...]
) -> Iterator[Series]:
    """The four lines, the council last so that it is drawn over the others."""
    found, matrix = place.benchmark, place.matrix
    estimated = {(one.period_start, one.period_end) for one in trail if one.status == "estimated"}
    nearest = found.nearest(row)
    lines: list[tuple[str, Role, Any]] = [("Median of all", Role.MEDIAN, found.all_median)]
    if nearest:
        lines.append((names[nearest], Role.NEAREST, found.nearest_value[row]))
    lines.append(("Mean of ten nearest", Role.MEAN, found.neighbour_mean[row]))
    for name, role, values in lines:
        yield Series(name=name, role=role, points=tuple(_points(place, values)))
    own = zip(place.points_in_time, matrix.periods, matrix.values[row].tolist(), strict=True)
    limits = zip(matrix.lower_95[row].tolist(), matrix.upper_95[row].tolist(), strict=True)
    yield Series(
        name=subject.name,
        role=Role.COUNCIL,
        points=tuple(
            SeriesPoint(
                at=at,
                label=label,
                value=known(value),
                lower=known(lower),
                upper=known(upper),
                estimated=(period.start, period.end) in estimated,
            )
            for ((at, label), period, value), (lower, upper) in zip(own, limits, strict=True)
        ),
    )


def _points(place: Standing, values: np.ndarray) -> Iterator[SeriesPoint]:
    for (at, label), value in zip(place.points_in_time, values.tolist(), strict=True):
        yield SeriesPoint(at=at, label=label, value=known(value))


def _periods(
    place: Standing,
    row: int,
    trail: tuple[AuditRow, ...],
    vintages: Vintages,
    doubts: tuple[QualityFlag, ...],
) -> Iterator[Period]:
    """Newest first."""
    found, matrix = place.benchmark, place.matrix
    told = {(one.period_start, one.period_end): one for one in trail}
    for column in reversed(range(len(matrix.periods))):
        period = matrix.periods[column]
        audited = told.get((period.start, period.end))
        yield Period(
            period_start=period.start,
            period_end=period.end,
            period=period.label,
            value=known(matrix.values[row, column]),
            lower_95=known(matrix.lower_95[row, column]),
            upper_95=known(matrix.upper_95[row, column]),
            status=audited.status if audited else "not_available",
            method=audited.method if audited else "",
            flags=(
                *vintages.flags(period.start, period.end),
                *(one.short for one in doubts if one.key == (period.start, period.end)),
            ),
            nearest_value=known(found.nearest_value[row, column]),
            neighbour_mean=known(found.neighbour_mean[row, column]),
            neighbour_count=int(found.neighbour_count[row, column]),
            all_median=known(found.all_median[column]),
            all_count=int(found.all_count[column]),
            rank=int(found.rank[row, column]) or None,
            rank_last=int(found.rank_last[row, column]) or None,
            verdict_nearest=str(found.verdict_nearest[row, column]),
            verdict_neighbours=str(found.verdict_neighbours[row, column]),
            verdict_all=str(found.verdict_all[row, column]),
        )


def _peers(place: Standing, row: int, names: Mapping[str, str]) -> Iterator[Peer]:
    matrix, column, indicator = place.matrix, place.column, place.indicator
    own = known(matrix.values[row, column])
    for number, index in enumerate(place.benchmark.neighbours[row].tolist(), start=1):
        if index < 0:
            continue
        code = matrix.areas[index]
        value = known(matrix.values[index, column])
        lower, upper = known(matrix.lower_95[index, column]), known(matrix.upper_95[index, column])
        difference = value - own if value is not None and own is not None else None
        yield Peer(
            similarity=number,
            code=code,
            name=names[code],
            url=urls.council_indicator(code, indicator.id),
            value=value,
            value_words=text.value_words(value, indicator.unit, indicator.decimals),
            interval_words=text.interval_words(lower, upper, indicator.unit, indicator.decimals),
            difference_words=text.difference_words(difference, indicator.unit, indicator.decimals),
        )


def _table(name: str, title: str, rows: tuple[Frozen, ...], keys: tuple[str, ...]) -> Table:
    columns = tuple(Column(key=key, title=key) for key in keys)
    return Table(
        name=name,
        title=title,
        columns=columns,
        rows=tuple({key: getattr(row, key) for key in keys} for row in rows),
    )
