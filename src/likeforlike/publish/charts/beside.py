"""A council's value beside a comparator, as the narrow cell of a table: the difference and its verdict.

A scorecard has some six hundred of them, which is why it is drawn here and not by a macro of the template.
"""

from __future__ import annotations

from html import escape
from typing import Protocol

from likeforlike.publish.text import VERDICTS, short_difference_words, short_verdict_words


class Compared(Protocol):
    """What a cell shows; see pages.beside.Beside."""

    @property
    def value(self) -> float | None: ...  # noqa: D102 - as the class it describes
    @property
    def difference(self) -> float | None: ...  # noqa: D102
    @property
    def difference_words(self) -> str: ...  # noqa: D102
    @property
    def verdict(self) -> str: ...  # noqa: D102
    @property
    def verdict_words(self) -> str: ...  # noqa: D102


def beside_html(one: Compared) -> str:
    """The difference in words and the verdict with its own mark, never colour alone."""
    if one.difference is None:
        words = VERDICTS["cannot_tell"] if one.value is None else one.verdict_words
        return f'<span class="v v-cannot_tell">{escape(words)}</span>'
    return (
        f'<span class="d">{escape(short_difference_words(one.difference_words))}</span> '
        f'<span class="v v-{escape(one.verdict)}">{escape(short_verdict_words(one.verdict_words))}</span>'
    )
