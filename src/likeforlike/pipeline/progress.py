"""A framework's targets against the figures: tables `target` and `target_progress`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from likeforlike.analysis.grid import apart, years_of
from likeforlike.analysis.interruption import interruption
from likeforlike.analysis.projection import Projection, project
from likeforlike.analysis.targets import TargetProgress, direction_status, target_progress
from likeforlike.domain.area import ENGLAND, AreaRegister
from likeforlike.domain.indicator import Indicator, Unit
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.mission import Framework, Mission, SetFor, Target, TargetKind
from likeforlike.domain.verdict import GapVerdict, Progress
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.fund_panels import pool_of
from likeforlike.pipeline.target_values import Asked, asked, years

#: Where series are looked at for a jump and a change of slope.
SPRING_2020 = date(2020, 4, 1)
#: A target for every council is on track when this share of the councils that can be told are; it cannot be
#: told when fewer than this many of all can.
NEARLY_ALL, ENOUGH = 0.9, 0.5
NOT_MONITORED = "not_monitored"

TARGET_SCHEMA = pl.Schema(
    [
        ("framework_id", pl.String),
        ("mission_id", pl.String),
        ("target_id", pl.String),
        ("title", pl.String),
        ("kind", pl.String),
        ("set_for", pl.String),
        ("indicator_id", pl.String),
        ("direction", pl.String),
        ("baseline_by", pl.Date),
        ("baseline_stated", pl.Float64),
        ("by_date", pl.Date),
        ("value", pl.Float64),
        ("change", pl.Float64),
        ("change_pct", pl.Float64),
        ("reach", pl.String),
        ("close_share", pl.Float64),
        ("group", pl.String),
        ("gap_measure", pl.String),
        ("project_benchmark", pl.Boolean),
        ("reference", pl.String),
        ("note", pl.String),
        ("status", pl.String),
        ("status_reason", pl.String),
        *((f"{one}_count", pl.Int32) for one in Progress),
    ]
)
PROGRESS_SCHEMA = pl.Schema(
    [
        ("framework_id", pl.String),
        ("target_id", pl.String),
        ("area_code", pl.String),
        ("applied_locally", pl.Boolean),
        ("status", pl.String),
        ("reason", pl.String),
        ("baseline_start", pl.Date),
        ("baseline_end", pl.Date),
        ("baseline", pl.Float64),
        ("latest_start", pl.Date),
        ("latest_end", pl.Date),
        ("latest", pl.Float64),
        ("aim", pl.Float64),
        ("distance", pl.Float64),
        ("covered_share", pl.Float64),
        ("elapsed_share", pl.Float64),
        ("required_per_year", pl.Float64),
        ("actual_per_year", pl.Float64),
        ("pace", pl.Float64),
        ("compound_ratio", pl.Float64),
        ("on_pace_probability", pl.Float64),
        ("met_probability", pl.Float64),
        ("right_way_probability", pl.Float64),
        ("projected", pl.Float64),
        ("projected_lower_95", pl.Float64),
        ("projected_upper_95", pl.Float64),
        ("reach_probability", pl.Float64),
        ("like_change_per_year", pl.Float64),
        ("like_count", pl.Int32),
        ("like_fast_enough_count", pl.Int32),
        ("all_fast_enough_share", pl.Float64),
        ("across_2020_21", pl.Boolean),
        ("break_level", pl.Float64),
        ("break_level_margin_95", pl.Float64),
        ("break_slope", pl.Float64),
        ("break_slope_margin_95", pl.Float64),
    ]
)


def framework_tables(
    framework: Framework,
    *,
    indicators: Mapping[str, Indicator],
    comparisons: Comparisons,
    register: AreaRegister,
) -> dict[str, pl.DataFrame]:
    """Tables `target` and `target_progress` of one framework, a person's own or one of ours."""
    targets: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for mission in framework.missions:
        for target in mission.targets:
            found = list(_rows(framework, target, indicators, comparisons, register))
            rows += found
            targets.append(_target(framework, mission, target, found))
    return {
        "target": pl.DataFrame(targets, schema=TARGET_SCHEMA),
        "target_progress": pl.DataFrame(rows, schema=PROGRESS_SCHEMA),
    }


def _rows(
    framework: Framework,
    target: Target,
    indicators: Mapping[str, Indicator],
    comparisons: Comparisons,
    register: AreaRegister,
) -> Iterator[dict[str, Any]]:
    if target.indicator_id is None:
        return
    for one in asked(target, indicators[target.indicator_id], comparisons, register):
        made = _progress(target, one)
        ahead = _projection(target, one)
        like = _Like.of(one, made, comparisons)
        broken = _break(one)
        for row, code in enumerate(one.areas):
            yield {
                "framework_id": framework.id,
                "target_id": target.id,
                "area_code": code,
                "applied_locally": one.applied_locally,
                **_period_parts(one),
                **_numbers(one, made, ahead, row),
                **{name: _known(part[row]) for name, part in broken.items()},
                **like.row(row),
                **_status(one, made, row),
            }


def _progress(target: Target, one: Asked) -> TargetProgress:
    """Progress towards the level; for a direction, status by whether the change fits, and no level."""
    end = years(target.by_date) if target.by_date else one.evidence.latest_time + 1
    made = target_progress(one.evidence, one.aim, end, one.sign, relative=one.relative)
    if target.has_number:
        return made
    status = direction_status(one.evidence, one.sign)
    return TargetProgress(**{**made.__dict__, "status": status})


def _projection(target: Target, one: Asked) -> Projection | None:
    """The series carried on to the target's date; none without a date, across a break or from few points."""
    if target.by_date is None or one.reason:
        return None
    columns = apart(one.periods, 0, len(one.periods) - 1)
    times = years_of([one.periods[column] for column in columns])
    share = {Unit.PERCENT: 100.0, Unit.SHARE: 1.0}.get(one.indicator.unit)
    ceiling = share if target.kind is not TargetKind.GAP else None
    values = one.series[:, columns]
    return project(values, times, years(target.by_date), target=one.aim, sign=one.sign, ceiling=ceiling)


def _break(one: Asked) -> dict[str, FloatArray]:
    """The jump at spring 2020 and the change of slope after it, with half of each interval's width.

    Empty where points do not suffice.
    """
    if one.reason:
        return {}
    columns = apart(one.periods, 0, len(one.periods) - 1)
    times = years_of([one.periods[column] for column in columns])
    found = interruption(one.series[:, columns], times, years(SPRING_2020))
    return {
        "break_level": found.level,
        "break_level_margin_95": found.level_upper_95 - found.level,
        "break_slope": found.slope,
        "break_slope_margin_95": found.slope_upper_95 - found.slope,
    }


def _period_parts(one: Asked) -> dict[str, Any]:
    return {
        "baseline_start": one.baseline.start,
        "baseline_end": one.baseline.end,
        "latest_start": one.latest.start,
        "latest_end": one.latest.end,
        "across_2020_21": one.baseline.start.year <= 2021 and one.latest.end.year >= 2020,
    }


def _numbers(one: Asked, made: TargetProgress, ahead: Projection | None, row: int) -> dict[str, Any]:
    return {
        "baseline": _known(one.evidence.baseline[row]),
        "latest": _known(one.evidence.latest[row]),
        "aim": _known(one.aim[row]),
        "distance": _known(made.distance[row]),
        "covered_share": _known(made.covered[row]),
        "elapsed_share": _known(made.elapsed),
        "required_per_year": _known(made.required_per_year[row]),
        "actual_per_year": _known(made.actual_per_year[row]),
        "pace": _known(made.pace[row]),
        "compound_ratio": _known(made.compound_ratio[row]),
        "on_pace_probability": _known(made.p_pace[row]),
        "met_probability": _known(made.p_met[row]),
        "right_way_probability": _known(made.p_forward[row]),
        "projected": _known(ahead.middle[row]) if ahead else None,
        "projected_lower_95": _known(ahead.lower_95[row]) if ahead else None,
        "projected_upper_95": _known(ahead.upper_95[row]) if ahead else None,
        "reach_probability": _known(ahead.p_reach[row]) if ahead else None,
    }


#: What all measures of a gap together must say before one of them counts.
_CONFIRMS = {
    Progress.MET.value: GapVerdict.CLOSING,
    Progress.ON_TRACK.value: GapVerdict.CLOSING,
    Progress.MOVING_AWAY.value: GapVerdict.WIDENING,
}


def _status(one: Asked, made: TargetProgress, row: int) -> dict[str, str]:
    """Status and reason; a gap between percentiles counts only when the other measures do not gainsay it.

    A survey that shrinks makes places look further apart by any one measure.
    """
    status = str(made.status[row])
    if one.gap is not None and status in _CONFIRMS and one.gap.verdict is not _CONFIRMS[status]:
        return {"status": Progress.CANNOT_TELL.value, "reason": f"not by all measures: {one.gap.reason}"}
    told = Progress.CANNOT_TELL.value if one.reason else status
    return {"status": told, "reason": _reason(one, made, row)}


def _reason(one: Asked, made: TargetProgress, row: int) -> str:
    """Why nothing can be told; empty where something is."""
    if one.reason:
        return one.reason
    if made.status[row] != Progress.CANNOT_TELL.value:
        return ""
    if not np.isfinite([one.evidence.baseline[row], one.evidence.latest[row]]).all():
        return "no figure at the baseline or now"
    if not np.isfinite(one.evidence.latest_error[row]) and not one.evidence.exact:
        return "an estimate from a sample, published without a margin"
    if one.evidence.exact and not np.isfinite(one.evidence.latest_error[row]):
        return "no change"
    return "the change is within the margins"


class _Like:
    """What like councils, and all councils, have achieved since the baseline; empty outside the councils."""

    def __init__(self, change: FloatArray, count: FloatArray, fast: FloatArray, share: FloatArray) -> None:
        self._parts = {
            "like_change_per_year": change,
            "like_count": count,
            "like_fast_enough_count": fast,
            "all_fast_enough_share": share,
        }

    def row(self, row: int) -> dict[str, Any]:
        """One area's figures."""
        found = {name: _known(part[row]) for name, part in self._parts.items()}
        whole = ("like_count", "like_fast_enough_count")
        return {k: int(v) if k in whole and v is not None else v for k, v in found.items()}

    @classmethod
    def of(cls, one: Asked, made: TargetProgress, comparisons: Comparisons) -> _Like:
        """Compare each council's required rate with the rates that others had over the same span."""
        empty = np.full(len(one.areas), np.nan)
        matrix = comparisons.matrices.matrix(one.indicator.id, pool_of(one.indicator))
        row_of = matrix.row_of
        if one.reason or not set(one.areas) <= set(row_of):
            return cls(empty, empty, empty, empty)
        first, last = matrix.column(one.baseline), matrix.column(one.latest)
        span = one.evidence.latest_time - one.evidence.baseline_time
        rates = (matrix.values[:, last] - matrix.values[:, first]) / span * one.sign
        near = comparisons.benchmark(one.indicator.id, pool_of(one.indicator)).neighbours
        change, count, fast, share = (empty.copy() for _ in range(4))
        known = rates[np.isfinite(rates)]
        for row, code in enumerate(one.areas):
            others = rates[[n for n in near[row_of[code]] if n >= 0]]
            others = others[np.isfinite(others)]
            count[row] = len(others)
            if len(others):
                change[row] = np.median(others) * one.sign
            required = made.required_per_year[row] * one.sign
            if np.isfinite(required):
                fast[row] = (others >= required).sum()
                share[row] = (known >= required).mean()
        return cls(change, count, fast, share)


def _target(
    framework: Framework, mission: Mission, target: Target, rows: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    status, reason, counts = overall(target, rows)
    return {
        "framework_id": framework.id,
        "mission_id": mission.id,
        "target_id": target.id,
        "title": target.title,
        "kind": target.kind.value,
        "set_for": target.set_for.value,
        "indicator_id": target.indicator_id,
        "direction": target.direction,
        "baseline_by": target.baseline.period_end if target.baseline else None,
        "baseline_stated": target.baseline.value if target.baseline else None,
        "by_date": target.by_date,
        "value": target.value,
        "change": target.change,
        "change_pct": target.change_pct,
        "reach": target.reach.value if target.reach else None,
        "close_share": target.close_share if target.reach else None,
        "group": target.group.value if target.group else None,
        "gap_measure": target.gap_measure.value if target.gap_measure else None,
        "project_benchmark": target.project_benchmark,
        "reference": target.reference,
        "note": target.note,
        "status": status,
        "status_reason": reason,
        **{f"{one}_count": counts.get(one.value, 0) for one in Progress},
    }


def overall(target: Target, rows: Sequence[dict[str, Any]]) -> tuple[str, str, Counter[str]]:
    """One status for a target, why, and how many councils have which.

    A target for a nation (or a gap) has the nation's own. One for every council is met or on track when
    nearly all councils that can be told are; fewer make it off track.
    """
    councils = [row for row in rows if row["area_code"][:3] not in ("E92", "E12")]
    counts = Counter(str(row["status"]) for row in councils)
    if target.indicator_id is None:
        return NOT_MONITORED, "no figure for councils or England is held", counts
    if not rows:
        return Progress.CANNOT_TELL.value, "no figure as old as the baseline", counts
    if target.set_for is SetFor.EVERY_COUNCIL:
        return *_of_every_council(councils, counts), counts
    nation = next((row for row in rows if row["area_code"] == ENGLAND), None)
    if nation is None or nation["latest"] is None or nation["baseline"] is None:
        return Progress.CANNOT_TELL.value, "no figure for England at the baseline or now", counts
    return nation["status"], nation["reason"], counts


def _of_every_council(councils: Sequence[dict[str, Any]], counts: Counter[str]) -> tuple[str, str]:
    told = len(councils) - counts[Progress.CANNOT_TELL.value]
    good = counts[Progress.MET.value] + counts[Progress.ON_TRACK.value]
    if told < ENOUGH * len(councils):
        common = Counter(row["reason"] for row in councils if row["reason"]).most_common(1)
        return Progress.CANNOT_TELL.value, common[0][0] if common else ""
    words = f"{good} of the {told} councils that can be told are on track or there"
    if good < NEARLY_ALL * told:
        return Progress.OFF_TRACK.value, words
    met = counts[Progress.MET.value] >= NEARLY_ALL * told
    return (Progress.MET if met else Progress.ON_TRACK).value, words


def _known(value: Any) -> float | None:  # noqa: ANN401 - a NumPy or Python number
    return float(value) if np.isfinite(value) else None
