"""Denominators that do not match: counts, rates and totals that cannot all be right.

A county's count must be the sum of its districts', its rate must lie between their lowest and highest, and a count
divided by its rate must give about the denominator that is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from likeforlike.analysis.quality.series import FEWEST_COUNCILS, MAD_TO_SD, median
from likeforlike.domain.matrix import FloatArray, IntArray
from likeforlike.domain.quality import Check, Flag, Pattern, Severity

#: A sum may miss by this share, a rate lie outside by as much, and both by half a last digit for each part.
SLACK_SHARE = 0.005
#: Where fewer than this share of counties fit, the figure of a county is about the county council, not its area.
FEWEST_FIT = 0.5
#: An implied denominator is off when it is so many robust standard deviations, and this share, from what all
#: councils' imply, and rounding cannot explain it.
DEVIATIONS, LEAST_OFF = 6.0, 0.05


def counties_against_districts(
    values: FloatArray, parts: Mapping[int, Sequence[int]], *, adds_up: bool, decimals: int
) -> list[Flag]:
    """Counties whose figure their districts' cannot make.

    `values` is areas x periods; `parts` gives the rows of each county's districts by the county's row. Only
    counties with values for all districts are looked at.
    """
    flags: list[Flag] = []
    fits = looked_at = 0
    for county, districts in parts.items():
        own, theirs = values[county], values[list(districts)]
        complete = np.isfinite(own) & np.isfinite(theirs).all(axis=0)
        step = 0.5 * 10.0**-decimals
        for column in np.flatnonzero(complete).tolist():
            value, of_parts = float(own[column]), theirs[:, column]
            looked_at += 1
            slack = SLACK_SHARE * abs(value) + step * (len(districts) + 1 if adds_up else 2)
            within = float(np.clip(value, of_parts.min(), of_parts.max()))
            nearest = float(of_parts.sum()) if adds_up else within
            if abs(value - nearest) <= slack:
                fits += 1
                continue
            flags.append(
                Flag(
                    check=Check.DENOMINATOR,
                    pattern=Pattern.SUM_OF_DISTRICTS if adds_up else Pattern.OUTSIDE_DISTRICTS,
                    severity=Severity.PROBABLE_ERROR,
                    row=county,
                    column=column,
                    value=value,
                    compared=nearest,
                    number=value / nearest if nearest else float("nan"),
                )
            )
    return flags if fits >= FEWEST_FIT * looked_at else []


def implied_denominators(
    rate: FloatArray,
    count: FloatArray,
    denominator: FloatArray,
    *,
    per: float,
    rate_step: float,
    columns: IntArray,
) -> list[Flag]:
    """Rates that with their count imply another denominator than the one published.

    All three are areas x periods of the rate; `per` is how many of the denominator the rate is of (100 for a
    percentage), `rate_step` the unit in which rates are rounded. `columns` are those where all three exist.
    What is common to all councils of a period (another date, another definition) is taken off first.
    """
    flags: list[Flag] = []
    for column in columns.tolist():
        used = (rate[:, column] > 0) & (count[:, column] > 0) & (denominator[:, column] > 0)
        if used.sum() < FEWEST_COUNCILS:
            continue
        with np.errstate(divide="ignore", invalid="ignore"):
            implied = count[:, column] / rate[:, column] * per
            off = np.where(used, np.log(implied / denominator[:, column]), np.nan)
            rounding = np.where(used, rate_step / 2 / rate[:, column] + 0.5 / count[:, column], np.nan)
        off = off - float(median(off, 0))
        usual = MAD_TO_SD * float(median(np.abs(off), 0))
        with np.errstate(invalid="ignore"):
            wrong = np.abs(off) > np.maximum(DEVIATIONS * usual, LEAST_OFF) + 2 * rounding
        flags += [
            Flag(
                check=Check.DENOMINATOR,
                pattern=Pattern.IMPLIED,
                severity=Severity.PROBABLE_ERROR,
                row=row,
                column=column,
                value=float(implied[row]),
                compared=float(denominator[row, column]),
                number=float(np.exp(off[row])),
            )
            for row in np.flatnonzero(wrong).tolist()
        ]
    return flags
