# ruff: noqa: S314 - official files, read in tests only
"""A second, slow reader of spreadsheets with the standard library alone, for comparison with the fast one."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as Et

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"

Grid = dict[tuple[int, int], str]


@cache
def read_grid(path: Path, sheet: str) -> Grid:
    """Text by row (from 1) and column (from 0) of one sheet."""
    if path.suffix == ".ods":
        return _opendocument(_content(path), sheet)
    with zipfile.ZipFile(path) as archive:
        return _excel(archive, sheet)


@cache
def _content(path: Path) -> Et.Element:
    with zipfile.ZipFile(path) as archive:
        return Et.fromstring(archive.read("content.xml"))


def _excel(archive: zipfile.ZipFile, sheet: str) -> Grid:
    shared = [
        "".join(part.text or "" for part in entry.iter(f"{MAIN}t"))
        for entry in Et.fromstring(archive.read("xl/sharedStrings.xml")).iter(f"{MAIN}si")
    ]
    book = Et.fromstring(archive.read("xl/workbook.xml"))
    link = next(s.attrib[LINK] for s in book.iter(f"{MAIN}sheet") if s.attrib["name"] == sheet)
    links = Et.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(r.attrib["Target"] for r in links if r.attrib["Id"] == link)
    grid: Grid = {}
    for cell in Et.fromstring(archive.read("xl/" + target.removeprefix("/xl/"))).iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        if value is None or value.text is None:
            continue
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell.attrib["r"]).groups()
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        text = shared[int(value.text)] if cell.attrib.get("t") == "s" else value.text
        grid[int(row), column - 1] = text.strip()
    return grid


def _opendocument(tree: Et.Element, sheet: str) -> Grid:
    table = next(t for t in tree.iter(f"{TABLE}table") if t.attrib[f"{TABLE}name"] == sheet)
    grid: Grid = {}
    row = 1
    for line in table.iter(f"{TABLE}table-row"):
        column = 0
        for cell in line:
            text = cell.attrib.get(f"{OFFICE}value") or "\n".join("".join(p.itertext()) for p in cell)
            repeats = int(cell.attrib.get(f"{TABLE}number-columns-repeated", 1))
            if text.strip():
                for at in range(column, column + repeats):
                    grid[row, at] = text.strip()
            column += repeats
        row += int(line.attrib.get(f"{TABLE}number-rows-repeated", 1))
    return grid
