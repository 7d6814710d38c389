"""Sentences about revisions: how much figures are usually revised, and verdicts that did not outlast it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from likeforlike.domain.indicator import Indicator
from likeforlike.publish import text

RULE = (
    "A revision is the latest figure less the first one kept. A difference of half a unit of the last decimal "
    "that both editions give may be a rounding and does not count. A verdict is overturned when it could be "
    "given on both and changed; neighbours are those of the release, so that nothing but the figures differs."
)
LIST_RULE = (
    "Figures revised: of those published at least twice. Mean absolute: how far a figure was moved on average, "
    "up or down, in the indicator's unit. Verdicts: beside the mean of ten neighbours."
)
BESIDE = {
    "nearest": "its nearest neighbour",
    "neighbours": "the mean of its ten nearest neighbours",
    "all": "the median of all",
}
#: A verdict of full counts or margins, as it reads inside a sentence.
_VERDICTS = {**text.VERDICTS, "similar": "no clear difference"}


def verdict_then(verdict: str) -> str:
    """An earlier verdict in a word or two."""
    return _VERDICTS[verdict]


def flag(verdict_first: str) -> str:
    """What stands beside a verdict that revision has overturned."""
    return f"revised: at first {verdict_then(verdict_first)}"


def usually(indicator: Indicator, found: Mapping[str, Any]) -> str:
    """How much the indicator is usually revised, in one or two sentences."""
    if not found["figure_count"]:
        return "No period has been published twice yet, so that nothing can be said about revisions."
    periods, figures = found["period_count"], found["figure_count"]
    told = f"{text.number(figures, 0)} figures of {periods} period{text.plural(periods)}"
    if not found["revised_count"]:
        return f"Of {told}, none was changed by a later edition."
    size = amount(indicator, found["mean_absolute_revision"])
    words = (
        f"Of {told}, {text.number(100 * found['revised_share'], 0)}% were changed by a later edition: "
        f"by {size} on average, up or down, and {_bias(indicator, found)}."
    )
    return f"{words} {_verdicts(found)}"


def amount(indicator: Indicator, size: float) -> str:
    """The size of a revision in the indicator's unit, with one decimal more than its figures."""
    words = text.UNITS[indicator.unit]
    number = text.number(abs(size), indicator.decimals + 1)
    if words.after == "%":
        return f"{number} percentage points"
    return f"{words.before}{number}{words.after}"


def _bias(indicator: Indicator, found: Mapping[str, Any]) -> str:
    mean, size = found["mean_revision"], found["mean_absolute_revision"]
    way = "raised" if mean > 0 else "lowered"
    if abs(mean) < 0.1 * size:
        return "about as often raised as lowered"
    return f"{way} by {amount(indicator, mean)} on balance"


def _verdicts(found: Mapping[str, Any]) -> str:
    count, overturned = found["verdict_count"], found["verdicts_overturned"]
    if not count:
        return "No verdict is given on them, so that revision can overturn none."
    if not overturned:
        return f"None of {text.number(count, 0)} verdicts was overturned."
    reversed_ = found["verdicts_reversed"]
    turned = f", {reversed_} of them from better to worse or from worse to better" if reversed_ else ""
    return (
        f"Of {text.number(count, 0)} verdicts beside the mean of ten neighbours, "
        f"{text.number(overturned, 0)} ({text.number(100 * overturned / count, 1)}%) were overturned{turned}."
    )


def known_note(day: date, edition: date) -> str:
    """What a page says that shows figures of an earlier day."""
    return (
        f"As known on {text.date_words(day)}: figures as they stood in the edition of "
        f"{text.date_words(edition)}, compared with one another as they stood then. Neighbours are those of "
        "this release."
    )


def overturned_lead(count: int, name: str) -> str:
    """How many of a council's verdicts on an indicator were overturned."""
    if not count:
        return f"No verdict on {name}’s figures has been overturned by revision, as far as vintages are kept."
    return (
        f"Revision has overturned {text.count_words(count)} verdict{text.plural(count)} on {name}’s figures "
        "since they were first published."
    )


def overturned_sentence(comparator: str, first: str, day: date, now: str, when: str) -> str:
    """One verdict that revision has overturned."""
    return (
        f"Beside {BESIDE[comparator]} the verdict {when} was “{verdict_then(first)}” on the figures of "
        f"{text.date_words(day)}; revision has overturned it: now “{verdict_then(now)}”."
    )
