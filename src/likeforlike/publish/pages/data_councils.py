"""Which councils have figures in which years: one row a council for the data page, the most gaps first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl

from likeforlike.domain.indicator import Tier
from likeforlike.publish import text, urls
from likeforlike.publish.pages.page import Frozen

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class CouncilCoverage(Frozen):
    """One council: the share of values expected of it that there are, by year of period end.

    `expected` and `found` count indicators and periods together: every period that an indicator has, for every
    council it is published for.
    """

    area_code: str
    name: str
    url: str
    expected: int
    found: int
    found_pct: float
    shares: Mapping[int, float]
    sentence: str


def council_coverage(catalogue: Catalogue) -> Iterator[CouncilCoverage]:
    """Every council in force, those with the most gaps first."""
    table = catalogue.release.table("coverage").select("indicator_id", "period_start", "period_end")
    periods: dict[Tier, Counter[int]] = defaultdict(Counter)
    for indicator_id, _, end in table.iter_rows():
        if indicator_id in catalogue.indicators:
            periods[catalogue.indicators[indicator_id].tier][end.year] += 1
    held = _held(catalogue, table)
    register = catalogue.register
    counties, upper = set(register.counties), set(register.upper_tier)
    found = []
    for code in sorted({*register.lower_tier, *counties}):
        tiers = _tiers(code in counties, code in upper)
        expected = sum((periods[tier] for tier in tiers), Counter[int]())
        found.append(
            _line(
                catalogue,
                code,
                expected,
                {year: sum(held.get((code, tier, year), 0) for tier in tiers) for year in expected},
            )
        )
    yield from sorted(found, key=lambda one: (one.found_pct, one.area_code))


def _held(catalogue: Catalogue, periods: pl.DataFrame) -> dict[tuple[str, str, int], int]:
    """How many values there are by area, tier of the indicator and year of period end, of the periods that are
    expected of councils."""
    tiers = pl.DataFrame(
        [(one.id, one.tier.value) for one in catalogue.indicators.values()],
        schema={"indicator_id": pl.String, "tier": pl.String},
        orient="row",
    )
    counts = (
        catalogue.release.table("observation")
        .filter(pl.col("value").is_not_null())
        .join(periods.join(tiers, on="indicator_id"), on=["indicator_id", "period_start", "period_end"])
        .group_by("area_code", "tier", pl.col("period_end").dt.year().alias("year"))
        .len()
    )
    return {(code, tier, year): count for code, tier, year, count in counts.iter_rows()}


def _tiers(county: bool, upper: bool) -> tuple[Tier, ...]:
    """The tiers whose indicators are expected: districts lack the upper, counties have the upper alone."""
    if county:
        return (Tier.UPPER,)
    return (Tier.UPPER, Tier.LOWER, Tier.BOTH) if upper else (Tier.LOWER, Tier.BOTH)


def _line(
    catalogue: Catalogue, code: str, expected: Mapping[int, int], held: Mapping[int, int]
) -> CouncilCoverage:
    shares = {year: round(held[year] / count, 4) for year, count in sorted(expected.items())}
    total, have = sum(expected.values()), sum(held.values())
    share = 100 * have / total if total else 0.0
    return CouncilCoverage(
        area_code=code,
        name=catalogue.names[code],
        url=urls.council(code),
        expected=total,
        found=have,
        found_pct=round(share, 2),
        shares=shares,
        sentence=f"{have:,} of {total:,} values ({text.number(share, 1)}%)",
    )
