"""Every indicator by topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from likeforlike.domain.indicator import Topic
from likeforlike.publish import text, urls
from likeforlike.publish.pages.council import about, in_reading_order
from likeforlike.publish.pages.page import Column, Frozen, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class IndicatorLine(Frozen):
    """One indicator in the list."""

    id: str
    title: str
    description: str
    topic: str
    unit_words: str
    polarity: str
    polarity_words: str
    tier: str
    publisher: str
    source_id: str
    url: str


class TopicGroup(Frozen):
    """The indicators of one topic."""

    id: str
    heading: str
    indicators: tuple[IndicatorLine, ...]


class IndicatorsPage(Page):
    """The list of indicators."""

    topics: tuple[TopicGroup, ...]
    count: int

    def tables(self) -> tuple[Table, ...]:
        """One row per indicator."""
        keys = (
            "id",
            "title",
            "topic",
            "unit_words",
            "polarity",
            "tier",
            "publisher",
            "source_id",
            "description",
        )
        rows = tuple(
            {key: getattr(one, key) for key in keys} for group in self.topics for one in group.indicators
        )
        columns = tuple(Column(key=key, title=key) for key in keys)
        return (Table(name="indicators", title=self.title, columns=columns, rows=rows),)


def make_indicators(catalogue: Catalogue) -> IndicatorsPage:
    """Every indicator of the release."""
    lines = [
        IndicatorLine(
            id=one.id,
            title=one.title,
            description=one.description,
            topic=one.topic,
            unit_words=text.unit_words(one),
            polarity=one.polarity,
            polarity_words=text.POLARITY_WORDS[one.polarity],
            tier=one.tier,
            publisher=one.publisher or catalogue.sources[one.source_id].publisher,
            source_id=one.source_id,
            url=urls.indicator(one.id),
        )
        for one in in_reading_order(catalogue)
    ]
    groups = (
        TopicGroup(
            id=topic.value,
            heading=topic.heading,
            indicators=tuple(line for line in lines if line.topic == topic),
        )
        for topic in Topic
    )
    return IndicatorsPage(
        title="Indicators",
        description=text.PURPOSE,
        path=urls.indicators(),
        about=about(catalogue, (line.source_id for line in lines)),
        topics=tuple(group for group in groups if group.indicators),
        count=len(lines),
    )
