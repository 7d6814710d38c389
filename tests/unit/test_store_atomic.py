"""Publishing a folder: all of it or none, whatever happens on the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from likeforlike.domain.errors import ReleaseError
from likeforlike.store import atomic
from likeforlike.store.atomic import publish

FIRST = {"a.parquet": b"one" * 100, "manifest.json": b"{}"}
SECOND = {"a.parquet": b"two" * 200, "b.parquet": b"x", "manifest.json": b"{ }"}


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def hidden_folders(out: Path) -> list[str]:
    return [path.name for path in out.iterdir() if path.name.startswith(".building")]


def test_a_published_folder_holds_the_files_and_current_leads_to_it(tmp_path):
    folder = publish(tmp_path / "out", "r1", FIRST)
    assert folder == tmp_path / "out" / "r1"
    assert content_of(tmp_path / "out" / "current") == FIRST
    assert hidden_folders(tmp_path / "out") == []


def test_current_is_a_relative_link_so_that_the_folder_of_releases_can_be_moved(tmp_path):
    publish(tmp_path / "out", "r1", FIRST)
    (tmp_path / "out").rename(tmp_path / "elsewhere")
    assert content_of(tmp_path / "elsewhere" / "current") == FIRST


def test_the_earlier_release_is_kept_beside_the_new_one(tmp_path):
    publish(tmp_path, "r1", FIRST)
    publish(tmp_path, "r2", SECOND)
    assert content_of(tmp_path / "current") == SECOND
    assert content_of(tmp_path / "r1") == FIRST


def test_publishing_the_same_again_changes_no_file(tmp_path):
    publish(tmp_path, "r1", FIRST)
    before = {path.name: path.stat().st_ino for path in (tmp_path / "r1").iterdir()}
    publish(tmp_path, "r1", FIRST)
    assert {path.name: path.stat().st_ino for path in (tmp_path / "r1").iterdir()} == before


def test_publishing_again_repairs_a_damaged_release(tmp_path):
    publish(tmp_path, "r1", SECOND)
    (tmp_path / "r1" / "a.parquet").write_bytes(b"damaged")
    (tmp_path / "r1" / "b.parquet").unlink()
    publish(tmp_path, "r1", SECOND)
    assert content_of(tmp_path / "current") == SECOND


def test_a_folder_is_readable_by_whoever_may_read_the_folder_of_releases(tmp_path):
    tmp_path.chmod(0o755)
    assert publish(tmp_path, "r1", FIRST).stat().st_mode & 0o777 == 0o755


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ReleaseError, match=r"could not be written to .*file.*choose a folder"):
        publish(tmp_path / "file", "r1", FIRST)


#: Every call through which a publication reaches the disk, in the module that makes it.
STEPS: list[tuple[object, str]] = [
    (os, "fsync"),
    (os, "open"),
    (Path, "open"),
    (Path, "rename"),
    (Path, "replace"),
    (Path, "symlink_to"),
    (Path, "chmod"),
    (atomic.tempfile, "mkdtemp"),
]


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_failure_at_any_step_leaves_the_previous_or_the_new_release_whole(
    tmp_path, monkeypatch, owner, name
):
    original: Callable[..., object] = getattr(owner, name)
    failures = 0
    for at in range(1, 40):
        out = tmp_path / str(at)
        publish(out, "r1", FIRST)
        calls = 0

        def faulty(*arguments, at=at, **options):
            nonlocal calls
            calls += 1
            if calls == at:
                raise OSError(28, "No space left on device")
            return original(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, faulty)
            try:
                publish(out, "r2", SECOND)
                failed = False
            except ReleaseError as problem:
                assert "No space left on device" in str(problem)
                failed = True
        failures += failed
        assert content_of(out / "current") in (FIRST, SECOND)
        assert content_of(out / "r1") == FIRST
        publish(out, "r2", SECOND)
        assert content_of(out / "current") == SECOND
        assert hidden_folders(out) == []
        if calls < at:
            break
    assert failures >= 1
    assert calls < at, "every call was made to fail once"


LOOP = """
import sys
from pathlib import Path
from likeforlike.store.atomic import publish
out = Path(sys.argv[1])
number = int(sys.argv[2])
while True:
    number += 1
    content = str(number).encode()
    files = {f"{i}.parquet": content * 2000 for i in range(6)} | {"manifest.json": content}
    publish(out, f"r{number % 7}-{number}", files)
    print(number, flush=True)
"""


def start(out: Path, number: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", LOOP, str(out), str(number)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def assert_whole(folder: Path) -> None:
    number = (folder / "manifest.json").read_bytes()
    assert {path.name for path in folder.iterdir()} == {*(f"{i}.parquet" for i in range(6)), "manifest.json"}
    for i in range(6):
        assert (folder / f"{i}.parquet").read_bytes() == number * 2000


def test_killed_at_any_moment_what_is_served_is_whole(tmp_path):
    for round_number in range(12):
        process = start(tmp_path, round_number * 100_000)
        time.sleep(0.002 + 0.0037 * round_number)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert_whole((tmp_path / "current").resolve())
        for release in tmp_path.glob("r*"):
            assert_whole(release)
    publish(tmp_path, "last", FIRST)
    assert hidden_folders(tmp_path) == [], "what killed processes left is cleared away"


def test_a_reader_sees_whole_releases_while_two_processes_publish(tmp_path):
    processes = [start(tmp_path, 0), start(tmp_path, 1_000_000)]
    seen = set()
    try:
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            folder = (tmp_path / "current").resolve()
            assert_whole(folder)
            seen.add(folder.name)
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert len(seen) > 5
    assert {int(name.split("-")[1]) > 1_000_000 for name in seen} == {True, False}


def test_a_folder_being_built_by_a_living_process_is_left_alone(tmp_path):
    inside, leave = threading.Event(), threading.Event()

    def build() -> None:
        with atomic._building_folder(tmp_path) as building:
            (building / "a.parquet").write_bytes(b"half")
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=build)
    thread.start()
    assert inside.wait(5)
    publish(tmp_path, "r1", FIRST)
    assert len(hidden_folders(tmp_path)) == 1
    leave.set()
    thread.join()
    assert hidden_folders(tmp_path) == []
    shutil.rmtree(tmp_path)
