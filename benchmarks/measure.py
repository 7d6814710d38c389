"""Running a command and measuring it: wall time, processor time, and the most memory it held."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

#: ru_maxrss counts kilobytes on Linux and bytes on macOS.
_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Run:
    """One command, run once or the median of several runs."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Run:
    """Run a command to its end; a failing one ends the benchmark with what it said."""
    before = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | (environment or {})
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - before
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{' '.join(command)} failed: {said.decode()}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _BYTES / 1e6)


def median_of(command: Sequence[str], times: int) -> Run:
    """The median of several runs, after one that fills the file cache and is not counted."""
    run(command)
    runs = [run(command) for _ in range(times)]
    return Run(
        statistics.median(one.wall_s for one in runs),
        statistics.median(one.cpu_s for one in runs),
        max(one.peak_mb for one in runs),
    )


def table(title: str, reference: str, rows: Sequence[tuple[str, Run, str]]) -> None:
    """Print rows (name, run, budget); `reference` names the row that the ratios are taken to."""
    unit = next(one.wall_s for name, one, _ in rows if name == reference)
    print(f"\n{title}")
    print(f"{'':42}{'wall s':>9}{'cpu s':>9}{'ratio':>9}{'peak MB':>9}  budget")
    for name, one, budget in rows:
        print(
            f"{name:42}{one.wall_s:9.3f}{one.cpu_s:9.3f}{one.wall_s / unit:9.1f}{one.peak_mb:9.0f}  {budget}"
        )
    print(f"ratio: to {reference!r}, in this run")
