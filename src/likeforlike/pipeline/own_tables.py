"""Feature tables and published lists that neighbour models bring with them, and how a release keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from likeforlike.analysis.neighbours import NONE, NeighbourSet
from likeforlike.analysis.preparation import Prepared
from likeforlike.definitions.loader import Definitions
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.matrix import FeatureTable
from likeforlike.domain.neighbour_model import NeighbourModel
from likeforlike.sources import dfe_statistical_neighbours, ons_subnational_indicators

#: One row = one feature of one area, in the source's own units; `inherited` where a district holds its
#: county's value. Codes are those of the source's edition.
MODEL_FEATURE_SCHEMA = pl.Schema(
    {
        "source_id": pl.String,
        "area_code": pl.String,
        "area_name": pl.String,
        "feature_id": pl.String,
        "value": pl.Float64,
        "inherited": pl.Boolean,
    }
)
#: One row = one place in a published list; `closeness` is the publisher's word for it.
PUBLISHED_NEIGHBOUR_SCHEMA = pl.Schema(
    {
        "source_id": pl.String,
        "area_code": pl.String,
        "rank": pl.UInt16,
        "neighbour_code": pl.String,
        "closeness": pl.String,
    }
)


@dataclass(frozen=True)
class OwnTables:
    """Feature tables and published lists by source id, and the names of their areas."""

    features: Mapping[str, FeatureTable] = field(default_factory=dict)
    lists: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, model_feature: pl.DataFrame, published_neighbour: pl.DataFrame) -> OwnTables:
        """From the two tables of a release."""
        features = {
            str(key[0]): _wide(rows) for key, rows in model_feature.group_by("source_id", maintain_order=True)
        }
        lists = {
            str(key[0]): rows.sort("area_code", "rank")
            for key, rows in published_neighbour.group_by("source_id", maintain_order=True)
        }
        names = dict(model_feature.select("area_code", "area_name").unique().sort("area_code").iter_rows())
        return cls(features, lists, names)

    def tables(self) -> dict[str, pl.DataFrame]:
        """The two tables of a release, from which `of` makes the same again."""
        features = [_long(source_id, table, self.names) for source_id, table in self.features.items()]
        lists = [
            rows.select(pl.lit(source_id).alias("source_id"), *PUBLISHED_NEIGHBOUR_SCHEMA.names()[1:])
            for source_id, rows in self.lists.items()
        ]
        return {
            "model_feature": pl.concat([pl.DataFrame(schema=MODEL_FEATURE_SCHEMA), *features]),
            "published_neighbour": pl.concat(
                [
                    pl.DataFrame(schema=PUBLISHED_NEIGHBOUR_SCHEMA),
                    *(rows.cast(PUBLISHED_NEIGHBOUR_SCHEMA) for rows in lists),
                ]
            ),
        }

    def feature_table(self, model: NeighbourModel) -> FeatureTable:
        """The table of a model that brings its own, with the model's declared corrections made.

        Raises DefinitionError for a source without a table, and for a correction whose cell no longer holds
        what it says.
        """
        if model.source_id is None or model.source_id not in self.features:
            raise DefinitionError(
                f"Model {model.id} brings its own table, and {model.source_id} has none here.",
                instead=f"Write `source_id:` with one of: {', '.join(self.features) or 'none'}.",
            )
        return corrected(self.features[model.source_id], model)

    def published(self, model: NeighbourModel) -> NeighbourSet:
        """A published list as a neighbour set: no features, and no distances."""
        if model.source_id is None or model.source_id not in self.lists:
            raise DefinitionError(
                f"Model {model.id} is a published list, and {model.source_id} has none here."
            )
        rows = self.lists[model.source_id]
        areas = tuple(sorted({*rows["area_code"], *rows["neighbour_code"]}))
        row_of = {code: row for row, code in enumerate(areas)}
        neighbours = np.full((len(areas), model.k), NONE, dtype=np.int64)
        for area, rank, other in rows.select("area_code", "rank", "neighbour_code").iter_rows():
            if rank <= model.k:
                neighbours[row_of[area], rank - 1] = row_of[other]
        none = np.empty((len(areas), 0))
        empty = np.zeros(none.shape, dtype=np.bool_)
        labels = np.empty(0, dtype=np.bool_)
        prepared = Prepared(areas, (), none, np.empty(0), empty, empty, model.metric, labels)
        distances = np.full(neighbours.shape, np.nan)
        return NeighbourSet(model.id, areas, neighbours, distances, np.empty((0, 0)), none, prepared)


def read_own_tables(folder: Path, definitions: Definitions, register: AreaRegister) -> OwnTables:
    """What the declared models need, read from the publishers' files."""
    wanted = {model.source_id for model in definitions.neighbour_models.values()}
    features: dict[str, FeatureTable] = {}
    lists: dict[str, pl.DataFrame] = {}
    names: dict[str, str] = {}
    if (one := "ons_subnational_indicators") in wanted:
        inputs = ons_subnational_indicators.read_inputs(folder, definitions.sources[one], register)
        features[one] = inputs.table
        names |= inputs.names
    if (one := "dfe_statistical_neighbours") in wanted:
        lists[one] = dfe_statistical_neighbours.read_lists(folder, definitions.sources[one], register)
    return OwnTables(features, lists, names)


def corrected(table: FeatureTable, model: NeighbourModel) -> FeatureTable:
    """The table with the model's declared corrections; DefinitionError for one that no longer fits."""
    values = table.values.copy()
    row_of = {code: row for row, code in enumerate(table.areas)}
    for correction in model.corrections:
        if correction.area_code not in row_of or correction.feature not in table.features:
            raise DefinitionError(
                f"Model {model.id} corrects {correction.feature} of {correction.area_code}: no such cell.",
                instead="Remove the correction.",
            )
        row, column = row_of[correction.area_code], table.features.index(correction.feature)
        if values[row, column] != correction.found:
            raise DefinitionError(
                f"Model {model.id} expects {correction.feature} of {correction.area_code} to be "
                f"{correction.found:g}, and it is {values[row, column]:g}.",
                instead="Remove the correction if the source has been put right.",
            )
        values[row, column] = correction.use
    return replace(table, values=values)


def _long(source_id: str, table: FeatureTable, names: Mapping[str, str]) -> pl.DataFrame:
    areas, features = table.values.shape
    codes = np.repeat(np.array(table.areas), features).tolist()
    return pl.DataFrame(
        {
            "source_id": [source_id] * (areas * features),
            "area_code": codes,
            "area_name": [names[code] for code in codes],
            "feature_id": list(table.features) * areas,
            "value": pl.Series(table.values.ravel(), nan_to_null=True),
            "inherited": table.inherited.ravel(),
        },
        schema=MODEL_FEATURE_SCHEMA,
    )


def _wide(rows: pl.DataFrame) -> FeatureTable:
    """A feature table, areas and features in order, from rows of MODEL_FEATURE_SCHEMA."""
    rows = rows.sort("area_code", "feature_id")
    areas = rows["area_code"].unique(maintain_order=True).to_list()
    features = rows["feature_id"].unique(maintain_order=True).to_list()
    shape = (len(areas), len(features))
    assert rows.height == shape[0] * shape[1], "every area has a row for every feature"
    return FeatureTable.of(
        areas,
        features,
        rows["value"].fill_null(np.nan).to_numpy().reshape(shape).copy(),
        inherited=rows["inherited"].to_numpy().reshape(shape).copy(),
    )
