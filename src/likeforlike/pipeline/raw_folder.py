"""The folder that a build reads: for every raw file the newest snapshot that stands, else the file given."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from likeforlike.definitions.loader import Definitions
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.store.snapshots import Retrieval, SnapshotStore


@contextmanager
def raw_folder(files: Mapping[str, Path]) -> Iterator[Path]:
    """A folder of links, by path under it; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="likeforlike-raw-") as name:
        folder = Path(name)
        for file, path in files.items():
            link = folder / file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
        yield folder


def files_that_stand(
    definitions: Definitions, given: Path | None, made: Mapping[str, Retrieval], store: SnapshotStore
) -> dict[str, Path]:
    """Where every raw file of every source lies; a file that is nowhere is left out."""
    found = {}
    for source in definitions.sources.values():
        for file in source.files:
            if file.path in made:
                found[file.path] = store.path_of(made[file.path].sha256 or "")
            elif given is not None and (given / file.path).is_file():
                found[file.path] = given / file.path
    return found


def refreshed(definitions: Definitions, made: Mapping[str, Retrieval]) -> Definitions:
    """The definitions, with the day on which each refreshed file was published and retrieved."""
    sources = {source.id: _refreshed(source, made) for source in definitions.sources.values()}
    return definitions.model_copy(update={"sources": sources})


def _refreshed(source: Source, made: Mapping[str, Retrieval]) -> Source:
    days = [made[file.path].retrieved_at.date() for file in source.files if file.path in made]
    if not days:
        return source
    files = tuple(_dated(file, made[file.path]) if file.path in made else file for file in source.files)
    return source.model_copy(update={"files": files, "retrieved": max([*days, source.retrieved])})


def _dated(file: SourceFile, made: Retrieval) -> SourceFile:
    """The file with its day: the publisher's, else the day its content was first retrieved, and never an
    earlier one than that of the edition it takes the place of.
    """
    day = made.published or made.retrieved_at.date()
    newest: date = max(day, file.published) if file.published else day
    note = f"Fetched from the publisher's live service on {made.retrieved_at.date()}."
    return file.model_copy(update={"published": newest, "note": f"{file.note} {note}".strip()})
