"""All models, years and areas with explanations (target: 20 s on two cores); own weights (100 ms).

Run: python benchmarks/neighbours_all.py. Uses the release that comes with the package.
"""

from __future__ import annotations

import time

from likeforlike.analysis.neighbours import contribution_table
from likeforlike.domain.errors import DefinitionError
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.neighbours import choose_model, explained_rows, find_neighbours


def main() -> None:
    catalogue = Catalogue.open()
    start = time.perf_counter()
    lists = pairs = shares = 0
    for model in catalogue.models.values():
        sets = [catalogue.comparisons.find_anew(model)]
        try:
            sets += catalogue.comparisons.yearly_of(model)[1].values()
        except DefinitionError:
            print(f"{model.id}: one edition, no yearly lists")
        for found in sets:
            lists += 1
            pairs += int((found.neighbours >= 0).sum())
            shares += contribution_table(found)[0].size
    seconds = time.perf_counter() - start
    print(f"{lists} models and years, {pairs:,} places, {shares:,} shares: {seconds:.2f} s")

    times = []
    for factor in range(2, 12):
        start = time.perf_counter()
        model = choose_model(catalogue, None, "overall", {"population": factor / 2, "median-age": 0.5})
        found = find_neighbours(catalogue, model)
        list(explained_rows(found, [0]))
        times.append(time.perf_counter() - start)
    print(f"own weights, list and explanation of one council: median {1000 * sorted(times)[5]:.0f} ms")


if __name__ == "__main__":
    main()
