"""Somebody's own indicator, fund or framework laid over a release: what is theirs is computed, all else stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from likeforlike.definitions.loader import Definitions
from likeforlike.definitions.own_data import read_own_definition
from likeforlike.definitions.reading import Definition
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import DefinitionError, RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.mission import Framework
from likeforlike.domain.observation import REPORT_SCHEMA
from likeforlike.domain.own_data import PRIVATE, OwnFund, OwnIndicator, OwnKind, marked
from likeforlike.domain.provenance import Snapshot, Source
from likeforlike.observations.checks import coverage
from likeforlike.observations.matrices import ORDER, MatrixStore
from likeforlike.observations.own_fund import read_fund_file
from likeforlike.observations.own_indicator import read_indicator_file
from likeforlike.observations.standardise import standardise
from likeforlike.pipeline.benchmarks import benchmark_tables
from likeforlike.pipeline.changes import change_tables
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.describe import indicator_table
from likeforlike.pipeline.fund_money import Awards
from likeforlike.pipeline.fund_register import check_shares, fund_table, reconcile
from likeforlike.pipeline.funding import ask_all, results_of
from likeforlike.pipeline.gaps import PEOPLE, gap_tables
from likeforlike.pipeline.own_tables import OwnTables
from likeforlike.pipeline.progress import framework_tables
from likeforlike.pipeline.quality import quality_tables
from likeforlike.pipeline.report import source_accounts
from likeforlike.pipeline.snapshots import ID_LENGTH
from likeforlike.pipeline.vintages import Vintages
from likeforlike.store.manifest import AddedFile, Overlay, sha256_of
from likeforlike.store.release import OpenRelease
from likeforlike.store.write import PackedRelease, pack_overlay

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Added:
    """The private release, what was added, and the account of the file's rows (REPORT_SCHEMA)."""

    packed: PackedRelease
    kind: OwnKind
    id: str
    title: str
    report: pl.DataFrame
    observations: pl.DataFrame | None = None


def add(base: OpenRelease, definition: Path, file: Path | None = None) -> Added:
    """Lay one indicator, fund or framework over a release. Nothing is read but the files named and the release.

    An indicator and a fund have a CSV file, a framework has none. Raises DefinitionError, naming file, line and
    what to write, for whatever does not fit, and RequestError for a file too few or too many.
    """
    kind, entry = read_own_definition(definition, base.definitions)
    if (file is None) != (kind is OwnKind.FRAMEWORK):
        raise RequestError(
            f"{definition} defines {_a(kind)}, which {'has no' if kind is OwnKind.FRAMEWORK else 'needs a'} "
            "CSV file.",
            instead="likeforlike add --definition FILE.yaml"
            if kind is OwnKind.FRAMEWORK
            else "likeforlike add FILE.csv --definition FILE.yaml",
        )
    laying = _Laying(base, entry, definition, file)
    makers: Mapping[OwnKind, Callable[[], _Made]] = {
        OwnKind.INDICATOR: laying.indicator,
        OwnKind.FUND: laying.fund,
        OwnKind.FRAMEWORK: laying.framework,
    }
    made = makers[kind]()
    tables = {
        name: pl.concat([base.table(name), table])
        for name, table in made.tables.items()
        if name in base.manifest.tables
    }
    sources = base.manifest.sources
    if made.source is not None and laying.snapshot is not None:
        sources += source_accounts([made.source], [laying.snapshot_of(made.source)], made.report)
    overlay = laying.overlay(kind, made)
    packed = pack_overlay(base, tables, made.definitions, sources, overlay)
    return Added(packed, kind, made.id, made.title, made.report, made.observations)


@dataclass(frozen=True)
class _Made:
    """What one thing adds to a release."""

    id: str
    title: str
    owner: str
    definitions: Definitions
    tables: Tables
    report: pl.DataFrame
    source: Source | None = None
    observations: pl.DataFrame | None = None


@dataclass(frozen=True)
class _Laying:
    """One definition and its file, over a release."""

    base: OpenRelease
    entry: Definition
    definition: Path
    file: Path | None

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file; empty for a framework."""
        if self.file is None:
            return b""
        try:
            return self.file.read_bytes()
        except OSError as problem:
            raise DefinitionError(
                f"The file cannot be read ({problem.strerror}).", file=str(self.file)
            ) from problem

    @property
    def snapshot(self) -> str | None:
        """The id of the file's bytes; None for a framework."""
        return sha256_of(self.content)[:ID_LENGTH] if self.file is not None else None

    def snapshot_of(self, source: Source) -> Snapshot:
        """The file as a source's snapshot."""
        digest = sha256_of(self.content)
        return Snapshot(
            snapshot_id=digest[:ID_LENGTH],
            source_id=source.id,
            path=source.files[0].path,
            sha256=digest,
            size_bytes=len(self.content),
        )

    @property
    def register(self) -> AreaRegister:
        return self.base.register

    def indicator(self) -> _Made:
        """The indicator's observations, coverage, benchmark and gaps."""
        own, file = self.entry.item, self._file()
        assert isinstance(own, OwnIndicator), "the kind was told from the definition"
        indicator, source = own.as_indicator(), own.as_source(file.name)
        raw = read_indicator_file(file, own, self.register)
        made = standardise(
            raw, source, [indicator], self.register, snapshot_ids={file.name: self.snapshot or ""}
        )
        definitions = self._with("indicators", indicator, source)
        context = self._context(definitions, made.observations)
        mine = _only(definitions, indicator)
        with_people = {PEOPLE} & {*definitions.indicators}
        gaps = gap_tables(replace(context, definitions=_only(definitions, indicator, *with_people)))
        tables = {
            "indicator": indicator_table([indicator]),
            "observation": made.observations.sort(ORDER),
            "coverage": coverage(made.observations, [indicator], self.register),
            "build_report": made.report,
            **benchmark_tables(replace(context, definitions=mine)),
            **quality_tables(replace(context, definitions=mine)),
            **{name: table.filter(pl.col("indicator_id") == indicator.id) for name, table in gaps.items()},
        }
        return _Made(
            own.id, indicator.title, own.owner, definitions, tables, made.report, source, made.observations
        )

    def fund(self) -> _Made:
        """The fund's awards, its alignment with need, and what changed where it went."""
        own, file = self.entry.item, self._file()
        assert isinstance(own, OwnFund), "the kind was told from the definition"
        source = own.as_source(file.name)
        fund, made = read_fund_file(file, self.register, own, snapshot_id=self.snapshot or "")
        check_shares(made.allocation, made.area)
        definitions = self._with("funds", fund, source)
        alone = definitions.model_copy(update={"funds": {fund.id: fund}, "fund_groups": {}})
        context = self._context(alone, None)
        awards = Awards(made.allocation, made.area, self.register, alone.funds)
        tables = {
            "fund": fund_table([fund]),
            "allocation": made.allocation,
            "allocation_area": made.area,
            "fund_reconciliation": reconcile([fund], [made]),
            **results_of(context, awards, ask_all(context, awards)),
            **change_tables(
                made.allocation,
                made.area,
                funds={fund.id: fund},
                indicators=definitions.indicators,
                comparisons=context.comparisons,
                register=self.register,
            ),
        }
        return _Made(own.id, fund.title, own.owner, definitions, tables, _no_report(), source)

    def framework(self) -> _Made:
        """The framework's targets against the figures."""
        own = self.entry.item
        assert isinstance(own, Framework), "the kind was told from the definition"
        framework = own.model_copy(update={"title": marked(own.title)})
        definitions = self._with("frameworks", framework, None)
        context = self._context(definitions, None)
        tables = framework_tables(
            framework,
            indicators=definitions.indicators,
            comparisons=context.comparisons,
            register=self.register,
        )
        return _Made(own.id, framework.title, own.publisher, definitions, tables, _no_report())

    def overlay(self, kind: OwnKind, made: _Made) -> Overlay:
        """What the manifest says: the release at the bottom, and everything added to it so far."""
        before = self.base.manifest.overlay
        definition = self.definition.read_bytes()
        added = AddedFile(
            kind=kind.value,
            id=made.id,
            owner=made.owner,
            file=self.file.name if self.file else "",
            sha256=sha256_of(self.content) if self.file else "",
            size_bytes=len(self.content),
            definition_file=self.definition.name,
            definition_sha256=sha256_of(definition),
        )
        if before is not None:
            return before.model_copy(update={"added": (*before.added, added)})
        return Overlay(
            base_release_id=self.base.id, base_code_version=self.base.manifest.code_version, added=(added,)
        )

    def _file(self) -> Path:
        assert self.file is not None, "checked before: this kind has a file"
        return self.file

    def _with(self, folder: str, item: Indicator | Framework | object, source: Source | None) -> Definitions:
        """The release's definitions with one more, in the order of ids."""
        known = self.base.definitions
        item_id = str(getattr(item, "id"))  # noqa: B009 - every definition has an id
        found = {folder: dict(sorted({**getattr(known, folder), item_id: item}.items()))}
        if source is not None:
            found["sources"] = dict(sorted({**known.sources, source.id: source}.items()))
            found["licences"] = {**known.licences, PRIVATE.id: PRIVATE}
        return known.model_copy(update=found)

    def _context(self, definitions: Definitions, own: pl.DataFrame | None) -> BuildContext:
        """What a step of the build may use, from the release's tables and one's own observations."""
        base = self.base
        observations = base.table("observation")
        if own is not None:
            observations = pl.concat([observations, own]).sort(ORDER)
        kept = base.manifest.tables
        tables = (
            OwnTables.of(base.table("model_feature"), base.table("published_neighbour"))
            if "model_feature" in kept
            else OwnTables()
        )
        return BuildContext(
            folder=Path(),
            definitions=definitions,
            register=self.register,
            observations=observations,
            matrices=MatrixStore(observations, definitions.indicators.values(), self.register),
            report=_no_report(),
            vintages=Vintages(),
            own=tables,
        )


def _only(definitions: Definitions, indicator: Indicator, *others: str) -> Definitions:
    """The definitions with few indicators, so that a step is taken for those alone."""
    few = {name: definitions.indicators[name] for name in sorted({indicator.id, *others})}
    return definitions.model_copy(update={"indicators": few})


def _no_report() -> pl.DataFrame:
    return pl.DataFrame(schema=REPORT_SCHEMA)


def _a(kind: OwnKind) -> str:
    return f"{'an' if kind is OwnKind.INDICATOR else 'a'} {kind.value}"
