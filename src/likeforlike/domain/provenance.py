"""Provenance: who published a figure, which file it was read from, and which release holds it."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class Licence(BaseModel):
    """A licence under which figures may be reused, with the attribution it asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    url: str
    attribution: str


class SourceFile(BaseModel):
    """One file of a source: where it lies under the folder of raw files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    published: date | None = None
    note: str = ""


class Source(BaseModel):
    """One publisher's dataset, as declared in `definitions/sources/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")
    title: str
    publisher: str
    url: str
    licence: str = "OGL-UK-3.0"
    attribution: str
    retrieved: date
    files: tuple[SourceFile, ...]
    notes: tuple[str, ...] = ()


class Snapshot(BaseModel):
    """The exact bytes of one source file that a release was built from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshot_id: str
    source_id: str
    path: str
    sha256: str
    size_bytes: int
