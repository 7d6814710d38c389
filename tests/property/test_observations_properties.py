"""What holds for any rows: none is lost, no key repeats, and counts survive reorganisations."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from likeforlike.definitions.loader import load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.indicator import Combination, Tier
from likeforlike.domain.observation import WITHOUT_VALUE
from likeforlike.observations.checks import check_key
from likeforlike.observations.standardise import standardise
from observations_kit import indicator_of, raw_table, source_of

SOURCE = source_of(("group.csv", None))
CODES = [
    *("E06000001", "E09000012", "E09000001", "E67000001", "E67000002", "E06000052", "E06000053"),
    *("E10000023", "E06000065", *(f"E07000{number}" for number in range(163, 170))),
    *("E10000006", "E06000063", "E06000064", *(f"E07000{number:03}" for number in range(26, 32))),
    *("E07000190", "E07000191", "E07000246", "E07000187", "E07000188", "E07000189", "E06000066"),
    *("E10000009", "E06000058", "E06000059", "E06000028", "E06000029", "E07000048"),
    *("E08000016", "E08000038", "E92000001", "W06000001", "TLC31", "K02000001"),
]
PERIODS = ["2017", "2018-01-01/P1Y", "2018", "2018-09-31"]

cell = st.one_of(
    st.floats(0, 1e6).map(lambda number: (repr(number), None)),
    st.sampled_from([(None, "x"), (None, "c"), (None, "u"), (None, None), ("0", None), ("5", "u")]),
)
row = st.fixed_dictionaries(
    {
        "code": st.sampled_from(CODES),
        "cell": cell,
        "period": st.sampled_from(PERIODS),
        "series": st.sampled_from(["new/Rate", "old/Rate", "other/Rate"]),
        "published": st.sampled_from([None, date(2024, 1, 1), date(2025, 1, 1)]),
    }
)
calm = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def register() -> AreaRegister:
    return load_register()


def distinct(rows):
    """Rows as a table, without two for one series, vintage, area and period, which would stop the build."""
    same_period = {"2018": "2018-01-01/P1Y"}
    seen = {
        (r["code"], same_period.get(r["period"], r["period"]), r["series"], r["published"]): r for r in rows
    }
    anchors = [
        {"area_code": "E06000001", "value": "1", "series": s, "period": "2001"}
        for s in ("new/Rate", "old/Rate")
    ]
    return raw_table(
        *anchors,
        *(
            {
                "area_code": r["code"],
                "value": r["cell"][0],
                "marker": r["cell"][1],
                **{name: r[name] for name in ("period", "series", "published")},
            }
            for r in seen.values()
        ),
    )


@calm
@given(rows=st.lists(row, max_size=60), tier=st.sampled_from(Tier), combination=st.sampled_from(Combination))
def test_every_row_is_kept_or_set_aside_and_every_observation_has_its_rows(register, rows, tier, combination):
    raw = distinct(rows)
    indicator = indicator_of(("new/Rate", "old/Rate"), tier=tier, combination=combination)
    out = standardise(raw, SOURCE, [indicator], register)
    assert out.report["rows"].sum() == raw.height
    check_key(out.observations)
    used = {int(number) for text in out.observations["source_rows"] for number in text.split()}
    assert out.report.filter(pl.col("outcome") == "kept")["rows"].sum() == len(used)
    assert set(out.observations["area_code"]) <= set(register.current.areas)
    without = out.observations.filter(pl.col("value").is_null())["status"].unique().to_list()
    assert set(without) <= {*WITHOUT_VALUE, "low_reliability"}


@calm
@given(rows=st.lists(row, max_size=60), seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(register, rows, seed):
    raw = distinct(rows)
    indicator = indicator_of(("new/Rate", "old/Rate"))
    one = standardise(raw, SOURCE, [indicator], register)
    other = standardise(raw.sample(fraction=1, shuffle=True, seed=seed), SOURCE, [indicator], register)
    assert one.observations.equals(other.observations)
    assert one.report.select("outcome", "reason", "rows").equals(
        other.report.select("outcome", "reason", "rows")
    )


@calm
@given(counts=st.lists(st.integers(0, 10_000), min_size=64, max_size=64))
def test_counts_of_all_old_districts_add_up_to_those_of_their_successors(register, counts):
    former = sorted(
        {
            change.predecessor
            for change in register.changes
            if change.predecessor[:3] in ("E06", "E07", "E08") and change.predecessor != "E07000246"
        }
    )
    values = dict(zip(former, counts, strict=False))
    assert len(values) == len(former)
    raw = raw_table(*({"area_code": code, "value": str(count)} for code, count in values.items()))
    indicator = indicator_of("group/Rate", combination=Combination.SUM)
    out = standardise(raw, SOURCE, [indicator], register)
    assert out.observations["value"].sum() == sum(values.values())
    assert out.report["outcome"].unique().to_list() == ["kept"]


@calm
@given(value=st.floats(0, 100), limits=st.tuples(st.floats(0.01, 50), st.floats(0, 50)))
def test_an_average_of_equal_rates_is_that_rate_with_a_narrower_interval(register, value, limits):
    districts = [f"E07000{number}" for number in range(163, 170)]
    raw = raw_table(
        *(
            {
                "area_code": code,
                "value": repr(value),
                "lower_95": repr(value - limits[0]),
                "upper_95": repr(value + limits[1]),
            }
            for code in districts
        )
    )
    made = standardise(raw, SOURCE, [indicator_of()], register).observations.row(0, named=True)
    assert made["value"] == pytest.approx(value, abs=1e-9)
    assert made["upper_95"] - made["lower_95"] <= sum(limits) + 1e-9
