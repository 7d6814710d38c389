"""Sentences and labels of the funding pages, so that they can be read, checked and translated in one
place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from likeforlike.publish.numbers import count_words, number

SELECTION = MappingProxyType(
    {
        "competitive": "by competition",
        "invited": "places were chosen and invited",
        "formula": "by formula",
    }
)
AMOUNT_KINDS = MappingProxyType(
    {
        "up_to": "up to, over ten years",
        "awarded": "awarded",
        "paid": "paid",
        "formula": "by formula, a year at a time",
    }
)
METHODS = MappingProxyType(
    {
        "exact": "this council",
        "successor": "a council this one took over",
        "named_place": "place named in the title",
        "several": "several councils, shares not known",
    }
)
MULTI_AREA = MappingProxyType(
    {
        "exclude": "left out",
        "even": "shared evenly",
        "population": "shared by population",
        "recipient": "kept with the county",
    }
)
CHOICES = MappingProxyType(
    {
        "need": "Measure of need",
        "multi_area": "Shared awards",
        "tier": "Tier",
        "per": "Money",
        "outliers": "City of London, Scilly",
    }
)
PER = MappingProxyType({"head": "per head", "total": "in total"})
TIERS = MappingProxyType({"lower": "lower tier", "upper": "upper tier"})
OUTLIERS = MappingProxyType({"in": "included", "out": "left out"})

#: Statistic -> its name, and what it says.
STATISTICS = MappingProxyType(
    {
        "spearman": ("Rank correlation (Spearman)", "whether places in order of need are in order of money"),
        "kendall": ("Kendall's tau-b", "the same, as the balance of pairs in and out of order"),
        "pearson": ("Linear correlation (Pearson)", "moved by single places with very much per head"),
        "weighted_pearson": ("Linear, weighted by people", "the same, every person counting once"),
        "concentration_index": ("Concentration index", "below zero: more per head for the more deprived"),
        "gini": ("Gini coefficient", "how unequal money per head is, whatever the need"),
        "hoover": ("Hoover index", "share that would have to move for the same amount per person"),
        "misallocated_share": (
            "Would have to move",
            "share that would have to move to lie in proportion to population times need",
        ),
    }
)


def millions(gbp: float | None) -> str:
    """Pounds in millions or billions, for a sentence or a cell."""
    if gbp is None:
        return "no value"
    if abs(gbp) >= 999.5e6:
        return f"£{number(gbp / 1e9, 2)} billion"
    return f"£{number(gbp / 1e6, 1 if abs(gbp) < 99.95e6 else 0)} million"


def per_head(gbp: float | None) -> str:
    """Pounds per head in words."""
    return "no value" if gbp is None else f"£{number(gbp, 0)} a head"


def signed(gbp: float) -> str:
    """Pounds with a sign."""
    shown = number(abs(gbp), 0)
    return f"£{shown}" if shown == "0" else f"{'+' if gbp > 0 else '−'}£{shown}"


def signed_band(low: float, high: float) -> str:
    """The least and the most that single measures say."""
    return f"{signed(low)} to {signed(high)}"


def coefficient(value: float | None) -> str:
    """A correlation or index to two decimals."""
    return "–" if value is None else number(value, 2)


def interval(low: float | None, high: float | None) -> str:
    """A 95% interval of a coefficient."""
    return "" if low is None or high is None else f"{number(low, 2)} to {number(high, 2)}"


def with_interval(row: Mapping[str, Any]) -> str:
    """A coefficient and its 95% interval, of a row with `value`, `low` and `high`."""
    return f"{coefficient(row['value'])}, 95% interval {interval(row['low'], row['high'])}"


def conclusion(row: Mapping[str, Any], title: str, need: str) -> str:
    """One honest sentence about how money followed need, with its margin."""
    value, low, high = row["spearman"], row["spearman_low"], row["spearman_high"]
    margin = (
        f"rank correlation {coefficient(value)}, 95% interval {interval(low, high)}, "
        f"{row['council_count']} council areas"
    )
    if low is None or high is None or low <= 0 <= high:
        return f"{title}: no clear relation between money per head and need ({lower(need)}; {margin})."
    greater = "greater" if value > 0 else "less"
    strength = "strong" if abs(value) >= 0.7 else "moderate" if abs(value) >= 0.4 else "weak"
    return (
        f"{title}: more money per head went to places with {greater} need ({lower(need)}). The relation is "
        f"{strength}: {margin}."
    )


def lower(title: str) -> str:
    """A title inside a sentence."""
    return title[:1].lower() + title[1:]


def specification_sentence(total: int, positive: int, clear: int, linear: int) -> str:
    """In how many specifications the relation is positive."""
    every = "all of them" if clear == total else number(clear, 0)
    return (
        f"In {number(positive, 0)} of {number(total, 0)} reasonable ways of asking, the rank correlation of "
        f"money with need is positive, and in {every} its 95% interval lies above zero. The linear "
        f"correlation is positive in {number(linear, 0)}."
    )


def linear_note(row: Mapping[str, Any], without: Mapping[str, Any] | None, outlier: str) -> str:
    """Why rank and linear correlation differ, where one council makes the difference."""
    if row["pearson"] is None or without is None or without["pearson"] is None:
        return ""
    if abs(row["pearson"] - without["pearson"]) < 0.1:
        return ""
    return (
        f"The linear correlation of the same figures is {coefficient(row['pearson'])}; without the City of "
        f"London and the Isles of Scilly it is {coefficient(without['pearson'])}. {outlier} That alone lets "
        "two studies of the same money reach opposite conclusions."
    )


def group_sentence(first: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    """What the most and the least deprived fifth of people got."""
    return (
        f"The most deprived fifth of people live in {first['area_count']} councils and got "
        f"{first['money_share']:.0%} of the money, {per_head(first['gbp_per_head'])}; the least deprived "
        f"fifth got "
        f"{last['money_share']:.0%}, {per_head(last['gbp_per_head'])}."
    )


def move_sentence(share: float | None, gbp: float | None) -> str:
    """How much would have to move for money to follow need in proportion."""
    if share is None or gbp is None:
        return (
            "This measure puts places in order and is no quantity, so that no share in proportion "
            "follows from it."
        )
    return (
        f"{share:.0%} of the money ({millions(gbp)}) would have to move to other councils for every council "
        f"to have a share "
        "in proportion to population times need."
    )


def concentration_words(row: Mapping[str, Any]) -> str:
    """The concentration index with its interval (a row with `value`, `low`, `high`), and what it means."""
    low, high = row["low"], row["high"]
    if low is None or high is None or low <= 0 <= high:
        said = "it cannot be told whether money lies towards the more or the less deprived"
    else:
        said = f"money lies towards the {'more' if row['value'] < 0 else 'less'} deprived"
    return f"Concentration index {with_interval(row)}: {said}; 0 would be the same for every person."


def left_out_words(gbp: float, total: float) -> str:
    """How much of the money is in no council's total."""
    if gbp < 0.5:
        return ""
    return (
        f"{millions(gbp)} of {millions(gbp + total)} went to counties, combined authorities or several "
        f"councils in parts that "
        "are not known, and is left out here."
    )


def awards_words(count: int, gbp: float, kind: str) -> str:
    """A count and total of awards of one kind."""
    plural = "" if count == 1 else "s"
    if kind == "up_to":
        return f"{count_words(count)} place{plural} with up to {millions(gbp)} over ten years"
    return f"{count_words(count)} award{plural} of {millions(gbp)}{' together' if count > 1 else ''}"


def amount_words(gbp: float, kind: str) -> str:
    """An amount and what it is."""
    return f"up to {millions(gbp)} over ten years" if kind == "up_to" else f"{millions(gbp)} awarded"


def exact_amount(gbp: float | None, kind: str) -> str:
    """One award's pounds as the source has them; money that is only promised is said to be."""
    if gbp is None:
        return "no amount in the source"
    return f"{'up to ' if kind == 'up_to' else ''}£{number(gbp, 0)}"


def part_known(count: int) -> str:
    """An announcement that is known in part, and so has no total."""
    return f"{count_words(count)} awards known, no total"


def part_words(count: int, title: str) -> str:
    """Awards of a fund that is known only in part."""
    return f"{count_words(count)} award{'' if count == 1 else 's'} of {title}, listed and in no total"


def regression_sentence(row: Mapping[str, Any]) -> str:
    """What a regression says of need, in words, with its margin and what it holds constant."""
    held = "" if row["controls"] == "none" else f", holding {row['controls']} constant"
    if row["effect"] is None:
        return f"{row['note']}"
    low, high, councils = row["effect_low"], row["effect_high"], row["council_count"]
    if row["model"] == "poisson":
        return (
            f"Poisson{held}: one standard deviation more need goes with {number(row['effect'], 2)} times the "
            f"money per head (95% interval {number(low, 2)} to {number(high, 2)}; {councils} councils, zeros "
            "included)."
        )
    return (
        f"Least squares{held}: one standard deviation more need goes with {money(row['effect'])} a head (95% "
        f"interval {money(low)} to {money(high)}; {councils} councils, City of London and Scilly left out)."
    )


def money(gbp: float) -> str:
    """Pounds, with a minus sign before the pound sign."""
    shown = number(abs(gbp), 0)
    return f"−£{shown}" if gbp < 0 and shown != "0" else f"£{shown}"


NOT_NAMED = "not named in the source"
NONE_HERE = (
    "No award of these funds is known to reach this council alone. It may have had other money, or have "
    "shared in an award."
)
NO_VIEW = MappingProxyType(
    {
        "formula": "This is money for running services, a year at a time. It is not compared with awards.",
        "awarded": "Only a part of this fund could be read, so that it enters no total or comparison.",
        "up_to": "Only a part of this fund could be read, so that it enters no total or comparison.",
        "paid": "Only a part of this fund could be read, so that it enters no total or comparison.",
    }
)


def month(day: date) -> str:
    """A month and year."""
    return f"{day:%B %Y}"


def months(first: date, last: date) -> str:
    """From a month to a month."""
    return (
        month(first)
        if (first.year, first.month) == (last.year, last.month)
        else f"{month(first)} to {month(last)}"
    )


def award_counts(awards: int, councils: int) -> str:
    """How many awards reach how many councils."""
    return f"{number(awards, 0)} awards that reach {number(councils, 0)} council areas"


def changed_sentence(changed: int, first: date, last: date) -> str:
    """How often the publisher's file changed, and how to see it as it was."""
    return (
        f"The publisher's file is followed from {first:%-d %B %Y} to {last:%-d %B %Y}: {number(changed, 0)} "
        f"awards were added, "
        "changed or removed after the first day. `likeforlike allocations --as-of DATE` shows them as known "
        "on any day."
    )


def net_sentence(
    award: float, change: float, councils: int, lost: Mapping[str, Any], net: Mapping[str, Any]
) -> str:
    """New money beside what core grants lost, and how both lie along need."""
    return (
        f"Set against core grants: in {councils} county and single-tier areas these funds awarded "
        f"{millions(award)}. Core grants "
        f"(core spending power without council tax) over the five years after 2015-16 were "
        f"{millions(-change)} below that "
        f"year's level. The loss per head was greater where need is greater (rank correlation of the change "
        f"with need "
        f"{with_interval(lost)}); awards less losses have a rank correlation with need of "
        f"{with_interval(net)}. "
        f"The file lacks the "
        "improved Better Care Fund and social care grants, so that losses are overstated; nominal pounds."
    )


def map_sentence(title: str) -> str:
    """What the map of money shows, in words."""
    return f"Map of council areas in England: {title}, pounds per head. The register holds every value."


def dots_title(name: str) -> str:
    """What the scatter with one council marked shows."""
    return f"Levelling-up awards per head against the IMD average score, {name} marked"


def shared_note(count: int) -> str:
    """What awards in parts that are not known mean for a council's total."""
    if not count:
        return ""
    these, them = ("This award reaches", "It is") if count == 1 else ("These awards reach", "They are")
    return f"{these} several councils, and nothing says how much comes here. {them} in no total above."


def beside_sentence(name: str, own: float, mean: float | None, median: float, needed: float) -> str:
    """A council's money per head beside like councils, all, and its share in proportion to need."""
    ten = "" if mean is None else f", its ten nearest neighbours {per_head(mean)} on average"
    return (
        f"{name} {per_head(own)}{ten}; the median council {per_head(median)}; a share in proportion to "
        f"population times the "
        f"IMD average score would be {per_head(needed)}."
    )


def rank_span(low: int, high: int) -> str:
    """A rank, or the first and last rank that any measure gives."""
    return f"{low}" if low == high else f"{low} to {high}"


def rank_band(low: int, high: int, count: int) -> str:
    """A rank with its band: 1 is furthest above its share."""
    return f"{rank_span(low, high)} of {count}"


def _beside_level(change: float) -> str:
    return f"£{number(abs(change), 0)} a head {'above' if change > 0 else 'below'}"


def grants_sentence(row: Mapping[str, Any], name: str, *, whole: bool) -> str:
    """What happened to a council's core grants meanwhile."""
    people = row["population"]
    where = name if whole else f"{name} (county and districts together)"
    note = (
        " Divided by population where councils were reorganised."
        if row["grants_method"] == "apportioned"
        else ""
    )
    return (
        f"Core grants to {where} went from {millions(row['grant_2015_gbp'])} in 2015-16 to "
        f"{millions(row['grant_2020_gbp'])} in "
        f"2020-21, without council tax. Over those five years together they were "
        f"{_beside_level(row['grant_change_gbp'] / people)} the level of 2015-16 "
        f"(nominal; improved Better Care Fund and social care grants are not in "
        f"the file).{note}"
    )
