"""Fixtures that every kind of test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Tests say what is right, not how fast the machine is; benchmarks/ measures that.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parent.parent
RAW = Path(os.environ.get("LIKEFORLIKE_RAW", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def raw_folder() -> Path:
    """The publishers' raw files; tests that ask for it are skipped where the folder is absent."""
    if not RAW.is_dir():
        pytest.skip("raw files not present (set LIKEFORLIKE_RAW to the folder that holds them)")
    return RAW


#: Files that take longest, in the order in which they begin: a build beside a browser rather than beside another
#: build, and short files last, so that no process is idle while another is at a long one.
LONG_FILES = (
    "oracle/test_embedded_release.py",
    "browser/test_accessible.py",
    "oracle/test_refresh_from_raw.py",
    "property/test_refresh_soak.py",
    "browser/test_keyboard_journeys.py",
    "oracle/test_events_on_spark.py",
    "contract/test_web_requests.py",
    "oracle/test_command_line_from_raw_files.py",
    "property/test_refresh_killed.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of long files first; all others keep their places."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
