"""Longer sentences about one indicator for one council: what the figures say, and what they do not.

With text.py this is the only place that holds sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from likeforlike.domain.indicator import Certainty, Combination, Indicator, Prices, Tier
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.provenance import Source
from likeforlike.publish import few_cases, text

if TYPE_CHECKING:
    from likeforlike.publish.pages.beside import Beside
    from likeforlike.publish.pages.standing import Standing

_ALL = {
    Pool.LOWER_TIER: "district and single-tier councils",
    Pool.UPPER_TIER: "county and single-tier councils",
    Pool.OWN_TABLE: "areas",
}


def headline(place: Standing, row: int, name: str, neighbours: Beside) -> str:
    """The first sentence: value, interval and period, and what it is beside the mean of ten."""
    indicator, column = place.indicator, place.column
    value, when = place.matrix.values[row, column], text.period_words(place.period)
    if not np.isfinite(value):
        return (
            f"{name} has no value of “{indicator.title}” {when}, the latest period that most councils have."
        )
    shown = text.value_words(float(value), indicator.unit, indicator.decimals)
    lower, upper = place.matrix.lower_95[row, column], place.matrix.upper_95[row, column]
    margin = text.interval_words(float(lower), float(upper), indicator.unit, indicator.decimals)
    sure = f" (95% interval {margin})" if margin else ""
    count = int(place.benchmark.neighbour_count[row, column])
    first = f"{text.sentence(when)}, the figure for {name} was {shown}{sure}"
    if neighbours.value is None or not neighbours.difference_words:
        return f"{first}."
    return (
        f"{first}: {neighbours.difference_words}{_than(neighbours)} the mean of its ten nearest neighbours "
        f"({neighbours.value_words}, {count} of 10 with data). {text.sentence(_judged(neighbours))}."
    )


def ends(place: Standing) -> tuple[str, str]:
    """The words at both ends of the strip: the lowest and highest value, and which way is better.

    A value far beyond the others is drawn at the end of the axis, and said to lie off the scale.
    """
    values = place.matrix.values[:, place.column]
    low, high = (
        f"{text.value_words(limit, place.indicator.unit, place.indicator.decimals)}{off}"
        for limit, off in (
            (float(np.nanmin(values)), "" if np.nanmin(values) >= place.low else ", off the scale"),
            (float(np.nanmax(values)), "" if np.nanmax(values) <= place.high else ", off the scale"),
        )
    )
    sign = place.indicator.sign
    return (f"{low} ← better" if sign < 0 else low), (f"better → {high}" if sign > 0 else high)


def comparison_sentences(
    place: Standing, row: int, others: Mapping[str, Beside], names: Mapping[str, str]
) -> Iterator[str]:
    """The comparisons in sentences: mean of ten, nearest, median, place in the ranking."""
    found, column = place.benchmark, place.column
    if not np.isfinite(place.matrix.values[row, column]):
        return
    missing = [names[code] for code in found.neighbours_missing(row, column)]
    with_data = text.missing_words(int(found.neighbour_count[row, column]), missing)
    if missing:
        yield f"Of its ten nearest neighbours, {with_data}."
    nearest = found.nearest(row)
    if nearest:
        yield _one(f"its nearest neighbour, {names[nearest]}", others["nearest"], "")
    count = int(found.all_count[column])
    yield _one(f"the median of all {_ALL[place.pool]}", others["all"], f"{count} with data")
    rank = int(found.rank[row, column])
    if rank:
        best = "1st is best" if place.indicator.sign else "1st is highest"
        placed = text.rank_words(rank, int(found.rank_last[row, column]), count)
        yield f"It ranks {placed} ({best}).{_overlap(place, row)}"
    elif place.indicator.no_verdict:
        yield f"It is neither judged nor ranked: {text.lower_first(place.indicator.no_verdict)}"


def _one(comparator: str, other: Beside, note: str) -> str:
    extra = f", {note}" if note else ""
    if other.value is None or not other.difference_words:
        return f"There is no value to compare with for {comparator}{extra}."
    return (
        f"That is {other.difference_words}{_than(other)} {comparator} ({other.value_words}{extra}): "
        f"{_judged(other)}."
    )


def _than(other: Beside) -> str:
    return " than" if other.difference_words.endswith(("higher", "lower")) else " as"


def _judged(other: Beside) -> str:
    if other.verdict == "cannot_tell":
        return "whether they really differ cannot be told"
    return other.verdict_words


def _overlap(place: Standing, row: int) -> str:
    """How many councils' margins overlap the council's own, which is why a rank says little."""
    lower, upper = place.matrix.lower_95[:, place.column], place.matrix.upper_95[:, place.column]
    if not np.isfinite(lower[row]):
        if place.indicator.certainty is Certainty.SAMPLE:
            return " It is an estimate that comes without a margin of error, so a rank may say little."
        return ""
    overlapping = int(((lower <= upper[row]) & (upper >= lower[row])).sum()) - 1
    return f" The margins of {overlapping:,} other council{text.plural(overlapping)} overlap its own."


def says(place: Standing, row: int) -> Iterator[str]:
    """What may be read from the page."""
    direction = str(place.trend.direction[row])
    words = text.trend_words(direction, str(place.trend.judgement[row]))
    if direction == "not_tested":
        reason = {
            "no_intervals": "its figures come without margins of error",
            "too_few_points": "there are too few comparable points, evenly spaced and without a gap",
        }[str(place.trend.test[row])]
        yield f"The trend is not tested, because {reason}."
    else:
        yield f"Trend over the last {int(place.trend.points[row])} comparable points: {words}."
    if place.indicator.sign == 0:
        yield f"Neither direction is judged. {place.indicator.polarity_reason}".strip()
    else:
        reason = f" {place.indicator.polarity_reason}" if place.indicator.polarity_reason else ""
        yield f"{text.sentence(text.POLARITY_WORDS[place.indicator.polarity])}.{reason}"
    if place.left_out:
        yield (
            "This indicator helps to describe places in the neighbour model, so here neighbours were "
            "found without it: "
            "neighbours chosen to be alike on it would hide the difference."
        )


def says_not(place: Standing, row: int, collected: date) -> Iterator[str]:
    """What must not be read from the page."""
    indicator = place.indicator
    yield "It does not say why places differ, nor what a council caused."
    if indicator.certainty is Certainty.SAMPLE:
        if np.isfinite(place.matrix.lower_95[row, place.column]):
            yield "It is an estimate from a sample: where margins overlap, a difference may be chance."
        else:
            yield (
                "It is an estimate that comes without margins of error in the file read here: how much of a "
                "difference is chance cannot be told."
            )
    else:
        yield (
            "It is a full count, so “better” and “worse” describe its position beside like councils; no "
            "test of chance "
            "is claimed."
        )
    age = text.age_years(place.period.end, collected)
    if age >= 2:
        yield f"It is {text.age_words(place.period.end, collected)}: it says nothing of the time since."
    yield from indicator.caveats


def definition_facts(indicator: Indicator, source: Source, place: Standing) -> Iterator[tuple[str, str]]:
    """Facts about the indicator: heading and words."""
    yield "Unit", text.unit_words(indicator)
    if indicator.denominator:
        yield "Out of", text.sentence(indicator.denominator)
    if indicator.prices is Prices.NOMINAL:
        yield "Prices", "Of each period; inflation is not taken out"
    elif indicator.prices is Prices.REAL:
        yield "Prices", f"Of {indicator.price_year}; inflation is taken out"
    yield "Responsibility", _TIERS[indicator.tier]
    yield "Reading", text.sentence(text.POLARITY_WORDS[indicator.polarity])
    if indicator.publisher:
        yield "Made by", indicator.publisher
    yield "Published", text.sentence(indicator.cadence)
    yield "Collected", text.date_words(source.retrieved)
    yield "Neighbours", place.model.title
    yield "After a merger of councils", _MERGERS[indicator.combination]


_TIERS = {
    Tier.LOWER: "A service of districts and single-tier councils",
    Tier.UPPER: "A service of counties and single-tier councils",
    Tier.BOTH: "About the place rather than one council’s service",
}
_MERGERS = {
    Combination.SUM: "Counts of the councils that merged are added",
    Combination.WEIGHTED_MEAN: "Values of the councils that merged are averaged by population",
    Combination.NOT_DERIVABLE: "Not derived; the series starts with the new council",
}


def spread_lead(place: Standing, count: int, without: int) -> str:
    """How many councils have a value, when, and the middle one."""
    median = place.benchmark.all_median[place.column]
    shown = text.value_words(float(median), place.indicator.unit, place.indicator.decimals)
    lacking = f"; {without} {'has' if without == 1 else 'have'} none" if without else ""
    when = text.sentence(text.period_words(place.period))
    return f"{when}, {count} {_ALL[place.pool]} have a value{lacking}. The median is {shown}."


def headline_gap(place: Standing, lowest: str, highest: str) -> str:
    """How far apart the two ends of an indicator are, in the newest period."""
    values = place.matrix.values[:, place.column]
    low, high = (
        text.value_words(float(end), place.indicator.unit, place.indicator.decimals)
        for end in (np.nanmin(values), np.nanmax(values))
    )
    when = text.sentence(text.period_words(place.period))
    return f"{when}, from {low} in {lowest} to {high} in {highest}."


def extreme(
    word: str,
    tied: list[str],
    value: str,
    overlapping: int | None,
    indicator: Indicator,
    *,
    cases: float | None = None,
) -> str:
    """Whether a council can be called the lowest or highest in the country; `cases` is about how many a rate
    stands for."""
    if len(tied) > 1:
        names = text.join_words(tied) if len(tied) <= 4 else f"{text.count_words(len(tied))} councils"
        return f"The {word} value, {value}, is shared by {names}."
    told = f"The {word} value is {tied[0]}’s, {value}."
    if overlapping is None:
        if indicator.certainty is Certainty.SAMPLE:
            return (
                f"{told} It is an estimate that comes without a margin of error in the file read here, so whether "
                f"{tied[0]} really is the {word} cannot be told."
            )
        if cases is not None and cases < few_cases.FEWEST:
            about = max(1, round(cases))
            return (
                f"{told} That is about {text.count_words(about)} case{text.plural(about)}: so few that chance "
                f"decides which small council is {word}."
            )
        return (
            f"{told} It is a full count, so no other council’s is "
            f"{'lower' if word == 'lowest' else 'higher'}."
        )
    if overlapping:
        others = f"{overlapping} other council{text.plural(overlapping)}"
        return (
            f"{told} Its margin overlaps with those of {others}, so it cannot be called the {word} in the "
            "country."
        )
    return f"{told} Its margin overlaps with no other council’s."


def why_no_league(indicator: Indicator, with_intervals: bool) -> str:
    """Why the table is not a league table."""
    if indicator.no_verdict:
        return f"No ranks are given: {text.lower_first(indicator.no_verdict)}"
    if with_intervals:
        return (
            "Not a league table: ranks ignore the margins. Two councils whose margins overlap may well "
            "stand the other "
            "way round; the last column counts, for each council, how many others that is true of."
        )
    if indicator.certainty is Certainty.SAMPLE:
        return (
            "Not a league table: these are estimates that come without margins of error, so ranks may "
            "say little."
        )
    return (
        "Ranks are of a full count. They say where a council stands, not whether the difference from the "
        "next one matters."
    )
