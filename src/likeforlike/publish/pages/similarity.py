"""A council's neighbours through the years: who, how near, what moved them, what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from likeforlike.analysis.similarity_history import AreaHistory, drifts, moved_by
from likeforlike.domain.area import Area
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.domain.period import Period
from likeforlike.publish import text, urls
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.choices import year_choices
from likeforlike.publish.neighbours import choose_model
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.neighbour_parts import feature_title, plain_table, sources_of
from likeforlike.publish.pages.page import Frozen, Link, Page, Table
from likeforlike.publish.two_councils import HISTORY_KEYS, history_rows, yearly_history

if TYPE_CHECKING:
    from likeforlike.analysis.neighbours import NeighbourSet
    from likeforlike.publish.catalogue import Catalogue


class Track(Frozen):
    """One council that has been a neighbour: its rank in every year, None outside the ten."""

    code: str
    name: str
    url: str
    ranks: tuple[int | None, ...]
    years_listed: int
    now: bool


class YearOverlap(Frozen):
    """How alike a year's ten and the last year's are."""

    year: int
    overlap: float
    rank_overlap: float
    turnover: float | None
    same: int


class Moved(Frozen):
    """Another council, its first and last distance, and the features that moved it that way most."""

    code: str
    name: str
    url: str
    first_distance: float
    last_distance: float
    by: str


class FeatureYears(Frozen):
    """One feature of the yearly model and the periods of its first and last year."""

    title: str
    first: str
    last: str


class ChoicePeriod(Frozen):
    """One period of an indicator beside three choices of neighbours."""

    period: str
    period_end: date
    value: str
    latest: str
    base: str
    each_year: str
    verdict_latest: str
    verdict_base: str
    verdict_each_year: str
    differs: bool


class SimilarityPage(Page):
    """A council through the years under one model."""

    code: str
    name: str
    model_id: str
    model_title: str
    model_url: str
    models: tuple[Link, ...]
    years: tuple[int, ...]
    headline: str
    sentences: tuple[str, ...]
    tracks: tuple[Track, ...]
    series: tuple[Series, ...]
    overlaps: tuple[YearOverlap, ...]
    now: tuple[Moved, ...]
    towards: tuple[Moved, ...]
    away: tuple[Moved, ...]
    features: tuple[FeatureYears, ...]
    left_out: tuple[str, ...]
    indicators: tuple[Link, ...] = Field(exclude=True)
    indicator_id: str
    indicator_title: str
    base: int
    choices: tuple[ChoicePeriod, ...]
    choice_sentence: str
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """Every year's ten; what the choice of neighbours does to one indicator."""
        return (
            plain_table("neighbours-by-year", self.title, self.rows, HISTORY_KEYS),
            plain_table(
                "choices",
                f"{self.indicator_title}: choice of neighbours",
                [one.model_dump() for one in self.choices],
                tuple(ChoicePeriod.model_fields),
            ),
        )

    def chart(self) -> str:
        """Distances to the last year's ten."""
        return lines_svg(self.series, self.title)


def make_similarity(
    catalogue: Catalogue,
    area: Area,
    *,
    model_id: str | None = None,
    indicator: Indicator | None = None,
    base: int | None = None,
) -> SimilarityPage:
    """The page for a council; DefinitionError for a model without a history.

    `base` is the year of the neighbours that stand beside the last year's: the first where none is named.
    """
    model = choose_model(catalogue, area, model_id, {})
    sets, history = yearly_history(catalogue, area, model)
    tables, _ = catalogue.comparisons.yearly_of(model)
    names = catalogue.names
    chosen = (
        indicator or catalogue.indicators.get("employment-rate") or next(iter(catalogue.indicators.values()))
    )
    fits = catalogue.pool(chosen, area) is model.pool
    choices = year_choices(catalogue, chosen, area, model_id=model.id if fits else None, base=base)
    towards, away = drifts(sets, area.code)
    moved = [
        tuple(_moved(catalogue, model, sets, area=area.code, other=one.other, names=names) for one in group)
        for group in (towards, away)
    ]
    now = tuple(
        _moved(catalogue, model, sets, area=area.code, other=code, names=names) for code in history.now
    )
    return SimilarityPage(
        title=f"{area.name}’s neighbours through the years",
        description=f"Who has been like {area.name} since {history.years[0]}, and what changed.",
        path=urls.council_similarity(
            area.code, model=model_id, indicator=indicator.id if indicator else None, base=base
        ),
        about=about(catalogue, sorted(sources_of(catalogue, tables.model)), comparator=model.description),
        parents=(
            Link(text=area.name, url=urls.council(area.code)),
            Link(text="Neighbours", url=urls.council_neighbours(area.code, model=model_id)),
        ),
        code=area.code,
        name=area.name,
        model_id=model.id,
        model_title=model.title,
        model_url=urls.model(model.id),
        models=_models(catalogue, area),
        years=history.years,
        headline=_headline(area, history),
        sentences=tuple(_sentences(history, names)),
        tracks=_tracks(history, names),
        series=_series(history, names),
        overlaps=_overlaps(history),
        now=now,
        towards=moved[0],
        away=moved[1],
        features=tuple(
            FeatureYears(
                title=text.sentence(feature_title(catalogue, model, name)),
                first=tables.periods[history.years[0]][name].label,
                last=tables.periods[history.years[-1]][name].label,
            )
            for name in tables.model_features
        ),
        left_out=tuple(feature_title(catalogue, model, name) for name in tables.left_out),
        indicators=_indicators(catalogue, area),
        indicator_id=chosen.id,
        indicator_title=chosen.title,
        base=base or history.years[0],
        choices=tuple(_choice(chosen, row) for row in reversed(choices)),
        choice_sentence=_choice_sentence(chosen, choices),
        rows=tuple(history_rows(catalogue, area, model)),
    )


def _headline(area: Area, history: AreaHistory) -> str:
    now = set(history.now)
    same = sum(history.others[column] in now for column in np.flatnonzero(history.ranks[0]))
    first, last = history.years[0], history.years[-1]
    return f"Of {area.name}’s ten nearest in {last}, {same} were among the ten in {first} already."


def _sentences(history: AreaHistory, names: Mapping[str, str]) -> list[str]:
    listed, span = history.years_listed, len(history.years)
    always = [names[code] for code, count in listed.items() if count == span]
    newest, since = next(iter(history.since.items()))
    said = [
        f"In the ten in every year: {text.join_words(always)}."
        if always
        else f"None was in the ten in all {span} years; {names[next(iter(listed))]} was in most, "
        f"{next(iter(listed.values()))}."
    ]
    if since > history.years[0]:
        arrived = [names[code] for code, year in history.since.items() if year == since]
        said.append(f"Most recent: {text.join_words(arrived)}, since {since}.")
    assert newest in listed, "a current neighbour has been listed"
    said.append(f"{len(history.others)} councils have been among the ten at some time.")
    return said


def _tracks(history: AreaHistory, names: Mapping[str, str]) -> tuple[Track, ...]:
    now = set(history.now)
    return tuple(
        Track(
            code=code,
            name=names[code],
            url=urls.council_neighbours(code),
            ranks=tuple(int(rank) or None for rank in history.ranks[:, history.others.index(code)]),
            years_listed=count,
            now=code in now,
        )
        for code, count in history.years_listed.items()
    )


def _series(history: AreaHistory, names: Mapping[str, str]) -> tuple[Series, ...]:
    lines = []
    for place, code in enumerate(history.now):
        column = history.others.index(code)
        points = tuple(
            SeriesPoint(at=year + 0.5, label=str(year), value=float(history.distances[row, column]))
            for row, year in enumerate(history.years)
        )
        role = Role.NEAREST if place == 0 else Role.PEER
        lines.append(Series(name=names[code], role=role, points=points))
    columns = [history.others.index(code) for code in history.now]
    means = np.asarray(history.distances[:, columns]).mean(axis=1)
    mean = tuple(
        SeriesPoint(at=year + 0.5, label=str(year), value=float(value))
        for year, value in zip(history.years, means, strict=True)
    )
    return (*lines, Series(name="Mean of the ten", role=Role.MEAN, points=mean))


def _overlaps(history: AreaHistory) -> tuple[YearOverlap, ...]:
    now = set(history.now)
    return tuple(
        YearOverlap(
            year=year,
            overlap=float(history.overlap[row]),
            rank_overlap=float(history.rank_overlap[row]),
            turnover=None if np.isnan(history.turnover[row]) else float(history.turnover[row]),
            same=sum(history.others[column] in now for column in np.flatnonzero(history.ranks[row])),
        )
        for row, year in reversed(list(enumerate(history.years)))
    )


def _moved(
    catalogue: Catalogue,
    model: NeighbourModel,
    sets: dict[int, NeighbourSet],
    *,
    area: str,
    other: str,
    names: Mapping[str, str],
) -> Moved:
    first, last = sets[min(sets)], sets[max(sets)]
    a, b = first.row_of[area], first.row_of[other]
    before, after = float(first.all_distances[a, b]), float(last.all_distances[a, b])
    change = moved_by(first, last, area, other)
    same_way = [name for name, value in change.items() if value * (after - before) > 0][:2]
    return Moved(
        code=other,
        name=names[other],
        url=urls.council_neighbours(other),
        first_distance=before,
        last_distance=after,
        by=text.join_words([feature_title(catalogue, model, name) for name in same_way]),
    )


def _models(catalogue: Catalogue, area: Area) -> tuple[Link, ...]:
    table = catalogue.release.table("yearly_feature", ["model_id"]) if _has_years(catalogue) else None
    ids = set() if table is None else set(table["model_id"].to_list())
    upper = area.code in catalogue.register.counties
    return tuple(
        Link(text=model.title, url=model.id)
        for model in catalogue.models.values()
        if model.id in ids and not (upper and model.pool.value == "lower_tier")
    )


def _has_years(catalogue: Catalogue) -> bool:
    return "yearly_feature" in catalogue.release.manifest.tables


def _indicators(catalogue: Catalogue, area: Area) -> tuple[Link, ...]:
    county = area.code in catalogue.register.counties
    ones = [one for one in catalogue.indicators.values() if not (county and one.tier.value == "lower")]
    return tuple(Link(text=one.title, url=one.id) for one in sorted(ones, key=lambda one: one.title))


def _choice(indicator: Indicator, row: dict[str, Any]) -> ChoicePeriod:
    def value(key: str) -> str:
        return text.value_words(row[key], indicator.unit, indicator.decimals)

    return ChoicePeriod(
        period=Period(end=row["period_end"], start=row["period_start"]).short_label,
        period_end=row["period_end"],
        value=value("value"),
        latest=value("mean_latest"),
        base=value("mean_base"),
        each_year=value("mean_each_year"),
        verdict_latest=text.VERDICTS[row["verdict_latest"]],
        verdict_base=text.VERDICTS[row["verdict_base"]],
        verdict_each_year=text.VERDICTS[row["verdict_each_year"]],
        differs=row["differs"],
    )


def _choice_sentence(indicator: Indicator, rows: list[dict[str, Any]]) -> str:
    differing = sum(row["differs"] for row in rows)
    title = text.lower_first(indicator.title)
    if not rows:
        return f"There are no values of {title} to compare."
    if not differing:
        return f"For {title}, the choice changes no verdict in {len(rows)} periods."
    return f"For {title}, the choice changes the verdict in {differing} of {len(rows)} periods."
