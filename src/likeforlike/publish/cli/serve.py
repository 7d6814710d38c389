"""`likeforlike serve`: the pages of a release on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likeforlike.publish.cli.output import AddressOption, ReleaseOption
from likeforlike.publish.urls import site_address


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(  # noqa: PLR0917 - one parameter per option
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.", min=1, max=65535)] = 8000,
    framework: Annotated[
        Path | None,
        typer.Option("--framework", help="A file with a framework of your own.", show_default=False),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", help="Processes that answer; each holds the release.", min=1, max=64)
    ] = 1,
    address: AddressOption = None,
    release: ReleaseOption = None,
) -> None:
    """Serve the pages of a release until stopped."""
    # The web server takes longer to load than other commands to run.
    from likeforlike.publish.web.serve import serve as serve_release  # noqa: PLC0415

    at = site_address(address) if address else ""
    serve_release(host, port, release, framework, workers, address=at)
