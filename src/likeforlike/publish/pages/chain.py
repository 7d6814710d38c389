"""From a pound to an outcome and back: fund, mission, indicator, target, change, and change in comparable
places.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from likeforlike.domain.mission import Framework, FundLink, Mission
from likeforlike.publish import change_words, mission_words, text, urls
from likeforlike.publish.missions import changes, fund_totals, target_rows
from likeforlike.publish.pages.change import known_fund
from likeforlike.publish.pages.page import About, Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

KEYS = (
    "fund_id",
    "framework_id",
    "mission_id",
    "who_says",
    "indicator_id",
    "fit",
    "target_id",
    "target_status",
    "funded_change",
    "comparators_change",
    "difference",
    "lower_95",
    "upper_95",
    "smallest_detectable",
    "plausible",
    "years_after",
    "finding",
)


class ChainLine(Frozen):
    """One indicator of a mission that a fund serves, with the targets on it and what happened."""

    indicator: Link
    fit: str
    targets: tuple[tuple[str, str, str, str], ...]  # title, address, mark, status
    funded: str
    comparators: str
    difference: str
    finding: str
    words: str
    change_url: str


class ChainGroup(Frozen):
    """One fund and one mission it is said to serve."""

    fund: Link
    money: str
    mission: Link
    framework: str
    who_says: str
    lines: tuple[ChainLine, ...]


class ChainPage(Page):
    """Every link, filtered by fund, mission or indicator."""

    fund_id: str
    framework_id: str
    mission_id: str
    indicator_id: str
    fund_choices: tuple[tuple[str, str], ...]
    framework_choices: tuple[tuple[str, str], ...]
    groups: tuple[ChainGroup, ...]
    never_cause: str
    counted: str
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per link and target."""
        columns = tuple(Column(key=key, title=key) for key in KEYS)
        return (Table(name="chain", title=self.title, columns=columns, rows=self.rows),)


def make_chain(
    catalogue: Catalogue,
    *,
    fund_id: str = "",
    framework_id: str = "",
    mission_id: str = "",
    indicator_id: str = "",
) -> ChainPage:
    """The chain, as far as it is asked for; NotFoundError for an unknown fund."""
    if fund_id:
        known_fund(catalogue, fund_id)
    links = [
        one
        for one in _links(catalogue)
        if (not fund_id or one[2].fund_id == fund_id)
        and (not framework_id or one[0].id == framework_id)
        and (not mission_id or mission_id in (one[1].id, str(one[1].number)))
        and (not indicator_id or one[3] == indicator_id)
    ]
    known = changes(catalogue)
    statuses = {one.id: target_rows(catalogue, one.id) for one in catalogue.frameworks.values()}
    rows = [row for one in links for row in _rows(one, known, statuses)]
    query = {"fund": fund_id, "framework": framework_id, "mission": mission_id, "indicator": indicator_id}
    return ChainPage(
        title="From pound to outcome",
        description="Which fund serves which mission, and what happened where the money went.",
        path=urls.chain(**query),
        about=About(release_id=catalogue.release.id, caveats=(change_words.NEVER_CAUSE,)),
        parents=(Link(text="Missions", url=urls.missions()),),
        fund_id=fund_id,
        framework_id=framework_id,
        mission_id=mission_id,
        indicator_id=indicator_id,
        fund_choices=tuple((one.id, one.title) for one in catalogue.funds.values()),
        framework_choices=tuple((one.id, one.title) for one in catalogue.frameworks.values()),
        groups=tuple(_groups(catalogue, links, known, statuses)),
        never_cause=change_words.NEVER_CAUSE,
        counted=_counted(links, known),
        rows=tuple(rows),
    )


_One = tuple[Framework, Mission, FundLink, str]


def _links(catalogue: Catalogue) -> Iterator[_One]:
    """Every fund of every mission with every indicator of that mission."""
    for framework in catalogue.frameworks.values():
        for mission in framework.missions:
            for fund in mission.funds:
                for indicator_id in mission.indicator_ids:
                    yield framework, mission, fund, indicator_id


def _groups(
    catalogue: Catalogue,
    links: list[_One],
    known: dict[tuple[str, str], dict[str, Any]],
    statuses: dict[str, dict[str, dict[str, Any]]],
) -> Iterator[ChainGroup]:
    """Links of one fund and one mission together, in order."""
    totals = fund_totals(catalogue)
    for (framework_id, mission_id, fund_id), some in groupby(
        links, lambda one: (one[0].id, one[1].id, one[2].fund_id)
    ):
        ones = list(some)
        framework, mission, link, _ = ones[0]
        yield ChainGroup(
            fund=Link(text=catalogue.funds[fund_id].title, url=urls.chain(fund=fund_id)),
            money=mission_words.money_words(totals[fund_id]) if fund_id in totals else "",
            mission=Link(text=mission.title, url=urls.mission(framework_id, mission_id)),
            framework=framework.title,
            who_says=link.who_says,
            lines=tuple(_line(catalogue, one, known, statuses) for one in ones),
        )


def _line(
    catalogue: Catalogue,
    one: _One,
    known: dict[tuple[str, str], dict[str, Any]],
    statuses: dict[str, dict[str, dict[str, Any]]],
) -> ChainLine:
    framework, mission, link, indicator_id = one
    indicator = catalogue.indicators[indicator_id]
    row = known.get((link.fund_id, indicator_id))
    made = row is not None and row["estimate"] is not None
    shown = {
        key: change_words.signed(indicator, row[key]) if made and row else ""
        for key in ("funded_change", "comparators_change", "estimate")
    }
    return ChainLine(
        indicator=Link(text=indicator.title, url=urls.chain(indicator=indicator.id)),
        fit=_fit(mission, indicator_id),
        targets=tuple(
            (
                target.title,
                urls.target(framework.id, target.id),
                mission_words.MARK[statuses[framework.id][target.id]["status"]],
                mission_words.STATUS[statuses[framework.id][target.id]["status"]],
            )
            for target in mission.targets
            if target.indicator_id == indicator_id
        ),
        funded=shown["funded_change"],
        comparators=shown["comparators_change"],
        difference=shown["estimate"],
        finding=row["finding"] if row else "",
        words=change_words.FINDINGS[row["finding"]] if row else "not compared",
        change_url=urls.change(link.fund_id, indicator_id) if row else "",
    )


def _fit(mission: Mission, indicator_id: str) -> str:
    return next(
        (link.fit.value for link in mission.indicators if link.indicator_id == indicator_id), "target only"
    )


def _rows(
    one: _One, known: dict[tuple[str, str], dict[str, Any]], statuses: dict[str, dict[str, dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    framework, mission, link, indicator_id = one
    row = known.get((link.fund_id, indicator_id), {})
    targets = [target.id for target in mission.targets if target.indicator_id == indicator_id]
    for target_id in [*targets] or [""]:
        yield {
            "fund_id": link.fund_id,
            "framework_id": framework.id,
            "mission_id": mission.id,
            "who_says": link.who_says,
            "indicator_id": indicator_id,
            "fit": _fit(mission, indicator_id),
            "target_id": target_id or None,
            "target_status": statuses[framework.id][target_id]["status"] if target_id else None,
            "funded_change": row.get("funded_change"),
            "comparators_change": row.get("comparators_change"),
            "difference": row.get("estimate"),
            "lower_95": row.get("lower_95"),
            "upper_95": row.get("upper_95"),
            "smallest_detectable": row.get("smallest_detectable"),
            "plausible": row.get("plausible"),
            "years_after": row.get("years_after"),
            "finding": row.get("finding"),
        }


def _counted(links: list[_One], known: dict[tuple[str, str], dict[str, Any]]) -> str:
    """How many different comparisons stand behind the links, and what they say."""
    pairs = {(link.fund_id, indicator_id) for _, _, link, indicator_id in links}
    found = [known[pair]["finding"] for pair in pairs if pair in known]
    if not found:
        return "No comparison of funded councils belongs to this selection."
    said = [
        f"{words} ({found.count(name)})" for name, words in change_words.FINDINGS.items() if found.count(name)
    ]
    return f"{text.sentence(text.count_words(len(found)))} comparisons: {'; '.join(said)}."
