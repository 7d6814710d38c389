"""What councils spent on services in a year (revenue outturn), and pounds for every person living there.

One row = authority x financial year, one column per service, net current expenditure in pounds. A council
that had not submitted has empty cells; so has one that does not run the service. Amounts per head divide by
the population in the middle of the calendar year in which the financial year starts.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from likeforlike.domain.provenance import Source
from likeforlike.sources.per_head import POPULATION, rate_rows, read_people
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns
from likeforlike.sources.rows import financial_year, raw_rows

FILE = "revenue_outturn_2022-23_to_2024-25.csv"
SERVICES = (
    "net_current_expenditure_gbp",
    "education_net_gbp",
    "highways_transport_net_gbp",
    "environmental_regulatory_net_gbp",
    "housing_services_net_gbp",
    "cultural_related_net_gbp",
    "planning_development_net_gbp",
    "fire_rescue_net_gbp",
    "central_services_net_gbp",
    "other_services_net_gbp",
    "adult_social_care_net_gbp",
    "childrens_social_care_net_gbp",
    "public_health_net_gbp",
    "police_net_gbp",
)
COLUMNS = {"fy": "fy", "ons_code": "area_code", "name": "area_name", "status": "status"} | {
    service: service for service in SERVICES
}
IGNORED = ("lgf_code", "class", "subclass", "central_grants_in_gbp")
NOT_SUBMITTED = "not submitted"
#: Bodies that are no council and have no code of an area: parks, waste authorities, London's.
COUNCIL_CODE = r"^E(06|07|08|09|10)\d{6}$"


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """Series `spend/<service>`, as published, and `per_head/<service>`, worked out, as RAW_SCHEMA.

    An authority that had not submitted has a row without a value for every service; one that does not run a
    service has none.
    """
    files = {Path(file.path).name: file for file in source.files}
    file = files[FILE]
    table = take_columns(
        read_csv(folder, file.path, source.id), COLUMNS, file.path, source.id, ignored=IGNORED
    )
    late = pl.col("status") == NOT_SUBMITTED
    long = (
        table.unpivot(
            SERVICES,
            index=["fy", "area_code", "area_name", "status", SOURCE_ROW],
            variable_name="service",
            value_name="text",
        )
        .filter(pl.col("text").is_not_null() | late)
        .with_columns(
            pl.when(pl.col("area_code").str.contains(r"^E\d{8}$")).then("area_code").alias("area_code"),
            financial_year(pl.col("fy")).alias("period"),
            pl.col("text").cast(pl.Float64).alias("count"),
            pl.when(late).then(pl.lit("x")).alias("marker"),
        )
    )
    counts = long.filter(pl.col("area_code").str.contains(COUNCIL_CODE)).with_columns(
        pl.format("{}|{}", "service", "period").alias("key"),
        pl.col("fy").str.slice(0, 4).cast(pl.Int32).alias("year"),
    )
    rates = rate_rows(counts, read_people(folder, files[POPULATION].path, source.id), 1, money=True)
    service, period = (pl.col("key").str.split("|").list.get(at) for at in (0, 1))
    common = {"area_code": pl.col("area_code"), "marker": pl.col("marker")}
    return pl.concat(
        [
            raw_rows(
                long,
                file,
                series=pl.lit("spend/") + pl.col("service"),
                area_name=pl.col("area_name"),
                period=pl.col("period"),
                value=pl.col("text"),
                **common,
            ),
            raw_rows(
                rates,
                file,
                series=pl.lit("per_head/") + service,
                period=period,
                value=pl.col("rate"),
                **common,
            ),
        ]
    )
