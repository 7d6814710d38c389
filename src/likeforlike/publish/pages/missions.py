"""The missions of a framework as tiles: on track, off, cannot tell, cannot be monitored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from likeforlike.domain.mission import Framework, Mission
from likeforlike.publish import mission_words, urls
from likeforlike.publish.missions import target_rows
from likeforlike.publish.pages.page import About, Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

TILES = ("on", "off", "unclear", "unmonitored")
MARKS = {"on": "better", "off": "worse", "unclear": "cannot_tell", "unmonitored": "cannot_tell"}


class Tile(Frozen):
    """One mission with how many of its targets stand where; metrics nobody can follow are counted apart."""

    id: str
    number: int
    title: str
    url: str
    aim: str
    note: str
    counts: tuple[tuple[str, int], ...]
    targets: int
    benchmarks: int
    missing: int


class MissionsPage(Page):
    """One framework at a glance."""

    framework_id: str
    publisher: str
    reference: str
    legal_basis: str
    status_note: str
    word: str
    frameworks: tuple[Link, ...]
    tiles: tuple[Tile, ...]
    totals: tuple[tuple[str, int], ...]
    lead: str
    notes: tuple[str, ...]
    rule: str
    tile_words: dict[str, str]
    tile_marks: dict[str, str]
    coverage_url: str
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """Every target with its status and counts, and the counts of every tile."""
        tiles = tuple(
            {"mission_id": one.id, "number": one.number, "title": one.title, **dict(one.counts)}
            | {"targets": one.targets, "benchmarks": one.benchmarks, "metrics_missing": one.missing}
            for one in self.tiles
        )
        named = (("targets", self.rows or ({"target_id": ""},)), ("tiles", tiles))
        return tuple(
            Table(
                name=name,
                title=self.title,
                columns=tuple(Column(key=key, title=key) for key in rows[0]),
                rows=rows if name == "tiles" or self.rows else (),
            )
            for name, rows in named
        )


def make_missions(catalogue: Catalogue, framework: Framework) -> MissionsPage:
    """The tiles of one framework."""
    rows = target_rows(catalogue, framework.id)
    tiles = tuple(_tile(framework, mission, rows) for mission in framework.missions)
    totals = tuple((name, sum(dict(tile.counts)[name] for tile in tiles)) for name in TILES)
    return MissionsPage(
        title=framework.title,
        description=f"Which aims of {framework.title} are on track, which are not, which nobody can tell.",
        path=urls.missions(framework.id),
        about=About(release_id=catalogue.release.id, caveats=(mission_words.RULE, *framework.notes)),
        parents=(Link(text="Missions", url=urls.missions()),),
        framework_id=framework.id,
        publisher=framework.publisher,
        reference=framework.reference,
        legal_basis=framework.legal_basis,
        status_note=framework.status_note,
        word=framework.mission_word,
        frameworks=tuple(
            Link(text=one.title, url=urls.missions(one.id)) for one in catalogue.frameworks.values()
        ),
        tiles=tiles,
        totals=totals,
        lead=mission_words.totals_sentence(dict(totals)),
        notes=framework.notes,
        rule=mission_words.RULE,
        tile_words=dict(mission_words.TILE_WORDS),
        tile_marks=MARKS,
        coverage_url=urls.framework_coverage(framework.id),
        rows=tuple(rows.values()),
    )


def _tile(framework: Framework, mission: Mission, rows: dict[str, dict[str, Any]]) -> Tile:
    places = [mission_words.TILE[rows[target.id]["status"]] for target in mission.targets]
    return Tile(
        id=mission.id,
        number=mission.number,
        title=mission.title,
        url=urls.mission(framework.id, mission.id),
        aim=mission.aim,
        note=mission.numeric_target_note,
        counts=tuple((name, places.count(name)) for name in TILES),
        targets=len(mission.targets),
        benchmarks=sum(target.project_benchmark for target in mission.targets),
        missing=len(mission.missing_metrics),
    )
