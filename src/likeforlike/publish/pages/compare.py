"""Any councils beside each other, and a group of one's own as comparator; the address holds the whole
choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from likeforlike.analysis.groups import group_benchmark, verdicts_against_group
from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Tier, Topic
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish import text, urls
from likeforlike.publish.pages.beside import Beside, compare, known
from likeforlike.publish.pages.council import about, in_reading_order
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table
from likeforlike.publish.pages.standing import Standing, standing

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

MOST = 12


class Side(Frozen):
    """One column: a council, or a region or combined authority that stands for all its councils."""

    code: str
    name: str
    kind: str
    url: str
    remove_url: str
    members: int


class CompareCell(Frozen):
    """A value, or the mean of a group's councils: `count` of them have one."""

    value: float | None
    words: str
    count: int


class CompareRow(Frozen):
    """One indicator. `mean` is of the councils after the first column, and the first is put beside it."""

    indicator_id: str
    title: str
    url: str
    topic: str
    unit: str
    source: str
    period: str
    period_end: date
    cells: tuple[CompareCell, ...]
    mean: CompareCell
    beside: Beside | None


class CompareGroup(Frozen):
    """The rows of one topic."""

    heading: str
    rows: tuple[CompareRow, ...]


class ComparePage(Page):
    """Councils side by side."""

    sides: tuple[Side, ...]
    topic: Topic | None
    topic_choices: tuple[Link, ...]
    groups: tuple[CompareGroup, ...]
    regions: tuple[Link, ...]
    authorities: tuple[Link, ...]
    names: tuple[str, ...] = Field(exclude=True)
    most: int = MOST

    def tables(self) -> tuple[Table, ...]:
        """One row per indicator and column."""
        rows = tuple(
            _line(row, side, cell, first=not number)
            for group in self.groups
            for row in group.rows
            for number, (side, cell) in enumerate(zip(self.sides, row.cells, strict=True))
        )
        columns = tuple(Column(key=key, title=key) for key in rows[0]) if rows else ()
        return (Table(name="compare", title=self.title, columns=columns, rows=rows),) if rows else ()


def _line(row: CompareRow, side: Side, cell: CompareCell, *, first: bool) -> dict[str, Any]:
    """A line of the file; what is said of the first column beside the others stands on its own lines alone."""
    beside = row.beside if first else None
    return {
        "indicator_id": row.indicator_id,
        "indicator": row.title,
        "unit": row.unit,
        "period": row.period,
        "period_end": row.period_end,
        "area_code": side.code,
        "area_name": side.name,
        "value": cell.value,
        "councils_with_value": cell.count,
        "mean_of_others": row.mean.value if first else None,
        "others_with_value": row.mean.count if first else None,
        "difference": beside.difference if beside else None,
        "verdict": beside.verdict if beside else None,
        "source": row.source,
    }


@dataclass(frozen=True)
class _Chosen:
    """An area that was chosen and the councils it stands for."""

    area: Area
    members: tuple[str, ...]


def make_compare(catalogue: Catalogue, names: Sequence[str], topic: Topic | None = None) -> ComparePage:
    """The page; RequestError for more than twelve areas, NotFoundError with near matches for an unknown
    one."""
    areas = list(dict.fromkeys(catalogue.area(name) for name in names if name.strip()))
    if len(areas) > MOST:
        raise RequestError(f"At most {MOST} areas can be compared at once.", instead="Take some out.")
    chosen = [_Chosen(area, _members(catalogue, area)) for area in areas]
    codes = [area.code for area in areas]
    rows = list(_rows(catalogue, chosen, topic)) if chosen else []
    sources = {catalogue.indicators[row.indicator_id].source_id for row in rows}
    current = catalogue.register.current.areas.values()
    return ComparePage(
        title=text.compare_title([area.name for area in areas]),
        description=text.COMPARE_PURPOSE,
        path=urls.compare(codes, topic=topic),
        about=about(catalogue, sources, comparator=text.GROUP_COMPARATOR),
        sides=tuple(
            Side(
                code=one.area.code,
                name=one.area.name,
                kind=text.KINDS[one.area.kind],
                url=urls.council(one.area.code) if one.area.is_council else urls.compare(one.members[:MOST]),
                remove_url=urls.compare([code for code in codes if code != one.area.code], topic=topic),
                members=len(one.members),
            )
            for one in chosen
        ),
        topic=topic,
        topic_choices=tuple(Link(text=one.heading, url=one.value) for one in Topic),
        groups=tuple(
            CompareGroup(heading=one.heading, rows=under)
            for one in Topic
            if (under := tuple(row for row in rows if row.topic == one))
        ),
        names=tuple(sorted({area.name for area in current if area.kind is not AreaKind.COUNTRY})),
        regions=tuple(_links(codes, (area for area in current if area.kind is AreaKind.REGION))),
        authorities=tuple(
            _links(codes, (area for area in current if area.kind is AreaKind.COMBINED_AUTHORITY))
        ),
    )


def _links(codes: list[str], areas: Iterator[Area]) -> Iterator[Link]:
    for area in sorted(areas, key=lambda area: area.name):
        yield Link(text=area.name, url=urls.compare([*codes, area.code]))


def _members(catalogue: Catalogue, area: Area) -> tuple[str, ...]:
    """The councils an area stands for: itself, or all single-tier councils, districts and counties inside
    it."""
    if area.is_council:
        return (area.code,)
    inside = catalogue.register.nested(area.code)
    return tuple(sorted(code for code in inside if catalogue.register.areas[code].is_council))


def _rows(catalogue: Catalogue, chosen: list[_Chosen], topic: Topic | None) -> Iterator[CompareRow]:
    counties = any(one.area.kind is AreaKind.COUNTY for one in chosen)
    for indicator in in_reading_order(catalogue):
        if (topic and indicator.topic is not topic) or (counties and indicator.tier is Tier.LOWER):
            continue
        pool = Pool.UPPER_TIER if indicator.tier is Tier.UPPER or counties else Pool.LOWER_TIER
        place = standing(catalogue, indicator.id, pool)
        if place is None:
            continue
        groups = [_in_pool(catalogue, one.members, place) for one in chosen]
        cells = tuple(_cell(place, group) for group in groups)
        if any(cell.value is not None for cell in cells):
            source = catalogue.sources[indicator.source_id].attribution
            yield _row(place, source, groups, cells)


def _in_pool(catalogue: Catalogue, members: tuple[str, ...], place: Standing) -> tuple[str, ...]:
    """The members that are compared in the pool, a district's county in its stead on a county's service."""
    known_areas = place.matrix.row_of
    found = {
        code if code in known_areas else catalogue.register.areas[code].county_code or code
        for code in members
    }
    return tuple(sorted(code for code in found if code in known_areas))


def _row(
    place: Standing, source: str, groups: list[tuple[str, ...]], cells: tuple[CompareCell, ...]
) -> CompareRow:
    indicator = place.indicator
    others = tuple(
        sorted({code for group in groups[1:] for code in group} - set(groups[0] if groups else ()))
    )
    return CompareRow(
        indicator_id=indicator.id,
        title=indicator.title,
        url=urls.indicator(indicator.id),
        topic=indicator.topic,
        unit=text.unit_words(indicator),
        source=source,
        period=place.period.label,
        period_end=place.period.end,
        cells=cells,
        mean=_cell(place, others),
        beside=_beside(place, groups[0], others),
    )


def _cell(place: Standing, members: tuple[str, ...]) -> CompareCell:
    """A council's value, or the plain mean of a group's."""
    if not members:
        return CompareCell(value=None, words="", count=0)
    group = group_benchmark(place.matrix, members)
    value = known(group.mean[place.column])
    if len(members) == 1:  # a shared estimate that is counted elsewhere is still this council's value
        value = known(place.matrix.values[place.matrix.row(members[0]), place.column])
    words = text.value_words(value, place.indicator.unit, place.indicator.decimals)
    return CompareCell(value=value, words=words, count=int(group.count[place.column]))


def _beside(place: Standing, first: tuple[str, ...], others: tuple[str, ...]) -> Beside | None:
    """The first column beside the mean of the others, where the first is one council."""
    if len(first) != 1 or not others:
        return None
    group = group_benchmark(place.matrix, others)
    row, column = place.matrix.row(first[0]), place.column
    verdict = str(verdicts_against_group(place.matrix, group, place.indicator)[row, column])
    lower, upper = known(group.mean_lower[column]), known(group.mean_upper[column])
    margins = lower is not None and bool(np.isfinite(place.matrix.lower_95[row, column]))
    return compare(
        place.indicator,
        known(place.matrix.values[row, column]),
        known(group.mean[column]),
        (lower, upper),
        "cannot_tell" if place.indicator.no_verdict else verdict,
        margins=margins,
    )
