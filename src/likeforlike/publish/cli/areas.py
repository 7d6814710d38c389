"""`likeforlike areas`: which areas there are, now or on a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from likeforlike.domain.area import COUNCILS, AreaKind
from likeforlike.domain.errors import RequestError
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit, read_day

#: Before it the register does not say which areas there were.
BEGINS = date(2011, 1, 1)
_COLUMNS = (
    Column("Code", lambda row: row["area_code"]),
    Column("Name", lambda row: row["name"], wrap=True),
    Column("Kind", lambda row: row["kind"].replace("_", " ")),
    Column("Region", lambda row: row["region"] or "", wrap=True),
    Column("County", lambda row: row["county"] or "", wrap=True),
    Column("From", lambda row: str(row["valid_from"] or "")),
    Column("To", lambda row: str(row["valid_to"] or "")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(areas)


def areas(
    kind: Annotated[AreaKind | None, typer.Option("--kind", help="Only areas of one kind.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Areas in force on that day, such as 2019-04-01."),
    ] = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """List councils in force now, or on a day; with --kind also combined authorities and regions."""
    everything = Catalogue.open(release).register
    on = read_day(as_of) if as_of else None
    if on is not None and on < BEGINS:
        raise RequestError(
            f"The register of areas begins on {BEGINS}.", instead="Write that day or a later one."
        )
    register = everything.as_of(on) if on else everything.current
    kinds = COUNCILS if kind is None else (kind,)
    names = {code: area.name for code, area in everything.areas.items()}
    rows = [
        {
            "area_code": area.code,
            "name": area.name,
            "kind": area.kind.value,
            "region_code": area.region_code,
            "region": names.get(area.region_code or ""),
            "county_code": area.county_code,
            "county": names.get(area.county_code or ""),
            "combined_authority_code": area.combined_authority_code,
            "valid_from": area.valid_from,
            "valid_to": area.valid_to,
        }
        for area in register.areas.values()
        if area.kind in kinds
    ]
    when = f"on {on}" if on else "now"
    emit(rows, format, title=f"{len(rows)} areas in force {when}", columns=_COLUMNS)
