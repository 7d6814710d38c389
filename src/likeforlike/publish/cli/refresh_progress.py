"""How many raw files are had, and a bar for each that is on its way, where somebody is watching."""

from __future__ import annotations

import threading
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import FileSizeColumn, Progress, SpinnerColumn, TaskID, TextColumn, TransferSpeedColumn

from likeforlike.domain.live import Download
from likeforlike.sources.live.client import Watch


class Bars:
    """Progress of all downloads; quiet where the error stream is no terminal."""

    def __init__(self, files: int, console: Console | None = None) -> None:
        """Lay out the bars; they go to the error stream."""
        console = console or Console(stderr=True, highlight=False)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            FileSizeColumn(),
            TransferSpeedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._had, self._files = 0, files
        self._all = self._progress.add_task(self._count(), total=None)
        self._lock = threading.Lock()

    def _count(self) -> str:
        return f"{self._had} of {self._files} raw files"

    def __enter__(self) -> Self:
        """Show them."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take them away."""
        self._progress.stop()

    def watch(self, download: Download) -> Watch:
        """A bar of its own for one raw file."""
        name = PurePosixPath(download.file).name
        return _Bar(self, self._progress, self._progress.add_task(name, total=None), name)

    def refresh(self) -> None:
        """Draw now."""
        self._progress.refresh()

    def advance(self, size: int) -> None:
        """So many more bytes have come in all."""
        self._progress.update(self._all, advance=size)

    def finish(self) -> None:
        """One more raw file is had, or given up."""
        with self._lock:
            self._had += 1
            self._progress.update(self._all, description=self._count())


class _Bar:
    def __init__(self, bars: Bars, progress: Progress, task: TaskID, name: str) -> None:
        self._bars, self._progress, self._task, self._name = bars, progress, task, name

    def received(self, size: int) -> None:
        """Move on."""
        self._progress.update(self._task, advance=size, description=self._name)
        self._bars.advance(size)

    def finished(self) -> None:
        """Take the bar away."""
        self._progress.remove_task(self._task)
        self._bars.finish()

    def waiting(self, seconds: float, why: str) -> None:
        """Say that the next attempt is not yet due."""
        self._progress.update(self._task, description=f"{self._name}: again in {seconds:.0f} s ({why})")
