"""Opening a release: read-only, complete or refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from likeforlike.definitions.loader import Definitions
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import ReleaseError
from likeforlike.store.areas import register_from
from likeforlike.store.manifest import CURRENT, DEFINITIONS, FORMAT, MANIFEST, Manifest, StoredFile


class OpenRelease:
    """A release on disk. Nothing in it changes, so what has been read once is kept."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Take the release's own folder; use `open_release`, which checks it."""
        self.path = path
        self.manifest = manifest
        self._tables: dict[tuple[str, tuple[str, ...] | None], pl.DataFrame] = {}

    @property
    def id(self) -> str:
        """The release id, a hash of the release's content."""
        return self.manifest.release_id

    def table(self, name: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """A table, or some of its columns, in the order of its key; an unknown name raises ReleaseError."""
        key = (name, None if columns is None else tuple(columns))
        if key not in self._tables:
            try:
                self._tables[key] = pl.read_parquet(
                    self.table_path(name), columns=None if columns is None else [*columns]
                )
            except (OSError, pl.exceptions.PolarsError) as problem:
                raise ReleaseError(
                    f"The table {name} of the release at {self.path} cannot be read "
                    f"({_first_line(problem)}). Run `likeforlike verify` on it, and build it again or use "
                    "another one."
                ) from problem
        return self._tables[key]

    def scan(self, name: str) -> pl.LazyFrame:
        """A table to be filtered before it is read."""
        return pl.scan_parquet(self.table_path(name))

    def table_path(self, name: str) -> Path:
        """The file of a table; an unknown name raises ReleaseError."""
        if name not in self.manifest.tables:
            raise ReleaseError(
                f"The release {self.id} has no table {name!r}; it has {', '.join(self.manifest.tables)}. "
                "Build it again with this version of likeforlike."
            )
        return self.path / self.manifest.tables[name].file

    @cached_property
    def definitions(self) -> Definitions:
        """The definitions that the release was made with."""
        return Definitions.model_validate_json((self.path / DEFINITIONS).read_bytes())

    @cached_property
    def register(self) -> AreaRegister:
        """The areas and their changes."""
        return register_from(self.table("area"), self.table("area_change"))


def open_release(path: Path) -> OpenRelease:
    """Open a release's folder, or the `current` one of a folder of releases.

    Names and sizes of all files are compared with the manifest, and the manifest with its own id; `verify`
    reads everything. Raises ReleaseError where there is no release or it is incomplete.
    """
    folder = find_release(path)
    manifest = read_manifest(folder)
    for stored in stored_files(manifest):
        _check_size(folder, stored)
    return OpenRelease(folder, manifest)


def find_release(path: Path) -> Path:
    """The release's own folder, with the link `current` followed once: it may be moved on while we read."""
    for folder in (path, path / CURRENT):
        if (folder / MANIFEST).is_file():
            return folder.resolve()
    found = "no such folder" if not path.exists() else f"it has no {MANIFEST} and no {CURRENT}"
    raise ReleaseError(
        f"There is no release at {path}: {found}. Name the folder that `likeforlike build --out` wrote, "
        "or leave the release out to use the one that comes with likeforlike."
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest, checked against its own id."""
    try:
        content = json.loads((folder / MANIFEST).read_bytes())
        found = content.get("format")
        if found != FORMAT:
            raise ReleaseError(
                f"The release at {folder} has format {found}, and this version of likeforlike reads format "
                f"{FORMAT}. Build it again."
            )
        manifest = Manifest.model_validate(content)
    except (OSError, ValueError, AttributeError, ValidationError) as problem:
        raise ReleaseError(
            f"The manifest of the release at {folder} cannot be read ({_first_line(problem)}). "
            "Build the release again, or use another one."
        ) from problem
    if manifest.content_id() != manifest.release_id:
        raise ReleaseError(
            f"The manifest of the release at {folder} was altered: it says {manifest.release_id}, and its "
            f"content gives {manifest.content_id()}. Build the release again, or use another one."
        )
    return manifest


def stored_files(manifest: Manifest) -> list[StoredFile]:
    """Every file the manifest lists: definitions and tables."""
    return [manifest.definitions, *manifest.tables.values()]


def _check_size(folder: Path, stored: StoredFile) -> None:
    try:
        size = (folder / stored.file).stat().st_size
    except OSError:
        size = None
    if size != stored.size_bytes:
        found = "is missing" if size is None else f"has {size:,} bytes instead of {stored.size_bytes:,}"
        raise ReleaseError(
            f"The release at {folder} is incomplete: {stored.file} {found}. "
            "Run `likeforlike verify` on it to see all that differs, and build it again or use another one."
        )


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0]
