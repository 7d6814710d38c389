"""The embedded release: sound, small, attributed, and what the raw files give today, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from likeforlike.pipeline.build import Built, make_release
from likeforlike.pipeline.bundle import LARGEST_BYTES
from likeforlike.publish.catalogue import EMBEDDED, Catalogue
from likeforlike.store.verify import verify

ELSEWHERE = """
import sys
from pathlib import Path
from likeforlike.pipeline.build import build
print(build(Path(sys.argv[1]), Path(sys.argv[2])).name)
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.open()


@pytest.fixture(scope="module")
def built(raw_folder) -> Built:
    return make_release(raw_folder)


def test_the_embedded_release_is_sound_and_holds_nothing_else():
    assert verify(EMBEDDED).differences == ()


def test_it_is_small_enough_to_ship():
    assert sum(path.stat().st_size for path in EMBEDDED.iterdir()) < LARGEST_BYTES


def test_every_publisher_is_named_with_licence_and_attribution(catalogue):
    licences = catalogue.release.definitions.licences
    for source in catalogue.release.manifest.sources:
        assert source.publisher
        assert source.attribution
        assert source.licence in licences
        assert source.files
        for file in source.files:
            assert len(file.sha256) == 64
            assert file.rows_read is None or file.rows_read == file.rows_kept + file.rows_set_aside


def test_every_council_has_observations_and_every_indicator_too(catalogue):
    observed = catalogue.release.table("observation", ["area_code", "indicator_id"])
    register = catalogue.register
    assert {*register.lower_tier, *register.counties} <= {*observed["area_code"]}
    assert {*catalogue.indicators} == {*observed["indicator_id"]}


@pytest.mark.raw
def test_it_is_what_the_raw_files_give_with_todays_code_and_definitions(built, catalogue):
    libraries = dict(catalogue.release.manifest.libraries)
    if dict(built.packed.manifest.libraries) != libraries:
        pytest.skip(f"made with {libraries}, and other versions may differ in the last bit")
    differing = {
        name
        for name, stored in built.packed.manifest.tables.items()
        if catalogue.release.manifest.tables.get(name) != stored
    }
    assert built.packed.manifest.release_id == catalogue.release.id, (
        f"the embedded release is out of date ({sorted(differing)} differ): run `make bundle` and commit it"
    )


@pytest.mark.raw
def test_another_process_with_one_thread_and_another_folder_gives_the_same_bytes(built, raw_folder, tmp_path):
    (tmp_path / "raw").symlink_to(raw_folder.resolve(), target_is_directory=True)
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path / "raw"), str(tmp_path / "out")],
        env=os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == built.packed.manifest.release_id
    folder = tmp_path / "out" / "current"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == built.packed.files


def test_a_wheel_carries_it(tmp_path):
    """Only where the build back end is at hand: it is fetched by pip, which tests must not do."""
    hatchling = pytest.importorskip("hatchling.builders.wheel")
    root = Path(__file__).resolve().parents[2]
    (wheel,) = hatchling.WheelBuilder(str(root)).build(directory=str(tmp_path), versions=["standard"])
    names = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", wheel], capture_output=True, text=True, check=True
    )
    for path in EMBEDDED.iterdir():
        assert f"likeforlike/bundled/{path.name}" in names.stdout
