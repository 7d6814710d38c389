"""The tables of what was found about funding and need: their columns, and what each row means.

`funds` names a fund or a group of funds, `need` a measure of need. Numbers are kept to nine significant
digits, so that a release does not depend on how many processors it was built on.
"""

from __future__ import annotations

import polars as pl

#: One row = one specification; positive correlations and a negative concentration index mean more money where
#: need is greater. `per` is head or total; `outliers` is in, or out (City of London and Isles of Scilly left
#: out).
ALIGNMENT_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "need": pl.String,
        "need_label": pl.String,
        "multi_area": pl.String,
        "tier": pl.String,
        "per": pl.String,
        "outliers": pl.String,
        "distinct": pl.Boolean,
        "council_count": pl.Int32,
        "total_gbp": pl.Float64,
        "left_out_gbp": pl.Float64,
        "spearman": pl.Float64,
        "spearman_low": pl.Float64,
        "spearman_high": pl.Float64,
        "pearson": pl.Float64,
        "kendall": pl.Float64,
        "concentration_index": pl.Float64,
        "concentration_se": pl.Float64,
        "concentration_low": pl.Float64,
        "concentration_high": pl.Float64,
        "misallocated_share": pl.Float64,
    }
)

#: One row = one part of the funds' awards and one measure of need, under the main specification. `kind` is
#: round (of one fund) or year (the financial year of the announcement, kinds of amount apart); `day` is that
#: with which half of the part's money had been announced.
PART_SCHEMA = pl.Schema(
    {
        "kind": pl.String,
        "label": pl.String,
        "funds": pl.String,
        "need": pl.String,
        "need_label": pl.String,
        "day": pl.Date,
        "council_count": pl.Int32,
        "funded_count": pl.Int32,
        "total_gbp": pl.Float64,
        "left_out_gbp": pl.Float64,
        "spearman": pl.Float64,
        "spearman_low": pl.Float64,
        "spearman_high": pl.Float64,
        "pearson": pl.Float64,
        "kendall": pl.Float64,
        "concentration_index": pl.Float64,
        "concentration_se": pl.Float64,
        "concentration_low": pl.Float64,
        "concentration_high": pl.Float64,
        "misallocated_share": pl.Float64,
    }
)

#: One row = one statistic of the main specification with its 95% interval. The share that would have to move
#: is missing for measures that only order places.
STATISTIC_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "need": pl.String,
        "statistic": pl.String,
        "council_count": pl.Int32,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
)

#: One row = one group of lower-tier areas of similar need (1 = most deprived) under the main specification.
GROUP_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "need": pl.String,
        "equal": pl.String,
        "groups": pl.Int32,
        "number": pl.Int32,
        "area_count": pl.Int32,
        "funded_count": pl.Int32,
        "population": pl.Float64,
        "money_gbp": pl.Float64,
        "people_share": pl.Float64,
        "money_share": pl.Float64,
        "need_share": pl.Float64,
        "gbp_per_head": pl.Float64,
    }
)

#: One row = one point of the concentration curve, most deprived first, under the main specification.
CURVE_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "need": pl.String,
        "position": pl.Int32,
        "people_share": pl.Float64,
        "money_share": pl.Float64,
    }
)

#: One row = one area of a tier (lower, upper). `needed_gbp` is its share in proportion to population x IMD
#: average score; the gap is actual less needed per head under several measures (least, middle, most), rank 1
#: = furthest above its share.
FUNDING_AREA_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "tier": pl.String,
        "multi_area": pl.String,
        "area_code": pl.String,
        "population": pl.Float64,
        "money_gbp": pl.Float64,
        "gbp_per_head": pl.Float64,
        "needed_gbp": pl.Float64,
        "gap_middle_gbp_per_head": pl.Float64,
        "gap_low_gbp_per_head": pl.Float64,
        "gap_high_gbp_per_head": pl.Float64,
        "gap_rank_low": pl.Int32,
        "gap_rank_high": pl.Int32,
    }
)

#: One row = one lower-tier area and measure of need, as it stood when the funds were awarded.
FUNDING_NEED_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "need": pl.String,
        "need_label": pl.String,
        "area_code": pl.String,
        "value": pl.Float64,
        "derived": pl.Boolean,
    }
)

#: One row = one rule by which the same money would have followed need, and how much would have to move.
COUNTERFACTUAL_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "need": pl.String,
        "rule": pl.String,
        "council_count": pl.Int32,
        "misallocated_share": pl.Float64,
        "moved_gbp": pl.Float64,
    }
)

#: One row = one term of one regression over lower-tier areas without outliers. `model` is least_squares
#: (pounds per head, HC3 errors) or poisson (pounds with population as exposure, HC1 errors); need is in
#: standard deviations. `effect` is pounds per head, or for poisson the factor by which money per head
#: changes. No number where the regression cannot be made.
REGRESSION_SCHEMA = pl.Schema(
    {
        "funds": pl.String,
        "need": pl.String,
        "model": pl.String,
        "controls": pl.String,
        "term": pl.String,
        "council_count": pl.Int32,
        "coefficient": pl.Float64,
        "standard_error": pl.Float64,
        "p_value": pl.Float64,
        "effect": pl.Float64,
        "effect_low": pl.Float64,
        "effect_high": pl.Float64,
        "explained_share": pl.Float64,
        "note": pl.String,
    }
)

#: One row = one upper-tier area: awards it or its districts received, and how core grants (without council
#: tax) moved from 2015-16 to 2020-21. The change is summed over the five years after 2015-16 against that
#: year's level; nominal pounds.
NET_SCHEMA = pl.Schema(
    {
        "area_code": pl.String,
        "population": pl.Float64,
        "award_gbp": pl.Float64,
        "grant_2015_gbp": pl.Float64,
        "grant_2020_gbp": pl.Float64,
        "grant_change_gbp": pl.Float64,
        "net_gbp": pl.Float64,
        "net_gbp_per_head": pl.Float64,
        "need": pl.Float64,
        "grants_method": pl.String,
    }
)
