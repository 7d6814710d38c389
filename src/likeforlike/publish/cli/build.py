"""`likeforlike build`: a release from the publishers' raw files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likeforlike.publish.cli.columns import Column
from likeforlike.publish.cli.output import Format, FormatOption, emit

_COLUMNS = (
    Column("Source", lambda row: row["source_id"], wrap=True),
    Column("Files", lambda row: f"{row['files']:,}", right=True),
    Column("Rows read", lambda row: f"{row['rows_read']:,}", right=True),
    Column("Kept", lambda row: f"{row['rows_kept']:,}", right=True),
    Column("Set aside", lambda row: f"{row['rows_set_aside']:,}", right=True),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    sources: Annotated[Path, typer.Option("--sources", help="The folder of the publishers' raw files.")],
    out: Annotated[Path, typer.Option("--out", help="The folder of releases to publish in.")],
    previous: Annotated[
        Path | None,
        typer.Option(
            "--previous",
            help="The release before, whose vintages and figures changed since are kept.",
            show_default=False,
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Build a release from raw files and publish it as OUT/<release id> and OUT/current.

    Earlier releases stay. When something is wrong nothing is published, and the message names file and row.
    """
    # Reading definitions and raw files is not needed by any other command.
    from likeforlike.pipeline.build import make_release  # noqa: PLC0415
    from likeforlike.pipeline.report import rows_by_source  # noqa: PLC0415
    from likeforlike.store.release import open_release  # noqa: PLC0415
    from likeforlike.store.write import save_release  # noqa: PLC0415

    built = make_release(sources, previous=None if previous is None else open_release(previous))
    folder = save_release(built.packed, out)
    manifest = built.packed.manifest
    size = sum(len(content) for content in built.packed.files.values())
    emit(
        rows_by_source(built.report).to_dicts(),
        format,
        title=f"Release {manifest.release_id}",
        caption=f"{len(manifest.tables)} tables, {size / 1e6:.1f} MB, in {folder}. "
        "The table build_report says for every file which rows were set aside, and why.",
        columns=_COLUMNS,
    )
