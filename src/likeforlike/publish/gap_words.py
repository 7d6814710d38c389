"""What is said about the gap between places: verdicts, measures, and what a gap does not tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from likeforlike.domain.indicator import Certainty, Indicator
from likeforlike.publish import text

VERDICTS = MappingProxyType(
    {
        "widening": "Widening",
        "closing": "Closing",
        "stable": "Stable",
        "cannot_tell": "Cannot tell",
    }
)
SPANS = MappingProxyType({"all_years": "as far back as values compare", "five_years": "about five years"})
#: What the pages call the measures of a gap, whose ids stand in reasons and files.
MEASURES = MappingProxyType(
    {
        "p90_p10_gap": "the gap between tenths",
        "p90_p10_ratio": "the ratio of tenths",
        "sd": "the standard deviation",
        "sd_net": "the standard deviation less sampling error",
        "mean_difference": "the mean difference of two councils",
        "cv_weighted": "the coefficient of variation",
        "cv_net": "the coefficient of variation less sampling error",
        "gini": "the Gini coefficient",
    }
)
HEADING = "The gap between places over time"
BEST_WORST = "Highest less lowest"
TENTHS = "Between tenths"
_ID = re.compile("|".join(sorted(MEASURES, key=len, reverse=True)))


def explained(indicator: Indicator) -> str:
    """What the two lines are, and which of them to trust."""
    chance = (
        " The values are estimates, so that part of either gap, and more of the first, is chance."
        if indicator.certainty is Certainty.SAMPLE
        else ""
    )
    return (
        "Highest less lowest is the distance between two councils, which one odd figure decides. “Between "
        "tenths” is the distance between the council that a tenth of all councils lie below and the one that "
        f"a tenth lie above.{chance} Whether it widened is judged by all measures together, never by one."
    )


def no_span(row: Mapping[str, Any]) -> str:
    """Where no earlier period compares, over however many years."""
    return f"{VERDICTS[row['verdict']]}: {row['reason']}."


def verdict(row: Mapping[str, Any], names: Sequence[str], *, words: bool = True) -> str:
    """A span's verdict in sentences; `names` are the councils without which it would have changed less.

    `words` puts names of measures in place of the ids that files use.
    """
    first, last = row["first_period_end"], row["last_period_end"]
    years = SPANS[row["span"]]
    if first:
        begin = text.period_label(row["first_period_start"], first)
        years = f"{begin} to {text.period_label(row['last_period_start'], last)}"
    caveat = f" Caution: {row['caveat']}." if row["caveat"] else ""
    councils = f", {row['area_count']} councils" if first else ""
    drivers = f" Without {text.join_words(names, 'or')} it would have changed less." if names else ""
    reason = _ID.sub(lambda found: MEASURES[found[0]], row["reason"]) if words else row["reason"]
    return f"{VERDICTS[row['verdict']]} ({years}{councils}): {reason}.{drivers}{caveat}"
