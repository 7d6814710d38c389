"""The command line: names of options, keys of rows, exit codes, and what bad input is told."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

import release_kit as kit
from likeforlike import __version__
from likeforlike.pipeline.build import make_release
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.cli.output import Column, Format, csv_cell, emit
from likeforlike.store.write import save_release

runner = CliRunner()
BENCHMARK_KEYS = [
    "indicator_id",
    "area_code",
    "area_name",
    "period_start",
    "period_end",
    "value",
    "lower_95",
    "upper_95",
    "status",
    "nearest_code",
    "nearest_value",
    "neighbour_mean",
    "neighbour_count",
    "neighbours_missing",
    "all_median",
    "all_count",
    "rank",
    "percentile",
    "quartile",
    "polarity",
    "verdict_nearest",
    "verdict_neighbours",
    "verdict_all",
    "quality_flags",
]


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    raw = kit.write_raw(tmp_path_factory.mktemp("raw"))
    folder = tmp_path_factory.mktemp("out")
    save_release(make_release(raw, kit.definitions(), kit.register(), kit.STEPS).packed, folder)
    return folder


@pytest.fixture
def run(out):
    def run(*arguments: str, expect: int = 0):
        result = runner.invoke(app, [*arguments, "--release", str(out)])
        assert result.exit_code == expect, result.output
        return result

    return run


@pytest.fixture
def rows(run):
    def rows(*arguments: str) -> list[dict]:
        return json.loads(run(*arguments, "--format", "json").stdout)

    return rows


def test_version_is_said():
    result = runner.invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"likeforlike {__version__}\n")


def test_without_a_command_help_lists_the_commands():
    result = runner.invoke(app, [])
    for command in ("areas", "indicators", "benchmark", "build", "verify", "serve"):
        assert command in result.output


def test_benchmark_rows_have_these_keys_in_this_order(rows):
    for row in rows("benchmark", "Hartlepool"):
        assert list(row) == BENCHMARK_KEYS


def test_a_unitary_council_has_a_row_for_every_indicator_by_topic(rows):
    assert [row["indicator_id"] for row in rows("benchmark", "Hartlepool")] == [
        "jobs",
        "schools",
        "homes",
        "density",
    ]


def test_a_row_holds_the_published_value_its_interval_and_its_status(rows):
    (row,) = rows("benchmark", kit.HARTLEPOOL, "--indicator", "jobs")
    value = kit.value_of("jobs", kit.HARTLEPOOL, 2023)
    assert (row["value"], row["lower_95"], row["upper_95"]) == pytest.approx((value, value - 3, value + 3))
    assert (row["period_start"], row["period_end"], row["status"]) == (
        "2023-01-01",
        "2023-12-31",
        "estimated",
    )
    assert (row["all_count"], row["neighbour_count"] + len(row["neighbours_missing"])) == (295, 10)


def test_missing_is_null_in_json_and_empty_in_csv(rows, run):
    (row,) = rows("benchmark", kit.SILENT, "--indicator", "jobs")
    assert (row["value"], row["status"], row["rank"]) == (None, "suppressed", None)
    (line,) = csv.DictReader(
        io.StringIO(run("benchmark", kit.SILENT, "--indicator", "jobs", "--format", "csv").stdout)
    )
    assert (line["value"], line["status"], line["rank"]) == ("", "suppressed", "")


def test_a_neighbour_without_a_value_is_named(rows):
    naming = [row for row in rows("benchmark", "--all", "--indicator", "jobs") if row["neighbours_missing"]]
    assert naming
    for row in naming:
        assert row["neighbours_missing"] == [kit.SILENT]
        assert row["neighbour_count"] == 9


def test_where_the_definition_gives_no_verdict_there_is_no_rank(rows):
    (row,) = rows("benchmark", "Hartlepool", "--indicator", "homes")
    assert row["value"] is not None
    assert (row["rank"], row["percentile"], row["quartile"]) == (None, None, None)
    assert {row["verdict_nearest"], row["verdict_neighbours"], row["verdict_all"]} == {"cannot_tell"}


def test_a_district_is_given_its_countys_value_of_an_upper_tier_service(rows):
    (row,) = rows("benchmark", "Basildon", "--indicator", "schools")
    assert (row["area_code"], row["area_name"]) == (kit.ESSEX, "Essex (county of Basildon)")
    assert row["value"] == pytest.approx(kit.value_of("schools", kit.ESSEX, 2023))
    (own,) = rows("benchmark", "Essex", "--indicator", "schools")
    assert own == row | {"area_name": "Essex"}


def test_a_county_is_compared_among_counties_and_single_tier_councils(rows):
    found = {row["indicator_id"]: row for row in rows("benchmark", "Essex")}
    assert set(found) == {"jobs", "schools", "density"}
    assert {row["all_count"] for row in found.values()} == {152}


def test_a_county_asked_about_a_service_of_its_districts_is_told_so(run):
    stderr = run("benchmark", "Essex", "--indicator", "homes", expect=2).stderr
    assert "a service that its districts run. Ask for a district: Basildon, Braintree" in stderr


def test_periods_can_be_all_the_latest_or_one_that_starts_or_ends_on_a_day(rows):
    def ends(period: str) -> list[str]:
        return [
            row["period_end"] for row in rows("benchmark", "Hull", "--indicator", "jobs", "--period", period)
        ]

    assert ends("all") == ["2021-12-31", "2022-12-31", "2023-12-31"]
    assert ends("latest") == ["2023-12-31"]
    assert ends("2022-12-31") == ends("2022-01-01") == ["2022-12-31"]


def test_every_council_has_a_row_for_what_it_is_compared_on_counties_in_their_own_right(rows):
    counts: dict[str, int] = {}
    for row in rows("benchmark", "--all"):
        counts[row["indicator_id"]] = counts.get(row["indicator_id"], 0) + 1
    assert counts == {"jobs": 317, "density": 317, "homes": 296, "schools": 153}


def test_what_is_stored_equals_what_is_computed(rows):
    stored = rows("benchmark", "--all")
    computed = rows("benchmark", "--all", "--period", "2023-12-31")
    assert stored == computed
    for code in (kit.HARTLEPOOL, kit.BASILDON, kit.ESSEX, kit.HACKNEY):
        assert rows("benchmark", code) == rows("benchmark", code, "--period", "2023-12-31")


def test_another_model_gives_other_neighbours_for_the_councils_it_compares(rows, run):
    by_default = {row["indicator_id"]: row for row in rows("benchmark", "Hartlepool")}
    by_density = {row["indicator_id"]: row for row in rows("benchmark", "Hartlepool", "--model", "dense")}
    assert set(by_density) == {"jobs", "homes", "density"}
    assert by_density["jobs"]["nearest_code"] != by_default["jobs"]["nearest_code"]
    assert by_density["jobs"]["all_median"] == by_default["jobs"]["all_median"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["benchmark", "Hartlepol"], "There is no area called 'Hartlepol'. Did you mean Hartlepool?"),
        (["benchmark", "Hull", "--indicator", "job"], "There is no indicator 'job'."),
        (["benchmark", "Hull", "--indicator", "job"], "Did you mean jobs?"),
        (["benchmark", "Hull", "--model", "overal"], "There is no neighbour model 'overal'."),
        (
            ["benchmark", "Hull", "--model", "overall-upper", "--indicator", "jobs"],
            "Models for those: dense, overall.",
        ),
        (["benchmark", "Hull", "--period", "2023"], "'2023' is not a period. Write latest, all, or a date"),
        (
            ["benchmark", "Hull", "--period", "2019-03-31"],
            "No period starts or ends on 2019-03-31. The nearest end on",
        ),
        (["benchmark", "--all", "--period", "2019-03-31"], "No period starts or ends on 2019-03-31."),
        (["benchmark", "North East (E12000001)"], "There is no area"),
        (["benchmark", "E12000001"], "North East (E12000001) is a region, and only councils are compared."),
        (["benchmark"], "Name one council or write --all."),
        (["benchmark", "Hull", "--all"], "Name one council or write --all."),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_two(run, arguments, message):
    result = run(*arguments, expect=2)
    assert result.stdout == ""
    assert result.stderr.startswith("likeforlike: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


@pytest.mark.parametrize("command", [["areas"], ["indicators"], ["benchmark", "Hull"], ["verify"]])
def test_a_release_that_is_not_there_or_broken_is_named(command, tmp_path):
    for path, message in ((tmp_path / "none", "no such folder"), (tmp_path, "it has no manifest.json")):
        result = runner.invoke(app, [*command, "--release", str(path)])
        assert result.exit_code == 2
        assert message in result.stderr
    (tmp_path / "manifest.json").write_text("{")
    result = runner.invoke(app, [*command, "--release", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot be read" in result.stderr


def test_an_option_that_does_not_exist_is_bad_input():
    result = runner.invoke(app, ["benchmark", "Hull", "--format", "xml"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'xml' is not one of 'table', 'json', 'csv'" in result.stderr


def test_areas_on_a_day_and_of_a_kind(rows):
    def lower(day: str) -> int:
        kinds = {"district", "unitary", "metropolitan", "london_borough"}
        return sum(row["kind"] in kinds for row in rows("areas", "--as-of", day))

    assert [lower(day) for day in ("2019-04-01", "2021-04-01", "2023-04-01")] == [317, 309, 296]
    assert len(rows("areas", "--kind", "county")) == 21
    assert len(rows("areas")) == 317
    assert rows("areas")[0] == {
        "area_code": "E06000001",
        "name": "Hartlepool",
        "kind": "unitary",
        "region_code": "E12000001",
        "region": "North East",
        "county_code": None,
        "county": None,
        "combined_authority_code": "E47000006",
        "valid_from": None,
        "valid_to": None,
    }


def test_indicators_say_how_far_back_they_go(rows):
    assert [row["indicator_id"] for row in rows("indicators", "--topic", "housing")] == ["homes"]
    jobs = next(row for row in rows("indicators") if row["indicator_id"] == "jobs")
    assert (jobs["periods"], jobs["first_period_start"], jobs["latest_period_end"]) == (
        3,
        "2021-01-01",
        "2023-12-31",
    )


def test_verify_says_that_a_release_is_sound_or_what_differs(out, tmp_path):
    assert runner.invoke(app, ["verify", str(out)]).exit_code == 0
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in (out / "current").iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    (broken / "area.parquet").write_bytes(b"altered")
    result = runner.invoke(app, ["verify", str(broken), "--format", "json"])
    assert result.exit_code == 1
    assert [(row["file"], row["difference"]) for row in json.loads(result.stdout)] == [
        ("area.parquet", "altered")
    ]
    assert "area.parquet" in runner.invoke(app, ["verify", str(broken)]).stdout


@pytest.mark.parametrize(
    "command", [["areas"], ["indicators"], ["benchmark", "Basildon"], ["benchmark", "Essex"]]
)
def test_tables_for_people_fit_a_hundred_columns(run, command):
    lines = run(*command).stdout.splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 100
    assert not any("…" in line for line in lines)


def test_the_table_names_comparators_release_and_marks(run, out):
    text = " ".join(run("benchmark", "Hartlepool").stdout.split())
    assert "Hartlepool (E06000001), unitary council" in text
    assert f"Release {Catalogue.open(out).release.id}." in text
    assert "296 districts and single-tier councils" in text
    assert f"{kit.value_of('jobs', kit.HARTLEPOOL, 2023):.1f}% [e]" in text
    assert "[e] estimated" in text


def test_csv_cells_never_start_a_formula_and_numbers_stay_numbers():
    for text in ("=1+1", "+1", "-1", "@sum", "\tx", "\rx"):
        assert csv_cell(text) == f"'{text}"
    assert csv_cell("Stoke-on-Trent") == "Stoke-on-Trent"
    assert [csv_cell(value) for value in (-1, -0.5, None, True, date(2024, 1, 2), ["a", "b"], [])] == [
        -1, -0.5, "", "true", "2024-01-02", "a b", ""
    ]  # fmt: skip


def test_json_is_an_array_even_without_rows_and_csv_still_has_its_header(capsys):
    emit([], Format.JSON)
    assert json.loads(capsys.readouterr().out) == []
    emit([], Format.CSV, keys=["a", "b"])
    assert capsys.readouterr().out == "a,b\n"


def test_a_table_without_declared_columns_has_one_for_each_key(capsys):
    emit(
        [{"a_key": 1.25, "other": None}, {"a_key": 2.0, "other": ["x", "y"]}], Format.TABLE, title="Two rows"
    )
    out = capsys.readouterr().out
    assert "a key" in out
    assert "1.25" in out
    assert "x, y" in out


def test_square_brackets_in_a_cell_are_text_not_markup(capsys):
    emit([{"a": "[bold]x[/bold]"}], Format.TABLE, columns=[Column("A", lambda row: row["a"])])
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_rows_are_printed_as_they_come(capsys):
    printed = []

    def rows():
        for number in range(3):
            printed.append(capsys.readouterr().out)
            yield {"n": number}

    emit(rows(), Format.JSON)
    assert [('"n": 0' in text) for text in printed] == [False, True, False]


def test_every_topic_registers_the_commands_that_main_lists_and_every_option_has_help():
    command = typer.main.get_command(app)
    names = command.list_commands(None)
    assert set(names) == set(command.commands)
    for name in names:
        assert command.commands[name].help, name
        for option in command.commands[name].params:
            assert getattr(option, "help", None), f"{name} {option.name}"


def test_a_mistyped_command_is_named_with_near_matches():
    result = runner.invoke(app, ["bencmark", "Hull"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "No such command 'bencmark'. Did you mean 'benchmark'?" in result.stderr


def test_a_benchmark_is_read_without_loading_statistics_or_the_web():
    """They take longer to load than the command may take."""
    code = (
        "import sys\n"
        "from likeforlike.publish.cli.main import app\n"
        "app(['benchmark', 'Hartlepool', '--format', 'csv'], standalone_mode=False)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("indicator_id,area_code,")
    assert not {
        "scipy",
        "statsmodels",
        "sklearn",
        "fastapi",
        "altair",
        "rich",
        "ibis",
        "duckdb",
        "pandas",
    } & {*run.stderr.split()}


def test_csv_can_be_read_as_a_table(run):
    table = pl.read_csv(
        io.StringIO(run("benchmark", "--all", "--format", "csv").stdout), infer_schema_length=None
    )
    assert table.height == 1083
    assert table.schema["value"] == pl.Float64
    assert table.schema["rank"] == pl.Int64


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("areas", "--as-of", "yesterday"), "'yesterday' is not a day. Write it as 2024-03-31."),
        (("areas", "--as-of", "1850-01-01"), "The register of areas begins on 2011-01-01."),
        (("benchmark", "Hartlepool", "--format", "xml"), "'xml' is not one of 'table', 'json', 'csv'."),
        (("events", "a.csv", "--definition", "nope"), "one that comes along: police_street_crime"),
        (
            ("alignment", "--fund", "town-deals", "--round", "9"),
            "There are no rounds, and awards announced on",
        ),
        (("alignment", "--fund-file", "/no/such.csv"), "/no/such.csv: There is no such file."),
    ],
)
def test_a_typical_mistake_gets_one_sentence_in_the_words_of_people(
    arguments: tuple[str, ...], says: str
) -> None:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 2, result.output
    assert says in " ".join(result.stderr.split())
    for system in ("Errno", "Value error", "codec", "Traceback"):
        assert system not in result.stderr


def test_a_table_in_another_encoding_is_named_without_the_codecs_words(tmp_path: Path) -> None:
    file = tmp_path / "latin.csv"
    file.write_bytes("recipient_code,amount_gbp,date\nCafé,1,2024-01-01\n".encode("latin-1"))
    result = CliRunner().invoke(app, ["alignment", "--fund-file", str(file)])
    assert result.exit_code == 2 and "is not text in UTF-8. Save it as CSV in UTF-8." in result.stderr


def test_a_port_in_use_is_said_before_any_address_is() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(app, ["serve", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 2 and "Choose another port" in result.stderr
    assert "http://" not in result.output


@pytest.mark.parametrize("command", [("benchmark", "Hartlepool"), ("gaps", "employment-rate"), ("funds",)])
def test_a_narrow_screen_drops_no_column_and_cuts_no_number(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    wide = CliRunner().invoke(app, list(command)).output
    monkeypatch.setenv("COLUMNS", "60")
    narrow = CliRunner().invoke(app, list(command)).output
    numbers = re.compile(r"[−-]?£?\d[\d,.]*%?")
    assert sorted(numbers.findall(wide)) == sorted(numbers.findall(narrow))


def test_help_has_every_commands_whole_sentence() -> None:
    said = CliRunner().invoke(app, ["--help"], terminal_width=80).output
    assert "..." not in said.split("Commands:")[1]
