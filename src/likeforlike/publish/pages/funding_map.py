"""Money per head on a map: none as a class of its own, the rest in four classes of equally many councils."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from likeforlike.domain.neighbour_model import Pool
from likeforlike.pipeline.alignments import MAIN
from likeforlike.publish import funding_words as words
from likeforlike.publish.pages.map import MapClass, MapView, class_of, draw

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

_CLASSES = 4


def make_money_map(catalogue: Catalogue, funds: str, title: str) -> MapView | None:
    """The maps of one set of funds among lower-tier areas; None where the release holds no shapes."""
    table = catalogue.release.table("funding_area").filter(
        pl.col("funds") == funds, pl.col("tier") == "lower", pl.col("multi_area") == MAIN.value
    )
    values = table["gbp_per_head"].to_numpy()
    some = values > 0
    step = np.where(some, class_of(np.where(some, values, np.nan), _CLASSES) + 1, 0)
    names = {code: catalogue.register.areas[code].name for code in table["area_code"]}
    told = {
        code: (int(at), f"{names[code]}: {words.per_head(gbp)}")
        for code, at, gbp in zip(table["area_code"], step.tolist(), values.tolist(), strict=True)
    }
    drawings = draw(catalogue, Pool.LOWER_TIER, told)
    if not drawings:
        return None
    classes = [MapClass(words="none", count=int((step == 0).sum()))]
    for number in range(1, int(step.max()) + 1):
        inside = values[step == number]
        low, high = words.money(float(inside.min())), words.money(float(inside.max()))
        classes.append(MapClass(words=f"{low} to {high} a head", count=len(inside)))
    return MapView(classes=tuple(classes), without=0, sentence=words.map_sentence(title), drawings=drawings)
