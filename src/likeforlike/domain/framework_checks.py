"""What a framework says that the rest of the definitions must bear out.

A file's own shape is checked by `domain.mission`; here its references are, and its dates against a given day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from likeforlike.domain.mission import Framework, GapMeasure, Mission

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """Something wrong at a place in the file (keys and list positions), and what to write instead."""

    path: Path
    problem: str
    instead: str


def problems(
    framework: Framework,
    *,
    indicator_ids: Collection[str],
    fund_ids: Collection[str],
    as_of: date,
    nominal_ids: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Every unknown reference, repeated id and target date that had passed on `as_of`, mission by mission.

    `nominal_ids` are indicators in prices of each year, for which no level may be taken from other councils.
    """
    found = list(_repeated([m.id for m in framework.missions], ("missions",), "mission"))
    target_ids = [target.id for mission in framework.missions for target in mission.targets]
    twice = {one for one, times in Counter(target_ids).items() if times > 1}
    for number, mission in enumerate(framework.missions):
        place: Path = ("missions", number)
        found += _references(mission, place, indicator_ids, fund_ids)
        found += _objectives(mission, place)
        found += _dates(mission, place, as_of)
        found += _nominal(mission, place, nominal_ids)
        found += [
            Problem(
                (*place, "targets", row, "id"),
                f"Target id {target.id!r} is used twice.",
                "Give each its own.",
            )
            for row, target in enumerate(mission.targets)
            if target.id in twice
        ]
    return tuple(found)


def _references(
    mission: Mission, place: Path, indicator_ids: Collection[str], fund_ids: Collection[str]
) -> Iterator[Problem]:
    for row, target in enumerate(mission.targets):
        if target.indicator_id is not None:
            yield from _known(
                target.indicator_id, indicator_ids, (*place, "targets", row, "indicator_id"), "indicator"
            )
    for row, link in enumerate(mission.indicators):
        yield from _known(
            link.indicator_id, indicator_ids, (*place, "indicators", row, "indicator_id"), "indicator"
        )
    for row, fund in enumerate(mission.funds):
        yield from _known(fund.fund_id, fund_ids, (*place, "funds", row, "fund_id"), "fund")
    yield from _repeated([k.indicator_id for k in mission.indicators], (*place, "indicators"), "indicator")


def _known(given: str, known: Collection[str], path: Path, what: str) -> Iterator[Problem]:
    if given not in known:
        near = get_close_matches(given, sorted(known), n=2, cutoff=0.5)
        hint = f"Write {' or '.join(near)}" if near else f"Write one that `likeforlike {what}s` lists"
        yield Problem(
            path, f"There is no {what} {given!r}.", f"{hint}, or name the metric under `missing_metrics`."
        )


def _repeated(ids: list[str], path: Path, what: str) -> Iterator[Problem]:
    for row, one in enumerate(ids):
        if one in ids[:row]:
            yield Problem((*path, row), f"The {what} {one!r} stands here twice.", "Keep one of them.")


def _objectives(mission: Mission, place: Path) -> Iterator[Problem]:
    known = [objective.id for objective in mission.objectives]
    for row, target in enumerate(mission.targets):
        if target.objective is not None and target.objective not in known:
            instead = f"Write one of {', '.join(known)}." if known else "Add it under `objectives`."
            yield Problem(
                (*place, "targets", row, "objective"),
                f"The mission has no objective {target.objective!r}.",
                instead,
            )


def _dates(mission: Mission, place: Path, as_of: date) -> Iterator[Problem]:
    for row, target in enumerate(mission.targets):
        if target.by_date is not None and target.by_date <= as_of:
            yield Problem(
                (*place, "targets", row, "by_date"),
                f"Target {target.id!r} has the date {target.by_date}, which is not after {as_of}.",
                "Write a date still to come; a target whose date has passed is a result, not a target.",
            )


def _nominal(mission: Mission, place: Path, nominal_ids: Collection[str]) -> Iterator[Problem]:
    """Levels of other councils that inflation alone would reach, and differences that it alone would "
    "widen."""
    for row, target in enumerate(mission.targets):
        if target.gap_measure not in (None, GapMeasure.P90_P10_RATIO) and target.indicator_id in nominal_ids:
            yield Problem(
                (*place, "targets", row, "gap_measure"),
                f"{target.indicator_id!r} is in prices of each year, so that inflation alone widens a "
                "difference.",
                "Write `gap_measure: p90_p10_ratio`.",
            )
        if target.reach is not None and target.indicator_id in nominal_ids:
            yield Problem(
                (*place, "targets", row, "reach"),
                f"{target.indicator_id!r} is in prices of each year, so that inflation alone reaches the "
                "level that "
                "other councils had.",
                "Choose an indicator in constant prices, or write `kind: gap` or `kind: direction`.",
            )
