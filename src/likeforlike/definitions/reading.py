"""Reading a definition file: checked objects, or an error with file, line and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from likeforlike.domain.errors import DefinitionError, unreadable

#: Keys and list positions from the top of a file to one place in it.
Place = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

#: What a pattern wants, in words.
_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "Write lower-case words joined by hyphens, such as employment-rate.",
    r"^[a-z0-9]+(_[a-z0-9]+)*$": "Write lower-case words joined by underscores, such as ons_population.",
    r"^\d{4}-\d{2}-\d{2}$": "Write a date such as 2020-04-01.",
}


@dataclass(frozen=True)
class Problem:
    """Something wrong at a place in a definition, and what to write instead."""

    place: Place
    problem: str
    instead: str = ""


@dataclass(frozen=True)
class Definition:
    """One object of a definition file, and where it stands."""

    path: Path
    place: Place
    item: BaseModel

    def error(self, problem: Problem) -> DefinitionError:
        """The problem as an error that names the line."""
        line = line_of(self.path, (*self.place, *problem.place))
        return DefinitionError(problem.problem, file=str(self.path), line=line, instead=problem.instead)


def read_definitions(path: Path, model: type[Model]) -> list[Definition]:
    """Every object of a file: one mapping, or a list of them.

    Raises DefinitionError for a file that cannot be read, is not YAML, repeats a key, or does not fit
    `model`.
    """
    data = read_yaml(path)
    if isinstance(data, dict):
        return [Definition(path, (), validate(data, model, path, ()))]
    if isinstance(data, list):
        return [
            Definition(path, (number,), validate(item, model, path, (number,)))
            for number, item in enumerate(data)
        ]
    raise DefinitionError(
        "The file holds neither a definition nor a list of them.",
        file=str(path),
        line=1,
        instead=f"Start with `id:`, or with `- id:` for the first of several ({model.__name__}).",
    )


def read_yaml(path: Path) -> object:
    """The content of a YAML file as plain Python, dates as text; None when it is empty."""
    try:
        return _dates_as_text(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        what = str(problem.problem or problem.context or "cannot be read").replace('"', "'")
        raise DefinitionError(
            f"The file is not valid YAML: {what}.", file=str(path), line=mark.line + 1 if mark else None
        ) from problem
    except (YAMLError, UnicodeDecodeError, ValueError) as problem:
        raise DefinitionError(f"The file cannot be read as YAML ({problem}).", file=str(path)) from problem
    except OSError as problem:
        raise unreadable(str(path), problem) from problem


def _dates_as_text(data: object) -> object:
    """A date that a person wrote without quotes is the text they wrote; fields that want a date read it."""
    if isinstance(data, dict):
        return {key: _dates_as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_dates_as_text(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


def validate(data: object, model: type[Model], path: Path, place: Place) -> Model:
    """`data` as the model; the first thing wrong with it is raised as DefinitionError.

    A misspelt field comes first, because it explains the one that is missing.
    """
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        first = min(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")
        where = tuple(part for part in first["loc"] if not str(part).startswith("function-"))
        found = _explain(first, where, model)
        line = line_of(path, (*place, *found.place))
        raise DefinitionError(found.problem, file=str(path), line=line, instead=found.instead) from problem


def line_of(path: Path, place: Place) -> int:
    """The line (from 1) of a place in a file, or of the nearest thing around it that exists.

    The file is read again with line numbers kept, which is slow; it is done only when there is something to
    report.
    """
    node = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    line = 1
    for part in place:
        try:
            position = node.lc.key(part) if isinstance(part, str) else node.lc.item(part)
            node = node[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = position[0] + 1
    return line


def did_you_mean(word: str, choices: Iterable[str], *, show: int = 8) -> str:
    """One sentence that points at near matches, or lists the choices where they are few."""
    known = sorted(choices)
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    if not known:
        return "None is defined yet."
    return (
        f"Write one of {', '.join(known)}."
        if len(known) <= show
        else f"There are {len(known)} to choose from."
    )


def _explain(  # noqa: PLR0911 - one kind of error after another reads best
    error: ErrorDetails, where: Sequence[str | int], model: type[BaseModel]
) -> Problem:
    """A validation error in words a person who edits the file understands."""
    name, kind, given = _dotted(where), error["type"], error["input"]
    context = error.get("ctx", {})
    owner = _model_at(model, where[:-1])
    fields = list(owner.model_fields) if owner else []
    last = str(where[-1]) if where else ""
    if kind == "extra_forbidden":
        return Problem(tuple(where), f"There is no field {last!r} here.", did_you_mean(last, fields, show=30))
    if kind == "missing":
        return Problem(tuple(where), f"The field {name} is missing.", _how_to_write(owner, last))
    if kind == "enum":
        choices = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
        return Problem(
            tuple(where), f"{name} cannot be {given!r}.", did_you_mean(str(given), choices, show=50)
        )
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        return Problem(
            tuple(where), f"{name} cannot be {given!r}.", _PATTERNS.get(pattern, f"It must match {pattern}.")
        )
    if kind == "string_type":
        return Problem(
            tuple(where),
            f"{name} must be text; found {given!s}.",
            f'Write it in quotes: {last}: "{given!s}".',
        )
    if kind == "value_error":
        sentence = str(context.get("error", error["msg"]))
        return Problem(tuple(where), sentence[:1].upper() + sentence[1:].rstrip(".") + ".")
    message = error["msg"][:1].lower() + error["msg"][1:]
    return Problem(tuple(where), f"{name or 'The definition'} is wrong: {message}; found {_short(given)}.")


def _how_to_write(owner: type[BaseModel] | None, field: str) -> str:
    annotation: Any = owner.model_fields[field].annotation if owner and field in owner.model_fields else None
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return f"Write `{field}:` and one of {', '.join(str(choice.value) for choice in annotation)}."
    return f"Write `{field}: ...`."


def _model_at(model: type[BaseModel], where: Sequence[str | int]) -> type[BaseModel] | None:
    """The model of the object that a place leads to; None where it is not one of ours."""
    current: type[BaseModel] | None = model
    for part in where:
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part) if current else None
        current = _model_in(field.annotation) if field else None
    return current


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _dotted(where: Sequence[str | int]) -> str:
    text = ""
    for part in where:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _short(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."
