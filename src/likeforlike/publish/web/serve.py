"""Serve a release over HTTP until asked to stop; requests under way are finished first."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.missions import own_framework
from likeforlike.publish.pages.council import make_council
from likeforlike.publish.web.app import create_app


def serve(host: str, port: int, release: Path | None = None, framework: Path | None = None) -> None:
    """Open the release (the embedded one by default) and serve it; returns after SIGTERM or SIGINT.

    `framework` is a file with a person's own framework, which gets the same pages as the release's.

    One line of JSON per request goes to standard output under the logger `likeforlike.access`.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    catalogue = Catalogue.open(release)
    if framework is not None:
        catalogue = own_framework(catalogue, framework, datetime.now(tz=UTC).date())
    app = create_app(catalogue)
    threading.Thread(target=_warm, args=(catalogue,), daemon=True).start()
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=10,
        server_header=False,
        date_header=True,
    )
    print(f"likeforlike: http://{host}:{port} (stop with Ctrl+C)", flush=True)
    uvicorn.Server(config).run()


def _warm(catalogue: Catalogue) -> None:
    """Work out what all council pages share, so that the first visitor does not wait for it."""
    register = catalogue.register
    for code in (register.lower_tier[0], register.counties[0]):
        make_council(catalogue, register.areas[code])
