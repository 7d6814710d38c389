"""Money by area: sets of funds, treatments of shared awards, and measures of need on the day of an award."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from funding_kit import funds, groups, load_register, needs
from likeforlike.definitions.reading import read_definitions
from likeforlike.definitions.register import FOLDER
from likeforlike.domain.allocation import ALLOCATION_AREA_SCHEMA, ALLOCATION_SCHEMA
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.money import MultiArea
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.observation import OBSERVATION_SCHEMA
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.core_funding import successor_shares
from likeforlike.pipeline.fund_money import Awards, FundSet, Part, every_set, fund_set
from likeforlike.pipeline.fund_parts import every_part
from likeforlike.pipeline.needs import Needs, parse_weights

TOTALS = {
    "town-deals": 2349e6,
    "future-high-streets-fund": 831e6,
    "levelling-up-fund-round-1": 1351e6,
    "levelling-up-fund-round-2": 1632e6,
    "pride-in-place": 3720e6,
}
GROUPS = {group.id: group for group in groups()}
REGISTER = load_register()
GIVEN = ("allocation_id", "fund_id", "recipient_code", "amount_gbp")
KENT = ("E07000105", "E07000106", "E07000108")


def awards() -> Awards:
    """One award to Hartlepool, one to a county for three districts, one to a combined authority."""
    allocation = pl.DataFrame(
        [
            ("a", "town-deals", "E06000001", 100.0),
            ("b", "town-deals", "E10000016", 60.0),
            ("c", "town-deals", "E47000006", 40.0),
            ("d", "town-deals", "E06000001", None),
        ],
        schema=list(GIVEN),
        orient="row",
    ).select(
        pl.col(name) if name in GIVEN else pl.lit(None, kind).alias(name)
        for name, kind in ALLOCATION_SCHEMA.items()
    )
    rows = [("a", "E06000001", 1.0, "exact"), ("d", "E06000001", 1.0, "exact")]
    rows += [("b", code, 1 / 3, "several") for code in KENT]
    rows += [("c", code, 0.5, "several") for code in ("E06000002", "E06000003")]
    return Awards(allocation, pl.DataFrame(rows, schema=ALLOCATION_AREA_SCHEMA, orient="row"), REGISTER)


PEOPLE = dict.fromkeys(REGISTER.lower_tier, 100.0) | {"E07000105": 400.0, "E06000003": 300.0}


def placed(multi_area: MultiArea, pool: Pool) -> tuple[dict[str, float], float]:
    deals = FundSet("town-deals", "Town Deals", ("town-deals",), date(2020, 10, 27))
    found = awards().place(deals, multi_area, pool, PEOPLE)
    areas = REGISTER.lower_tier if pool is Pool.LOWER_TIER else REGISTER.upper_tier
    money = dict(zip(areas, found.money_gbp.tolist(), strict=True))
    return {code: round(gbp, 6) for code, gbp in money.items() if gbp}, found.left_out_gbp


@pytest.mark.parametrize(
    ("treatment", "money", "left"),
    [
        (MultiArea.EXCLUDE, {"E06000001": 100}, 100),
        (
            MultiArea.EVEN,
            {"E06000001": 100, "E06000002": 20, "E06000003": 20, **dict.fromkeys(KENT, 20)},
            0,
        ),
        (
            MultiArea.POPULATION,
            {
                "E06000001": 100,
                "E06000002": 10,
                "E06000003": 30,
                "E07000105": 40,
                "E07000106": 10,
                "E07000108": 10,
            },
            0,
        ),
    ],
)
def test_shared_awards_are_left_out_shared_evenly_or_by_population(treatment, money, left) -> None:
    assert placed(treatment, Pool.LOWER_TIER) == (money, pytest.approx(left))


def test_kept_with_the_recipient_a_countys_award_is_its_own_and_a_combined_authoritys_nobodys() -> None:
    assert placed(MultiArea.RECIPIENT, Pool.UPPER_TIER) == (
        {"E06000001": 100, "E10000016": 60},
        pytest.approx(40),
    )
    with pytest.raises(RequestError, match="counties and single-tier councils only"):
        placed(MultiArea.RECIPIENT, Pool.LOWER_TIER)


def test_districts_add_up_to_their_county_in_the_upper_tier() -> None:
    money, _ = placed(MultiArea.EVEN, Pool.UPPER_TIER)
    assert money["E10000016"] == 60


def test_a_set_is_named_by_its_group_and_dated_by_the_middle_of_its_money() -> None:
    found = fund_set(["levelling-up-fund-round-2", "levelling-up-fund-round-1"], funds(), GROUPS, TOTALS)
    assert found.id == "levelling-up-fund"
    assert found.day == date(2023, 1, 19)
    assert fund_set(["levelling-up-awards"], funds(), GROUPS, TOTALS).day == date(2020, 12, 26)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["town-deals", "pride-in-place"], "different kinds"),
        (["levelling-up-fund-round-3"], "cannot be used for totals"),
        (["core-spending-power"], "cannot be used for totals"),
    ],
)
def test_money_that_must_not_be_added_is_not(names: list[str], says: str) -> None:
    with pytest.raises(RequestError, match=says):
        fund_set(names, funds(), GROUPS, TOTALS)
    with pytest.raises(NotFoundError, match="Write one of"):
        fund_set(["nope"], funds(), GROUPS, TOTALS)


def rounds() -> Awards:
    """Three awards of one fund, two of a round announced later, and one of a fund without days."""
    allocation = pl.DataFrame(
        [
            ("a", "pride-in-place", "phase 2", "E06000001", 20.0, date(2025, 9, 25)),
            ("b", "pride-in-place", "phase 3", "E06000002", 30.0, date(2026, 3, 20)),
            ("c", "pride-in-place", "phase 3", "E06000003", 10.0, date(2026, 3, 20)),
            ("d", "town-deals", None, "E06000004", 5.0, None),
        ],
        schema=["allocation_id", "fund_id", "round", "recipient_code", "amount_gbp", "announced_date"],
        orient="row",
    )
    allocation = allocation.select(
        pl.col(name) if name in allocation.columns else pl.lit(None, kind).alias(name)
        for name, kind in ALLOCATION_SCHEMA.items()
    )
    area = allocation.select(
        "allocation_id",
        pl.col("recipient_code").alias("area_code"),
        share=pl.lit(1.0),
        method=pl.lit("exact"),
    )
    return Awards(allocation, area, REGISTER, funds())


@pytest.mark.parametrize(
    ("names", "part", "title", "day", "money"),
    [
        (
            ["pride-in-place"],
            Part(round="phase 3"),
            "phase 3",
            date(2026, 3, 20),
            {"E06000002": 30, "E06000003": 10},
        ),
        (
            ["pride-in-place"],
            Part(until=date(2025, 12, 31)),
            "to 2025-12-31",
            date(2025, 9, 25),
            {"E06000001": 20},
        ),
        (
            ["pride-in-place"],
            Part(since=date(2025, 1, 1)),
            "from 2025-01-01",
            date(2026, 3, 20),
            {"E06000001": 20, "E06000002": 30, "E06000003": 10},
        ),
        # The file of Town Deals gives no days: the first announcement's stands in.
        (
            ["town-deals"],
            Part(since=date(2020, 10, 1), until=date(2020, 12, 31)),
            "from",
            date(2020, 10, 27),
            {"E06000004": 5},
        ),
    ],
)
def test_a_part_holds_its_own_awards_and_is_dated_by_the_middle_of_their_money(
    names, part, title, day, money
) -> None:
    register = rounds()
    whole = fund_set(names, funds(), {}, register.totals)
    found = register.sliced(whole, part)
    assert (found.day, found.funds, title in found.title) == (day, tuple(names), True)
    placed_money = register.place(found, MultiArea.EXCLUDE, Pool.LOWER_TIER, PEOPLE).money_gbp
    assert {
        code: gbp for code, gbp in zip(REGISTER.lower_tier, placed_money.tolist(), strict=True) if gbp
    } == money


def test_a_part_without_money_is_told_what_there_is() -> None:
    register = rounds()
    whole = fund_set(["pride-in-place"], funds(), {}, register.totals)
    with pytest.raises(RequestError, match="rounds phase 2, phase 3, and awards announced from 2025-09-25"):
        register.sliced(whole, Part(round="9"))


def test_parts_of_a_release_are_rounds_and_financial_years_kinds_apart() -> None:
    found = [(one.kind, one.label, one.funds.funds) for one in every_part(rounds(), funds())]
    assert found == [
        ("round", "phase 2", ("pride-in-place",)),
        ("round", "phase 3", ("pride-in-place",)),
        ("year", "2020-21, awarded", ("town-deals",)),
        ("year", "2025-26, up to", ("pride-in-place",)),
    ]


def test_every_set_holds_only_money_that_is_there_and_may_be_added() -> None:
    names = [one.id for one in every_set(funds(), GROUPS, TOTALS)]
    assert "levelling-up-awards" in names
    assert "pride-in-place-all" not in names
    assert not {"levelling-up-fund-round-3", "core-spending-power"} & set(names)


def needs_of(pool: Pool) -> Needs:
    """Two editions of a score for lower-tier areas, and population."""
    score, people = (
        next(d.item for d in read_definitions(FOLDER / "indicators" / file, Indicator) if d.item.id == name)
        for file, name in (("deprivation.yaml", "imd-average-score"), ("population.yaml", "population"))
    )
    rows = []
    for i, code in enumerate(REGISTER.lower_tier):
        rows += [
            ("imd-average-score", code, date(2012, 6, 30), 10.0 + i),
            ("imd-average-score", code, date(2015, 6, 30), 500.0 - i),
            ("population", code, date(2019, 6, 30), 100.0),
            ("population", code, date(2021, 6, 30), 100.0 + i),
        ]
    for code in REGISTER.counties:
        rows += [
            ("population", code, date(2021, 6, 30), 1000.0),
            ("population", code, date(2019, 6, 30), 1000.0),
        ]
    table = pl.DataFrame(
        [
            {"indicator_id": name, "area_code": code, "period_start": day, "period_end": day, "value": value}
            for name, code, day, value in rows
        ]
    )
    whole = table.select(
        pl.col(name) if name in table.columns else pl.lit(None, kind).alias(name)
        for name, kind in OBSERVATION_SCHEMA.items()
    ).cast(OBSERVATION_SCHEMA)
    measures = {one.id: one for one in needs()}
    return Needs(MatrixStore(whole, [score, people], REGISTER), REGISTER, measures, pool)


def test_need_is_read_from_the_edition_in_force_when_the_award_was_made() -> None:
    found = needs_of(Pool.LOWER_TIER)
    old, new = (
        found.need("imd-average-score", date(2018, 1, 1)),
        found.need("imd-average-score", date(2020, 1, 1)),
    )
    assert (old.label, old.value[3]) == ("IoD 2015", 13.0)
    assert (new.label, new.value[3]) == ("IoD 2019", 497.0)
    assert found.population(date(2020, 1, 1))[5] == 100
    assert found.population(date(2022, 1, 1))[5] == 105
    assert new.quantity is not None and new.quantity[3] == 497.0 * 100


def test_a_countys_need_is_the_mean_of_its_districts_by_population_and_marked_as_derived() -> None:
    found = needs_of(Pool.UPPER_TIER).need("imd-average-score", date(2022, 1, 1))
    row = REGISTER.upper_tier.index("E10000016")
    position = {code: i for i, code in enumerate(REGISTER.lower_tier)}
    places = np.array([position[code] for code in REGISTER.districts_of("E10000016")])
    expected = np.average(500.0 - places, weights=100.0 + places)
    assert found.value[row] == pytest.approx(expected)
    assert found.derived[row]
    assert not found.derived[REGISTER.upper_tier.index("E06000001")]


def test_several_measures_may_be_weighed() -> None:
    found = needs_of(Pool.LOWER_TIER)
    both = found.need("imd-average-score:3,imd-average-score-2015:1", date(2020, 1, 1))
    # The two editions are in opposite order: three parts of one and one of the other leave half of the first.
    one = found.need("imd-average-score", date(2020, 1, 1)).order
    standard = (one - one.mean()) / one.std()
    assert both.order == pytest.approx(0.5 * standard)
    assert both.quantity is None


@pytest.mark.parametrize("text", ["pay", "pay:0", "pay:-1", "pay:x", "pay:1,pay:2", ":1", "pay:inf"])
def test_weights_that_say_nothing_are_refused(text: str) -> None:
    with pytest.raises(RequestError, match="measure of need and its weight"):
        parse_weights(text)


def test_measures_without_values_are_left_out_and_named_when_asked_for() -> None:
    found = needs_of(Pool.LOWER_TIER)
    assert sorted(found.available(date(2020, 1, 1))) == ["imd-average-score", "imd-average-score-2015"]
    with pytest.raises(RequestError, match="IoD 2025"):
        found.need("imd-average-score", date(2026, 1, 1))
    with pytest.raises(NotFoundError, match="There is no measure of need 'x'"):
        found.need("x", date(2020, 1, 1))


def test_a_divided_councils_money_goes_to_each_successor_by_the_people_it_took() -> None:
    shares = successor_shares("E10000021", REGISTER)
    assert shares == pytest.approx({"E06000061": 331763 / 720913, "E06000062": 389150 / 720913})
    assert successor_shares("E06000001", REGISTER) == {"E06000001": 1.0}
    assert sum(successor_shares("E10000006", REGISTER).values()) == pytest.approx(1)
