"""A release from the raw files, beside reading and hashing those files."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import run, table

HASH = """
import sys
from pathlib import Path
from likeforlike.definitions.loader import load_definitions
from likeforlike.pipeline.snapshots import take_snapshots
take_snapshots(Path(sys.argv[1]), load_definitions().sources.values())
"""


def main(sources: Path) -> None:
    """Print the table; `sources` is the folder of raw files."""
    with tempfile.TemporaryDirectory() as out:
        table(
            "Build",
            "read definitions, hash raw files",
            [
                ("read definitions, hash raw files", run([sys.executable, "-c", HASH, str(sources)]), ""),
                (
                    "likeforlike build",
                    run(
                        [
                            sys.executable,
                            "-m",
                            "likeforlike",
                            "build",
                            "--sources",
                            str(sources),
                            "--out",
                            out,
                        ]
                    ),
                    "60 s, 2,000 MB",
                ),
                ("likeforlike verify", run([sys.executable, "-m", "likeforlike", "verify", out]), ""),
            ],
        )
