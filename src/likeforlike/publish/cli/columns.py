"""What a table for people is made of: rows, and columns that show them in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column of a table for people: its heading, and a row's cell in words."""

    heading: str
    show: Callable[[Row], str]
    right: bool = False
    wrap: bool = False
    width: int | None = None  # of a column that wraps and should not grow
