"""The `likeforlike` command."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from likeforlike import __version__
from likeforlike.domain.errors import LikeForLikeError
from likeforlike.publish.cli import (
    areas,
    benchmark,
    build,
    funding,
    gaps,
    indicators,
    missions,
    neighbours,
    publish,
    serve,
    verify,
)

#: Topics in the order in which `--help` lists their commands.
TOPICS = (areas, indicators, benchmark, neighbours, gaps, funding, missions, build, verify, serve, publish)
BAD_INPUT = 2


class _PlainErrors(TyperGroup):
    """Shows an error that we raise on purpose as one sentence, without a traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own types are private
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except LikeForLikeError as problem:
            typer.echo(f"likeforlike: {problem}", err=True)
            raise typer.Exit(BAD_INPUT) from problem


def _version(value: bool) -> None:
    if value:
        typer.echo(f"likeforlike {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=_PlainErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Compare councils in England fairly.",
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Compare councils in England fairly."""


for topic in TOPICS:
    topic.register(app)
