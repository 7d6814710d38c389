"""Write the method pages from the specs: `python -m tests.spec.render_docs` (or `make docs`)."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "docs" / "method"
# Run as a module the tests' own folders are not on the path; under pytest they are.
sys.path[:0] = [folder for folder in (str(HERE), str(HERE.parent)) if folder not in sys.path]

import spec_benchmark  # noqa: E402
import spec_gaps  # noqa: E402
import spec_quality  # noqa: E402
import spec_targets  # noqa: E402
import spec_trend  # noqa: E402

CHAPTERS = (
    spec_benchmark.CHAPTER,
    spec_trend.CHAPTER,
    spec_gaps.CHAPTER,
    spec_targets.CHAPTER,
    spec_quality.CHAPTER,
)


def main() -> None:
    """Write every page that differs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for chapter in CHAPTERS:
        (FOLDER / f"{chapter.name}.md").write_text(chapter.markdown())


if __name__ == "__main__":
    main()
