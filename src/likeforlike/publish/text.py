"""Every sentence and number format that readers see, in one place, so that a second language is one more
module.

Numbers are rounded here, for reading, and nowhere else. Direction and judgement are separate words ("lower,
which is worse"); "cannot tell" is an answer. Templates hold labels only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from likeforlike.domain.indicator import Indicator, Polarity, Unit
from likeforlike.domain.period import Period, day_label

MINUS = "−"
NO_VALUE = "no value"


class UnitWords(NamedTuple):
    """How a unit is written: before and after a value, and after a difference of two values."""

    before: str
    after: str
    difference: str


UNITS = MappingProxyType(
    {
        Unit.PERCENT: UnitWords("", "%", " percentage points"),
        Unit.SHARE: UnitWords("", "", ""),
        Unit.COUNT: UnitWords("", "", ""),
        Unit.PER_1000: UnitWords("", " per 1,000", " per 1,000"),
        Unit.PER_10000: UnitWords("", " per 10,000", " per 10,000"),
        Unit.PER_100000: UnitWords("", " per 100,000", " per 100,000"),
        Unit.PER_MILLION: UnitWords("", " per million", " per million"),
        Unit.GBP: UnitWords("£", "", ""),
        Unit.GBP_MILLION: UnitWords("£", " million", " million"),
        Unit.GBP_PER_HOUR: UnitWords("£", " an hour", " an hour"),
        Unit.GBP_PER_WEEK: UnitWords("£", " a week", " a week"),
        Unit.GBP_PER_HEAD: UnitWords("£", " a head", " a head"),
        Unit.GBP_PER_JOB: UnitWords("£", " a job", " a job"),
        Unit.YEARS: UnitWords("", " years", " years"),
        Unit.MINUTES: UnitWords("", " minutes", " minutes"),
        Unit.NIGHTS: UnitWords("", " nights", " nights"),
        Unit.KWH: UnitWords("", " kWh", " kWh"),
        Unit.TONNES: UnitWords("", " tonnes", " tonnes"),
        Unit.TONNES_PER_HEAD: UnitWords("", " tonnes a head", " tonnes a head"),
        Unit.RATIO: UnitWords("", "", ""),
        Unit.SCORE: UnitWords("", "", ""),
        Unit.RANK: UnitWords("", "", " places"),
        Unit.VEHICLES_PER_DAY: UnitWords("", " vehicles a day", " vehicles a day"),
        Unit.PEOPLE_PER_KM2: UnitWords("", " people per km²", " people per km²"),
        Unit.SQUARE_KM: UnitWords("", " km²", " km²"),
    }
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
    }
)


def number(value: float, decimals: int) -> str:
    """A number with thousands separators and a true minus sign; what rounds to zero has no sign."""
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text.lstrip("-")
    return text.replace("-", MINUS)


def value_words(value: float | None, unit: Unit, decimals: int) -> str:
    """A value with its unit, for example "74.1%" or "£29,400"; missing is said, never zero."""
    if value is None or not math.isfinite(value):
        return NO_VALUE
    words = UNITS[unit]
    sign = MINUS if words.before and value < 0 else ""
    shown = number(abs(value) if sign else value, decimals)
    return f"{sign}{words.before}{shown}{words.after}"


def difference_words(difference: float | None, unit: Unit, decimals: int) -> str:
    """A signed difference in words, for example "3.2 percentage points lower"."""
    if difference is None or not math.isfinite(difference):
        return ""
    words = UNITS[unit]
    shown = number(abs(difference), decimals)
    if not any(digit in shown for digit in "123456789"):
        return (
            "the same" if decimals == 0 else f"the same to {count_words(decimals)} decimal{plural(decimals)}"
        )
    direction = "higher" if difference > 0 else "lower"
    after = words.difference
    if after == " percentage points" and shown in ("1", "1.0"):
        after = " percentage point"
    return f"{words.before}{shown}{after} {direction}"


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


def ordinal(position: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    if 10 <= position % 100 <= 20:
        return f"{position}th"
    return f"{position}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(position % 10, 'th') }"


def rank_words(rank: int | None, rank_last: int | None, count: int) -> str:
    """A rank among `count` areas: "12th of 296" or "joint 12th to 14th of 296"."""
    if rank is None:
        return "not ranked"
    if rank_last is not None and rank_last > rank:
        return f"joint {ordinal(rank)} to {ordinal(rank_last)} of {count}"
    return f"{ordinal(rank)} of {count}"


def interval_words(lower: float | None, upper: float | None, unit: Unit, decimals: int) -> str:
    """A 95 % interval in words, or nothing where none was published."""
    if lower is None or upper is None or not (math.isfinite(lower) and math.isfinite(upper)):
        return ""
    low, high = value_words(lower, unit, decimals), value_words(upper, unit, decimals)
    return f"{low} to {high}"


def plural(count: int, many: str = "s", one: str = "") -> str:
    """The ending of a noun after a count."""
    return one if count == 1 else many


def count_words(count: int) -> str:
    """Small whole numbers as words, others as digits."""
    names = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return names[count] if 0 <= count < len(names) else f"{count:,}"


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
    2024"."""
    label = period.label
    if label[0].isdigit():
        return f"{'on' if period.start == period.end else 'in the'} {label}"
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


def flag_words(status: Mapping[str, str], has_value: bool, own: bool, old: bool) -> Iterator[str]:
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


SORT_HEADINGS = MappingProxyType(
    {
        "furthest-below": "Furthest below first",
        "furthest-above": "Furthest above first",
        "oldest": "Oldest figures first",
    }
)
COMPARATOR_WORDS = MappingProxyType(
    {
        "nearest": "its nearest neighbour",
        "neighbours": "the mean of its ten nearest neighbours",
        "all": "the median of all councils with the same powers",
    }
)
COMPARATOR_NOTE = (
    "Nearest statistical neighbour, mean of the ten nearest, and median of all councils with the same powers. "
    "Neighbours are chosen on what the place is like, not on how its council performs."
)
FIXED_NEIGHBOURS = (
    "Neighbours are those of the newest model in every year, so that a line over time compares the same councils."
)
FINDINGS_RULE = (
    "Picked by rule: figures of the council’s own, at most four years old, where the difference is clear (published "
    "margins do not overlap or, for complete counts, the council lies beyond at least eight in ten of its neighbours). "
    "The widest gaps come first, measured against how much all councils differ; one per topic."
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
            f"{county} County Council runs schools, social care and public health here. Figures on those are the county’s, "
            "labelled so, and are compared with other county and single-tier councils."
        )
    if kind == "county":
        return (
            "A county council runs schools, social care and public health; its districts run housing, planning and "
            "waste collection. The county is compared with other county and single-tier councils."
        )
    return (
        "A single-tier council: on schools, social care and public health it is compared with county and single-tier "
        "councils, on everything else with district and single-tier councils."
    )


def missing_words(count: int, missing: Sequence[str]) -> str:
    """How many of the ten have a value, and who has none."""
    if not missing:
        return f"all {count} with data"
    return f"{count} of {count + len(missing)} with data; none for {join_words(list(missing))}"


#: Name, label and options (value, words) of the choices above a scorecard.
SCORECARD_CHOICES = (
    (
        "compare",
        "Compare with",
        (("neighbours", "Mean of ten nearest"), ("nearest", "Nearest neighbour"), ("all", "Median of all")),
    ),
    (
        "sort",
        "Order",
        (
            ("topic", "By topic"),
            ("furthest-below", "Furthest below first"),
            ("furthest-above", "Furthest above first"),
            ("oldest", "Oldest figures first"),
        ),
    ),
    ("trend", "Trend", (("any", "Any"), ("improving", "Improving"), ("worsening", "Worsening"))),
)


def unit_words(indicator: Indicator) -> str:
    """The unit in words, for an axis or a heading."""
    per = f" {indicator.per}" if indicator.per else ""
    after = UNITS[indicator.unit].after.strip()
    if indicator.unit is Unit.PERCENT:
        return "per cent"
    if indicator.unit.is_money:
        return f"pounds{' ' + after if after else ''}"
    if after.startswith("per "):
        return f"{after}{per}"
    return after or f"{indicator.unit.value}{' of' + per if per else ''}"


def findings_note(judged: int, cannot_tell: int) -> str:
    """How many of a council's own figures could be judged at all."""
    return f"Of {judged + cannot_tell} indicators with a value of its own, {cannot_tell} cannot be judged."
