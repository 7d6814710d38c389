"""One row of a scorecard: an indicator's latest value for a council, beside its comparators, with its
trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import isnan

import numpy as np
from pydantic import SkipValidation

from likeforlike.domain.area import Area
from likeforlike.publish import few_cases, text, urls
from likeforlike.publish.charts.models import Strip
from likeforlike.publish.pages.beside import Beside, beside, known
from likeforlike.publish.pages.page import Frozen
from likeforlike.publish.pages.standing import Standing
from likeforlike.publish.quality import QualityFlag

#: A value older than this when the figures were collected carries the flag "old".
OLD_YEARS = 4.0

#: (year, value) pairs. Not validated again: every point of every indicator, on each page, made by `_line`.
Sparkline = SkipValidation[tuple[tuple[float, float | None], ...]]


class Row(Frozen):
    """An indicator on a council's scorecard.

    `subject_code` is whose value it is: the county's where a district is shown an upper-tier indicator
    (`own` is False). `gap` orders findings: the difference from the mean of neighbours (or the comparator
    chosen) in robust standard deviations of all councils' values, above zero where the council is better.
    """

    indicator_id: str
    title: str
    topic: str
    url: str
    polarity: str
    subject_code: str
    subject_name: str
    own: bool
    period_start: date
    period_end: date
    period: str
    age_years: float
    age_words: str
    value: float | None
    value_words: str
    lower_95: float | None
    upper_95: float | None
    interval_words: str
    unit: str
    source: str
    few_cases: bool
    flags: tuple[str, ...]
    doubts: tuple[str, ...]
    nearest_code: str | None
    nearest: Beside
    neighbours: Beside
    all: Beside
    neighbour_count: int
    neighbours_missing: tuple[str, ...]
    all_count: int
    rank: int | None
    rank_last: int | None
    rank_words: str
    gaps: Mapping[str, float | None]
    direction: str
    judgement: str
    trend_words: str
    strip: Strip | None
    spark: Sparkline
    spark_mean: Sparkline


def make_row(
    standing: Standing,
    area: Area,
    subject: Area,
    status: Mapping[str, str],
    collected: date,
    *,
    doubts: Sequence[QualityFlag] = (),
    people: float | None = None,
    source: str = "",
) -> Row:
    """The row of one indicator. `status` has the status and method of the subject's observation, where
    there is one, and under `revised` what to say where revision has overturned the verdict; `doubts` are the
    quality flags of the value; `people` is the subject's population, by which few cases are told;
    `source` says whose figure it is."""
    indicator, found, column = standing.indicator, standing.benchmark, standing.column
    row = standing.matrix.row(subject.code)
    value = known(standing.matrix.values[row, column])
    lower, upper = known(standing.matrix.lower_95[row, column]), known(standing.matrix.upper_95[row, column])
    nearest, neighbours, everyone = (
        beside(standing, row, column, name) for name in ("nearest", "neighbours", "all")
    )
    rank, last = int(found.rank[row, column]) or None, int(found.rank_last[row, column]) or None
    count = int(found.all_count[column])
    own = subject.code == area.code
    age = text.age_years(standing.period.end, collected)
    uncertain = few_cases.few(indicator, value, neighbours.value, people)
    return Row(
        indicator_id=indicator.id,
        title=indicator.title,
        topic=indicator.topic,
        url=urls.council_indicator(area.code, indicator.id),
        polarity=indicator.polarity,
        subject_code=subject.code,
        subject_name=subject.name,
        own=own,
        period_start=standing.period.start,
        period_end=standing.period.end,
        period=standing.period.label,
        age_years=round(age, 2),
        age_words=text.age_words(standing.period.end, collected),
        value=value,
        value_words=text.value_words(value, indicator.unit, indicator.decimals),
        lower_95=lower,
        upper_95=upper,
        interval_words=text.interval_words(lower, upper, indicator.unit, indicator.decimals),
        unit=text.unit_words(indicator),
        source=source,
        few_cases=uncertain,
        flags=(
            *text.flag_words(status, value is not None, own, age >= OLD_YEARS, uncertain),
            *(doubt.short for doubt in doubts),
        ),
        doubts=tuple(doubt.sentence for doubt in doubts),
        nearest_code=found.nearest(row),
        nearest=nearest,
        neighbours=neighbours,
        all=everyone,
        neighbour_count=int(found.neighbour_count[row, column]),
        neighbours_missing=found.neighbours_missing(row, column),
        all_count=count,
        rank=rank,
        rank_last=last,
        rank_words=text.rank_words(rank, last, count),
        gaps={
            name: _gap(standing, one.difference)
            for name, one in (("nearest", nearest), ("neighbours", neighbours), ("all", everyone))
        },
        direction=str(standing.trend.direction[row]),
        judgement=str(standing.trend.judgement[row]),
        trend_words=text.trend_words(str(standing.trend.direction[row]), str(standing.trend.judgement[row])),
        strip=make_strip(standing, row, (nearest, neighbours, everyone), subject.name),
        spark=_line(standing, standing.matrix.values[row]),
        spark_mean=_line(standing, found.neighbour_mean[row]),
    )


def make_strip(
    standing: Standing, row: int, others: tuple[Beside, Beside, Beside], name: str
) -> Strip | None:
    """Where the council stands among all with the same powers; None where it has no value."""
    indicator, matrix, column = standing.indicator, standing.matrix, standing.column
    value = known(matrix.values[row, column])
    if value is None:
        return None
    nearest, neighbours, everyone = others
    rows = [int(index) for index in standing.benchmark.neighbours[row] if index >= 0]
    values = [known(matrix.values[index, column]) for index in rows]
    return Strip(
        low=standing.low,
        high=standing.high,
        value=value,
        lower=known(matrix.lower_95[row, column]),
        upper=known(matrix.upper_95[row, column]),
        nearest=nearest.value,
        neighbours=tuple(value for value in values if value is not None),
        median=everyone.value,
        better={1: "right", -1: "left"}.get(indicator.sign, ""),
        sentence=text.strip_sentence(
            name, indicator, value, (nearest.value, neighbours.value, everyone.value)
        ),
        ticks=standing.ticks,
    )


def _gap(standing: Standing, difference: float | None) -> float | None:
    """A difference in robust standard deviations, above zero where better; None where that says nothing."""
    sign = standing.indicator.sign
    if difference is None or not sign or not np.isfinite(standing.spread):
        return None
    return round(difference / standing.spread * sign, 4)


def _line(standing: Standing, values: np.ndarray) -> Sparkline:
    """A series up to the latest period, missing values None."""
    stop = standing.column + 1
    numbers: list[float | None] = values[:stop].tolist()
    if isnan(values[:stop].sum()):  # most series have no gap, and need no second look at every point
        numbers = [None if number is None or isnan(number) else number for number in numbers]
    return tuple(zip(standing.times[:stop], numbers, strict=True))
