"""A bar for every raw file that is being fetched, on the error stream, where somebody is watching."""

from __future__ import annotations

from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TaskID, TextColumn, TransferSpeedColumn

from likeforlike.domain.live import Download
from likeforlike.sources.live.client import Watch


class Bars:
    """Progress of all downloads; quiet where the error stream is no terminal."""

    def __init__(self) -> None:
        """Lay out the bars."""
        console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

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
        return _Bar(self._progress, self._progress.add_task(name, total=None), name)


class _Bar:
    def __init__(self, progress: Progress, task: TaskID, name: str) -> None:
        self._progress, self._task, self._name = progress, task, name

    def received(self, size: int) -> None:
        """Move on."""
        self._progress.update(self._task, advance=size, description=self._name)

    def waiting(self, seconds: float, why: str) -> None:
        """Say that the next attempt is not yet due."""
        self._progress.update(self._task, description=f"{self._name}: again in {seconds:.0f} s ({why})")
