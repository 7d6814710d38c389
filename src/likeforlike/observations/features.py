"""The feature table of a neighbour model: from which period each feature is, and what districts inherit."""

from __future__ import annotations

from datetime import date

import numpy as np

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import DefinitionError, NotFoundError
from likeforlike.domain.matrix import FeatureTable, FloatArray, IntArray, LabelledMatrix
from likeforlike.domain.neighbour_model import Feature, Missing, NeighbourModel, Pool
from likeforlike.domain.period import Period
from likeforlike.observations.matrices import MatrixStore


def feature_table(
    model: NeighbourModel, matrices: MatrixStore, register: AreaRegister, *, as_of: date | None = None
) -> FeatureTable:
    """The model's features for every area of its pool, areas sorted by code.

    Each feature is taken from the period its rule names; with `as_of`, from no period that ends later. A
    district without a value takes its county's for the same period, and is flagged, when the model's missing
    policy says so. Raises DefinitionError for an unknown indicator or a feature without any such period.
    """
    assert model.pool is not Pool.OWN_TABLE, f"model {model.id} brings its own table"
    parts = [_column(feature, model, matrices, register, as_of) for feature in model.features]
    return FeatureTable.of(
        register.lower_tier if model.pool is Pool.LOWER_TIER else register.upper_tier,
        [feature.id for feature in model.features],
        np.column_stack([part.values for part in parts]),
        inherited=np.column_stack([part.inherited for part in parts]),
        lower_95=np.column_stack([part.lower for part in parts]),
        upper_95=np.column_stack([part.upper for part in parts]),
        periods=[part.period for part in parts],
    )


class _Column:
    """One feature's values and limits for the pool."""

    def __init__(self, matrix: LabelledMatrix, column: int) -> None:
        self.period: Period = matrix.periods[column]
        self.values: FloatArray = matrix.values[:, column].copy()
        self.lower: FloatArray = matrix.lower_95[:, column].copy()
        self.upper: FloatArray = matrix.upper_95[:, column].copy()
        self.inherited = np.zeros(len(self.values), dtype=np.bool_)

    def inherit(self, county: LabelledMatrix, rows: IntArray) -> None:
        """Fill missing values from `county`, whose row for each area is in `rows` (-1: none), same period."""
        if self.period not in county.periods:
            return
        column = county.column(self.period)
        found = np.where(rows >= 0, county.values[rows, column], np.nan)
        take = np.isnan(self.values) & np.isfinite(found)
        for own, theirs in (
            (self.values, county.values),
            (self.lower, county.lower_95),
            (self.upper, county.upper_95),
        ):
            own[take] = theirs[rows[take], column]
        self.inherited |= take


def _column(
    feature: Feature,
    model: NeighbourModel,
    matrices: MatrixStore,
    register: AreaRegister,
    as_of: date | None,
) -> _Column:
    try:
        matrix = matrices.matrix(feature.indicator, model.pool)
        upper = matrices.matrix(feature.indicator, Pool.UPPER_TIER)
    except NotFoundError as problem:
        raise DefinitionError(
            f"Model {model.id}: there is no indicator {feature.indicator!r} for feature {feature.id!r}.",
            instead="Write the id of an indicator (`likeforlike indicators` lists them).",
        ) from problem
    inherits = model.missing is Missing.UPPER_TIER_THEN_MEDIAN and model.pool is Pool.LOWER_TIER
    source = matrix if matrix.periods or not inherits else upper
    period = source.periods[choose_period(feature, source, as_of)]
    column = _Column(_with_period(matrix, period), 0)
    if inherits:
        column.inherit(upper, _county_rows(upper, register))
    return column


def _with_period(matrix: LabelledMatrix, period: Period) -> LabelledMatrix:
    """The matrix with that one period; all missing when it has none."""
    shape = (len(matrix.areas), 1)
    if period in matrix.periods:
        at = [matrix.column(period)]
        return LabelledMatrix(
            matrix.areas,
            (period,),
            matrix.values[:, at],
            matrix.lower_95[:, at],
            matrix.upper_95[:, at],
            matrix.counted[:, at],
        )
    empty = np.full(shape, np.nan)
    return LabelledMatrix(matrix.areas, (period,), empty, empty, empty, np.ones(shape, dtype=np.bool_))


def choose_period(feature: Feature, matrix: LabelledMatrix, as_of: date | None = None) -> int:
    """The column that a feature is taken from.

    "latest": the newest period with values for at least nine tenths of the areas that any period has; a
    date: the newest such period that ends on or before it; `as_of` rules out later ones in both cases.
    """
    limits = [day for day in (as_of, _day(feature)) if day is not None]
    last = min(limits) if limits else date.max
    ended = np.array([period.end <= last for period in matrix.periods], dtype=np.bool_)
    if not ended.any():
        when = f" that ends on or before {last.isoformat()}" if limits else ""
        raise DefinitionError(
            f"Feature {feature.id!r} has no period{when}.",
            instead=f"Its first ends on {matrix.periods[0].end.isoformat()}."
            if matrix.periods
            else "Remove it from the model.",
        )
    present = np.isfinite(matrix.values).sum(axis=0)
    enough = ended & (present >= 0.9 * present[ended].max())
    return int(np.flatnonzero(enough)[-1])


def _day(feature: Feature) -> date | None:
    if feature.period == "latest":
        return None
    try:
        return date.fromisoformat(feature.period)
    except ValueError as problem:
        raise DefinitionError(
            f"Feature {feature.id!r} has the period {feature.period!r}.",
            instead='Write "latest" or a date such as 2019-12-31.',
        ) from problem


def _county_rows(upper: LabelledMatrix, register: AreaRegister) -> IntArray:
    """The row in the upper-tier matrix of each lower-tier area's county; -1 for single-tier areas."""
    row_of = upper.row_of
    counties = [register.areas[code].county_code for code in register.lower_tier]
    return np.array([-1 if code is None else row_of.get(code, -1) for code in counties], dtype=np.int64)
