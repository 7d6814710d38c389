"""What a project is for, told from its name by a published list of words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from likeforlike.domain.money import UNCLASSIFIED, WHOLE_PLACE, ThemeRule


class Themes:
    """The theme of lowest precedence of which a word begins a word of the name.

    "cycl" matches "cycling" and "cycleway"; "art " (with a space) matches only the whole word "art".
    """

    def __init__(self, rules: Sequence[ThemeRule]) -> None:
        """Make one pattern per rule."""
        self._patterns = [(rule.id, _pattern(rule.words)) for rule in sorted(rules, key=_order)]

    def theme(self, project: str | None, *, whole_place: bool = False) -> str:
        """The theme of a project's name; `whole-place` for an award that is not for one project, else
        `unclassified`.
        """
        if whole_place:
            return WHOLE_PLACE
        text = re.sub(r"\s+", " ", project or "").lower()
        return next((name for name, pattern in self._patterns if pattern.search(text)), UNCLASSIFIED)


def _order(rule: ThemeRule) -> int:
    return rule.precedence


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    parts = [re.escape(word.strip().lower()) + (r"\b" if word.endswith(" ") else "") for word in words]
    return re.compile(r"\b(?:" + "|".join(parts) + ")")
