"""One module per publisher's dataset: raw files to a table of the publisher's rows under common names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources import (
    defra_fly_tipping,
    defra_recycling,
    desnz_fuel_poverty,
    dfe_local_authority_interactive_tool,
    dfe_local_skills_dashboard,
    dfe_pupil_attendance,
    insolvency_service_individuals,
    mhclg_council_tax,
    mhclg_homelessness,
    mhclg_indices_of_deprivation,
    mhclg_reserves,
    mhclg_revenue_outturn,
    mhclg_rough_sleeping,
    moj_possession_claims,
    oflog_adult_social_care,
    ohid_public_health,
    ons_census_2021,
    ons_explore_local_statistics,
    ons_mid_year_population,
    ons_online_job_adverts,
    ons_recorded_crime,
    ons_subnational_indicators,
    open_innovations_housing,
)

#: `parse(folder, source) -> RAW_SCHEMA` by source id.
PARSERS: dict[str, Callable[[Path, Source], pl.DataFrame]] = {
    "defra_fly_tipping": defra_fly_tipping.parse,
    "defra_recycling": defra_recycling.parse,
    "desnz_fuel_poverty": desnz_fuel_poverty.parse,
    "dfe_local_authority_interactive_tool": dfe_local_authority_interactive_tool.parse,
    "dfe_local_skills_dashboard": dfe_local_skills_dashboard.parse,
    "dfe_pupil_attendance": dfe_pupil_attendance.parse,
    "insolvency_service_individuals": insolvency_service_individuals.parse,
    "mhclg_council_tax": mhclg_council_tax.parse,
    "mhclg_homelessness": mhclg_homelessness.parse,
    "mhclg_indices_of_deprivation": mhclg_indices_of_deprivation.parse,
    "mhclg_revenue_outturn": mhclg_revenue_outturn.parse,
    "mhclg_reserves": mhclg_reserves.parse,
    "mhclg_rough_sleeping": mhclg_rough_sleeping.parse,
    "moj_possession_claims": moj_possession_claims.parse,
    "oflog_adult_social_care": oflog_adult_social_care.parse,
    "ohid_public_health": ohid_public_health.parse,
    "ons_census_2021": ons_census_2021.parse,
    "ons_explore_local_statistics": ons_explore_local_statistics.parse,
    "ons_mid_year_population": ons_mid_year_population.parse,
    "ons_online_job_adverts": ons_online_job_adverts.parse,
    "ons_recorded_crime": ons_recorded_crime.parse,
    "ons_subnational_indicators": ons_subnational_indicators.parse,
    "open_innovations_housing": open_innovations_housing.parse,
}
