"""Fetching one address politely: conditional, paced, resumed, bounded; every body kept, every fault noted."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from likeforlike import __version__
from likeforlike.domain.errors import FetchError
from likeforlike.domain.live import FaultKind, LiveService
from likeforlike.sources.live import answers
from likeforlike.sources.live.keys import KeyTransport, unlogged
from likeforlike.sources.live.pacing import Clock, RateLimit
from likeforlike.store.snapshots import Outcome, Partial, Retrieval, SnapshotStore

CONTACT = "LIKEFORLIKE_CONTACT"
_NOT_MODIFIED, _PARTIAL_CONTENT = 304, 206

#: Whether a body is what it should be; raises FetchError where it is not.
Check = Callable[[Path], None]


class Watch(Protocol):
    """Somebody who follows the progress."""

    def received(self, size: int) -> None:
        """So many more bytes have come."""

    def waiting(self, seconds: float, why: str) -> None:
        """The next attempt is so far away."""

    def finished(self) -> None:
        """Nothing more will come."""


class Unwatched:
    """Nobody does."""

    def received(self, size: int) -> None:
        """Say nothing."""

    def waiting(self, seconds: float, why: str) -> None:
        """Say nothing."""

    def finished(self) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Fault:
    """One thing that went wrong, at one attempt at one address."""

    url: str
    attempt: int
    kind: FaultKind
    reason: str
    #: The body that was set aside, where one had come.
    sha256: str | None = None


@dataclass(frozen=True)
class Body:
    """An accepted body."""

    url: str
    path: Path
    sha256: str
    #: Whether it differs from the body accepted before.
    is_new: bool
    last_modified: str | None = None


@contextmanager
def open_client(service: LiveService, environment: Mapping[str, str]) -> Iterator[httpx.Client]:
    """A client that says who is asking, and carries a key where the environment gives one."""
    pacing = service.pacing
    with ExitStack() as closing:
        transport: httpx.BaseTransport | None = None
        if service.key is not None and (key := environment.get(service.key.variable)):
            closing.enter_context(unlogged(key))
            inner = httpx.HTTPTransport(proxy=_proxy(service))
            transport = KeyTransport(inner, service.host, service.key.parameter, key)
        yield closing.enter_context(
            httpx.Client(
                transport=transport,
                headers={"user-agent": user_agent(environment), "accept-encoding": "gzip"},
                timeout=httpx.Timeout(pacing.silence_seconds),
                follow_redirects=False,
            )
        )


def _proxy(service: LiveService) -> str | None:
    """The proxy that the environment names for the service: a client given a transport asks for none itself."""
    parts = urlsplit(service.base)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def user_agent(environment: Mapping[str, str]) -> str:
    """The project and its version, and whom to write to where the person who runs it says so."""
    contact = environment.get(CONTACT, "").strip()
    about = "open-source software comparing councils in England"
    return f"likeforlike/{__version__} ({about}{f'; {contact}' if contact else ''})"


@dataclass
class Fetcher:
    """Fetches addresses of one service into the store."""

    service: LiveService
    client: httpx.Client
    store: SnapshotStore
    clock: Clock = field(default_factory=Clock)
    watch: Watch = field(default_factory=Unwatched)
    #: Everything that went wrong since it was last emptied, also where a later attempt went well.
    faults: list[Fault] = field(default_factory=list)
    #: Set when somebody has had enough; then nothing more is asked for.
    stopped: threading.Event = field(default_factory=threading.Event)
    limit: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        """Start with full buckets."""
        self.limit = RateLimit(self.service.pacing, self.clock)

    def url(self, path: str, parameters: Mapping[str, str] | None = None) -> str:
        """An address of the service, parameters in their order."""
        return str(httpx.URL(self.service.base.rstrip("/") + path, params=dict(parameters or {}) or None))

    def get(self, url: str, check: Check) -> Body:
        """The body at an address, accepted by `check` and stored.

        Raises FetchError when the attempts declared are used up, or asking again cannot help. A body that
        `check` refuses is set aside, with the reason, and asked for anew.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self.service.pacing.attempts),
            wait=self._wait,
            retry=retry_if_exception(lambda problem: isinstance(problem, FetchError) and problem.again),
            sleep=self.clock.sleep,
            reraise=True,
        )
        for attempt in retrying:
            with attempt:
                return self._noted(url, attempt.retry_state.attempt_number, check)
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, state: RetryCallState) -> float:
        """As long as the publisher asks, and never less than the doubling wait of our own."""
        pacing = self.service.pacing
        problem = state.outcome.exception() if state.outcome else None
        asked = problem.wait_seconds if isinstance(problem, FetchError) else None
        own: float = min(pacing.wait_seconds * 2 ** (state.attempt_number - 1), pacing.longest_wait_seconds)
        seconds = max(own, asked or 0.0)
        self.watch.waiting(seconds, str(problem))
        return seconds

    def _noted(self, url: str, attempt: int, check: Check) -> Body:
        try:
            return self._once(url, check)
        except _SetAsideError as problem:
            self._note(Fault(url, attempt, problem.kind, str(problem), problem.sha256), Outcome.QUARANTINED)
            raise
        except FetchError as problem:
            self._note(Fault(url, attempt, problem.kind, str(problem)), Outcome.FAILED)
            raise
        except httpx.TimeoutException as problem:
            silence = self.service.pacing.silence_seconds
            fault = Fault(url, attempt, FaultKind.TOO_SLOW, f"nothing came for {silence:g} s")
            self._note(fault, Outcome.FAILED)
            raise FetchError(fault.kind, fault.reason) from problem
        except httpx.HTTPError as problem:
            reason = f"{type(problem).__name__}: {problem}".rstrip(": ")
            self._note(Fault(url, attempt, FaultKind.UNREACHABLE, reason), Outcome.FAILED)
            raise FetchError(FaultKind.UNREACHABLE, reason) from problem

    def _note(self, fault: Fault, outcome: Outcome) -> None:
        self.faults.append(fault)
        self.store.add(
            Retrieval(
                url=fault.url,
                retrieved_at=self.clock.now(),
                outcome=outcome,
                sha256=fault.sha256,
                reason=f"{fault.kind}: {fault.reason}",
            )
        )

    def _check_stopped(self) -> None:
        if self.stopped.is_set():
            raise FetchError(FaultKind.UNREACHABLE, "the refresh was stopped", again=False)

    def _once(self, url: str, check: Check) -> Body:
        self._check_stopped()
        before = self.store.last_accepted(url)
        partial = self.store.partial(url)
        with self._answer(url, self._headers(before, partial)) as response:
            if response.status_code == _NOT_MODIFIED:
                return self._not_modified(url, before)
            path, encoding = self._receive(url, response, partial)
        self.store.drop_sidecar(url)
        return self._accept(url, path, encoding, response, check)

    def _headers(self, before: Retrieval | None, partial: Partial | None) -> dict[str, str]:
        headers = {}
        if before is not None and before.etag:
            headers["if-none-match"] = before.etag
        if before is not None and before.last_modified:
            headers["if-modified-since"] = before.last_modified
        if partial is not None:
            size = self.store.partial_path(partial.url).stat().st_size
            headers |= {"range": f"bytes={size}-", "if-range": partial.validator}
        return headers

    @contextmanager
    def _answer(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """The answer at the end of the redirects that are allowed, open for reading."""
        request = self.client.build_request("GET", url, headers=headers)
        for _ in range(self.service.pacing.redirects + 1):
            answers.check_host(self.service, request)
            self.limit.wait(request.url.netloc.decode())
            response = self.client.send(request, stream=True)
            try:
                if response.next_request is None:
                    answers.check_status(response, self.clock.now(), self.service.pacing.longest_wait_seconds)
                    yield response
                    return
                request = response.next_request
            except FetchError as problem:
                if problem.kind is FaultKind.WRONG_RANGE:
                    self.store.give_up_partial(url)
                raise
            finally:
                response.close()
        raise FetchError(
            FaultKind.REDIRECTS,
            f"more than {self.service.pacing.redirects} redirects, the last to {request.url.path}",
            again=False,
        )

    def _not_modified(self, url: str, before: Retrieval | None) -> Body:
        if before is None or before.sha256 is None:
            raise FetchError(FaultKind.SHAPE, "HTTP 304 to a request that named no body held")
        self.store.drop_partial(url)
        self.store.add(
            Retrieval(
                url=url,
                retrieved_at=self.clock.now(),
                outcome=Outcome.NOT_MODIFIED,
                status=_NOT_MODIFIED,
                sha256=before.sha256,
            )
        )
        path = self.store.path_of(before.sha256)
        return Body(url, path, before.sha256, is_new=False, last_modified=before.last_modified)

    def _receive(self, url: str, response: httpx.Response, partial: Partial | None) -> tuple[Path, str]:
        """Read the body to the partial file, after what is there already; its path and encoding."""
        path = self.store.partial_path(url)
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if response.status_code == _PARTIAL_CONTENT:
            if partial is None:
                raise FetchError(FaultKind.WRONG_RANGE, "HTTP 206 to a request for the whole body")
            answers.check_range(response, path.stat().st_size, partial.validator)
            encoding = partial.encoding
        else:
            self.store.give_up_partial(url) if partial is not None else self.store.drop_partial(url)
            validator = answers.validator_of(response)
            if validator and response.headers.get("accept-ranges") == "bytes":
                self.store.keep_partial(Partial(url=url, validator=validator, encoding=encoding))
        with path.open("ab") as file:
            self._read(response, file, url)
        return path, encoding

    def _read(self, response: httpx.Response, file: BinaryIO, url: str) -> None:
        pacing, began = self.service.pacing, self.clock.monotonic()
        size = os.fstat(file.fileno()).st_size
        for chunk in response.iter_raw():
            file.write(chunk)
            size += len(chunk)
            self.watch.received(len(chunk))
            self._check_stopped()
            if size > pacing.largest_bytes:
                self.store.drop_partial(url)
                raise answers.too_large(pacing.largest_bytes)
            if self.clock.monotonic() - began > pacing.longest_seconds:
                raise FetchError(
                    FaultKind.TOO_SLOW, f"not whole after {pacing.longest_seconds:g} s ({size:,} bytes)"
                )

    def _accept(self, url: str, path: Path, encoding: str, response: httpx.Response, check: Check) -> Body:
        """Store a body that has come in full, then look at it: accepted, or set aside with the reason."""
        try:
            plain = answers.unpack(path, encoding, self.service.pacing.largest_bytes)
        except FetchError as problem:
            path.with_suffix(".unpacked").unlink(missing_ok=True)
            raise _SetAsideError(problem, self.store.adopt(path, quarantine=True)) from problem
        before = self.store.last_accepted(url)
        sha256 = self.store.hold(plain)
        try:
            check(plain)
            self.store.accept(plain, sha256)
        except FetchError as problem:
            raise _SetAsideError(problem, sha256) from problem
        finally:
            plain.unlink()
            path.unlink(missing_ok=True)
        modified = response.headers.get("last-modified")
        self.store.add(
            Retrieval(
                url=url,
                retrieved_at=self.clock.now(),
                outcome=Outcome.ACCEPTED,
                status=response.status_code,
                sha256=sha256,
                size_bytes=self.store.path_of(sha256).stat().st_size,
                etag=response.headers.get("etag"),
                last_modified=modified,
            )
        )
        is_new = before is None or before.sha256 != sha256
        return Body(url, self.store.path_of(sha256), sha256, is_new=is_new, last_modified=modified)


class _SetAsideError(FetchError):
    """A body that came in full, and is kept apart."""

    def __init__(self, problem: FetchError, sha256: str) -> None:
        super().__init__(problem.kind, str(problem), again=problem.again, wait_seconds=problem.wait_seconds)
        self.sha256 = sha256
