"""The whole path, from the publishers' raw files to a release. Read this first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from threadpoolctl import threadpool_limits

from likeforlike.definitions.loader import Definitions, load_definitions, load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.observations.checks import coverage
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.benchmarks import benchmark_tables
from likeforlike.pipeline.carried import carry_over
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.describe import indicator_table
from likeforlike.pipeline.funding import funding_tables
from likeforlike.pipeline.gaps import gap_tables
from likeforlike.pipeline.geometry import geometry_tables
from likeforlike.pipeline.missions import mission_tables
from likeforlike.pipeline.neighbours import neighbour_tables
from likeforlike.pipeline.observe import observe
from likeforlike.pipeline.quality import quality_tables
from likeforlike.pipeline.report import source_accounts
from likeforlike.pipeline.revisions import revision_tables
from likeforlike.pipeline.snapshots import take_snapshots
from likeforlike.pipeline.vintages import Vintages
from likeforlike.store.areas import register_tables
from likeforlike.store.release import OpenRelease
from likeforlike.store.write import PackedRelease, pack_release, save_release

Step = Callable[[BuildContext], dict[str, pl.DataFrame]]

#: What is computed once observations are there; each step gives tables of the release by name. No step needs
#: another's tables, so that two are computed at a time: those that take longest stand first.
STEPS: tuple[Step, ...] = (
    funding_tables,
    mission_tables,
    gap_tables,
    neighbour_tables,
    benchmark_tables,
    revision_tables,
    quality_tables,
    geometry_tables,
)
AT_A_TIME = 2


@dataclass(frozen=True)
class Built:
    """A finished build: the release and what a person wants to know about it."""

    packed: PackedRelease
    report: pl.DataFrame
    coverage: pl.DataFrame


def build(folder: Path, out: Path) -> Path:
    """Build a release from raw files and publish it in `out`; returns the release's folder."""
    return save_release(make_release(folder).packed, out)


def make_release(
    folder: Path,
    definitions: Definitions | None = None,
    register: AreaRegister | None = None,
    steps: Sequence[Step] | None = None,
    *,
    previous: OpenRelease | None = None,
) -> Built:
    """Build a release from raw files, as bytes; the project's own definitions, areas and steps for None.

    What newer files changed in the `previous` release is kept as vintages, beside those it holds.

    Raises DefinitionError or SourceChangedError, naming file and row, for whatever is not as declared.
    """
    definitions = definitions or load_definitions()
    register = register or load_register()
    snapshots = take_snapshots(folder, definitions.sources.values())
    observed = observe(folder, definitions, register, snapshots)
    if previous is not None:
        observed = carry_over(previous, observed, definitions, snapshots)
    indicators = definitions.indicators.values()
    covered = coverage(observed.observations, indicators, register)
    tables = {
        **register_tables(register),
        "indicator": indicator_table(indicators),
        "observation": observed.observations,
        "coverage": covered,
        "build_report": observed.report,
        "vintage": observed.vintages,
        "observation_vintage": observed.superseded,
        "correction": observed.corrections,
    }
    context = BuildContext(
        folder=folder,
        definitions=definitions,
        register=register,
        observations=observed.observations,
        matrices=MatrixStore(observed.observations, indicators, register),
        report=observed.report,
        vintages=Vintages(observed.vintages, observed.superseded),
    )
    # Steps run beside each other, and matrix products that split themselves as well only wait for one another:
    # with one thread each the funding step takes less than half the processor time.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(AT_A_TIME) as pool:
        for made in pool.map(lambda step: step(context), STEPS if steps is None else steps):
            tables |= made
    sources = source_accounts(definitions.sources.values(), snapshots, observed.report)
    return Built(pack_release(tables, definitions, sources), observed.report, covered)
