"""Which cells of a matrix hold one and the same estimate, so that it counts once.

A publisher may give one figure for two councils together (Hackney with the City of London, Cornwall with the
Isles of Scilly), and the rate of a divided county stands under each of its parts. `LabelledMatrix.counted`
is False for every cell but one of such a group. The matrix does not say which cell that one is; it is found
here as the row that has the same value and interval wherever the other is not counted.
"""

from __future__ import annotations

import numpy as np

from likeforlike.domain.matrix import BoolArray, IntArray, LabelledMatrix


def estimate_rows(matrix: LabelledMatrix) -> IntArray:
    """For every cell the row under which its estimate counts: its own, or that of the cell it repeats.

    areas x periods. A repeated cell whose first holder is not among the rows (a group with the Isles of
    Scilly but without Cornwall) counts under its own row. Where several rows fit by coincidence, the nearest
    row is taken: areas that share an estimate are of one kind and lie close together in code order.
    """
    rows = np.arange(len(matrix.areas), dtype=np.int64)
    heads = np.repeat(rows[:, None], len(matrix.periods), axis=1)
    repeated = ~matrix.counted & np.isfinite(matrix.values)
    for row in np.flatnonzero(repeated.any(axis=1)):
        columns = np.flatnonzero(repeated[row])
        head = _holder(matrix, int(row), columns)
        if head is not None:
            heads[row, columns] = head
    return heads


def counted_once(matrix: LabelledMatrix, heads: IntArray | None = None) -> BoolArray:
    """Cells that have a value and stand for their estimate: what medians, ranks and n are taken over.

    areas x periods.
    """
    heads = estimate_rows(matrix) if heads is None else heads
    own: BoolArray = heads == np.arange(len(matrix.areas))[:, None]
    return own & np.isfinite(matrix.values)


def repeats_an_earlier_one(heads: IntArray, present: BoolArray) -> BoolArray:
    """True where a slot holds an estimate that an earlier slot of the same row already holds.

    Both arrays are areas x slots x periods; `heads` as from `estimate_rows`, gathered by neighbour.
    """
    repeated = np.zeros_like(present)
    for slot in range(1, present.shape[1]):
        same = (heads[:, :slot] == heads[:, slot : slot + 1]) & present[:, :slot]
        repeated[:, slot] = same.any(axis=1) & present[:, slot]
    return repeated


def _holder(matrix: LabelledMatrix, row: int, columns: IntArray) -> int | None:
    """The row whose estimate `row` repeats in all of `columns`; None when there is none."""
    same = np.ones(len(matrix.areas), dtype=np.bool_)
    for array in (matrix.values, matrix.lower_95, matrix.upper_95):
        mine, theirs = array[row, columns], array[:, columns]
        same &= ((theirs == mine) | (np.isnan(theirs) & np.isnan(mine))).all(axis=1)
    same[row] = False
    holds = same & matrix.counted[:, columns].all(axis=1)
    earlier = same & (
        np.arange(len(same)) < row
    )  # two repeats of a cell that is not here: the first holds it
    candidates = np.flatnonzero(holds if holds.any() else earlier)
    if not len(candidates):
        return None
    return int(candidates[np.argmin(np.abs(candidates - row))])
