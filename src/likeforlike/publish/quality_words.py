"""Doubts about a number in words: what was seen, beside what, and that it may still be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.domain.quality import Check, Pattern, Severity
from likeforlike.publish.numbers import number, value_words
from likeforlike.publish.text import period_words

#: A check as a heading, and the rule in one sentence.
CHECKS = MappingProxyType(
    {
        Check.JUMP: "Jumps",
        Check.UNIT_SLIP: "Unit slips",
        Check.COPIED: "Copied values",
        Check.FALSE_ZERO: "False zeros",
        Check.DENOMINATOR: "Denominators that do not match",
        Check.STOPPED: "Councils that stopped reporting",
    }
)
RULES = MappingProxyType(
    {
        Check.JUMP: "A change of at least six times what the council, and all councils, usually change by, and of more "
        "than the usual distance between councils. Much of it is real: a works that closed, a new way of counting.",
        Check.UNIT_SLIP: "A value almost exactly ten, a hundred or a thousand times what the council’s other values lead "
        "to expect, or as much too small.",
        Check.COPIED: "A value that repeats the period before, or another council, where chance would not make it repeat.",
        Check.FALSE_ZERO: "A nought where the council’s other values, or all councils’, are far from it: often a return "
        "that is missing.",
        Check.DENOMINATOR: "Counts, rates and totals that cannot all be right together.",
        Check.STOPPED: "No value in the newest period, which nine in ten councils have reached, after values before.",
    }
)
#: Beside a number, in two or three words.
SHORT = MappingProxyType(
    {
        Check.JUMP: "suspicious: jump",
        Check.UNIT_SLIP: "suspicious: unit",
        Check.COPIED: "suspicious: repeated",
        Check.FALSE_ZERO: "suspicious: nought",
        Check.DENOMINATOR: "suspicious: does not add up",
        Check.STOPPED: "stopped reporting",
    }
)
SEVERITIES = MappingProxyType(
    {
        Severity.PROBABLE_ERROR: "probably wrong",
        Severity.UNUSUAL: "unusual; it may be right",
        Severity.NOT_REPORTED: "not reported",
    }
)
LEAD = (
    "Every published value is checked against the council’s own history and all other councils. A flag is a reason to "
    "look, not a judgement: nothing is changed or left out because of it."
)


@dataclass(frozen=True)
class Seen:
    """What a sentence is made of: a row of `quality_flag` with its indicator and the other council's name."""

    indicator: Indicator
    period: Period
    compared_period: Period | None
    value: float | None
    compared: float | None
    number: float | None
    other: str
    all_councils: bool

    @property
    def shown(self) -> str:
        """The value in doubt, in words."""
        return self._words(self.value)

    @property
    def against(self) -> str:
        """What it is held against, in words."""
        return self._words(self.compared)

    @property
    def then(self) -> str:
        """The period compared with, in words."""
        return self.compared_period.label if self.compared_period else "another period"

    @property
    def times(self) -> str:
        """How many usual changes a jump is."""
        found = self.number or 0.0
        return f"{number(found, 0 if found >= 10 else 1)} times the usual change"

    def _words(self, value: float | None) -> str:
        """The value in the indicator's unit, with one decimal more where rounding would hide it."""
        decimals = self.indicator.decimals
        while value and decimals < 6 and abs(value) < 0.5 * 10.0**-decimals:
            decimals += 1
        return value_words(value, self.indicator.unit, decimals)


def sentence(pattern: Pattern, seen: Seen) -> str:
    """What was found, in one sentence."""
    return _SENTENCES[pattern](seen)


def quality_count(flags: int, shown: int) -> str:
    """How many numbers of an indicator are doubted, and how many of those that its page shows."""
    if not flags:
        return "No check doubts any of its values."
    here = "none" if not shown else number(shown, 0)
    return f"The checks doubt {number(flags, 0)} of its values in all periods, {here} of those shown here."


def period_of(start: date | None, end: date | None) -> Period | None:
    """A period, or None."""
    return Period.of(start, end) if start and end else None


def _spike(seen: Seen) -> str:
    return (
        f"{seen.shown} is {seen.times} away from {seen.against} ({seen.then}), and the value came back "
        "afterwards."
    )


def _first(seen: Seen) -> str:
    return (
        f"The first value, {seen.shown}, is {seen.times} away from {seen.against} ({seen.then}), and none "
        "after it comes near."
    )


def _last(seen: Seen) -> str:
    return (
        f"{seen.shown} is {seen.times} away from {seen.against} ({seen.then}); the next value will tell "
        "whether it lasts."
    )


def _step(seen: Seen) -> str:
    return (
        f"From {seen.against} ({seen.then}) to {seen.shown}, {seen.times}, and it did not come back: a "
        "new way of counting, a real change, or a mistake in one of the two."
    )


def _own_unit(seen: Seen) -> str:
    power = seen.number or 0.0
    factor = {1: "ten", 2: "a hundred", 3: "a thousand"}[round(abs(power))]
    part = {1: "a tenth", 2: "a hundredth", 3: "a thousandth"}[round(abs(power))]
    how = f"{factor} times" if power > 0 else f"{part} of"
    return (
        f"{seen.shown} is almost exactly {how} the {seen.against} that the council’s other values lead to "
        "expect."
    )


def _all_units(seen: Seen) -> str:
    return (
        f"All councils: the middle value went from {seen.against} ({seen.then}) to {seen.shown} and "
        "councils kept their order, so that this period seems to be in another unit."
    )


def _carried_forward(seen: Seen) -> str:
    many = number(seen.number or 0.0, 0)
    if seen.all_councils:
        return (
            f"{many} councils have the same value to the last digit as in the period before ({seen.then}): "
            "the figures seem to have been carried forward."
        )
    return (
        f"The same to the last digit as in the period before ({seen.then}), and so it is for {many} "
        "councils, far more than in any other period: the figure, or what it is divided by, may have "
        "been carried forward."
    )


def _run(seen: Seen) -> str:
    return (
        f"{seen.shown} in {number(seen.number or 0.0, 0)} periods in a row, longer than chance would make "
        "any council repeat a value."
    )


def _to_the_last_digit(seen: Seen) -> str:
    return (
        f"The same to the last digit as in the period before ({seen.then}), which hardly ever happens "
        "with figures this exact."
    )


def _two_councils(seen: Seen) -> str:
    return (
        f"The same to the last digit as {seen.other}’s in {number(seen.number or 0.0, 0)} periods in a "
        "row, and no shared estimate is declared."
    )


def _among_own(seen: Seen) -> str:
    return (
        f"Nought, where the council’s other values lead to expect about {seen.against}: it may stand for "
        "a return that is missing."
    )


def _among_councils(seen: Seen) -> str:
    return (
        "Nought, where hardly any council has one and the lowest others are far above; the middle "
        f"council has {seen.against}."
    )


def _outside(seen: Seen) -> str:
    return f"{seen.shown} for the county, beyond all its districts; the nearest of them has {seen.against}."


def _sum(seen: Seen) -> str:
    return f"{seen.shown} for the county, and its districts add up to {seen.against}."


def _implied(seen: Seen) -> str:
    base = seen.indicator.denominator or "what it is divided by"
    implied, published = (number(value or 0.0, 0) for value in (seen.value, seen.compared))
    return (
        f"Together with the count that is published, the rate implies {implied} {base}; {published} are "
        "published."
    )


def _no_value(seen: Seen) -> str:
    return (
        f"No value {period_words(seen.period)}, which nearly all councils have reached; the last one is "
        f"{seen.against} ({seen.then})."
    )


_SENTENCES: Mapping[Pattern, Callable[[Seen], str]] = MappingProxyType(
    {
        Pattern.SPIKE: _spike,
        Pattern.FIRST: _first,
        Pattern.LAST: _last,
        Pattern.STEP: _step,
        Pattern.OWN_UNIT: _own_unit,
        Pattern.ALL_UNITS: _all_units,
        Pattern.CARRIED_FORWARD: _carried_forward,
        Pattern.RUN: _run,
        Pattern.TO_THE_LAST_DIGIT: _to_the_last_digit,
        Pattern.TWO_COUNCILS: _two_councils,
        Pattern.AMONG_OWN_VALUES: _among_own,
        Pattern.AMONG_COUNCILS: _among_councils,
        Pattern.OUTSIDE_DISTRICTS: _outside,
        Pattern.SUM_OF_DISTRICTS: _sum,
        Pattern.IMPLIED: _implied,
        Pattern.NO_VALUE: _no_value,
    }
)
