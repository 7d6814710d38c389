"""The neighbour data package: every model's lists and full distances, by year, to be cited and reused."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from ruamel.yaml import YAML

import likeforlike
from likeforlike.domain.errors import DefinitionError, RequestError
from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.publish.neighbours import NEIGHBOUR_KEYS, Found, find_neighbours, neighbour_rows

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

CONTENTS = "contents.json"


def write_package(catalogue: Catalogue, folder: Path) -> list[Path]:
    """Write the package; returns its files, the table of contents last.

    Per model: `model.yaml`; per model and year: `lists.csv` (NEIGHBOUR_KEYS) and `distances.parquet` (areas x
    areas, one column per area; not for published lists). `contents.json` has the release, each file's size
    and SHA-256, and the attribution. The same release gives the same bytes. Raises RequestError for a folder
    with anything in it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise RequestError(f"The folder {folder} is not empty.", instead="Name a new one.")
    written: list[Path] = []
    for model in catalogue.models.values():
        written.append(_write(folder / model.id / "model.yaml", _model_file(model)))
        for found in _sets(catalogue, model):
            here = folder / model.id / (str(found.year) if found.yearly else "current")
            written.append(_write(here / "lists.csv", _lists(found)))
            if found.neighbours.all_distances.size:
                written.append(_write(here / "distances.parquet", _distances(found)))
    contents = json.dumps(_contents(catalogue, folder, written), indent=1, ensure_ascii=False) + "\n"
    return [*written, _write(folder / CONTENTS, contents.encode())]


def _sets(catalogue: Catalogue, model: NeighbourModel) -> Iterator[Found]:
    current = find_neighbours(catalogue, model)
    yield current
    try:
        tables, _ = catalogue.comparisons.yearly_of(model)
    except DefinitionError:
        return
    for year in tables.years:
        if year != current.year:
            yield find_neighbours(catalogue, model, year=year)


def _lists(found: Found) -> bytes:
    rows = neighbour_rows(found, range(len(found.neighbours.areas)))
    return pl.DataFrame(list(rows), infer_schema_length=None).select(NEIGHBOUR_KEYS).write_csv().encode()


def _distances(found: Found) -> bytes:
    areas = found.neighbours.areas
    table = pl.DataFrame({"area_code": areas}).hstack(
        pl.DataFrame(found.neighbours.all_distances, schema=list(areas), orient="row")
    )
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _model_file(model: NeighbourModel) -> bytes:
    """The model as a file that `likeforlike neighbours --model FILE` takes."""
    buffer = io.BytesIO()
    YAML().dump(model.model_dump(mode="json", exclude_defaults=True), buffer)
    return buffer.getvalue()


def _contents(catalogue: Catalogue, folder: Path, written: list[Path]) -> dict[str, Any]:
    used = {model.source_id for model in catalogue.models.values()} | {
        catalogue.indicators[feature.indicator].source_id
        for model in catalogue.models.values()
        for feature in model.features
        if feature.indicator in catalogue.indicators
    }
    return {
        "release_id": catalogue.release.id,
        "version": likeforlike.__version__,
        "attribution": [catalogue.sources[one].attribution for one in sorted(filter(None, used))],
        "files": [
            {
                "path": path.relative_to(folder).as_posix(),
                "size_bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in written
        ],
    }


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
