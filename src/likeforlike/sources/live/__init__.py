"""One module per live service: what it answers, checked and made into the raw files that source modules read."""

from __future__ import annotations

from collections.abc import Callable

from likeforlike.domain.live import Download
from likeforlike.sources.live import (
    dfe_explore_education_statistics,
    mhclg_govuk,
    nomis,
    ohid_fingertips,
    ons_explore_local_statistics,
    police_uk,
)
from likeforlike.sources.live.client import Fetcher
from likeforlike.sources.live.making import Made, Standing

#: `collect(download, fetcher, standing) -> Made` by connector.
COLLECTORS: dict[str, Callable[[Download, Fetcher, Standing], Made]] = {
    "dfe_explore_education_statistics": dfe_explore_education_statistics.collect,
    "mhclg_govuk": mhclg_govuk.collect,
    "nomis": nomis.collect,
    "ohid_fingertips": ohid_fingertips.collect,
    "ons_explore_local_statistics": ons_explore_local_statistics.collect,
    "police_uk": police_uk.collect,
}
