"""A small release of which one indicator, schools, was published three times."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import release_kit as kit
from likeforlike.definitions.loader import Definitions
from likeforlike.pipeline.benchmarks import benchmark_tables
from likeforlike.pipeline.revisions import revision_tables
from observations_kit import COLUMNS, SOURCE_ID, source_of, write_group

STEPS = (benchmark_tables, revision_tables)
FIRST, SECOND, LATEST = date(2024, 5, 1), date(2025, 5, 1), date(2026, 6, 26)
#: Years that each edition holds; the newest year is published once by the first and once by the second.
EDITIONS = {FIRST: (2021, 2022), SECOND: (2021, 2022, 2023)}
INDICATOR = "schools"


def path_of(day: date) -> str:
    return f"outcomes/ons-explore-local-statistics/recovered/schools.vintage-{day}.csv.gz"


def first_value(code: str, year: int) -> float:
    """What an earlier edition gave: some figures as today, most of them moved by up to six."""
    now = kit.value_of("schools", code, year)
    return round(now + (kit.value_of("revision", code, year) - 50) / 5, 1) if int(code[-1]) % 4 else now


def write_raw(folder: Path, editions: tuple[date, ...] = (FIRST, SECOND, LATEST)) -> Path:
    """The small release's raw files with the editions of schools that are named."""
    kit.write_raw(folder)
    areas = kit.register()
    for day, years in EDITIONS.items():
        if day in editions:
            lines = [
                f"{code},{areas.areas[code].name.replace(', ', ' ')},x,Rate,{year}-01-01/P1Y,"
                f"{first_value(code, year):.1f},m,%,,,,"
                for code in sorted(areas.upper_tier)
                for year in years
                # The first edition leaves one council out, and no edition but the first has another.
                if not (code == kit.ESSEX and day == FIRST)
            ]
            write_group(folder, f"recovered/schools.vintage-{day}", "\n".join([COLUMNS, *lines]) + "\n")
    return folder


def definitions(editions: tuple[date, ...] = (FIRST, SECOND, LATEST)) -> Definitions:
    """Its definitions, sources listing only the editions named."""
    plain = kit.definitions()
    files = [(path, LATEST) for name, path in kit.PATHS.items() if name != INDICATOR or LATEST in editions]
    files += [(path_of(day), day) for day in EDITIONS if day in editions]
    series = {"schools/Rate": ""} if LATEST in editions else {}
    earlier = {"recovered/schools/Rate": ""} if len(editions) > (LATEST in editions) else {}
    schools = plain.indicators[INDICATOR].model_copy(update={"series": series | earlier})
    return plain.model_copy(
        update={
            "sources": {SOURCE_ID: source_of(*files)},
            "indicators": {**plain.indicators, INDICATOR: schools},
        }
    )
