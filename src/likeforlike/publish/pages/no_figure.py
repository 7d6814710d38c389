"""A council without a figure of an indicator: why there is none, and whose figures come nearest."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.indicator import Indicator
from likeforlike.publish import council_words as words
from likeforlike.publish import text, urls
from likeforlike.publish.pages.audit import AuditRow, audit
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.page import Column, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class NoFigurePage(Page):
    """Why a council has no figure. `elsewhere` leads to the nearest figures there are; `statuses` counts
    what the publisher wrote in place of a value."""

    indicator_id: str
    indicator: str
    code: str
    name: str
    headline: str
    reasons: tuple[str, ...]
    elsewhere: tuple[Link, ...]
    elsewhere_words: str
    statuses: tuple[tuple[str, int], ...]
    definition: str
    source: Link
    audit: tuple[AuditRow, ...]

    def tables(self) -> tuple[Table, ...]:
        """The publisher's rows that hold no value."""
        keys = tuple(AuditRow.model_fields)
        return (
            Table(
                name="audit",
                title=f"{self.title}: source rows",
                columns=tuple(Column(key=key, title=key) for key in keys),
                rows=tuple({key: getattr(row, key) for key in keys} for row in self.audit),
            ),
        )


def has_figure(catalogue: Catalogue, area: Area, indicator: Indicator) -> bool:
    """Whether the council, or for a district its county, has a value in any period.

    Raises RequestError for an area that is no council, or that has no such power.
    """
    matrix = catalogue.matrices.matrix(indicator.id, catalogue.pool(indicator, area))
    row = matrix.row_of.get(catalogue.subject(indicator, area).code)
    return row is not None and bool(np.isfinite(matrix.values[row]).any())


def make_no_figure(catalogue: Catalogue, area: Area, indicator: Indicator) -> NoFigurePage:
    """The page for a council and an indicator of which it has no value."""
    subject = catalogue.subject(indicator, area)
    trail = audit(catalogue, indicator, subject)
    statuses = Counter(text.STATUS_WORDS[row.status] for row in trail)
    partner = _partner(catalogue, subject)
    found = [
        one
        for one in ([partner] if partner else _districts(catalogue, area))
        if has_figure(catalogue, one, indicator)
    ]
    source = catalogue.sources[indicator.source_id]
    return NoFigurePage(
        title=f"{indicator.title}: {area.name}",
        description=words.no_figure_headline(indicator.title, subject.name),
        path=urls.council_indicator(area.code, indicator.id),
        about=about(catalogue, [indicator.source_id], caveats=indicator.caveats),
        parents=(
            Link(text="Councils", url=urls.councils()),
            Link(text=area.name, url=urls.council(area.code)),
        ),
        indicator_id=indicator.id,
        indicator=indicator.title,
        code=area.code,
        name=area.name,
        headline=words.no_figure_headline(indicator.title, subject.name),
        reasons=tuple(
            words.no_figure_reasons(
                subject.name,
                dict(statuses),
                partner.name if partner else "",
                county=area.kind is AreaKind.COUNTY,
            )
        ),
        elsewhere=tuple(
            Link(text=one.name, url=urls.council_indicator(one.code, indicator.id)) for one in found
        ),
        elsewhere_words=words.no_figure_elsewhere(
            partner.name if partner else "", subject.name, found=bool(found)
        ),
        statuses=tuple(statuses.most_common()),
        definition=indicator.description,
        source=Link(text=f"{source.title}, {source.publisher}", url=source.url),
        audit=trail,
    )


def _districts(catalogue: Catalogue, area: Area) -> list[Area]:
    """A county's districts, whose figures are all there is where none is published for the county."""
    if area.kind is not AreaKind.COUNTY:
        return []
    return [catalogue.register.areas[code] for code in catalogue.register.districts_of(area.code)]


@lru_cache(maxsize=512)
def _partner(catalogue: Catalogue, area: Area) -> Area | None:
    """The larger council that publishers count this one's estimates under, on other indicators; None for
    most councils."""
    shared = (
        catalogue.release.table("observation")
        .filter(pl.col("area_code") == area.code, pl.col("shared_with") != area.code)
        .get_column("shared_with")
        .value_counts(sort=True)
    )
    return None if shared.is_empty() else catalogue.register.areas[shared["shared_with"][0]]
