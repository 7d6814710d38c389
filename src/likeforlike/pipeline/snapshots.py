"""The exact bytes a release is made from: one snapshot per file that a source's definition lists."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from likeforlike.domain.errors import RequestError, SourceChangedError
from likeforlike.domain.provenance import Snapshot, Source

#: Hexadecimal digits of a file's SHA-256 that name its snapshot: 48 bits tell a few thousand files apart.
ID_LENGTH = 12


def take_snapshots(folder: Path, sources: Iterable[Source]) -> tuple[Snapshot, ...]:
    """Hash every file of the sources, in the order of the definitions.

    Raises RequestError when `folder` is not a folder, SourceChangedError when a file is missing or cannot
    be read.
    """
    if not folder.is_dir():
        raise RequestError(
            f"There is no folder {folder}.", instead="Name the folder that holds the publishers' raw files."
        )
    return tuple(_snapshot(folder, source.id, file.path) for source in sources for file in source.files)


def snapshot_ids(snapshots: Iterable[Snapshot], source_id: str) -> dict[str, str]:
    """Snapshot id by path, for one source."""
    return {snapshot.path: snapshot.snapshot_id for snapshot in snapshots if snapshot.source_id == source_id}


def _snapshot(folder: Path, source_id: str, path: str) -> Snapshot:
    try:
        content = (folder / path).read_bytes()
    except OSError as problem:
        raise SourceChangedError(
            source_id,
            path,
            expected="the file that the source's definition lists",
            found=f"one that cannot be read ({problem.strerror})",
            next_step=f"Put it under {folder}, or take it out of the definition.",
        ) from problem
    digest = hashlib.sha256(content).hexdigest()
    return Snapshot(
        snapshot_id=digest[:ID_LENGTH], source_id=source_id, path=path, sha256=digest, size_bytes=len(content)
    )
