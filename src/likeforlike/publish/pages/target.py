"""One target for every area it is read for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.area import ENGLAND, AreaKind
from likeforlike.domain.mission import Framework, Mission, Target
from likeforlike.publish import mission_words, text, urls
from likeforlike.publish.missions import mission_table, target_rows
from likeforlike.publish.pages.council import about, collected
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.domain.indicator import Indicator
    from likeforlike.publish.catalogue import Catalogue

_ORDER = ("moving_away", "off_track", "cannot_tell", "on_track", "met")


class AreaLine(Frozen):
    """One area on the way to the target."""

    code: str
    name: str
    url: str
    wide: bool
    status: str
    mark: str
    status_words: str
    reason: str
    way: str
    distance: str
    pace: str
    ordinary: str
    chance: str


class TargetPage(Page):
    """A target, its overall status, and every area."""

    asks: str
    set_for: str
    applied: str
    status_words: str
    counts: str
    reference: str
    note: str
    across_2020_21: bool
    broke: str
    age: str
    indicator: Link | None
    areas: tuple[AreaLine, ...]
    unit: str
    rule: str
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per area, exact."""
        keys = tuple(self.rows[0]) if self.rows else ("area_code",)
        columns = tuple(Column(key=key, title=key) for key in keys)
        return (Table(name="progress", title=self.title, columns=columns, rows=self.rows),)


def make_target(catalogue: Catalogue, framework: Framework, mission: Mission, target: Target) -> TargetPage:
    """The page of one target."""
    table = mission_table(catalogue, "target_progress").filter(
        (pl.col("framework_id") == framework.id) & (pl.col("target_id") == target.id)
    )
    rows = tuple(table.iter_rows(named=True))
    indicator = catalogue.indicators[target.indicator_id] if target.indicator_id else None
    summary = target_rows(catalogue, framework.id)[target.id]
    local = any(row["applied_locally"] for row in rows)
    lines = [_line(catalogue, row, indicator, target) for row in rows] if indicator else []
    return TargetPage(
        title=target.title,
        description=f"{target.title}: {mission_words.asks(target, indicator)}.",
        path=urls.target(framework.id, target.id),
        about=about(catalogue, {indicator.source_id} if indicator else (), caveats=(mission_words.RULE,)),
        parents=(
            Link(text="Missions", url=urls.missions()),
            Link(text=framework.title, url=urls.missions(framework.id)),
            Link(text=mission.title, url=urls.mission(framework.id, mission.id)),
        ),
        asks=text.sentence(mission_words.asks(target, indicator)),
        set_for=mission_words.OWN if target.project_benchmark else mission_words.SET_FOR[target.set_for],
        applied=mission_words.APPLIED if local else "",
        status_words=text.sentence(mission_words.status_sentence(summary)),
        counts=mission_words.council_counts(summary),
        reference=target.reference,
        note=target.note,
        across_2020_21=any(row["across_2020_21"] for row in rows),
        broke=_broke(rows, indicator) if indicator else "",
        age=mission_words.age((row["latest_end"] for row in rows), collected(catalogue)),
        indicator=Link(text=indicator.title, url=urls.indicator(indicator.id)) if indicator else None,
        areas=tuple(sorted(lines, key=_place)),
        unit=text.unit_words(indicator) if indicator else "",
        rule=mission_words.RULE,
        rows=rows,
    )


def _broke(rows: tuple[dict[str, Any], ...], indicator: Indicator) -> str:
    """The nation's line in spring 2020, and how many councils' lines jumped."""
    nation = next((row for row in rows if row["area_code"] == ENGLAND), None)
    said = mission_words.broke(nation, indicator) if nation else ""
    parts = [f"England: {said}" if said else "", mission_words.break_counts(rows)]
    return ". ".join(part for part in parts if part)


def _place(one: AreaLine) -> tuple[bool, bool, int, str]:
    """England first, then regions, then councils from the furthest away to those that are there."""
    return one.code != ENGLAND, not one.wide, _ORDER.index(one.status), one.name


def _line(catalogue: Catalogue, row: dict[str, Any], indicator: Indicator, target: Target) -> AreaLine:
    area = catalogue.register.areas[row["area_code"]]
    wide = area.kind in (AreaKind.REGION, AreaKind.COUNTRY)
    return AreaLine(
        code=area.code,
        name=area.name,
        url="" if wide else urls.council_missions(area.code),
        wide=wide,
        status=row["status"],
        mark=mission_words.MARK[row["status"]],
        status_words=mission_words.STATUS[row["status"]],
        reason=row["reason"],
        way=mission_words.way(row, indicator, target),
        distance=mission_words.distance(row, indicator),
        pace=mission_words.pace_short(row, indicator),
        ordinary=mission_words.ordinary_short(row),
        chance=mission_words.chance_short(row),
    )
