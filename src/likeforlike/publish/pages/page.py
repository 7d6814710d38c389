"""What every page model has: a title, its own address, what a download must say about itself, and its
tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

Cell = str | int | float | bool | date | None


class Frozen(BaseModel):
    """A page model or a part of one: frozen and strict, so that a misspelt field is found where it is
    made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Link(Frozen):
    """Words and where they lead."""

    text: str
    url: str


class Column(Frozen):
    """One column of a table: `key` names it in files, `title` heads it for people, with the unit."""

    key: str
    title: str
    numeric: bool = False


class Table(Frozen):
    """A table as it is downloaded: exact numbers, one row per thing, columns in order."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]


class About(Frozen):
    """What a file that leaves the site says about itself."""

    release_id: str
    comparator: str = ""
    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


class Page(Frozen):
    """Base of every page model.

    `path` is the page's canonical address with its selection; `about` is what downloads carry. A page that
    can be had as CSV, XLSX or Parquet returns its tables, the main one first.
    """

    title: str
    description: str = ""
    path: str
    about: About
    parents: tuple[Link, ...] = ()

    #: Whether the chart puts a council beside others, so that its file must say which.
    chart_compares: ClassVar[bool] = True

    def tables(self) -> tuple[Table, ...]:
        """The page's tables, the main one first; none by default."""
        return ()

    def chart(self) -> str:
        """The page's main chart as SVG for a file of its own; none by default."""
        return ""

    def chart_heading(self) -> str:
        """What stands over that chart, with its unit or period; the page's title by default."""
        return self.title
