"""`likeforlike refresh`: tables, JSON and CSV, exit codes, and no key in anything that is printed or written."""

from __future__ import annotations

import csv
import io
import json
import logging
from pathlib import Path

import pytest
from rich.console import Console
from ruamel.yaml import YAML
from typer.testing import CliRunner

import live_kit as kit
import refresh_kit
import release_kit
from likeforlike.definitions import loader
from likeforlike.pipeline import build
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.publish.cli.refresh_progress import Bars
from likeforlike.store.verify import verify

KEY = "nobody-may-see-this-key"


class Shell:
    """A folder, a publisher, and the command."""

    def __init__(self, folder: Path, publisher: kit.Publisher) -> None:
        self.folder, self.publisher = folder, publisher
        self.editions = dict.fromkeys(refresh_kit.NAMES, 0)
        publisher.resources["/data.csv"] = refresh_kit.els_answer(self.editions)
        service = refresh_kit.els_service(
            publisher.base,
            key={"variable": "LIKEFORLIKE_TEST_KEY", "parameter": "uid"},
            pacing={"requests_per_second": 1000, "burst": 1000, "wait_seconds": 0},
        )
        (folder / "live").mkdir()
        with (folder / "live" / "els.yaml").open("w") as file:
            content = json.loads(service.model_dump_json(exclude_defaults=True))
            YAML().dump(content, file)

    def run(self, *arguments: str):
        folders = [f"--live={self.folder / 'live'}", f"--store={self.folder / 'store'}",
                   f"--out={self.folder / 'out'}"]  # fmt: skip
        return CliRunner().invoke(app, ["refresh", *folders, *arguments], catch_exceptions=False)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setattr(loader, "load_definitions", release_kit.definitions)
    monkeypatch.setattr(build, "STEPS", ())
    with kit.publisher() as publisher:
        shell = Shell(tmp_path, publisher)
        known = refresh_kit.els_answer(shell.editions)

        def with_key(asked: kit.Asked):
            query = {name: value for name, value in asked.query.items() if name != "uid"}
            return known(kit.Asked(asked.path, query, asked.headers))

        publisher.resources["/data.csv"] = with_key
        yield shell


def test_people_get_a_table_and_the_release(shell):
    result = shell.run()
    assert result.exit_code == 0, result.output
    assert "ons_explore_local_statistics" in result.stdout
    assert "jobs.csv.gz" in result.stdout
    assert "fetched" in result.stdout
    release_id = Catalogue.open(shell.folder / "out").release.manifest.release_id
    assert f"Release {release_id} is published: 4 raw files differ" in result.stdout
    assert "Sources whose files differ from those of the release before" in result.stderr
    again = shell.run()
    assert again.exit_code == 0
    assert "not modified" in again.stdout
    assert f"Release {release_id} stands" in again.stdout


def test_programs_get_json_and_csv_with_the_same_rows(shell):
    shell.run()
    shell.editions["jobs"] = 1
    shell.publisher.choose = lambda asked: kit.reset if asked.query["indicator"] == "homes" else None
    by_json = shell.run("--format", "json")
    assert by_json.exit_code == 1
    rows = json.loads(by_json.stdout)
    jobs = next(row for row in rows if "/jobs/" in row["file"])
    homes = next(row for row in rows if "/homes/" in row["file"])
    assert (jobs["status"], jobs["changed"], jobs["release"]) == ("fetched", True, "published")
    assert jobs["sha256"] != jobs["sha256_before"]
    assert (homes["status"], homes["stands"]) == ("kept", "snapshot")
    assert len(homes["faults"]) == 5
    assert homes["faults"][0].startswith("unreachable: attempt 1: ReadError")
    assert "is published: 1 raw file differs" in by_json.stderr
    by_csv = shell.run("--format", "csv")
    read = list(csv.DictReader(io.StringIO(by_csv.stdout)))
    assert list(read[0]) == list(rows[0])
    assert [row["file"] for row in read] == [row["file"] for row in rows]


def test_the_exit_code_says_that_something_went_wrong_and_the_release_stands(shell):
    shell.run()
    shell.publisher.choose = lambda asked: kit.server_error()
    result = shell.run()
    assert result.exit_code == 1
    assert result.stdout.count("failed; kept") == 4
    assert "server error, attempts 1 to 5: HTTP 500" in " ".join(result.stdout.split())
    assert verify(shell.folder / "out").differences == ()


def test_only_fetching_builds_nothing(shell):
    result = shell.run("--fetch-only")
    assert result.exit_code == 0
    assert "No release was asked for." in result.stdout
    assert not (shell.folder / "out").exists()
    assert (shell.folder / "store" / "index.jsonl").read_text().count('"made"') == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "nomiss"), "No live service or source is called 'nomiss'"),
        (("--accept-fewer", "nobody"), "No live service or source is called 'nobody'"),
        (("--live", "no/such/folder"), "There is no definition of a live service in no/such/folder"),
    ],
)
def test_what_cannot_begin_is_one_sentence_and_exit_code_2(shell, arguments, words):
    result = shell.run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("likeforlike: ")
    assert words in line
    assert shell.publisher.asked == []


def test_a_folder_of_raw_files_that_is_not_there_is_named(shell):
    result = shell.run("--sources", "no/such/folder")
    assert result.exit_code == 2
    assert "There is no folder no/such/folder" in result.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_key_is_used_and_never_shown(shell, monkeypatch, caplog, form):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("LIKEFORLIKE_TEST_KEY", KEY)
    faults = iter([kit.reset, kit.server_error(), kit.half_a_body, *[kit.redirect_loop] * 6])
    shell.publisher.choose = lambda asked: next(faults, None)
    result = shell.run("--format", form)
    assert {asked.query["uid"] for asked in shell.publisher.asked} == {KEY}
    written = b"".join(path.read_bytes() for path in shell.folder.rglob("*") if path.is_file())
    assert KEY not in result.stdout + result.stderr + caplog.text
    assert KEY.encode() not in written


def test_somebody_who_watches_sees_how_far_it_is():
    seen = io.StringIO()
    console = Console(file=seen, force_terminal=True, width=100)
    download = refresh_kit.els_service("https://example.org").downloads[1]
    with Bars(2, console) as bars:
        watch = bars.watch(download)
        watch.received(4000)
        watch.waiting(7, "HTTP 429")
        bars.refresh()
        watch.finished()
        bars.refresh()
    assert "jobs.csv.gz: again in 7 s (HTTP 429)" in seen.getvalue()
    assert "1 of 2 raw files" in seen.getvalue()
    assert "4.0 kB" in seen.getvalue()


def test_bars_are_silent_where_nobody_watches():
    seen = io.StringIO()
    with Bars(1, Console(file=seen)) as bars:
        bars.watch(refresh_kit.els_service("https://example.org").downloads[0]).received(1)
    assert seen.getvalue() == ""
