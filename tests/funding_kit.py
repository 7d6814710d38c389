"""What the tests of funding share: definitions, the register of areas, and awards read from the raw files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from likeforlike.definitions.reading import read_definitions
from likeforlike.definitions.register import FOLDER, load_register
from likeforlike.domain.money import Fund, FundGroup, NeedMeasure, ThemeRule
from likeforlike.domain.provenance import Source
from likeforlike.observations.allocations import Register, standardise_awards
from likeforlike.sources.funding import AWARD_PARSERS

__all__ = ["awards", "funds", "groups", "load_register", "needs", "sources", "themes"]


@cache
def funds() -> dict[str, Fund]:
    return {
        d.item.id: d.item for path in (FOLDER / "funds").glob("*.yaml") for d in read_definitions(path, Fund)
    }


@cache
def groups() -> list[FundGroup]:
    return [d.item for d in read_definitions(FOLDER / "fund_groups" / "groups.yaml", FundGroup)]


@cache
def needs() -> list[NeedMeasure]:
    return [d.item for d in read_definitions(FOLDER / "need_measures" / "needs.yaml", NeedMeasure)]


@cache
def themes() -> list[ThemeRule]:
    return [d.item for d in read_definitions(FOLDER / "fund_themes" / "themes.yaml", ThemeRule)]


@cache
def sources() -> dict[str, Source]:
    names = [*AWARD_PARSERS, "mhclg_core_spending_power", "mhclg_revenue_outturn_grants"]
    found = [read_definitions(FOLDER / "sources" / f"{name}.yaml", Source) for name in names]
    return {one.item.id: one.item for (one,) in found}


@cache
def awards(raw_folder: Path) -> dict[str, Register]:
    """The register of every source of awards, by source."""
    return {
        name: standardise_awards(parse(raw_folder, sources()[name]), funds(), load_register(), themes())
        for name, parse in AWARD_PARSERS.items()
    }
