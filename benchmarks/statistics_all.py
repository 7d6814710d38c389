"""All statistics at full size: every indicator, period and council.

Targets: benchmarks 2 s, gaps 20 s. Run: python benchmarks/statistics_all.py. Uses the release that comes with
the package. Processor time is given beside the time on the clock, which other work on the machine lengthens.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

from likeforlike.analysis.benchmark import benchmark
from likeforlike.analysis.trend import trend
from likeforlike.domain.indicator import Tier
from likeforlike.domain.neighbour_model import Pool
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.gaps import gap_tables
from likeforlike.publish.catalogue import Catalogue


def timed(what: str, run: Callable[[], object]) -> None:
    clock, processor = time.perf_counter(), time.process_time()
    run()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what}: {clock:.2f} s on the clock, {processor:.2f} s of processor time")


def main() -> None:
    catalogue = Catalogue.open()
    matrices: MatrixStore = catalogue.matrices
    neighbours = {
        pool: catalogue.comparisons.neighbours(catalogue.model_for(pool).id)
        for pool in Pool
        if pool != Pool.OWN_TABLE
    }
    pools = {
        one.id: Pool.UPPER_TIER if one.tier is Tier.UPPER else Pool.LOWER_TIER
        for one in catalogue.indicators.values()
    }
    every = [(one, matrices.matrix(one.id, pools[one.id])) for one in catalogue.indicators.values()]
    cells = sum(matrix.values.size for _, matrix in every)
    print(f"{len(every)} indicators, {cells:,} cells")

    timed("benchmarks", lambda: [benchmark(m, neighbours[pools[one.id]].neighbours, one) for one, m in every])
    timed("trends", lambda: [trend(m, one) for one, m in every])
    context = BuildContext(
        folder=Path(),
        definitions=catalogue.release.definitions,
        register=catalogue.register,
        observations=catalogue.release.table("observation"),
        matrices=matrices,
        report=catalogue.release.table("build_report"),
    )
    timed("gaps", lambda: gap_tables(context))
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
