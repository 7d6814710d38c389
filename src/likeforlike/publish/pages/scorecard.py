"""How a scorecard's rows are chosen, ordered and grouped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from likeforlike.domain.indicator import Topic
from likeforlike.publish import council_words as words
from likeforlike.publish import urls
from likeforlike.publish.missions import first_framework
from likeforlike.publish.pages.page import Frozen, Link
from likeforlike.publish.pages.row import Row

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class Comparator(StrEnum):
    """What the council is put beside when rows are sorted and findings picked."""

    NEAREST = "nearest"
    NEIGHBOURS = "neighbours"
    ALL = "all"


class Sort(StrEnum):
    """The order of rows."""

    TOPIC = "topic"
    MISSION = "mission"
    WORSE_FIRST = "worse-first"
    BETTER_FIRST = "better-first"
    OLDEST = "oldest"


class TrendFilter(StrEnum):
    """Which rows are shown, by tested trend."""

    ANY = "any"
    IMPROVING = "improving"
    WORSENING = "worsening"


class Selection(Frozen):
    """What a visitor chose; part of the address."""

    topic: Topic | None = None
    sort: Sort = Sort.TOPIC
    trend: TrendFilter = TrendFilter.ANY
    compare: Comparator = Comparator.NEIGHBOURS


class Group(Frozen):
    """Rows under one heading, which leads somewhere where there is a page about it."""

    heading: str
    url: str = ""
    rows: tuple[Row, ...]


def grouped(catalogue: Catalogue, rows: Sequence[Row], chosen: Selection) -> Iterator[Group]:
    """The rows that fit the selection, under topics or missions, or as one list in the order asked for."""
    kept = [
        row
        for row in rows
        if (chosen.topic is None or row.topic == chosen.topic)
        and (chosen.trend is TrendFilter.ANY or row.judgement == chosen.trend)
    ]
    if chosen.sort is Sort.TOPIC:
        yield from _by_topic(kept)
    elif chosen.sort is Sort.MISSION:
        yield from _by_mission(catalogue, kept)
    elif kept:
        yield Group(heading=words.SORT_HEADINGS[chosen.sort], rows=tuple(_sorted(kept, chosen)))


def topics(rows: Sequence[Row]) -> Iterator[Link]:
    """The topics that have rows; the value to choose one by stands where an address would."""
    present = {row.topic for row in rows}
    return (Link(text=topic.heading, url=topic.value) for topic in Topic if topic in present)


def query_of(chosen: Selection) -> dict[str, str | None]:
    """The parts of the selection that differ from the default, for the address."""
    return {
        "topic": chosen.topic,
        "sort": chosen.sort if chosen.sort is not Sort.TOPIC else None,
        "trend": chosen.trend if chosen.trend is not TrendFilter.ANY else None,
        "compare": chosen.compare if chosen.compare is not Comparator.NEIGHBOURS else None,
    }


def _by_topic(rows: Sequence[Row], before: str = "") -> Iterator[Group]:
    for topic in Topic:
        under = tuple(row for row in rows if row.topic == topic)
        if under:
            yield Group(heading=f"{before}{topic.heading}", rows=under)


def _by_mission(catalogue: Catalogue, rows: Sequence[Row]) -> Iterator[Group]:
    """Under every mission of the current framework that uses the indicator; the rest under their topics."""
    framework = first_framework(catalogue)
    used: set[str] = set()
    for mission in framework.missions:
        ids = set(mission.indicator_ids)
        used |= ids
        under = tuple(row for row in rows if row.indicator_id in ids)
        if under:
            yield Group(heading=mission.title, url=urls.mission(framework.id, mission.id), rows=under)
    rest = [row for row in rows if row.indicator_id not in used]
    yield from _by_topic(rest, before=f"{words.NO_MISSION}: ")


def _sorted(rows: Sequence[Row], chosen: Selection) -> list[Row]:
    """Rows that cannot be placed come last, whichever way the others run."""
    if chosen.sort is Sort.OLDEST:
        return sorted(rows, key=lambda row: (row.period_end, row.indicator_id))
    way = 1 if chosen.sort is Sort.WORSE_FIRST else -1

    def place(row: Row) -> tuple[bool, float, str]:
        gap = row.gaps[chosen.compare]
        return gap is None, (gap or 0.0) * way, row.indicator_id

    return sorted(rows, key=place)
