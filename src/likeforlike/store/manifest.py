"""The manifest: what a release holds, what it was made from, and the id that follows from both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MANIFEST = "manifest.json"
DEFINITIONS = "definitions.json"
#: The link, beside the releases, to the one that is served.
CURRENT = "current"
#: Raised when a release that older code wrote can no longer be read.
FORMAT = 1
_ID_LENGTH = 16


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredFile(_Part):
    """One file of the release."""

    file: str
    sha256: str
    size_bytes: int


class StoredTable(StoredFile):
    """One table of the release."""

    rows: int


class ReadFile(_Part):
    """One raw file the release was made from, and what became of its rows."""

    path: str
    snapshot_id: str
    sha256: str
    size_bytes: int
    published: date | None
    rows_read: int | None = Field(description="null where rows of this source are not counted by file")
    rows_kept: int | None
    rows_set_aside: int | None


class ReadSource(_Part):
    """One publisher's dataset, as it was read."""

    id: str
    title: str
    publisher: str
    url: str
    licence: str
    attribution: str
    retrieved: date
    files: tuple[ReadFile, ...]


class AddedFile(_Part):
    """Somebody's own data, added to a release on their machine."""

    kind: str = Field(description="indicator, fund or framework")
    id: str
    owner: str
    file: str = Field(description="the file's name; empty for a framework, which has none")
    sha256: str
    size_bytes: int
    definition_file: str
    definition_sha256: str


class Overlay(_Part):
    """What makes a release a private one: the release it was laid on, and what was added."""

    base_release_id: str
    base_code_version: str
    added: tuple[AddedFile, ...]


class Manifest(_Part):
    """What a release holds. There is no time of building, so that the same inputs give the same bytes."""

    format: int
    release_id: str
    code_version: str
    libraries: Mapping[str, str] = Field(description="versions that decide the bytes of tables")
    definitions: StoredFile
    tables: Mapping[str, StoredTable]
    sources: tuple[ReadSource, ...]
    overlay: Overlay | None = Field(default=None, description="absent in a release without own data")

    @classmethod
    def of(
        cls,
        *,
        code_version: str,
        libraries: Mapping[str, str],
        definitions: StoredFile,
        tables: Mapping[str, StoredTable],
        sources: tuple[ReadSource, ...],
        overlay: Overlay | None = None,
    ) -> Manifest:
        """A manifest with the id that its other content gives it."""
        draft = cls(
            format=FORMAT,
            release_id="",
            code_version=code_version,
            libraries=dict(sorted(libraries.items())),
            definitions=definitions,
            tables=dict(sorted(tables.items())),
            sources=tuple(sorted(sources, key=lambda source: source.id)),
            overlay=overlay,
        )
        return draft.model_copy(update={"release_id": draft.content_id()})

    def content_id(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the manifest without its id.

        It covers every table's and the definitions' own SHA-256, so that it names the content of the whole
        folder.
        """
        return sha256_of(canonical_json(self._content(without={"release_id"})))[:_ID_LENGTH]

    def to_bytes(self) -> bytes:
        """The manifest as people and programs read it."""
        return (json.dumps(self._content(), ensure_ascii=False, indent=1) + "\n").encode()

    def _content(self, without: AbstractSet[str] = frozenset()) -> dict[str, Any]:
        """The manifest as JSON; one without own data does not mention them."""
        silent = {"overlay"} if self.overlay is None else set()
        return self.model_dump(mode="json", exclude={*without, *silent})


def canonical_json(content: Any) -> bytes:  # noqa: ANN401 - JSON may hold anything
    """The one spelling of a JSON value that hashes are taken of: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(content: bytes) -> str:
    """The SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
