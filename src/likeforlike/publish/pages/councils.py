"""Every council, by region and county."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from likeforlike.domain.area import Area, AreaKind
from likeforlike.publish import text, urls
from likeforlike.publish.pages.page import About, Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class CouncilLine(Frozen):
    """One council; a county carries its districts."""

    code: str
    name: str
    kind: str
    url: str
    districts: tuple[Link, ...] = ()


class Region(Frozen):
    """A region's councils: single-tier ones, then counties with their districts."""

    code: str
    name: str
    single: tuple[CouncilLine, ...]
    counties: tuple[CouncilLine, ...]


class CouncilsPage(Page):
    """The list of councils."""

    regions: tuple[Region, ...]
    count: int
    rows: tuple[dict[str, str | None], ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per council."""
        columns = tuple(
            Column(key=key, title=key) for key in ("area_code", "name", "kind", "region_code", "county_code")
        )
        return (Table(name="councils", title=self.title, columns=columns, rows=self.rows),)


def make_councils(catalogue: Catalogue) -> CouncilsPage:
    """Every council in force."""
    areas = catalogue.register.current.areas.values()
    councils = [area for area in areas if area.is_council]
    regions = sorted((area for area in areas if area.kind is AreaKind.REGION), key=lambda area: area.name)
    return CouncilsPage(
        title="Councils in England",
        description=text.PURPOSE,
        path=urls.councils(),
        about=About(release_id=catalogue.release.id),
        regions=tuple(_region(catalogue, region, councils) for region in regions),
        count=len(councils),
        rows=tuple(
            {
                "area_code": area.code,
                "name": area.name,
                "kind": str(area.kind.value),
                "region_code": area.region_code,
                "county_code": area.county_code,
            }
            for area in councils
        ),
    )


def _region(catalogue: Catalogue, region: Area, councils: list[Area]) -> Region:
    inside = sorted(
        (area for area in councils if area.region_code == region.code), key=lambda area: area.name
    )
    return Region(
        code=region.code,
        name=region.name,
        single=tuple(
            _line(catalogue, area) for area in inside if area.kind not in (AreaKind.COUNTY, AreaKind.DISTRICT)
        ),
        counties=tuple(_line(catalogue, area) for area in inside if area.kind is AreaKind.COUNTY),
    )


def _line(catalogue: Catalogue, area: Area) -> CouncilLine:
    return CouncilLine(
        code=area.code,
        name=area.name,
        kind=text.KINDS[area.kind],
        url=urls.council(area.code),
        districts=tuple(_districts(catalogue, area)),
    )


def _districts(catalogue: Catalogue, area: Area) -> Iterator[Link]:
    names = [catalogue.register.areas[code] for code in catalogue.register.districts_of(area.code)]
    for district in sorted(names, key=lambda one: one.name):
        yield Link(text=district.name, url=urls.council(district.code))
