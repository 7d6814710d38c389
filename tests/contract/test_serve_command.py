"""`likeforlike serve` as a process: it answers, in one process or several, and stops when asked to."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from anyio.to_thread import current_default_thread_limiter

from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.web.app import THREADS, create_app


def ready(port: int, process: subprocess.Popen[bytes]) -> dict[str, str]:
    until = time.monotonic() + 180
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail("the server did not answer")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_answers_and_stops_on_sigterm(workers: str) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    command = [sys.executable, "-m", "likeforlike", "serve", "--port", str(port), "--workers", workers]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        told = [ready(port, process) for _ in range(8)]
        assert {one["status"] for one in told} == {"ready"}
        assert len({one["release_id"] for one in told}) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()


def test_pages_are_made_in_few_threads() -> None:
    app = create_app(Catalogue.open())

    async def threads() -> float:
        async with app.router.lifespan_context(app):
            return current_default_thread_limiter().total_tokens

    assert asyncio.run(threads()) == THREADS
