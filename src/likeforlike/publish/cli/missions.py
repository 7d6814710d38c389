"""`likeforlike missions`, `progress` and `change`: targets against figures, and funded councils beside
others.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from likeforlike.domain.area import Area, AreaKind
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Tier
from likeforlike.domain.mission import Framework
from likeforlike.publish import change_words, mission_words
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit, note
from likeforlike.publish.missions import (
    area_progress,
    first_framework,
    framework_of,
    mission_table,
    own_framework,
    target_of,
    target_rows,
)
from likeforlike.publish.pages.change import change_row, known_fund

FrameworkOption = Annotated[
    str | None,
    typer.Option("--framework", help="A framework's id, or a file with your own.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(missions)
    app.command()(progress)
    app.command()(change)


def missions(
    area: Annotated[
        str | None, typer.Argument(help="A council, region or England.", show_default=False)
    ] = None,
    framework: FrameworkOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Where every target of a framework stands, in England or for one area."""
    catalogue, chosen = _opened(release, framework)
    if area is None:
        rows = [*_targets(catalogue, chosen)]
        emit(
            rows, format, title=chosen.title, caption=_caption(catalogue), columns=_TARGETS, section=_mission
        )
        return
    found = catalogue.area(area)
    rows = [*_of_area(catalogue, chosen, found)]
    if not rows:
        note(f"No target of {chosen.title} is read for {found.name}.")
    title = f"{found.name} ({found.code}): {chosen.title}"
    emit(rows, format, title=title, caption=_caption(catalogue), columns=_AREA, section=_mission)


def progress(
    target: Annotated[str, typer.Argument(help="A target's id, as `likeforlike missions` lists them.")],
    framework: FrameworkOption = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """One target for every area it is read for."""
    catalogue, _ = _opened(release, framework)
    whose, _, found = target_of(catalogue, target)
    table = mission_table(catalogue, "target_progress").filter(
        (pl.col("framework_id") == whose.id) & (pl.col("target_id") == found.id)
    )
    rows = [
        {**row, "area_name": catalogue.register.areas[row["area_code"]].name}
        for row in table.iter_rows(named=True)
    ]
    if not rows:
        note(target_rows(catalogue, whose.id)[found.id]["status_reason"])
    emit(
        rows,
        format,
        title=found.title,
        caption=_caption(catalogue),
        columns=(Column("Area", lambda row: row["area_name"], wrap=True), *_NUMBERS),
        keys=(*table.columns, "area_name"),
    )


def change(  # noqa: PLR0917 - one parameter per option
    fund: Annotated[str, typer.Option("--fund", help="A fund's id.")],
    indicator: Annotated[str, typer.Option("--indicator", help="An indicator's id.")],
    area: Annotated[
        str | None,
        typer.Option("--area", help="One funded council, beside a mixture of others.", show_default=False),
    ] = None,
    councils: Annotated[bool, typer.Option("--councils", help="Every funded council.")] = False,
    events: Annotated[bool, typer.Option("--events", help="The event study.")] = False,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """What happened in councils that a fund reached, and in councils like them; limits come first."""
    catalogue = Catalogue.open(release)
    chosen, measured = known_fund(catalogue, fund), catalogue.indicator(indicator)
    row = change_row(catalogue, chosen, measured)
    key = (pl.col("fund_id") == chosen.id) & (pl.col("indicator_id") == measured.id)
    title = f"{chosen.title}: {measured.title}"
    if area is not None:
        emit([_one(catalogue, catalogue.area(area), chosen.id, measured.id)], format, title=title)
        return
    if councils or events:
        table = catalogue.release.table("change_area" if councils else "change_event").filter(key)
        emit(table.iter_rows(named=True), format, title=title, keys=table.columns)
        return
    if format is not Format.TABLE:
        emit([row], format)
        return
    said = [
        *(("Limits", sentence) for sentence in change_words.limits(chosen, measured, row)),
        *((("Result", change_words.result(measured, row)),) if row["estimate"] is not None else ()),
        *change_words.checks(measured, row),
        ("Finding", change_words.FINDINGS[row["finding"]]),
    ]
    emit(
        [{"what": what, "says": says} for what, says in said],
        format,
        title=title,
        caption=f"{change_words.NEVER_CAUSE} Release {catalogue.release.id}.",
        columns=(Column("", lambda r: r["what"], wrap=True), Column("", lambda r: r["says"], wrap=True)),
    )


def _opened(release: Path | None, framework: str | None) -> tuple[Catalogue, Framework]:
    """The release, with a person's own framework where a file is named, and the framework asked for."""
    catalogue = Catalogue.open(release)
    if framework is None:
        return catalogue, first_framework(catalogue)
    path = Path(framework)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        own = own_framework(catalogue, path, datetime.now(tz=UTC).date())
        return own, own.own
    return catalogue, framework_of(catalogue, framework)


def _targets(catalogue: Catalogue, framework: Framework) -> Iterator[Row]:
    rows = target_rows(catalogue, framework.id)
    for mission in framework.missions:
        for target in mission.targets:
            yield {"mission_number": mission.number, "mission": mission.title, **rows[target.id]}


def _of_area(catalogue: Catalogue, framework: Framework, area: Area) -> Iterator[Row]:
    """An area's rows; a district shows its county's for a county's service, with the county's code."""
    own = area_progress(catalogue, framework.id, area.code)
    district = area.kind is AreaKind.DISTRICT and area.county_code
    county = area_progress(catalogue, framework.id, str(area.county_code)) if district else {}
    for mission in framework.missions:
        for target in mission.targets:
            upper = target.indicator_id and catalogue.indicators[target.indicator_id].tier is Tier.UPPER
            row = (county if upper and county else own).get(target.id)
            if row is not None:
                yield {
                    "mission_number": mission.number,
                    "mission": mission.title,
                    "title": target.title,
                    "indicator_id": target.indicator_id,
                    "project_benchmark": target.project_benchmark,
                    **row,
                }


def _one(catalogue: Catalogue, area: Area, fund_id: str, indicator_id: str) -> dict[str, Any]:
    # Only this option computes anew, and the statistics libraries take longer to load than a table to read.
    from likeforlike.pipeline.fund_panels import awards_by_area  # noqa: PLC0415
    from likeforlike.pipeline.one_council import one_council  # noqa: PLC0415

    table = catalogue.release.table
    made = one_council(
        area,
        fund_id,
        catalogue.indicator(indicator_id),
        by_area=awards_by_area(table("allocation"), table("allocation_area"), catalogue.funds),
        comparisons=catalogue.comparisons,
        register=catalogue.register,
    )
    if isinstance(made, str):
        raise RequestError(f"There is no such comparison: {made}.", instead="Name another council.")
    found = made.found
    mixture = {c: round(float(w), 4) for c, w in zip(made.donors, found.weights, strict=True) if w > 5e-5}
    return {
        "area_code": area.code,
        "usable": found.usable,
        "periods_before": int(found.before.sum()),
        "periods_after": int((~found.before).sum()),
        "last_period_end": made.periods[-1].end,
        "misfit_before": found.misfit_before,
        "mean_difference_after": found.mean_difference,
        "rank": found.rank,
        "ranked": found.ranked,
        "p_value": found.p_value,
        "mixture": [f"{code}={weight}" for code, weight in mixture.items()],
    }


def _mission(row: Row) -> str:
    return f"{row['mission_number']} {row['mission']}"


def _caption(catalogue: Catalogue) -> str:
    return f"{mission_words.RULE} Release {catalogue.release.id}."


def _number(key: str) -> Any:  # noqa: ANN401 - a function of a row
    def shown(row: Row) -> str:
        return "" if row[key] is None else f"{row[key]:,.3g}" if abs(row[key]) < 1000 else f"{row[key]:,.0f}"

    return shown


def _status(row: Row) -> str:
    return mission_words.STATUS[row["status"]]


_TARGETS = (
    Column(
        "Target", lambda row: row["title"] + (" [project]" if row["project_benchmark"] else ""), wrap=True
    ),
    Column("Id", lambda row: row["target_id"], wrap=True),
    Column("Status", _status),
    Column("Why", lambda row: row["status_reason"], wrap=True),
    Column("Councils", mission_words.council_counts, wrap=True),
)
_NUMBERS = (
    Column("Status", _status, wrap=True),
    Column("Baseline", _number("baseline"), right=True),
    Column("Now", _number("latest"), right=True),
    Column("Aim", _number("aim"), right=True),
    Column("A year", _number("actual_per_year"), right=True),
    Column("Needed", _number("required_per_year"), right=True),
    Column("Why", lambda row: row["reason"], wrap=True),
)
_AREA = (
    Column(
        "Target",
        lambda row: (
            row["title"]
            + (" [project]" if row["project_benchmark"] else "")
            + (" [national, applied locally]" if row["applied_locally"] else "")
        ),
        wrap=True,
    ),
    *_NUMBERS,
)
