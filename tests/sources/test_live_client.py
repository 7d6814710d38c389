"""Fetching one address: every fault named, every body kept, politely, whatever the server does."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

import live_kit as kit
from likeforlike import __version__
from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import FaultKind
from likeforlike.sources.live.answers import retry_after
from likeforlike.sources.live.bodies import check_columns, read_table
from likeforlike.store.snapshots import Outcome, SnapshotStore

BODY = ("code,name,value\n" + "".join(f"E{n:08d},Place {n},{n / 7:.3f}\n" for n in range(4000))).encode()
SHA = hashlib.sha256(BODY).hexdigest()
PATH = "/figures.csv"


def check(path: Path) -> None:
    check_columns(read_table(path), ("code", "name", "value"), ("code", "name", "value"))


@pytest.fixture
def publisher():
    with kit.publisher() as here:
        here.resources[PATH] = kit.Resource(BODY, etag='"one"', ranges=True)
        yield here


@pytest.fixture
def store(tmp_path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "snapshots")


@pytest.fixture
def time() -> kit.Time:
    return kit.Time()


@pytest.fixture
def fetcher(publisher, store, time):
    service = kit.service_of("nomis", publisher.base)
    with kit.fetcher_of(service, store, time) as one:
        yield one


def with_pacing(fetcher, **pacing):
    fetcher.service = fetcher.service.model_copy(
        update={"pacing": fetcher.service.pacing.model_copy(update=pacing)}
    )
    fetcher.__post_init__()


def test_a_body_is_kept_under_its_hash_and_the_index_says_how_it_came(fetcher, store):
    body = fetcher.get(fetcher.url(PATH), check)
    assert (body.sha256, body.is_new) == (SHA, True)
    assert store.read(SHA) == BODY
    (line,) = store.retrievals()
    assert (line.outcome, line.status, line.etag, line.size_bytes) == (
        Outcome.ACCEPTED,
        200,
        '"one"',
        len(BODY),
    )
    assert line.retrieved_at == kit.START
    assert fetcher.faults == []


def test_the_next_request_is_conditional_and_nothing_is_fetched_twice(fetcher, store, publisher):
    fetcher.get(fetcher.url(PATH), check)
    again = fetcher.get(fetcher.url(PATH), check)
    assert (again.sha256, again.is_new) == (SHA, False)
    assert publisher.asked[1].headers["if-none-match"] == '"one"'
    assert len(publisher.sent) == 1
    assert store.retrievals()[-1].outcome is Outcome.NOT_MODIFIED


def test_a_date_serves_where_there_is_no_entity_tag(fetcher, publisher):
    day = "Thu, 26 Nov 2026 08:00:00 GMT"
    publisher.resources[PATH] = kit.Resource(BODY, last_modified=day)
    assert fetcher.get(fetcher.url(PATH), check).last_modified == day
    again = fetcher.get(fetcher.url(PATH), check)
    assert publisher.asked[1].headers["if-modified-since"] == day
    assert (again.is_new, again.last_modified) == (False, day)


def test_a_store_that_is_opened_anew_knows_what_was_fetched(fetcher, store, publisher, time):
    fetcher.get(fetcher.url(PATH), check)
    with kit.fetcher_of(fetcher.service, SnapshotStore(store.folder), time) as later:
        assert not later.get(later.url(PATH), check).is_new
    assert publisher.asked[1].headers["if-none-match"] == '"one"'


def test_every_request_says_who_asks(publisher, store, time):
    service = kit.service_of("nomis", publisher.base)
    for environment in ({}, {"LIKEFORLIKE_CONTACT": "data@council.example"}):
        with kit.fetcher_of(service, store, time, environment) as one:
            one.get(one.url(PATH), check)
    first, second = (asked.headers["user-agent"] for asked in publisher.asked)
    assert first == f"likeforlike/{__version__} (open-source software comparing councils in England)"
    assert second.endswith("; data@council.example)")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (kit.too_many("7"), FaultKind.TOO_MANY_REQUESTS),
        (kit.server_error(500), FaultKind.SERVER_ERROR),
        (kit.server_error(503), FaultKind.SERVER_ERROR),
        (kit.cut_short, FaultKind.UNREACHABLE),
        (kit.half_a_body, FaultKind.TRUNCATED),
        (kit.without_length, FaultKind.TRUNCATED),
        (kit.half_a_gzip, FaultKind.TRUNCATED),
        (kit.other_encoding, FaultKind.ENCODING),
        (kit.a_page, FaultKind.SHAPE),
        (kit.reset, FaultKind.UNREACHABLE),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_a_passing_fault_is_named_and_the_figures_are_had(  # noqa: PLR0917
    fetcher, publisher, store, fault, kind, packed
):
    publisher.resources[PATH] = kit.Resource(BODY, etag='"one"', packed=packed)
    publisher.faults.append(fault)
    body = fetcher.get(fetcher.url(PATH), check)
    assert body.sha256 == SHA
    assert [one.kind for one in fetcher.faults] == [kind]
    for sent in publisher.sent:
        assert hashlib.sha256(store.path_of(sent).read_bytes()).hexdigest() == sent
    lines = store.retrievals()
    assert lines[0].outcome in (Outcome.FAILED, Outcome.QUARANTINED)
    assert lines[0].reason.startswith(kind)
    assert lines[-1].sha256 == SHA


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (kit.redirect_loop, FaultKind.REDIRECTS, "more than 5 redirects"),
        (kit.other_columns, FaultKind.CHANGED_COLUMNS, "no column value and unknown column amount"),
        (kit.status(404, FaultKind.REFUSED), FaultKind.REFUSED, "HTTP 404"),
        (kit.status(400, FaultKind.REFUSED), FaultKind.REFUSED, "HTTP 400"),
        (kit.too_many("86400"), FaultKind.TOO_MANY_REQUESTS, "refresh again later"),
        (
            kit.status(302, FaultKind.REDIRECTS, Location="https://example.org/x"),
            FaultKind.REDIRECTS,
            "example",
        ),
    ],
    ids=["loop", "columns", "404", "400", "wait a day", "another host"],
)
def test_what_asking_again_cannot_help_is_not_asked_again(  # noqa: PLR0917
    fetcher, publisher, time, fault, kind, words
):
    publisher.faults.extend([fault] * 9)
    with pytest.raises(FetchError, match=words) as caught:
        fetcher.get(fetcher.url(PATH), check)
    assert caught.value.kind is kind
    assert [one.kind for one in fetcher.faults] == [kind]
    assert not [seconds for seconds in time.slept if seconds >= 1]


def test_a_body_that_is_wrong_is_kept_apart_with_the_reason_and_never_taken_for_the_last_good_one(
    fetcher, publisher, store
):
    fetcher.get(fetcher.url(PATH), check)
    publisher.resources[PATH] = kit.Resource(BODY + b"E9,", etag='"two"')
    with pytest.raises(FetchError, match="row 4002 has 2 fields and the header 3"):
        fetcher.get(fetcher.url(PATH), check)
    sha256 = hashlib.sha256(BODY + b"E9,").hexdigest()
    assert (store.folder / "quarantine" / sha256).read_bytes() == BODY + b"E9,"
    assert store.last_accepted(fetcher.url(PATH)).sha256 == SHA
    asked = len(publisher.asked)
    publisher.resources[PATH] = kit.Resource(BODY, etag='"one"')
    assert fetcher.get(fetcher.url(PATH), check).sha256 == SHA
    assert publisher.asked[asked].headers["if-none-match"] == '"one"'


def test_attempts_end_and_every_one_of_them_is_reported(fetcher, publisher, time):
    publisher.faults.extend([kit.server_error(), kit.reset, kit.half_a_body, kit.a_page, kit.too_many("9")])
    with pytest.raises(FetchError, match="asks to wait 9 s"):
        fetcher.get(fetcher.url(PATH), check)
    assert [(one.attempt, one.kind.value) for one in fetcher.faults] == [
        (1, "server_error"),
        (2, "unreachable"),
        (3, "truncated"),
        (4, "shape"),
        (5, "too_many_requests"),
    ]
    assert time.slept == [1, 2, 4, 8]


def test_the_wait_a_publisher_asks_for_is_kept(fetcher, publisher, time):
    publisher.faults.extend(
        [
            kit.too_many("7"),
            kit.too_many(format_datetime(kit.START + timedelta(seconds=49), usegmt=True)),
            kit.status(502, FaultKind.SERVER_ERROR, Retry_After="60"),
            kit.status(503, FaultKind.SERVER_ERROR, Retry_After="1"),
        ]
    )
    fetcher.get(fetcher.url(PATH), check)
    assert time.slept == [7, 42, 60, 8]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), ("", None), ("soon", None), ("-5", None), ("Thu, 26 Nov 2026 09:01:00 GMT", 60),
     ("Thu, 26 Nov 2020 09:01:00 GMT", 0), ("Thu, 26 Nov 2026 09:01:00 -0000", 60)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(text, seconds):
    assert retry_after(text, kit.START) == seconds


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_that_broke_off_is_continued_where_it_broke_off(fetcher, publisher, store, packed):
    publisher.resources[PATH] = kit.Resource(BODY, etag='"one"', ranges=True, packed=packed)
    publisher.faults.append(kit.cut_short)
    assert fetcher.get(fetcher.url(PATH), check).sha256 == SHA
    asked = publisher.asked[1].headers
    assert asked["range"].startswith("bytes=")
    assert int(asked["range"][6:-1]) > 1000
    assert asked["if-range"] == '"one"'
    assert publisher.sent == []
    assert list((store.folder / "partial").iterdir()) == []


def test_a_body_that_broke_off_in_an_earlier_refresh_is_continued_too(fetcher, publisher, store, time):
    with_pacing(fetcher, attempts=1)
    publisher.faults.append(kit.cut_short)
    with pytest.raises(FetchError):
        fetcher.get(fetcher.url(PATH), check)
    with kit.fetcher_of(fetcher.service, SnapshotStore(store.folder), time) as later:
        assert later.get(later.url(PATH), check).sha256 == SHA
    assert "range" in publisher.asked[1].headers


def test_a_body_that_changed_meanwhile_is_fetched_from_its_beginning(fetcher, publisher):
    publisher.faults.append(kit.cut_short)
    new = BODY.replace(b"Place", b"Where")

    def first_old_then_new(asked):
        return kit.Resource(*((BODY, '"one"') if len(publisher.asked) == 1 else (new, '"two"')), ranges=True)

    publisher.resources[PATH] = first_old_then_new
    assert fetcher.get(fetcher.url(PATH), check).sha256 == hashlib.sha256(new).hexdigest()
    assert publisher.asked[1].headers["if-range"] == '"one"'


def test_a_server_that_continues_something_else_is_not_believed(fetcher, publisher):
    def other_part(handler, found):
        handler.give(206, found.body[7:], {"Content-Range": f"bytes 7-{len(BODY) - 1}/{len(BODY)}"})
        return FaultKind.WRONG_RANGE

    publisher.faults.extend([kit.cut_short, other_part])
    assert fetcher.get(fetcher.url(PATH), check).sha256 == SHA
    assert [one.kind.value for one in fetcher.faults] == ["unreachable", "wrong_range"]


@pytest.mark.parametrize("changed", [False, True])
def test_a_whole_body_that_a_killed_process_left_is_not_lost(fetcher, publisher, store, changed):
    url, left = fetcher.url(PATH), BODY.replace(b"Place", b"Where") if changed else BODY
    store.partial_path(url).write_bytes(left)
    store.partial_path(url).with_suffix(".json").write_text(
        json.dumps({"url": url, "validator": '"old"' if changed else '"one"'})
    )
    assert fetcher.get(url, check).sha256 == SHA
    assert [one.kind.value for one in fetcher.faults] == ([] if changed else ["wrong_range"])
    assert store.read(hashlib.sha256(left).hexdigest()) == left


def test_silence_ends(fetcher, publisher, store, time):
    service = kit.service_of(
        "nomis", publisher.base, pacing={"silence_seconds": 0.2, "attempts": 2, "requests_per_second": 1000}
    )
    publisher.faults.append(kit.silence(1))
    with kit.fetcher_of(service, store, time) as one:
        assert one.get(one.url(PATH), check).sha256 == SHA
        assert [(fault.kind.value, fault.reason) for fault in one.faults] == [
            ("too_slow", "nothing came for 0.2 s")
        ]


def test_a_body_that_takes_longer_than_declared_is_given_up(fetcher, publisher, time):
    class Slow:
        def received(self, size: int) -> None:
            time.seconds += 700

        def waiting(self, seconds: float, why: str) -> None:
            pass

        def finished(self) -> None:
            pass

    fetcher.watch = Slow()
    with_pacing(fetcher, attempts=1)
    with pytest.raises(FetchError, match="not whole after 600 s"):
        fetcher.get(fetcher.url(PATH), check)


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_larger_than_declared_is_given_up_at_once(fetcher, publisher, packed):
    publisher.resources[PATH] = kit.Resource(b"a,b,c\n" + b"1,2,3\n" * 400_000, packed=packed)
    with_pacing(fetcher, largest_bytes=100_000)
    with pytest.raises(FetchError, match="more than the 100,000 bytes declared"):
        fetcher.get(fetcher.url(PATH), check)
    assert len(publisher.asked) == 1


def test_a_redirect_within_the_declared_hosts_is_followed(fetcher, publisher):
    publisher.faults.append(kit.status(302, FaultKind.REDIRECTS, Location="/moved.csv"))
    publisher.resources["/moved.csv"] = kit.Resource(BODY)
    assert fetcher.get(fetcher.url(PATH), check).sha256 == SHA
    assert fetcher.faults == []


def test_requests_are_spaced_as_declared(fetcher, publisher, time):
    with_pacing(fetcher, requests_per_second=2, burst=3)
    for _ in range(7):
        fetcher.get(fetcher.url(PATH), check)
    assert sum(time.slept) == pytest.approx(4 / 2)


def test_a_server_that_is_not_there_is_named(store, time):
    service = kit.service_of("nomis", "http://127.0.0.1:9", pacing={"attempts": 3})
    with kit.fetcher_of(service, store, time) as one, pytest.raises(FetchError, match="ConnectError"):
        one.get(one.url("/x"), check)
    assert [fault.kind for fault in one.faults] == [FaultKind.UNREACHABLE] * 3


KEY = "0x5ecre7-and-nobodys-business"


def test_a_key_goes_to_its_own_host_and_nowhere_else(publisher, store, time, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    service = kit.service_of(
        "nomis", publisher.base, key={"variable": "THE_KEY", "parameter": "uid"}, other_hosts=["localhost"]
    )
    elsewhere = publisher.base.replace("127.0.0.1", "localhost")
    publisher.resources["/gone.csv"] = kit.Resource(BODY)
    with kit.fetcher_of(service, store, time, {"THE_KEY": KEY}) as one:
        one.get(one.url(PATH, {"a": "b c"}), check)
        publisher.faults.append(kit.status(302, FaultKind.REDIRECTS, Location=f"{elsewhere}/gone.csv"))
        one.get(one.url("/gone.csv"), check)
        publisher.faults.extend([kit.half_a_body, kit.server_error(), kit.reset, *[kit.redirect_loop] * 6])
        with pytest.raises(FetchError) as caught:
            one.get(one.url(PATH, {"other": "1"}), check)
    queries = [asked.query for asked in publisher.asked]
    assert queries[0] == {"a": "b c", "uid": KEY}
    assert queries[1] == {"uid": KEY}
    assert queries[2] == {}
    said = [caplog.text, *capfd.readouterr(), str(caught.value), repr(one.faults), repr(one)]
    files = [path.read_bytes() for path in store.folder.rglob("*") if path.is_file()]
    assert KEY not in "".join(said)
    assert not any(KEY.encode() in content for content in files)


def test_no_key_is_needed(publisher, store, time):
    service = kit.service_of("nomis", publisher.base, key={"variable": "THE_KEY", "parameter": "uid"})
    with kit.fetcher_of(service, store, time, {}) as one:
        assert one.get(one.url(PATH), check).sha256 == SHA
    assert "uid" not in publisher.asked[0].query


@pytest.mark.parametrize("environment", [{}, {"THE_KEY": KEY}], ids=["without a key", "with one"])
def test_the_proxy_of_the_environment_is_used(publisher, store, time, monkeypatch, environment):
    monkeypatch.setenv("http_proxy", publisher.base)
    monkeypatch.setenv("HTTP_PROXY", publisher.base)
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    service = kit.service_of(
        "nomis",
        "http://127.0.0.99:9",
        key={"variable": "THE_KEY", "parameter": "uid"},
        pacing={"attempts": 1},
    )
    with kit.fetcher_of(service, store, time, environment) as one:
        assert one.get(one.url(PATH), check).sha256 == SHA
    (asked,) = publisher.asked
    assert asked.headers["host"] == "127.0.0.99:9"
    assert asked.query == ({"uid": KEY} if environment else {})


def test_an_address_on_a_host_that_is_not_declared_is_never_asked(fetcher, publisher):
    with pytest.raises(FetchError, match=r"led to example\.org, which is none of the hosts declared"):
        fetcher.get("https://example.org/figures.csv", check)
    assert publisher.asked == []


def test_nothing_more_is_asked_for_once_somebody_has_had_enough(fetcher, publisher):
    fetcher.stopped.set()
    with pytest.raises(FetchError, match="the refresh was stopped"):
        fetcher.get(fetcher.url(PATH), check)
    assert publisher.asked == []
