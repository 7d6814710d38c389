"""Live downloads to raw files that stand: fetched, held against the last ones, and read by their source's module."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from likeforlike.definitions.loader import Definitions
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import FetchError, SourceChangedError
from likeforlike.domain.live import Download, FaultKind, LiveService
from likeforlike.pipeline.observe import is_observed, observe_source
from likeforlike.pipeline.raw_folder import files_that_stand, raw_folder, refreshed
from likeforlike.pipeline.refresh_report import FileReport, Stands, Status
from likeforlike.pipeline.snapshots import take_snapshots
from likeforlike.sources.live import COLLECTORS
from likeforlike.sources.live.client import Fault, Fetcher, Unwatched, Watch, open_client
from likeforlike.sources.live.making import Made, Standing
from likeforlike.sources.live.pacing import Clock
from likeforlike.store.manifest import sha256_of
from likeforlike.store.snapshots import Outcome, Retrieval, SnapshotStore


@dataclass(frozen=True)
class Candidate:
    """A raw file that came, before its source's module has read it."""

    report: FileReport
    made: Made
    retrieval: Retrieval


@dataclass(frozen=True)
class LiveFiles:
    """What fetching works with. `given` is the folder of raw files that no snapshot stands in for."""

    store: SnapshotStore
    definitions: Definitions
    register: AreaRegister
    given: Path | None
    clock: Clock
    environment: Mapping[str, str]
    watch: Callable[[Download], Watch] = field(default=lambda _: Unwatched())
    #: Services or sources whose shorter answers are accepted, because the publisher means them.
    accept_fewer: Collection[str] = ()
    stopped: threading.Event = field(default_factory=threading.Event)

    def fetch(self, service: LiveService) -> list[FileReport | Candidate]:
        """Every download of one service, one after the other."""
        with open_client(service, self.environment) as client:
            fetcher = Fetcher(service, client, self.store, self.clock, stopped=self.stopped)
            return [self._fetch(service, download, fetcher) for download in service.downloads]

    def settle(self, fetched: Sequence[FileReport | Candidate]) -> list[FileReport]:
        """Let every source that reads a new file read it once; files that one of them refuses are set aside.

        Where its module names the file, that one goes, else all the new files that the source reads do. The
        order of `fetched` is kept.
        """
        settled = {one.file: one for one in fetched if isinstance(one, FileReport)}
        left = {one.report.file: one for one in fetched if isinstance(one, Candidate)}
        for source in self.definitions.sources.values():
            while mine := [left[file.path] for file in source.files if file.path in left]:
                try:
                    self._read(source.id, self.made() | {one: left[one].retrieval for one in left})
                except Exception as problem:
                    named = problem.file if isinstance(problem, SourceChangedError) else None
                    reason = (
                        str(problem) if isinstance(problem, SourceChangedError) else _in_one_line(problem)
                    )
                    for one in [one for one in mine if one.report.file == named] or mine:
                        aside = self._set_aside(one.report, one.made, FaultKind.UNREADABLE, reason)
                        settled[one.report.file] = aside
                        del left[one.report.file]
                else:
                    break
        settled |= {file: self._accept(one) for file, one in left.items()}
        return [settled[(one.report if isinstance(one, Candidate) else one).file] for one in fetched]

    def withdraw(self, report: FileReport, reason: str) -> FileReport:
        """A file that was accepted alone fails among the others: the one before it stands again."""
        refused = self.store.last_made(report.file)
        assert refused is not None, "it stands, so that it was accepted"
        self.store.withdraw(refused, self.clock.now(), f"{FaultKind.UNREADABLE}: {reason}")
        fault = Fault("", 1, FaultKind.UNREADABLE, reason, refused.sha256)
        return self._kept(replace(report, faults=(*report.faults, fault)), reason)

    def made(self) -> dict[str, Retrieval]:
        """The raw files that stand, by path."""
        paths = {one.file for one in self.store.retrievals() if one.outcome is Outcome.MADE and one.file}
        return {path: found for path in sorted(paths) if (found := self.store.last_made(path)) is not None}

    def _fetch(self, service: LiveService, download: Download, fetcher: Fetcher) -> FileReport | Candidate:
        fetcher.faults, fetcher.watch = [], self.watch(download)
        report = FileReport(service.id, download.source, download.file, Status.FETCHED)
        try:
            made = COLLECTORS[service.connector](download, fetcher, self._standing(download.file))
        except FetchError as problem:
            if not fetcher.faults or str(problem) != fetcher.faults[-1].reason:
                # Found when the raw file was made: each body was sound by itself.
                fetcher.faults.append(Fault("", 1, problem.kind, str(problem)))
            return self._kept(replace(report, faults=tuple(fetcher.faults)), str(problem))
        except Exception as problem:
            reason = f"an answer that was not foreseen ({_in_one_line(problem)})"
            faults = (*fetcher.faults, Fault("", 1, FaultKind.SHAPE, reason))
            return self._kept(replace(report, faults=faults), reason)
        finally:
            fetcher.watch.finished()
        report = replace(report, faults=tuple(fetcher.faults), remarks=made.remarks, rows=made.rows)
        return self._candidate(service, download, report, made)

    def _candidate(
        self, service: LiveService, download: Download, report: FileReport, made: Made
    ) -> FileReport | Candidate:
        """The file that came, unless it is the one that stands, or shorter than it can be."""
        before = self.store.last_made(download.file)
        floor = download.rows_at_least
        if before is not None and before.rows and not {service.id, download.source} & {*self.accept_fewer}:
            floor = max(floor, int(before.rows * download.share_at_least))
        if made.rows < floor:
            reason = f"{made.rows:,} rows where at least {floor:,} are expected"
            if floor > download.rows_at_least:
                reason += f"; if the publisher means it, refresh with --accept-fewer {service.id}"
            return self._set_aside(report, made, FaultKind.FEWER_RECORDS, reason)
        sha256 = self.store.put(made.content)
        standing = self._standing(download.file).path
        sha256_before = (
            before.sha256 if before else sha256_of(standing.read_bytes()) if standing is not None else None
        )
        report = replace(report, sha256=sha256, sha256_before=sha256_before)
        if sha256 == sha256_before:
            return replace(
                report,
                status=Status.NOT_MODIFIED,
                stands=Stands.SNAPSHOT if before else Stands.GIVEN,
                retrieved_at=before.retrieved_at if before else None,
            )
        first = self.store.first_made(download.file, sha256)
        retrieval = Retrieval(
            retrieved_at=first.retrieved_at if first else self.clock.now(),
            outcome=Outcome.MADE,
            sha256=sha256,
            size_bytes=len(made.content),
            file=download.file,
            rows=made.rows,
            made_of=tuple(body.sha256 for body in made.bodies),
            published=made.published,
        )
        return Candidate(report, made, retrieval)

    def _accept(self, one: Candidate) -> FileReport:
        self.store.add(one.retrieval)
        return replace(one.report, stands=Stands.SNAPSHOT, retrieved_at=one.retrieval.retrieved_at)

    def _read(self, source_id: str, made: Mapping[str, Retrieval]) -> None:
        """Read one source as a build does; raises what a build would raise. What lacks other files waits."""
        if not is_observed(source_id, self.definitions):
            return
        definitions = refreshed(self.definitions, made)
        source = definitions.sources[source_id]
        files = files_that_stand(definitions, self.given, made, self.store)
        if any(file.path not in files for file in source.files):
            return
        with raw_folder({file.path: files[file.path] for file in source.files}) as folder:
            snapshots = take_snapshots(folder, [source])
            observe_source(folder, source, definitions, self.register, snapshots)

    def _set_aside(self, report: FileReport, made: Made, kind: FaultKind, reason: str) -> FileReport:
        """The bodies a refused raw file was made of are not trusted: the next refresh asks for them anew."""
        for body in made.bodies:
            if body.is_new:
                self.store.add(
                    Retrieval(
                        url=body.url,
                        retrieved_at=self.clock.now(),
                        outcome=Outcome.QUARANTINED,
                        sha256=body.sha256,
                        reason=f"{kind}: {reason}",
                    )
                )
        fault = Fault(made.bodies[-1].url, 1, kind, reason, self.store.put(made.content, quarantine=True))
        return self._kept(replace(report, faults=(*report.faults, fault)), reason)

    def _kept(self, report: FileReport, reason: str) -> FileReport:
        """Nothing better could be had: say what stands."""
        before, standing = self.store.last_made(report.file), self._standing(report.file)
        stands = Stands.SNAPSHOT if before else Stands.GIVEN if standing.path else Stands.NOTHING
        sha256 = before.sha256 if before else None
        return replace(
            report,
            status=Status.FAILED if stands is Stands.NOTHING else Status.KEPT,
            reason=reason,
            stands=stands,
            sha256=sha256,
            sha256_before=sha256,
            retrieved_at=before.retrieved_at if before else None,
        )

    def _standing(self, file: str) -> Standing:
        before = self.store.last_made(file)
        if before is not None:
            return Standing(self.store.path_of(before.sha256 or ""))
        given = self.given / file if self.given is not None else None
        return Standing(given if given is not None and given.is_file() else None)


def _in_one_line(problem: Exception) -> str:
    return f"{type(problem).__name__}: {' '.join(str(problem).split())}"
