"""Sentences about funded councils and councils like them: limits before results, and never a cause."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from likeforlike.domain.indicator import Indicator
from likeforlike.domain.money import Fund
from likeforlike.publish import text

#: A finding as a short word, for tables and marks.
FINDINGS = MappingProxyType(
    {
        "rose_more": "rose more than in places like them",
        "rose_less": "rose less, or fell more, than in places like them",
        "no_clear_difference": "no clear difference",
        "not_detectable": "a plausible difference could not be detected",
        "moved_apart_before": "already moving apart before the award",
        "no_award": "no award with a known place",
        "no_outcome_after": "no figures yet from after the award",
        "too_early": "less than a year of figures after the award",
        "too_few_before": "too few figures before the award",
        "too_few_funded": "too few funded councils with figures",
        "too_few_comparators": "too few councils without an award",
    }
)
#: The same with what to make of it, for the first paragraph.
REASONS = MappingProxyType(
    {
        "no_award": "No award of this fund has a known place, so there is nothing to compare.",
        "no_outcome_after": (
            "No period of this indicator began after the award was announced. Nothing can be said yet."
        ),
        "too_early": (
            "Figures end less than a year after the award was announced. Money takes years to arrive, so "
            "that "
            "nothing can be said yet."
        ),
        "too_few_before": (
            "Fewer than three comparable periods ended before the award (a declared break counts as a "
            "beginning), so that nobody can say whether these places were moving together."
        ),
        "too_few_funded": "Fewer than eight funded councils have every figure that the comparison needs.",
        "too_few_comparators": "Fewer than twenty councils without an award have every figure needed.",
    }
)
NEVER_CAUSE = (
    "Councils were not drawn by lot: bids were chosen on plans and need, other funds overlap, money "
    "arrives one to five "
    "years after an award, and a project in a town centre is a small part of a whole council. A "
    "difference here is a "
    "difference, not an effect."
)


def span(years: float) -> str:
    """How many years of figures lie after the award."""
    return f"{text.number(years, 1)} year{'' if abs(years - 1) < 0.05 else 's'}"


def limits(fund: Fund, indicator: Indicator, row: dict[str, Any]) -> tuple[str, ...]:
    """What the comparison could and could not see, said before its result."""
    if row["estimate"] is None:
        return (REASONS[row["finding"]],)
    smallest = size(indicator, row["smallest_detectable"])
    plausible = size(indicator, row["plausible"])
    able = (
        f"That is within the {plausible} that would move a council from the middle of the order to about the "
        "60th percentile, so that a difference of that size would probably have been seen."
        if row["smallest_detectable"] <= row["plausible"]
        else f"That is more than the {plausible} that would move a council from the middle of the order to "
        "about the 60th percentile: no difference of a plausible size could have been detected."
    )
    periods = row["periods_after"]
    return (
        f"Figures reach {span(row['years_after'])} past the announcement: {text.count_words(periods)} "
        f"period{text.plural(periods)} after it, {row['periods_before']} before. {fund.title} money is spent "
        "over several years after that.",
        f"The smallest true difference that this comparison would find four times in five is {smallest}. "
        f"{able}",
    )


def result(indicator: Indicator, row: dict[str, Any]) -> str:
    """The estimate in a sentence; empty where there is none."""
    if row["estimate"] is None:
        return ""
    funded, others = row["funded_change"], row["comparators_change"]
    opening = (
        f"{indicator.title}: from before the award to after it, the {row['funded_count']} funded councils "
        f"{_moved(indicator, funded)} on average, and the councils most like them "
        f"{_moved(indicator, others)}."
    )
    low, high = signed(indicator, row["lower_95"]), signed(indicator, row["upper_95"])
    return (
        f"{opening} The difference is {signed(indicator, row['estimate'])} (95% interval {low} to {high}). "
        f"{chance(row['p_value'])}"
    )


def one_council_limits(indicator: Indicator, misfit: float, ranked: int, *, usable: bool) -> str:
    """What a comparison of one council with a mixture can show."""
    fit = f"Before the award the mixture misses the council by {size(indicator, misfit)} on average"
    if not usable:
        return f"{fit}, which is too far for it to stand for the council: nothing can be read from the rest."
    least = text.number(1 / ranked, 3)
    return (
        f"{fit}. With {ranked - 1} councils to compare it with, the smallest p-value there can be is "
        f"{least}, and "
        "one council's figures wander for many reasons."
    )


def one_council_result(name: str, indicator: Indicator, difference: float, rank: tuple[int, int]) -> str:
    """What came of it."""
    place, ranked = rank
    return (
        f"After the award {name} lies {signed(indicator, difference)} from its mixture on average. By "
        "how much worse "
        f"the fit is after than before, it is {text.ordinal(place)} of {ranked} councils, itself and those "
        f"without an award (p = {text.number(place / ranked, 2)})."
    )


def chance(p_value: float) -> str:
    """The p-value as how often chance does it."""
    share = f"{text.number(100 * p_value, 1 if p_value < 0.1 else 0)}%"
    return f"Of funds given to places at random, {share} show a difference at least as large."


def checks(indicator: Indicator, row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Every check with what it says."""
    if row["estimate"] is None:
        return ()
    found = [
        (
            "Chance, allowing for all comparisons of this fund",
            f"false discovery rate {text.number(row['q_value'], 3)}; below 0.05 would count as a difference",
        ),
        ("Moving together before the award", _pre_trend(row)),
    ]
    if row["placebo_date_p"] is not None:
        found.append(
            (
                "The same with the award moved back to a time when nothing had happened",
                f"{signed(indicator, row['placebo_date_estimate'])}, p = "
                f"{text.number(row['placebo_date_p'], 2)}"
                + (": a difference where there can be none" if row["placebo_date_p"] < 0.05 else ""),
            )
        )
    if row["staggered_estimate"] is not None:
        found.append(
            (
                "Against all councils without an award, not only those like them (Callaway and Sant'Anna)",
                f"{signed(indicator, row['staggered_estimate'])} (standard error "
                f"{size(indicator, row['staggered_standard_error'])})",
            )
        )
    if row["without_other_funds"] is not None:
        count = row["without_other_funds_count"]
        found.append(
            (
                f"Against the {count} councils that had no other place fund either",
                f"{signed(indicator, row['without_other_funds'])} (standard error "
                f"{size(indicator, row['without_other_funds_error'])})",
            )
        )
    if row["drift_estimate"] is not None:
        found.append(("Had they gone on drifting as before the award", _drift(indicator, row)))
    found.append(
        (
            "Left out",
            f"{row['dropped_count']} funded council{text.plural(row['dropped_count'])} without every "
            "figure or "
            f"without a clear place; {row['unlike_count']} council{text.plural(row['unlike_count'])} "
            "far from all others on this figure",
        )
    )
    return tuple(found)


def _pre_trend(row: dict[str, Any]) -> str:
    if row["pre_trend_p"] is None:
        return "not tested: no period lies before those that make the base level"
    verdict = "they were not" if row["pre_trend_p"] < 0.05 else "no sign that they were not"
    count = row["pre_trend_periods"]
    return (
        f"{verdict} (joint test over {count} earlier period{text.plural(count)}, p = "
        f"{text.number(row['pre_trend_p'], 3)}); a pass says little where few periods or wide margins "
        "are tested"
    )


def _drift(indicator: Indicator, row: dict[str, Any]) -> str:
    """The bounds under a drift after the award as large as the largest step before it."""
    low, high = (signed(indicator, row[f"drift_{end}_95"]) for end in ("lower", "upper"))
    breakdown = row["drift_breakdown"]
    steps = row["drift_steps"]
    holds = (
        f"nought is left out for a drift up to {text.number(breakdown, 1)} times that large"
        if breakdown > 0
        else "nought could not be left out even without any drift"
    )
    return (
        f"measured from the last period before it {signed(indicator, row['drift_estimate'])}, and anything "
        f"from {low} to {high} if funded councils would have moved away from those like them in every period "
        f"by as much as the largest of the {text.count_words(steps)} step{text.plural(steps)} before "
        f"(Rambachan and Roth); {holds}"
    )


def _moved(indicator: Indicator, change: float) -> str:
    amount = size(indicator, change)
    if not any(digit in amount for digit in "123456789"):
        return "did not change"
    return f"{'rose' if change > 0 else 'fell'} by {amount}"


def size(indicator: Indicator, value: float, places: int | None = None) -> str:
    """A difference without its sign, with one decimal more than values have unless told."""
    words = text.UNITS[indicator.unit]
    places = min(indicator.decimals + 1, 3) if places is None else places
    return f"{words.before}{text.number(abs(value), places)}{words.difference}"


def signed(indicator: Indicator, value: float) -> str:
    """A difference with its sign."""
    amount = size(indicator, value)
    if not any(digit in amount for digit in "123456789"):
        return amount
    return f"{'+' if value > 0 else text.MINUS}{amount}"
