"""`likeforlike verify`: whether a release is what its manifest says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likeforlike.publish.catalogue import EMBEDDED
from likeforlike.publish.cli.columns import Column
from likeforlike.publish.cli.output import Format, FormatOption, emit
from likeforlike.store.verify import verify as verify_release

DIFFERS = 1
_COLUMNS = (
    Column("File", lambda row: row["file"]),
    Column("Difference", lambda row: row["difference"]),
    Column("Expected", lambda row: row["expected"], wrap=True),
    Column("Found", lambda row: row["found"], wrap=True),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    release: Annotated[
        Path | None,
        typer.Argument(
            help="A release, or a folder of releases.", show_default="the one that comes with likeforlike"
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
    option: Annotated[Path | None, typer.Option("--release", help="The same.", hidden=True)] = None,
) -> None:
    """Hash every file of a release again and say what differs; the exit code is 1 when something does."""
    checked = verify_release(release or option or EMBEDDED)
    rows = [
        {
            "file": found.file,
            "difference": found.kind.value,
            "expected": found.expected,
            "found": found.found,
        }
        for found in checked.differences
    ]
    manifest = checked.manifest
    if rows or format is not Format.TABLE:
        emit(rows, format, title=f"Release {manifest.release_id} differs from its manifest", columns=_COLUMNS)
    else:
        files = len(manifest.tables) + 1
        typer.echo(f"Release {manifest.release_id} is sound: {files} files are as its manifest says.")
    if rows:
        raise typer.Exit(DIFFERS)
