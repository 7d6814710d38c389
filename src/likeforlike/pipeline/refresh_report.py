"""What a refresh reports: every raw file, every fault on the way, and what became of the release."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from likeforlike.sources.live.client import Fault


class Status(StrEnum):
    """What became of one raw file."""

    FETCHED = "fetched"
    NOT_MODIFIED = "not_modified"
    #: Nothing better could be had: the last snapshot, or the raw file given, stands.
    KEPT = "kept"
    #: Nothing could be had, and nothing stands in for it.
    FAILED = "failed"


class Stands(StrEnum):
    """Which bytes a raw file consists of after a refresh."""

    SNAPSHOT = "snapshot"
    GIVEN = "given"
    NOTHING = "nothing"


@dataclass(frozen=True)
class FileReport:
    """One raw file: what became of it, and everything that went wrong, also where it went well in the end."""

    service: str
    source: str
    file: str
    status: Status
    reason: str = ""
    stands: Stands = Stands.NOTHING
    sha256: str | None = None
    sha256_before: str | None = None
    rows: int | None = None
    retrieved_at: datetime | None = None
    faults: tuple[Fault, ...] = ()
    remarks: tuple[str, ...] = ()


class ReleaseState(StrEnum):
    """What became of the release."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"  # the raw files are those that the release being served was made from
    KEPT = "kept"  # no release could be built: the one before stands
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class RefreshReport:
    """A whole refresh."""

    files: tuple[FileReport, ...]
    state: ReleaseState
    release_id: str | None = None
    reason: str = ""
    #: `source: file` of every raw file whose bytes differ from those of the release before.
    changed: tuple[tuple[str, str], ...] = field(default=())

    @property
    def went_wrong(self) -> bool:
        """Whether something could not be had, or no release built."""
        bad = {Status.KEPT, Status.FAILED}
        return self.state is ReleaseState.KEPT or any(one.status in bad for one in self.files)
