"""Small raw tables, indicators and sources for tests of the path from publishers' files to observations."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import polars as pl

from likeforlike.domain.indicator import Certainty, Combination, Indicator, Polarity, Tier, Unit, Weight
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile

SOURCE_ID = "ons_explore_local_statistics"
FOLDER = "outcomes/ons-explore-local-statistics"
COLUMNS = "areacd,areanm,geography,indicator,period,observation,measure,unit,lci_95,uci_95,status,notes"
OLD_COLUMNS = (
    "AREACD,AREANM,Geography,Variable Name,Indicator,Mission,Category,Period,Value,Measure,Unit,"
    "Lower Confidence Interval (95%),Upper Confidence Interval (95%),Observation Status,Polarity,Notes"
)


def source_of(*files: tuple[str, date | None]) -> Source:
    """A source that lists the given paths."""
    return Source(
        id=SOURCE_ID,
        title="Explore Local Statistics",
        publisher="Office for National Statistics",
        url="https://www.ons.gov.uk/explore-local-statistics/",
        attribution="Source: Office for National Statistics",
        retrieved=date(2026, 7, 26),
        files=tuple(SourceFile(path=path, published=published) for path, published in files),
    )


def write_group(folder: Path, name: str, content: str | bytes) -> str:
    """Write one file of the publisher's, gzipped, and return its path under the folder of raw files."""
    path = f"{FOLDER}/{name}.csv.gz" if name.startswith("recovered/") else f"{FOLDER}/{name}/{name}.csv.gz"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(
        gzip.compress(content if isinstance(content, bytes) else content.encode(), mtime=0)
    )
    return path


def indicator_of(series: str | tuple[str, ...] = "group/Rate", **changes: object) -> Indicator:
    """A rate weighted by all ages that every council may be compared on, changed as asked."""
    names = (series,) if isinstance(series, str) else series
    fields: dict[str, object] = {
        "id": "rate",
        "title": "Rate",
        "description": "A rate.",
        "unit": Unit.PERCENT,
        "decimals": 1,
        "polarity": Polarity.NEUTRAL,
        "topic": "population",
        "tier": Tier.BOTH,
        "certainty": Certainty.SAMPLE,
        "combination": Combination.WEIGHTED_MEAN,
        "weight": Weight.ALL_AGES,
        "source_id": SOURCE_ID,
        "series": dict.fromkeys(names, ""),
    }
    return Indicator.model_validate(fields | changes)


def raw_table(*rows: dict[str, object]) -> pl.DataFrame:
    """RAW_SCHEMA rows from what differs: area_code and value at least."""
    records = [
        {
            "series": "group/Rate",
            "area_name": None,
            "period": "2018-01-01/P1Y",
            "lower_95": None,
            "upper_95": None,
            "marker": None,
            "file": "group.csv",
            "published": date(2026, 6, 26),
            "source_row": number,
            **row,
        }
        for number, row in enumerate(rows, start=2)
    ]
    return pl.DataFrame(records, schema=RAW_SCHEMA)


def reasons(report: pl.DataFrame) -> dict[str, int]:
    """Rows by outcome and reason."""
    table = report.group_by("outcome", "reason").agg(pl.col("rows").sum()).sort("outcome", "reason")
    return {f"{outcome}: {reason}": rows for outcome, reason, rows in table.iter_rows()}
