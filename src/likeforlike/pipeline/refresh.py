"""A refresh: publishers' services to snapshots, snapshots to raw files, raw files to a new release, or none.

Nothing that is served changes until a whole release has been built and verified. A body that cannot be used
is set aside, and what stood before stands; the report names every fault.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from likeforlike import __version__
from likeforlike.definitions.loader import Definitions
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import LikeForLikeError, ReleaseError, RequestError, SourceChangedError
from likeforlike.domain.live import Download, LiveService
from likeforlike.pipeline.build import Step, make_release
from likeforlike.pipeline.live_files import LiveFiles
from likeforlike.pipeline.raw_folder import files_that_stand, raw_folder, refreshed
from likeforlike.pipeline.refresh_report import FileReport, RefreshReport, ReleaseState, Status
from likeforlike.pipeline.snapshots import take_snapshots
from likeforlike.sources.live.client import Unwatched, Watch
from likeforlike.sources.live.pacing import Clock
from likeforlike.store.atomic import point_current
from likeforlike.store.manifest import CURRENT, Manifest
from likeforlike.store.release import open_release, read_manifest
from likeforlike.store.snapshots import Retrieval, SnapshotStore
from likeforlike.store.verify import verify
from likeforlike.store.write import save_release

#: Source and path of raw files.
Files = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Refresh:
    """What a refresh works with. `given` is the folder of raw files that no snapshot stands in for; without
    `out` there is only fetching.
    """

    store: SnapshotStore
    definitions: Definitions
    register: AreaRegister
    given: Path | None = None
    out: Path | None = None
    clock: Clock = field(default_factory=Clock)
    watch: Callable[[Download], Watch] = field(default=lambda _: Unwatched())
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    accept_fewer: Collection[str] = ()
    steps: Sequence[Step] | None = None

    def run(self, services: Iterable[LiveService], wanted: Collection[str] = ()) -> RefreshReport:
        """Fetch, try, build, publish. `wanted` names services or sources; all but the largest for none.

        Raises RequestError for what cannot begin: an unknown name, a store in use. Everything later is
        reported.
        """
        services = list(services)
        chosen = choose(services, wanted)
        choose(services, self.accept_fewer)
        if self.given is not None and not self.given.is_dir():
            raise RequestError(
                f"There is no folder {self.given}.", instead="Name the folder that holds the raw files."
            )
        stopped = threading.Event()

        def wait(seconds: float) -> None:
            stopped.wait(seconds)

        live = LiveFiles(
            self.store,
            self.definitions,
            self.register,
            self.given,
            replace(self.clock, sleep=wait) if self.clock.sleep is time.sleep else self.clock,
            self.environment,
            self.watch,
            self.accept_fewer,
            stopped,
        )
        with self.store.locked():
            # One thread for each publisher: its downloads follow each other, publishers do not wait.
            with ThreadPoolExecutor(max(1, len(chosen))) as pool:
                try:
                    fetched = [one for part in pool.map(live.fetch, chosen) for one in part]
                except BaseException:
                    # Somebody pressed Ctrl-C: threads end at their next chunk, and what came is kept.
                    stopped.set()
                    raise
            return self._release(live, tuple(live.settle(fetched)))

    def _release(self, live: LiveFiles, files: tuple[FileReport, ...]) -> RefreshReport:
        """Build from what stands; a new file that fails among the others is withdrawn and done without."""
        if self.out is None:
            return RefreshReport(files, ReleaseState.NOT_ASKED)
        try:
            served = current(self.out)
        except LikeForLikeError as problem:
            return RefreshReport(files, ReleaseState.KEPT, None, str(problem))
        served_id = served.release_id if served else None
        while True:
            made = live.made()
            try:
                release_id, changed = self._build(made, served, self.out)
            except SourceChangedError as problem:
                refused = self._suspects(problem, made, served)
                if not refused:
                    return RefreshReport(files, ReleaseState.KEPT, served_id, str(problem))
                known = {one.file: one for one in files}
                for file in refused:
                    report = known.get(file) or FileReport("", problem.source_id, file, Status.KEPT)
                    known[file] = live.withdraw(report, str(problem))
                files = tuple(known.values())
            except LikeForLikeError as problem:
                return RefreshReport(files, ReleaseState.KEPT, served_id, str(problem))
            except Exception as problem:
                reason = f"the build stopped ({type(problem).__name__}: {' '.join(str(problem).split())})"
                return RefreshReport(files, ReleaseState.KEPT, served_id, reason)
            else:
                state = ReleaseState.UNCHANGED if release_id == served_id else ReleaseState.PUBLISHED
                return RefreshReport(files, state, release_id, changed=changed)

    def _suspects(
        self, problem: SourceChangedError, made: Mapping[str, Retrieval], served: Manifest | None
    ) -> list[str]:
        """Snapshots that the source reads and that the release being served was not made from.

        The one that the problem names, where it is among them; all of them otherwise.
        """
        source = self.definitions.sources.get(problem.source_id)
        before = _hashes(served)
        new = [
            file.path
            for file in (source.files if source else ())
            if file.path in made and before.get((problem.source_id, file.path)) != made[file.path].sha256
        ]
        return [problem.file] if problem.file in new else new

    def _build(self, made: Mapping[str, Retrieval], served: Manifest | None, out: Path) -> tuple[str, Files]:
        """The release of the files that stand, published and verified; the one served where none differs."""
        definitions = refreshed(self.definitions, made)
        files = files_that_stand(definitions, self.given, made, self.store)
        needed = [file.path for source in definitions.sources.values() for file in source.files]
        missing = sorted({path for path in needed if path not in files})
        if missing:
            raise RequestError(
                f"{len(missing)} raw files of a release are not at hand, {missing[0]} among them.",
                instead="Name the folder that holds them with --sources.",
            )
        with raw_folder(files) as folder:
            changed = _changed(served, definitions, folder)
            if served is not None and not changed and served.code_version == __version__:
                return served.release_id, ()
            before = None if served is None else open_release(out / served.release_id)
            packed = make_release(folder, definitions, self.register, self.steps, previous=before).packed
        saved = save_release(packed, out)
        try:
            sound = not verify(saved).differences
        except ReleaseError:
            sound = False
        if not sound:
            if served is not None:
                point_current(out, served.release_id)
            raise ReleaseError(
                f"The release {packed.manifest.release_id} is not on disk as it was built; "
                "the one before is served. Check the disk, and refresh again."
            )
        return packed.manifest.release_id, changed


def choose(services: Iterable[LiveService], wanted: Collection[str]) -> list[LiveService]:
    """Services with the downloads that were asked for, by the name of a service or of a source."""
    services = list(services)
    names = {service.id for service in services}
    sources = {download.source for service in services for download in service.downloads} - {""}
    for name in wanted:
        if name not in names | sources:
            raise RequestError(
                f"No live service or source is called {name!r}.",
                instead=f"Services: {', '.join(sorted(names))}; sources: {', '.join(sorted(sources))}.",
            )
    chosen = []
    for service in services:
        downloads = tuple(
            one
            for one in service.downloads
            if (service.id in wanted or one.source in wanted if wanted else not one.on_request)
        )
        if downloads:
            chosen.append(service.model_copy(update={"downloads": downloads}))
    return chosen


def current(out: Path) -> Manifest | None:
    """The manifest of the release being served; None where there is none yet."""
    link = out / CURRENT
    return read_manifest(link) if link.exists() else None


def _changed(served: Manifest | None, definitions: Definitions, folder: Path) -> Files:
    """Every raw file whose bytes are not those that the release was made from."""
    before = _hashes(served)
    now = take_snapshots(folder, definitions.sources.values())
    return tuple(
        (one.source_id, one.path) for one in now if before.get((one.source_id, one.path)) != one.sha256
    )


def _hashes(served: Manifest | None) -> dict[tuple[str, str], str]:
    sources = served.sources if served else ()
    return {(source.id, file.path): file.sha256 for source in sources for file in source.files}
