"""A release as it would have stood on an earlier day, and how its figures were revised since they appeared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.area import Area
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.observations.matrices import MatrixStore
from likeforlike.observations.vintages import CELL
from likeforlike.publish.catalogue import Catalogue

if TYPE_CHECKING:
    from likeforlike.pipeline.comparisons import Comparisons

#: Keys of a row of `likeforlike revisions INDICATOR`, in order: one row per period.
REVISION_KEYS = (
    "indicator_id",
    "period_start",
    "period_end",
    "first_published",
    "last_published",
    "edition_count",
    "area_count",
    "revised_count",
    "revised_share",
    "mean_revision",
    "mean_absolute_revision",
    "median_absolute_revision",
    "revision_percentile_5",
    "revision_percentile_95",
    "revision_to_spread",
    "verdict_count",
    "verdicts_overturned",
    "verdicts_reversed",
)
COMPARATORS = ("nearest", "neighbours", "all")
#: Keys of a row of the history of one council's figures.
HISTORY_KEYS = (
    "period_start",
    "period_end",
    "known_from",
    "known_until",
    "value",
    "lower_95",
    "upper_95",
    "status",
)


class KnownOn(Catalogue):
    """A release with the values of some indicators as published by a day; it has no other indicator.

    Neighbours are the release's own: what differs from it is the revision of the figures alone.
    """

    stores_benchmarks = False

    def __init__(self, catalogue: Catalogue, indicator_ids: Sequence[str], day: date) -> None:
        """Take the release, the indicators and the day; raises as `as_known_on` does."""
        super().__init__(catalogue.release)
        self.base, self.day = catalogue, day
        self._chosen = {name: catalogue.indicators[name] for name in indicator_ids}

    @property
    def indicators(self) -> Mapping[str, Indicator]:
        """The chosen indicators by id."""
        return self._chosen

    @cached_property
    def matrices(self) -> MatrixStore:
        """The values as published by the day."""
        return self.comparisons.matrices

    @cached_property
    def comparisons(self) -> Comparisons:
        """The release's neighbours, compared on the values of the day."""
        names = tuple(self._chosen)
        editions = tuple(self.base.vintages.edition_of(name, self.day) for name in names)
        return _compared(self.base, names, editions)


@lru_cache(maxsize=16)
def _compared(
    catalogue: Catalogue, indicator_ids: tuple[str, ...], editions: tuple[date, ...]
) -> Comparisons:
    """Kept by the editions, so that days between two of them share one; only a few, as each is a copy."""
    from likeforlike.pipeline.vintages import as_known_on  # noqa: PLC0415 - statistics load slowly

    return as_known_on(catalogue.comparisons, catalogue.vintages, indicator_ids, max(editions))


def known_on(catalogue: Catalogue, indicator: Indicator | None, day: date) -> KnownOn:
    """The release as of a day, for one indicator or for all that had a vintage by then.

    Raises NotFoundError, naming those there are, for an indicator without vintages, and RequestError for a day
    before the first one.
    """
    vintages = catalogue.vintages
    if indicator is not None:
        vintages.edition_of(indicator.id, day)
        return KnownOn(catalogue, (indicator.id,), day)
    firsts = {name: vintages.days(name)[0] for name in vintages.indicator_ids}
    known = tuple(name for name, first in firsts.items() if first <= day)
    if not known:
        raise RequestError(
            f"No vintage that is kept had been published by {day}.",
            instead=f"The first is of {min(firsts.values())}."
            if firsts
            else "This release keeps no vintages.",
        )
    return KnownOn(catalogue, known, day)


def read_day(text: str) -> date:
    """The day that --as-known-on or ?as-known-on= names; RequestError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise RequestError(
            f"{text!r} is not a day.", instead="Write the day on which it was known as 2024-06-30."
        ) from problem


def revisions_of(catalogue: Catalogue, indicator: Indicator) -> pl.DataFrame:
    """One row (REVISION_KEYS) per period, oldest first; NotFoundError for an indicator without vintages."""
    catalogue.vintages.must_have(indicator.id)
    rows = catalogue.release.table("revision").filter(pl.col("indicator_id") == indicator.id)
    return rows.sort("period_end", "period_start").select(REVISION_KEYS)


def usual(rows: pl.DataFrame) -> dict[str, Any]:
    """What a first figure usually meets with, over all periods that were published twice.

    Means are over figures, so that a period with more areas counts for more. All but counts are None where no
    period was.
    """
    twice = rows.filter(pl.col("edition_count") > 1, pl.col("area_count") > 0)
    figures = int(twice["area_count"].sum())
    revised, verdicts = int(twice["revised_count"].sum()), int(twice["verdict_count"].sum())
    overturned = int(twice["verdicts_overturned"].sum())

    def mean(name: str) -> float | None:
        return float((twice[name] * twice["area_count"]).sum()) / figures if figures else None

    return {
        "period_count": twice.height,
        "figure_count": figures,
        "revised_count": revised,
        "revised_share": revised / figures if figures else None,
        "mean_revision": mean("mean_revision"),
        "mean_absolute_revision": mean("mean_absolute_revision"),
        "verdict_count": verdicts,
        "verdicts_overturned": overturned,
        "verdicts_reversed": int(twice["verdicts_reversed"].sum()),
        "overturned_share": overturned / verdicts if verdicts else None,
    }


def history_of(catalogue: Catalogue, indicator: Indicator, area: Area) -> list[dict[str, Any]]:
    """Every figure that stood for an area (HISTORY_KEYS), by period and day; `known_until` None stands still.

    The area is a council or any other that has figures of its own. NotFoundError for an indicator without
    vintages.
    """
    editions = catalogue.vintages.by_period(indicator.id)
    mine = (pl.col("indicator_id") == indicator.id) & (pl.col("area_code") == area.code)
    columns = [*CELL, "value", "lower_95", "upper_95", "status"]
    before = catalogue.vintages.superseded.filter(mine).select(*columns, "superseded_on")
    now = catalogue.matrices.aggregate(indicator.id, area.code).select(*columns)
    told = pl.concat([before, now.with_columns(pl.lit(None, pl.Date).alias("superseded_on"))])
    told = told.sort("period_end", "period_start", "superseded_on", nulls_last=True)
    rows: list[dict[str, Any]] = []
    last: tuple[Period, date] | None = None
    for row in told.iter_rows(named=True):
        period = Period.of(row["period_start"], row["period_end"])
        known = editions.get(period)
        if known is None:
            continue
        begun = last[1] if last is not None and last[0] == period else known[0].published
        last = (period, row["superseded_on"])
        if row["status"] is None:
            continue
        values = {name: row[name] for name in HISTORY_KEYS if name in row}
        rows.append({"known_from": begun, "known_until": row["superseded_on"], **values})
    return [{name: row[name] for name in HISTORY_KEYS} for row in rows]


@lru_cache(maxsize=4)
def overturned_verdicts(catalogue: Catalogue) -> Mapping[tuple[Any, ...], Mapping[str, tuple[str, date]]]:
    """What each verdict was on the first figures, where revision changed it, and the day of those.

    By indicator, area, first and last day of the period; then by comparator (nearest, neighbours, all).
    """
    if "verdict_revision" not in catalogue.release.manifest.tables:
        return {}
    found: dict[tuple[Any, ...], dict[str, tuple[str, date]]] = {}
    rows = catalogue.release.table("verdict_revision").select(
        "indicator_id",
        "area_code",
        "period_start",
        "period_end",
        "comparator",
        "verdict_first",
        "first_published",
    )
    for *key, comparator, first, day in rows.iter_rows():
        found.setdefault(tuple(key), {})[comparator] = (first, day)
    return found
