"""Which module reads which source of funding: awards, their history, and formula money."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources import (
    mhclg_core_funding,
    mhclg_pride_in_place,
    mhclg_towns_fund,
    open_innovations_luf,
    press_luf_round_3,
)

Parser = Callable[[Path, Source], pl.DataFrame]

#: `parse(folder, source) -> RAW_AWARD_SCHEMA` by source id.
AWARD_PARSERS: dict[str, Parser] = {
    "mhclg_towns_fund": mhclg_towns_fund.parse,
    "open_innovations_luf": open_innovations_luf.parse,
    "press_luf_round_3": press_luf_round_3.parse,
    "mhclg_pride_in_place": mhclg_pride_in_place.parse,
}

#: `parse_changes(folder, source) -> RAW_AWARD_SCHEMA + known_from, event` by source id.
HISTORY_PARSERS: dict[str, Parser] = {"mhclg_towns_fund": mhclg_towns_fund.parse_changes}

#: `parse(folder, source) -> RAW_CORE_SCHEMA` by source id.
CORE_PARSERS: dict[str, Parser] = {
    "mhclg_core_spending_power": mhclg_core_funding.parse_spending_power,
    "mhclg_revenue_outturn_grants": mhclg_core_funding.parse_outturn_grants,
}
