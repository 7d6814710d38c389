"""Other people's numbers for areas, and the codes they stand for."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from likeforlike.definitions.register import FOLDER, load_register
from likeforlike.domain.errors import DefinitionError

#: Schemes of `area_codes.csv`: the Department for Education's three-digit numbers, and the "E-codes" of the
#: ministry that collects councils' accounts.
DFE, FINANCE = "dfe", "finance"


@cache
def load_area_codes(scheme: str, folder: Path = FOLDER) -> dict[str, str]:
    """Area code by number in one scheme.

    Raises DefinitionError for a number that is listed twice or an area that is not in the register, unless
    it is one of the parts of London that have no council.
    """
    known = load_register().areas
    codes: dict[str, str] = {}
    path = folder / "area_codes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if row["scheme"] != scheme:
                continue
            if row["number"] in codes:
                raise DefinitionError(
                    f"{scheme} {row['number']} is listed twice.",
                    file=str(path),
                    line=line,
                    instead="Keep one.",
                )
            if row["area_code"] not in known and not row["area_code"].startswith("E13"):
                raise DefinitionError(f"There is no area {row['area_code']}.", file=str(path), line=line)
            codes[row["number"]] = row["area_code"]
    return codes
