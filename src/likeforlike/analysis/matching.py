"""Which unfunded places each funded place is compared with, and what that makes of any change.

A funded place's comparators are the `k` unfunded places nearest to it: near in the circumstances that a
neighbour model describes and in the history of the outcome before the award, both counting half. An
estimate is then one sum of changes with weights: 1/N for each funded place, and minus 1/(kN) for a place
each time it serves as comparator. The same weights serve every period, and drawing the funded places at
random gives the weights of a placebo fund.

Matching before differencing when awards are staggered follows Imai, Kim and Wang (2023), "Matching methods
for causal inference with time-series cross-sectional data"; the variance follows Abadie and Imbens (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeforlike.domain.matrix import BoolArray, FloatArray, IntArray

#: Random funds made at a time, so that memory stays small.
CHUNK = 100


@dataclass(frozen=True)
class Cohort:
    """Funded places that share the same last period before and first period after the award.

    `order` is places x others: for every place the others, nearest first. `changes` is places x
    outcomes (NaN missing): what is compared. All rows are the places of the design, funded or not.
    """

    order: IntArray
    changes: FloatArray


@dataclass(frozen=True)
class Matched:
    """An estimate per outcome, and how it came about.

    `value` and `standard_error` have one entry per outcome; `difference` is funded places x outcomes;
    `comparators` is funded places x k rows of places (-1 = none).
    """

    value: FloatArray
    standard_error: FloatArray
    difference: FloatArray
    comparators: IntArray


def matching_distances(circumstances: FloatArray, history: FloatArray) -> FloatArray:
    """Squared distances between places (n x n), half from circumstances and half from the outcome's history.

    `circumstances` is n x n distances from a neighbour model; `history` is n x features in any unit, scaled
    here by the spread over places. Either half is divided by its own median, so that neither counts for
    more by its unit.
    """
    spread = np.nanstd(history, axis=0)
    scaled = history[:, spread > 0] / spread[spread > 0]
    apart = scaled[:, None, :] - scaled[None, :, :]
    return _by_median(circumstances**2) + _by_median((apart**2).sum(axis=2))


def _by_median(squared: FloatArray) -> FloatArray:
    off = squared[~np.eye(len(squared), dtype=np.bool_)]
    known = off[np.isfinite(off)]
    middle = float(np.median(known)) if len(known) else 0.0
    scaled: FloatArray = squared / middle if middle > 0 else np.zeros_like(squared)
    return scaled


def nearest_first(distances: FloatArray) -> IntArray:
    """Other places, nearest first (n x n-1); ties in the order of rows, a missing distance last."""
    own = distances.copy()
    np.fill_diagonal(own, np.inf)
    own[~np.isfinite(own)] = np.inf
    return np.argsort(own, axis=1, kind="stable")[:, :-1].astype(np.int64)


def comparators(order: IntArray, rows: IntArray, funded: BoolArray, k: int) -> IntArray:
    """The first `k` unfunded candidates of each row (batch x rows x k; -1 = none).

    `rows` is batch x funded places, `funded` batch x places.
    """
    candidates = order[rows]
    free = ~funded[np.arange(len(rows))[:, None, None], candidates]
    place = np.cumsum(free, axis=2, dtype=np.int16)
    chosen = np.full((*rows.shape, k), -1, dtype=np.int64)
    batch, row, column = np.nonzero(free & (place <= k))
    chosen[batch, row, place[batch, row, column] - 1] = candidates[batch, row, column]
    return chosen


def weights(rows: IntArray, chosen: IntArray, places: int, total: int) -> FloatArray:
    """The weight of every place's change in each estimate (batch x places); a batch's weights sum to nought.

    `total` is the number of funded places over all cohorts. A funded place without a comparator gets no
    weight.
    """
    batches = len(rows)
    served = chosen >= 0
    count = served.sum(axis=2)
    share = np.divide(1.0, count, out=np.zeros(count.shape), where=count > 0) / total
    offset = np.arange(batches)[:, None] * places
    flat = np.bincount((offset + rows).ravel(), (count > 0).ravel() / total, batches * places)
    taken = (offset[:, :, None] + chosen)[served]
    flat -= np.bincount(taken, np.broadcast_to(share[:, :, None], chosen.shape)[served], batches * places)
    made: FloatArray = flat.reshape(batches, places).astype(np.float64)
    return made


def estimate(cohorts: Sequence[Cohort], members: Sequence[IntArray], k: int) -> Matched:
    """The matched difference-in-differences, averaged over funded places, for every outcome.

    `members` are the rows of each cohort's funded places. Changes must be known for all funded places; the
    caller leaves out places that lack one.
    """
    places = len(cohorts[0].order)
    total = sum(len(rows) for rows in members)
    funded = np.zeros((1, places), dtype=np.bool_)
    funded[0, np.concatenate(members)] = True
    parts, picks, noise = [], [], []
    for cohort, rows in zip(cohorts, members, strict=True):
        chosen = comparators(cohort.order, rows[None, :], funded, k)[0]
        parts.append(cohort.changes[rows] - _mean_of(cohort.changes, chosen))
        picks.append(chosen)
        noise.append(_comparator_noise(cohort, chosen, funded[0], k))
    difference = np.concatenate(parts)
    value = difference.mean(axis=0)
    spread = ((difference - value) ** 2).sum(axis=0)
    together = np.sum([use for use, _ in noise], axis=0)
    own = np.sum([square for _, square in noise], axis=0)
    variance = (spread + (together**2 - own).sum(axis=0)) / total**2
    return Matched(value, np.sqrt(np.maximum(variance, 0.0)), difference, np.concatenate(picks))


def _mean_of(changes: FloatArray, chosen: IntArray) -> FloatArray:
    """The mean change of each row's comparators (rows x outcomes)."""
    served = (chosen >= 0)[:, :, None]
    picked = np.where(served, changes[chosen], 0.0)
    mean: FloatArray = picked.sum(axis=1) / served.sum(axis=1)
    return mean


def _comparator_noise(
    cohort: Cohort, chosen: IntArray, funded: BoolArray, k: int
) -> tuple[FloatArray, FloatArray]:
    """What comparators add to the variance: their use times their own spread (places x outcomes), and its
    square part.

    A comparator's spread is its difference from the unfunded places nearest to it. Its own part is taken off
    because the spread of the funded places' differences holds it already.
    """
    served = chosen >= 0
    count = np.broadcast_to(served.sum(axis=1, keepdims=True), chosen.shape)[served]
    use = np.bincount(chosen[served], 1.0 / count, len(funded))
    square = np.bincount(chosen[served], 1.0 / count**2, len(funded))
    rows = np.flatnonzero(use)
    near = comparators(cohort.order, rows[None, :], funded[None, :], k)[0]
    spread = np.zeros(cohort.changes.shape)
    spread[rows] = np.sqrt(k / (k + 1)) * (cohort.changes[rows] - _mean_of(cohort.changes, near))
    return use[:, None] * spread, square[:, None] * spread**2


def placebo_estimates(
    cohorts: Sequence[Cohort], sizes: Sequence[int], k: int, *, draws: int, seed: int
) -> FloatArray:
    """Estimates of `draws` funds that never were (draws x outcomes).

    Each gives the same number of awards in each cohort to places drawn at random, and is matched anew. The
    candidates of a place are all the others, so that each finds `k` as long as so many are unfunded.
    """
    places, total = len(cohorts[0].order), sum(sizes)
    served = min(k, places - total)
    assert served > 0, "a placebo fund needs places that it does not reach"
    cohort_of = _drawn(places, sizes, draws, seed)
    unfunded = cohort_of == len(sizes)
    free = np.ascontiguousarray(unfunded.T).view(np.uint8)
    made = np.zeros((draws, cohorts[0].changes.shape[1]))
    for number, cohort in enumerate(cohorts):
        members = cohort_of == number
        times = _times_chosen(cohort.order, np.ascontiguousarray(members.T), free, served)
        for start in range(0, draws, CHUNK):
            part = slice(start, start + CHUNK)
            share = np.divide(times[:, part].T, -served, order="C")
            share += members[part]
            share /= total
            made[part] += share @ cohort.changes
    return made


def _drawn(places: int, sizes: Sequence[int], draws: int, seed: int) -> NDArray[np.uint8]:
    """The cohort that each place is drawn into (draws x places); the number of cohorts for one not funded."""
    random = np.random.default_rng(seed)
    edges = np.cumsum(sizes) - 1
    cohort_of = np.zeros((draws, places), dtype=np.uint8)
    for start in range(0, draws, CHUNK):
        part = cohort_of[start : start + CHUNK]
        lots = random.random(part.shape)
        for last in np.partition(lots, edges, axis=1)[:, edges].T:
            part += lots > last[:, None]
    return cohort_of


def _times_chosen(order: IntArray, members: BoolArray, free: NDArray[np.uint8], k: int) -> NDArray[np.int16]:
    """How often each place serves as comparator in each draw (places x draws), as `comparators` would choose.

    `members` are the funded places to be served and `free` marks the unfunded ones, both places x draws: all
    draws are taken through the candidates together, nearest first, until nobody lacks one.
    """
    times = np.zeros(members.shape, dtype=np.int16)
    lacks, rows = members * np.uint8(k), np.arange(len(order))
    for candidates in order.T:
        lacking = lacks.any(axis=1)
        rows, lacks = rows[lacking], lacks[lacking]
        if not len(rows):
            break
        chosen = candidates[rows]
        taken = np.minimum(lacks, free[chosen])
        lacks -= taken
        for place, some in zip(chosen, taken, strict=True):
            times[place] += some
    return times
