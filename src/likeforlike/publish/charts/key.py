"""The key to the peer strip: its marks with their names, drawn once above a table of strips."""

from __future__ import annotations

from html import escape

_HEIGHT = 22


def key_svg(
    council: str = "this council", with_interval: str = "its 95% margin", all_councils: str = "all councils"
) -> str:
    """Marks and words in one line that reads at 11 px; the words are real text for screen readers."""
    marks = (
        ('<circle class="c-council" cx="8" cy="11" r="5"/>', council),
        ('<path class="c-interval" d="M0 11h20"/>', with_interval),
        ('<path class="c-nearest" d="M8 6l5 5-5 5-5-5z"/>', "nearest neighbour"),
        ('<circle class="c-neighbour" cx="8" cy="11" r="3"/>', "ten nearest"),
        ('<path class="c-median" d="M8 1v20"/>', "median"),
        ('<path class="c-peer" d="M3 7v8m4-8v8m6-8v8"/>', all_councils),
    )
    return "".join(
        f'<span class="k"><svg viewBox="0 0 20 {_HEIGHT}" width="20" height="{_HEIGHT}" aria-hidden="true">'
        f"{mark}</svg> "
        f"{escape(words)}</span> "
        for mark, words in marks
    )
