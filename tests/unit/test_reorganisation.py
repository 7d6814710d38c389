"""Values across reorganisations, on the councils that went through them."""

from __future__ import annotations

import math
from datetime import date

import pytest

from likeforlike.definitions.loader import load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.indicator import Combination, Indicator, Tier, Weight
from likeforlike.observations.standardise import Standardised, standardise
from observations_kit import indicator_of, raw_table, reasons, source_of

BUCKINGHAMSHIRE = ("E06000060", ("E07000004", "E07000005", "E07000006", "E07000007"))
CUMBERLAND = ("E06000063", ("E07000026", "E07000028", "E07000029"))
WESTMORLAND_AND_FURNESS = ("E06000064", ("E07000027", "E07000030", "E07000031"))
NORTH_YORKSHIRE, NORTH_YORKSHIRE_COUNTY = "E06000065", "E10000023"
SOMERSET, SOMERSET_WEST, MENDIP = "E06000066", "E07000246", "E07000187"
TAUNTON_DEANE, WEST_SOMERSET = "E07000190", "E07000191"
CUMBRIA_COUNTY, DORSET_COUNTY = "E10000006", "E10000009"


@pytest.fixture(scope="module")
def register() -> AreaRegister:
    return load_register()


def run(
    register: AreaRegister, values: dict[str, object], indicator: Indicator | None = None
) -> Standardised:
    """Standardise one row per area: a value, or value and limits, or None for a suppressed value."""
    rows = []
    for code, value in values.items():
        cells = value if isinstance(value, tuple) else (value, None, None)
        texts = [None if cell is None else str(cell) for cell in cells]
        rows.append(
            {"area_code": code, "value": texts[0], "lower_95": texts[1], "upper_95": texts[2]}
            | ({} if texts[0] else {"marker": "c"})
        )
    out = standardise(
        raw_table(*rows), source_of(("group.csv", None)), [indicator or indicator_of()], register
    )
    assert out.report["rows"].sum() == len(rows)
    return out


def one(out: Standardised, code: str) -> dict[str, object]:
    return next(row for row in out.observations.iter_rows(named=True) if row["area_code"] == code)


def weights(register: AreaRegister, successor: str, kind: Weight = Weight.ALL_AGES) -> dict[str, float]:
    return {
        c.predecessor: float(getattr(c, kind.value)) for c in register.changes if c.successor == successor
    }


def test_rates_of_merged_districts_are_weighted_by_population(register):
    successor, districts = BUCKINGHAMSHIRE
    values = dict(zip(districts, (2.0, 4.0, 6.0, 8.0), strict=True))
    population = weights(register, successor)
    expected = sum(population[d] * v for d, v in values.items()) / sum(population[d] for d in districts)
    row = one(run(register, values), successor)
    assert row["value"] == pytest.approx(expected, rel=1e-12)
    assert 4 < expected < 6
    assert (row["status"], row["method"], row["source_rows"]) == ("estimated", "weighted", "2 3 4 5")


def test_the_weight_is_the_indicators_own_population(register):
    successor, districts = CUMBERLAND
    values = dict(zip(districts, (10.0, 20.0, 30.0), strict=True))
    got = {}
    for kind in Weight:
        population = weights(register, successor, kind)
        expected = sum(population[d] * v for d, v in values.items()) / sum(population[d] for d in districts)
        got[kind] = one(run(register, values, indicator_of(weight=kind)), successor)["value"]
        assert got[kind] == pytest.approx(expected, rel=1e-12)
    assert len(set(got.values())) == len(Weight)


def test_counts_of_merged_districts_add_up(register):
    successor, districts = WESTMORLAND_AND_FURNESS
    indicator = indicator_of(combination=Combination.SUM)
    row = one(run(register, dict(zip(districts, (100, 0, 23), strict=True)), indicator), successor)
    assert (row["value"], row["status"], row["method"]) == (123.0, "estimated", "summed")


def test_intervals_combine_only_when_every_predecessor_has_one(register):
    successor, districts = CUMBERLAND
    with_limits = {d: (v, v - 2.0, v + 2.0) for d, v in zip(districts, (10.0, 20.0, 30.0), strict=True)}
    population = weights(register, successor)
    total = sum(population[d] for d in districts)
    se = math.sqrt(sum((population[d] / total * 4.0 / 3.92) ** 2 for d in districts))
    row = one(run(register, with_limits), successor)
    assert row["upper_95"] - row["value"] == pytest.approx(1.96 * se, rel=1e-12)
    assert row["value"] - row["lower_95"] == pytest.approx(1.96 * se, rel=1e-12)
    row = one(run(register, with_limits | {districts[0]: 10.0}), successor)
    assert (row["lower_95"], row["upper_95"]) == (None, None)
    assert row["value"] is not None
    row = one(run(register, with_limits, indicator_of(combination=Combination.SUM)), successor)
    assert row["upper_95"] - row["value"] == pytest.approx(1.96 * math.sqrt(3) * 4.0 / 3.92, rel=1e-12)


@pytest.mark.parametrize("gap", ["absent", "suppressed"])
def test_nothing_is_made_when_a_predecessor_has_no_value(register, gap):
    successor, districts = CUMBERLAND
    values: dict[str, object] = dict(zip(districts, (10.0, 20.0, 30.0), strict=True))
    if gap == "absent":
        del values[districts[1]]
    else:
        values[districts[1]] = None
    out = run(register, values)
    assert successor not in out.observations["area_code"]
    assert reasons(out.report)["set_aside: a predecessor has no value"] == 2


def test_a_measure_that_cannot_be_combined_is_not(register):
    successor, districts = CUMBERLAND
    indicator = indicator_of(combination=Combination.NOT_DERIVABLE, weight=None)
    out = run(register, dict(zip(districts, (10.0, 20.0, 30.0), strict=True)), indicator)
    assert successor not in out.observations["area_code"]
    assert reasons(out.report) == {"set_aside: not derivable from the values of predecessors": 3}


def test_the_successors_own_value_wins(register):
    successor, districts = CUMBERLAND
    out = run(register, {successor: 99.0, **dict(zip(districts, (10.0, 20.0, 30.0), strict=True))})
    assert one(out, successor)["value"] == 99.0
    assert one(out, successor)["method"] == "published"
    assert reasons(out.report)["set_aside: superseded by the successor's own value"] == 3


def test_a_suppressed_value_of_the_successor_is_not_worked_around(register):
    successor, districts = CUMBERLAND
    out = run(register, {successor: None, **dict(zip(districts, (10.0, 20.0, 30.0), strict=True))})
    assert (one(out, successor)["value"], one(out, successor)["status"]) == (None, "suppressed")


def test_an_empty_cell_of_the_successor_gives_way_to_its_predecessors(register):
    successor, districts = CUMBERLAND
    rows = [{"area_code": successor, "value": None, "marker": "x"}]
    rows += [{"area_code": d, "value": "10"} for d in districts]
    out = standardise(raw_table(*rows), source_of(("group.csv", None)), [indicator_of()], register)
    assert one(out, successor)["value"] == pytest.approx(10.0)
    assert reasons(out.report)["set_aside: replaced by a value made from predecessors"] == 1


def test_two_reorganisations_in_a_row(register):
    """Taunton Deane and West Somerset merged in 2019, and what they became merged into Somerset in 2023."""
    first, second = weights(register, SOMERSET_WEST), weights(register, SOMERSET)
    values = {TAUNTON_DEANE: 10.0, WEST_SOMERSET: 20.0, MENDIP: 30.0, "E07000188": 40.0, "E07000189": 50.0}
    west = (first[TAUNTON_DEANE] * 10 + first[WEST_SOMERSET] * 20) / (
        first[TAUNTON_DEANE] + first[WEST_SOMERSET]
    )
    parts = {SOMERSET_WEST: west, MENDIP: 30.0, "E07000188": 40.0, "E07000189": 50.0}
    expected = sum(second[d] * v for d, v in parts.items()) / sum(second[d] for d in parts)
    out = run(register, values)
    assert one(out, SOMERSET)["value"] == pytest.approx(expected, rel=1e-12)
    assert out.observations["area_code"].to_list() == [SOMERSET]
    assert sorted(one(out, SOMERSET)["source_rows"].split()) == ["2", "3", "4", "5", "6"]


def test_a_countys_value_is_that_of_the_council_that_took_over_its_whole_area(register):
    for county, council in [
        (NORTH_YORKSHIRE_COUNTY, NORTH_YORKSHIRE),
        ("E10000027", SOMERSET),
        ("E10000002", "E06000060"),
    ]:
        out = run(register, {county: (5.0, 4.0, 6.0)}, indicator_of(tier=Tier.UPPER))
        row = one(out, council)
        assert (row["value"], row["lower_95"], row["upper_95"]) == (5.0, 4.0, 6.0)
        assert (row["method"], row["status"], row["shared_with"]) == ("same_area", "normal", None)
        assert out.observations.height == 1


def test_a_countys_value_is_taken_before_an_average_of_its_districts(register):
    districts = {f"E07000{number}": 1.0 for number in range(163, 170)}
    out = run(register, {**districts, NORTH_YORKSHIRE_COUNTY: 5.0})
    assert one(out, NORTH_YORKSHIRE)["value"] == 5.0
    assert reasons(out.report)["set_aside: superseded by the value published for the same area"] == 7


def test_a_divided_countys_rate_is_one_estimate_for_both_parts(register):
    out = run(register, {CUMBRIA_COUNTY: (7.0, 6.0, 8.0)}, indicator_of(tier=Tier.UPPER))
    for council in (CUMBERLAND[0], WESTMORLAND_AND_FURNESS[0]):
        row = one(out, council)
        assert (row["value"], row["method"], row["shared_with"]) == (7.0, "inherited", CUMBERLAND[0])
        assert row["status"] == "estimated"


def test_a_divided_countys_count_is_not_shared_out(register):
    out = run(register, {CUMBRIA_COUNTY: 700}, indicator_of(combination=Combination.SUM))
    assert out.observations.is_empty()
    assert reasons(out.report) == {"set_aside: a count cannot be shared out among successors": 1}


def test_dorset_inherits_its_countys_rate_and_bournemouth_does_not(register):
    """Christchurch left Dorset county for Bournemouth, Christchurch and Poole in 2019."""
    out = run(
        register, {DORSET_COUNTY: 7.0, "E06000028": 8.0, "E06000029": 9.0}, indicator_of(tier=Tier.UPPER)
    )
    assert out.observations.select("area_code", "value", "shared_with").rows() == [
        ("E06000059", 7.0, "E06000059")
    ]


def test_a_county_that_was_only_part_of_a_successor_gives_it_nothing(register):
    out = run(register, {DORSET_COUNTY: 7.0}, indicator_of(tier=Tier.UPPER))
    assert out.observations["area_code"].to_list() == ["E06000059"]


def test_a_divided_countys_rate_does_not_stand_in_for_a_missing_district(register):
    out = run(register, {CUMBRIA_COUNTY: 7.0, CUMBERLAND[1][0]: 8.0})
    assert out.observations.select("area_code", "value").rows() == [(WESTMORLAND_AND_FURNESS[0], 7.0)]
    assert reasons(out.report)["set_aside: a predecessor has no value"] == 1


def test_a_countys_withheld_value_gives_way_to_an_average_of_its_districts(register):
    districts = {f"E07000{number}": 1.0 for number in range(163, 170)}
    row = one(run(register, {**districts, NORTH_YORKSHIRE_COUNTY: None}), NORTH_YORKSHIRE)
    assert row["value"] == pytest.approx(1.0)
    assert row["method"] == "weighted"
    row = one(run(register, {NORTH_YORKSHIRE_COUNTY: None}), NORTH_YORKSHIRE)
    assert (row["value"], row["status"], row["method"]) == (None, "suppressed", "same_area")


def test_bournemouth_christchurch_and_poole_merges_two_unitaries_and_a_district(register):
    out = run(register, {"E06000028": 8.0, "E06000029": 9.0, "E07000048": 10.0})
    assert 8.0 < one(out, "E06000058")["value"] < 10.0


def test_a_new_code_takes_over_the_old_codes_value(register):
    for old, new in [("E08000016", "E08000038"), ("E08000019", "E08000039"), ("E07000097", "E07000242")]:
        row = one(run(register, {old: (5.0, 4.0, 6.0)}), new)
        assert (row["value"], row["lower_95"], row["method"], row["status"]) == (
            5.0,
            4.0,
            "recoded",
            "normal",
        )
    row = one(run(register, {"E08000016": None}), "E08000038")
    assert (row["value"], row["status"], row["method"]) == (None, "suppressed", "recoded")


def test_successors_are_used_for_periods_after_the_change_too(register):
    """Some files still state values of 2023 for districts abolished that spring."""
    successor, districts = CUMBERLAND
    rows = [{"area_code": d, "value": "10", "period": "2023-10-05"} for d in districts]
    out = standardise(raw_table(*rows), source_of(("group.csv", None)), [indicator_of()], register)
    assert out.observations.select("area_code", "period_end").rows() == [(successor, date(2023, 10, 5))]
