"""`likeforlike quality`: numbers to look at twice, and what was corrected."""

from __future__ import annotations

from typing import Annotated

import typer

from likeforlike.domain.errors import RequestError
from likeforlike.domain.period import Period
from likeforlike.domain.quality import ALL_COUNCILS, Check
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit
from likeforlike.publish.numbers import plural
from likeforlike.publish.quality import FLAG_KEYS, CorrectionLine, all_corrections, all_flags
from likeforlike.publish.quality_words import CHECKS, LEAD

_CORRECTION_KEYS = tuple(name for name in CorrectionLine.model_fields if name not in ("url", "period"))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(quality)


def quality(  # noqa: PLR0917 - one parameter per option
    area: Annotated[str | None, typer.Argument(help="A council's code or name.", show_default=False)] = None,
    indicator: Annotated[str | None, typer.Option("--indicator", help="Only this indicator.")] = None,
    check: Annotated[Check | None, typer.Option("--check", help="Only this check.")] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Instead: values that a declared correction replaced.")
    ] = False,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """List the numbers that a quality check doubts, each with what was seen."""
    catalogue = Catalogue.open(release)
    if "quality_flag" not in catalogue.release.manifest.tables:
        raise RequestError(
            "This release holds no quality checks.", instead="Build one anew: likeforlike build."
        )
    council = None if area is None else catalogue.area(area)
    codes = None if council is None else {council.code, ALL_COUNCILS}
    chosen = None if indicator is None else catalogue.indicator(indicator).id
    whose = f" of {council.name}" if council else ""
    if corrections:
        made = [
            one
            for one in all_corrections(catalogue)
            if (codes is None or one.area_code in codes) and chosen in (None, one.indicator_id)
        ]
        emit(
            [{key: getattr(one, key) for key in _CORRECTION_KEYS} for one in made],
            format,
            keys=_CORRECTION_KEYS,
            title=f"{len(made)} corrected value{plural(len(made))}{whose}",
            columns=(
                Column("Council", lambda row: row["area_name"], wrap=True),
                Column("Indicator", lambda row: row["indicator"], wrap=True),
                Column("Period", lambda row: Period(row["period_end"], row["period_start"]).short_label),
                Column("Published", lambda row: f"{row['published']:g}", right=True),
                Column(
                    "Here",
                    lambda row: row["becomes"] if row["corrected"] is None else f"{row['corrected']:g}",
                ),
                Column("Why", lambda row: row["reason"], wrap=True),
            ),
        )
        return
    flags = [
        one
        for one in all_flags(catalogue)
        if (codes is None or one.area_code in codes)
        and chosen in (None, one.indicator_id)
        and check in (None, one.check)
    ]
    flags.sort(
        key=lambda one: ([*Check].index(one.check), -one.period_end.toordinal(), one.indicator, one.area_name)
    )
    emit(
        [{key: getattr(one, key) for key in FLAG_KEYS} for one in flags],
        format,
        keys=FLAG_KEYS,
        title=f"{len(flags)} flag{plural(len(flags))}{whose}",
        caption=f"{LEAD} Release {catalogue.release.id}.",
        columns=(
            *(() if council else (Column("Council", lambda row: row["area_name"], wrap=True),)),
            Column("Indicator", lambda row: row["indicator"], wrap=True),
            Column("Period", lambda row: Period(row["period_end"], row["period_start"]).short_label),
            Column("What was seen", lambda row: row["sentence"], wrap=True),
        ),
        section=lambda row: CHECKS[row["check"]],
    )
