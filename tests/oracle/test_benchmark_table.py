"""The embedded benchmark table against a second, slow reading of the release in plain Python.

Only the order of neighbours and the stated verdict rules' inputs are shared; every number is computed again
from the observation table, one council at a time.
"""

from __future__ import annotations

import math
import random
import statistics
from collections import defaultdict
from datetime import date

import pytest

from likeforlike.domain.indicator import Indicator, Tier
from likeforlike.publish.catalogue import Catalogue

#: Two councils without whom a shared estimate would count twice.
SHARING = {"E09000001", "E06000053"}
Key = tuple[str, date, date]


class Slow:
    """Observations by indicator and period, and who is compared with whom, in plain Python."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.cells: dict[Key, dict[str, dict]] = defaultdict(dict)
        for row in catalogue.release.table("observation").iter_rows(named=True):
            self.cells[row["indicator_id"], row["period_start"], row["period_end"]][row["area_code"]] = row
        self.kinds = {code: area.kind.value for code, area in catalogue.register.current.areas.items()}

    def pool(self, indicator: Indicator, code: str) -> list[str]:
        single = [
            c for c, kind in self.kinds.items() if kind in ("unitary", "metropolitan", "london_borough")
        ]
        other = "county" if indicator.tier is Tier.UPPER or self.kinds[code] == "county" else "district"
        return sorted([*single, *(c for c, kind in self.kinds.items() if kind == other)])

    def values(self, key: Key, codes: list[str]) -> dict[str, float]:
        """Values of the given areas, a shared estimate once: under the area that it is counted under."""
        found = {}
        for code in codes:
            row = self.cells[key].get(code)
            if row is None or row["value"] is None:
                continue
            if row["shared_with"] not in (None, code) and row["shared_with"] in codes:
                continue
            found[code] = row["value"]
        return found

    def neighbours(self, indicator: Indicator, code: str) -> tuple[str, ...]:
        upper = indicator.tier is Tier.UPPER or self.kinds[code] == "county"
        model = "overall-upper" if upper else "overall"
        return self.catalogue.neighbours(model, without=indicator.id).codes(code)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.open()


@pytest.fixture(scope="module")
def slow(catalogue) -> Slow:
    return Slow(catalogue)


@pytest.fixture(scope="module")
def sample(catalogue) -> list[dict]:
    """Rows of every indicator, for councils drawn at random and those whose estimate is shared."""
    table = catalogue.release.table("benchmark")
    drawn = random.Random(7)
    rows = []
    for part in table.partition_by("indicator_id", maintain_order=True):
        every = part.to_dicts()
        rows += drawn.sample(every, 6) + [row for row in every if row["area_code"] in SHARING]
    return rows


def close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-9)


def test_the_sample_is_large_and_of_every_kind(sample, catalogue):
    assert len(sample) > 6 * len(catalogue.indicators) * 0.95
    assert {catalogue.register.areas[row["area_code"]].kind.value for row in sample} == {
        "district", "unitary", "metropolitan", "london_borough", "county"
    }  # fmt: skip


def test_values_medians_counts_and_ranks_are_those_of_councils_with_the_same_powers(sample, slow, catalogue):
    for row in sample:
        indicator = catalogue.indicators[row["indicator_id"]]
        key = (row["indicator_id"], row["period_start"], row["period_end"])
        own = slow.cells[key].get(row["area_code"], {"value": None, "lower_95": None, "upper_95": None})
        assert (row["value"], row["lower_95"], row["upper_95"]) == (
            own["value"],
            own["lower_95"],
            own["upper_95"],
        )
        values = slow.values(key, slow.pool(indicator, row["area_code"]))
        assert row["all_count"] == len(values)
        assert close(row["all_median"], statistics.median(values.values())), row
        if row["value"] is None or indicator.no_verdict:
            assert (row["rank"], row["rank_last"], row["percentile"], row["quartile"]) == (None,) * 4
            continue
        sign = -1 if indicator.sign < 0 else 1
        better = sum(value * sign > row["value"] * sign for value in values.values())
        equal = sum(value == row["value"] for value in values.values())
        assert (row["rank"], row["rank_last"]) == (better + 1, better + equal), row
        if len(values) >= 20:
            middle = (row["rank"] + row["rank_last"]) / 2
            assert close(row["percentile"], (len(values) - middle + 0.5) / len(values) * 100)


def test_neighbours_are_those_of_the_model_without_the_indicator_itself(sample, slow, catalogue):
    for row in sample:
        indicator = catalogue.indicators[row["indicator_id"]]
        key = (row["indicator_id"], row["period_start"], row["period_end"])
        codes = slow.neighbours(indicator, row["area_code"])
        assert row["nearest_code"] == codes[0]
        assert len(codes) == 10
        nearest = slow.cells[key].get(codes[0], {"value": None})["value"]
        assert row["nearest_value"] == nearest
        missing = [code for code in codes if slow.cells[key].get(code, {"value": None})["value"] is None]
        assert row["neighbours_missing"].split() == missing
        values = slow.values(key, list(codes))
        assert row["neighbour_count"] == len(values)
        mean = statistics.fmean(values.values()) if len(values) >= 5 else None
        assert close(row["neighbour_mean"], mean), row


def test_the_period_is_the_newest_that_nine_tenths_of_the_areas_have_reached(sample, slow, catalogue):
    for row in sample:
        indicator = catalogue.indicators[row["indicator_id"]]
        pool = {*slow.pool(indicator, row["area_code"])}
        having = {
            (end, start): sum(code in pool and cell["value"] is not None for code, cell in cells.items())
            for (one, start, end), cells in slow.cells.items()
            if one == row["indicator_id"]
        }
        most = max(having.values())
        latest = max(period for period, count in having.items() if count >= 0.9 * most)
        # Or a period more than three years later that three in four have reached: fewer and fewer take part.
        later = [
            period
            for period, count in having.items()
            if count >= 0.75 * most and (period[0] - latest[0]).days > 3 * 365 + 1
        ]
        latest = max([latest, *later])
        assert (row["period_end"], row["period_start"]) == latest


def test_every_council_has_its_rows(catalogue):
    table = catalogue.release.table("benchmark")
    register = catalogue.register
    for part in table.partition_by("indicator_id"):
        tier = catalogue.indicators[part["indicator_id"][0]].tier
        found = {*part["area_code"]}
        if tier is Tier.UPPER:
            assert found == {*register.upper_tier}
        else:
            assert found - {*register.counties} == {*register.lower_tier}
            assert found & {*register.counties} in (set(), {*register.counties})
            assert tier is Tier.BOTH or not found & {*register.counties}
    assert {*table["area_code"]} == {*register.lower_tier, *register.counties}
