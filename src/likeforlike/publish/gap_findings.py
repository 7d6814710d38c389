"""What is found about gaps between councils: the verdict over all measures, and what becomes of a claim about
best and worst.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from likeforlike.domain.indicator import Indicator, Prices
from likeforlike.publish import text
from likeforlike.publish.change_words import size
from likeforlike.publish.gap_words import MEASURES

#: Measures in the indicator's unit; the others are proportions.
IN_UNIT = ("p90_p10_gap", "sd", "mean_difference", "sd_net")
#: What a published finding on widening gaps names: productivity, health and education, in reading order.
NAMED_FIRST = (
    "gross-value-added-per-hour-worked",
    "gross-value-added-per-filled-job",
    "healthy-life-expectancy-female",
    "healthy-life-expectancy-male",
    "life-expectancy-female",
    "life-expectancy-male",
    "preventable-cardiovascular-mortality",
    "good-level-of-development",
    "pupils-at-expected-standard-key-stage-2",
    "gcses-in-english-and-maths",
    "level-3-by-age-19",
    "school-absence",
)
LEAD = MappingProxyType(
    {
        "widening": "councils drew apart",
        "closing": "councils came closer together",
        "stable": "the gap between councils stayed about the same",
        "cannot_tell": "whether councils drew apart cannot be told",
    }
)
RULE = (
    "A gap widened or closed when more than half of the measures that suit the indicator say so with a 95% "
    "interval that leaves nought out, and none points the other way; where margins are published, also once "
    "sampling error is taken off. Stable: no measure shows a change, and none can have changed by more than a "
    "fifth. Anything else is cannot tell."
)


def lead(row: dict[str, Any]) -> str:
    """A span's verdict in a sentence."""
    if row["first_period_end"] is None:
        return f"Cannot tell: {row['reason']}."
    years = f"From {row['first_period_end'].year} to {row['last_period_end'].year}"
    return f"{years} {LEAD[row['verdict']]}: {words_of(row['reason'])}."


def words_of(reason: str) -> str:
    """A stored reason with the names of measures written out."""
    for name in sorted(MEASURES, key=len, reverse=True):
        reason = reason.replace(name, MEASURES[name])
    return reason


def ends(indicator: Indicator, row: dict[str, Any], names: tuple[str, str], period: str) -> str:
    """The gap between highest and lowest in one period; also as a ratio where prices are of each year."""
    # The distance between two published figures has as many decimals as they have.
    gap = size(indicator, row["best_worst_gap"], indicator.decimals)
    ratio = f" ({text.number(row['max'] / row['min'], 2)} times)" if _in_ratio(indicator, row) else ""
    return f"{gap}{ratio} between {names[0]} and {names[1]} ({period})"


def claim(indicator: Indicator, first: dict[str, Any], last: dict[str, Any], verdict: str) -> str:
    """What becomes of a claim that the gap between best and worst widened."""
    ratio = _in_ratio(indicator, first) and _in_ratio(indicator, last)
    before, after = (one["max"] / one["min"] if ratio else one["best_worst_gap"] for one in (first, last))
    how = ", in proportion," if ratio else ""
    rest = {
        "widening": "and by the other measures the rest drew apart too",
        "closing": "but by the other measures the rest came closer",
        "stable": "but by the other measures the rest did not draw apart",
        "cannot_tell": "and whether the rest drew apart cannot be told",
    }[verdict]
    if after > before:
        said = f"holds{how} for the two councils at the ends, {rest}"
    elif verdict == "widening":
        said = (
            f"is not borne out{how} by the two councils at the ends, yet by the other measures the rest did"
        )
    else:
        also = rest.replace("but by", "and by")
        said = f"is refuted{how} by the two councils at the ends, {also}"
    within = _within_margins(first, last)
    if within and not ratio:
        moved = "grew, by less" if after > before else "did not grow, or shrank by less"
        other = {
            "widening": "but by the other measures the rest drew apart",
            "closing": "and by the other measures the rest came closer",
            "stable": "and by the other measures the rest did not draw apart",
            "cannot_tell": "and whether the rest drew apart cannot be told either",
        }[verdict]
        said = f"cannot be told from chance for the two councils at the ends (it {moved} than their margins), {other}"
    grew = last["best_worst_gap"] > first["best_worst_gap"]
    pounds = " In pounds of each year it grew, as inflation alone makes it grow." if ratio and grew else ""
    margin = " Their change in pounds lies within the margins of the two." if within and ratio else ""
    return f"A claim that the gap between best and worst widened {said}.{pounds}{margin}"


def _within_margins(first: dict[str, Any], last: dict[str, Any]) -> bool:
    """Whether chance alone could have changed the gap as much; False where no margins are published."""
    errors = [one["best_worst_error"] for one in (first, last)]
    if None in errors:
        return False
    change = last["best_worst_gap"] - first["best_worst_gap"]
    return bool(abs(change) <= 1.959964 * (errors[0] ** 2 + errors[1] ** 2) ** 0.5)


def _in_ratio(indicator: Indicator, row: dict[str, Any]) -> bool:
    return indicator.prices is Prices.NOMINAL and row["min"] is not None and row["min"] > 0


def convergence(row: dict[str, Any]) -> str:
    """Whether those behind caught up, with the caution that noise alone looks like it."""
    if row["beta"] is None:
        return ""
    low, high = row["beta_lower_95"], row["beta_upper_95"]
    said = (
        "councils that started low grew faster"
        if high < 0
        else "councils that started high grew faster"
        if low > 0
        else "neither those that started low nor those that started high clearly grew faster"
    )
    scale = (
        "yearly growth on the first level, in logarithms"
        if row["beta_scale"] == "log"
        else ("yearly change on the first level")
    )
    numbers = (
        f"beta {text.number(row['beta'], 3)}, 95% interval {text.number(low, 3)} to {text.number(high, 3)}"
    )
    corrected = (
        f"; {text.number(row['beta_corrected'], 3)} once noise in the first values is taken off"
        if row["beta_corrected"] is not None
        else "; part of that may be noise in the first values"
    )
    return f"{text.sentence(said)} ({scale}: {numbers}{corrected})."


def mobility(row: dict[str, Any]) -> str:
    """Whether councils changed places."""
    if row["tau_b"] is None:
        return ""
    said = (
        f"The order of councils at both dates has Kendall's tau-b of {text.number(row['tau_b'], 2)} (1: the "
        f"same order); on average a council moved {text.number(row['mean_rank_change'], 0)} places."
    )
    if row["shorrocks"] is None:
        return said
    return (
        f"{said} Shorrocks' index of moves between fifths is {text.number(row['shorrocks'], 2)} (0: nobody "
        "left their fifth; 1: where one ends does not depend on where one began)."
    )


def on_the_map(row: dict[str, Any]) -> str:
    """Whether like values lie side by side, and how far that hangs on who counts as next to whom."""
    if row["moran_i"] is None:
        return ""
    p = "" if row["moran_p"] is None else f", p = {text.number(row['moran_p'], 3)}"
    others = [
        f"{text.number(row[key], 2)} {words}"
        for key, words in (
            ("moran_i_land", "over land borders alone"),
            ("moran_i_two_steps", "with neighbours' neighbours"),
        )
        if row[key] is not None
    ]
    where = (
        "like values lie side by side"
        if row["moran_p"] is not None and row["moran_p"] < 0.05 and row["moran_i"] > 0
        else "values do not clearly lie together on the map"
    )
    more = f"; {text.join_words(others)}" if others else ""
    return (
        f"{text.sentence(where)}: Moran's I is {text.number(row['moran_i'], 2)}{p} (touching councils){more}."
    )


def regions(row: dict[str, Any]) -> str:
    """How much of inequality lies between regions."""
    if row["theil"] is None or row["theil_between"] is None or row["theil"] <= 0:
        return ""
    share = 100 * row["theil_between"] / row["theil"]
    return (
        f"{text.number(share, 0)}% of the inequality (Theil's T) lies between regions, the rest within them."
    )


def measure_value(indicator: Indicator, measure: str, value: float | None) -> str:
    """A measure's value: in the unit for differences, plain for proportions."""
    if value is None:
        return ""
    return size(indicator, value) if measure in IN_UNIT else text.number(value, 3)


def measure_change(row: dict[str, Any]) -> tuple[str, str]:
    """The change of a measure in per cent of what it was with its interval, and which way it went."""
    first, parts = row["first"], [row["change"], row["change_lower_95"], row["change_upper_95"]]
    lower, upper = parts[1], parts[2]
    way = (
        "neither"
        if lower is None or upper is None
        else ("wider" if lower > 0 else "narrower" if upper < 0 else "neither")
    )
    if not first or None in parts:
        return "", way
    shown = [
        f"{text.MINUS if 100 * one / first < -0.05 else ''}{text.number(abs(100 * one / first), 1)}%"
        for one in parts
    ]
    return f"{shown[0]} ({shown[1]} to {shown[2]})", way
