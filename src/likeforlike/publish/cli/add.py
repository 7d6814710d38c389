"""`likeforlike add`: an organisation's own indicator, fund or framework, over a release, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from likeforlike.publish.cli.columns import Column
from likeforlike.publish.cli.output import Format, FormatOption, emit

KEYS = ("release_id", "base_release_id", "kind", "id", "title", "outcome", "reason", "rows", "example")
_COLUMNS = (
    Column("Outcome", lambda row: row["outcome"].replace("_", " ")),
    Column("Why", lambda row: row["reason"], wrap=True),
    Column("Rows", lambda row: "" if row["rows"] is None else f"{row['rows']:,}", right=True),
    Column("For example", lambda row: row["example"] or "", wrap=True),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(add)


def add(
    definition: Annotated[
        Path, typer.Option("--definition", help="What it is: a YAML file.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The folder to publish the private release in.", show_default=False)
    ],
    file: Annotated[
        Path | None,
        typer.Argument(help="The figures: a CSV file (a framework has none).", show_default=False),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base",
            help="The release to lay it on, or a folder of releases.",
            show_default="the one that comes with likeforlike",
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Lay your own indicator, fund or targets over a release, benchmarked like any other.

    The private release is written as OUT/<release id> and OUT/current; nothing is sent anywhere. See it with
    likeforlike serve --release OUT, and add more to it with --base OUT.
    """
    # Computing needs libraries that take longer to load than other commands to run.
    from likeforlike.pipeline.overlay import add as lay  # noqa: PLC0415
    from likeforlike.publish.catalogue import EMBEDDED  # noqa: PLC0415
    from likeforlike.store.release import open_release  # noqa: PLC0415
    from likeforlike.store.write import save_release  # noqa: PLC0415

    added = lay(open_release(base or EMBEDDED), definition, file)
    folder = save_release(added.packed, out)
    manifest = added.packed.manifest
    assert manifest.overlay is not None, "a release with own data says so"
    common: dict[str, Any] = {
        "release_id": manifest.release_id,
        "base_release_id": manifest.overlay.base_release_id,
        "kind": added.kind.value,
        "id": added.id,
        "title": added.title,
    }
    told = added.report.select("outcome", "reason", "rows", "example").to_dicts()
    rows = [common | one for one in told] or [
        common | {"outcome": "kept", "reason": "as the file says", "rows": None, "example": None}
    ]
    emit(
        rows,
        format,
        keys=KEYS,
        title=f"Private release {manifest.release_id}: {added.kind.value} {added.id}",
        caption=f"{added.title}. {_reach(added.observations)}Laid on release {manifest.overlay.base_release_id}, in "
        f"{folder}. Nothing was sent anywhere. See it with: likeforlike serve --release {out}",
        columns=_COLUMNS,
    )


def _reach(observations: Any) -> str:  # noqa: ANN401 - polars is not loaded by a command that lists help
    if observations is None:
        return ""
    with_value = observations.drop_nulls("value")
    councils, periods = with_value["area_code"].n_unique(), with_value["period_end"].n_unique()
    return (
        f"{with_value.height:,} values of {councils} areas in {periods} period{'s' if periods != 1 else ''}. A mean "
        "of neighbours needs at least five of the ten to have a value. "
    )
