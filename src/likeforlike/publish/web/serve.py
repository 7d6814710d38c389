"""Serve a release over HTTP until asked to stop; requests under way are finished first."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from likeforlike.domain.errors import RequestError
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.missions import own_framework
from likeforlike.publish.pages.council import make_council
from likeforlike.publish.web.app import create_app

#: How the processes of one server are told what to serve.
_RELEASE, _FRAMEWORK, _DAY = "LIKEFORLIKE_RELEASE", "LIKEFORLIKE_FRAMEWORK", "LIKEFORLIKE_DAY"
_ADDRESS = "LIKEFORLIKE_ADDRESS"
#: A process that opens a release on a busy machine is not dead; uvicorn would start another after five seconds.
_PATIENCE_S = 60
_APP = "likeforlike.publish.web.serve:app_of_environment"


def serve(
    host: str,
    port: int,
    release: Path | None = None,
    framework: Path | None = None,
    workers: int = 1,
    *,
    address: str = "",
) -> None:
    """Open the release (the embedded one by default) and serve it; returns after SIGTERM or SIGINT.

    `framework` is a file with a person's own framework, which gets the same pages as the release's. `address`
    is where readers find the site, for citations and files. With more
    than one of `workers`, that many processes answer on the one port, each with the release in its own memory.

    One line of JSON per request goes to standard output under the logger `likeforlike.access`.
    """
    today = datetime.now(tz=UTC).date()
    catalogue = _open(release, framework, today)
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "access_log": False,
        "log_level": "warning",
        "timeout_graceful_shutdown": 10,
        "server_header": False,
        "date_header": True,
    }
    _check_free(host, port)
    print(f"likeforlike: http://{host}:{port} (stop with Ctrl+C)", flush=True)
    if workers == 1:
        uvicorn.Server(uvicorn.Config(_app(catalogue, address), **options)).run()
        return
    os.environ[_RELEASE] = str(catalogue.release.path)  # the same one for all, whatever is published later
    os.environ[_DAY] = today.isoformat()
    os.environ[_ADDRESS] = address
    if framework is not None:
        os.environ[_FRAMEWORK] = str(framework)
    uvicorn.run(_APP, factory=True, workers=workers, timeout_worker_healthcheck=_PATIENCE_S, **options)


def _check_free(host: str, port: int) -> None:
    """RequestError where nothing can listen there; said before the address is."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as problem:
        raise RequestError(
            f"Nothing can listen on {host}, port {port} ({problem.strerror}).",
            instead=f"Choose another port, for example --port {port + 1 if port < 65535 else 8000}.",
        ) from problem


def app_of_environment() -> FastAPI:
    """The application of one of several processes, which is told by environment variables what to serve."""
    framework = os.environ.get(_FRAMEWORK)
    day = date.fromisoformat(os.environ[_DAY])
    return _app(
        _open(Path(os.environ[_RELEASE]), Path(framework) if framework else None, day), os.environ[_ADDRESS]
    )


def _open(release: Path | None, framework: Path | None, today: date) -> Catalogue:
    catalogue = Catalogue.open(release)
    return catalogue if framework is None else own_framework(catalogue, framework, today)


def _app(catalogue: Catalogue, address: str) -> FastAPI:
    """The application, what its pages share being worked out while it starts to answer."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    app = create_app(catalogue, address=address)
    threading.Thread(target=_warm, args=(catalogue,), daemon=True).start()
    return app


def _warm(catalogue: Catalogue) -> None:
    """Work out what all council pages share, so that the first visitor does not wait for it."""
    register = catalogue.register
    for code in (register.lower_tier[0], register.counties[0]):
        make_council(catalogue, register.areas[code])
