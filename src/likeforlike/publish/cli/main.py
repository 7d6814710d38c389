"""The `likeforlike` command."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from likeforlike import __version__
from likeforlike.domain.errors import LikeForLikeError

#: Topics in the order in which `--help` lists them, each a module of this package with `register(app)`, and
#: the commands it has. A topic is loaded when one of its commands is asked for: together they load libraries
#: that take longer than most commands run.
TOPICS: dict[str, tuple[str, ...]] = {
    "areas": ("areas",),
    "indicators": ("indicators",),
    "benchmark": ("benchmark",),
    "neighbours": ("neighbours", "compare", "similarity-history", "models", "neighbours-package"),
    "quality": ("quality",),
    "gaps": ("gaps",),
    "revisions": ("revisions",),
    "funding": ("funds", "allocations"),
    "alignment": ("alignment", "counterfactual"),
    "missions": ("missions", "progress", "change"),
    "events": ("events",),
    "build": ("build",),
    "add": ("add",),
    "refresh": ("refresh",),
    "verify": ("verify",),
    "serve": ("serve",),
    "publish": ("publish",),
}
BAD_INPUT = 2


class _Commands(TyperGroup):
    """Loads commands when they are asked for, and shows our own errors as one sentence, no traceback."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer's own types are private
        """Every command, in the order of topics."""
        for topic in TOPICS:
            self._load(topic)
        return [name for names in TOPICS.values() for name in names]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401
        """A command by name; for an unknown one all are loaded, so that near matches can be named."""
        topics = [topic for topic, names in TOPICS.items() if cmd_name in names]
        for topic in topics or TOPICS:
            self._load(topic)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as problem:
            problem.message = problem.message.replace("Value error, ", "")
            raise
        except LikeForLikeError as problem:
            typer.echo(f"likeforlike: {problem}", err=True)
            raise typer.Exit(BAD_INPUT) from problem

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Every command with its whole first sentence, on as many lines as that takes."""
        rows = [
            (name, " ".join((self.get_command(ctx, name).help or "").split("\n\n")[0].split()))
            for name in self.list_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _load(self, topic: str) -> None:
        if TOPICS[topic][0] not in self.commands:
            part = typer.Typer(rich_markup_mode=None)
            part.callback()(lambda: None)
            import_module(f"{__package__}.{topic}").register(part)
            self.commands.update(get_group(part).commands)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"likeforlike {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Compare councils in England fairly.",
    context_settings={"max_content_width": 100},
)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Compare councils in England fairly."""
