"""Every specification of money and need, 2,000 draws each (target: 60 s on two cores); a page (80 ms).

Run: python benchmarks/funding_specifications.py [RELEASE]. Uses the release that comes with the package where
none is named.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from likeforlike.analysis.resampling import DRAWS
from likeforlike.domain.neighbour_model import Pool
from likeforlike.pipeline.alignments import alignment_table, ask
from likeforlike.pipeline.needs import Needs
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.funding import Desk
from likeforlike.publish.pages.council_funding import make_council_funding
from likeforlike.publish.pages.fund import make_fund
from likeforlike.publish.pages.funding import make_funding


def main() -> None:
    catalogue = Catalogue.open(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    desk = Desk.of(catalogue)
    measures = catalogue.release.definitions.need_measures
    needs = {
        pool: Needs(catalogue.matrices, catalogue.register, measures, pool)
        for pool in (Pool.LOWER_TIER, Pool.UPPER_TIER)
    }
    asked = {
        pool: [ask(one, desk.awards, needs[pool], needs[Pool.LOWER_TIER]) for one in desk.every_set()]
        for pool in needs
    }
    wall, cpu = time.perf_counter(), time.process_time()
    table = alignment_table(asked, draws=DRAWS)
    print(
        f"{table.height:,} specifications, {DRAWS:,} draws each: {time.perf_counter() - wall:.1f} s, "
        f"{time.process_time() - cpu:.1f} s of processor time"
    )
    pages = {
        "overview": lambda: make_funding(catalogue),
        "fund": lambda: make_fund(catalogue, "town-deals"),
        "council": lambda: make_council_funding(catalogue, catalogue.area("Hartlepool")),
    }
    for name, make in pages.items():
        make()
        times = []
        for _ in range(20):
            start = time.perf_counter()
            make()
            times.append(time.perf_counter() - start)
        print(f"page model, {name}: median {1000 * sorted(times)[10]:.0f} ms")


if __name__ == "__main__":
    main()
