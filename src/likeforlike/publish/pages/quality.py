"""Quality: how many numbers each check doubts, which, and what was corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.domain.quality import Check
from likeforlike.publish import text, urls
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table
from likeforlike.publish.quality import (
    FLAG_KEYS,
    CorrectionLine,
    QualityFlag,
    all_corrections,
    all_flags,
    newest,
)
from likeforlike.publish.quality_words import CHECKS, LEAD, RULES

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: How many indicators and councils are listed as the most flagged.
MOST = 10


class QualityChoice(Frozen):
    """What a visitor chose; part of the address."""

    check: Check | None = None
    indicator: str = ""


class CheckLine(Frozen):
    """One check: its rule and what it found, in all periods and in the newest."""

    check: Check
    title: str
    rule: str
    flags: int
    newest: int
    indicators: int
    councils: int
    url: str


class Often(Frozen):
    """An indicator or council and how many flags it has."""

    text: str
    url: str
    flags: int
    checks: str


class Reproduced(Frozen):
    """A publisher's mistake that a neighbour model repeats on purpose, to give the published list."""

    model: Link
    area_name: str
    feature: str
    found: float
    use: float
    reason: str


class QualityPage(Page):
    """The checks and their flags."""

    choice: QualityChoice
    lead: str
    total: int
    observations: int
    checks: tuple[CheckLine, ...]
    indicators: tuple[Often, ...]
    councils: tuple[Often, ...]
    flags: tuple[QualityFlag, ...]
    corrections: tuple[CorrectionLine, ...]
    reproduced: tuple[Reproduced, ...]
    indicator_choices: tuple[Link, ...]

    def tables(self) -> tuple[Table, ...]:
        """The flags chosen, the counts, the corrections."""
        return (
            _table("flags", self.title, self.flags, FLAG_KEYS),
            _table(
                "checks",
                "Flags by check",
                self.checks,
                ("check", "title", "flags", "newest", "indicators", "councils"),
            ),
            _table(
                "corrections",
                "Declared corrections",
                self.corrections,
                tuple(name for name in CorrectionLine.model_fields if name not in ("url", "period")),
            ),
        )


def make_quality(catalogue: Catalogue, choice: QualityChoice | None = None) -> QualityPage:
    """The page; NotFoundError for an unknown indicator."""
    chosen = choice or QualityChoice()
    flags = all_flags(catalogue)
    if chosen.indicator:
        flags = tuple(one for one in flags if one.indicator_id == catalogue.indicator(chosen.indicator).id)
    shown = tuple(one for one in flags if chosen.check in (None, one.check))
    return QualityPage(
        title="Quality: numbers to look at twice",
        description=LEAD,
        path=urls.quality(check=chosen.check, indicator=chosen.indicator or None),
        about=about(catalogue, {catalogue.indicators[one.indicator_id].source_id for one in shown}),
        parents=(Link(text="Data", url=urls.data()),),
        choice=chosen,
        lead=LEAD,
        total=len(flags),
        observations=catalogue.release.manifest.tables["observation"].rows,
        checks=tuple(_checks(catalogue, flags, chosen)),
        indicators=tuple(_often(flags, "indicator_id")),
        councils=tuple(_often(flags, "area_code")),
        flags=tuple(sorted(shown, key=_order)),
        corrections=all_corrections(catalogue),
        reproduced=tuple(
            line for model in catalogue.models.values() for line in _reproduced(catalogue, model)
        ),
        indicator_choices=tuple(
            Link(text=title, url=indicator_id)
            for indicator_id, title in sorted(
                {(one.indicator_id, one.indicator) for one in all_flags(catalogue)}, key=lambda pair: pair[1]
            )
        ),
    )


def _order(flag: QualityFlag) -> tuple[int, int, str, str]:
    """By check, newest period first, then by name."""
    return [*Check].index(flag.check), -flag.period_end.toordinal(), flag.indicator, flag.area_name


def _checks(
    catalogue: Catalogue, flags: tuple[QualityFlag, ...], chosen: QualityChoice
) -> Iterator[CheckLine]:
    for check in Check:
        found = [one for one in flags if one.check is check]
        yield CheckLine(
            check=check,
            title=CHECKS[check],
            rule=RULES[check],
            flags=len(found),
            newest=sum(newest(catalogue, one) for one in found),
            indicators=len({one.indicator_id for one in found}),
            councils=len({one.area_code for one in found}),
            url=urls.quality(check=check, indicator=chosen.indicator or None),
        )


def _often(flags: tuple[QualityFlag, ...], by: str) -> Iterator[Often]:
    """The most flagged, most first."""
    counts = Counter(getattr(one, by) for one in flags)
    for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]:
        of_key = [one for one in flags if getattr(one, by) == key]
        first = of_key[0]
        checks = [check for check in Check if any(one.check is check for one in of_key)]
        council = by == "area_code" and key in first.url
        yield Often(
            text=first.indicator if by == "indicator_id" else text.sentence(first.area_name),
            url=urls.council(key) if council else urls.quality(indicator=key) if by == "indicator_id" else "",
            flags=count,
            checks=text.join_words([CHECKS[check].lower() for check in checks]),
        )


def _reproduced(catalogue: Catalogue, model: NeighbourModel) -> Iterator[Reproduced]:
    for one in model.corrections:
        area = catalogue.register.areas.get(one.area_code)
        yield Reproduced(
            model=Link(text=model.title, url=urls.model(model.id)),
            area_name=area.name if area else one.area_code,
            feature=one.feature.replace("-", " "),
            found=one.found,
            use=one.use,
            reason=one.reason,
        )


def _table(name: str, title: str, rows: tuple[Frozen, ...], keys: tuple[str, ...]) -> Table:
    columns = tuple(Column(key=key, title=key) for key in keys)
    cells = tuple({key: getattr(row, key) for key in keys} for row in rows)
    return Table(name=name, title=title, columns=columns, rows=cells)
