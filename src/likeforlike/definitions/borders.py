"""Which areas touch on the map, from the project's own table `area_borders.csv`.

`land`: they share a border; `water`: they face each other across a river mouth or estuary; `nearest`: the
mainland that is nearest to an island. Compiled from two sets of ONS boundaries (generalised boundaries of
2025, in which a shared line is a shared border, and the list of touching districts of 2021); a test compiles
it again where they are present.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from likeforlike.definitions.register import load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import DefinitionError

TABLE = Path(__file__).parent / "area_borders.csv"
BORDERS = ("land", "water", "nearest")


@cache
def load_borders(path: Path = TABLE, kinds: tuple[str, ...] = BORDERS) -> tuple[tuple[str, str], ...]:
    """Pairs of lower-tier areas that touch by a border of the given kinds, each once, the smaller code first.

    Raises DefinitionError, naming file and line, for a pair that repeats, an unknown code or kind of border.
    """
    known = load_register().areas
    pairs: dict[tuple[str, str], str] = {}
    with path.open(newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            pair = (row["area_code"], row["neighbour_code"])
            wrong = [code for code in pair if code not in known]
            if wrong or row["border"] not in BORDERS or pair[0] >= pair[1] or pair in pairs:
                raise DefinitionError(
                    f"The row {','.join(row.values())} is not a pair of two areas, given once with the "
                    f"smaller code first, and a kind of border.",
                    file=str(path),
                    line=line,
                    instead=f"Kinds of border: {', '.join(BORDERS)}.",
                )
            pairs[pair] = row["border"]
    return tuple(pair for pair in pairs if pairs[pair] in kinds)


def upper_tier_borders(
    pairs: tuple[tuple[str, str], ...], register: AreaRegister
) -> tuple[tuple[str, str], ...]:
    """The same for upper-tier areas: two touch where any of their districts do."""
    upper = {code: area.county_code or code for code, area in register.areas.items()}
    between = {frozenset((upper[a], upper[b])) for a, b in pairs if upper[a] != upper[b]}
    return tuple(sorted((min(pair), max(pair)) for pair in between))
