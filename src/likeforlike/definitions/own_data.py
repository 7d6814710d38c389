"""The definition of somebody's own indicator, fund or framework: which of them it is, read strictly."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from likeforlike.definitions.loader import Definitions
from likeforlike.definitions.reading import Definition, Problem, read_definitions, read_yaml
from likeforlike.definitions.references import problems
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.mission import Framework
from likeforlike.domain.own_data import OwnFund, OwnIndicator, OwnKind

_MODELS: dict[OwnKind, type[BaseModel]] = {
    OwnKind.INDICATOR: OwnIndicator,
    OwnKind.FUND: OwnFund,
    OwnKind.FRAMEWORK: Framework,
}
_FOLDERS = {OwnKind.INDICATOR: "indicators", OwnKind.FUND: "funds", OwnKind.FRAMEWORK: "frameworks"}


def read_own_definition(path: Path, known: Definitions) -> tuple[OwnKind, Definition]:
    """The kind and content of a definition of one's own.

    A framework lists `missions` with ids of their own, a fund says its `amount_kind` and `selection`; anything
    else is an indicator. Raises DefinitionError, naming file, line and what to write, for a file that does
    not fit, an id that is taken, and a reference that leads nowhere.
    """
    kind = _kind(path)
    entries = read_definitions(path, _MODELS[kind])
    if len(entries) != 1:
        raise DefinitionError(
            f"The file holds {len(entries)} definitions.", file=str(path), line=1, instead="Keep exactly one."
        )
    (entry,) = entries
    taken = known.by_folder()[_FOLDERS[kind]]
    own_id = str(getattr(entry.item, "id"))  # noqa: B009 - every model has an id, BaseModel has none
    if own_id in taken:
        raise entry.error(
            Problem(
                ("id",),
                f"The id {own_id!r} is taken: the release has {_a(kind)} “{taken[own_id].title}”.",
                f"Choose another id, such as own-{own_id}.",
            )
        )
    checked = entry.item.as_indicator() if isinstance(entry.item, OwnIndicator) else entry.item
    # The source and the licence of one's own data are made with the release; all other references must exist.
    folders = known.by_folder()
    if isinstance(entry.item, OwnIndicator):
        folders = {
            **folders,
            "sources": {**folders["sources"], entry.item.source_id: None},
            "licences": {**folders["licences"], "private": None},
        }
    if not isinstance(entry.item, OwnFund):
        for problem in problems(_FOLDERS[kind], checked, folders):
            raise entry.error(problem)
    return kind, entry


def _kind(path: Path) -> OwnKind:
    data = read_yaml(path)
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, dict):
        return OwnKind.INDICATOR
    if "amount_kind" in first or "selection" in first:
        return OwnKind.FUND
    missions = first.get("missions")
    return OwnKind.FRAMEWORK if missions is not None else OwnKind.INDICATOR


def _a(kind: OwnKind) -> str:
    return f"{'an' if kind is OwnKind.INDICATOR else 'a'} {kind.value}"
