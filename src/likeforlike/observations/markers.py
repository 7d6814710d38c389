"""What publishers write beside or instead of a value, and what each mark says about it.

Symbols follow the harmonised list of the UK government's statisticians; texts are those that files use in
its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from likeforlike.domain.observation import Method, ObservationStatus
from likeforlike.observations.areas import CORNWALL, HACKNEY, KINGSTON, NORTH_NORTHAMPTONSHIRE


@dataclass(frozen=True, slots=True)
class Marker:
    """A value's status, how it reached its area, and under which area a shared estimate counts."""

    status: ObservationStatus
    method: Method = Method.PUBLISHED
    shared_with: str | None = None


#: A symbol, without its square brackets and in lower case. A value that rounds to nothing is withheld,
#: never zero.
SYMBOLS = {
    "c": Marker(ObservationStatus.SUPPRESSED),
    "*": Marker(ObservationStatus.SUPPRESSED),
    "k": Marker(ObservationStatus.SUPPRESSED),
    "low": Marker(ObservationStatus.SUPPRESSED),
    "x": Marker(ObservationStatus.NOT_AVAILABLE),
    ":": Marker(ObservationStatus.NOT_AVAILABLE),
    "..": Marker(ObservationStatus.NOT_AVAILABLE),
    "z": Marker(ObservationStatus.NOT_APPLICABLE),
    "u": Marker(ObservationStatus.LOW_RELIABILITY),
    "e": Marker(ObservationStatus.ESTIMATED),
    "f": Marker(ObservationStatus.ESTIMATED),
    "p": Marker(ObservationStatus.PROVISIONAL),
    "r": Marker(ObservationStatus.NORMAL),
}

#: Texts, matched from their beginning in lower case.
TEXTS = (
    (r"value for hackney and city of london\b", Marker(ObservationStatus.NORMAL, shared_with=HACKNEY)),
    (r"value for cornwall and isles of scilly\b", Marker(ObservationStatus.NORMAL, shared_with=CORNWALL)),
    (
        r"value for kingston upon thames and richmond upon thames\b",
        Marker(ObservationStatus.NORMAL, shared_with=KINGSTON),
    ),
    (
        r"value for north northamptonshire and west northamptonshire\b",
        Marker(ObservationStatus.NORMAL, shared_with=NORTH_NORTHAMPTONSHIRE),
    ),
    (r"value for .+ cty applied to .+ ua$", Marker(ObservationStatus.NORMAL, Method.SAME_AREA)),
    (r"aggregated from all known lower geography", Marker(ObservationStatus.ESTIMATED)),
    (r"estimate and confidence interval unreliable", Marker(ObservationStatus.LOW_RELIABILITY)),
    (r"(observation|value) suppressed\b", Marker(ObservationStatus.SUPPRESSED)),
    (r"data not available$", Marker(ObservationStatus.NOT_AVAILABLE)),
)


def read_marker(text: str) -> Marker:
    """Read one mark; raises ValueError when it is not declared here."""
    plain = text.strip().lower()
    symbol = SYMBOLS.get(plain.removeprefix("[").removesuffix("]"))
    if symbol:
        return symbol
    for pattern, marker in TEXTS:
        if re.match(pattern, plain):
            return marker
    raise ValueError(f"{text!r} is not a declared marker")
