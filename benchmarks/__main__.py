"""Run every benchmark, or those named: `python -m benchmarks [build] [command_line] ...`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import build, command_line, serve

RAW = Path(os.environ.get("LIKEFORLIKE_RAW", "../shared/data"))
#: Each a program of its own, because it measures its own memory.
PROGRAMS = ("neighbours_all", "neighbours_lsoa", "statistics_all", "funding_specifications", "events")


def main(chosen: list[str]) -> None:
    """Run the benchmarks named, or all."""
    names = chosen or ["command_line", "serve", "build", *PROGRAMS]
    unknown = {*names} - {"command_line", "serve", "build", *PROGRAMS}
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}.")
    if "command_line" in names:
        command_line.main()
    if "serve" in names:
        serve.main()
    if "build" in names:
        if RAW.is_dir():
            build.main(RAW)
        else:
            print(f"\nBuild: left out, there are no raw files in {RAW} (LIKEFORLIKE_RAW names their folder)")
    for name in names:
        if name in PROGRAMS:
            print(f"\n{name}", flush=True)
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


main(sys.argv[1:])
