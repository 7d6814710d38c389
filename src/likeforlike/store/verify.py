"""Verifying a release: every file read again and compared with the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from likeforlike.store.manifest import MANIFEST, Manifest, sha256_of
from likeforlike.store.release import find_release, read_manifest, stored_files


class DifferenceKind(StrEnum):
    """How a file differs from what the manifest says."""

    MISSING = "missing"
    ALTERED = "altered"
    EXTRA = "extra"


@dataclass(frozen=True)
class Difference:
    """One file that differs."""

    file: str
    kind: DifferenceKind
    expected: str
    found: str


@dataclass(frozen=True)
class Verification:
    """What was compared, and what differs: nothing, in a sound release."""

    folder: Path
    manifest: Manifest
    differences: tuple[Difference, ...]


def verify(path: Path) -> Verification:
    """Re-hash every file of a release, or of the `current` one of a folder of releases.

    Raises ReleaseError where there is no release, or its manifest cannot be read or was itself altered:
    then nothing else can be told.
    """
    folder = find_release(path)
    manifest = read_manifest(folder)
    stored = {entry.file: entry for entry in stored_files(manifest)}
    present = {file.name for file in folder.iterdir()} - {MANIFEST}
    differences = [
        Difference(file, DifferenceKind.EXTRA, "no such file", "a file the manifest does not list")
        for file in present - stored.keys()
    ]
    for file, entry in stored.items():
        if file not in present:
            differences.append(
                Difference(file, DifferenceKind.MISSING, f"sha256 {entry.sha256}", "no such file")
            )
            continue
        found = sha256_of((folder / file).read_bytes())
        if found != entry.sha256:
            differences.append(
                Difference(file, DifferenceKind.ALTERED, f"sha256 {entry.sha256}", f"sha256 {found}")
            )
    return Verification(folder, manifest, tuple(sorted(differences, key=lambda d: d.file)))
