"""A small release: two indicators about places, one service of each tier, from files as publishers write."""

from __future__ import annotations

import zlib
from datetime import date
from pathlib import Path

from likeforlike.definitions.loader import Definitions, load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.indicator import Certainty, Indicator, Polarity, Tier, Unit
from likeforlike.domain.neighbour_model import Feature, NeighbourModel, Pool
from likeforlike.domain.provenance import Licence
from likeforlike.pipeline.benchmarks import benchmark_tables
from observations_kit import COLUMNS, SOURCE_ID, indicator_of, source_of, write_group

#: The steps that a benchmark needs.
STEPS = (benchmark_tables,)
YEARS = (2021, 2022, 2023)
CITY, HACKNEY, HARTLEPOOL, BASILDON, ESSEX = "E09000001", "E09000012", "E06000001", "E07000066", "E10000012"
#: Without a value in the newest year, to see what a missing neighbour does.
SILENT = "E06000002"
PATHS = {
    name: f"outcomes/ons-explore-local-statistics/{name}/{name}.csv.gz"
    for name in ("density", "jobs", "homes", "schools")
}


def value_of(name: str, code: str, year: int) -> float:
    """A made-up value with one decimal, spread evenly from 20 to 80."""
    return 20 + zlib.crc32(f"{name} {code} {year}".encode()) % 601 / 10


def indicators() -> tuple[Indicator, ...]:
    """Density and jobs describe places, homes are a district's service, schools a county's."""
    return (
        indicator_of(
            "density/Rate", id="density", title="Density", topic="population", certainty=Certainty.FULL_COUNT
        ),
        indicator_of(
            "jobs/Rate", id="jobs", title="Jobs", topic="economy", polarity=Polarity.HIGHER_IS_BETTER
        ),
        indicator_of(
            "homes/Rate",
            id="homes",
            title="Homes",
            topic="housing",
            tier=Tier.LOWER,
            unit=Unit.PER_1000,
            certainty=Certainty.FULL_COUNT,
            no_verdict="More homes are not always better.",
        ),
        indicator_of(
            "schools/Rate",
            id="schools",
            title="Schools",
            topic="education",
            tier=Tier.UPPER,
            polarity=Polarity.LOWER_IS_BETTER,
            certainty=Certainty.FULL_COUNT,
        ),
    )


def models() -> tuple[NeighbourModel, ...]:
    """The two default models, and one that another pool does not have."""

    def model(name: str, pool: Pool, *features: str) -> NeighbourModel:
        return NeighbourModel(
            id=name,
            title=name,
            description=name,
            pool=pool,
            features=tuple(Feature(id=feature) for feature in features),
        )

    return (
        model("overall", Pool.LOWER_TIER, "density", "jobs"),
        model("overall-upper", Pool.UPPER_TIER, "density", "jobs"),
        model("dense", Pool.LOWER_TIER, "density", "homes"),
    )


def definitions(*others: Indicator) -> Definitions:
    """Definitions of the small release, with more indicators if given."""
    source = source_of(*((path, date(2026, 6, 26)) for path in PATHS.values()))
    return Definitions(
        licences={
            "OGL-UK-3.0": Licence(
                id="OGL-UK-3.0",
                title="Open Government Licence",
                url="https://example.org",
                attribution="Contains.",
            )
        },
        sources={SOURCE_ID: source},
        indicators={one.id: one for one in (*indicators(), *others)},
        neighbour_models={model.id: model for model in models()},
    )


def register() -> AreaRegister:
    """The real areas."""
    return load_register()


def write_raw(folder: Path) -> Path:
    """The raw files of the small release, under `folder`; returns it."""
    areas = register()
    places = {
        "density": {*areas.lower_tier, *areas.upper_tier},
        "jobs": {*areas.lower_tier, *areas.upper_tier},
        "homes": {*areas.lower_tier},
        "schools": {*areas.upper_tier},
    }
    for name, codes in places.items():
        lines = [
            f"{code},{areas.areas[code].name},x,Rate,{year}-01-01/P1Y,{_cells(name, code, year)}"
            for code in sorted(codes)
            for year in YEARS
        ]
        write_group(folder, name, "\n".join([COLUMNS, *(line.replace(", ", " ") for line in lines)]) + "\n")
    return folder


def _cells(name: str, code: str, year: int) -> str:
    if code == SILENT and year == YEARS[-1]:
        return ",m,%,,,c,"
    value = value_of(name, code, year)
    limits = f"{value - 3:.1f},{value + 3:.1f}" if name == "jobs" else ","
    return f"{value:.1f},m,%,{limits},{'e' if code == HARTLEPOOL else ''},"
