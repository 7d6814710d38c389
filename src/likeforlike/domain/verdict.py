"""What a comparison says, in words that never claim more than the evidence carries."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """A council's value beside a comparator's.

    `better` and `worse` follow the indicator's polarity; where neither direction is judged it is `higher` or
    `lower`. `similar` means that no difference can be shown: the margins overlap or, for complete counts
    without an interval, the difference is an ordinary one among like councils. `cannot_tell` means that
    there is nothing to decide it with: a value is missing, an estimate came without an interval, or fewer
    than five neighbours have a value.
    """

    BETTER = "better"
    SIMILAR = "similar"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    CANNOT_TELL = "cannot_tell"


class Direction(StrEnum):
    """Which way a series moved; `no_clear_change` is a test's answer, `not_tested` the absence of a test."""

    RISING = "rising"
    FALLING = "falling"
    NO_CLEAR_CHANGE = "no_clear_change"
    NOT_TESTED = "not_tested"


class Judgement(StrEnum):
    """What a direction means where a direction is judged; apart from it, so that falling can be improving."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    NO_CLEAR_CHANGE = "no_clear_change"
    NOT_JUDGED = "not_judged"  # neutral polarity
    NOT_TESTED = "not_tested"


class GapVerdict(StrEnum):
    """Whether the differences between places grew."""

    WIDENING = "widening"
    STABLE = "stable"
    CLOSING = "closing"
    CANNOT_TELL = "cannot_tell"


class Progress(StrEnum):
    """Where a value stands on the way to a target."""

    MET = "met"
    ON_TRACK = "on_track"
    OFF_TRACK = "off_track"
    MOVING_AWAY = "moving_away"
    CANNOT_TELL = "cannot_tell"
