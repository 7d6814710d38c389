"""What revision did to one council's figures on one indicator, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from likeforlike.domain.area import Area
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import revision_words, text, urls
from likeforlike.publish.pages.page import Frozen
from likeforlike.publish.pages.standing import Standing
from likeforlike.publish.vintages import COMPARATORS, KnownOn, overturned_verdicts

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class Overturned(Frozen):
    """One verdict that could be given on the first figures of a period and on today's, and changed."""

    period_start: date
    period_end: date
    comparator: str
    first_published: date
    verdict_first: str
    verdict_latest: str
    flag: str
    sentence: str


class Vintages(Frozen):
    """The days on which the indicator was published, and the one that the page goes back to, if any."""

    days: tuple[date, ...] = ()
    as_known_on: date | None = None
    edition: date | None = None
    note: str = ""
    today_url: str = ""
    revisions_url: str = ""
    overturned: tuple[Overturned, ...] = ()

    def flags(self, start: date, end: date) -> tuple[str, ...]:
        """What stands beside the verdict of a period, where revision has overturned it."""
        return tuple(
            one.flag
            for one in self.overturned
            if one.comparator == "neighbours" and (one.period_start, one.period_end) == (start, end)
        )

    def latest(self, start: date, end: date) -> tuple[str, ...]:
        """Sentences about the verdicts of one period that revision has overturned."""
        return tuple(
            one.sentence for one in self.overturned if (one.period_start, one.period_end) == (start, end)
        )


def make_vintages(
    catalogue: Catalogue, indicator: Indicator, area: Area, subject: Area, place: Standing
) -> Vintages:
    """Vintages of an indicator for one council; nothing where none are kept."""
    vintages = catalogue.vintages
    if indicator.id not in vintages.indicator_ids:
        return Vintages()
    days = vintages.days(indicator.id)
    day = catalogue.day if isinstance(catalogue, KnownOn) else None
    edition = vintages.edition_of(indicator.id, day) if day else None
    return Vintages(
        days=days,
        as_known_on=day,
        edition=edition,
        note=revision_words.known_note(day, edition) if day and edition else "",
        today_url=urls.council_indicator(area.code, indicator.id),
        revisions_url=urls.revisions(indicator.id),
        overturned=() if day else tuple(_overturned(catalogue, indicator, subject, place)),
    )


def _overturned(
    catalogue: Catalogue, indicator: Indicator, subject: Area, place: Standing
) -> Iterator[Overturned]:
    """Newest period first."""
    row = place.matrix.row_of[subject.code]
    changed = overturned_verdicts(catalogue)
    for column in reversed(range(len(place.matrix.periods))):
        period = place.matrix.periods[column]
        found = changed.get((indicator.id, subject.code, period.start, period.end), {})
        for comparator in COMPARATORS:
            if comparator in found:
                first, day = found[comparator]
                now = str(getattr(place.benchmark, f"verdict_{comparator}")[row, column])
                yield _one(period, comparator, first, day, now)


def _one(period: Period, comparator: str, first: str, day: date, now: str) -> Overturned:
    return Overturned(
        period_start=period.start,
        period_end=period.end,
        comparator=comparator,
        first_published=day,
        verdict_first=first,
        verdict_latest=now,
        flag=revision_words.flag(first),
        sentence=revision_words.overturned_sentence(comparator, first, day, now, text.period_words(period)),
    )
