"""Asking a server many things at once with wrk, and reading what wrk says."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
local paths = {{{paths}}}
local at = 0
function init(args) at = math.random(#paths) end
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {{["Accept-Encoding"] = "gzip"}})
end
"""
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Load:
    """What wrk saw: responses a second, median and 99th percentile in milliseconds, and what failed."""

    per_second: float
    median_ms: float
    p99_ms: float
    requests: int
    failed: int


def wrk(port: int, paths: Sequence[str], *, connections: int, seconds: int) -> Load:
    """Ask for the paths in turn on all connections; ends by itself, and is ended if it does not."""
    program = shutil.which("wrk")
    if program is None:
        sys.exit("wrk is not installed (package 'wrk').")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "paths.lua"
        script.write_text(_SCRIPT.format(paths=",".join(f'"{path}"' for path in paths)))
        command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
        said = subprocess.run(
            [*command, "-s", str(script), f"http://127.0.0.1:{port}"],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 60,
        ).stdout
    return _read(said)


def _read(said: str) -> Load:
    def number(pattern: str) -> float:
        found = re.search(pattern, said)
        return float(found[1]) if found else 0.0

    def time_of(name: str) -> float:
        found = re.search(rf"{name}\s+([\d.]+)(us|ms|s|m)\b", said)
        assert found is not None, f"wrk did not say its {name}: {said}"
        return float(found[1]) * _UNITS[found[2]]

    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    failed = sum(map(int, sockets.groups())) if sockets else 0
    return Load(
        per_second=number(r"Requests/sec:\s+([\d.]+)"),
        median_ms=time_of("50%"),
        p99_ms=time_of("99%"),
        requests=int(number(r"(\d+) requests in")),
        failed=failed + int(number(r"Non-2xx or 3xx responses: (\d+)")),
    )


def answering(port: int, paths: Sequence[str]) -> list[str]:
    """Those paths that are answered with a page: an error costs nothing and would count as speed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    kept = []
    for path in paths:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            kept.append(path)
    connection.close()
    return kept


@contextmanager
def server(
    command: Sequence[str], port: int, ready: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server on this machine for as long as the block lasts, answering when the block begins."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | (environment or {})
    )
    try:
        _wait(f"http://127.0.0.1:{port}{ready}", process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - made here, http alone
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    sys.exit(f"{url} did not answer within a minute.")
