"""One mission: its targets, where they are met, who is furthest, the money tagged to it, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.indicator import Certainty, Indicator
from likeforlike.domain.mission import Fit, Framework, IndicatorLink, Mission, Target, TargetKind
from likeforlike.domain.period import Period
from likeforlike.pipeline.fund_panels import pool_of, why_not_studied
from likeforlike.publish import change_words, mission_words, text, urls
from likeforlike.publish.missions import changes, fund_totals, mission_table, target_rows
from likeforlike.publish.pages.council import about, collected
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

OLD_YEARS = 3
FURTHEST = 3


class TargetLine(Frozen):
    """One target of the mission, with where it stands."""

    id: str
    title: str
    url: str
    asks: str
    set_for: str
    benchmark: bool
    status: str
    mark: str
    status_words: str
    reason: str
    england: str
    age: str
    gaps_url: str
    counts: str
    furthest: tuple[Link, ...]
    indicator: Link | None
    reference: str
    note: str


class EvidenceLine(Frozen):
    """One indicator of the mission: how well it fits, how old it is, whether a change can be told."""

    title: str
    url: str
    metric: str
    fit: str
    why: str
    latest: str
    age: str
    margins: str
    grade: str


class ChangeCell(Frozen):
    """What one fund's councils did on one indicator; no address where they are not compared."""

    words: str
    finding: str
    url: str


class ChangeLine(Frozen):
    """One indicator under every fund that serves the mission."""

    title: str
    cells: tuple[ChangeCell, ...]


class FundLine(Frozen):
    """One fund that serves the mission, who says so, and how much money the register holds."""

    id: str
    title: str
    url: str
    who_says: str
    checked: str
    money: str
    amount_gbp: float | None
    kind: str


class MissionPage(Page):
    """Everything about one mission."""

    framework_title: str
    framework_url: str
    word: str
    number: int
    aim: str
    objectives: tuple[str, ...]
    checked: str
    note: str
    status_note: str
    targets: tuple[TargetLine, ...]
    funds: tuple[FundLine, ...]
    changes: tuple[ChangeLine, ...]
    never_cause: str
    evidence: tuple[EvidenceLine, ...]
    grade: str
    missing: tuple[tuple[str, str, str], ...]
    rule: str
    rows: tuple[dict[str, Any], ...]
    england_rows: tuple[dict[str, Any], ...]
    change_rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """Everything on the page in exact numbers; the targets with their status first."""
        parts: tuple[tuple[str, Sequence[dict[str, Any]]], ...] = (
            ("targets", self.rows),
            ("england", self.england_rows),
            ("money", [one.model_dump(exclude={"url", "money"}) for one in self.funds]),
            ("changes", self.change_rows),
            ("evidence", [one.model_dump(exclude={"url"}) for one in self.evidence]),
            ("missing", [dict(zip(_MISSING, one, strict=True)) for one in self.missing]),
        )
        return tuple(
            Table(
                name=name,
                title=f"{self.title}: {name}",
                columns=tuple(Column(key=key, title=key) for key in (rows[0] if rows else {"none": ""})),
                rows=tuple(rows),
            )
            for name, rows in parts
            if rows or name == "targets"
        )


_MISSING = ("metric", "why", "data_needed")


def make_mission(catalogue: Catalogue, framework: Framework, mission: Mission) -> MissionPage:
    """The page of one mission."""
    rows = target_rows(catalogue, framework.id)
    evidence = tuple(_evidence(catalogue, link) for link in mission.indicators)
    known = changes(catalogue)
    funds = [catalogue.funds[link.fund_id] for link in mission.funds]
    studied = [fund.id for fund in funds if not why_not_studied(fund)]
    ids = [one for one in mission.indicator_ids if any((fund, one) in known for fund in studied)]
    sources = {catalogue.indicators[one].source_id for one in mission.indicator_ids}
    return MissionPage(
        title=f"{mission.title}: {framework.title}",
        description=mission.aim,
        path=urls.mission(framework.id, mission.id),
        about=about(catalogue, sources, caveats=(mission_words.RULE, change_words.NEVER_CAUSE)),
        parents=(
            Link(text="Missions", url=urls.missions()),
            Link(text=framework.title, url=urls.missions(framework.id)),
        ),
        framework_title=framework.title,
        framework_url=urls.missions(framework.id),
        word=framework.mission_word,
        number=mission.number,
        aim=mission.aim,
        objectives=tuple(one.text for one in mission.objectives),
        checked=_checked(framework, mission.checked),
        note=mission.numeric_target_note,
        status_note=framework.status_note,
        targets=tuple(_target(catalogue, framework, target, rows[target.id]) for target in mission.targets),
        funds=tuple(_funds(catalogue, framework, mission)),
        changes=tuple(_change_line(catalogue, one, [fund.id for fund in funds], known) for one in ids),
        never_cause=change_words.NEVER_CAUSE,
        evidence=evidence,
        grade=_grade(evidence, mission),
        missing=tuple((one.metric, one.why, one.data_needed) for one in mission.missing_metrics),
        rule=mission_words.RULE,
        rows=tuple(rows[target.id] for target in mission.targets),
        england_rows=tuple(
            row for target in mission.targets for row in _england_rows(catalogue, framework, target)
        ),
        change_rows=tuple(known[fund, one] for one in ids for fund in studied if (fund, one) in known),
    )


def _checked(framework: Framework, read_in: str) -> str:
    """Where something was read; a person's own framework needs no such note."""
    if framework.status == "own":
        return ""
    return f"Read in: {read_in}" if read_in else "Not checked against the document."


def _target(catalogue: Catalogue, framework: Framework, target: Target, row: dict[str, Any]) -> TargetLine:
    indicator = catalogue.indicators[target.indicator_id] if target.indicator_id else None
    return TargetLine(
        id=target.id,
        title=target.title,
        url=urls.target(framework.id, target.id),
        asks=mission_words.asks(target, indicator),
        set_for=mission_words.OWN if target.project_benchmark else mission_words.SET_FOR[target.set_for],
        benchmark=target.project_benchmark,
        status=row["status"],
        mark=mission_words.MARK[row["status"]],
        status_words=mission_words.STATUS[row["status"]],
        reason=row["status_reason"],
        england=_england(catalogue, framework, target, indicator),
        age=mission_words.age(_progress(catalogue, framework, target)["latest_end"], collected(catalogue)),
        gaps_url=urls.indicator_gaps(indicator.id) if indicator and target.kind is TargetKind.GAP else "",
        counts=mission_words.council_counts(row),
        furthest=tuple(_furthest(catalogue, framework, target)) if indicator else (),
        indicator=Link(text=indicator.title, url=urls.indicator(indicator.id)) if indicator else None,
        reference=target.reference,
        note=target.note,
    )


def _england(catalogue: Catalogue, framework: Framework, target: Target, indicator: Indicator | None) -> str:
    """What happened in England, or to the gap between its councils; empty where no figure is published."""
    rows = _england_rows(catalogue, framework, target)
    if indicator is None or not rows:
        return ""
    (row,) = rows
    what = "Gap" if target.kind is TargetKind.GAP else "England"
    return f"{what}: {mission_words.way(row, indicator, target)}"


def _england_rows(catalogue: Catalogue, framework: Framework, target: Target) -> list[dict[str, Any]]:
    return _progress(catalogue, framework, target).filter(pl.col("area_code") == "E92000001").to_dicts()


def _furthest(catalogue: Catalogue, framework: Framework, target: Target) -> Iterator[Link]:
    """Councils with the longest way to go, or that moved furthest the wrong way where there is no number."""
    rows = _progress(catalogue, framework, target).filter(
        pl.col("status").is_in(["off_track", "moving_away"])
        & ~pl.col("area_code").str.slice(0, 3).is_in(["E92", "E12"])
    )
    by = "distance" if target.has_number else "right_way_probability"
    ordered = rows.drop_nulls(by).sort(by, descending=target.has_number)
    if ordered.is_empty() and not target.has_number:
        ordered = rows.drop_nulls("actual_per_year").sort(
            "actual_per_year", descending=target.direction == "down"
        )
    for code in ordered["area_code"].head(FURTHEST):
        yield Link(text=catalogue.register.areas[code].name, url=urls.council_missions(code))


def _progress(catalogue: Catalogue, framework: Framework, target: Target) -> pl.DataFrame:
    table = mission_table(catalogue, "target_progress")
    return table.filter((pl.col("framework_id") == framework.id) & (pl.col("target_id") == target.id))


def _funds(catalogue: Catalogue, framework: Framework, mission: Mission) -> Iterator[FundLine]:
    totals = fund_totals(catalogue)
    for link in mission.funds:
        fund = catalogue.funds[link.fund_id]
        yield FundLine(
            id=fund.id,
            title=fund.title,
            url=urls.chain(fund=fund.id),
            who_says=link.who_says,
            checked=_checked(framework, link.checked),
            amount_gbp=totals.get(fund.id),
            money=mission_words.money_words(totals[fund.id]) if fund.id in totals else "",
            kind=mission_words.amount_kind(fund.amount_kind)
            + ("" if fund.usable_for_totals else "; the register is incomplete"),
        )


def _change_line(
    catalogue: Catalogue, indicator_id: str, funds: list[str], known: dict[tuple[str, str], dict[str, Any]]
) -> ChangeLine:
    cells = []
    for fund in funds:
        row = known.get((fund, indicator_id))
        finding = row["finding"] if row else ""
        words = change_words.FINDINGS[finding] if row else why_not_studied(catalogue.funds[fund])
        cells.append(
            ChangeCell(words=words, finding=finding, url=urls.change(fund, indicator_id) if row else "")
        )
    return ChangeLine(title=catalogue.indicators[indicator_id].title, cells=tuple(cells))


def _evidence(catalogue: Catalogue, link: IndicatorLink) -> EvidenceLine:
    indicator = catalogue.indicators[link.indicator_id]
    matrix = catalogue.matrices.matrix(indicator.id, pool_of(indicator))
    latest = matrix.periods[matrix.latest_column()] if matrix.periods else None
    margins = _margins(catalogue, indicator)
    return EvidenceLine(
        title=indicator.title,
        url=urls.indicator(indicator.id),
        metric=link.metric,
        fit=mission_words.FIT[link.fit],
        why=link.why,
        latest=text.sentence(latest.label) if latest else "none",
        age=text.age_words(latest.end, collected(catalogue)) if latest else "",
        margins=margins,
        grade=_one_grade(link, latest, collected(catalogue), told=margins != "no margins published"),
    )


def _margins(catalogue: Catalogue, indicator: Indicator) -> str:
    if indicator.certainty is Certainty.FULL_COUNT:
        return "complete count"
    matrix = catalogue.matrices.matrix(indicator.id, pool_of(indicator))
    if matrix.periods and (matrix.upper_95[:, matrix.latest_column()] > 0).any():
        return "margins published"
    return "no margins published"


def _one_grade(link: IndicatorLink, latest: Period | None, today: date, *, told: bool) -> str:
    """Strong: the metric itself, not old, and a change can be told. Weak: one of these is lacking."""
    if latest is None:
        return "none"
    lacking = (link.fit is Fit.PROXY) + (text.age_years(latest.end, today) > OLD_YEARS) + (not told)
    return ("strong", "fair", "weak", "weak")[lacking]


def _grade(evidence: tuple[EvidenceLine, ...], mission: Mission) -> str:
    strong = sum(one.grade == "strong" for one in evidence)
    total = len(evidence) + len(mission.missing_metrics)
    if not total:
        return "No metric is named."
    return (
        f"{strong} of {total} metrics have strong evidence: the metric itself, at most "
        f"{text.count_words(OLD_YEARS)} "
        "years old, and a change in it can be told from chance."
    )
