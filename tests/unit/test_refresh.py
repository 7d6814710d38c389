"""A refresh: what is fetched, what stands, what is published, and what the report says of each."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

import live_kit as kit
import refresh_kit
import release_kit
from likeforlike.domain.errors import RequestError, SourceChangedError
from likeforlike.pipeline import refresh as refresh_module
from likeforlike.pipeline.refresh import choose
from likeforlike.pipeline.refresh_report import ReleaseState, Stands, Status
from likeforlike.store.release import read_manifest
from likeforlike.store.snapshots import Outcome, SnapshotStore
from likeforlike.store.verify import verify

JOBS = release_kit.PATHS["jobs"]


class Place:
    """Publisher, store, releases and time of one test."""

    def __init__(self, publisher: kit.Publisher, folder: Path) -> None:
        self.publisher, self.folder, self.time = publisher, folder, kit.Time()
        self.editions = dict.fromkeys(refresh_kit.NAMES, 0)
        publisher.resources["/data.csv"] = refresh_kit.els_answer(self.editions)
        self.service = refresh_kit.els_service(publisher.base)
        self.out = folder / "releases"

    def run(self, *wanted: str, **others):
        others = {"out": self.out, "time": self.time, **others}
        return refresh_kit.refresh_of(self.folder / "snapshots", **others).run([self.service], wanted)

    def served(self) -> str:
        assert verify(self.out).differences == ()
        return read_manifest(self.out / "current").release_id

    def values(self, name: str) -> list[float]:
        table = pl.read_parquet(self.out / "current" / "observation.parquet")
        return table.filter(pl.col("indicator_id") == name)["value"].drop_nulls().to_list()


@pytest.fixture
def place(tmp_path):
    with kit.publisher() as publisher:
        yield Place(publisher, tmp_path)


def by_name(report) -> dict[str, object]:
    return {Path(one.file).name.split(".")[0]: one for one in report.files}


def test_everything_is_fetched_and_a_release_is_published(place):
    report = place.run()
    assert {one.status for one in report.files} == {Status.FETCHED}
    assert report.state is ReleaseState.PUBLISHED
    assert report.release_id == place.served()
    assert not report.went_wrong
    assert len(report.changed) == 4
    found = place.values("jobs")
    areas = release_kit.register()
    expected = [
        round(release_kit.value_of("jobs", code, year), 1)
        for code in {*areas.lower_tier, *areas.upper_tier}
        for year in release_kit.YEARS
        if (code, year) != (release_kit.SILENT, release_kit.YEARS[-1])
    ]
    assert sorted(found) == sorted(expected)


def test_the_manifest_says_when_a_file_was_retrieved(place):
    place.run()
    (source,) = read_manifest(place.out / "current").sources
    assert source.retrieved == kit.START.date()
    assert {file.published for file in source.files} == {kit.START.date()}


def test_nothing_new_makes_no_new_release(place):
    first = place.run()
    place.time.seconds += timedelta(days=9).total_seconds()
    second = place.run()
    assert {one.status for one in second.files} == {Status.NOT_MODIFIED}
    assert (second.state, second.release_id, second.changed) == (
        ReleaseState.UNCHANGED,
        first.release_id,
        (),
    )
    assert {path.name for path in place.out.glob("[!.]*")} == {"current", first.release_id}


def test_one_new_file_makes_a_new_release_that_says_which(place):
    first = place.run()
    before = place.values("jobs")
    place.editions["jobs"] = 1
    second = place.run()
    assert by_name(second)["jobs"].status is Status.FETCHED
    assert by_name(second)["homes"].status is Status.NOT_MODIFIED
    assert second.changed == ((release_kit.SOURCE_ID, JOBS),)
    assert place.served() == second.release_id != first.release_id
    assert [round(b - a, 6) for a, b in zip(before, place.values("jobs"), strict=True)] == [0.1] * len(before)


def test_what_cannot_be_had_is_kept_and_the_rest_goes_on(place):
    place.run()
    place.editions |= {"jobs": 1, "homes": 1}
    place.publisher.choose = lambda asked: kit.server_error() if asked.query["indicator"] == "jobs" else None
    report = place.run()
    jobs, homes = by_name(report)["jobs"], by_name(report)["homes"]
    assert (jobs.status, jobs.stands, jobs.reason) == (Status.KEPT, Stands.SNAPSHOT, "HTTP 500")
    assert len(jobs.faults) == 5
    assert homes.status is Status.FETCHED
    assert report.state is ReleaseState.PUBLISHED
    assert report.went_wrong
    assert [file for _, file in report.changed] == [release_kit.PATHS["homes"]]


def test_without_any_snapshot_the_file_given_stands(place, tmp_path):
    given = release_kit.write_raw(tmp_path / "raw")
    place.publisher.choose = lambda asked: kit.server_error()
    report = place.run(given=given)
    assert {(one.status, one.stands) for one in report.files} == {(Status.KEPT, Stands.GIVEN)}
    assert report.state is ReleaseState.PUBLISHED


def test_without_anything_no_release_is_built_and_the_report_says_so(place):
    place.publisher.choose = lambda asked: kit.server_error() if "jobs" in asked.query.values() else None
    report = place.run()
    assert by_name(report)["jobs"].status is Status.FAILED
    assert (report.state, report.release_id) == (ReleaseState.KEPT, None)
    assert JOBS in report.reason
    assert "--sources" in report.reason
    assert not place.out.exists()


def test_a_shorter_answer_is_set_aside_until_somebody_says_the_publisher_means_it(place):
    place.run()
    served = place.served()
    rows = refresh_kit.els_rows("jobs", 3)[:500]
    whole = place.publisher.resources["/data.csv"]

    def shorter(asked):
        if asked.query["indicator"] != "jobs":
            return whole(asked)
        return refresh_kit.formats.els({"jobs": rows}, etag='"short"')(asked)

    place.publisher.resources["/data.csv"] = shorter
    report = place.run()
    jobs = by_name(report)["jobs"]
    assert jobs.status is Status.KEPT
    assert "500 rows where at least 85" in jobs.reason
    assert "--accept-fewer ons_explore_local_statistics" in jobs.reason
    assert place.served() == served
    again = by_name(place.run())["jobs"]
    assert again.status is Status.KEPT, "a body set aside is asked for anew and never taken for the last one"
    meant = place.run(accept_fewer=(release_kit.SOURCE_ID,))
    assert by_name(meant)["jobs"].status is Status.FETCHED
    assert place.served() != served


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"areacd": "E06999999"}, "'E06999999'"),
        ({"value": "about forty"}, "'about forty'"),
        ({"period": "the year 2022"}, "'the year 2022'"),
        ({"status": "mystery"}, "'mystery'"),
    ],
)
def test_a_file_that_its_module_refuses_is_set_aside_and_the_others_go_on(place, change, words):
    place.run()
    place.editions["homes"] = 1
    rows = refresh_kit.els_rows("jobs", 1)
    rows[7] = {**rows[7], **change}
    whole = place.publisher.resources["/data.csv"]
    place.publisher.resources["/data.csv"] = lambda asked: (
        refresh_kit.formats.els({"jobs": rows})(asked) if asked.query["indicator"] == "jobs" else whole(asked)
    )
    report = place.run()
    jobs = by_name(report)["jobs"]
    assert jobs.status is Status.KEPT
    assert words in jobs.reason
    assert [one.kind.value for one in jobs.faults] == ["unreadable"]
    assert by_name(report)["homes"].status is Status.FETCHED
    assert [file for _, file in report.changed] == [release_kit.PATHS["homes"]]
    store = SnapshotStore(place.folder / "snapshots")
    assert store.path_of(jobs.faults[0].sha256).is_file()


def test_a_file_that_fails_only_among_the_others_is_withdrawn(place, monkeypatch):
    place.run()
    place.editions |= {"jobs": 1, "homes": 1}
    build = refresh_module.make_release

    def refuse(folder, *args, **kwargs):
        if place.jobs_is_new(folder):
            raise SourceChangedError(release_kit.SOURCE_ID, JOBS, expected="what others say", found="else")
        return build(folder, *args, **kwargs)

    standing = SnapshotStore(place.folder / "snapshots").last_made(JOBS).sha256
    place.jobs_is_new = lambda folder: (folder / JOBS).resolve().name != standing
    monkeypatch.setattr(refresh_module, "make_release", refuse)
    report = place.run()
    jobs = by_name(report)["jobs"]
    assert (jobs.status, jobs.sha256) == (Status.KEPT, standing)
    assert "expected what others say" in jobs.reason
    assert report.state is ReleaseState.PUBLISHED
    assert [file for _, file in report.changed] == [release_kit.PATHS["homes"]]
    monkeypatch.setattr(refresh_module, "make_release", build)
    assert by_name(place.run())["jobs"].status is Status.FETCHED


@pytest.mark.parametrize(
    "failure", [SourceChangedError("other", "file", expected="a", found="b"), KeyError("x")]
)
def test_a_build_that_stops_leaves_the_release_that_is_served(place, monkeypatch, failure):
    place.run()
    served = place.served()
    place.editions["jobs"] = 1

    def stop(*args, **kwargs):
        raise failure

    monkeypatch.setattr(refresh_module, "make_release", stop)
    report = place.run()
    assert (report.state, report.release_id) == (ReleaseState.KEPT, served)
    assert str(failure) in report.reason
    assert place.served() == served
    monkeypatch.undo()
    assert place.run().state is ReleaseState.PUBLISHED, "what was fetched is not lost"
    assert len(place.publisher.sent) == 5


def test_a_release_that_is_not_on_disk_as_it_was_built_is_not_served(place, monkeypatch):
    place.run()
    served = place.served()
    place.editions["jobs"] = 1
    save = refresh_module.save_release

    def damage(packed, out):
        folder = save(packed, out)
        (folder / "observation.parquet").chmod(0o644)
        (folder / "observation.parquet").write_bytes(b"nothing of the kind")
        return folder

    monkeypatch.setattr(refresh_module, "save_release", damage)
    report = place.run()
    assert report.state is ReleaseState.KEPT
    assert "not on disk as it was built" in report.reason
    assert place.served() == served


def test_a_source_or_a_service_may_be_asked_for_alone(place):
    services = [place.service, kit.service_of("nomis", "https://example.org", _large(), id="big")]
    assert [one.id for one in choose(services, ())] == ["ons_explore_local_statistics"]
    assert [one.id for one in choose(services, ("big",))] == ["big"]
    (chosen,) = choose(services, (release_kit.SOURCE_ID,))
    assert len(chosen.downloads) == 4
    with pytest.raises(RequestError, match=r"No live service or source is called 'x'.*Services: big, ons"):
        choose(services, ("x",))


def _large() -> dict[str, object]:
    request = {"dataset": "NM_1_1", "query": {}, "area_types": ["x"]}
    return {"file": "a", "rows_at_least": 1, "on_request": True, "request": request}


def test_two_refreshes_do_not_share_a_store(place):
    with (
        SnapshotStore(place.folder / "snapshots").locked(),
        pytest.raises(RequestError, match="Another refresh"),
    ):
        place.run()


def test_a_file_that_is_the_one_given_makes_no_snapshot_of_its_own(place, tmp_path):
    place.run(out=None)
    raw = tmp_path / "raw"
    store = SnapshotStore(place.folder / "snapshots")
    for path in release_kit.PATHS.values():
        (raw / path).parent.mkdir(parents=True)
        (raw / path).write_bytes(store.read(store.last_made(path).sha256))
    other = refresh_kit.refresh_of(tmp_path / "other", place.out, given=raw, time=place.time)
    report = other.run([place.service])
    assert {(one.status, one.stands) for one in report.files} == {(Status.NOT_MODIFIED, Stands.GIVEN)}
    (source,) = read_manifest(place.out / "current").sources
    assert str(source.retrieved) == "2026-07-26", "the day declared for the file given"


# --- the store ---


def test_a_line_that_a_killed_process_left_unfinished_swallows_nothing(tmp_path):
    store = SnapshotStore(tmp_path)
    first = refresh_kit_retrieval(store, "http://a", b"one")
    with (tmp_path / "index.jsonl").open("ab") as index:
        index.write(b'{"url": "http://b", "retr')
    again = SnapshotStore(tmp_path)
    assert again.retrievals() == (first,)
    second = refresh_kit_retrieval(again, "http://c", b"two")
    assert SnapshotStore(tmp_path).retrievals() == (first, second)
    lines = (tmp_path / "index.jsonl").read_text().splitlines()
    assert [json.loads(line)["url"] for line in (lines[0], lines[2])] == ["http://a", "http://c"]


def refresh_kit_retrieval(store: SnapshotStore, url: str, content: bytes):
    return store.add(
        refresh_module.Retrieval(
            url=url, retrieved_at=kit.START, outcome=Outcome.ACCEPTED, status=200, sha256=store.put(content)
        )
    )


def test_a_body_set_aside_is_never_the_last_good_one(tmp_path):
    store = SnapshotStore(tmp_path)
    good = refresh_kit_retrieval(store, "http://a", b"good")
    bad = refresh_kit_retrieval(store, "http://a", b"bad")
    assert store.last_accepted("http://a") == bad
    store.add(bad.model_copy(update={"outcome": Outcome.QUARANTINED}))
    assert store.last_accepted("http://a") == good
    assert store.last_accepted("http://b") is None
    later = store.add(bad)
    assert store.last_accepted("http://a") == later, "accepted anew after it was set aside"


def test_a_damaged_body_is_named(tmp_path):
    store = SnapshotStore(tmp_path)
    sha256 = store.put(b"figures")
    path = store.path_of(sha256)
    path.chmod(0o644)
    path.write_bytes(b"other")
    with pytest.raises(RequestError, match="is damaged"):
        store.read(sha256)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="Name a folder that you may write to"):
        SnapshotStore(tmp_path / "file")


def test_the_index_names_no_body_that_is_not_there(tmp_path):
    store = SnapshotStore(tmp_path)
    with pytest.raises(AssertionError, match="a body is stored before"):
        store.add(
            refresh_module.Retrieval(
                url="http://a", retrieved_at=kit.START, outcome=Outcome.ACCEPTED, sha256="0" * 64
            )
        )
