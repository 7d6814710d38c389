"""Pages and data of this project beside those of a local build of ONS Explore Local Statistics, in one run.

`python -m benchmarks.compare_explorer PATH [seconds]`, PATH being a checkout of that project in which
`npm ci && npx vite build` has been run, so that `build/index.js` and the data file it reads are there. Nothing
of it is part of this project. Both servers run on this machine, one after the other, each on one process.
"""

from __future__ import annotations

import json
import shutil
import sys
from itertools import product
from pathlib import Path

from benchmarks.serve import free_port, resident_mb
from benchmarks.wrk import Load, answering, server, wrk
from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue

CONNECTIONS = 8
COUNCIL = "E06000001"


def main(checkout: Path, seconds: int = 20) -> None:
    """Print the table."""
    node = shutil.which("node")
    build = checkout / "build" / "index.js"
    if node is None or not build.is_file():
        sys.exit(f"Needs node, and {build}: run `npm ci && npx vite build` in {checkout}.")
    slugs = _slugs(checkout)
    catalogue = Catalogue.open()
    ids = list(catalogue.indicators)
    theirs = {
        "indicator page": [f"/indicators/{slug}" for slug in slugs],
        "one indicator, all areas, JSON": [f"/api/v1/data.json?indicator={slug}" for slug in slugs],
        "one indicator, one area, JSON": [
            f"/api/v1/data.json?indicator={slug}&geo={COUNCIL}&time=all" for slug in slugs
        ],
    }
    ours = {
        "indicator page": [urls.indicator(one) for one in ids],
        "one indicator, all areas, JSON": [urls.as_format(urls.indicator(one), "json") for one in ids],
        "one indicator, one area, JSON": [
            urls.as_format(urls.council_indicator(COUNCIL, one), "json") for one in ids
        ],
    }
    port = free_port()
    with server([node, str(build)], port, "/", {"PORT": str(port), "HOST": "127.0.0.1"}) as process:
        theirs = {name: answering(port, paths) for name, paths in theirs.items()}
        found = {
            name: wrk(port, paths, connections=CONNECTIONS, seconds=seconds) for name, paths in theirs.items()
        }
        memory = resident_mb(process.pid)
    port = free_port()
    command = [sys.executable, "-m", "likeforlike", "serve", "--port", str(port)]
    with server(command, port, "/readyz") as process:
        for (
            one
        ) in ids:  # what an indicator's pages share is worked out once, as a server does that has run a while
            answering(port, [urls.indicator(one, sort="name")])
        first = wrk(port, _never_twice(catalogue), connections=CONNECTIONS, seconds=seconds)
        own = {}
        for name, paths in ours.items():
            wrk(port, paths, connections=CONNECTIONS, seconds=max(5, seconds // 3))
            own[name] = wrk(port, paths, connections=CONNECTIONS, seconds=seconds)
        own_memory = resident_mb(process.pid)
    print(f"{CONNECTIONS} connections, {seconds} s each, one process each, this machine, one run\n")
    print(f"{'':58}{'a second':>10}{'median ms':>11}{'p99 ms':>9}{'failed':>8}{'times':>8}")
    for name, other in found.items():
        _line(f"Explore Local Statistics: {name}", other, other)
        _line(f"likeforlike: {name}", own[name], other)
    _line("likeforlike: indicator page, first time", first, found["indicator page"])
    print(f"memory held: {memory:.0f} MB and {own_memory:.0f} MB")


def _line(name: str, one: Load, other: Load) -> None:
    times = one.per_second / other.per_second if other.per_second else float("nan")
    print(
        f"{name[:58]:58}{one.per_second:10,.0f}{one.median_ms:11.1f}{one.p99_ms:9.1f}{one.failed:8}{times:8.1f}"
    )


def _slugs(checkout: Path) -> list[str]:
    """The other project's indicators, by the data file that its server reads."""
    data = json.loads((checkout / "src" / "lib" / "data" / "json-stat-metadata.json").read_text())
    return [item["extension"]["slug"] for item in data["link"]["item"]]


def _never_twice(catalogue: Catalogue) -> list[str]:
    """Indicator pages with a selection, more of them than can be asked for in a run: none from memory."""
    regions = sorted({area.region_code for area in catalogue.register.areas.values() if area.region_code})
    return [
        urls.indicator(one, region=region, sort=order)
        for order, region, one in product(("best", "worst"), regions, catalogue.indicators)
    ]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20)
