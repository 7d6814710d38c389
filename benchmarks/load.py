"""A minute of 64 connections on a mix of pages: no error, and memory that stops growing.

`python -m benchmarks.load [seconds]`. Ends by itself.
"""

from __future__ import annotations

import sys
import threading
import time

from benchmarks.serve import free_port, resident_mb
from benchmarks.wrk import server, wrk
from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue

CONNECTIONS = 64
#: The memory of answers may fill during the run; beyond that nothing may grow.
ANSWERS_MB = 64.0


def main(seconds: int = 60) -> None:
    """Print what happened; the exit code is 1 when a request failed or memory grew."""
    port = free_port()
    with server(
        [sys.executable, "-m", "likeforlike", "serve", "--port", str(port)], port, "/readyz"
    ) as process:
        paths = _mix()
        wrk(port, paths, connections=CONNECTIONS, seconds=max(5, seconds // 2))
        sizes: list[float] = []
        stop = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, sizes, stop))
        watch.start()
        found = wrk(port, paths, connections=CONNECTIONS, seconds=seconds)
        stop.set()
        watch.join()
    grown = sizes[-1] - sizes[0]
    print(
        f"{found.requests:,} responses with {CONNECTIONS} connections in {seconds} s: "
        f"{found.per_second:,.0f} a second, median {found.median_ms:.0f} ms, 99th percentile "
        f"{found.p99_ms:.0f} ms, {found.failed} failed; memory {sizes[0]:.0f} MB at the start, "
        f"{max(sizes):.0f} MB at most, {sizes[-1]:.0f} MB at the end"
    )
    if found.failed or grown > ANSWERS_MB:
        sys.exit(1)


def _mix() -> list[str]:
    """Pages and files of every kind, more of them than the memory of answers holds."""
    catalogue = Catalogue.open()
    codes = [*catalogue.register.lower_tier, *catalogue.register.counties]
    ids = list(catalogue.indicators)
    mixed = [
        urls.council(codes[0]),
        urls.councils(),
        urls.indicators(),
        urls.data(),
        urls.funding(),
        urls.missions(),
        urls.models(),
        urls.search("st"),
    ]
    for number, code in enumerate(codes):
        indicator = ids[number * 7 % len(ids)]
        if number % 8 == 0:
            mixed += [urls.council(code), urls.council_neighbours(code), urls.council_funding(code)]
        mixed.append(urls.as_format(urls.indicator(indicator), "json"))
        if code in catalogue.register.lower_tier:
            mixed += [
                urls.council_indicator(code, "population"),
                urls.as_format(urls.council_indicator(code, "population"), "csv"),
            ]
    return mixed


def _watch(pid: int, sizes: list[float], stop: threading.Event) -> None:
    sizes.append(resident_mb(pid))
    while not stop.wait(1):
        sizes.append(resident_mb(pid))
    time.sleep(0.2)
    sizes.append(resident_mb(pid))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
