"""Neighbour commands: keys, one code path for a person's own table, and what bad input is told."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import defaultdict

import polars as pl
import pytest
from typer.testing import CliRunner

from likeforlike.definitions.loader import load_neighbour_model, load_register
from likeforlike.publish.cli.main import app

runner = CliRunner()
KEYS = [
    "model_id",
    "year",
    "area_code",
    "rank",
    "neighbour_code",
    "neighbour_name",
    "distance",
    "similarity",
    "filled_share",
]
TABLE = "code,people,age\nE06000003,1,4\nE06000001,2,3\nE06000002,5,9\nX1,4,\nX2,4.5,7\n"
MODEL = """\
id: mine
title: Mine
description: Two features.
pool: own_table
k: 2
features:
  - id: people
  - id: age
    weight: 2
"""


def rows_of(*arguments: str) -> list[dict]:
    result = runner.invoke(app, [*arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == 2, result.output
    return " ".join(result.stderr.split())


@pytest.fixture
def own(tmp_path):
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "model.yaml").write_text(MODEL)
    return tmp_path


def test_one_councils_neighbours_are_ranked_rows_with_the_promised_keys():
    rows = rows_of("neighbours", "Hartlepool")
    assert [list(row) for row in rows] == [KEYS] * 10
    assert [row["rank"] for row in rows] == list(range(1, 11))
    assert {row["area_code"] for row in rows} == {"E06000001"}
    assert {row["model_id"] for row in rows} == {"overall"}
    assert [row["distance"] for row in rows] == sorted(row["distance"] for row in rows)
    assert all(0 <= row["similarity"] <= 100 for row in rows)


def test_all_areas_have_lists_of_their_own_pool_only():
    register = load_register()
    for model, pool in (("overall", register.lower_tier), ("overall-upper", register.upper_tier)):
        lists = defaultdict(list)
        for row in rows_of("neighbours", "--all", "--model", model):
            lists[row["area_code"]].append(row["neighbour_code"])
        assert set(lists) == set(pool)
        assert all(
            len(set(codes)) == 10 and set(codes) <= set(pool) - {code} for code, codes in lists.items()
        )


def test_the_release_holds_the_lists_that_the_command_finds(catalogue):
    stored = catalogue.release.table("neighbour").filter(model_id="overall", basis="current")
    found = {
        (r["area_code"], r["rank"]): (r["neighbour_code"], r["distance"])
        for r in rows_of("neighbours", "--all")
    }
    assert stored.height == len(found)
    for area, rank, code, distance in stored.select(
        "area_code", "rank", "neighbour_code", "distance"
    ).iter_rows():
        assert found[area, rank] == (code, pytest.approx(distance, abs=1e-12))


def test_an_explanation_has_one_row_per_feature_and_its_shares_sum_to_1():
    rows = rows_of("neighbours", "Hartlepool", "--explain", "-k", "3")
    assert list(rows[0]) == [*KEYS, "feature", "share", "signed_difference"]
    sums = defaultdict(float)
    for row in rows:
        sums[row["neighbour_code"]] += row["share"]
    assert len(sums) == 3
    assert all(total == pytest.approx(1.0, abs=1e-14) for total in sums.values())


def test_the_weight_that_rests_on_filled_values_is_told_for_each_pair():
    rows = rows_of("neighbours", "Hartlepool", "--model", "ons-2025-global")
    assert {row["filled_share"] for row in rows} >= {0.0}
    city = rows_of("neighbours", "City of London", "--model", "ons-2025-global")
    assert all(row["filled_share"] > 0.05 for row in city)
    assert {
        row["filled_share"] for row in rows_of("neighbours", "Kent", "--model", "dfe-childrens-2025")
    } == {None}


def test_a_list_of_a_year_is_the_yearly_models(catalogue):
    rows = rows_of("neighbours", "Hartlepool", "--year", "2015")
    stored = catalogue.release.table("neighbour").filter(
        model_id="overall", year=2015, basis="yearly", area_code="E06000001"
    )
    assert [row["neighbour_code"] for row in rows] == stored.sort("rank")["neighbour_code"].to_list()
    assert {row["year"] for row in rows} == {2015}
    assert "Write a year from 2011 to" in refused("neighbours", "Hartlepool", "--year", "1999")


def test_old_codes_of_an_edition_are_found_by_the_councils_name():
    rows = rows_of("neighbours", "Barnsley", "--model", "ons-2025-global", "-k", "20")
    assert len(rows) == 20
    assert rows[0]["area_code"] == "E08000016"
    assert rows[0]["year"] == 2025


def test_a_published_list_has_neither_distance_nor_explanation():
    rows = rows_of("neighbours", "Hartlepool", "--model", "dfe-childrens-2025")
    assert [row["distance"] for row in rows] == [None] * 10
    assert "without features to explain it by" in refused(
        "neighbours", "Hartlepool", "--model", "dfe-childrens-2025", "--explain"
    )


def test_weights_of_ones_own_change_the_list_and_name_the_model():
    rows = rows_of("neighbours", "Hartlepool", "--model", "overall", "--feature", "population=5")
    assert {row["model_id"] for row in rows} == {"overall-own"}
    same = rows_of("neighbours", "Hartlepool", "--model", "overall", "--feature", "population=1")
    assert [row["neighbour_code"] for row in same] == [
        row["neighbour_code"] for row in rows_of("neighbours", "Hartlepool")
    ]
    alone = rows_of("neighbours", "Hartlepool", "--feature", "population=1", "--feature", "median-age=1")
    assert {row["model_id"] for row in alone} == {"own"}


def test_ones_own_table_and_model_do_not_depend_on_the_order_of_rows(own):
    lines = TABLE.splitlines()
    (own / "shuffled.csv").write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    arguments = ("neighbours", "--all", "--model", str(own / "model.yaml"), "--features")
    first = rows_of(*arguments, str(own / "table.csv"))
    assert first == rows_of(*arguments, str(own / "shuffled.csv"))
    assert len(first) == 10
    nearest = next(row for row in first if row["area_code"] == "E06000001")
    assert nearest["neighbour_name"] == "Redcar and Cleveland"
    one = rows_of(
        "neighbours", "Hartlepool", "--model", str(own / "model.yaml"), "--features", str(own / "table.csv")
    )
    assert one == [row for row in first if row["area_code"] == "E06000001"]


LABELS = "code,people,kind\nE06000001,1,port\nE06000002,9,port\nE06000003,1.1,market\nE06000004,5,\n"
GOWER = """\
id: mine
title: Mine
description: A number and a label.
pool: own_table
metric: gower
missing: leave_out
k: 2
features:
  - id: people
  - id: kind
    nominal: true
    weight: 3
"""


def test_ones_own_table_may_hold_labels_under_gowers_distance(own):
    (own / "table.csv").write_text(LABELS)
    (own / "model.yaml").write_text(GOWER)
    files = ("--model", str(own / "model.yaml"), "--features", str(own / "table.csv"))
    rows = rows_of("neighbours", "Hartlepool", *files)
    # People over a range of 8, weight 1 of 4; a kind of its own, weight 3 of 4; no kind: people alone.
    assert [(row["neighbour_code"], row["distance"]) for row in rows] == [
        ("E06000002", pytest.approx(0.25)),
        ("E06000004", pytest.approx(0.5)),
    ]
    told = rows_of("neighbours", "Hartlepool", *files, "--explain")
    assert {row["feature"]: row["share"] for row in told if row["neighbour_code"] == "E06000002"} == {
        "people": 1.0,
        "kind": 0.0,
    }
    (own / "model.yaml").write_text(GOWER.replace("metric: gower\n", ""))
    assert "'kind' is nominal, and the euclidean distance needs numbers. Write `metric: gower`" in refused(
        "neighbours", "Hartlepool", *files
    )
    (own / "model.yaml").write_text(GOWER.replace("    nominal: true\n", ""))
    assert "write `nominal: true`" in refused("neighbours", "Hartlepool", *files)


def test_ones_own_table_is_compared_by_every_metric_in_any_order_of_rows(own):
    lines = ["code,a,b,c", *(f"X{i:02d},{i * 7 % 11},{i * i % 13},{i % 5 + i / 9}" for i in range(12))]
    (own / "table.csv").write_text("\n".join(lines) + "\n")
    (own / "turned.csv").write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    for change in (
        "metric: mahalanobis",
        "metric: gower",
        "scaling: robust",
        "scaling: rank",
        "scaling: min_max",
        "rebasing: farthest_is_one",
        "winsorise: [0.1, 0.9]",
    ):
        (own / "model.yaml").write_text(
            f"id: mine\ntitle: Mine\ndescription: Mine.\npool: own_table\nk: 3\n{change}\n"
            "features:\n  - id: a\n  - id: b\n  - id: c\n"
        )
        arguments = ("neighbours", "--all", "--explain", "--model", str(own / "model.yaml"), "--features")
        assert rows_of(*arguments, str(own / "table.csv")) == rows_of(*arguments, str(own / "turned.csv"))


BAD_TABLES = {
    "no number": (TABLE.replace("4,\n", "4,many\n"), "row 5: age is 'many', which is not a number"),
    "short row": (TABLE.replace("5,9", "5"), "row 4: expected a code and 2 cells"),
    "no code": (TABLE.replace("X1,", ","), "row 5: expected a code"),
    "column twice": (TABLE.replace("people", "age"), "row 1: every feature needs a name of its own"),
    "nothing": ("", "holds no areas to compare"),
    "area twice": (TABLE.replace("X2", "X1"), "Area X1 has 2 rows"),
    "constant feature": (
        TABLE.replace("1,4", "4,4").replace("2,3", "4,3").replace("5,9", "4,9").replace("4.5", "4"),
        "'people' does not vary",
    ),
    "too few values": ("code,people,age\nA,1,\nB,2,\nC,3,1\nD,4,\n", "'age' has a value for 1 of 4 areas"),
}


@pytest.mark.parametrize(("content", "told"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_table_that_cannot_be_used_is_refused_naming_the_row(own, content, told):
    (own / "table.csv").write_text(content)
    assert told in refused(
        "neighbours", "--all", "--model", str(own / "model.yaml"), "--features", str(own / "table.csv")
    )


def test_bad_requests_say_what_to_write(own):
    assert "Name one council or write --all" in refused("neighbours")
    assert "no neighbour model 'overal'" in refused("neighbours", "Hartlepool", "--model", "overal")
    assert "Write a k from 1 to 295" in refused("neighbours", "Hartlepool", "-k", "296")
    assert "'population' is not a feature and a weight" in refused(
        "neighbours", "Leeds", "--feature", "population"
    )
    assert "no indicator 'peopel'" in refused("neighbours", "Leeds", "--feature", "peopel=1")
    assert "All weights" in refused("neighbours", "Leeds", "--feature", "population=0")
    assert "does not compare Kent" in refused("neighbours", "Kent", "--model", "overall")
    assert "needs a model of your own" in refused("neighbours", "--all", "--features", str(own / "table.csv"))
    files = ("--model", str(own / "model.yaml"), "--features", str(own / "table.csv"))
    assert "has no row for Leeds (E08000035)" in refused("neighbours", "Leeds", *files)
    assert "has no years" in refused("neighbours", "Hartlepool", *files, "--year", "2015")
    (own / "model.yaml").write_text(MODEL.replace("weight: 2", "wieght: 2"))
    assert "line 9: There is no field 'wieght' here" in refused("neighbours", "Hartlepool", *files)
    (own / "model.yaml").write_text(MODEL.replace("id: age", "id: pay"))
    assert "no feature 'pay'. Write one of: people, age" in refused(
        "neighbours", "--all", "--model", str(own / "model.yaml"), "--features", str(own / "table.csv")
    )
    assert "'Hartlepool' is named twice" in refused("compare", "Hartlepool", "E06000001").replace(
        "Hartlepool is named twice", "'Hartlepool' is named twice"
    )
    assert "has no history" in refused("similarity-history", "Hartlepool", "--model", "cipfa-style")


def test_two_councils_are_compared_feature_by_feature():
    rows = rows_of("compare", "Hartlepool", "Middlesbrough")
    assert [row["share"] for row in rows] == sorted((row["share"] for row in rows), reverse=True)
    assert sum(row["share"] for row in rows) == pytest.approx(1.0)
    back = {row["feature"]: row for row in rows_of("compare", "Middlesbrough", "Hartlepool")}
    for row in rows:
        assert row["signed_difference"] == -back[row["feature"]]["signed_difference"]
        assert row["area_value"] == back[row["feature"]]["other_value"]
        assert (row["rank"], row["rank_back"]) == (
            back[row["feature"]]["rank_back"],
            back[row["feature"]]["rank"],
        )


def test_the_history_of_a_council_has_ten_a_year_and_of_a_pair_one():
    rows = rows_of("similarity-history", "Hartlepool")
    years = sorted({row["year"] for row in rows})
    assert years[0] == 2011
    assert years == list(range(2011, years[-1] + 1))
    assert len(rows) == 10 * len(years)
    assert all(row["overlap"] == row["rank_overlap"] == 1.0 for row in rows if row["year"] == years[-1])
    pair = rows_of("similarity-history", "Hartlepool", "--other", "Middlesbrough")
    assert [row["year"] for row in pair] == years
    ranks = {row["year"]: row["rank"] for row in rows if row["neighbour_name"] == "Middlesbrough"}
    assert all(row["rank"] == ranks[row["year"]] for row in pair if row["year"] in ranks)


def test_models_are_listed_with_what_goes_together_and_who_is_listed_most():
    rows = {row["model_id"]: row for row in rows_of("models")}
    assert {"overall", "overall-upper", "economic", "demographic", "cipfa-style", "ons-2025-global"} <= set(
        rows
    )
    assert rows["overall"]["areas"] == 296
    assert rows["overall-upper"]["areas"] == 153
    assert rows["ons-2025-global"]["areas"] == 382
    assert not rows["dfe-childrens-2025"]["computed_here"]
    assert any("claimant-count" in pair for pair in rows["overall"]["correlated"])


def test_the_lists_named_after_a_publisher_are_its_own_and_true_values_have_a_name_of_their_own():
    published = rows_of("neighbours", "--all", "--model", "ons-2025-global")
    true = rows_of("neighbours", "--all", "--model", "ons-2025-global-true-values")
    assert len(published) == len(true) == 382 * 20
    lists = [defaultdict(list), defaultdict(list)]
    for rows, by_area in zip((published, true), lists, strict=True):
        for row in rows:
            by_area[row["area_code"]].append(row["neighbour_code"])
    assert len(lists[0]) == 382
    differ = [code for code in lists[0] if lists[0][code] != lists[1][code]]
    assert len(differ) == 70
    assert sum(set(lists[0][code]) != set(lists[1][code]) for code in differ) == 19


def test_a_verdict_under_every_choice_of_neighbours():
    rows = rows_of(
        "benchmark", "Hartlepool", "--indicator", "children-in-income-deprived-families", "--every-choice"
    )
    assert [row["choice"] for row in rows] == [
        *["model"] * 5,
        "without_near_duplicates",
        "neighbours_of_latest_year",
        "neighbours_of_base_year",
        "neighbours_of_each_year",
    ]
    assert rows[5]["left_out"] == "income-deprivation-rate"
    out = runner.invoke(app, ["benchmark", "hull", "--indicator", "employment-rate", "--every-choice"]).stdout
    assert "of 5 models" in " ".join(out.split())
    one = rows_of("benchmark", "Hartlepool", "--indicator", "children-in-income-deprived-families")[0]
    assert rows[0]["neighbour_mean"] == pytest.approx(one["neighbour_mean"])
    assert rows[0]["verdict_neighbours"] == one["verdict_neighbours"]
    assert "takes one council and one indicator" in refused("benchmark", "Hartlepool", "--every-choice")
    assert "belongs to --every-choice" in refused("benchmark", "Hartlepool", "--base", "2015")


def test_neighbours_may_be_fixed_at_a_year_of_ones_own():
    arguments = ("similarity-history", "Hartlepool", "--indicator", "employment-rate")
    first, own_base = rows_of(*arguments), rows_of(*arguments, "--base", "2015")
    codes = [row["neighbour_code"] for row in rows_of("neighbours", "Hartlepool", "--year", "2015")]
    values = [
        rows_of("benchmark", code, "--indicator", "employment-rate", "--period", "2019-12-31")[0]["value"]
        for code in codes
    ]
    there = next(row for row in own_base if row["period_end"] == "2019-12-31")
    assert there["mean_base"] == pytest.approx(sum(values) / len(values))
    assert [row["mean_latest"] for row in first] == [row["mean_latest"] for row in own_base]
    assert "no list of 1999. Write a year from 2011" in refused(*arguments, "--base", "1999")
    assert "belongs to --indicator" in refused("similarity-history", "Hartlepool", "--base", "2015")


def test_the_data_package_can_be_checked_and_used_again(tmp_path):
    folder = tmp_path / "package"
    result = runner.invoke(app, ["neighbours-package", str(folder)])
    assert result.exit_code == 0, result.output
    contents = json.loads((folder / "contents.json").read_text())
    assert contents["attribution"]
    for file in contents["files"]:
        assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    lists = list(csv.DictReader(io.StringIO((folder / "overall/current/lists.csv").read_text())))
    distances = pl.read_parquet(folder / "overall/current/distances.parquet")
    assert distances.shape == (296, 297)
    column = dict(zip(distances["area_code"], distances["E06000001"], strict=True))
    mine = [row for row in lists if row["area_code"] == "E06000001"]
    assert [float(row["distance"]) for row in mine] == [column[row["neighbour_code"]] for row in mine]
    assert load_neighbour_model(folder / "overall/model.yaml").id == "overall"
    assert "is not empty" in refused("neighbours-package", str(folder))
