"""Whether a rate stands for so few cases that chance moves it: a claim or two more in a small district.

A count of everything has no sampling error, but the number of rare events in a place and year still varies.
Below about twenty cases the 95 % range of that variation is wider than half the count either way (Poisson:
20 ± 9), so such a rate says nothing about how a council differs from others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from likeforlike.domain.indicator import Certainty, Indicator, Unit
from likeforlike.domain.neighbour_model import Pool

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

FEWEST = 20
_BASE = MappingProxyType(
    {Unit.PER_1000: 1e3, Unit.PER_10000: 1e4, Unit.PER_100000: 1e5, Unit.PER_MILLION: 1e6}
)
#: About how many of England's residents there are of what a rate is per: a threshold needs no more.
_SHARE = MappingProxyType(
    {
        "dwellings": 0.44,
        "households": 0.41,
        "adults": 0.79,
        "children": 0.21,
        "people aged 10 to 17": 0.1,
        "people aged 16 and over": 0.81,
        "people aged 19 and over": 0.78,
        "people aged under 75": 0.91,
    }
)


def cases(indicator: Indicator, value: float | None, people: float | None) -> float | None:
    """About how many cases a rate of a full count stands for; None where it is no such rate or value."""
    base = _BASE.get(indicator.unit)
    if base is None or value is None or not people or indicator.certainty is not Certainty.FULL_COUNT:
        return None
    return value * people * _SHARE.get(indicator.per, 1.0) / base


def few(indicator: Indicator, value: float | None, others: float | None, people: float | None) -> bool:
    """Whether both the council's rate and what the others' would be here stand for fewer than twenty cases.

    No case where like councils lead one to expect thirty is a difference; none where they lead to expect
    one is not.
    """
    found = [cases(indicator, one, people) for one in (value, others)]
    known = [one for one in found if one is not None]
    return bool(known) and found[0] is not None and max(known) < FEWEST


@lru_cache(maxsize=4)
def residents(catalogue: Catalogue) -> Mapping[str, float]:
    """The newest population of every council; empty where the release holds none."""
    if "population" not in catalogue.indicators:
        return {}
    found: dict[str, float] = {}
    for pool in (Pool.LOWER_TIER, Pool.UPPER_TIER):
        matrix = catalogue.matrices.matrix("population", pool)
        if not matrix.periods:
            continue
        newest = matrix.values[:, matrix.latest_column()]
        found |= {
            code: float(value) for code, value in zip(matrix.areas, newest, strict=True) if np.isfinite(value)
        }
    return found
