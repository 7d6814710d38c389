"""`likeforlike publish`: the whole site as static files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from likeforlike.publish.cli.output import AddressOption, ReleaseOption
from likeforlike.publish.urls import site_address

BROKEN_LINKS = 1
STOPPED = 130


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(publish)


def publish(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one published to before.")],
    release: ReleaseOption = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes; one per core by default.", min=1)
    ] = None,
    address: AddressOption = None,
) -> None:
    """Write every page as files that any web server can serve; go on where a stopped run was."""
    # The web application takes longer to load than other commands to run.
    from likeforlike.publish.static_site import publish as publish_site  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (TextColumn("Publishing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("pages", total=None)
        try:
            done = publish_site(
                release,
                out,
                workers=workers,
                address=site_address(address) if address else "",
                progress=lambda count, known: bar.update(task, completed=count, total=known),
            )
        except KeyboardInterrupt:
            typer.echo("Stopped. The same command goes on from here.", err=True)
            raise typer.Exit(STOPPED) from None
    megabytes = done.size_bytes / 1e6
    typer.echo(
        f"{done.written:,} files written, {done.kept:,} kept, {megabytes:,.0f} MB in {done.seconds:.0f} s; "
        f"{len(done.broken)} broken links."
    )
    for link in done.broken[:50]:
        typer.echo(f"{link.status} {link.url} (linked from {link.linked_from})", err=True)
    if done.broken:
        raise typer.Exit(BROKEN_LINKS)
