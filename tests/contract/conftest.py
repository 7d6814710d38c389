"""The web application over the release that comes with the package."""

from __future__ import annotations

import pytest

from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.web.app import create_app
from web_kit import Site


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.open()


@pytest.fixture(scope="session")
def site(catalogue: Catalogue) -> Site:
    return Site(create_app(catalogue))
