"""Tables as Parquet: the key and order of each, and the same bytes for the same rows."""

from __future__ import annotations

import io
from collections.abc import Mapping

import polars as pl

#: Table -> its key. Rows are stored sorted by it, so that a table's bytes do not depend on how it was made
#: and what is read together lies together.
TABLE_KEYS: Mapping[str, tuple[str, ...]] = {
    "area": ("area_code",),
    "area_change": ("predecessor_code", "successor_code", "change_date"),
    "indicator": ("indicator_id",),
    "observation": ("indicator_id", "period_end", "period_start", "area_code"),
    "vintage": ("indicator_id", "period_end", "period_start", "published"),
    "observation_vintage": ("indicator_id", "period_end", "period_start", "superseded_on", "area_code"),
    "revision": ("indicator_id", "period_end", "period_start"),
    "verdict_revision": ("area_code", "indicator_id", "period_end", "period_start", "comparator"),
    "coverage": ("indicator_id", "period_end", "period_start"),
    "build_report": ("source_id", "file", "series", "outcome", "reason"),
    "correction": ("indicator_id", "period_end", "period_start", "area_code"),
    "quality_flag": ("indicator_id", "area_code", "period_end", "period_start", "check"),
    "neighbour": ("model_id", "year", "area_code", "rank"),
    "neighbour_stability": ("model_id", "area_code", "neighbour_code"),
    "yearly_feature": ("model_id", "year", "feature"),
    "model_feature": ("source_id", "area_code", "feature_id"),
    "published_neighbour": ("source_id", "area_code", "rank"),
    "benchmark": ("area_code", "indicator_id", "period_end", "period_start", "model_id"),
    "geometry": ("layout", "area_code"),
    "fund": ("fund_id",),
    "allocation": ("allocation_id",),
    "allocation_area": ("allocation_id", "area_code"),
    "allocation_change": ("allocation_id", "known_from"),
    "fund_reconciliation": ("fund_id", "step"),
    "core_funding": ("fund_id", "area_code", "year_start", "component"),
    "alignment": ("funds", "need", "multi_area", "tier", "per", "outliers"),
    "alignment_statistic": ("funds", "need", "statistic"),
    "alignment_part": ("kind", "label", "funds", "need"),
    "alignment_group": ("funds", "need", "equal", "groups", "number"),
    "alignment_curve": ("funds", "need", "position"),
    "funding_area": ("funds", "tier", "multi_area", "area_code"),
    "funding_need": ("funds", "need", "area_code"),
    "counterfactual": ("funds", "need", "rule"),
    "funding_regression": ("funds", "need", "model", "controls", "term"),
    "funding_net": ("area_code",),
    "target": ("framework_id", "mission_id", "target_id"),
    "target_progress": ("framework_id", "target_id", "area_code"),
    "gap": ("indicator_id", "period_end", "period_start"),
    "gap_change": ("indicator_id", "span"),
    "gap_measure": ("indicator_id", "span", "measure"),
    "change": ("fund_id", "indicator_id"),
    "change_event": ("fund_id", "indicator_id", "periods_from_last_before"),
    "change_area": ("fund_id", "indicator_id", "area_code"),
}

#: Fixed, because each of them changes the bytes written. The highest level costs seconds when a release is
#: built and nothing when it is read.
COMPRESSION_LEVEL = 22
ROWS_PER_GROUP = 250_000
#: For a table that somebody waits for: a tenth larger than the highest level makes it, and made in no time.
QUICK_LEVEL = 3


def in_order(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """The table sorted by its key; a key with no value or one that repeats stops the build."""
    assert name in TABLE_KEYS, f"table {name!r} has no key: declare it in store/tables.py"
    key = list(TABLE_KEYS[name])
    absent = [column for column in key if column not in table.columns]
    assert not absent, f"table {name!r} lacks {', '.join(absent)} of its key"
    table = table.sort(key, nulls_last=False)
    wrong = table.filter(
        pl.struct(key).is_duplicated() | pl.any_horizontal(pl.col(column).is_null() for column in key)
    )
    assert wrong.is_empty(), (
        f"table {name!r}: {wrong.height} rows repeat or lack the key {', '.join(key)}, "
        f"for example {wrong.select(key).row(0)}"
    )
    return table


def to_parquet(table: pl.DataFrame, level: int = COMPRESSION_LEVEL) -> bytes:
    """The table as Parquet bytes that depend on its rows, their order and the Polars version alone."""
    buffer = io.BytesIO()
    table.rechunk().write_parquet(
        buffer,
        compression="zstd",
        compression_level=level,
        statistics=True,
        row_group_size=ROWS_PER_GROUP,
    )
    return buffer.getvalue()
