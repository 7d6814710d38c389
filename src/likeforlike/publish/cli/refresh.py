"""`likeforlike refresh`: the newest figures from publishers' live services, and a release made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, FormatOption, emit, note

WENT_WRONG = 1
_STATUS = {
    "fetched": "fetched",
    "not_modified": "not modified",
    "kept": "failed; kept as it was",
    "failed": "failed",
}
_COLUMNS = (
    Column("Raw file", lambda row: Path(row["file"]).name, wrap=True),
    Column("Status", lambda row: _STATUS[row["status"]], wrap=True),
    Column("Rows", lambda row: "–" if row["rows"] is None else f"{row['rows']:,}", right=True),
    Column("What went wrong on the way", lambda row: "\n".join(_words(row)) or "–", wrap=True),
)
_KEYS = (
    "service",
    "source",
    "file",
    "status",
    "reason",
    "stands",
    "rows",
    "sha256_before",
    "sha256",
    "retrieved_at",
    "faults",
    "remarks",
    "release",
    "release_id",
    "changed",
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(refresh)


def refresh(  # noqa: PLR0917 - one parameter per option
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="ID",
            help="A source or live service; may be given several times.",
            show_default="all",
        ),
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option("--sources", help="The folder of raw files that no live service replaces. Only read."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder of releases to publish in.")] = Path(
        "releases"
    ),
    store: Annotated[
        Path, typer.Option("--store", help="The folder that keeps everything that was ever fetched.")
    ] = Path("snapshots"),
    fetch_only: Annotated[bool, typer.Option("--fetch-only", help="Fetch, and build no release.")] = False,
    accept_fewer: Annotated[
        list[str] | None,
        typer.Option(
            "--accept-fewer",
            metavar="ID",
            help="A source or service whose publisher means to answer with fewer rows.",
        ),
    ] = None,
    live: Annotated[
        Path | None,
        typer.Option(
            "--live", help="A folder of your own definitions of live services.", show_default="ours"
        ),
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Fetch the newest figures from their publishers and publish a release made of them.

    What cannot be had, or cannot be used, is set aside and reported, and what stood before stands. The exit
    code is 0 when all is well, 1 when something went wrong on which the report has the details, and 2 when
    nothing could begin.
    """
    # No other command needs these.
    from likeforlike.definitions.live import LIVE, load_live  # noqa: PLC0415
    from likeforlike.definitions.loader import load_definitions, load_register  # noqa: PLC0415
    from likeforlike.pipeline.refresh import Refresh, choose  # noqa: PLC0415
    from likeforlike.publish.cli.refresh_progress import Bars  # noqa: PLC0415
    from likeforlike.store.snapshots import SnapshotStore  # noqa: PLC0415

    definitions = load_definitions()
    services = load_live(definitions.sources, live or LIVE)
    files = sum(len(one.downloads) for one in choose(services.values(), tuple(source or ())))
    with Bars(files) as bars:
        report = Refresh(
            store=SnapshotStore(store),
            definitions=definitions,
            register=load_register(),
            given=sources,
            out=None if fetch_only else out,
            watch=bars.watch,
            accept_fewer=tuple(accept_fewer or ()),
        ).run(services.values(), tuple(source or ()))
    summary = release_sentence(report.state.value, report.release_id, report.reason, len(report.changed))
    emit(
        rows_of(report),
        format,
        title="Refresh",
        caption=summary,
        columns=_COLUMNS,
        section=lambda row: row["service"],
        keys=_KEYS,
    )
    if format is not Format.TABLE:
        note(summary)
    elif report.changed:
        changed = ", ".join(dict.fromkeys(source for source, _ in report.changed))
        note(f"Sources whose files differ from those of the release before: {changed}.")
    if report.went_wrong:
        raise typer.Exit(WENT_WRONG)


def release_sentence(state: str, release_id: str | None, reason: str, changed: int) -> str:
    """What became of the release, in one sentence."""
    stands = f"Release {release_id} stands" if release_id else "There is no release yet"
    return {
        "published": f"Release {release_id} is published: "
        + ("1 raw file differs" if changed == 1 else f"{changed} raw files differ")
        + " from the one before.",
        "unchanged": f"{stands}: it was made from these very files.",
        "kept": f"No new release could be built. {stands}. {reason}",
        "not_asked": "No release was asked for.",
    }[state]


def rows_of(report: Any) -> list[Row]:  # noqa: ANN401 - its type would load the pipeline with the command line
    """One row per raw file, with every fault in words."""
    changed = {file for _, file in report.changed}
    return [
        {
            "service": one.service,
            "source": one.source,
            "file": one.file,
            "status": one.status.value,
            "reason": one.reason,
            "stands": one.stands.value,
            "rows": one.rows,
            "sha256_before": one.sha256_before,
            "sha256": one.sha256,
            "retrieved_at": one.retrieved_at,
            "faults": [
                f"{fault.kind}: attempt {fault.attempt}: {fault.reason}{f' ({fault.url})' if fault.url else ''}"
                for fault in one.faults
            ],
            "remarks": list(one.remarks),
            "release": report.state.value,
            "release_id": report.release_id,
            "changed": one.file in changed,
        }
        for one in report.files
    ]


def _words(row: Row) -> list[str]:
    """Faults without their addresses, then remarks: a table for people has little room.

    What happened several times in a row is said once.
    """
    said: list[tuple[str, str, list[str]]] = []
    for text in row["faults"]:
        kind, attempt, reason = (text.rpartition(" (http")[0] or text).split(": ", 2)
        number = attempt.removeprefix("attempt ")
        last = said[-1] if said else ("", "", ["0"])
        if last[:2] == (kind, reason) and int(number) == int(last[2][-1]) + 1:
            last[2].append(number)
        else:
            said.append((kind, reason, [number]))
    faults = [f"{kind.replace('_', ' ')}, {_attempts(numbers)}: {reason}" for kind, reason, numbers in said]
    return [*faults, *row["remarks"]]


def _attempts(numbers: list[str]) -> str:
    return f"attempt {numbers[0]}" if len(numbers) == 1 else f"attempts {numbers[0]} to {numbers[-1]}"
