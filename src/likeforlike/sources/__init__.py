"""One module per publisher's dataset: raw files to a table of the publisher's rows under common names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources import (
    dfe_local_authority_interactive_tool,
    mhclg_indices_of_deprivation,
    oflog_adult_social_care,
    ons_census_2021,
    ons_explore_local_statistics,
    ons_mid_year_population,
    ons_subnational_indicators,
)

#: `parse(folder, source) -> RAW_SCHEMA` by source id.
PARSERS: dict[str, Callable[[Path, Source], pl.DataFrame]] = {
    "dfe_local_authority_interactive_tool": dfe_local_authority_interactive_tool.parse,
    "mhclg_indices_of_deprivation": mhclg_indices_of_deprivation.parse,
    "oflog_adult_social_care": oflog_adult_social_care.parse,
    "ons_census_2021": ons_census_2021.parse,
    "ons_explore_local_statistics": ons_explore_local_statistics.parse,
    "ons_mid_year_population": ons_mid_year_population.parse,
    "ons_subnational_indicators": ons_subnational_indicators.parse,
}
