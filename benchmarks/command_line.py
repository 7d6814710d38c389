"""Cold starts of commands, interpreter included, beside an interpreter that does nothing."""

from __future__ import annotations

import sys

from benchmarks.measure import median_of, table

TIMES = 5


def main() -> None:
    """Print the table."""
    command = [sys.executable, "-m", "likeforlike"]
    table(
        "Command line, cold",
        "python -c pass",
        [
            ("python -c pass", median_of([sys.executable, "-c", "pass"], TIMES), ""),
            ("python -c 'import polars'", median_of([sys.executable, "-c", "import polars"], TIMES), ""),
            ("likeforlike --version", median_of([*command, "--version"], TIMES), ""),
            (
                "likeforlike benchmark Hartlepool",
                median_of([*command, "benchmark", "Hartlepool"], TIMES),
                "1.5 s",
            ),
            (
                "likeforlike benchmark Hartlepool, all periods",
                median_of(
                    [*command, "benchmark", "Hartlepool", "--period", "all", "--format", "json"], TIMES
                ),
                "",
            ),
            (
                "likeforlike neighbours Hartlepool",
                median_of([*command, "neighbours", "Hartlepool"], TIMES),
                "",
            ),
            (
                "likeforlike benchmark --all, csv",
                median_of([*command, "benchmark", "--all", "--format", "csv"], 1),
                "",
            ),
            (
                "likeforlike benchmark --all, all periods, csv",
                median_of([*command, "benchmark", "--all", "--period", "all", "--format", "csv"], 1),
                "",
            ),
        ],
    )
