"""Drawn tables: what a rule is given and what it answers, as a test and as a page of the manual.

A chapter is one method page. Each of its cases draws a small table, says the rule in words, and draws the
answer. The same drawing is checked against the code and printed in `docs/method/`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Cell = float | str | None
MISSING = "-"


@dataclass(frozen=True)
class Table:
    """Columns by name, all equally long."""

    columns: dict[str, list[Cell]]

    @classmethod
    def drawn(cls, text: str) -> Table:
        """A table from lines whose cells are separated by bars; `-` is a missing value."""
        lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
        head, *rows = lines
        assert all(len(row) == len(head) for row in rows), f"uneven rows in:\n{text}"
        return cls({name: [_cell(row[place]) for row in rows] for place, name in enumerate(head)})

    def __getitem__(self, name: str) -> list[Cell]:
        return self.columns[name]

    def numbers(self, *names: str) -> np.ndarray:
        """Columns as numbers, rows x columns, NaN for missing; all columns but the first by default."""
        chosen = names or tuple(self.columns)[1:]
        lists = [[np.nan if cell is None else float(cell) for cell in self.columns[name]] for name in chosen]
        return np.array(lists, dtype=np.float64).T

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


@dataclass(frozen=True)
class Case:
    """One rule: in words, on a table, with its answer."""

    title: str
    rule: str
    given: str
    answer: str
    run: Callable[[Table], dict[str, list[Cell]]]

    def check(self) -> None:
        """Fail with both tables when the code does not answer as drawn."""
        expected = Table.drawn(self.answer)
        found = self.run(Table.drawn(self.given))
        for name, cells in expected.columns.items():
            assert name in found, f"{self.title}: the code gives no column {name!r}, only {list(found)}"
            answers = [_plain(cell) for cell in found[name]]
            assert len(answers) == len(cells), (
                f"{self.title}: {name} has {len(answers)} rows, drawn {len(cells)}"
            )
            for row, (drawn, given) in enumerate(zip(_texts(self.answer, name), answers, strict=True)):
                assert _same(drawn, given), (
                    f"{self.title}: {name}, row {row + 1}: drawn {drawn!r}, found {given!r}"
                )


@dataclass(frozen=True)
class Chapter:
    """A method page."""

    name: str
    title: str
    introduction: str
    cases: tuple[Case, ...]
    sources: str

    def markdown(self) -> str:
        """The page."""
        parts = [
            f"# {self.title}",
            f"[//]: # (Made by make docs from tests/spec/spec_{self.name}.py: change it there.)",
            self.introduction.strip(),
        ]
        for case in self.cases:
            parts += [
                f"## {case.title}",
                case.rule.strip(),
                _markdown(case.given),
                "gives",
                _markdown(case.answer),
            ]
        return "\n\n".join([*parts, "## Sources", self.sources.strip()]) + "\n"


def _cell(text: str) -> Cell:
    if text == MISSING:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _texts(drawing: str, name: str) -> list[str]:
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines()]
    return [row[head.index(name)] for row in rows]


def _plain(cell: object) -> Cell:
    if cell is None or (isinstance(cell, float | np.floating) and np.isnan(cell)):
        return None
    return str(cell) if isinstance(cell, str) else float(cell)  # type: ignore[arg-type]


def _same(drawn: str, found: Cell) -> bool:
    """Whether a cell is as drawn: to the decimals that are drawn."""
    expected = _cell(drawn)
    if expected is None or isinstance(expected, str) or found is None or isinstance(found, str):
        return expected == found
    decimals = len(drawn.partition(".")[2])
    return abs(expected - found) <= 0.5 * 10**-decimals + 1e-9


def _markdown(drawing: str) -> str:
    lines = [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines()]
    rule = ["---"] * len(lines[0])
    return "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], rule, *lines[1:]])
