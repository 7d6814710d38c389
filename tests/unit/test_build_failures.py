"""Bad input: the message names file and row, and what was published before stays in place and is served."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import release_kit as kit
from likeforlike.definitions import loader
from likeforlike.pipeline import build
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.main import app
from likeforlike.store.verify import verify

JOBS = kit.PATHS["jobs"]
runner = CliRunner()


@pytest.fixture
def raw(tmp_path) -> Path:
    return kit.write_raw(tmp_path / "raw")


@pytest.fixture
def out(raw, tmp_path, monkeypatch) -> Path:
    """A folder of releases with one published from sound files."""
    monkeypatch.setattr(build, "load_definitions", kit.definitions)
    monkeypatch.setattr(build, "STEPS", kit.STEPS)
    result = runner.invoke(app, ["build", "--sources", str(raw), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    return tmp_path / "out"


def text_of(raw: Path) -> str:
    return gzip.decompress((raw / JOBS).read_bytes()).decode()


def write(raw: Path, text: str) -> None:
    (raw / JOBS).write_bytes(gzip.compress(text.encode()))


def truncate(raw: Path) -> None:
    content = (raw / JOBS).read_bytes()
    (raw / JOBS).write_bytes(content[: len(content) // 2])


def damage(raw: Path) -> None:
    (raw / JOBS).write_bytes(b"not gzip at all")


def remove(raw: Path) -> None:
    (raw / JOBS).unlink()


def make_a_folder(raw: Path) -> None:
    (raw / JOBS).unlink()
    (raw / JOBS).mkdir()


def contradict_a_row(raw: Path) -> None:
    """The same area and period again, with another value."""
    lines = text_of(raw).splitlines()
    write(raw, "\n".join([*lines, lines[1].replace(lines[1].split(",")[5], "1.5")]) + "\n")


def rename_a_column(raw: Path) -> None:
    write(raw, text_of(raw).replace("observation", "amount", 1))


def lose_a_field(raw: Path) -> None:
    lines = text_of(raw).splitlines()
    lines[4] = lines[4].rpartition(",")[0]
    write(raw, "\n".join(lines) + "\n")


def invent_an_area(raw: Path) -> None:
    write(raw, text_of(raw).replace("E06000004", "E06999999"))


def invent_a_marker(raw: Path) -> None:
    write(raw, text_of(raw).replace(",e,", ",mystery,", 1))


def write_words(raw: Path) -> None:
    lines = text_of(raw).splitlines()
    fields = lines[6].split(",")
    lines[6] = ",".join([*fields[:5], "about forty", *fields[6:]])
    write(raw, "\n".join(lines) + "\n")


def misdate(raw: Path) -> None:
    write(raw, text_of(raw).replace("2022-01-01/P1Y", "the year 2022", 1))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (truncate, r"jobs\.csv\.gz, row \d+: expected a complete gzip file"),
        (damage, r"jobs\.csv\.gz, row 1: expected a complete gzip file"),
        (remove, r"jobs\.csv\.gz: expected the file that the source's definition lists"),
        (make_a_folder, r"jobs\.csv\.gz: expected the file that the source's definition lists"),
        (contradict_a_row, r"jobs\.csv\.gz, row 953:? "),
        (rename_a_column, r"jobs\.csv\.gz, row 1: .*unknown column 'amount'"),
        (lose_a_field, r"jobs\.csv\.gz, row 5: expected 12 fields"),
        (invent_an_area, r"jobs\.csv\.gz, row 11: .*'E06999999'"),
        (invent_a_marker, r"jobs\.csv\.gz, row 2: expected a declared marker; found 'mystery'"),
        (write_words, r"jobs\.csv\.gz, row 7: expected a number as value; found 'about forty'"),
        (misdate, r"jobs\.csv\.gz, row 3: .*'the year 2022'"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_bad_input_is_named_and_leaves_the_previous_release_in_place(raw, out, spoil, message):
    before = {path.name: path.resolve() for path in out.iterdir()}
    spoil(raw)
    result = runner.invoke(app, ["build", "--sources", str(raw), "--out", str(out)])
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("likeforlike: ons_explore_local_statistics: ")
    assert re.search(message, line), f"{line} does not match {message}"
    assert {path.name: path.resolve() for path in out.iterdir()} == before
    assert verify(out).differences == ()
    assert Catalogue.open(out).area("Hartlepool").code == kit.HARTLEPOOL


def test_a_folder_that_is_not_there_is_named(out):
    result = runner.invoke(app, ["build", "--sources", "no/such/folder", "--out", str(out)])
    assert result.exit_code == 2
    assert result.stderr == "likeforlike: There is no folder no/such/folder. " + (
        "Name the folder that holds the publishers' raw files.\n"
    )


def test_a_wrong_definition_is_named_with_its_line(raw, out, tmp_path, monkeypatch):
    folder = tmp_path / "definitions"
    (folder / "sources").mkdir(parents=True)
    (folder / "licences.yaml").write_text("[]")
    (folder / "sources" / "one.yaml").write_text("id: one\ntitle: One\npublisher: Somebody\n")
    monkeypatch.setattr(build, "load_definitions", lambda: loader.load_definitions(folder))
    result = runner.invoke(app, ["build", "--sources", str(raw), "--out", str(out)])
    assert result.exit_code == 2
    assert "one.yaml, line 1: The field url is missing." in result.stderr
    assert verify(out).differences == ()
