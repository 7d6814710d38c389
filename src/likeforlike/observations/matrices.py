"""Dense area x period matrices, one per indicator and comparison group, made when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.matrix import IntArray, LabelledMatrix
from likeforlike.domain.neighbour_model import Pool
from likeforlike.domain.period import Period

ORDER = ("indicator_id", "period_end", "period_start", "area_code")
_NO_ROWS = pl.Series(dtype=pl.UInt32)
_NUMBERS = ("value", "lower_95", "upper_95")


class MatrixStore:
    """Matrices of all indicators over the areas in force today.

    Observations are sorted once and kept as arrays; a matrix is a slice of them, scattered into place, and
    is kept for the next time. The arrays of a matrix are read-only, because every caller gets the same
    ones.
    """

    def __init__(
        self, observations: pl.DataFrame, indicators: Iterable[Indicator], register: AreaRegister
    ) -> None:
        """Take observations (OBSERVATION_SCHEMA, one row per indicator, area and period).

        They are sorted here unless they come in the order in which a release stores them.
        """
        self._ids = {indicator.id for indicator in indicators}
        self._areas = {Pool.LOWER_TIER: register.lower_tier, Pool.UPPER_TIER: register.upper_tier}
        self._observations = observations if _in_order(observations) else observations.sort(ORDER)
        self._slices = _slices(self._observations["indicator_id"])
        self._numbers = np.stack(
            [self._observations[name].to_numpy().astype(np.float64) for name in _NUMBERS]
        )
        shared = pl.col("shared_with").is_null() | (pl.col("shared_with") == pl.col("area_code"))
        self._counted = self._observations.select(shared).to_series().to_numpy()
        days = self._observations.select(
            pl.col("period_end", "period_start").to_physical().cast(pl.Int64)
        ).to_numpy()
        self._period = days[:, 0] << 32 | (days[:, 1] + (1 << 31))
        self._rows: dict[Pool, IntArray] = {}
        self._made: dict[tuple[str, Pool], LabelledMatrix] = {}
        self._by_area: dict[str, dict[str, pl.Series]] = {}

    def matrix(self, indicator_id: str, pool: Pool) -> LabelledMatrix:
        """One indicator's values for a pool: lower tier (296 areas) or upper tier (153), sorted by code.

        Columns are the periods for which any of these areas has a value, oldest first; an indicator without
        one gives a matrix without columns. A district has no upper-tier value here. Raises NotFoundError
        for an unknown indicator.
        """
        if (indicator_id, pool) not in self._made:
            self._made[indicator_id, pool] = self._make(indicator_id, pool)
        return self._made[indicator_id, pool]

    def aggregate(self, indicator_id: str, area_code: str) -> pl.DataFrame:
        """One area's observations, oldest first: of a council, England, a region or any other area."""
        return self.observations(indicator_id)[self._rows_of(indicator_id, area_code)]

    def rows(self, indicator_id: str, area_code: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Some columns of the same as dictionaries; quicker for the few rows that most areas have, because nothing
        is handed to threads."""
        table = self.observations(indicator_id)[list(columns)]
        return [table.row(row, named=True) for row in self._rows_of(indicator_id, area_code)]

    def _rows_of(self, indicator_id: str, area_code: str) -> pl.Series:
        """Where an area's observations stand among those of the indicator."""
        if indicator_id not in self._by_area:
            self._by_area[indicator_id] = _rows_by_area(self.observations(indicator_id)["area_code"])
        return self._by_area[indicator_id].get(area_code, _NO_ROWS)

    def observations(self, indicator_id: str) -> pl.DataFrame:
        """One indicator's observations of all areas, as OBSERVATION_SCHEMA, oldest first and then by area."""
        start, stop = self._slice(indicator_id)
        return self._observations[start:stop]

    def _slice(self, indicator_id: str) -> tuple[int, int]:
        if indicator_id not in self._ids:
            raise NotFoundError(f"There is no indicator {indicator_id!r}.")
        return self._slices.get(indicator_id, (0, 0))

    def _make(self, indicator_id: str, pool: Pool) -> LabelledMatrix:
        start, stop = self._slice(indicator_id)
        areas = self._areas[pool]
        row = self._row_numbers(pool)[start:stop]
        numbers, period, counted = (
            self._numbers[:, start:stop],
            self._period[start:stop],
            self._counted[start:stop],
        )
        use = (row >= 0) & np.isfinite(numbers[0])
        labels, column = np.unique(period[use], return_inverse=True)
        cells = np.full((len(_NUMBERS), len(areas), len(labels)), np.nan)
        cells[:, row[use], column] = numbers[:, use]
        once = np.ones((len(areas), len(labels)), dtype=np.bool_)
        once[row[use], column] = counted[use]
        cells.flags.writeable = once.flags.writeable = False
        return LabelledMatrix(areas, _periods(labels), cells[0], cells[1], cells[2], once)

    def _row_numbers(self, pool: Pool) -> IntArray:
        """The matrix row of every observation, -1 for areas outside the pool."""
        if pool not in self._rows:
            areas = self._areas[pool]
            index = pl.col("area_code").replace_strict(
                areas, list(range(len(areas))), default=-1, return_dtype=pl.Int64
            )
            self._rows[pool] = self._observations.select(index).to_series().to_numpy()
        return self._rows[pool]


class ReplacedMatrices(MatrixStore):
    """Another store's matrices, those of some indicators made of other observations."""

    def __init__(
        self,
        base: MatrixStore,
        observations: pl.DataFrame,
        indicators: Iterable[Indicator],
        register: AreaRegister,
    ) -> None:
        """Take the other store, and the indicators to replace with their observations."""
        super().__init__(observations, indicators, register)
        self._base = base

    def matrix(self, indicator_id: str, pool: Pool) -> LabelledMatrix:
        """As MatrixStore, from the observations given here or else from the other store."""
        here = indicator_id in self._ids
        return super().matrix(indicator_id, pool) if here else self._base.matrix(indicator_id, pool)

    def observations(self, indicator_id: str) -> pl.DataFrame:
        """As MatrixStore, those given here or else the other store's."""
        here = indicator_id in self._ids
        return super().observations(indicator_id) if here else self._base.observations(indicator_id)


def _in_order(observations: pl.DataFrame) -> bool:
    """Whether every row comes after the one before; far quicker to tell than to sort."""
    after, tied = pl.lit(value=False), pl.lit(value=True)
    for name in ORDER:
        column = pl.col(name)
        after = after | (tied & (column > column.shift(1)))
        tied = tied & (column == column.shift(1))
    return bool(observations.select((after | tied).slice(1).all()).item())


def _slices(sorted_ids: pl.Series) -> dict[str, tuple[int, int]]:
    """First row and the row after the last of every id."""
    runs = sorted_ids.rle().struct.unnest()
    stops = np.cumsum(runs["len"].to_numpy()).tolist()
    return dict(zip(runs["value"], zip([0, *stops], stops, strict=False), strict=True))


def _rows_by_area(codes: pl.Series) -> dict[str, pl.Series]:
    """Row numbers of every area in one indicator's observations, in their order."""
    grouped = pl.DataFrame({"code": codes}).with_row_index("row").group_by("code").agg(pl.col("row"))
    return dict(zip(grouped["code"], grouped["row"], strict=True))


def _periods(labels: IntArray) -> tuple[Period, ...]:
    """Periods from numbers that hold the last day in the upper and the first day in the lower half."""
    days = np.stack([labels >> 32, (labels & 0xFFFFFFFF) - (1 << 31)]).astype("datetime64[D]").tolist()
    return tuple(Period(end=end, start=start) for end, start in zip(*days, strict=True))
