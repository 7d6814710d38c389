"""Build the embedded release: `python -m likeforlike.pipeline.bundle SOURCES [FOLDER]`, or `make bundle`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import likeforlike
from likeforlike.domain.errors import LikeForLikeError
from likeforlike.pipeline.build import make_release
from likeforlike.store.write import PackedRelease, save_release

BUNDLED = Path(likeforlike.__file__).parent / "bundled"
#: A package that takes longer to fetch is one that fewer people try.
LARGEST_BYTES = 10_000_000


def embed(packed: PackedRelease, folder: Path) -> None:
    """Put a release's files, and nothing else, into `folder`: whole, or not at all.

    It is written as any release is, beside the folder, which is then replaced.
    """
    size = sum(len(content) for content in packed.files.values())
    assert size < LARGEST_BYTES, (
        f"the release takes {size:,} bytes, and the embedded one may take {LARGEST_BYTES:,}"
    )
    beside = folder.parent / f".{folder.name}"
    shutil.rmtree(beside, ignore_errors=True)
    written = save_release(packed, beside / "new")
    if folder.exists():
        folder.rename(beside / "old")
    written.rename(folder)
    shutil.rmtree(beside)


def main(arguments: list[str]) -> int:
    """Build from the folder of raw files named and embed the release; the exit code."""
    try:
        sources, folder = Path(arguments[0]), Path(arguments[1]) if len(arguments) > 1 else BUNDLED
        packed = make_release(sources).packed
    except LikeForLikeError as problem:
        print(f"likeforlike: {problem}", file=sys.stderr)
        return 2
    embed(packed, folder)
    size = sum(len(content) for content in packed.files.values())
    print(f"Embedded release {packed.manifest.release_id}: {size / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
