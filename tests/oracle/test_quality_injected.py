"""Faults put into real series: how many are found, and what else the checks then say.

Each fault is put into one cell (or run of cells) of a real indicator, the checks are run again, and it counts as found
when the right check flags the right cell. The tests do so for a sample and hold its figures against bounds a little
below them, so that a change of rule that loses faults is noticed; `python tests/oracle/test_quality_injected.py` does
so for all indicators and prints the figures of docs/method/quality.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from likeforlike.analysis.quality.checks import find_flags
from likeforlike.analysis.quality.series import Series
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import FloatArray
from likeforlike.domain.quality import Check, Flag
from likeforlike.pipeline.quality import Measured, _explained
from likeforlike.publish.catalogue import Catalogue

#: Each fault is put into indicators with at least six periods: for the tests into every fourth one, so many times.
EVERY = 4
FEWEST_PERIODS = 6
EACH = 3
#: How many times for the figures of the manual, into all of them.
EACH_IN_FULL = 10

Cell = tuple[int, int]
Fault = Callable[[FloatArray, Cell, np.random.Generator], list[Cell] | None]


@dataclass
class Score:
    """Faults made and found, and flags that are neither of the fault nor there without it."""

    made: int = 0
    found: int = 0
    otherwise: int = 0
    more: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.made

    @property
    def by_any_check(self) -> float:
        return (self.found + self.otherwise) / self.made


def times(factor: float) -> Fault:
    def make(values: FloatArray, cell: Cell, draw: np.random.Generator) -> list[Cell] | None:
        if values[cell] <= 0:
            return None
        values[cell] *= factor
        return [cell]

    return make


def nought(values: FloatArray, cell: Cell, draw: np.random.Generator) -> list[Cell] | None:
    if values[cell] <= 0:
        return None
    values[cell] = 0.0
    return [cell]


def spike(values: FloatArray, cell: Cell, draw: np.random.Generator) -> list[Cell] | None:
    """The value moves by the distance between the 1st and the 99th of a hundred councils."""
    known = values[np.isfinite(values[:, cell[1]]), cell[1]]
    low, high = np.quantile(known, [0.01, 0.99])
    up = values[cell] + (high - low)
    down = values[cell] - (high - low)
    values[cell] = down if down >= low and draw.random() < 0.5 else up
    return [cell]


def other_council(values: FloatArray, cell: Cell, draw: np.random.Generator) -> list[Cell] | None:
    """Another council's values in four periods in a row."""
    row, column = cell
    start = min(column, values.shape[1] - 4)
    other = int(draw.integers(len(values)))
    window = values[other, start : start + 4]
    if other == row or not np.isfinite(window).all() or (window == 0).any() or (window == 100).any():
        return None
    if not np.isfinite(values[row, start : start + 4]).all():
        return None
    values[row, start : start + 4] = window
    return [(row, one) for one in range(start, start + 4)]


def four_times_the_same(values: FloatArray, cell: Cell, draw: np.random.Generator) -> list[Cell] | None:
    row, column = cell
    start = min(column, values.shape[1] - 4)
    window = values[row, start : start + 4]
    if not np.isfinite(window).all() or window[0] in (0, 100):
        return None
    values[row, start : start + 4] = window[0]
    return [(row, one) for one in range(start + 1, start + 4)]


def silence(values: FloatArray, cell: Cell, draw: np.random.Generator) -> list[Cell] | None:
    values[cell] = np.nan
    return [cell]


FAULTS: dict[str, tuple[Check, Fault]] = {
    "ten times too large": (Check.UNIT_SLIP, times(10)),
    "a hundred times too large": (Check.UNIT_SLIP, times(100)),
    "a thousand times too large": (Check.UNIT_SLIP, times(1000)),
    "ten times too small": (Check.UNIT_SLIP, times(0.1)),
    "a hundred times too small": (Check.UNIT_SLIP, times(0.01)),
    "nought for a missing value": (Check.FALSE_ZERO, nought),
    "moved across the range of councils": (Check.JUMP, spike),
    "another council's values, four periods": (Check.COPIED, other_council),
    "the same value, four periods": (Check.COPIED, four_times_the_same),
    "no value in the newest period": (Check.STOPPED, silence),
}


@dataclass(frozen=True)
class Bench:
    """The series that faults are put into."""

    catalogue: Catalogue
    indicators: tuple[Indicator, ...]
    measured: Measured

    def series(self, indicator: Indicator) -> tuple[Series, list[Flag]]:
        matrix = self.measured.matrix(indicator)
        people = self.measured.people(matrix.areas)
        series = Series.of(matrix, indicator.breaks, people)
        return series, self.flags(indicator, series)

    def flags(self, indicator: Indicator, series: Series) -> list[Flag]:
        return find_flags(series, _explained(self.catalogue.matrices, indicator, series.matrix))


def bench_of(every: int) -> Bench:
    """One in so many of the indicators with enough periods."""
    catalogue = Catalogue.open()
    measured = Measured(catalogue.matrices, catalogue.register)
    fitting = [
        one for one in catalogue.indicators.values() if len(measured.matrix(one).periods) >= FEWEST_PERIODS
    ]
    return Bench(catalogue, tuple(fitting[::every]), measured)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return bench_of(EVERY)


def score(bench: Bench, check: Check, fault: Fault, each: int = EACH) -> Score:
    """Put the fault into cells chosen at random, one at a time."""
    draw, out = np.random.default_rng(20260726), Score()
    for indicator in bench.indicators:
        series, before = bench.series(indicator)
        matrix = series.matrix
        known = {(one.check, one.row, one.column) for one in before}
        for _ in range(each):
            values = matrix.values.copy()
            row, column = int(draw.integers(len(values))), int(draw.integers(values.shape[1]))
            if check is Check.STOPPED:
                column = matrix.latest_column()
            if not np.isfinite(values[row, column]) or not matrix.counted[row].all():
                continue
            if any(one.row == row for one in before):
                continue
            cells = fault(values, (row, column), draw)
            if cells is None:
                continue
            after = bench.flags(indicator, replace(series, matrix=replace(matrix, values=values)))
            right = any(one.check is check and (one.row, one.column) in cells for one in after)
            out.made += 1
            out.found += right
            out.otherwise += not right and any((one.row, one.column) in cells for one in after)
            new = {(one.check, one.row, one.column) for one in after} - known
            wrong = {row} | {one.compared_row for one in after if one.row == row}
            out.more += sum(one[1] not in wrong for one in new)
    return out


#: Fault -> what share the right check must find, and what share any check must flag, in the sample of the tests.
LEAST = {
    "ten times too large": (0.64, 0.88),
    "a hundred times too large": (0.7, 0.95),
    "a thousand times too large": (0.71, 0.95),
    "ten times too small": (0.65, 0.71),
    "a hundred times too small": (0.71, 0.77),
    "nought for a missing value": (0.72, 0.75),
    "moved across the range of councils": (0.48, 0.48),
    "another council's values, four periods": (0.36, 0.42),
    "the same value, four periods": (0.27, 0.27),
    "no value in the newest period": (0.98, 0.98),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_that_are_put_in_are_found(bench: Bench, name: str) -> None:
    found = score(bench, *FAULTS[name])
    least, any_check = LEAST[name]
    print(f"{name}: {found.found} + {found.otherwise} of {found.made}, {found.more} flags elsewhere")
    assert found.made >= 60
    assert found.recall >= least
    assert found.by_any_check >= any_check
    assert found.more <= 0.05 * found.made, "a fault in one council must not make others look wrong"


def main() -> None:
    """Print the figures of the manual."""
    everything = bench_of(1)
    for name, (check, fault) in FAULTS.items():
        found = score(everything, check, fault, EACH_IN_FULL)
        print(
            f"{name}: {found.recall:.0%}, by any check {found.by_any_check:.0%}, of {found.made}; elsewhere {found.more}"
        )


if __name__ == "__main__":
    main()
