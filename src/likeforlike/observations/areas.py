"""Which area a row's code stands for: one of the register, a combined area, or none that is compared here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from likeforlike.domain.area import AreaRegister

HACKNEY = "E09000012"
CORNWALL = "E06000052"
KINGSTON = "E09000021"
NORTH_NORTHAMPTONSHIRE = "E06000061"

#: Members of an estimate that a publisher shares between areas; it counts under the first. Of the first two
#: pairs that is by far the larger; the other two run their children's services together.
SHARED = {
    HACKNEY: (HACKNEY, "E09000001"),
    CORNWALL: (CORNWALL, "E06000053"),
    KINGSTON: (KINGSTON, "E09000027"),
    NORTH_NORTHAMPTONSHIRE: (NORTH_NORTHAMPTONSHIRE, "E06000062"),
}

#: Codes of combined areas -> the area their estimate counts under.
COMBINED = {"E67000001": HACKNEY, "E67000002": CORNWALL}

#: Kinds of code that a row may have and that are not compared here. Anything else must be in the register.
OUT_OF_SCOPE = (
    (r"[WSN]\d{8}", "outside England"),
    (r"K\d{8}", "the United Kingdom, a group of its countries, or an unknown place"),
    (r"TL[A-Z0-9]{1,3}", "international territorial level, not a council"),
    (r"E11\d{6}", "metropolitan county, which has no council"),
    (r"E13\d{6}", "Inner or Outer London"),
    (r"E61\d{6}", "Greater London Authority"),
    (r"E(22|23|26|31|37|38|39|40|54)\d{6}", "police, fire, health, park or enterprise area"),
    (
        r"E07000(00[1-3]|01[3-9]|02[0-5]|05[4-9]|060|15[7-9]|16[0-2]|18[2-6]|23[0-3])"
        r"|E10000(001|004|005|010|022|026|033)",
        "abolished before April 2011, where the register begins",
    ),
    (r"na", "no code given"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """The areas a row is for, and where a combined estimate counts; or why the row is for none."""

    areas: tuple[str, ...] = ()
    shared_with: str | None = None
    reason: str = ""


def read_places(codes: Iterable[str | None], register: AreaRegister) -> dict[str | None, Place]:
    """The place of every distinct code; one neither known nor out of scope is left out of the answer."""
    places = {code: _place(code, register) for code in codes}
    return {code: place for code, place in places.items() if place is not None}


def _place(code: str | None, register: AreaRegister) -> Place | None:
    if code is None:
        return Place(reason="no code given")
    if code in register.areas:
        return Place(areas=(code,))
    if code in COMBINED:
        return Place(areas=SHARED[COMBINED[code]], shared_with=COMBINED[code])
    for pattern, reason in OUT_OF_SCOPE:
        if re.fullmatch(pattern, code):
            return Place(reason=reason)
    return None
