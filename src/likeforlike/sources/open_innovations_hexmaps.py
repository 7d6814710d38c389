"""A hex map layout (HexJSON): the column and row of every council's hexagon."""

from __future__ import annotations

import json
from pathlib import Path

from likeforlike.domain.errors import SourceChangedError

SOURCE_ID = "open_innovations_hexmaps"
FILE = "geography/hexmap_uk-local-authority-districts-2023.hexjson"
_LAYOUT = "odd-r"


def read_hexes(folder: Path) -> dict[str, tuple[int, int]]:
    """Column and row by area code, England only; odd rows stand half a hexagon to the right, rows count
    northwards.

    Raises SourceChangedError where the file is not as declared.
    """
    try:
        layout = json.loads((folder / FILE).read_text(encoding="utf-8"))
        hexes = {_LAYOUT: layout["hexes"]}[layout["layout"]]
        return {code: (int(one["q"]), int(one["r"])) for code, one in hexes.items() if code[0] == "E"}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise SourceChangedError(
            SOURCE_ID,
            FILE,
            expected=f"HexJSON in the layout {_LAYOUT}",
            found=f"{type(problem).__name__}: {problem}",
            next_step="Compare the file with its folder's PROVENANCE.md.",
        ) from problem
