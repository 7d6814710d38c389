"""Distances between prepared areas, and the part that each feature has in them."""

from __future__ import annotations

import numpy as np

from likeforlike.analysis.preparation import Prepared
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import FloatArray, IntArray
from likeforlike.domain.neighbour_model import Metric

#: Above this condition number, or with fewer than five areas per feature, the covariance matrix is shrunk.
ILL_CONDITIONED = 1e6
AREAS_PER_FEATURE = 5


def coordinates(prepared: Prepared) -> FloatArray:
    """Areas x features: numbers whose differences make the distance, one column per feature.

    Euclidean: scaled value times the root of its weight; Mahalanobis: whitened values; Gower: scaled value
    times its weight's share (distances add up absolute differences; a nominal feature's numbers only say which
    label it is). NaN where a value is left out.
    """
    if prepared.metric is Metric.MAHALANOBIS:
        return whitened(prepared.scaled)
    factor = np.sqrt(prepared.weights) if prepared.metric is Metric.EUCLIDEAN else prepared.weight_shares
    found: FloatArray = prepared.scaled * factor
    return found


def pairwise(points: FloatArray, prepared: Prepared) -> FloatArray:
    """All distances, areas x areas: symmetric, 0 on the diagonal; `points` are the coordinates.

    Where values are left out, a pair is compared on the features that both have, and the sum is scaled up
    to the full weight; a pair that shares no weighted feature is infinitely far apart.
    """
    gower = prepared.metric is Metric.GOWER
    left_out = bool(np.isnan(points).any())
    areas, full = len(points), prepared.weights.sum()
    total, shared = np.zeros((areas, areas)), np.zeros((areas, areas)) if left_out else np.empty(0)
    for column, weight, mismatch in zip(points.T, prepared.weights, _mismatch(prepared), strict=True):
        added = _part(column[:, np.newaxis] - column, mismatch, gower=gower)
        if left_out:
            both = np.isfinite(added)
            added = np.where(both, added, 0.0)
            shared += np.where(both, weight, 0.0)
        total += added
    if left_out:
        with np.errstate(divide="ignore", invalid="ignore"):
            total = np.where(shared > 0, total * (full / shared), np.inf)
        np.fill_diagonal(total, 0.0)
    return total if gower else np.sqrt(total)


def _mismatch(prepared: Prepared) -> FloatArray:
    """What two different labels add, by feature; NaN for features that are numbers."""
    found: FloatArray = np.where(prepared.nominal, prepared.weight_shares, np.nan)
    return found


def _part(difference: FloatArray, mismatch: float, *, gower: bool) -> FloatArray:
    """What one feature adds: to the squared distance, or to the distance itself for Gower's."""
    if not gower:
        return difference * difference
    apart = np.abs(difference)
    return apart if np.isnan(mismatch) else np.where(apart > 0, mismatch, apart)


def parts(points: FloatArray, prepared: Prepared, first: IntArray, second: IntArray) -> FloatArray:
    """What each feature adds: to the squared distance, or to the distance itself for Gower's.

    `first` and `second` are row numbers of any one shape; the answer has one more axis, the features. NaN
    where either value is left out.
    """
    difference = np.abs(points[first] - points[second])
    if prepared.metric is not Metric.GOWER:
        squares: FloatArray = difference**2
        return squares
    found: FloatArray = np.where(prepared.nominal & (difference > 0), prepared.weight_shares, difference)
    return found


def shares_of(found: FloatArray) -> FloatArray:
    """Parts divided by their sum over the last axis; all NaN where that sum is 0."""
    total = np.nansum(found, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        shares: FloatArray = np.where(total > 0, found / np.where(total > 0, total, 1.0), np.nan)
    return shares


def whitened(scaled: FloatArray) -> FloatArray:
    """Values turned so that straight-line distance is Mahalanobis', columns as near to features as can be.

    x -> P^(-1/2) V^(-1/2) x with V the variances and P the correlations (Garthwaite and Koch 2016 use this
    transform to share a quadratic form out between variables). The covariance matrix is shrunk as Ledoit
    and Wolf (2004) advise when it is ill-conditioned or there are few areas. Raises DefinitionError when
    features are missing or determine each other exactly.
    """
    if np.isnan(scaled).any():
        raise DefinitionError(
            "The Mahalanobis distance needs every value.",
            instead="Write `missing: pool_median`, or `metric: euclidean`.",
        )
    areas, features = scaled.shape
    centred = scaled - scaled.mean(axis=0)
    covariance = centred.T @ centred / areas
    if np.linalg.matrix_rank(centred) < features:
        raise DefinitionError(
            "The features determine each other exactly, so the Mahalanobis distance does not exist.",
            instead="Remove a feature that follows from the others, or write `metric: euclidean`.",
        )
    if np.linalg.cond(covariance) > ILL_CONDITIONED or areas < AREAS_PER_FEATURE * features:
        covariance = shrunk(centred, covariance)
    deviation = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.outer(deviation, deviation))
    root = vectors @ np.diag(values**-0.5) @ vectors.T
    found: FloatArray = (centred / deviation) @ root
    return found


def shrunk(centred: FloatArray, covariance: FloatArray) -> FloatArray:
    """Covariance pulled towards a multiple of the identity, as in Ledoit and Wolf (2004), equation 14."""
    areas, features = centred.shape
    mean = np.trace(covariance) / features
    target = mean * np.eye(features)
    spread = ((covariance - target) ** 2).sum()
    squares = centred**2
    noise = ((squares.T @ squares) / areas - covariance**2).sum() / areas
    weight = min(noise, spread) / spread if spread > 0 else 1.0
    found: FloatArray = weight * target + (1 - weight) * covariance
    return found
