"""Correlations of two values per area: rank, linear, population-weighted, and Kendall's tau-b."""

from __future__ import annotations

import numpy as np

from likeforlike.analysis.resampling import positions, tie_groups
from likeforlike.domain.matrix import FloatArray


def pearson(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted linear correlation along the last axis; missing where either does not vary.

    `x`, `y` and `weights` broadcast; weights of 1 give the ordinary coefficient.
    """
    total = weights.sum(axis=-1, keepdims=True)
    dx = x - (weights * x).sum(axis=-1, keepdims=True) / total
    dy = y - (weights * y).sum(axis=-1, keepdims=True) / total
    sxx, syy = (weights * dx**2).sum(axis=-1), (weights * dy**2).sum(axis=-1)
    scale = np.sqrt(sxx * syy)
    # What rounding leaves of a constant is not variation.
    flat = (sxx <= 1e-24 * (weights * x**2).sum(axis=-1)) | (syy <= 1e-24 * (weights * y**2).sum(axis=-1))
    defined = (scale > 0) & ~flat
    return np.where(defined, (weights * dx * dy).sum(axis=-1) / np.where(defined, scale, 1.0), np.nan)


def rank_scores(values: FloatArray, counts: FloatArray) -> FloatArray:
    """Mean ranks within each resample, centred, times sqrt(count), scaled so that squares sum to 1: rows
    x n.

    The row-wise product of two such arrays is Spearman's coefficient, so that one array serves many partners.
    Missing where all values of a resample are equal.
    """
    below, at = positions(values, counts)
    # The mean of all mean ranks is (number + 1) / 2, so that centring needs no pass of its own.
    centred = below + (at - counts.sum(axis=-1, keepdims=True)) / 2
    scores = np.sqrt(counts) * centred
    length = np.sqrt(np.einsum("ij,ij->i", scores, scores))[:, None]
    scaled: FloatArray = scores / np.where(length > 0, length, np.nan)
    return scaled


def spearman(x: FloatArray, y: FloatArray) -> float:
    """Spearman's rank correlation, ties given their mean rank."""
    ones = np.ones((1, len(x)))
    return float((rank_scores(x, ones) * rank_scores(y, ones)).sum())


def signs(values: FloatArray) -> FloatArray:
    """The sign of every difference between two areas, 0 for equal values: n x n."""
    _, group = tie_groups(values)
    found: FloatArray = np.sign(group[:, None] - group[None, :]).astype(np.float64)
    return found


def kendall(signs_x: FloatArray, signs_y: FloatArray, counts: FloatArray) -> FloatArray:
    """Kendall's tau-b in each resample, from `signs` of both values (n x n) and counts (rows x n).

    Pairs of one area with itself are ties in both and take no part, as in the usual coefficient.
    """

    def pairs(matrix: FloatArray) -> FloatArray:
        return np.asarray(((counts @ matrix) * counts).sum(axis=-1), dtype=np.float64)

    scale = np.sqrt(pairs(np.abs(signs_x)) * pairs(np.abs(signs_y)))
    defined = scale > 0
    return np.where(defined, pairs(signs_x * signs_y) / np.where(defined, scale, 1.0), np.nan)
