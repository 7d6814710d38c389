"""A council's scorecard of missions: each target with its distance and pace, like councils, and money
received.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.indicator import Tier
from likeforlike.domain.mission import Framework, Mission, Target
from likeforlike.publish import change_words, mission_words, text, urls
from likeforlike.publish.missions import area_money, area_progress
from likeforlike.publish.pages.council import about, collected
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class TargetRow(Frozen):
    """One target for this council (or for its county, where the county runs the service)."""

    title: str
    url: str
    whose: str
    applied: str
    benchmark: bool
    status: str
    mark: str
    status_words: str
    reason: str
    way: str
    distance: str
    pace: str
    like: str
    chance: str
    broke: str
    age: str
    indicator_url: str


class NotFor(Frozen):
    """A target that is not read for this council, and why."""

    title: str
    url: str
    why: str


class MissionRows(Frozen):
    """One mission with its targets and the money its funds brought here."""

    number: int
    title: str
    url: str
    targets: tuple[TargetRow, ...]
    not_for: tuple[NotFor, ...]
    money: tuple[str, ...]


class CouncilMissionsPage(Page):
    """One council under one framework."""

    code: str
    name: str
    kind: str
    framework_title: str
    framework_url: str
    word: str
    frameworks: tuple[Link, ...]
    counts: tuple[tuple[str, int], ...]
    lead: str
    missions: tuple[MissionRows, ...]
    county_note: str
    rule: str
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per target, exact."""
        keys = tuple(self.rows[0]) if self.rows else ("target_id",)
        columns = tuple(Column(key=key, title=key) for key in keys)
        return (Table(name="targets", title=self.title, columns=columns, rows=self.rows),)


def make_council_missions(catalogue: Catalogue, area: Area, framework: Framework) -> CouncilMissionsPage:
    """The scorecard of one council under one framework."""
    own = area_progress(catalogue, framework.id, area.code)
    county = area_progress(catalogue, framework.id, str(area.county_code)) if _is_district(area) else {}
    money = area_money(catalogue, area.code)
    rows: dict[str, dict[str, Any]] = {}
    missions = []
    for mission in framework.missions:
        lines = []
        for target in mission.targets:
            row = _own_row(catalogue, target, own, county)
            if row is not None:
                rows[target.id] = row
                lines.append(_line(catalogue, area, framework, target, row))
        missions.append(_mission(catalogue, framework, mission, lines, rows, money))
    told = [line.status for one in missions for line in one.targets]
    counts = {
        status: told.count(status)
        for status in ("met", "on_track", "off_track", "moving_away", "cannot_tell")
    }
    sources = {catalogue.indicators[one].source_id for m in framework.missions for one in m.indicator_ids}
    return CouncilMissionsPage(
        title=f"{area.name}: {framework.title}",
        description=f"How {area.name} stands on every target of {framework.title}.",
        path=urls.council_missions(area.code, framework=framework.id),
        about=about(catalogue, sources, caveats=(mission_words.RULE,)),
        parents=(
            Link(text="Councils", url=urls.councils()),
            Link(text=area.name, url=urls.council(area.code)),
        ),
        code=area.code,
        name=area.name,
        kind=text.KINDS[area.kind],
        framework_title=framework.title,
        framework_url=urls.missions(framework.id),
        word=framework.mission_word,
        frameworks=tuple(
            Link(text=one.title, url=urls.council_missions(area.code, framework=one.id))
            for one in catalogue.frameworks.values()
        ),
        counts=tuple((mission_words.STATUS[status], count) for status, count in counts.items()),
        lead=mission_words.council_sentence(area.name, counts),
        missions=tuple(missions),
        county_note=_county_note(catalogue, area),
        rule=mission_words.RULE,
        rows=tuple(rows.values()),
    )


def _is_district(area: Area) -> bool:
    return area.kind is AreaKind.DISTRICT and area.county_code is not None


def _own_row(
    catalogue: Catalogue, target: Target, own: dict[str, Any], county: dict[str, Any]
) -> dict[str, Any] | None:
    """The row of the council, or of its county for a county's service; None for a target not for it."""
    if target.indicator_id is None:
        return None
    upper = catalogue.indicators[target.indicator_id].tier is Tier.UPPER
    found: dict[str, Any] | None = (county if upper and county else own).get(target.id)
    return found


def _line(
    catalogue: Catalogue, area: Area, framework: Framework, target: Target, row: dict[str, Any]
) -> TargetRow:
    assert target.indicator_id is not None, "a target without an indicator has no row"
    indicator = catalogue.indicators[target.indicator_id]
    other = row["area_code"] != area.code
    return TargetRow(
        title=target.title,
        url=urls.target(framework.id, target.id),
        whose=catalogue.register.areas[row["area_code"]].name if other else "",
        applied=mission_words.APPLIED if row["applied_locally"] else "",
        benchmark=target.project_benchmark,
        status=row["status"],
        mark=mission_words.MARK[row["status"]],
        status_words=mission_words.STATUS[row["status"]],
        reason=row["reason"],
        way=mission_words.way(row, indicator, target),
        distance=mission_words.distance(row, indicator),
        pace=mission_words.pace(row, indicator),
        like=_like(row, indicator),
        chance=mission_words.chance(row),
        broke=mission_words.broke(row, indicator),
        age=mission_words.age([row["latest_end"]], collected(catalogue)),
        indicator_url=urls.council_indicator(area.code, indicator.id),
    )


def _like(row: dict[str, Any], indicator: Any) -> str:  # noqa: ANN401 - Indicator, imported for typing only
    """What like councils did over the same span, and whether the pace needed is ordinary."""
    if row["like_change_per_year"] is None:
        return ""
    said = f"like councils {change_words.signed(indicator, row['like_change_per_year'])} a year"
    more = mission_words.ordinary(row)
    return f"{said}; {more}" if more else said


def _mission(  # noqa: PLR0917 - what a mission is made of
    catalogue: Catalogue,
    framework: Framework,
    mission: Mission,
    lines: list[TargetRow],
    read: Collection[str],
    money: dict[str, tuple[float, bool]],
) -> MissionRows:
    return MissionRows(
        number=mission.number,
        title=mission.title,
        url=urls.mission(framework.id, mission.id),
        targets=tuple(lines),
        not_for=tuple(
            NotFor(
                title=target.title,
                url=urls.target(framework.id, target.id),
                why=mission_words.not_for(target),
            )
            for target in mission.targets
            if target.id not in read
        ),
        money=tuple(_money(catalogue, mission, money)),
    )


def _money(catalogue: Catalogue, mission: Mission, money: dict[str, tuple[float, bool]]) -> Iterator[str]:
    for link in mission.funds:
        if link.fund_id in money:
            amount, shared = money[link.fund_id]
            fund = catalogue.funds[link.fund_id]
            part = ", partly an equal share of a joint award" if shared else ""
            kind = mission_words.amount_kind(fund.amount_kind)
            yield f"{fund.title}: {mission_words.money_words(amount)} ({kind}{part})"


def _county_note(catalogue: Catalogue, area: Area) -> str:
    if not _is_district(area):
        return ""
    county = catalogue.register.areas[str(area.county_code)].name
    return f"Schools, social care and public health are {county}'s: those targets show the county."
