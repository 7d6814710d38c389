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
