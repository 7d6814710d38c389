"""Exact nearest neighbours among tens of thousands of areas, without holding all distances.

Squared distances are screened in single precision as |y|^2 - 2 x.y (one matrix product per block), and only
then computed from differences in double precision. That expansion loses digits, so the screen keeps every
area whose lower bound under the rounding error of the product (Higham 2002, section 3.1) reaches the row's
k-th nearest: nothing that belongs in the answer can be screened out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from likeforlike.domain.matrix import FloatArray, IntArray

#: Rows screened together. A block's screen takes 4 bytes x BLOCK x areas.
BLOCK = 512

#: Exact distances held at once.
CANDIDATES = 1_000_000

_UNIT_ROUNDOFF = 2.0**-24  # of single precision
_DOUBLE_ROUNDOFF = 2.0**-53


def nearest_exact(points: FloatArray, k: int) -> tuple[IntArray, FloatArray]:
    """Row numbers and Euclidean distances, areas x k, of each row's k nearest others.

    Equal distances are ordered by row number. `points` is areas x features without missing values, and k is
    smaller than the number of areas. Memory stays near 12 bytes x BLOCK x areas.
    """
    areas = len(points)
    centred = points - points.mean(axis=0)
    neighbours = np.empty((areas, k), dtype=np.int64)
    distances = np.empty((areas, k))
    screen = _Screen(centred)
    for rows in _blocks(centred, max(BLOCK, k + 1)):
        bound = _bound(centred[rows], k)
        for some, first, second in _in_parts(rows, *screen.candidates(rows, bound)):
            neighbours[some], distances[some] = _select(points, some, first, second, k)
    return neighbours, distances


class _Screen:
    """Finds, for a block of rows, every area that may be nearer than a bound."""

    def __init__(self, centred: FloatArray) -> None:
        areas, features = centred.shape
        squares = (centred**2).sum(axis=1)
        # Error of the product with its rounded inputs: at most error * (|x|^2 + 2 |y|^2); doubled for good
        # measure.
        self._error = 2 * (features + 4) * _UNIT_ROUNDOFF
        self._squares = squares
        self._left = np.hstack([-2 * centred, np.ones((areas, 1))]).astype(np.float32)
        lowered = (1 - 3 * self._error) * squares
        self._right = np.hstack([centred, lowered[:, np.newaxis]]).astype(np.float32).T.copy()

    def candidates(self, rows: IntArray, bound: FloatArray) -> tuple[IntArray, IntArray]:
        """Positions in `rows`, and areas, of all pairs whose squared distance may be `bound` or less."""
        product = self._left[rows] @ self._right
        threshold = bound - (1 - 2 * self._error) * self._squares[rows]
        rounded_up = np.nextafter(threshold.astype(np.float32), np.float32(np.inf))
        hits = np.flatnonzero(product <= rounded_up[:, np.newaxis])
        first, second = np.divmod(hits, product.shape[1])
        others = second != rows[first]
        return first[others], second[others]


def _blocks(centred: FloatArray, smallest: int) -> Iterator[IntArray]:
    """Row numbers in groups of near areas: halved on the widest feature down to less than two blocks."""
    waiting = [np.arange(len(centred), dtype=np.int64)]
    while waiting:
        rows = waiting.pop()
        if len(rows) < 2 * smallest:
            yield rows
            continue
        widest = np.ptp(centred[rows], axis=0).argmax()
        order = rows[np.argsort(centred[rows, widest], kind="stable")]
        waiting += [order[: len(order) // 2], order[len(order) // 2 :]]


def _bound(block: FloatArray, k: int) -> FloatArray:
    """At least the squared distance to the k-th nearest within the block, hence to the k-th of all."""
    squares = (block**2).sum(axis=1)
    rough = squares[:, np.newaxis] + squares - 2 * block @ block.T
    np.fill_diagonal(rough, np.inf)
    kth = np.partition(rough, k - 1, axis=1)[:, k - 1]
    # The expansion errs by less than this in double precision, so the bound is raised by as much.
    error = 8 * (block.shape[1] + 4) * _DOUBLE_ROUNDOFF * (squares + 2 * squares.max())
    bound: FloatArray = kth + error
    return bound


def _in_parts(
    rows: IntArray, first: IntArray, second: IntArray
) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """The pairs of a block, split by rows so that no part has many more than CANDIDATES pairs.

    `first` ascends; the positions in it are renumbered from 0 in each part.
    """
    ends = np.searchsorted(first, np.arange(len(rows)), side="right")
    start_row = start = 0
    while start_row < len(rows):
        stop_row = max(start_row + 1, int(np.searchsorted(ends, start + CANDIDATES, side="right")))
        stop = int(ends[stop_row - 1])
        yield rows[start_row:stop_row], first[start:stop] - start_row, second[start:stop]
        start_row, start = stop_row, stop


def _select(
    points: FloatArray, rows: IntArray, first: IntArray, second: IntArray, k: int
) -> tuple[IntArray, FloatArray]:
    """The k nearest of each row's candidates, from differences in double precision."""
    difference = points[rows[first]] - points[second]
    exact = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    starts = np.searchsorted(first, np.arange(len(rows)))
    position = np.arange(len(first)) - starts[first]
    table = np.full((len(rows), int(position.max()) + 1), np.inf)
    table[first, position] = exact
    kth = np.partition(table, k - 1, axis=1)[:, k - 1]
    near = exact <= kth[first]
    first, second, exact = first[near], second[near], exact[near]
    order = np.lexsort((second, exact, first))
    starts = np.searchsorted(first, np.arange(len(rows)))
    take: NDArray[np.int64] = order[starts[:, np.newaxis] + np.arange(k)]
    return second[take], exact[take]
