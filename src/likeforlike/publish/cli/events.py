"""`likeforlike events`: a file of events, one row each, as figures of councils and periods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeforlike.publish.cli.columns import Column
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit, note

if TYPE_CHECKING:
    import polars as pl

    from likeforlike.definitions.loader import Definitions
    from likeforlike.domain.area import AreaRegister
    from likeforlike.domain.event import EventDefinition
    from likeforlike.observations.event_answer import Events

_KEYS = (
    "series",
    "area_code",
    "area_name",
    "period_start",
    "period_end",
    "period",
    "value",
    "status",
    "events",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(events)


def events(  # noqa: PLR0917 - as the command line has them
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Parquet or CSV files with the same columns.")
    ],
    definition: Annotated[
        str,
        typer.Option("--definition", help="A definition file (YAML), or the name of one that comes along."),
    ],
    lookups: Annotated[
        Path | None,
        typer.Option(
            "--lookups", help="The folder of the files it looks up.", show_default="the definition's own"
        ),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="duckdb or spark.")] = "duckdb",
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads to run on.")] = 2,
    memory_mb: Annotated[
        int | None, typer.Option("--memory-mb", min=128, help="Memory the engine may hold.")
    ] = None,
    release: ReleaseOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Count or add up a file of events by council and period, as a definition declares it.

    Every row is accounted for: the error stream says how many were counted, and how many set aside and why.
    Rates divide by the population of the release.
    """
    # Ibis and DuckDB are needed by no other command that reads.
    from likeforlike.definitions.loader import load_definitions, load_register  # noqa: PLC0415
    from likeforlike.observations import event_engines  # noqa: PLC0415
    from likeforlike.observations.events import aggregate  # noqa: PLC0415
    from likeforlike.pipeline.events import read_lookups  # noqa: PLC0415

    chosen = _engine_name(engine)
    declared, folder = _definition(definition, load_definitions())
    areas = load_register()
    read = read_lookups(lookups or folder, declared)
    with event_engines.engine(chosen, threads=threads, memory_mb=memory_mb) as running:
        found = aggregate(running, files, declared, read, areas)
    emit(
        _rows(_with_rates(found, declared, release), areas),
        format,
        title=declared.title,
        caption=_caption(found),
        columns=_COLUMNS,
        keys=_KEYS,
    )
    for line in _account(found):
        note(line)


def _engine_name(text: str) -> Any:  # noqa: ANN401 - its type is loaded with the engines
    from likeforlike.domain.errors import RequestError  # noqa: PLC0415
    from likeforlike.observations.event_engines import EngineName  # noqa: PLC0415

    try:
        return EngineName(text)
    except ValueError as problem:
        raise RequestError(f"There is no engine {text!r}.", instead="Write duckdb or spark.") from problem


def _definition(given: str, known: Definitions) -> tuple[EventDefinition, Path]:
    """The definition and the folder its files are looked up in."""
    from likeforlike.definitions.loader import load_event_definition  # noqa: PLC0415
    from likeforlike.domain.errors import NotFoundError  # noqa: PLC0415

    if given in known.events:
        return known.events[given], Path()
    path = Path(given)
    if not path.suffix and not path.exists():
        raise NotFoundError(
            f"There is no definition {given!r}.",
            instead=f"Name a file (YAML), or one that comes along: {', '.join(known.events)}.",
        )
    return load_event_definition(path, known), path.parent


def _with_rates(found: Events, definition: EventDefinition, release: Path | None) -> pl.DataFrame:
    import polars as pl  # noqa: PLC0415 - types only above

    if not any(series.per for series in definition.series):
        return found.values
    from likeforlike.observations.event_rates import rates  # noqa: PLC0415
    from likeforlike.publish.catalogue import Catalogue  # noqa: PLC0415

    people = (
        Catalogue.open(release)
        .release.table("observation")
        .filter(pl.col("indicator_id") == "population", pl.col("value").is_not_null())
        .select("area_code", pl.col("period_end").dt.year().cast(pl.Int32).alias("year"), people="value")
    )
    made = rates(found.values, definition, people)
    without = {*found.values["area_code"]} - {*made["area_code"]}
    if without:
        note(
            f"no rate for {len(without)} areas whose population is not in the release, such as {min(without)}"
        )
    return pl.concat([found.values, made])


def _rows(values: pl.DataFrame, register: AreaRegister) -> list[dict[str, Any]]:
    from likeforlike.domain.period import Period  # noqa: PLC0415

    return [
        {
            "series": row["series"],
            "area_code": row["area_code"],
            "area_name": register.areas[row["area_code"]].name,
            "period_start": row["period_start"],
            "period_end": row["period_end"],
            "period": Period.of(row["period_start"], row["period_end"]).label,
            "value": row["value"],
            "status": _STATUS.get(row["marker"], "normal"),
            "events": row["events"],
        }
        for row in values.iter_rows(named=True)
    ]


#: What a marker of EVENT_SCHEMA or of a rate says about the value.
_STATUS = {"x": "not_available", "e": "estimated", "p": "provisional"}


def _caption(found: Events) -> str:
    read, kept = int(found.account["rows"].sum()), _kept(found)
    return f"{read:,} rows read, {kept:,} counted, {read - kept:,} set aside."


def _account(found: Events) -> list[str]:
    lines = [_caption(found)]
    for row in found.account.filter(outcome="set_aside").sort("rows", descending=True).iter_rows(named=True):
        example = f", for example {row['example']}" if row["example"] else ""
        lines.append(f"set aside: {row['rows']:,} rows: {row['reason']}{example}")
    return lines


def _kept(found: Events) -> int:
    return int(found.account.filter(outcome="kept")["rows"].sum())


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


_COLUMNS = (
    Column("Series", lambda row: row["series"], wrap=True),
    Column("Council", lambda row: row["area_name"], wrap=True),
    Column("Period", lambda row: row["period"], wrap=True),
    Column("Value", lambda row: _number(row["value"]), right=True),
    Column("Rows", lambda row: f"{row['events']:,}", right=True),
    Column("Status", lambda row: row["status"].replace("_", " ")),
)
