"""Councils, combined authorities, regions and England: when they were in force, what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from likeforlike.domain.area_names import NameIndex, normalised

ENGLAND = "E92000001"


class AreaKind(StrEnum):
    """What sort of area it is; the City of London is counted with the London boroughs."""

    DISTRICT = "district"
    UNITARY = "unitary"
    METROPOLITAN = "metropolitan"
    LONDON_BOROUGH = "london_borough"
    COUNTY = "county"
    COMBINED_AUTHORITY = "combined_authority"
    REGION = "region"
    COUNTRY = "country"


class ChangeKind(StrEnum):
    """How a predecessor became a successor.

    `merger`: all of it went to one successor, with others; `recode`: the same area under a new code; `split`:
    it was divided among several; `boundary`: it carried on under a new code, its boundary moved a little.
    """

    MERGER = "merger"
    RECODE = "recode"
    SPLIT = "split"
    BOUNDARY = "boundary"


SINGLE_TIER = (AreaKind.UNITARY, AreaKind.METROPOLITAN, AreaKind.LONDON_BOROUGH)
LOWER_TIER = (*SINGLE_TIER, AreaKind.DISTRICT)
UPPER_TIER = (*SINGLE_TIER, AreaKind.COUNTY)
COUNCILS = (*LOWER_TIER, AreaKind.COUNTY)

#: Which kinds a name means first where several areas in force carry it ("Lancashire": the county council
#: before the combined authority).
_CLAIM = dict.fromkeys(COUNCILS, 0) | {kind: 1 for kind in AreaKind if kind not in COUNCILS}


@dataclass(frozen=True)
class Area:
    """One area under one code.

    `valid_from` and `valid_to` are the first and last day the code was in force; None is before the record
    starts (2011), or still in force. Region, county and combined authority are those it belongs to now, or
    last did.
    """

    code: str
    name: str
    official_name: str
    kind: AreaKind
    region_code: str | None = None
    county_code: str | None = None
    combined_authority_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    other_names: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The name as it stands in an address: "st-helens"."""
        return normalised(self.name).replace(" ", "-")

    @property
    def is_council(self) -> bool:
        """Whether it is a council of either tier, rather than a region or combined authority."""
        return self.kind in COUNCILS

    def in_force(self, day: date) -> bool:
        """Whether the code was in force on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True)
class AreaChange:
    """One predecessor and one successor of a reorganisation.

    The four numbers are how many of the predecessor's people went to the successor, which weight its rates;
    None where that is not known.
    """

    predecessor: str
    successor: str
    change_date: date
    kind: ChangeKind
    all_ages: float | None = None
    children: float | None = None
    working_age: float | None = None
    older: float | None = None


@dataclass(frozen=True)
class AreaRegister:
    """Every area that existed since 2011, or (made by `as_of`) those in force on one day.

    `areas` is sorted by code. Tiers, districts and names speak of the areas in force: on `day`, or now where
    it is None.
    """

    areas: Mapping[str, Area]
    changes: tuple[AreaChange, ...]
    day: date | None = None

    @classmethod
    def of(cls, areas: Iterable[Area], changes: Iterable[AreaChange]) -> AreaRegister:
        """Make a register, sorted by code and by date of change."""
        in_order = sorted(areas, key=lambda area: area.code)
        dated = sorted(changes, key=lambda c: (c.change_date, c.successor, c.predecessor))
        return cls({area.code: area for area in in_order}, tuple(dated))

    def as_of(self, day: date) -> AreaRegister:
        """The areas in force on that day, and the changes up to it."""
        areas = {code: area for code, area in self.areas.items() if area.in_force(day)}
        return AreaRegister(areas, tuple(c for c in self.changes if c.change_date <= day), day)

    @cached_property
    def current(self) -> AreaRegister:
        """The areas in force now."""
        return AreaRegister(self._in_force, self.changes, self.day)

    @cached_property
    def lower_tier(self) -> tuple[str, ...]:
        """Codes of districts and single-tier councils, sorted: 296 now."""
        return self._of_kind(LOWER_TIER)

    @cached_property
    def counties(self) -> tuple[str, ...]:
        """Codes of county councils, sorted: 21 now."""
        return self._of_kind((AreaKind.COUNTY,))

    @cached_property
    def upper_tier(self) -> tuple[str, ...]:
        """Codes of single-tier and county councils, sorted: 153 now."""
        return self._of_kind(UPPER_TIER)

    def districts_of(self, county_code: str) -> tuple[str, ...]:
        """Codes of a county's districts in force, sorted; empty for anything but a county."""
        return self._districts.get(county_code, ())

    def nested(self, code: str) -> frozenset[str]:
        """Codes of areas in force that contain this one or lie within it; KeyError for an unknown code."""
        area = self.areas[code]
        around = {area.region_code, area.county_code, area.combined_authority_code, ENGLAND}
        inside = {
            other.code
            for other in self._in_force.values()
            if code in (other.region_code, other.county_code, other.combined_authority_code, ENGLAND)
            or (code == ENGLAND)
        }
        return frozenset(c for c in around | inside if c in self._in_force and c != code)

    def successors(self, code: str) -> tuple[str, ...]:
        """Codes in force that took over this area, sorted: itself where in force, none if unknown."""
        if code in self._in_force:
            return (code,)
        next_codes = self._next.get(code, ())
        return tuple(sorted({end for following in next_codes for end in self.successors(following)}))

    def resolve(self, text: str) -> Area:
        """The area in force that a code, name, official name, former name or slug means.

        Case, punctuation and "&" do not matter, nor do words such as "Council" or "London Borough of". A name
        that several areas share means an area in force before one that is not, and a council before a
        combined authority or region. What has been merged away resolves to its successor. Raises
        NotFoundError with near matches, and RequestError with the choices where the answer is several areas.
        """
        return self._names.resolve(text)

    @cached_property
    def _in_force(self) -> dict[str, Area]:
        if self.day is not None:
            return dict(self.areas)
        return {code: area for code, area in self.areas.items() if area.valid_to is None}

    @cached_property
    def _districts(self) -> dict[str, tuple[str, ...]]:
        districts: dict[str, tuple[str, ...]] = {}
        for area in self._in_force.values():
            if area.kind is AreaKind.DISTRICT and area.county_code:
                districts[area.county_code] = (*districts.get(area.county_code, ()), area.code)
        return districts

    @cached_property
    def _next(self) -> dict[str, tuple[str, ...]]:
        following: dict[str, tuple[str, ...]] = {}
        for change in self.changes:
            following[change.predecessor] = (*following.get(change.predecessor, ()), change.successor)
        return following

    @cached_property
    def _names(self) -> NameIndex[Area]:
        return NameIndex(
            self.areas.values(),
            claim=lambda area: _CLAIM[area.kind],
            current=lambda area: [self._in_force[code] for code in self.successors(area.code)],
        )

    def _of_kind(self, kinds: tuple[AreaKind, ...]) -> tuple[str, ...]:
        return tuple(code for code, area in self._in_force.items() if area.kind in kinds)
