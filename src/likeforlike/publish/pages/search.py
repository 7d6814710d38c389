"""Search: councils and indicators whose names hold every word asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from likeforlike.domain.area import Area
from likeforlike.domain.area_names import normalised
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.publish import text, urls
from likeforlike.publish.pages.page import About, Frozen, Page

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

_MOST = 40
_LONGEST = 100


class Hit(Frozen):
    """One page found, with a few words on what it is."""

    title: str
    note: str
    url: str


class SearchPage(Page):
    """What a search found. `only` is the address to go to at once when there is a single answer."""

    query: str
    areas: tuple[Hit, ...]
    indicators: tuple[Hit, ...]
    suggestions: tuple[str, ...]
    only: str


def make_search(catalogue: Catalogue, query: str) -> SearchPage:
    """Councils first, then indicators; near matches where nothing is found; RequestError for an overlong
    query."""
    query = query.strip()
    if len(query) > _LONGEST:
        raise RequestError(f"A search is at most {_LONGEST} characters.", instead="Write a name or a code.")
    words = normalised(query).split()
    exact, suggestions = _resolved(catalogue, query) if words else (None, ())
    areas = [] if not words else [_area_hit(area) for area in _areas(catalogue, words)]
    if exact and all(hit.url != urls.council(exact.code) for hit in areas):
        areas.insert(0, _area_hit(exact))
    indicators = [] if not words else list(_indicators(catalogue, words))
    found = areas + indicators
    exactly = exact is not None and normalised(exact.name) == " ".join(words)
    only = found[0].url if len(found) == 1 else urls.council(exact.code) if exact and exactly else ""
    return SearchPage(
        title=f"Search for “{query}”" if query else "Search",
        path=urls.search(query),
        about=About(release_id=catalogue.release.id),
        query=query,
        areas=tuple(areas[:_MOST]),
        indicators=tuple(indicators[:_MOST]),
        suggestions=() if found else suggestions,
        only=only,
    )


def _resolved(catalogue: Catalogue, query: str) -> tuple[Area | None, tuple[str, ...]]:
    """The council a code, old name or spelling means, or near matches."""
    try:
        area = catalogue.register.resolve(query)
    except NotFoundError as error:
        return None, error.suggestions
    except RequestError as error:
        return None, error.suggestions
    return (area if area.is_council else None), ()


def _matches(words: Iterable[str], names: Iterable[str]) -> bool:
    """Whether one of the names holds a word beginning with each of the words asked for."""
    for name in names:
        parts = normalised(name).split()
        if all(any(part.startswith(word) for part in parts) for word in words):
            return True
    return False


def _areas(catalogue: Catalogue, words: list[str]) -> Iterable[Area]:
    for area in catalogue.register.current.areas.values():
        if area.is_council and _matches(words, (area.name, area.official_name, *area.other_names)):
            yield area


def _area_hit(area: Area) -> Hit:
    return Hit(title=area.name, note=text.KINDS[area.kind], url=urls.council(area.code))


def _indicators(catalogue: Catalogue, words: list[str]) -> Iterable[Hit]:
    """Indicators whose title begins with what was asked for come first, then those whose title holds it, then
    those found by their topic or id."""
    hits = [
        indicator
        for indicator in catalogue.indicators.values()
        if _matches(words, (f"{indicator.title} {indicator.topic}", indicator.id))
    ]
    asked = " ".join(words)
    hits.sort(
        key=lambda one: (
            not normalised(one.title).startswith(asked),
            not _matches(words, (one.title,)),
            one.title,
        )
    )
    for indicator in hits:
        yield Hit(title=indicator.title, note=indicator.description, url=urls.indicator(indicator.id))
