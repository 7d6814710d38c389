"""The declared source of the module under test."""

from __future__ import annotations

import pytest

from likeforlike.definitions.loader import load_definitions
from likeforlike.domain.provenance import Source


@pytest.fixture(scope="session")
def source() -> Source:
    """ONS Explore Local Statistics as declared."""
    return load_definitions().sources["ons_explore_local_statistics"]
