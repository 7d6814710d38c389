"""What like councils have achieved, so that a required rate can be called ordinary or without precedent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeforlike.domain.matrix import FloatArray, IntArray

#: A share of fewer neighbours than this says nothing.
NEIGHBOURS_NEEDED = 5


@dataclass(frozen=True)
class Achieved:
    """One entry per area; shares are NaN where too few have a rate.

    `neighbour_share` is the share of the neighbours that changed at least as fast as required over the span,
    `neighbour_count` how many of them have a rate, `neighbour_best` the fastest of them in the wanted
    direction; `all_share` the share of all other areas and `all_count` how many.
    """

    neighbour_share: FloatArray
    neighbour_count: IntArray
    neighbour_best: FloatArray
    all_share: FloatArray
    all_count: IntArray


def span_columns(times: FloatArray, last: int, first_allowed: int, years: float) -> tuple[int, int] | None:
    """The columns of the span ending at `last` whose length is nearest to `years`; None when there is none.

    Not before `first_allowed` (the start of the comparable segment); a span that falls short of half the
    years wanted is none.
    """
    candidates = np.arange(first_allowed, last)
    if not len(candidates):
        return None
    lengths = times[last] - times[candidates]
    chosen = int(candidates[np.argmin(np.abs(lengths - years))])
    return (chosen, last) if times[last] - times[chosen] >= years / 2 else None


def required_among_achieved(
    required_per_year: FloatArray, achieved_per_year: FloatArray, neighbours: IntArray, sign: int
) -> Achieved:
    """Compare each area's required yearly rate with what its neighbours and all others achieved over a span.

    `neighbours` is areas x k row numbers, -1 for none; `sign` is +1 when the wanted direction is up.
    """
    want, got = required_per_year * sign, achieved_per_year * sign
    theirs = np.where(neighbours >= 0, got[neighbours], np.nan)
    known = np.isfinite(theirs)
    count = known.sum(axis=1).astype(np.int64)
    enough = np.where((count >= NEIGHBOURS_NEEDED) & np.isfinite(want), count, np.nan)
    as_fast = (theirs >= want[:, None] - 1e-12) & known
    everyone = np.sort(got[np.isfinite(got)])
    others = np.isfinite(got).sum() - np.isfinite(got).astype(np.int64)
    reached = len(everyone) - np.searchsorted(everyone, want - 1e-12, side="left")
    reached = reached - (got >= want - 1e-12)
    best = np.where(known, theirs, -np.inf).max(axis=1, initial=-np.inf)
    return Achieved(
        neighbour_share=as_fast.sum(axis=1) / enough,
        neighbour_count=count,
        neighbour_best=np.where(np.isfinite(best), best, np.nan) * sign,
        all_share=np.where(np.isfinite(want) & (others > 0), reached / np.maximum(others, 1), np.nan),
        all_count=others,
    )
