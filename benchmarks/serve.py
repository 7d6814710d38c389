"""A server from its start to its first answer, and pages asked for the first and the second time."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Run, table

COUNCILS = 40


def main() -> None:
    """Print the table."""
    codes = _councils()
    port = free_port()
    before = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "likeforlike", "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(port)
        ready = Run(time.perf_counter() - before, 0.0, resident_mb(server.pid))
        pages = [f"/councils/{code}" for code in codes]
        details = [f"/councils/{code}/population" for code in codes]
        rows = [
            ("ready", ready, "3 s"),
            ("/healthz", _median(port, ["/healthz"] * COUNCILS, server.pid), ""),
            ("a council page, first time", _median(port, pages, server.pid), "0.060 s"),
            ("the same, second time", _median(port, pages, server.pid), ""),
            ("a council and indicator, first time", _median(port, details, server.pid), ""),
            ("the same, second time", _median(port, details, server.pid), ""),
        ]
    finally:
        server.terminate()
        server.wait(timeout=15)
    table("Serve (medians of requests, one after another)", "/healthz", rows)


def _councils() -> list[str]:
    """Codes of some councils, asked of the command line: a package loaded here would count as theirs."""
    command = [sys.executable, "-m", "likeforlike", "areas", "--format", "csv"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    return [line.split(",")[0] for line in listed[:: len(listed) // COUNCILS]][:COUNCILS]


def _median(port: int, paths: Sequence[str], pid: int) -> Run:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for path in paths:
        before = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - before)
        assert answer.status == 200, f"{path}: {answer.status}"
    connection.close()
    return Run(statistics.median(times), 0.0, resident_mb(pid))


def _wait_until_ready(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.02)
    sys.exit("The server did not answer within a minute.")


def resident_mb(pid: int) -> float:
    """What the process holds in memory now; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
