"""All definitions, read strictly: files fit their type, no id repeats, every reference leads somewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from likeforlike.definitions.reading import Definition, Problem, read_definitions
from likeforlike.definitions.references import problems
from likeforlike.definitions.register import FOLDER, load_register
from likeforlike.domain.correction import Correction
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.event import EventDefinition
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.mission import Framework
from likeforlike.domain.money import Fund, FundGroup, NeedMeasure, ThemeRule
from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.domain.provenance import Licence, Source

__all__ = [
    "Definitions",
    "load_definitions",
    "load_event_definition",
    "load_framework",
    "load_neighbour_model",
    "load_register",
]

#: Folder under `definitions/` -> type of what its files hold, which is also the field of Definitions. A new
#: kind of definition is one line here, one field there, and its references in `references.py`.
TYPES: dict[str, type[BaseModel]] = {
    "sources": Source,
    "indicators": Indicator,
    "neighbour_models": NeighbourModel,
    "funds": Fund,
    "fund_groups": FundGroup,
    "fund_themes": ThemeRule,
    "need_measures": NeedMeasure,
    "frameworks": Framework,
    "events": EventDefinition,
    "corrections": Correction,
}
LICENCES = "licences.yaml"


class Definitions(BaseModel):
    """Every definition by id, in the order of ids.

    It goes to JSON and back unchanged, so that a release can carry it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    licences: dict[str, Licence] = {}
    sources: dict[str, Source] = {}
    indicators: dict[str, Indicator] = {}
    neighbour_models: dict[str, NeighbourModel] = {}
    funds: dict[str, Fund] = {}
    fund_groups: dict[str, FundGroup] = {}
    fund_themes: dict[str, ThemeRule] = {}
    need_measures: dict[str, NeedMeasure] = {}
    frameworks: dict[str, Framework] = {}
    events: dict[str, EventDefinition] = {}
    corrections: dict[str, Correction] = {}

    def by_folder(self) -> dict[str, dict[str, Any]]:
        """Definitions by folder and id."""
        return {name: getattr(self, name) for name in type(self).model_fields}


@cache
def load_definitions(folder: Path = FOLDER) -> Definitions:
    """Every definition under `folder`; a folder that is absent or empty holds none.

    Raises DefinitionError, naming file, line and what to write instead, for the first thing that is wrong.
    """
    found = {"licences": _by_id(read_definitions(folder / LICENCES, Licence))}
    for name, model in TYPES.items():
        paths = sorted((folder / name).glob("*.yaml"))
        found[name] = _by_id([entry for path in paths for entry in read_definitions(path, model)])
    known = {name: {one: entry.item for one, entry in entries.items()} for name, entries in found.items()}
    for name, entries in found.items():
        for entry in entries.values():
            for problem in problems(name, entry.item, known):
                raise entry.error(problem)
    return Definitions.model_validate(known)


def load_neighbour_model(path: Path, definitions: Definitions | None = None) -> NeighbourModel:
    """A person's own neighbour model; its indicators are checked where `definitions` are given."""
    model = _load_one(path, "neighbour_models", definitions)
    assert isinstance(model, NeighbourModel)
    return model


def load_framework(path: Path, definitions: Definitions | None = None) -> Framework:
    """A person's own framework; its indicators and funds are checked where `definitions` are given."""
    framework = _load_one(path, "frameworks", definitions)
    assert isinstance(framework, Framework)
    return framework


def load_event_definition(path: Path, definitions: Definitions | None = None) -> EventDefinition:
    """A person's own aggregation of events; its source is checked where `definitions` are given."""
    definition = _load_one(path, "events", definitions)
    assert isinstance(definition, EventDefinition)
    return definition


def _load_one(path: Path, folder: str, definitions: Definitions | None) -> BaseModel:
    entries = read_definitions(path, TYPES[folder])
    if len(entries) != 1:
        raise DefinitionError(
            f"The file holds {len(entries)} definitions.", file=str(path), instead="Keep exactly one."
        )
    (first,) = entries
    if definitions is not None:
        for problem in problems(folder, first.item, definitions.by_folder()):
            raise first.error(problem)
    return first.item


def _by_id(entries: list[Definition]) -> dict[str, Definition]:
    """Entries in the order of ids, each id once."""
    by_id: dict[str, Definition] = {}
    for entry in entries:
        name = str(getattr(entry.item, "id"))  # noqa: B009 - every definition has an id, BaseModel has none
        if name in by_id:
            other = by_id[name]
            raise entry.error(
                Problem(
                    ("id",), f"The id {name!r} is taken by {other.path.name} already.", "Choose another id."
                )
            )
        by_id[name] = entry
    return dict(sorted(by_id.items()))
