"""A council's scorecard: every indicator beside like councils, what stands out, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator, Tier, Topic
from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish import council_words as words
from likeforlike.publish import text, urls
from likeforlike.publish.few_cases import residents
from likeforlike.publish.missions import first_framework
from likeforlike.publish.pages.beside import known
from likeforlike.publish.pages.findings import furthest
from likeforlike.publish.pages.page import About, Column, Frozen, Link, Page, Table
from likeforlike.publish.pages.row import Row, make_row
from likeforlike.publish.pages.scorecard import Group, Selection, Sort, grouped, query_of, topics
from likeforlike.publish.pages.standing import Standing, standing
from likeforlike.publish.quality import flags_beside
from likeforlike.publish.revision_words import flag
from likeforlike.publish.vintages import overturned_verdicts

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


#: Who is compared on an indicator of one tier; on the others both pools are.
_POOLS = {Tier.LOWER: (Pool.LOWER_TIER,), Tier.UPPER: (Pool.UPPER_TIER,)}


class Neighbour(Frozen):
    """A council most like this one."""

    code: str
    name: str
    distance: float
    url: str


class CouncilPage(Page):
    """The scorecard. `groups` hold the rows chosen, in order; `worse` and `better` are picked from all
    rows."""

    code: str
    name: str
    official_name: str
    kind: str
    region: Link | None
    county: Link | None
    districts: tuple[Link, ...]
    population: str
    nested_note: str
    model_id: str
    like: tuple[Neighbour, ...]
    compare_url: str
    selection: Selection
    topic_choices: tuple[Link, ...]
    choices: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    worse: tuple[Row, ...]
    better: tuple[Row, ...]
    judged: int
    cannot_tell: int
    grouping_note: str
    groups: tuple[Group, ...]
    collected: str

    def tables(self) -> tuple[Table, ...]:
        """The rows chosen, exact numbers."""
        rows = tuple(_flat(row) for group in self.groups for row in group.rows)
        columns = tuple(Column(key=key, title=key) for key in _KEYS)
        return (Table(name="scorecard", title=self.title, columns=columns, rows=rows),)


_KEYS = [
    "indicator_id",
    "indicator",
    "topic",
    "polarity",
    "area_code",
    "area_name",
    "period_start",
    "period_end",
    "period",
    "value",
    "unit",
    "lower_95",
    "upper_95",
    "flags",
    "doubts",
    "nearest_code",
    "nearest_value",
    "difference_from_nearest",
    "verdict_nearest",
    "neighbour_mean",
    "neighbour_count",
    "neighbours_missing",
    "difference_from_mean",
    "verdict_neighbours",
    "all_median",
    "all_count",
    "difference_from_median",
    "verdict_all",
    "rank",
    "rank_last",
    "direction",
    "judgement",
    "source",
    "page",
]


def make_council(catalogue: Catalogue, area: Area, selection: Selection | None = None) -> CouncilPage:
    """The scorecard of a council; NotFoundError for an area that is no council."""
    if not area.is_council:
        raise NotFoundError(
            f"{area.name} is a {text.KINDS[area.kind]}, and scorecards are of councils.",
            instead="Search for one of its councils.",
        )
    chosen = selection or Selection()
    rows = council_rows(catalogue, area)
    pool = Pool.UPPER_TIER if area.kind is AreaKind.COUNTY else Pool.LOWER_TIER
    register = catalogue.register
    shown = grouped(catalogue, rows, chosen)
    like = most_like(catalogue, area, pool)
    verdicts = [getattr(row, chosen.compare).verdict for row in rows if row.own and row.value is not None]
    county = register.areas[area.county_code] if area.county_code else None
    region = register.areas[area.region_code] if area.region_code else None
    return CouncilPage(
        title=f"{area.name}: scorecard",
        description=text.council_description(area.name),
        path=urls.council(area.code, **query_of(chosen)),
        about=_about(catalogue, rows),
        parents=(Link(text="Councils", url=urls.councils()),),
        code=area.code,
        name=area.name,
        official_name=area.official_name,
        kind=text.KINDS[area.kind],
        region=Link(text=region.name, url=f"{urls.councils()}#{region.code}") if region else None,
        county=Link(text=county.name, url=urls.council(county.code)) if county else None,
        districts=tuple(
            Link(text=register.areas[code].name, url=urls.council(code))
            for code in register.districts_of(area.code)
        ),
        population=population_words(catalogue, area),
        nested_note=text.tier_note(area.kind, county.name if county else ""),
        model_id=catalogue.model_for(pool).id,
        like=like,
        compare_url=urls.compare([area.code, *(other.code for other in like[:5])]),
        selection=chosen,
        topic_choices=tuple(topics(rows)),
        choices=words.CHOICES,
        worse=furthest(rows, chosen.compare, "worse"),
        better=furthest(rows, chosen.compare, "better"),
        judged=sum(verdict != "cannot_tell" for verdict in verdicts),
        cannot_tell=sum(verdict == "cannot_tell" for verdict in verdicts),
        grouping_note=words.mission_note(first_framework(catalogue).title)
        if chosen.sort is Sort.MISSION
        else "",
        groups=tuple(shown),
        collected=text.date_words(collected(catalogue)),
    )


def council_rows(catalogue: Catalogue, area: Area) -> tuple[Row, ...]:
    """Every indicator that the council, or for a district its county, is compared on, by topic and title."""
    statuses = _statuses(catalogue, {area.code, area.county_code or area.code})
    overturned = overturned_verdicts(catalogue)
    as_of, people = collected(catalogue), residents(catalogue)
    rows = []
    for indicator in in_reading_order(catalogue):
        if area.kind is AreaKind.COUNTY and indicator.tier is Tier.LOWER:
            continue
        place = standing(catalogue, indicator.id, catalogue.pool(indicator, area))
        subject = catalogue.comparisons.subject(indicator, area)
        if place is None or not _has_any(place, subject.code):
            continue
        key = (indicator.id, subject.code, place.period.start, place.period.end)
        status = statuses.get(key, {})
        if "neighbours" in overturned.get(key, {}):
            status = {**status, "revised": flag(overturned[key]["neighbours"][0])}
        doubts = flags_beside(catalogue, indicator.id, subject.code, place.period)
        rows.append(
            make_row(
                place,
                area,
                subject,
                status,
                as_of,
                doubts=doubts,
                people=people.get(subject.code),
                source=catalogue.sources[indicator.source_id].attribution,
            )
        )
    return tuple(rows)


def in_reading_order(catalogue: Catalogue) -> list[Indicator]:
    """Indicators by topic, as topics are listed, then by title."""
    order = {topic: number for number, topic in enumerate(Topic)}
    return sorted(catalogue.indicators.values(), key=lambda one: (order[one.topic], one.title, one.id))


def collected(catalogue: Catalogue) -> date:
    """The newest day on which figures of the release were collected: ages are measured to it, not to the
    clock."""
    return max(source.retrieved for source in catalogue.sources.values())


def most_like(catalogue: Catalogue, area: Area, pool: Pool, most: int = 10) -> tuple[Neighbour, ...]:
    """The nearest neighbours under the default model, nearest first."""
    found = catalogue.neighbours(catalogue.model_for(pool).id)
    row = found.areas.index(area.code)
    pairs = zip(found.neighbours[row][:most].tolist(), found.distances[row][:most].tolist(), strict=True)
    return tuple(
        Neighbour(
            code=found.areas[index],
            name=catalogue.register.areas[found.areas[index]].name,
            distance=round(distance, 4),
            url=urls.council(found.areas[index]),
        )
        for index, distance in pairs
        if index >= 0
    )


def population_words(catalogue: Catalogue, area: Area) -> str:
    """The area's newest population in words, or nothing where the release holds none."""
    if "population" not in catalogue.indicators:
        return ""
    rows = catalogue.matrices.aggregate("population", area.code).drop_nulls("value")
    if rows.is_empty():
        return ""
    last = rows.row(-1, named=True)
    return text.population_words(known(last["value"]) or 0.0, last["period_end"])


def _has_any(place: Standing, code: str) -> bool:
    row = place.matrix.row_of.get(code)
    return row is not None and bool((place.matrix.values[row] == place.matrix.values[row]).any())


def _statuses(catalogue: Catalogue, codes: Iterable[str]) -> dict[tuple[Any, ...], dict[str, str]]:
    """Status and method of the areas' observations by indicator, area and period."""
    rows = _latest(catalogue).filter(pl.col("area_code").is_in(list(codes))).iter_rows()
    return {row[:4]: {"status": row[4], "method": row[5]} for row in rows}


@lru_cache(maxsize=4)
def _latest(catalogue: Catalogue) -> pl.DataFrame:
    """The observations that scorecards show, of all areas: each indicator's at its latest period."""
    places = [
        place
        for indicator in catalogue.indicators.values()
        for pool in _POOLS.get(indicator.tier, (Pool.LOWER_TIER, Pool.UPPER_TIER))
        if (place := standing(catalogue, indicator.id, pool)) is not None
    ]
    shown = pl.DataFrame(
        {
            "indicator_id": [place.indicator.id for place in places],
            "period_start": [place.period.start for place in places],
            "period_end": [place.period.end for place in places],
        }
    ).unique()
    table = catalogue.release.table("observation").select(
        "indicator_id", "area_code", "period_start", "period_end", "status", "method"
    )
    return table.join(shown, on=["indicator_id", "period_start", "period_end"], how="semi")


def _about(catalogue: Catalogue, rows: tuple[Row, ...]) -> About:
    sources = {catalogue.indicators[row.indicator_id].source_id for row in rows}
    return about(catalogue, sources, comparator=text.COMPARATOR_NOTE, caveats=(text.FIXED_NEIGHBOURS,))


def about(
    catalogue: Catalogue, source_ids: Iterable[str], *, comparator: str = "", caveats: tuple[str, ...] = ()
) -> About:
    """What a file with figures of these sources says about itself."""
    used = [catalogue.sources[source_id] for source_id in sorted(set(source_ids))]
    licences: Mapping[str, Any] = catalogue.release.definitions.licences
    return About(
        release_id=catalogue.release.id,
        comparator=comparator,
        sources=tuple(source.attribution for source in used),
        licences=tuple(sorted({licences[source.licence].title for source in used})),
        caveats=caveats,
    )


def _plain(difference: float | None) -> float | None:
    """A difference without the noise of subtraction: 0.3, not 0.29999999999999716."""
    return None if difference is None else round(difference, 10)


def _flat(row: Row) -> dict[str, Any]:
    return {
        "indicator_id": row.indicator_id,
        "indicator": row.title,
        "topic": row.topic,
        "polarity": row.polarity,
        "area_code": row.subject_code,
        "area_name": row.subject_name,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "period": row.period,
        "value": row.value,
        "unit": row.unit,
        "lower_95": row.lower_95,
        "upper_95": row.upper_95,
        "flags": ", ".join(row.flags),
        "doubts": " ".join(row.doubts),
        "nearest_code": row.nearest_code,
        "nearest_value": row.nearest.value,
        "difference_from_nearest": _plain(row.nearest.difference),
        "verdict_nearest": row.nearest.verdict,
        "neighbour_mean": row.neighbours.value,
        "neighbour_count": row.neighbour_count,
        "neighbours_missing": row.neighbours_missing,
        "difference_from_mean": _plain(row.neighbours.difference),
        "verdict_neighbours": row.neighbours.verdict,
        "all_median": row.all.value,
        "all_count": row.all_count,
        "difference_from_median": _plain(row.all.difference),
        "verdict_all": row.all.verdict,
        "rank": row.rank,
        "rank_last": row.rank_last,
        "direction": row.direction,
        "judgement": row.judgement,
        "source": row.source,
        "page": row.url,
    }
