"""Councils side by side: groups are plain means of their councils, and the address holds the choice."""

from __future__ import annotations

import math
from typing import Any

from likeforlike.domain.neighbour_model import Pool
from likeforlike.publish.catalogue import Catalogue
from web_kit import Site

HARTLEPOOL, NORTH_EAST, KENT = "E06000001", "E12000001", "E10000016"


def _row(page: dict[str, Any], indicator_id: str) -> dict[str, Any]:
    return next(
        row for group in page["groups"] for row in group["rows"] if row["indicator_id"] == indicator_id
    )


def test_a_region_is_the_plain_mean_of_its_councils_and_the_first_is_not_in_the_mean_of_the_others(
    site: Site, catalogue: Catalogue
) -> None:
    page = site.get(f"/compare.json?area=hartlepool&area={NORTH_EAST}").json()
    row = _row(page, "employment-rate")
    matrix = catalogue.matrices.matrix("employment-rate", Pool.LOWER_TIER)
    column = matrix.latest_column()
    inside = [code for code in matrix.areas if catalogue.register.areas[code].region_code == NORTH_EAST]
    values = {code: float(matrix.values[matrix.row(code), column]) for code in inside}
    assert row["cells"][0]["value"] == values[HARTLEPOOL]
    assert math.isclose(row["cells"][1]["value"], sum(values.values()) / len(values))
    others = [value for code, value in values.items() if code != HARTLEPOOL]
    assert math.isclose(row["mean"]["value"], sum(others) / len(others))
    assert math.isclose(row["beside"]["difference"], values[HARTLEPOOL] - row["mean"]["value"])


def test_with_a_county_only_what_counties_are_compared_on_is_shown(site: Site, catalogue: Catalogue) -> None:
    page = site.get(f"/compare.json?area={KENT}&area=E10000012").json()
    tiers = {
        catalogue.indicators[row["indicator_id"]].tier for group in page["groups"] for row in group["rows"]
    }
    assert tiers == {"upper", "both"}


def test_a_choice_is_kept_in_the_address_once_and_can_be_taken_out(site: Site) -> None:
    page = site.get(f"/compare.json?area=Hartlepool&area={HARTLEPOOL}&area={KENT}&topic=health").json()
    assert page["path"] == f"/compare?area={HARTLEPOOL}&area={KENT}&topic=health"
    assert page["sides"][0]["remove_url"] == f"/compare?area={KENT}&topic=health"
    assert {row["topic"] for group in page["groups"] for row in group["rows"]} == {"health"}


def test_too_many_or_unknown_areas_are_refused_in_the_one_shape(site: Site) -> None:
    many = "&".join(f"area=E060000{number:02d}" for number in range(1, 15))
    assert site.get(f"/compare.json?{many}").json()["error"]["status"] == 400
    assert site.get("/compare.json?area=nowhere").json()["error"]["status"] == 404
    assert site.get("/compare").status_code == 200
