"""Finding an area by what people call it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from likeforlike.domain.errors import NotFoundError, RequestError

_BEFORE = (
    "london borough of",
    "royal borough of",
    "metropolitan borough of",
    "metropolitan district of",
    "borough of",
    "district of",
    "county borough of",
    "county of",
    "city of",
    "county",
    "the",
)
_AFTER = (
    "london borough council",
    "metropolitan borough council",
    "metropolitan district council",
    "city and district council",
    "county council",
    "city council",
    "borough council",
    "district council",
    "mayoral combined authority",
    "combined county authority",
    "combined authority",
    "unitary authority",
    "london boro",
    "council",
    "corporation",
    "county of",
    "city of",
    "district",
    "borough",
    "county",
    "city",
    "mbc",
    "mdc",
    "ccc",
    "bc",
    "ca",
    "cc",
    "dc",
    "ua",
)
_SUGGESTIONS = 4


class Named(Protocol):
    """What an index needs to know of an area."""

    @property
    def code(self) -> str:
        """The nine-character code."""

    @property
    def name(self) -> str:
        """The short name."""

    @property
    def official_name(self) -> str:
        """The council's full name."""

    @property
    def other_names(self) -> tuple[str, ...]:
        """Former names and other spellings."""


Item = TypeVar("Item", bound=Named)


def normalised(text: str) -> str:
    """Lower-case words, single spaces, no accents or punctuation; "&" and "saint" are spelt one way."""
    plain = (
        unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("&", " and ")
    )
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`’]", "", plain)).split()
    return " ".join("st" if word == "saint" else word for word in words)


def bare(text: str) -> str:
    """A normalised name without words that only say what sort of council it is."""
    while True:
        shorter = text
        for words in _BEFORE:
            shorter = shorter.removeprefix(words + " ")
        for words in _AFTER:
            shorter = shorter.removesuffix(" " + words)
        if shorter == text:
            return text
        text = shorter


class NameIndex(Generic[Item]):
    """Areas by code and by name, the full name before the bare one."""

    def __init__(
        self,
        items: Iterable[Item],
        *,
        claim: Callable[[Item], int],
        current: Callable[[Item], Sequence[Item]],
    ) -> None:
        """Index `items`; `claim` ranks those that share a name, lowest first; `current` gives successors."""
        self._claim, self._current = claim, current
        self._by_code: dict[str, Item] = {}
        self._full: dict[str, list[Item]] = {}
        self._bare: dict[str, list[Item]] = {}
        for item in items:
            self._by_code[item.code.lower()] = item
            keys = {normalised(name) for name in (item.name, item.official_name, *item.other_names) if name}
            for key in keys:
                self._full.setdefault(key, []).append(item)
            for key in {bare(key) for key in keys}:
                self._bare.setdefault(key, []).append(item)

    def resolve(self, text: str) -> Item:
        """The one area in force that `text` means; see AreaRegister.resolve."""
        if (item := self._by_code.get(text.strip().lower())) is not None:
            return self._one(text, [item])
        key = normalised(text)
        found = self._full.get(key) or self._bare.get(bare(key)) if key else None
        if not found:
            raise NotFoundError(
                f"There is no area called {text.strip()!r}.",
                instead=""
                if self.suggestions(text)
                else "Give the name of a council in England, or its code.",
                suggestions=self.suggestions(text),
            )
        return self._one(text, self._first(found))

    def suggestions(self, text: str) -> list[str]:
        """Names of areas in force that look like `text`: those that start with it, then near matches."""
        key = bare(normalised(text))
        starts = [name for name in sorted(self._bare) if key and name.startswith(key)]
        near = difflib.get_close_matches(key, list(self._bare), n=_SUGGESTIONS, cutoff=0.72)
        parts = [name for name in sorted(self._bare) if len(key) > 3 and f" {key}" in f" {name}"]
        names: dict[str, None] = {}
        for found in (*starts[:_SUGGESTIONS], *near, *parts[:_SUGGESTIONS]):
            for item in self._first(self._bare[found]):
                names.update(dict.fromkeys(area.name for area in self._current(item)))
        return list(names)[:_SUGGESTIONS]

    def _first(self, found: Sequence[Item]) -> list[Item]:
        """Those in force, if any is; of them the ones with the first claim to the name."""
        in_force = [item for item in found if [area.code for area in self._current(item)] == [item.code]]
        candidates = in_force or list(found)
        best = min(self._claim(item) for item in candidates)
        return [item for item in candidates if self._claim(item) == best]

    def _one(self, text: str, found: Sequence[Item]) -> Item:
        ends = {area.code: area for item in found for area in self._current(item)}
        if len(ends) == 1:
            return next(iter(ends.values()))
        choices = [f"{area.name} ({code})" for code, area in sorted(ends.items())]
        if not ends:
            raise NotFoundError(f"{text.strip()!r} is no longer in force and nothing took it over.")
        several = (
            "became several areas"
            if len({item.code for item in found}) == 1
            else "is the name of several areas"
        )
        raise RequestError(f"{text.strip()!r} {several}.", suggestions=choices)
