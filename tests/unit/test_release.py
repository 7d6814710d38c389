"""A release on disk: same inputs, same bytes; complete or refused; every difference found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

import release_kit as kit
from likeforlike.domain.errors import ReleaseError
from likeforlike.pipeline.build import Built, make_release
from likeforlike.store.areas import register_from, register_tables
from likeforlike.store.manifest import Manifest
from likeforlike.store.release import OpenRelease, open_release
from likeforlike.store.tables import TABLE_KEYS, in_order, to_parquet
from likeforlike.store.verify import verify
from likeforlike.store.write import save_release
from observations_kit import indicator_of


@pytest.fixture(scope="module")
def raw(tmp_path_factory) -> Path:
    return kit.write_raw(tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="module")
def built(raw) -> Built:
    return make_release(raw, kit.definitions(), kit.register(), kit.STEPS)


@pytest.fixture
def folder(built, tmp_path) -> Path:
    return save_release(built.packed, tmp_path / "releases")


@pytest.fixture
def release(folder) -> OpenRelease:
    return open_release(folder)


def test_the_same_inputs_in_another_folder_give_the_same_bytes(built, tmp_path):
    again = make_release(kit.write_raw(tmp_path / "elsewhere"), kit.definitions(), kit.register(), kit.STEPS)
    assert again.packed.files == built.packed.files


def test_the_id_follows_the_content(built, raw):
    changed = kit.definitions(indicator_of("jobs/Rate", id="jobs-again"))
    other = make_release(raw, changed, kit.register(), kit.STEPS)
    assert other.packed.manifest.release_id != built.packed.manifest.release_id


def test_bytes_do_not_depend_on_the_order_of_rows_nor_on_how_they_lie_in_memory(built):
    table = pl.read_parquet(built.packed.files["observation.parquet"])
    pieces = pl.concat([table[100:], table[:100]], rechunk=False).sample(fraction=1.0, shuffle=True, seed=1)
    assert to_parquet(in_order("observation", pieces)) == built.packed.files["observation.parquet"]


def test_a_folder_of_releases_opens_at_the_current_one(release, folder):
    assert folder.name == release.id
    assert open_release(folder.parent).path == release.path


def test_a_release_is_self_contained(release):
    assert release.definitions == kit.definitions()
    assert release.register == kit.register()


def test_the_order_of_series_which_is_their_precedence_survives(raw, tmp_path):
    several = indicator_of(("schools/Rate", "density/Rate"), id="several")
    built = make_release(raw, kit.definitions(several), kit.register(), kit.STEPS)
    stored = open_release(save_release(built.packed, tmp_path)).definitions
    assert list(stored.indicators["several"].series) == ["schools/Rate", "density/Rate"]


def test_the_register_goes_to_tables_and_back():
    assert register_from(**register_tables(kit.register())) == kit.register()


def test_every_table_is_stored_in_the_order_of_its_key(release):
    assert {"area", "area_change", "indicator", "observation", "coverage", "build_report", "benchmark"} <= {
        *release.manifest.tables
    }
    for name, stored in release.manifest.tables.items():
        table = release.table(name)
        assert table.height == stored.rows
        assert table.select(TABLE_KEYS[name]).equals(table.select(TABLE_KEYS[name]).sort(TABLE_KEYS[name]))
        assert table.select(TABLE_KEYS[name]).is_unique().all()


def test_a_table_is_read_once_and_columns_can_be_chosen(release):
    assert release.table("observation") is release.table("observation")
    assert release.table("observation", ["value", "status"]).columns == ["value", "status"]


def test_a_key_that_repeats_or_is_missing_stops_the_build():
    with pytest.raises(AssertionError, match="2 rows repeat or lack the key fund_id"):
        in_order("fund", pl.DataFrame({"fund_id": ["a", "a", "b"]}))
    with pytest.raises(AssertionError, match="1 rows repeat or lack the key fund_id"):
        in_order("fund", pl.DataFrame({"fund_id": ["a", None]}))
    with pytest.raises(AssertionError, match="lacks fund_id"):
        in_order("fund", pl.DataFrame({"id": ["a"]}))
    with pytest.raises(AssertionError, match=r"declare it in store/tables\.py"):
        in_order("unheard_of", pl.DataFrame({"id": ["a"]}))


def test_the_manifest_accounts_for_every_row_of_every_file(release, raw):
    (source,) = release.manifest.sources
    assert source.publisher == "Office for National Statistics"
    assert source.attribution == "Source: Office for National Statistics"
    assert {file.path for file in source.files} == {*kit.PATHS.values()}
    for file in source.files:
        rows = pl.read_csv(raw / file.path, infer_schema=False).height
        assert file.rows_read == rows
        assert file.rows_kept + file.rows_set_aside == rows
        assert file.size_bytes == (raw / file.path).stat().st_size
        assert file.sha256.startswith(file.snapshot_id)


def test_every_observation_names_a_snapshot_of_the_manifest(release):
    known = {file.snapshot_id for source in release.manifest.sources for file in source.files}
    assert {*release.table("observation")["snapshot_id"]} == known


def test_nothing_in_a_release_tells_when_or_where_it_was_built(built, raw):
    manifest = built.packed.files["manifest.json"].decode()
    assert str(raw) not in manifest
    assert {*json.loads(manifest)} == {*Manifest.model_fields} - {"overlay"}
    assert not {"built", "built_at", "created", "timestamp", "host"} & {*Manifest.model_fields}


def test_a_sound_release_verifies(folder):
    assert verify(folder).differences == ()
    assert verify(folder.parent).manifest.release_id == folder.name


def test_verify_tells_missing_altered_and_extra_files_apart(folder):
    content = bytearray((folder / "observation.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "observation.parquet").write_bytes(content)
    (folder / "coverage.parquet").unlink()
    (folder / "notes.txt").write_text("mine")
    found = {(difference.file, difference.kind.value) for difference in verify(folder).differences}
    assert found == {
        ("observation.parquet", "altered"),
        ("coverage.parquet", "missing"),
        ("notes.txt", "extra"),
    }


def test_one_flipped_bit_anywhere_in_any_file_is_found(folder):
    for path in sorted(folder.iterdir()):
        original = path.read_bytes()
        for at in (0, len(original) // 3, len(original) - 1):
            changed = bytearray(original)
            changed[at] ^= 4
            path.write_bytes(changed)
            try:
                assert [difference.file for difference in verify(folder).differences] == [path.name]
            except ReleaseError:
                assert path.name == "manifest.json"
            path.write_bytes(original)


def test_an_incomplete_release_is_refused_and_the_message_says_what_to_do(folder):
    (folder / "observation.parquet").write_bytes(b"short")
    with pytest.raises(
        ReleaseError, match=r"observation.parquet has 5 bytes instead of .*likeforlike verify"
    ):
        open_release(folder)
    (folder / "observation.parquet").unlink()
    with pytest.raises(ReleaseError, match=r"observation\.parquet is missing"):
        open_release(folder.parent)


def test_where_there_is_no_release_the_message_says_what_to_name(tmp_path):
    with pytest.raises(
        ReleaseError, match=r"no such folder. Name the folder that `likeforlike build --out` wrote"
    ):
        open_release(tmp_path / "nowhere")
    with pytest.raises(ReleaseError, match=r"it has no manifest.json and no current"):
        open_release(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": 1}', b"\xff\xfe"])
def test_a_manifest_that_cannot_be_read_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ReleaseError, match=r"cannot be read|has format None"):
        open_release(folder)


def test_a_manifest_of_another_format_or_altered_is_refused(folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"format": 0}))
    with pytest.raises(ReleaseError, match="has format 0"):
        open_release(folder)
    path.write_text(json.dumps(manifest | {"code_version": "9.9.9"}))
    with pytest.raises(ReleaseError, match="was altered"):
        open_release(folder)


def test_a_table_damaged_after_opening_is_an_error_of_the_release(release):
    path = release.table_path("coverage")
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(ReleaseError, match=r"coverage of the release at .* cannot be read"):
        release.table("coverage")
    with pytest.raises(ReleaseError, match="has no table 'unheard_of'"):
        release.table("unheard_of")


def test_a_release_that_is_open_is_read_to_the_end_while_another_is_published(release, raw, folder):
    other = make_release(
        raw, kit.definitions(indicator_of("jobs/Rate", id="jobs-again")), kit.register(), kit.STEPS
    )
    save_release(other.packed, folder.parent)
    assert open_release(folder.parent).id != release.id
    assert release.table("observation").height == release.manifest.tables["observation"].rows
    shutil.rmtree(folder.parent)
