"""Files of events to observations of a release: aggregated as declared, then standardised like any source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.correction import Correction
from likeforlike.domain.errors import DefinitionError, SourceChangedError
from likeforlike.domain.event import EventDefinition, Lookup
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.observation import RAW_SCHEMA, REPORT_SCHEMA
from likeforlike.domain.provenance import Source
from likeforlike.observations.event_answer import Events
from likeforlike.observations.event_engines import engine
from likeforlike.observations.event_rates import rates
from likeforlike.observations.events import Lookups, aggregate
from likeforlike.observations.standardise import Standardised, standardise
from likeforlike.sources.per_head import read_people
from likeforlike.sources.reading import read_csv

ROWS = "rows"


def observe_events(
    folder: Path,
    source: Source,
    definition: EventDefinition,
    indicators: Sequence[Indicator],
    register: AreaRegister,
    *,
    snapshot_ids: Mapping[str, str] | None = None,
    corrections: Sequence[Correction] = (),
) -> Standardised:
    """A source's events as observations, with the account of every row of its file.

    An observation rests on many rows, so `source_rows` says how many: "412 rows". Raises SourceChangedError
    for a file that is not as declared.
    """
    path = folder / definition.file
    try:
        with engine() as duckdb:
            events = aggregate(duckdb, [path], definition, read_lookups(folder, definition), register)
    except DefinitionError as problem:
        raise SourceChangedError(
            source.id,
            definition.file,
            expected="a file as the definition of its events says",
            found=str(problem),
            next_step=f"Compare the file with definitions/events/{definition.id}.yaml.",
        ) from problem
    raw, made = _raw_rows(folder, source, definition, events)
    out = standardise(raw, source, indicators, register, snapshot_ids=snapshot_ids, corrections=corrections)
    return replace(
        out,
        observations=_with_rows(out.observations, made, indicators),
        report=_report(source, definition, events),
    )


def read_lookups(folder: Path, definition: EventDefinition) -> Lookups:
    """The files that a definition refers to, under a folder."""
    areas: dict[str, str] = {}
    for lookup in definition.area.lookups:
        areas = _read(folder, lookup, definition.id) | areas
    reporters = definition.reporters
    return Lookups(
        areas if definition.area.lookups else None,
        _read(folder, reporters.lookup, definition.id) if reporters else None,
    )


def _read(folder: Path, lookup: Lookup, source_id: str) -> dict[str, str]:
    table = read_csv(folder, lookup.file, source_id)
    for name in (lookup.key, lookup.value):
        if name not in table.columns:
            raise SourceChangedError(
                source_id,
                lookup.file,
                expected=f"a column {name!r}",
                found=f"{', '.join(table.columns)}",
                row=1,
            )
    pairs = table.select(key=lookup.key, value=lookup.value).drop_nulls().unique(maintain_order=True)
    for key in pairs.filter(pl.col("key").is_duplicated())["key"].head(1):
        raise SourceChangedError(
            source_id, lookup.file, expected=f"one value for each {lookup.key}", found=f"several for {key}"
        )
    return dict(pairs.iter_rows())


def _raw_rows(
    folder: Path, source: Source, definition: EventDefinition, events: Events
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The figures as RAW_SCHEMA, and as they were made."""
    made = events.values
    if definition.population:
        people = read_people(folder, definition.population, source.id)
        made = pl.concat([made, rates(events.values, definition, people)])
    published = next(file.published for file in source.files if file.path == definition.file)
    given = {
        "series": pl.format("{}/{}", pl.lit(definition.id), "series"),
        "area_code": pl.col("area_code"),
        "period": pl.format("{}/{}", "period_start", "period_end"),
        "value": pl.col("value").cast(pl.String),
        "marker": pl.col("marker"),
        "file": pl.lit(definition.file),
        "published": pl.lit(published, pl.Date),
    }
    raw = made.select(
        given.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in RAW_SCHEMA.items()
    )
    return raw, made.with_columns(given["series"].alias("series"))


def _with_rows(
    observations: pl.DataFrame, made: pl.DataFrame, indicators: Sequence[Indicator]
) -> pl.DataFrame:
    """Observations that say on how many rows of the file they rest."""
    takes = pl.DataFrame(
        [(one.id, series) for one in indicators for series in one.series],
        schema=["indicator_id", "series"],
        orient="row",
    )
    place = ["area_code", "period_start", "period_end"]
    rows = made.join(takes, on="series").select("indicator_id", *place, "events")
    return (
        observations.join(rows, on=["indicator_id", *place], how="left", maintain_order="left")
        .with_columns(pl.format("{} rows", pl.col("events").fill_null(0)).alias("source_rows"))
        .select(observations.columns)
    )


def _report(source: Source, definition: EventDefinition, events: Events) -> pl.DataFrame:
    """The account of rows as the build report holds it."""
    return events.account.select(
        pl.lit(source.id).alias("source_id"),
        pl.lit(definition.file).alias("file"),
        pl.lit(f"{definition.id}/{ROWS}").alias("series"),
        "outcome",
        "reason",
        "rows",
        "example",
    ).cast(REPORT_SCHEMA)
