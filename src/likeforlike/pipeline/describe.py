"""Definitions as tables, for people who query a release rather than program with it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from likeforlike.domain.indicator import Indicator

INDICATOR_SCHEMA = pl.Schema(
    dict[str, pl.DataType | type[pl.DataType]](
        {
            "indicator_id": pl.String,
            "title": pl.String,
            "description": pl.String,
            "unit": pl.String,
            "per": pl.String,
            "decimals": pl.UInt8,
            "prices": pl.String,
            "price_year": pl.UInt16,
            "polarity": pl.String,
            "polarity_reason": pl.String,
            "no_verdict": pl.String,
            "topic": pl.String,
            "tier": pl.String,
            "certainty": pl.String,
            "combination": pl.String,
            "weight": pl.String,
            "numerator_indicator_id": pl.String,
            "denominator_indicator_id": pl.String,
            "companion_indicator_id": pl.String,
            "denominator": pl.String,
            "source_id": pl.String,
            "publisher": pl.String,
            "licence": pl.String,
            "cadence": pl.String,
            "caveats": pl.List(pl.String),
            "breaks": pl.List(pl.Struct({"at": pl.String, "reason": pl.String})),
            "series": pl.List(pl.String),
        }
    )
)


def indicator_table(indicators: Iterable[Indicator]) -> pl.DataFrame:
    """The table `indicator`: what each measures, in which unit, and how it is judged."""
    records = []
    for indicator in indicators:
        fields = indicator.model_dump(mode="json")
        unknown = fields.keys() - INDICATOR_SCHEMA.keys() - {"id"}
        assert not unknown, f"the indicator table has no column for {', '.join(sorted(unknown))}"
        records.append({**fields, "indicator_id": indicator.id, "series": [*indicator.series]})
    return pl.DataFrame([{k: r[k] for k in INDICATOR_SCHEMA} for r in records], schema=INDICATOR_SCHEMA)
