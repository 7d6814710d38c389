"""Every source's raw files to one table of observations and one account of every row."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from likeforlike.definitions.loader import Definitions
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.observation import OBSERVATION_SCHEMA, REPORT_SCHEMA
from likeforlike.domain.provenance import Snapshot, Source
from likeforlike.domain.vintage import OBSERVATION_VINTAGE_SCHEMA, VINTAGE_SCHEMA
from likeforlike.observations.checks import check_key
from likeforlike.observations.corrections import CORRECTION_SCHEMA
from likeforlike.observations.matrices import ORDER
from likeforlike.observations.standardise import Standardised, standardise
from likeforlike.pipeline.events import observe_events
from likeforlike.pipeline.snapshots import snapshot_ids
from likeforlike.sources import PARSERS

#: Sources read at the same time: more would hold more raw tables in memory.
AT_A_TIME = 2


def observe(
    folder: Path, definitions: Definitions, register: AreaRegister, snapshots: Iterable[Snapshot]
) -> Standardised:
    """Observations (in the order of their key), report, vintages and corrections of all sources.

    Raises SourceChangedError for a file that is not as declared, DefinitionError for a correction that no longer
    fits.
    """
    snapshots = tuple(snapshots)
    sources = [one for one in definitions.sources.values() if is_observed(one.id, definitions)]

    def read_one(source: Source) -> Standardised:
        return observe_source(folder, source, definitions, register, snapshots)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        read = [*pool.map(read_one, sources)]
    observations = pl.concat([pl.DataFrame(schema=OBSERVATION_SCHEMA), *(part.observations for part in read)])
    check_key(observations)
    report = pl.concat([pl.DataFrame(schema=REPORT_SCHEMA), *(part.report for part in read)])
    return Standardised(
        observations.sort(ORDER),
        report,
        pl.concat([pl.DataFrame(schema=VINTAGE_SCHEMA), *(part.vintages for part in read)]),
        pl.concat([pl.DataFrame(schema=OBSERVATION_VINTAGE_SCHEMA), *(part.superseded for part in read)]),
        pl.concat([pl.DataFrame(schema=CORRECTION_SCHEMA), *(part.corrections for part in read)]),
    )


def is_observed(source_id: str, definitions: Definitions) -> bool:
    """Whether the source's rows become observations; others are read by steps of their own."""
    return source_id in PARSERS or any(one.source_id == source_id for one in definitions.events.values())


def observe_source(
    folder: Path,
    source: Source,
    definitions: Definitions,
    register: AreaRegister,
    snapshots: Iterable[Snapshot],
) -> Standardised:
    """One source's observations, report, vintages and corrections; raises as `observe` does."""
    ids = snapshot_ids(snapshots, source.id)
    indicators = list(definitions.indicators.values())
    declared = [one for one in definitions.corrections.values() if one.source_id == source.id]
    for events in definitions.events.values():
        if events.source_id == source.id:
            return observe_events(
                folder, source, events, indicators, register, snapshot_ids=ids, corrections=declared
            )
    rows = PARSERS[source.id](folder, source)
    return standardise(rows, source, indicators, register, snapshot_ids=ids, corrections=declared)
