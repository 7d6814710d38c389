"""Exact neighbours of all 33,755 small areas on 20 features (target: under 6 s and under 2 GB on two cores).

Run: python benchmarks/neighbours_lsoa.py [--check]. With --check a sample of rows is compared with plain
differences.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from likeforlike.analysis.neighbours import find
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import Feature, NeighbourModel, Pool, Transform

RAW = Path(os.environ.get("LIKEFORLIKE_RAW", Path(__file__).resolve().parents[2] / "shared" / "data"))
FEATURES, K = 20, 20


def small_areas() -> FeatureTable:
    """The 2025 index's scores, sub-domain scores and ranks, and Census counts, of every small area."""
    folder = RAW / "deprivation"
    main = pl.read_csv(folder / "iod2025_lsoa.csv.gz")
    more = pl.read_csv(folder / "iod2025_lsoa_subdomains.csv.gz")
    people = pl.read_csv(RAW / "population" / "lsoa21_census2021_residents_households.csv.gz")
    code = main.columns[0]
    joined = main.join(more, left_on=code, right_on=more.columns[0], how="left", suffix="_sub").join(
        people, left_on=code, right_on=people.columns[0], how="left", suffix="_census"
    )
    numeric = [
        name
        for name, kind in joined.schema.items()
        if kind.is_numeric() and not name.endswith("decile") and joined[name].n_unique() > 100
    ][:FEATURES]
    assert len(numeric) == FEATURES, f"only {len(numeric)} numeric columns: {numeric}"
    return FeatureTable.of(joined[code].to_list(), numeric, joined.select(numeric).to_numpy().astype(float))


def main() -> None:
    table = small_areas()
    model = NeighbourModel(
        id="small-areas",
        title="Small areas",
        description="Benchmark.",
        pool=Pool.OWN_TABLE,
        features=tuple(Feature(id=name, transform=Transform.NONE) for name in table.features),
        winsorise=(0.01, 0.99),
        k=K,
    )
    start = time.perf_counter()
    found = find(table, model)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    size = f"{len(found.areas):,} areas x {len(found.features)} features, k = {K}"
    print(f"{size}: {seconds:.2f} s, peak {peak:.2f} GB")
    if "--check" in sys.argv:
        rows = np.random.default_rng(1).choice(len(found.areas), 300, replace=False)
        for row in rows:
            distance = np.sqrt(((found.coordinates - found.coordinates[row]) ** 2).sum(axis=1))
            distance[row] = np.inf
            order = np.argsort(distance, kind="stable")[:K]
            assert (order == found.neighbours[row]).all(), found.areas[row]
            np.testing.assert_allclose(distance[order], found.distances[row], rtol=1e-12)
        print(f"{len(rows)} rows equal plain differences")


if __name__ == "__main__":
    main()
