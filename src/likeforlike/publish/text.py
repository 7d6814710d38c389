"""Number formats and the sentences that several pages share, in one place, so that a second language is a
matter of modules.

Numbers are rounded here, for reading, and nowhere else. Direction and judgement are separate words ("lower,
which is worse"); "cannot tell" is an answer. What one topic's pages alone say is in `council_words`,
`gap_words`, `funding_words`, `mission_words`, `change_words` and `narrative`. Templates hold labels, headings of
tables and notes under them: a translation has to visit those too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from likeforlike.domain.indicator import Indicator, Polarity
from likeforlike.domain.period import Period, day_label
from likeforlike.publish.numbers import (
    MINUS,
    NO_VALUE,
    UNITS,
    count_words,
    difference_words,
    interval_words,
    number,
    ordinal,
    places,
    plural,
    shown,
    unit_words,
    value_words,
)

#: Numbers' words are used as part of this module: templates and pages know `text` alone.
__all__ = [
    "MINUS",
    "NO_VALUE",
    "UNITS",
    "count_words",
    "difference_words",
    "interval_words",
    "number",
    "ordinal",
    "places",
    "plural",
    "shown",
    "unit_words",
    "value_words",
]

STATIC_COPY = (
    "This copy of the site is plain files: search, filters and councils of your choice side by side need "
    "“likeforlike serve”, which runs on your own machine."
)

STATIC_COMPARE = (
    "Here every council is put beside each of its ten nearest neighbours: "
    "the page of its neighbours leads there."
)

KINDS = MappingProxyType(
    {
        "district": "district council",
        "unitary": "unitary council",
        "metropolitan": "metropolitan borough",
        "london_borough": "London borough",
        "county": "county council",
        "combined_authority": "combined authority",
        "region": "region",
        "country": "country",
    }
)

VERDICTS = MappingProxyType(
    {
        "better": "better",
        "worse": "worse",
        "higher": "higher",
        "lower": "lower",
        "similar": "similar",
        "cannot_tell": "cannot tell",
    }
)
OVERLAP = "no clear difference (margins overlap)"

POLARITY_WORDS = MappingProxyType(
    {
        Polarity.HIGHER_IS_BETTER: "higher is better",
        Polarity.LOWER_IS_BETTER: "lower is better",
        Polarity.NEUTRAL: "neither direction is judged",
    }
)

STATUS_WORDS = MappingProxyType(
    {
        "normal": "as published",
        "estimated": "estimated",
        "provisional": "provisional",
        "low_reliability": "low reliability",
        "suppressed": "suppressed by the publisher",
        "not_available": "not available",
        "not_applicable": "not applicable",
    }
)
METHOD_WORDS = MappingProxyType(
    {
        "published": "as published for this area",
        "recoded": "published under the area's former code",
        "same_area": "published for the county whose whole area this council took over",
        "summed": "sum of the values of the councils that merged",
        "weighted": "average of the councils that merged, weighted by population",
        "inherited": "one estimate published for several areas together",
        "corrected": "corrected here, because the published value is known to be wrong",
    }
)


def short_difference_words(words: str) -> str:
    """A difference in a narrow column, whose heading says that points are percentage points."""
    return words.replace("percentage point", "point").replace("the same to", "same to")


def short_verdict_words(words: str) -> str:
    """A verdict in a narrow column."""
    return "margins overlap" if words == OVERLAP else words


def verdict_words(verdict: str, *, intervals: bool = False) -> str:
    """A verdict in words; where published margins overlap, that is what is said."""
    if verdict == "similar" and intervals:
        return OVERLAP
    return VERDICTS[verdict]


def rank_words(rank: int | None, rank_last: int | None, count: int) -> str:
    """A rank among `count` areas: "12th of 296" or "joint 12th to 14th of 296"."""
    if rank is None:
        return "not ranked"
    if rank_last is not None and rank_last > rank:
        return f"joint {ordinal(rank)} to {ordinal(rank_last)} of {count}"
    return f"{ordinal(rank)} of {count}"


def join_words(items: Sequence[str], last: str = "and") -> str:
    """A list in words: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """The text with a small first letter, unless it begins with an abbreviation such as GCSE or 4G."""
    if len(text) > 1 and (text[1].isupper() or text[1].isdigit() or text[0].isdigit()):
        return text
    return text[:1].lower() + text[1:]


def age_years(period_end: date, as_of: date) -> float:
    """Years from the last day a value describes to the day the figures were collected."""
    return (as_of - period_end).days / 365.25


def age_words(period_end: date, as_of: date) -> str:
    """How old a value was when the figures were collected, in words."""
    months = max(0, round((as_of - period_end).days / 30.44))
    if months < 24:
        return f"{months} month{plural(months)} old"
    years = months // 12
    return f"{years} years old"


def period_words(period: Period) -> str:
    """A period inside a sentence: "in the year ending December 2023", "on 31 March 2024", "in August
    2024", "from 1 October 2022 to 30 November 2022"."""
    label = period.label
    if label[0].isdigit():
        before = (
            "on" if period.start == period.end else "in the" if label[1:].startswith(" years") else "from"
        )
        return f"{before} {label}"
    if label.startswith(("year", "week", "academic")):
        return f"in the {label}"
    return f"in {label}"


def date_words(day: date) -> str:
    """A date in full: "5 April 2024"."""
    return day_label(day)


def judgement(indicator: Indicator, difference: float) -> str:
    """Which is better or worse, as a clause to follow a direction; nothing where neither is judged."""
    if indicator.sign == 0 or difference == 0:
        return ""
    return "which is better" if difference * indicator.sign > 0 else "which is worse"


PURPOSE = (
    "See how any council in England compares with the councils most like it, over time, on official figures, "
    "with the margins of uncertainty that belong to them."
)


GAP_QUESTION = "Did places draw apart?"
EXAMPLE_MONEY = "Did money for levelling up go to the places in most need?"


def example_scorecard(council: str) -> str:
    """The question a council officer brings."""
    return f"Where does {council} differ from councils like it, and is it getting better?"


def example_claim(indicator: str) -> str:
    """The question a journalist brings."""
    return f"Which council is lowest on “{lower_first(indicator)}”, and can anyone tell?"


def example_audit(council: str, indicator: str) -> str:
    """The question an auditor brings."""
    return f"{indicator} in {council}: from which file and row does each figure come?"


TREND_WORDS = MappingProxyType(
    {
        ("rising", "improving"): "rising, which is better",
        ("rising", "worsening"): "rising, which is worse",
        ("falling", "improving"): "falling, which is better",
        ("falling", "worsening"): "falling, which is worse",
        ("rising", "not_judged"): "rising",
        ("falling", "not_judged"): "falling",
        ("no_clear_change", "no_clear_change"): "no clear change",
        ("not_tested", "not_tested"): "not tested",
    }
)


def trend_words(direction: str, judgement_of_it: str) -> str:
    """Direction and judgement of a tested trend; "not tested" is never dressed up as "no change"."""
    return TREND_WORDS[direction, judgement_of_it]


def flag_words(
    status: Mapping[str, str], has_value: bool, own: bool, old: bool, few_cases: bool = False
) -> Iterator[str]:
    """What a reader must know about a value before using it, each in a word or two."""
    if not own:
        yield "county’s value"
    if not has_value:
        if status.get("status") in ("suppressed", "not_applicable"):
            yield STATUS_WORDS[status["status"]]
        return
    if status.get("status", "normal") not in ("normal", "suppressed"):
        yield STATUS_WORDS[status["status"]]
    if status.get("method") == "inherited":
        yield "shared estimate"
    if "revised" in status:
        yield status["revised"]
    if few_cases:
        yield FEW_CASES
    if old:
        yield "old"


def strip_sentence(
    name: str, indicator: Indicator, value: float, others: tuple[float | None, float | None, float | None]
) -> str:
    """The strip in words: the council, its nearest neighbour, the mean of ten and the median."""

    def words(number: float | None) -> str:
        return value_words(number, indicator.unit, indicator.decimals)

    nearest, mean, median = others
    return (
        f"{name} {words(value)}; nearest neighbour {words(nearest)}; mean of ten nearest {words(mean)}; "
        f"median {words(median)}"
    )


FEW_CASES = "few cases"

COMPARATOR_NOTE = (
    "Nearest statistical neighbour, mean of the ten nearest, and median of all councils with the same "
    "powers. "
    "Neighbours are chosen on what the place is like, not on how its council performs."
)
FIXED_NEIGHBOURS = (
    "Neighbours are those of the newest model in every year, so that a line over time compares the same "
    "councils."
)


def council_description(name: str) -> str:
    """What a scorecard is about, for search engines and previews."""
    return f"How {name} compares with the councils most like it, on official figures."


def population_words(people: float, day: date) -> str:
    """A population with the year it is of."""
    return f"{number(people, 0)} people ({day.year})"


def tier_note(kind: str, county: str) -> str:
    """Which services the council runs, where that decides what it is compared on."""
    if kind == "district":
        return (
            f"{county} County Council runs schools, social care and public health here. Figures on those "
            "are the county’s, "
            "labelled so, and are compared with other county and single-tier councils."
        )
    if kind == "county":
        return (
            "A county council runs schools, social care and public health; its districts run housing, "
            "planning and "
            "waste collection. The county is compared with other county and single-tier councils."
        )
    return (
        "A single-tier council: on schools, social care and public health it is compared with county and "
        "single-tier "
        "councils, on everything else with district and single-tier councils."
    )


def missing_words(count: int, missing: Sequence[str]) -> str:
    """How many of the ten have a value, and who has none."""
    if not missing:
        return f"all {count} with data"
    return f"{count} of {count + len(missing)} with data; none for {join_words(list(missing))}"


#: Values and words of the orders of a ranked table.
RANKED_ORDERS = (("best", "Best or highest first"), ("worst", "Worst or lowest first"), ("name", "By name"))


DATA_PURPOSE = (
    "Which figures this release holds, how complete and how fresh they are, whose they are, and what "
    "became of every row "
    "that was read."
)
METHODS_PURPOSE = "How neighbours are found, how comparisons are made, and what is never claimed."


def period_label(start: date, end: date) -> str:
    """A period in words from its two days."""
    return Period.of(start, end).label


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def coverage_sentence(periods: int, first: date, last: date) -> str:
    """The row of the heat map in words."""
    if first.year == last.year:
        return f"{count_words(periods)} period{plural(periods)}, {last.year}"
    return f"{count_words(periods)} periods from {first.year} to {last.year}"


def map_sentence(title: str, period: str) -> str:
    """What a map shows, in words."""
    return f"Map of councils in England: {lower_first(title)}, {period}. The table below holds every value."


COMPARE_PURPOSE = (
    "Put councils of your choice side by side, or one council beside a group: a region, a combined "
    "authority, or a list "
    "of your own. The address keeps the choice."
)
GROUP_COMPARATOR = "Plain mean of the councils after the first column that have a value"


def compare_title(names: Sequence[str]) -> str:
    """The heading of a comparison."""
    if not names:
        return "Compare any councils"
    if len(names) > 4:
        return f"{names[0]} and {len(names) - 1} others, side by side"
    return f"{join_words(list(names))}, side by side"
