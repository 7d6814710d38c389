"""Pieces that the pages about neighbours share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.publish import text
from likeforlike.publish.pages.page import Column, Table
from likeforlike.publish.two_councils import feature_words

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


def feature_title(catalogue: Catalogue, model: NeighbourModel, name: str) -> str:
    """A feature in words, with a small first letter: its indicator's title, or its id where it has none."""
    if model.pool is not Pool.OWN_TABLE:
        feature = next((one for one in model.features if one.id == name), None)
        if feature and feature.indicator in catalogue.indicators:
            return text.lower_first(catalogue.indicators[feature.indicator].title)
    return text.lower_first(feature_words(name))


def sources_of(catalogue: Catalogue, model: NeighbourModel) -> set[str]:
    """Ids of the sources that a model's features come from."""
    own = {model.source_id} if model.source_id else set()
    return own | {
        catalogue.indicators[feature.indicator].source_id
        for feature in model.features
        if model.pool is not Pool.OWN_TABLE and feature.indicator in catalogue.indicators
    }


def plain_table(name: str, title: str, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> Table:
    """A table to download with some of the rows' keys as columns."""
    columns = tuple(Column(key=key, title=key.replace("_", " ")) for key in keys)
    return Table(
        name=name, title=title, columns=columns, rows=tuple({key: row[key] for key in keys} for row in rows)
    )
