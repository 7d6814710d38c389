"""Sentences about missions and targets. A national target read for a council is always said to be one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from likeforlike.domain.indicator import Indicator, Unit
from likeforlike.domain.mission import Framework, GapMeasure, Target, TargetKind
from likeforlike.domain.period import Period
from likeforlike.publish import text
from likeforlike.publish.change_words import signed, size

#: A rate that fewer than this share of councils have managed is rare.
RARE = 0.1
#: A status as a word.
STATUS = MappingProxyType(
    {
        "met": "met",
        "on_track": "on track",
        "off_track": "off track",
        "moving_away": "moving away",
        "cannot_tell": "cannot tell",
        "not_monitored": "cannot be monitored",
    }
)
#: Where a status stands among the four that tiles count.
TILE = MappingProxyType(
    {
        "met": "on",
        "on_track": "on",
        "off_track": "off",
        "moving_away": "off",
        "cannot_tell": "unclear",
        "not_monitored": "unmonitored",
    }
)
TILE_WORDS = MappingProxyType(
    {
        "on": "on track or met",
        "off": "off track or moving away",
        "unclear": "cannot tell",
        "unmonitored": "cannot be monitored",
    }
)
#: The same in a sentence that counts them.
TOTALS = MappingProxyType(
    {
        "on": "on track or met",
        "off": "off track or moving away",
        "unclear": "where nobody can tell",
        "unmonitored": "that cannot be monitored",
    }
)
#: The mark (a verdict's class) that goes with a status.
MARK = MappingProxyType(
    {
        "met": "better",
        "on_track": "better",
        "off_track": "worse",
        "moving_away": "worse",
        "cannot_tell": "cannot_tell",
        "not_monitored": "cannot_tell",
    }
)
SET_FOR = MappingProxyType(
    {
        "england": "set for England",
        "united_kingdom": "set for the United Kingdom",
        "regions": "set for regions",
        "every_council": "set for every area",
    }
)
APPLIED = "national target applied locally"
OWN = "benchmark of this project, not of the policy"
RULE = (
    "On track means that the pace since the baseline, kept up, reaches the target by its date; with "
    "published margins "
    "that must be likely (four in five). A direction without a number is on track when the change since "
    "the baseline fits. "
    "An aim for every area is on track when nine in ten of the councils that can be told are. Cannot "
    "tell is an answer: the "
    "change is within the margins, or there is no figure since the baseline."
)
FIT = MappingProxyType({"direct": "direct", "proxy": "proxy"})


def asks(target: Target, indicator: Indicator | None) -> str:
    """What a target asks for, in words."""
    by = f" by {text.date_words(target.by_date)}" if target.by_date else ""
    if target.kind is TargetKind.DIRECTION:
        return f"{'higher' if target.direction == 'up' else 'lower'} than at the baseline{by}; no number"
    if target.kind is TargetKind.GAP:
        gap = {
            "best_worst": "from highest to lowest",
            "p90_p10": "from the 90th to the 10th percentile",
            "p90_p10_ratio": "as the 90th over the 10th percentile",
        }
        between = "regions" if target.group == "regions" else "councils"
        how = f"{_signed_pct(target.change_pct)}" if target.change_pct is not None else "narrower; no number"
        return f"gap between {between} {gap[target.gap_measure or 'p90_p10']}: {how}{by}"
    return f"{_level(target, indicator)}{by}"


def _level(target: Target, indicator: Indicator | None) -> str:
    if target.value is not None:
        if indicator is None:
            return text.number(target.value, 0 if float(target.value).is_integer() else 1)
        return text.value_words(target.value, indicator.unit, indicator.decimals)
    if target.change is not None:
        if indicator is None:
            return f"{text.number(target.change, 0)} more than at the baseline"
        return f"{signed(indicator, target.change)} on the baseline"
    if target.change_pct is not None:
        return f"{_signed_pct(target.change_pct)} on the baseline"
    reach = {
        "like_councils_mean": "the mean that the ten nearest neighbours had at the baseline",
        "all_median": "the median that all councils had at the baseline",
        "best_fifth": "the level that the best fifth of councils had at the baseline",
    }[target.reach or "all_median"]
    share = target.close_share
    return reach if share == 1 else f"{text.number(100 * share, 0)}% of the way to {reach}"


def _signed_pct(change: float | None) -> str:
    assert change is not None, "a level or gap in per cent has its number"
    sign = "+" if change > 0 else text.MINUS
    return f"{sign}{text.number(abs(change), 0 if float(change).is_integer() else 1)}%"


def way(row: dict[str, Any], indicator: Indicator, target: Target) -> str:
    """From baseline to now in one clause: values (of the gap, for a gap) with their periods."""
    if row["baseline"] is None or row["latest"] is None:
        return "no figure at the baseline or now"
    first = Period(end=row["baseline_end"], start=row["baseline_start"]).short_label
    last = Period(end=row["latest_end"], start=row["latest_start"]).short_label
    show: Callable[[Indicator, float], str] = _gap if target.kind is TargetKind.GAP else _value
    if target.gap_measure is GapMeasure.P90_P10_RATIO:
        show = _ratio
    if row["baseline_end"] == row["latest_end"]:
        return f"{show(indicator, row['baseline'])} ({first}); nothing newer"
    return f"{show(indicator, row['baseline'])} ({first}) to {show(indicator, row['latest'])} ({last})"


def _gap(indicator: Indicator, value: float) -> str:
    return size(indicator, value)


def _ratio(_: Indicator, value: float) -> str:
    return f"{text.number(value, 3)} times"


def _value(indicator: Indicator, value: float) -> str:
    return text.value_words(value, indicator.unit, indicator.decimals)


def distance(row: dict[str, Any], indicator: Indicator) -> str:
    """What remains, in words; empty for a direction and where it is not known."""
    if row["aim"] is None or row["distance"] is None:
        return ""
    if row["distance"] <= 0:
        return "there"
    return f"{size(indicator, row['distance'])} to go"


def pace(row: dict[str, Any], indicator: Indicator) -> str:
    """The rate needed from now on beside the rate since the baseline; empty where either is unknown."""
    if row["actual_per_year"] is None or row["latest_end"] == row["baseline_end"]:
        return ""
    actual = f"{signed(indicator, row['actual_per_year'])} a year since the baseline"
    if row["required_per_year"] is None or row["aim"] is None or (row["distance"] or 0) <= 0:
        return actual
    needed = signed(indicator, row["required_per_year"])
    if not any(digit in needed for digit in "123456789"):
        return f"{actual}; almost nothing a year needed"
    return f"{actual}; {needed} a year needed"


def pace_short(row: dict[str, Any], indicator: Indicator) -> str:
    """As `pace`, for a table whose heading says a year and the unit."""
    if row["actual_per_year"] is None or row["latest_end"] == row["baseline_end"]:
        return ""
    places = min(indicator.decimals + 1, 3)
    actual = _plus_minus(row["actual_per_year"], places)
    if row["required_per_year"] is None or row["aim"] is None or (row["distance"] or 0) <= 0:
        return actual
    return f"{actual}; {_plus_minus(row['required_per_year'], places)} needed"


def _plus_minus(value: float, places: int) -> str:
    shown = text.number(value, places)
    return f"+{shown}" if value > 0 else shown


def ordinary_short(row: dict[str, Any]) -> str:
    """As `ordinary`, for a table whose heading says what is counted."""
    if not ordinary(row):
        return ""
    share = text.number(100 * (row["all_fast_enough_share"] or 0), 0)
    return f"{row['like_fast_enough_count']} of {row['like_count']}; {share}%: {rarity(row)}"


def rarity(row: dict[str, Any]) -> str:
    """Whether a rate that is needed is unprecedented, rare or ordinary among councils."""
    share = row["all_fast_enough_share"] or 0
    if row["like_fast_enough_count"] == 0 and share == 0:
        return "unprecedented"
    return "rare" if share < RARE else "ordinary"


def ordinary(row: dict[str, Any]) -> str:
    """Whether others have managed the rate that is needed, so that it can be called ordinary or
    unprecedented.
    """
    if row["like_fast_enough_count"] is None or not row["like_count"] or (row["distance"] or 0) <= 0:
        return ""
    fast, count = row["like_fast_enough_count"], row["like_count"]
    share = row["all_fast_enough_share"]
    among_all = f"{text.number(100 * share, 0)}% of all councils" if share is not None else ""
    few = text.count_words(fast) if fast else "none"
    said = f"{few} of {text.count_words(count)} like councils and {among_all} moved that fast"
    return f"{said} over the same span: {rarity(row)}"


def chance(row: dict[str, Any]) -> str:
    """The chance of the target under the projection; empty without one."""
    if row["reach_probability"] is None:
        return ""
    return f"{chance_short(row)} chance by its date if the series wanders on as it has"


def chance_short(row: dict[str, Any]) -> str:
    """The chance as a share, empty where there is none."""
    if row["reach_probability"] is None:
        return ""
    percent = 100 * row["reach_probability"]
    share = "less than 1" if percent < 1 else "more than 99" if percent > 99 else text.number(percent, 0)
    return f"{share}%"


def status_sentence(row: dict[str, Any]) -> str:
    """A target's overall status with its reason."""
    reason = f": {row['status_reason']}" if row["status_reason"] else ""
    return f"{STATUS[row['status']]}{reason}"


def not_for(target: Target) -> str:
    """Why a target has no row for a council."""
    if target.indicator_id is None:
        return "no figures for councils are held"
    if target.kind is TargetKind.GAP:
        return "about the gap between places, not about one council"
    if target.project_benchmark:
        return "set for councils that started on the worse side of it; this one did not, or has no figure"
    return "no figures of this council"


def council_counts(row: Mapping[str, Any]) -> str:
    """How many councils have which status; empty where a target is read for none."""
    parts = [
        f"{row[f'{status}_count']} {STATUS[status]}"
        for status in ("met", "on_track", "off_track", "moving_away", "cannot_tell")
        if row[f"{status}_count"]
    ]
    return ", ".join(parts)


def money_words(amount: float) -> str:
    """Pounds, rounded to what people read."""
    if amount >= 1e9:
        return f"£{text.number(amount / 1e9, 2)} billion"
    if amount >= 1e6:
        return f"£{text.number(amount / 1e6, 1)} million"
    return f"£{text.number(amount, 0)}"


def amount_kind(kind: str) -> str:
    """What an amount is."""
    return {
        "up_to": "at most, over ten years",
        "awarded": "awarded",
        "paid": "paid",
        "formula": "by formula",
    }[kind]


def coverage_sentence(framework: Framework, direct: int, proxy: int, missing: int) -> str:
    """How much of a framework can be followed."""
    total = direct + proxy + missing
    return (
        f"Of {total} metrics that {framework.title} names or implies, {direct} are measured here "
        f"directly, {proxy} only by a "
        f"proxy, and {missing} not at all."
    )


def totals_sentence(totals: Mapping[str, int]) -> str:
    """How many targets of a framework stand where; what there is none of goes unsaid."""
    every = sum(totals.values())
    said = [f"{totals[name]} {words}" for name, words in TOTALS.items() if totals[name]]
    return f"Of {every} target{'' if every == 1 else 's'}: {text.join_words(said)}."


def council_sentence(name: str, counts: Mapping[str, int]) -> str:
    """How many targets stand where for one council."""
    every = sum(counts.values())
    if not every:
        return f"No target here can be read for {name}."
    said = [
        f"{count} {'where nobody can tell' if status == 'cannot_tell' else STATUS[status]}"
        for status, count in counts.items()
        if count
    ]
    return f"Of {every} target{'' if every == 1 else 's'} read for {name}: {text.join_words(said)}."


def is_total(indicator: Indicator) -> bool:
    """Whether an indicator is a count or sum that follows a council's size."""
    return indicator.unit in (Unit.COUNT, Unit.GBP, Unit.GBP_MILLION, Unit.TONNES)


def broke(row: dict[str, Any], indicator: Indicator) -> str:
    """What happened to the line in spring 2020, with intervals; empty where points do not suffice."""
    if row["break_level"] is None:
        return ""
    if abs(row["break_level"]) <= row["break_level_margin_95"]:
        jump = "shows no jump in spring 2020 that can be told from chance"
    else:
        jump = f"jumped by {_with_margin(row, indicator, 'level')} in spring 2020"
    if abs(row["break_slope"]) <= row["break_slope_margin_95"]:
        slope = "no change of its yearly slope since"
    else:
        slope = f"a change of its yearly slope since by {_with_margin(row, indicator, 'slope')}"
    return f"a line through the figures {jump}, and {slope}"


def _with_margin(row: dict[str, Any], indicator: Indicator, part: str) -> str:
    margin = size(indicator, row[f"break_{part}_margin_95"])
    return f"{signed(indicator, row[f'break_{part}'])} (give or take {margin})"


def break_counts(rows: Sequence[dict[str, Any]]) -> str:
    """How many councils have a jump in spring 2020 that can be told from chance."""
    councils = [
        row for row in rows if row["break_level"] is not None and row["area_code"][:3] not in ("E92", "E12")
    ]
    up = sum(row["break_level"] > row["break_level_margin_95"] for row in councils)
    down = sum(-row["break_level"] > row["break_level_margin_95"] for row in councils)
    if not councils:
        return ""
    return (
        f"Of {len(councils)} councils with figures enough on both sides, {up} jumped up and {down} down by more "
        "than their margin"
    )


def age(ends: Iterable[date | None], today: date) -> str:
    """How old the newest of some figures is, from the ends of their periods; empty without any."""
    known = [end for end in ends if end is not None]
    return f"newest figures {text.age_words(max(known), today)}" if known else ""
