"""A small release whose raw files come from live services on the loopback address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import live_formats as formats
import live_kit as kit
import release_kit
from likeforlike.domain.live import LiveService
from likeforlike.pipeline.refresh import Refresh
from likeforlike.store.snapshots import SnapshotStore
from observations_kit import SOURCE_ID

NAMES = tuple(release_kit.PATHS)


def els_rows(name: str, edition: int = 0) -> list[dict[str, object]]:
    """What the service answers for one indicator of the small release; every edition is 0.1 higher."""
    areas = release_kit.register()
    codes = {
        "homes": {*areas.lower_tier},
        "schools": {*areas.upper_tier},
    }.get(name, {*areas.lower_tier, *areas.upper_tier})
    rows: list[dict[str, object]] = []
    for code in sorted(codes):
        for year in release_kit.YEARS:
            row = {"areacd": code, "areanm": areas.areas[code].name, "period": f"{year}-01-01/P1Y"}
            if code == release_kit.SILENT and year == release_kit.YEARS[-1]:
                rows.append({**row, "status": "c"})
                continue
            value = release_kit.value_of(name, code, year) + edition / 10
            limits = {"lci_95": f"{value - 3:.1f}", "uci_95": f"{value + 3:.1f}"} if name == "jobs" else {}
            rows.append({**row, "value": f"{value:.1f}", **limits})
    return rows


def els_service(base: str, **others: Any) -> LiveService:
    """One download for each raw file of the small release."""
    downloads = [
        {
            "file": release_kit.PATHS[name],
            "source": SOURCE_ID,
            "rows_at_least": 100,
            "request": {"indicators": [{"slug": name, "label": "Rate", "measure": "m", "unit": "%"}]},
        }
        for name in NAMES
    ]
    return kit.service_of("ons_explore_local_statistics", base, *downloads, **others)


def els_answer(editions: Mapping[str, int]) -> Any:
    """`/data.csv` in the editions that stand in `editions` when it is asked."""
    known: dict[tuple[str, int], kit.Resource] = {}

    def answer(asked: kit.Asked) -> kit.Resource | None:
        name = asked.query.get("indicator", "")
        if name not in editions:
            return None
        edition = editions[name]
        if (name, edition) not in known:
            made = formats.els({name: els_rows(name, edition)}, etag=f'"{name}-{edition}"', ranges=True)
            known[name, edition] = made(asked)
        return known[name, edition]

    return answer


def refresh_of(
    store: Path, out: Path | None, *, given: Path | None = None, time: kit.Time | None = None, **others: Any
) -> Refresh:
    """A refresh of the small release."""
    return Refresh(
        store=SnapshotStore(store),
        definitions=release_kit.definitions(),
        register=release_kit.register(),
        given=given,
        out=out,
        clock=(time or kit.Time()).clock(),
        environment={},
        steps=(),
        **others,
    )
