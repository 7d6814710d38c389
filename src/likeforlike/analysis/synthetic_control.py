"""One council against a mixture of others that moved as it did before the award.

The weights are nought or more and add up to one; they are those that come nearest to the council's outcome
in the periods before (Abadie, Diamond and Hainmueller 2010, without covariates). Chance is judged by doing
the same for each of the others in turn: the council's rank by how much worse the fit is after the award
than before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from likeforlike.domain.matrix import BoolArray, FloatArray

#: A fit before the award that is worse than this share of the spread between councils is no fit.
WORST_FIT = 0.25
#: Rounds of the exact solver; far more than any council needs.
ROUNDS = 500


@dataclass(frozen=True)
class Synthetic:
    """The mixture and what came of it.

    `weights` are one per other council; `path` is the mixture's outcome in every period; `before` marks the
    periods the weights were fitted on. `rank` is the council's place (1 = largest) among itself and the
    others by the ratio of misfit after to misfit before, so that the smallest p-value there can be is one
    divided by `ranked`.
    """

    weights: FloatArray
    path: FloatArray
    before: BoolArray
    difference: FloatArray
    misfit_before: float
    misfit_after: float
    rank: int
    ranked: int
    usable: bool

    @property
    def p_value(self) -> float:
        """The share of councils at least as far off as this one."""
        return self.rank / self.ranked

    @property
    def mean_difference(self) -> float:
        """The mean difference from the mixture over the periods after."""
        return float(self.difference[~self.before].mean())


def synthetic_control(
    outcome: FloatArray, others: FloatArray, before: BoolArray, *, spread: float
) -> Synthetic:
    """The mixture of `others` (councils x periods, no value missing) for `outcome` (periods).

    `before` marks periods before the award; periods left out of both belong in neither array. `spread` is
    the standard deviation between councils, against which the fit before the award is judged.
    """
    weights = simplex_weights(others[:, before].T, outcome[before])
    path = weights @ others
    difference = outcome - path
    own = _ratio(difference, before)
    ratios = [_ratio(_left_out(others, row, before), before) for row in range(len(others))]
    misfit = _root_mean_square(difference[before])
    return Synthetic(
        weights=weights,
        path=path,
        before=before,
        difference=difference,
        misfit_before=misfit,
        misfit_after=_root_mean_square(difference[~before]),
        rank=1 + sum(ratio >= own for ratio in ratios),
        ranked=1 + len(ratios),
        usable=misfit <= WORST_FIT * spread,
    )


def simplex_weights(features: FloatArray, wanted: FloatArray) -> FloatArray:
    """Weights, nought or more and adding up to one, that bring `features @ weights` nearest to `wanted`.

    Non-negative least squares on features measured from `wanted`, with one more row that holds the sum: the
    direction of its solution is the constrained one's, exactly (Wolfe's nearest point of a polytope), so
    that no penalty is chosen.
    """
    count = features.shape[1]
    apart = features - wanted[:, None]
    scale = float(np.abs(apart).max()) or 1.0
    stacked = np.vstack([apart / scale, np.ones(count)])
    target = np.append(np.zeros(len(wanted)), 1.0)
    solved, _ = optimize.nnls(stacked, target, maxiter=ROUNDS)
    weights: FloatArray = solved / solved.sum()
    return weights


def _left_out(others: FloatArray, row: int, before: BoolArray) -> FloatArray:
    """One of the others' difference from its own mixture of the rest."""
    rest = np.delete(others, row, axis=0)
    difference: FloatArray = others[row] - simplex_weights(rest[:, before].T, others[row, before]) @ rest
    return difference


def _ratio(difference: FloatArray, before: BoolArray) -> float:
    misfit = _root_mean_square(difference[before])
    return _root_mean_square(difference[~before]) / misfit if misfit > 0 else np.inf


def _root_mean_square(values: FloatArray) -> float:
    return float(np.sqrt((values**2).mean()))
