"""What every step of a build may use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from likeforlike.definitions.loader import Definitions
from likeforlike.domain.area import AreaRegister
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.comparisons import Comparisons
from likeforlike.pipeline.own_tables import OwnTables, read_own_tables
from likeforlike.pipeline.vintages import Vintages


@dataclass(frozen=True)
class BuildContext:
    """The inputs of a step: raw files, definitions, and the observations made of them.

    `observations` follow OBSERVATION_SCHEMA in the order of their key, `report` REPORT_SCHEMA.
    """

    folder: Path
    definitions: Definitions
    register: AreaRegister
    observations: pl.DataFrame
    matrices: MatrixStore
    report: pl.DataFrame
    vintages: Vintages
    #: What neighbour models bring with them, where it does not come from raw files.
    own: OwnTables | None = None

    @cached_property
    def comparisons(self) -> Comparisons:
        """Neighbour sets and benchmarks, found when first asked for."""
        return Comparisons(
            self.matrices,
            self.register,
            self.definitions.indicators,
            self.definitions.neighbour_models,
            self.own or read_own_tables(self.folder, self.definitions, self.register),
        )
