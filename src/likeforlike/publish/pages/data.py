"""What the release holds: coverage, freshness, statuses, sources, and what became of every row that was
read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from likeforlike.publish import text, urls
from likeforlike.publish.pages.council import about, collected, in_reading_order
from likeforlike.publish.pages.data_councils import CouncilCoverage, council_coverage
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table
from likeforlike.publish.quality import all_corrections, all_flags
from likeforlike.publish.revision_words import usually
from likeforlike.publish.vintages import revisions_of, usual

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class Coverage(Frozen):
    """One indicator: which years have values for how many of the councils expected, and how old the
    newest is.

    `shares` is by year of period end; percentages are of all observations of the indicator. `published` is the
    day of publication of the file that the newest figures were read from, None where it is not known.
    """

    indicator_id: str
    title: str
    url: str
    topic: str
    periods: int
    first_end: date
    latest_end: date
    latest: str
    published: date | None
    days_to_publication: int | None
    days_old: int
    months_old: int
    with_value: int
    expected: int
    estimated_pct: float
    suppressed_pct: float
    missing_pct: float
    flags: int
    shares: Mapping[int, float]
    sentence: str


_COUNCIL_KEYS = ["area_code", "name", "expected", "found", "found_pct"]


class SourceLine(Frozen):
    """One publisher's dataset as it was read; rows are None where they are not counted by file."""

    id: str
    title: str
    publisher: str
    url: str
    licence: str
    attribution: str
    collected: str
    files: int
    rows_read: int | None
    rows_kept: int | None
    rows_set_aside: int | None
    indicators: int


class SetAside(Frozen):
    """Rows of a source that were not used, or used after a change, and why."""

    source_id: str
    outcome: str
    reason: str
    rows: int
    example: str


class Revised(Frozen):
    """An indicator that vintages are kept of."""

    indicator_id: str
    title: str
    url: str
    vintages: int
    first: date
    last: date
    words: str


class OwnData(Frozen):
    """Something of one's own that was added to the release on this machine."""

    kind: str
    id: str
    title: str
    url: str
    owner: str
    file: str
    sha256: str


class DataPage(Page):
    """The release, laid open."""

    release_id: str
    code_version: str
    observations: int
    first_year: int
    last_year: int
    collected: str
    coverage: tuple[Coverage, ...]
    councils: tuple[CouncilCoverage, ...]
    sources: tuple[SourceLine, ...]
    report: tuple[SetAside, ...]
    licences: tuple[Link, ...]
    revised: tuple[Revised, ...]
    base_release_id: str
    own: tuple[OwnData, ...]
    flags: int
    corrections: int

    def tables(self) -> tuple[Table, ...]:
        """Coverage, sources and the build report."""
        keys = [name for name in Coverage.model_fields if name not in ("shares", "sentence", "url")]
        return (
            _table("coverage", "Coverage of indicators", self.coverage, keys),
            _table("councils", "Coverage of councils", self.councils, _COUNCIL_KEYS),
            _table("sources", "Sources", self.sources, list(SourceLine.model_fields)),
            _table("build-report", "What became of the rows", self.report, list(SetAside.model_fields)),
        )


def make_data(catalogue: Catalogue) -> DataPage:
    """The page."""
    covered = tuple(_coverage(catalogue))
    manifest = catalogue.release.manifest
    licences = catalogue.release.definitions.licences
    return DataPage(
        title="Data: what this release holds",
        description=text.DATA_PURPOSE,
        path=urls.data(),
        about=about(catalogue, catalogue.sources),
        release_id=catalogue.release.id,
        code_version=manifest.code_version,
        observations=manifest.tables["observation"].rows,
        first_year=max(min(one.first_end.year for one in covered), 2004),
        last_year=max(one.latest_end.year for one in covered),
        collected=text.date_words(collected(catalogue)),
        coverage=covered,
        councils=tuple(council_coverage(catalogue)),
        sources=tuple(_sources(catalogue)),
        report=tuple(_report(catalogue)),
        flags=len(all_flags(catalogue)),
        corrections=len(all_corrections(catalogue)),
        licences=tuple(Link(text=one.title, url=one.url) for one in licences.values()),
        revised=tuple(_revised(catalogue)),
        base_release_id=manifest.overlay.base_release_id if manifest.overlay else "",
        own=tuple(_own(catalogue)),
    )


def _coverage(catalogue: Catalogue) -> Iterator[Coverage]:
    as_of = collected(catalogue)
    table = catalogue.release.table("coverage").sort("indicator_id", "period_end", "period_start")
    by_indicator = {str(key[0]): group for key, group in table.group_by("indicator_id", maintain_order=True)}
    status = _status_shares(catalogue.release.table("observation"))
    published = _published(catalogue)
    flags = Counter(one.indicator_id for one in all_flags(catalogue))
    for indicator in in_reading_order(catalogue):
        group = by_indicator.get(indicator.id)
        if group is None or group.is_empty():
            continue
        rows = group.rows(named=True)
        last = rows[-1]
        shares: dict[int, float] = {}
        for row in rows:
            year, share = row["period_end"].year, row["with_value"] / max(row["expected"], 1)
            shares[year] = max(shares.get(year, 0.0), round(share, 4))
        issued = published.get((indicator.id, last["period_end"]))
        estimated, suppressed, missing = status.get(indicator.id, (0.0, 0.0, 0.0))
        yield Coverage(
            indicator_id=indicator.id,
            title=indicator.title,
            url=urls.indicator(indicator.id),
            topic=indicator.topic,
            periods=len(rows),
            first_end=rows[0]["period_end"],
            latest_end=last["period_end"],
            latest=text.period_label(last["period_start"], last["period_end"]),
            published=issued,
            days_to_publication=(issued - last["period_end"]).days if issued else None,
            days_old=(as_of - last["period_end"]).days,
            months_old=text.months_between(last["period_end"], as_of),
            with_value=last["with_value"],
            expected=last["expected"],
            estimated_pct=estimated,
            suppressed_pct=suppressed,
            missing_pct=missing,
            flags=flags[indicator.id],
            shares=shares,
            sentence=text.coverage_sentence(len(rows), rows[0]["period_end"], last["period_end"]),
        )


def _published(catalogue: Catalogue) -> dict[tuple[str, date], date]:
    """The newest day of publication of the files behind each indicator's periods, where it is known and not
    before the period's end."""
    found: dict[tuple[str, date], date] = {}
    pairs = (
        catalogue.release.table("observation").select("indicator_id", "period_end", "snapshot_id").unique()
    )
    for indicator_id, end, snapshot in pairs.iter_rows():
        file = catalogue.files.get(snapshot)
        if file is not None and file.published is not None and file.published >= end:
            found[indicator_id, end] = max(file.published, found.get((indicator_id, end), file.published))
    return found


def _revised(catalogue: Catalogue) -> Iterator[Revised]:
    for indicator_id in catalogue.vintages.indicator_ids:
        indicator, days = catalogue.indicators[indicator_id], catalogue.vintages.days(indicator_id)
        yield Revised(
            indicator_id=indicator_id,
            title=indicator.title,
            url=urls.revisions(indicator_id),
            vintages=len(days),
            first=days[0],
            last=days[-1],
            words=usually(indicator, usual(revisions_of(catalogue, indicator))),
        )


def _own(catalogue: Catalogue) -> Iterator[OwnData]:
    overlay = catalogue.release.manifest.overlay
    known = catalogue.release.definitions.by_folder()
    pages: Mapping[str, Callable[[str], str]] = {
        "indicator": urls.indicator,
        "fund": urls.fund,
        "framework": urls.missions,
    }
    for one in overlay.added if overlay else ():
        yield OwnData(
            kind=one.kind,
            id=one.id,
            title=known[f"{one.kind}s"][one.id].title,
            url=pages[one.kind](one.id),
            owner=one.owner,
            file=one.file or one.definition_file,
            sha256=one.sha256 or one.definition_sha256,
        )


def _status_shares(observations: pl.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Per indicator the percentage of observations that are estimated, that the publisher withholds because
    they are too small or unreliable, and that are missing for another reason."""
    withheld = pl.col("value").is_null() & pl.col("status").is_in(["suppressed", "low_reliability"])
    table = observations.group_by("indicator_id").agg(
        (share.mean() * 100).round(1).alias(name)
        for name, share in (
            ("estimated", pl.col("value").is_not_null() & (pl.col("status") == "estimated")),
            ("withheld", withheld),
            ("missing", pl.col("value").is_null() & ~withheld),
        )
    )
    return {row[0]: row[1:] for row in table.iter_rows()}


def _sources(catalogue: Catalogue) -> Iterator[SourceLine]:
    for source in catalogue.release.manifest.sources:
        counted = [one for one in source.files if one.rows_read is not None]
        yield SourceLine(
            id=source.id,
            title=source.title,
            publisher=source.publisher,
            url=source.url,
            licence=catalogue.release.definitions.licences[source.licence].title,
            attribution=source.attribution,
            collected=text.date_words(source.retrieved),
            files=len(source.files),
            rows_read=sum(one.rows_read or 0 for one in counted) if counted else None,
            rows_kept=sum(one.rows_kept or 0 for one in counted) if counted else None,
            rows_set_aside=sum(one.rows_set_aside or 0 for one in counted) if counted else None,
            indicators=sum(one.source_id == source.id for one in catalogue.indicators.values()),
        )


def _report(catalogue: Catalogue) -> Iterator[SetAside]:
    """Reasons by source, the most rows first."""
    table = (
        catalogue.release.table("build_report")
        .group_by("source_id", "outcome", "reason")
        .agg(pl.col("rows").sum(), pl.col("example").drop_nulls().first())
        .sort(["source_id", "outcome", "rows", "reason"], descending=[False, True, True, False])
    )
    for row in table.iter_rows(named=True):
        yield SetAside(**{**row, "example": row["example"] or ""})


def _table(name: str, title: str, rows: tuple[Frozen, ...], keys: list[str]) -> Table:
    columns = tuple(Column(key=key, title=key) for key in keys)
    cells = tuple({key: getattr(row, key) for key in keys} for row in rows)
    return Table(name=name, title=title, columns=columns, rows=cells)
