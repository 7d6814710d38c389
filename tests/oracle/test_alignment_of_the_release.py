"""Alignment as stored in the release, against SciPy and statsmodels on money added up from its register.

The money, need and people of every area are read from the release's tables of awards and observations and
put together here by plain loops; nothing of the pipeline's own path is used but the rule of which day stands
for the funds (the stored label and day).
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from likeforlike.publish.catalogue import Catalogue

SETS = {
    "town-deals": ["town-deals"],
    "pride-in-place": ["pride-in-place"],
    "levelling-up-fund": ["levelling-up-fund-round-1", "levelling-up-fund-round-2"],
    "levelling-up-awards": [
        "town-deals",
        "future-high-streets-fund",
        "levelling-up-fund-round-1",
        "levelling-up-fund-round-2",
    ],
}
NEEDS = ("imd-average-score", "pay", "healthy-life-expectancy")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.open()


def money_by_area(catalogue: Catalogue, awards: pl.DataFrame) -> dict[str, float]:
    """Pounds by lower-tier area, awards that reach several councils left out."""
    reach = defaultdict(list)
    for row in catalogue.release.table("allocation_area").iter_rows(named=True):
        reach[row["allocation_id"]].append(row)
    money: dict[str, float] = defaultdict(float)
    for award in awards.iter_rows(named=True):
        for row in reach[award["allocation_id"]]:
            if row["method"] != "several" and award["amount_gbp"] is not None:
                money[row["area_code"]] += award["amount_gbp"] * row["share"]
    return money


def stored_need(catalogue: Catalogue, funds: str, need: str) -> dict[str, float]:
    table = catalogue.release.table("funding_need").filter(pl.col("funds") == funds, pl.col("need") == need)
    sign = catalogue.release.definitions.need_measures[need].sign
    return {
        row["area_code"]: sign * row["value"]
        for row in table.iter_rows(named=True)
        if row["value"] is not None
    }


def people_of(catalogue: Catalogue, funds: str) -> dict[str, float]:
    table = catalogue.release.table("funding_area").filter(
        pl.col("funds") == funds, pl.col("tier") == "lower", pl.col("multi_area") == "exclude"
    )
    return dict(table.select("area_code", "population").iter_rows())


def index_by_curve(money: np.ndarray, need: np.ndarray, people: np.ndarray) -> float:
    """One minus twice the area under the curve, area by area; no two needs are the same here."""
    order = np.argsort(-need, kind="stable")
    across = np.concatenate([[0], np.cumsum(people[order]) / people.sum()])
    up = np.concatenate([[0], np.cumsum(money[order]) / money.sum()])
    return 1 - 2 * float(np.trapezoid(up, across))


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("funds", SETS)
def test_every_statistic_equals_scipys_and_statsmodels(catalogue: Catalogue, funds: str, need: str) -> None:
    allocation = catalogue.release.table("allocation").filter(pl.col("fund_id").is_in(SETS[funds]))
    money, people = money_by_area(catalogue, allocation), people_of(catalogue, funds)
    needs = stored_need(catalogue, funds, need)
    codes = sorted(needs)
    x = np.array([needs[code] for code in codes])
    pounds = np.array([money.get(code, 0.0) for code in codes])
    heads = np.array([people[code] for code in codes])
    y = pounds / heads
    row = (
        catalogue.release.table("alignment")
        .filter(
            pl.col("funds") == funds,
            pl.col("need") == need,
            pl.col("multi_area") == "exclude",
            pl.col("tier") == "lower",
            pl.col("per") == "head",
            pl.col("outliers") == "in",
        )
        .row(0, named=True)
    )
    assert row["council_count"] == len(codes)
    assert row["total_gbp"] == pytest.approx(pounds.sum(), rel=1e-8)
    assert row["spearman"] == pytest.approx(stats.spearmanr(x, y).statistic, abs=2e-6)
    assert row["kendall"] == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-8)
    assert row["pearson"] == pytest.approx(stats.pearsonr(x, y).statistic, abs=1e-8)
    assert row["spearman_low"] < row["spearman"] < row["spearman_high"]
    if len(set(x)) == len(x):
        assert row["concentration_index"] == pytest.approx(index_by_curve(pounds, x, heads), abs=1e-8)
    statistic = {
        one["statistic"]: one
        for one in catalogue.release.table("alignment_statistic")
        .filter(pl.col("funds") == funds, pl.col("need") == need)
        .iter_rows(named=True)
    }
    weighted = sm.stats.DescrStatsW(np.column_stack([x, y]), weights=heads).corrcoef[0, 1]
    assert statistic["weighted_pearson"]["value"] == pytest.approx(weighted, abs=1e-8)
    hoover = np.abs(pounds / pounds.sum() - heads / heads.sum()).sum() / 2
    assert statistic["hoover"]["value"] == pytest.approx(hoover, abs=1e-8)
    for one in ("gini", "hoover", "weighted_pearson", "concentration_index"):
        assert statistic[one]["low"] <= statistic[one]["value"] <= statistic[one]["high"], one
    if need == "imd-average-score":
        quantity = x * heads
        moved = np.abs(pounds / pounds.sum() - quantity / quantity.sum()).sum() / 2
        assert row["misallocated_share"] == pytest.approx(moved, abs=1e-8)
        assert statistic["misallocated_share"]["value"] == pytest.approx(moved, abs=1e-8)


def test_the_interval_of_the_main_specification_is_scipys_up_to_the_draws(catalogue: Catalogue) -> None:
    """BCa with other draws: the ends may differ by their own sampling error, not by more."""
    allocation = catalogue.release.table("allocation").filter(pl.col("fund_id") == "town-deals")
    money, people = money_by_area(catalogue, allocation), people_of(catalogue, "town-deals")
    needs = stored_need(catalogue, "town-deals", "imd-average-score")
    codes = sorted(needs)
    x = np.array([needs[code] for code in codes])
    y = np.array([money.get(code, 0.0) / people[code] for code in codes])
    found = stats.bootstrap(
        (x, y),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="BCa",
        rng=7,
    ).confidence_interval
    row = (
        catalogue.release.table("alignment_statistic")
        .filter(
            pl.col("funds") == "town-deals",
            pl.col("need") == "imd-average-score",
            pl.col("statistic") == "spearman",
        )
        .row(0, named=True)
    )
    assert (row["low"], row["high"]) == pytest.approx(tuple(found), abs=0.02)


def test_rounds_and_years_equal_scipy_on_their_own_awards(catalogue: Catalogue) -> None:
    parts = catalogue.release.table("alignment_part").filter(pl.col("need") == "imd-average-score")
    everything = catalogue.release.table("allocation")
    first = {one.id: one.first_date for one in catalogue.funds.values()}
    days = [day or first[fund] for fund, day in everything.select("fund_id", "announced_date").iter_rows()]
    everything = everything.with_columns(pl.Series("day", days))
    population = catalogue.matrices.matrix("population", catalogue.models["overall"].pool)
    score = catalogue.matrices.matrix("imd-average-score", catalogue.models["overall"].pool)
    editions = {"IoD 2015": 2012, "IoD 2019": 2015, "IoD 2025": 2022}
    assert parts.height >= 7
    for part in parts.iter_rows(named=True):
        awards = everything.filter(pl.col("fund_id").is_in(part["funds"].split("+")))
        if part["kind"] == "round":
            awards = awards.filter(pl.col("round") == part["label"])
        else:
            year = int(part["label"][:4])
            awards = awards.filter(pl.col("day").is_between(pl.date(year, 4, 1), pl.date(year + 1, 3, 31)))
        money = money_by_area(catalogue, awards)
        at = max(i for i, period in enumerate(population.periods) if period.end <= part["day"])
        edition = [p.end.year for p in score.periods].index(editions[part["need_label"]])
        y = [
            money.get(code, 0.0) / people
            for code, people in zip(population.areas, population.values[:, at].tolist(), strict=True)
        ]
        assert population.areas == score.areas
        expected = stats.spearmanr(score.values[:, edition], y).statistic
        assert part["spearman"] == pytest.approx(expected, abs=2e-6), part["label"]
        assert part["total_gbp"] == pytest.approx(sum(money.values()), rel=1e-8)
        assert part["funded_count"] == sum(gbp > 0 for gbp in money.values())
        assert part["spearman_low"] < part["spearman"] < part["spearman_high"]


def test_new_money_less_what_core_grants_lost_equals_scipy(catalogue: Catalogue) -> None:
    net = catalogue.release.table("funding_net").filter(
        pl.col("net_gbp").is_not_null(), pl.col("need").is_not_null()
    )
    rows = {
        one["statistic"]: one
        for one in catalogue.release.table("alignment_statistic")
        .filter(pl.col("statistic").str.starts_with("spearman_"))
        .iter_rows(named=True)
    }
    for statistic, column in (("spearman_grant_change", "grant_change_gbp"), ("spearman_net", "net_gbp")):
        per_head = (net[column] / net["population"]).to_numpy()
        expected = stats.spearmanr(net["need"].to_numpy(), per_head).statistic
        found = rows[statistic]
        assert found["value"] == pytest.approx(expected, abs=1e-8)
        assert found["council_count"] == net.height
        assert found["low"] < found["value"] < found["high"]
