"""The embedded release: sound, small, attributed, and what the raw files give today, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from likeforlike.pipeline.bundle import LARGEST_BYTES
from likeforlike.publish.catalogue import EMBEDDED, Catalogue
from likeforlike.store.release import open_release
from likeforlike.store.verify import verify
from likeforlike.store.write import LIBRARIES

ELSEWHERE = """
import sys
from importlib.metadata import version
from pathlib import Path
from likeforlike.pipeline.build import build
build(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.open()


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
def test_the_raw_files_give_it_byte_for_byte_in_another_folder_and_on_one_thread(
    catalogue, raw_folder, tmp_path
):
    manifest = catalogue.release.manifest
    installed = {library: version(library) for library in LIBRARIES}
    if installed != manifest.libraries:
        pytest.skip(f"made with {manifest.libraries}: other versions may differ in the last bit")
    (tmp_path / "raw").symlink_to(raw_folder.resolve(), target_is_directory=True)
    subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path / "raw"), str(tmp_path / "out")],
        env=os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"},
        check=True,
    )
    rebuilt = tmp_path / "out" / "current"
    differing = {
        name
        for name in {path.name for folder in (rebuilt, EMBEDDED) for path in folder.iterdir()}
        if not ((rebuilt / name).exists() and (EMBEDDED / name).exists())
        or (rebuilt / name).read_bytes() != (EMBEDDED / name).read_bytes()
    }
    assert not differing, (
        f"the embedded release is not what the code and definitions of today make of the raw files: "
        f"{sorted(differing)} differ. Run `make bundle` and commit what it wrote."
    )
    assert open_release(tmp_path / "out").id == manifest.release_id


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
    assert "likeforlike/documents/GLOSSARY.md" in names.stdout, "the glossary's page is made from it"
    for path in (root / "docs" / "method").glob("*.md"):
        assert f"likeforlike/documents/docs/method/{path.name}" in names.stdout
