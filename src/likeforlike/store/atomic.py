"""Publishing a folder of files so that a reader sees all of it or none, whatever happens on the way.

The folder is written beside its final place under a hidden name, flushed to disk, and renamed; then the
link `current` is replaced by a rename. A process that is killed leaves either what was there before or the
whole of the new release, and a hidden folder that the next publication clears away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from likeforlike.domain.errors import ReleaseError
from likeforlike.store.manifest import CURRENT, MANIFEST, sha256_of

_BUILDING = ".building-"
_LOCK = ".lock"


def publish(out: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Put `files` in `out/name` and make `out/current` point to it; returns the folder.

    Several processes may publish into one `out` at the same time. Earlier folders stay. Raises ReleaseError
    when `out` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with _building_folder(out) as building:
            for file, content in files.items():
                _write(building / file, content)
            _sync_folder(building)
            _move_into_place(building, out / name, files)
        point_current(out, name)
    except OSError as problem:
        raise ReleaseError(
            f"The release could not be written to {out}: {problem.strerror or problem}. "
            "What was there before is unchanged; choose a folder that you may write to, with disk space left."
        ) from problem
    return out / name


@contextmanager
def _building_folder(out: Path) -> Iterator[Path]:
    """A hidden folder that is this process's own: the lock on it ends with the process, even a killed one."""
    with _locked(out / _LOCK):
        _clear_abandoned(out)
        building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=out))
        owned = _lock(building)
        assert owned is not None, "the folder was made a moment ago, under a lock"
    try:
        # mkdtemp makes folders that only their owner can read; a release is for everybody who can read `out`.
        building.chmod(out.stat().st_mode & 0o777)
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)
        os.close(owned)


def _clear_abandoned(out: Path) -> None:
    """Remove the folders of processes that ended before they published."""
    for folder in out.glob(f"{_BUILDING}*"):
        descriptor = _lock(folder, wait=False)
        if descriptor is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)


def _move_into_place(building: Path, final: Path, files: Mapping[str, bytes]) -> None:
    """Rename the folder; where the release is already there, put right only what differs from it."""
    try:
        building.rename(final)
    except OSError:
        if not final.is_dir():
            raise
        for file in _manifest_last(files):
            if not _holds(final / file, files[file]):
                (building / file).replace(final / file)
        _sync_folder(final)
    _sync_folder(final.parent)


def _manifest_last(files: Mapping[str, bytes]) -> list[str]:
    return sorted(files, key=lambda file: (file == MANIFEST, file))


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and sha256_of(path.read_bytes()) == sha256_of(content)


def point_current(out: Path, name: str) -> None:
    """Make `out/current` point to a release that is there, by one rename."""
    with _locked(out / _LOCK):
        link = out / f".{CURRENT}"
        link.unlink(missing_ok=True)
        link.symlink_to(name, target_is_directory=True)
        link.replace(out / CURRENT)
        _sync_folder(out)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.touch()
    descriptor = _lock(path)
    assert descriptor is not None, "nobody removes the lock"
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path, *, wait: bool = True) -> int | None:
    """Open and lock a file or folder; None when it is gone or, without waiting, locked by another process."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
