"""Snapshots: every body that a publisher ever answered with, under its SHA-256, and an index of how it came.

    index.jsonl      one line per retrieval, only ever added to
    blobs/ab/ab12…   bodies that were accepted, and the raw files made of them
    quarantine/ab12… bodies that were not; the index says why
    partial/…        bodies that broke off, to be continued where the publisher allows it

A body is on disk, whole and flushed, before the index names it: whatever stops the process, nothing that was
received in full is lost, and no line leads nowhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from likeforlike.domain.errors import RequestError

INDEX, BLOBS, QUARANTINE, PARTIAL, LOCK = "index.jsonl", "blobs", "quarantine", "partial", ".lock"
_CHUNK = 1 << 20


class Outcome(StrEnum):
    """What became of one retrieval, or of one raw file made of several."""

    ACCEPTED = "accepted"
    NOT_MODIFIED = "not_modified"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    MADE = "made"  # a raw file, made of accepted bodies and accepted by the module that reads it


class Retrieval(BaseModel):
    """One line of the index. Addresses never hold a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    retrieved_at: datetime
    outcome: Outcome
    status: int | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    reason: str | None = None
    #: Of a raw file that was made: its path, rows, the bodies it was made of, and the publisher's day.
    file: str | None = None
    rows: int | None = None
    made_of: tuple[str, ...] = ()
    published: date | None = None


class Partial(BaseModel):
    """A body that broke off: how much of it is there is the file's size."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    validator: str
    encoding: str = ""


class SnapshotStore:
    """A folder of snapshots; safe for several threads, and for one process at a time (see `locked`)."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, making it where it is absent."""
        self.folder = folder
        self._writing = threading.Lock()
        try:
            for name in (BLOBS, QUARANTINE, PARTIAL):
                (folder / name).mkdir(parents=True, exist_ok=True)
            self._retrievals = [*self._read()]
        except OSError as problem:
            raise RequestError(
                f"The folder of snapshots {folder} cannot be used ({problem.strerror}).",
                instead="Name a folder that you may write to.",
            ) from problem

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out; RequestError where one is at work. The lock ends with the process."""
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RequestError(
                    f"Another refresh is using {self.folder}.", instead="Wait until it has finished."
                ) from None
            yield
        finally:
            os.close(descriptor)

    def retrievals(self) -> tuple[Retrieval, ...]:
        """Every line of the index, oldest first."""
        return tuple(self._retrievals)

    def add(self, retrieval: Retrieval) -> Retrieval:
        """Append one line to the index, flushed to disk."""
        if retrieval.sha256 is not None:
            assert self.path_of(retrieval.sha256).is_file(), "a body is stored before the index names it"
        line = (retrieval.model_dump_json(exclude_defaults=True) + "\n").encode()
        with self._writing:
            descriptor = os.open(self.folder / INDEX, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                size = os.fstat(descriptor).st_size
                # A line that a killed process left unfinished must not swallow this one.
                if size and os.pread(descriptor, 1, size - 1) != b"\n":
                    line = b"\n" + line
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self._retrievals.append(retrieval)
        return retrieval

    def put(self, content: bytes, *, quarantine: bool = False) -> str:
        """Store bytes; returns their SHA-256."""
        descriptor, name = tempfile.mkstemp(dir=self.folder / PARTIAL, prefix="new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return self.adopt(Path(name), quarantine=quarantine)

    def adopt(self, path: Path, *, quarantine: bool = False) -> str:
        """Take over a file of the folder `partial`; returns its SHA-256."""
        sha256 = self.hold(path)
        if not quarantine:
            self.accept(path, sha256)
        path.unlink()
        return sha256

    def hold(self, path: Path) -> str:
        """Keep a file, before anything is known of it, among those set aside; returns its SHA-256.

        It is flushed and put there whole, and stays where it is as well, so that nobody who refuses the same
        bytes elsewhere takes it away while it is looked at.
        """
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            os.fsync(file.fileno())
        path.chmod(0o444)
        sha256 = digest.hexdigest()
        self._link(path, self.folder / QUARANTINE / sha256)
        return sha256

    def accept(self, path: Path, sha256: str) -> None:
        """Move a file that is held to those that are accepted."""
        self._link(path, self._blob(sha256))
        (self.folder / QUARANTINE / sha256).unlink(missing_ok=True)

    def _link(self, path: Path, final: Path) -> None:
        final.parent.mkdir(exist_ok=True)
        beside = path.with_name(f"{path.name}.{threading.get_ident()}")
        try:
            beside.hardlink_to(path)
        except OSError:  # a file system without links
            shutil.copyfile(path, beside)
        beside.replace(final)
        # A link beside another to the same file is left where it is by a rename.
        beside.unlink(missing_ok=True)
        _sync(final.parent)

    def path_of(self, sha256: str) -> Path:
        """Where a body lies, accepted or quarantined."""
        blob = self._blob(sha256)
        return blob if blob.is_file() else self.folder / QUARANTINE / sha256

    def read(self, sha256: str) -> bytes:
        """A body, compared with its name."""
        content = self.path_of(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise RequestError(
                f"The snapshot {sha256[:12]} in {self.folder} is damaged.",
                instead="Restore it from a copy, or take its lines out of the index to fetch it again.",
            )
        return content

    def last_accepted(self, url: str) -> Retrieval | None:
        """The newest body of an address that was accepted and not set aside afterwards."""
        later: set[str | None] = set()
        for one in reversed(self._retrievals):
            if one.url != url:
                continue
            if one.outcome is Outcome.QUARANTINED:
                later.add(one.sha256)
            elif one.outcome is Outcome.ACCEPTED and one.sha256 not in later:
                return one if self._has(one) else None
        return None

    def last_made(self, file: str) -> Retrieval | None:
        """The newest raw file of that path that was accepted and not withdrawn afterwards."""
        later: set[str | None] = set()
        for one in reversed(self._retrievals):
            if one.file != file:
                continue
            if one.outcome is Outcome.QUARANTINED:
                later.add(one.sha256)
            elif one.outcome is Outcome.MADE and one.sha256 not in later and self._has(one):
                return one
        return None

    def withdraw(self, made: Retrieval, at: datetime, reason: str) -> None:
        """Set a raw file aside that was accepted, with the bodies it was made of."""
        aside = Retrieval(retrieved_at=at, outcome=Outcome.QUARANTINED, reason=reason)
        self.add(aside.model_copy(update={"file": made.file, "sha256": made.sha256}))
        accepted = {(one.url, one.sha256) for one in self._retrievals if one.outcome is Outcome.ACCEPTED}
        for url, sha256 in sorted((url, sha256) for url, sha256 in accepted if sha256 in made.made_of):
            self.add(aside.model_copy(update={"url": url, "sha256": sha256}))

    def first_made(self, file: str, sha256: str) -> Retrieval | None:
        """When the same raw file was made for the first time: the day its content was retrieved."""
        same = (one for one in self._retrievals if (one.file, one.sha256) == (file, sha256))
        return next((one for one in same if one.outcome is Outcome.MADE), None)

    def partial_path(self, url: str) -> Path:
        """Where the first part of an address's body is kept."""
        return self.folder / PARTIAL / f"{hashlib.sha256(url.encode()).hexdigest()}.part"

    def partial(self, url: str) -> Partial | None:
        """What is known of a body that broke off; None where there is none that can be continued."""
        path = self.partial_path(url)
        try:
            known = Partial.model_validate_json(path.with_suffix(".json").read_bytes())
            return known if known.url == url and path.stat().st_size else None
        except (OSError, ValidationError):
            return None

    def keep_partial(self, partial: Partial) -> None:
        """Remember how the body that broke off can be continued."""
        path = self.partial_path(partial.url).with_suffix(".json")
        path.write_text(partial.model_dump_json())

    def drop_sidecar(self, url: str) -> None:
        """A body is whole: nothing is left to be continued."""
        self.partial_path(url).with_suffix(".json").unlink(missing_ok=True)

    def give_up_partial(self, url: str) -> None:
        """A body that cannot be continued may be whole all the same: it is kept apart."""
        path = self.partial_path(url)
        if path.is_file():
            self.adopt(path, quarantine=True)
        self.drop_partial(url)

    def drop_partial(self, url: str) -> None:
        """Forget a body that broke off."""
        path = self.partial_path(url)
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def _has(self, one: Retrieval) -> bool:
        return one.sha256 is not None and self._blob(one.sha256).is_file()

    def _blob(self, sha256: str) -> Path:
        return self.folder / BLOBS / sha256[:2] / sha256

    def _read(self) -> Iterator[Retrieval]:
        """Lines of the index; one that a killed process left unfinished is passed over, its body is not lost."""
        path = self.folder / INDEX
        for line in path.read_bytes().splitlines() if path.exists() else ():
            try:
                yield Retrieval.model_validate(json.loads(line))
            except (ValueError, ValidationError):
                continue


def now() -> datetime:
    """This moment, to the second, in universal time."""
    return datetime.now(UTC).replace(microsecond=0)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
