"""Raw rows to observations: one value per indicator, area in force today and period.

The steps, in order: which indicator takes a series; value, interval, marker and period as numbers and
dates; which area a row is for; one row per area and period (latest vintage, series in order of precedence,
no repeats); reorganisations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from likeforlike.domain.area import AreaKind, AreaRegister
from likeforlike.domain.correction import Correction
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.indicator import Indicator, Tier, Weight
from likeforlike.domain.observation import OBSERVATION_SCHEMA, WITHOUT_VALUE, Method, ObservationStatus
from likeforlike.domain.provenance import Source
from likeforlike.observations.areas import COMBINED, SHARED, read_places
from likeforlike.observations.cells import read_cells
from likeforlike.observations.corrections import CORRECTION_SCHEMA, correct
from likeforlike.observations.ledger import ROW_ID, Ledger
from likeforlike.observations.reorganisation import bridge
from likeforlike.observations.vintages import by_edition, changes, edition_traits, with_editions

KEY = ("indicator_id", "period_start", "period_end")
#: In words, how an observation uses the rows behind it.
KEPT_AS = {
    Method.PUBLISHED.value: "kept as published",
    Method.RECODED.value: "kept under the area's new code",
    Method.SAME_AREA.value: "kept under the council that took over the whole area",
    Method.SUMMED.value: "added up with other predecessors' counts",
    Method.WEIGHTED.value: "averaged with other predecessors' rates",
    Method.INHERITED.value: "one estimate that several areas share",
    Method.CORRECTED.value: "kept after a declared correction",
}
_COUNCIL = r"^E(06|07|08|09|10)\d{6}$"


@dataclass(frozen=True)
class Standardised:
    """A source's observations (OBSERVATION_SCHEMA), the account of its rows (REPORT_SCHEMA), and its corrections.

    Of indicators with several editions also the editions (VINTAGE_SCHEMA), and what stood before they changed
    it (OBSERVATION_VINTAGE_SCHEMA). `corrections` (CORRECTION_SCHEMA) has every value that a declared
    correction replaced; editions stay as they were published.
    """

    observations: pl.DataFrame
    report: pl.DataFrame
    vintages: pl.DataFrame
    superseded: pl.DataFrame
    corrections: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CORRECTION_SCHEMA))


def standardise(
    raw: pl.DataFrame,
    source: Source,
    indicators: Sequence[Indicator],
    register: AreaRegister,
    *,
    snapshot_ids: Mapping[str, str] | None = None,
    corrections: Sequence[Correction] = (),
) -> Standardised:
    """Turn a source's raw rows (RAW_SCHEMA) into observations for areas in force today.

    Only indicators whose `source_id` is the source's take part. `snapshot_ids` gives the snapshot of each
    file; where it is absent the file's path stands in. Values keep the publisher's precision and units;
    limits are 95% confidence limits. `corrections` are made on what the source gives each area of its time,
    before values pass to areas in force today.

    Raises SourceChangedError, naming file and row, for a value that is not a number, an undeclared marker,
    a period that cannot be read, an area code that the register does not know, a marker that contradicts
    its value, or two rows that give one area and period different values; and when a series that an
    indicator takes is absent. Raises DefinitionError for a correction that does not fit the source any more.
    """
    traits = _traits(indicators, source)
    ledger = Ledger()
    raw = raw.with_row_index(ROW_ID)
    rows = _take_series(raw, traits, source, ledger)
    rows = read_cells(rows, source.id, ledger)
    rows = _place_rows(rows, register, source, ledger)
    rows = _leave_other_tier(rows, register, ledger)
    newest, corrected = correct(_claimed(rows, source, ledger), corrections, source, register, ledger)
    values = _settle(newest, traits, register, ledger)
    kept = values.select(pl.col("row_ids").alias(ROW_ID), _kept_as().alias("reason")).explode(ROW_ID)
    editions = by_edition(with_editions(rows))
    past = _settle(_claimed(editions, source, Ledger()), edition_traits(traits, editions), register, Ledger())
    vintages, superseded = changes(_observations(past, raw, snapshot_ids or {}), editions)
    return Standardised(
        _observations(values, raw, snapshot_ids or {}),
        ledger.report(raw, kept, source.id),
        vintages,
        superseded,
        corrected,
    )


def _claimed(rows: pl.DataFrame, source: Source, ledger: Ledger) -> pl.DataFrame:
    """The one row that each indicator, area of its time and period takes its value from."""
    return _first_claim(_latest_vintage(rows, ledger), source, ledger)


def _settle(rows: pl.DataFrame, traits: pl.DataFrame, register: AreaRegister, ledger: Ledger) -> pl.DataFrame:
    """One value per indicator, area in force today and period, with the numbers of the rows behind it."""
    values = rows.with_columns(pl.concat_list(ROW_ID).alias("row_ids")).drop(
        "published", "file", "source_row", ROW_ID
    )
    _, former = _in_force(values, register)
    ledger.set_aside(former, "no longer in force, and no area in force today can be given its value")
    values, passed_over = bridge(values, traits, register)
    for entry in passed_over:
        ledger.set_aside(entry)
    values, _ = _in_force(values, register)
    return values


def _traits(indicators: Sequence[Indicator], source: Source) -> pl.DataFrame:
    """One row per indicator and series: what the steps need to know about the indicator."""
    records = [
        {
            "series": series,
            "indicator_id": indicator.id,
            "precedence": precedence,
            "tier": indicator.tier.value,
            "combination": indicator.combination.value,
            "weight": (indicator.weight or Weight.ALL_AGES).value,
        }
        for indicator in indicators
        if indicator.source_id == source.id
        for precedence, series in enumerate(indicator.series)
    ]
    text = dict.fromkeys(("series", "indicator_id", "tier", "combination", "weight"), pl.String)
    return pl.DataFrame(records, schema={**text, "precedence": pl.Int64})


def _take_series(raw: pl.DataFrame, traits: pl.DataFrame, source: Source, ledger: Ledger) -> pl.DataFrame:
    present = raw.select(pl.col("series").unique())
    for series, indicator in (
        traits.join(present, on="series", how="anti").select("series", "indicator_id").iter_rows()
    ):
        raise SourceChangedError(
            source.id,
            "all its files",
            expected=f"the series {series!r}, which indicator {indicator} takes",
            found="none of that name",
            next_step="Compare the publisher's names and update the indicator's series.",
        )
    councils = pl.col("area_code").str.contains(_COUNCIL).any().over("series")
    untaken = raw.with_columns(councils.alias("councils")).join(traits, on="series", how="anti")
    ledger.set_aside(untaken.filter("councils"), "no indicator takes this series")
    ledger.set_aside(
        untaken.filter(~pl.col("councils").fill_null(value=False)), "the series holds no council in England"
    )
    return raw.join(traits.select("series", "indicator_id", "precedence", "tier"), on="series").sort(
        ROW_ID, "indicator_id"
    )


def _place_rows(rows: pl.DataFrame, register: AreaRegister, source: Source, ledger: Ledger) -> pl.DataFrame:
    """Give every row the area or areas it is for; shared estimates become one row per member."""
    places = read_places(rows["area_code"].unique(maintain_order=True), register)
    table = pl.DataFrame(
        [(code, list(place.areas), place.shared_with, place.reason) for code, place in places.items()],
        schema={
            "area_code": pl.String,
            "areas": pl.List(pl.String),
            "combined": pl.String,
            "reason": pl.String,
        },
        orient="row",
    )
    unknown = rows.filter(
        ~pl.col("area_code").is_in(table["area_code"].to_list()), pl.col("area_code").is_not_null()
    )
    for row in unknown.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source.id,
            row["file"],
            expected="an area code of the register",
            found=f"{row['area_code']!r} ({row['area_name']})",
            row=row["source_row"],
            next_step="Add the area to the register, or its kind to those out of scope.",
        )
    placed = rows.join(table, on="area_code", how="left", nulls_equal=True, maintain_order="left")
    ledger.set_aside(placed.filter(pl.col("areas").list.len() == 0))
    placed = placed.filter(pl.col("areas").list.len() > 0).with_columns(
        pl.coalesce("combined", "shared_with").alias("shared_with")
    )
    _check_shared(placed, source)
    members = pl.DataFrame(
        list(SHARED.items()), schema={"shared_with": pl.String, "members": pl.List(pl.String)}, orient="row"
    )
    placed = (
        placed.join(members, on="shared_with", how="left", maintain_order="left")
        .with_columns(pl.coalesce("members", "areas").alias("areas"))
        .rename({"area_code": "stated_code"})
        .explode("areas")
        .rename({"areas": "area_code"})
    )
    inherited = (pl.col("area_code") != pl.col("stated_code")) | (
        pl.col("area_code") != pl.col("shared_with")
    )
    return placed.with_columns(
        pl.when(inherited.fill_null(value=False))
        .then(pl.lit(Method.INHERITED.value))
        .otherwise("method")
        .alias("method")
    ).drop("reason", "combined", "members")


def _check_shared(placed: pl.DataFrame, source: Source) -> None:
    """A row that says its value is shared must be for one of the areas that share it."""
    for counted_under, areas in SHARED.items():
        codes = [*areas, *(code for code, under in COMBINED.items() if under == counted_under)]
        wrong = placed.filter(pl.col("shared_with") == counted_under, ~pl.col("area_code").is_in(codes))
        for row in wrong.head(1).iter_rows(named=True):
            raise SourceChangedError(
                source.id,
                row["file"],
                expected=f"the marker {row['marker']!r} on a row for {' or '.join(codes)}",
                found=f"{row['area_code']} ({row['area_name']})",
                row=row["source_row"],
            )


def _leave_other_tier(rows: pl.DataFrame, register: AreaRegister, ledger: Ledger) -> pl.DataFrame:
    """Districts do not run upper-tier services: their row describes the county's work in their area."""
    districts = [code for code, area in register.areas.items() if area.kind is AreaKind.DISTRICT]
    other = (pl.col("tier") == Tier.UPPER.value) & pl.col("area_code").is_in(districts)
    ledger.set_aside(rows.filter(other), "a district, which does not run this upper-tier service")
    return rows.filter(~other)


def _latest_vintage(rows: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Of each series and period keep the newest publication as a whole, so that no period mixes vintages."""
    published = pl.col("published").fill_null(pl.date(1, 1, 1))
    latest = published == published.max().over(*KEY, "series")
    ledger.set_aside(rows.filter(~latest), "superseded by a later vintage")
    return rows.filter(latest)


def _first_claim(rows: pl.DataFrame, source: Source, ledger: Ledger) -> pl.DataFrame:
    """One row per indicator, area and period: first series, own value before a shared one, no repeats."""
    key = (*KEY, "area_code")
    first = pl.col("precedence") == pl.col("precedence").min().over(key)
    ledger.set_aside(rows.filter(~first), "superseded by a series that takes precedence")
    rows = rows.filter(first)
    own = pl.col("stated_code") == pl.col("area_code")
    claim = (
        pl.when(own & pl.col("value").is_not_null())
        .then(0)
        .when(~own & pl.col("value").is_not_null())
        .then(1)
        .otherwise(2)
    )
    rows = rows.with_columns(claim.alias("claim"))
    best = pl.col("claim") == pl.col("claim").min().over(key)
    ledger.set_aside(
        rows.filter(~best), "superseded by another row for the same area and period that has a value"
    )
    rows = rows.filter(best)
    return _without_repeats(rows, key, source, ledger).drop("claim", "stated_code", "precedence", "series")


def _without_repeats(
    rows: pl.DataFrame, key: tuple[str, ...], source: Source, ledger: Ledger
) -> pl.DataFrame:
    repeats = rows.filter(pl.len().over(key) > 1)
    if repeats.is_empty():
        return rows
    content = pl.struct("value", "lower_95", "upper_95", "status")
    conflict = repeats.filter(content.n_unique().over(key) > 1)
    if not conflict.is_empty():
        pair = conflict.join(conflict.head(1).select(key), on=key, maintain_order="left")
        names = ("value", "lower_95", "upper_95", "status")
        one, *others = pair.iter_rows(named=True)
        other = next(row for row in others if any(row[name] != one[name] for name in names))
        raise SourceChangedError(
            source.id,
            other["file"],
            expected=f"one value for {one['area_code']} and {one['period']} in {one['indicator_id']}",
            found=f"{other['value']} here and {one['value']} in row {one['source_row']} of {one['file']}",
            row=other["source_row"],
        )
    again = ~rows.select(pl.struct(key).is_first_distinct()).to_series()
    ledger.set_aside(rows.filter(again), "repeats an identical row")
    return rows.filter(~again)


def _in_force(values: pl.DataFrame, register: AreaRegister) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values of areas in force today, and the row numbers behind all others."""
    current = pl.col("area_code").is_in(list(register.current.areas))
    return values.filter(current), values.filter(~current).select(pl.col("row_ids").alias(ROW_ID)).explode(
        ROW_ID
    )


def _kept_as() -> pl.Expr:
    """In words, how an observation uses its rows."""
    withheld = [status.value for status in sorted(WITHOUT_VALUE | {ObservationStatus.LOW_RELIABILITY})]
    without = pl.when(pl.col("value").is_null() & pl.col("status").is_in(withheld)).then(
        pl.format("kept without a value: {}", pl.col("status").str.replace_all("_", " "))
    )
    return pl.coalesce(without, pl.col("method").replace_strict(KEPT_AS, return_dtype=pl.String))


def _observations(values: pl.DataFrame, raw: pl.DataFrame, snapshot_ids: Mapping[str, str]) -> pl.DataFrame:
    """Observations in the order of indicator, period, area, with snapshot and source rows of each."""
    values = values.with_row_index("observation")
    files = (
        pl.col("file").replace_strict(dict(snapshot_ids), default=pl.col("file"))
        if snapshot_ids
        else pl.col("file")
    )
    origin = raw.select(ROW_ID, files.alias("snapshot_id"), "source_row")
    several = pl.col("snapshot_id").n_unique() > 1
    rows = pl.col("source_row").cast(pl.String)
    origins = (
        values.select("observation", pl.col("row_ids").alias(ROW_ID))
        .explode(ROW_ID)
        .join(origin, on=ROW_ID, how="left", maintain_order="left")
        .group_by("observation", maintain_order=True)
        .agg(
            pl.col("snapshot_id").first(),
            pl.when(several)
            .then(pl.format("{}:{}", "snapshot_id", rows).str.join(" "))
            .otherwise(rows.str.join(" "))
            .alias("source_rows"),
        )
    )
    joined = values.join(origins, on="observation", how="left")
    return joined.select(OBSERVATION_SCHEMA.names()).cast(OBSERVATION_SCHEMA).sort(*KEY, "area_code")
