"""`likeforlike neighbours`, `compare`, `similarity-history`, `models`, `neighbours-package`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from likeforlike.domain.errors import RequestError
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption

# The commands' work is imported when one is run: the statistics libraries take longer to load than other
# commands take to answer.

ModelOption = Annotated[
    str | None, typer.Option("--model", help="The neighbour model: an id, or a file of your own.")
]
FeatureOption = Annotated[
    list[str] | None,
    typer.Option(
        "--feature",
        metavar="FEATURE=WEIGHT",
        help="Repeat it for several: with --model times that model's weight, else a model of these features.",
    ),
]
YearOption = Annotated[int | None, typer.Option("--year", help="As it was in a year.")]
AreaArgument = Annotated[str, typer.Argument(help="A council's code or name.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(neighbours)
    app.command()(compare)
    app.command("similarity-history")(similarity_history)
    app.command()(models)
    app.command("neighbours-package")(neighbours_package)


def neighbours(  # noqa: PLR0917 - one parameter per option
    area: Annotated[str | None, typer.Argument(help="A council's code or name.", show_default=False)] = None,
    all_areas: Annotated[bool, typer.Option("--all", help="Every area of the model's pool.")] = False,
    model: ModelOption = None,
    k: Annotated[
        int | None, typer.Option("-k", help="How many neighbours.", show_default="the model's, 10 for ours")
    ] = None,
    year: YearOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Each feature's share of the squared distance.")
    ] = False,
    features: Annotated[
        Path | None,
        typer.Option("--features", help="Your own table: CSV, first column area code. Needs --model FILE."),
    ] = None,
    feature: FeatureOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Name the areas most like a council, nearest first, and with --explain say why."""
    if all_areas == (area is not None):
        raise RequestError(
            "Name one council or write --all.", instead="For example: likeforlike neighbours Hartlepool."
        )
    from likeforlike.publish.cli import neighbour_commands  # noqa: PLC0415

    neighbour_commands.neighbours(
        area,
        release=release,
        model=model,
        k=k,
        year=year,
        explain=explain,
        features=features,
        feature=feature or [],
        format=format,
    )


def compare(  # noqa: PLR0917 - one parameter per option
    area: AreaArgument,
    other: Annotated[str, typer.Argument(help="Another council's code or name.", show_default=False)],
    model: ModelOption = None,
    year: YearOption = None,
    feature: FeatureOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Set two councils beside each other, feature by feature, biggest difference first."""
    from likeforlike.publish.cli import neighbour_commands  # noqa: PLC0415

    neighbour_commands.compare(
        area, other, release=release, model=model, year=year, feature=feature or [], format=format
    )


def similarity_history(  # noqa: PLR0917 - one parameter per option
    area: AreaArgument,
    other: Annotated[str | None, typer.Option("--other", help="Follow one other council.")] = None,
    indicator: Annotated[
        str | None,
        typer.Option("--indicator", help="Whether the year of the neighbours changes this one's verdict."),
    ] = None,
    base: Annotated[
        int | None,
        typer.Option("--base", help="With --indicator: the base year. The first where none is named."),
    ] = None,
    model: ModelOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Say who a council's neighbours have been, year by year, or how far one other council has been."""
    from likeforlike.publish.cli import neighbour_commands  # noqa: PLC0415

    neighbour_commands.similarity_history(
        area, other, indicator=indicator, base=base, release=release, model=model, format=format
    )


def models(format: FormatOption = Format.TABLE, release: ReleaseOption = None) -> None:
    """List the neighbour models, what they compare, and how evenly their lists are spread."""
    from likeforlike.publish.cli import neighbour_commands  # noqa: PLC0415

    neighbour_commands.models(release=release, format=format)


def neighbours_package(
    folder: Annotated[Path, typer.Argument(help="A folder to write to; it must be empty or absent.")],
    release: ReleaseOption = None,
) -> None:
    """Write every model's lists and full distances, by year, with the model files and hashes."""
    from likeforlike.publish.cli import neighbour_commands  # noqa: PLC0415

    neighbour_commands.package(folder, release=release)
