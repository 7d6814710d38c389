"""A release as it would have stood on an earlier day, where vintages are kept: the same code on older values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

import polars as pl

from likeforlike.analysis.neighbours import NeighbourSet
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.domain.period import Period, day_label
from likeforlike.domain.vintage import OBSERVATION_VINTAGE_SCHEMA, VINTAGE_SCHEMA
from likeforlike.observations.matrices import MatrixStore, ReplacedMatrices
from likeforlike.observations.vintages import PERIOD, known_on
from likeforlike.observations.yearly import YearlyTables
from likeforlike.pipeline.comparisons import Comparisons


class Edition(NamedTuple):
    """One publication of a period; see VINTAGE_SCHEMA."""

    published: date
    with_value: int
    changed: int
    decimals: int


@dataclass(frozen=True)
class Vintages:
    """Editions (VINTAGE_SCHEMA) and superseded values (OBSERVATION_VINTAGE_SCHEMA) of a release."""

    editions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=VINTAGE_SCHEMA))
    superseded: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OBSERVATION_VINTAGE_SCHEMA))

    @cached_property
    def indicator_ids(self) -> tuple[str, ...]:
        """Indicators that vintages are kept of."""
        return tuple(sorted(self.editions["indicator_id"].unique()))

    def must_have(self, indicator_id: str) -> None:
        """Raise NotFoundError, naming those there are, for an indicator without vintages."""
        if indicator_id not in self.indicator_ids:
            raise NotFoundError(
                f"No vintages of {indicator_id!r} are kept, so that what was known of it on an earlier day "
                "cannot be told.",
                instead=f"Vintages are kept only for: {', '.join(self.indicator_ids) or 'none'}.",
            )

    def of(self, indicator_id: str) -> pl.DataFrame:
        """The editions of one indicator, in the order of period and day; NotFoundError as `must_have`."""
        self.must_have(indicator_id)
        return self.editions.filter(pl.col("indicator_id") == indicator_id).sort(
            "period_end", "period_start", "published"
        )

    def days(self, indicator_id: str) -> tuple[date, ...]:
        """The days on which any period of the indicator was published, oldest first."""
        return tuple(self.of(indicator_id)["published"].unique().sort())

    def edition_of(self, indicator_id: str, day: date) -> date:
        """The newest edition published on or before a day; RequestError for a day before the first."""
        days = self.days(indicator_id)
        until = [one for one in days if one <= day]
        if not until:
            raise RequestError(
                f"Nothing of {indicator_id!r} had been published by {day_label(day)}, as far as vintages are "
                "kept.",
                instead=f"The first vintage is of {days[0]}: write that day or a later one.",
            )
        return until[-1]

    def known_on(
        self,
        observations: pl.DataFrame,
        indicator_id: str,
        day: date,
        *,
        only: Collection[Period] | None = None,
    ) -> pl.DataFrame:
        """One indicator's observations as published by a day, from those of today (OBSERVATION_SCHEMA)."""
        self.edition_of(indicator_id, day)
        editions, superseded = self.of(indicator_id), self._superseded.get(indicator_id)
        if superseded is None:
            superseded = pl.DataFrame(schema=OBSERVATION_VINTAGE_SCHEMA)
        if only is not None:
            editions = editions.join(_table(only), on=PERIOD[1:], how="semi")
            superseded = superseded.join(_table(only), on=PERIOD[1:], how="semi")
        return known_on(observations, editions, superseded, day)

    @cached_property
    def _superseded(self) -> dict[str, pl.DataFrame]:
        parts = self.superseded.partition_by("indicator_id", as_dict=True)
        return {str(key[0]): part for key, part in parts.items()}

    def by_period(self, indicator_id: str) -> Mapping[Period, Sequence[Edition]]:
        """Every period's editions, oldest first."""
        editions: dict[Period, list[Edition]] = {}
        for row in self.of(indicator_id).select("period_start", "period_end", *Edition._fields).iter_rows():
            editions.setdefault(Period.of(row[0], row[1]), []).append(Edition(*row[2:]))
        return editions


def _table(periods: Collection[Period]) -> pl.DataFrame:
    rows = [(period.start, period.end) for period in periods]
    return pl.DataFrame(rows, schema=dict.fromkeys(PERIOD[1:], pl.Date), orient="row")


class OtherValues(Comparisons):
    """Comparisons with the neighbours of others and values of their own.

    Neighbours are not found anew: what differs from the others is the revision of the figures alone.
    """

    def __init__(self, base: Comparisons, matrices: MatrixStore) -> None:
        """Take whose neighbours, and the values to compare."""
        super().__init__(matrices, base.register, base.indicators, base.powers.models, base.own)
        self._base = base

    def neighbours_of(self, model: NeighbourModel, as_of: date | None = None) -> NeighbourSet:
        """The others' neighbours."""
        return self._base.neighbours_of(model, as_of)

    def find_anew(self, model: NeighbourModel, as_of: date | None = None) -> NeighbourSet:
        """As `neighbours_of`."""
        return self._base.find_anew(model, as_of)

    def table_of(self, model: NeighbourModel, as_of: date | None = None) -> FeatureTable:
        """The others' features."""
        return self._base.table_of(model, as_of)

    def yearly_of(self, model: NeighbourModel) -> tuple[YearlyTables, dict[int, NeighbourSet]]:
        """The others' years."""
        return self._base.yearly_of(model)


def as_known_on(
    comparisons: Comparisons,
    vintages: Vintages,
    indicator_ids: Sequence[str],
    day: date,
    *,
    only: Collection[Period] | None = None,
) -> OtherValues:
    """The comparisons of today with the values of the given indicators as published by a day.

    `only` keeps some of their periods: comparisons in one do not depend on another. Raises NotFoundError for an
    indicator without vintages, RequestError for a day before its first one.
    """
    known = []
    for indicator_id in indicator_ids:
        observations = comparisons.matrices.observations(indicator_id)
        found = vintages.known_on(observations, indicator_id, day, only=only)
        known.append(found)
    matrices = ReplacedMatrices(
        comparisons.matrices,
        pl.concat(known),
        [comparisons.indicators[indicator_id] for indicator_id in indicator_ids],
        comparisons.register,
    )
    return OtherValues(comparisons, matrices)
