"""Writing a release: tables, definitions and manifest as bytes, then published in one step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from likeforlike import __version__
from likeforlike.definitions.loader import Definitions
from likeforlike.store.atomic import publish
from likeforlike.store.manifest import (
    DEFINITIONS,
    MANIFEST,
    Manifest,
    Overlay,
    ReadSource,
    StoredFile,
    StoredTable,
    sha256_of,
)
from likeforlike.store.release import OpenRelease
from likeforlike.store.tables import QUICK_LEVEL, in_order, to_parquet

#: Libraries whose version decides figures or the bytes of tables.
LIBRARIES = ("numpy", "polars", "scipy")


@dataclass(frozen=True)
class PackedRelease:
    """A release as the bytes of its files, not yet on disk."""

    manifest: Manifest
    files: Mapping[str, bytes]


def pack_release(
    tables: Mapping[str, pl.DataFrame], definitions: Definitions, sources: Iterable[ReadSource]
) -> PackedRelease:
    """Make every file of a release; the same arguments give the same bytes."""
    # Not with sorted keys: the order of an indicator's series is their precedence.
    files = {DEFINITIONS: (definitions.model_dump_json() + "\n").encode()}
    stored = {}
    names = sorted(tables)
    with ThreadPoolExecutor() as pool:
        packed = pool.map(lambda name: to_parquet(in_order(name, tables[name])), names)
        for name, content in zip(names, packed, strict=True):
            file = f"{name}.parquet"
            files[file] = content
            stored[name] = StoredTable(rows=tables[name].height, **_described(file, content))
    manifest = Manifest.of(
        code_version=__version__,
        libraries={library: version(library) for library in LIBRARIES},
        definitions=StoredFile(**_described(DEFINITIONS, files[DEFINITIONS])),
        tables=stored,
        sources=tuple(sources),
    )
    return PackedRelease(manifest, files | {MANIFEST: manifest.to_bytes()})


def pack_overlay(
    base: OpenRelease,
    tables: Mapping[str, pl.DataFrame],
    definitions: Definitions,
    sources: Iterable[ReadSource],
    overlay: Overlay,
) -> PackedRelease:
    """Make every file of a release laid on another: `tables` replace the base's, all others stay as they are.

    The tables are packed quickly rather than tightly, because somebody waits for them.
    """
    files = {DEFINITIONS: (definitions.model_dump_json() + "\n").encode()}
    stored = dict(base.manifest.tables)
    for name, kept in stored.items():
        if name not in tables:
            files[kept.file] = base.table_path(name).read_bytes()
    for name, table in tables.items():
        file = f"{name}.parquet"
        files[file] = to_parquet(in_order(name, table), level=QUICK_LEVEL)
        stored[name] = StoredTable(rows=table.height, **_described(file, files[file]))
    manifest = Manifest.of(
        code_version=__version__,
        libraries={library: version(library) for library in LIBRARIES},
        definitions=StoredFile(**_described(DEFINITIONS, files[DEFINITIONS])),
        tables=stored,
        sources=tuple(sources),
        overlay=overlay,
    )
    return PackedRelease(manifest, files | {MANIFEST: manifest.to_bytes()})


def save_release(packed: PackedRelease, out: Path) -> Path:
    """Publish the release as `out/<release id>` and `out/current`; returns its folder."""
    return publish(out, packed.manifest.release_id, packed.files)


def _described(file: str, content: bytes) -> dict[str, Any]:
    return {"file": file, "sha256": sha256_of(content), "size_bytes": len(content)}
