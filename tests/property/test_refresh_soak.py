"""A thousand faults, at random, over many refreshes of several services at once.

Three things hold after every refresh: what is served is the release before or a whole new one that holds what
publishers published; every body that came in full can be had from the store; the report names every fault.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import polars as pl

import live_formats as formats
import live_kit as kit
import refresh_kit
import release_kit
from likeforlike.domain.live import FaultKind
from likeforlike.pipeline.refresh_report import RefreshReport, ReleaseState, Status
from likeforlike.store.release import read_manifest
from likeforlike.store.snapshots import SnapshotStore
from likeforlike.store.verify import verify

FAULTS_IN_ALL = 1000
SEED = 20_261_126
LOOP = 6  # a client that follows five redirects sees six
EES = {"publication": "Attendance", "data_set": "Year to date", "columns": ["time_period", "rate"]}
DISTRICTS = "districts"


def half_of_the_rows(handler: kit.Handler, found: kit.Resource) -> FaultKind:
    """HTTP 200 and half of the rows, every one of them whole: only a count can tell."""
    lines = found.body.splitlines(keepends=True)
    handler.give(200, b"".join(lines[: 1 + len(lines) // 2]), {"Content-Type": "text/csv"})
    counted = handler.path.startswith(("/dataset", "/data-sets"))
    return FaultKind.TRUNCATED if counted else FaultKind.FEWER_RECORDS


def an_unknown_area(handler: kit.Handler, found: kit.Resource) -> FaultKind:
    """A code that no register knows, in a body that is sound by itself."""
    handler.give(200, found.body.replace(b"E06000004", b"E06999999"), {"Content-Type": "text/csv"})
    return FaultKind.UNREADABLE


#: What may pass, and is asked again, comes oftener than what ends a download.
PASSING = (
    kit.too_many("3"),
    kit.server_error(500),
    kit.server_error(503),
    kit.cut_short,
    kit.half_a_body,
    kit.without_length,
    kit.half_a_gzip,
    kit.other_encoding,
    kit.a_page,
    kit.reset,
)
ANYWHERE = (
    *PASSING * 3,
    kit.too_many("99999"),
    kit.status(404, FaultKind.REFUSED),
    kit.redirect_loop,
)
IN_TABLES = (kit.other_columns, half_of_the_rows)
IN_WHAT_IS_READ = (an_unknown_area,)

Name = tuple[str, tuple[tuple[str, str], ...]]


def name_of(url: str) -> Name:
    parts = urlsplit(url)
    return parts.path, tuple(sorted(parse_qsl(parts.query)))


class Chaos:
    """Decides, from one seed, which request meets which fault, and remembers what it did."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.done: Counter[tuple[Name, FaultKind]] = Counter()
        self.loops: Counter[Name] = Counter()
        self.likely = 0.5

    def choose(self, asked: kit.Asked) -> kit.Fault | None:
        name = (asked.path, tuple(sorted(asked.query.items())))
        if self.loops[name]:
            self.loops[name] -= 1
            return kit.redirect_loop
        if self.random.random() > self.likely:
            return None
        choices = list(ANYWHERE)
        if asked.path.endswith(("csv",)):
            choices += IN_TABLES
        if asked.path == "/data.csv":
            choices += IN_WHAT_IS_READ
        fault = self.random.choice(choices)
        if fault is kit.redirect_loop:
            self.loops[name] = LOOP - 1

        def remembered(handler: kit.Handler, found: kit.Resource) -> FaultKind:
            kind = fault(handler, found)
            self.done[name, kind] += 1
            return kind

        return remembered


def other_services(publisher: kit.Publisher) -> list[object]:
    """Services beside the one whose files are read: their raw files are made and kept."""
    records = [
        {"DATE": 2024, "GEOGRAPHY_NAME": f"Place {n}", "GEOGRAPHY_CODE": f"E07{n:06d}",
         "GEOGRAPHY_TYPE": DISTRICTS, "OBS_VALUE": 1000 + n, "OBS_STATUS": "A"}
        for n in range(40)
    ]  # fmt: skip
    body = formats.table(["time_period", "rate"], [{"time_period": 202526, "rate": n} for n in range(50)])
    publisher.resources["/dataset/NM_1_1.data.csv"] = formats.nomis(records)
    publisher.resources |= formats.ees(EES["publication"], EES["data_set"], body, stated=50, others=25)
    nomis = {"dataset": "NM_1_1", "query": {"geography": "all"}, "area_types": [DISTRICTS], "page_size": 15}
    return [
        kit.service_of("nomis", publisher.base, {"file": "n.csv", "rows_at_least": 30, "request": nomis}),
        kit.service_of(
            "dfe_explore_education_statistics",
            publisher.base,
            {"file": "e.csv", "rows_at_least": 30, "request": EES},
        ),
    ]


def reported(report: RefreshReport) -> Counter[tuple[Name, FaultKind]]:
    return Counter((name_of(fault.url), fault.kind) for one in report.files for fault in one.faults)


def check_served(out: Path, editions: dict[str, int]) -> str:
    """The release is whole, and each indicator holds one edition that was published, unmixed."""
    assert verify(out).differences == ()
    table = pl.read_parquet(out / "current" / "observation.parquet")
    for name, newest in editions.items():
        rows = table.filter(pl.col("indicator_id") == name, pl.col("value").is_not_null())
        above = {
            round(row["value"] - release_kit.value_of(name, row["area_code"], row["period_start"].year), 6)
            for row in rows.iter_rows(named=True)
        }
        (edition,) = above
        assert edition in {round(one / 10, 6) for one in range(newest + 1)}
        assert rows.height >= 3 * 153 - 1
    return read_manifest(out / "current").release_id


def test_a_thousand_faults_change_nothing_that_is_served_lose_nothing_and_are_all_named(tmp_path):
    chaos, time = Chaos(SEED), kit.Time()
    editions = dict.fromkeys(refresh_kit.NAMES, 0)
    out, folder = tmp_path / "releases", tmp_path / "snapshots"
    given = release_kit.write_raw(tmp_path / "raw")
    met: Counter[FaultKind] = Counter()
    states: Counter[ReleaseState] = Counter()
    with kit.publisher() as publisher:
        publisher.resources["/data.csv"] = refresh_kit.els_answer(editions)
        services = [refresh_kit.els_service(publisher.base), *other_services(publisher)]
        refresh_kit.refresh_of(folder, out, given=given, time=time).run(services)
        served = check_served(out, editions)
        publisher.choose = chaos.choose
        while met.total() < FAULTS_IN_ALL:
            if chaos.random.random() < 0.5:
                editions[chaos.random.choice(refresh_kit.NAMES)] += 1
            chaos.likely = chaos.random.choice([0.3, 0.7, 0.95])
            chaos.done.clear()
            chaos.loops.clear()
            report = refresh_kit.refresh_of(folder, out, given=given, time=time).run(services)

            assert reported(report) == chaos.done, "the report names every fault, and no other"
            now = check_served(out, editions)
            assert (now != served) == (report.state is ReleaseState.PUBLISHED)
            assert report.release_id == now
            store = SnapshotStore(folder)
            for sha256 in set(publisher.sent):
                content = store.path_of(sha256).read_bytes()
                assert hashlib.sha256(content).hexdigest() == sha256
            failed = [one for one in report.files if one.status not in (Status.FETCHED, Status.NOT_MODIFIED)]
            assert report.went_wrong == bool(failed)
            assert all(one.reason for one in failed)
            publisher.sent.clear()
            served = now
            states[report.state] += 1
            for (_, kind), count in chaos.done.items():
                met[kind] += count

        publisher.choose = None
        last = refresh_kit.refresh_of(folder, out, given=given, time=time).run(services)
        assert not last.went_wrong
        check_served(out, editions)
        table = pl.read_parquet(out / "current" / "observation.parquet")
        for name, edition in editions.items():
            row = table.filter(pl.col("indicator_id") == name, pl.col("area_code") == "E06000001").row(
                0, named=True
            )
            base = release_kit.value_of(name, "E06000001", row["period_start"].year)
            assert round(row["value"] - base, 6) == round(edition / 10, 6), (
                "the newest edition is served at last"
            )
    assert set(met) >= {
        FaultKind.TOO_MANY_REQUESTS,
        FaultKind.SERVER_ERROR,
        FaultKind.REFUSED,
        FaultKind.UNREACHABLE,
        FaultKind.TRUNCATED,
        FaultKind.ENCODING,
        FaultKind.SHAPE,
        FaultKind.REDIRECTS,
        FaultKind.CHANGED_COLUMNS,
        FaultKind.FEWER_RECORDS,
        FaultKind.UNREADABLE,
    }
    assert states[ReleaseState.PUBLISHED] > 10
    assert states[ReleaseState.UNCHANGED] > 10
