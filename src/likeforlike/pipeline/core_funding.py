"""Formula money by council of today: never added to awards, and set beside them only to say what changed
meanwhile.
"""

from __future__ import annotations

import polars as pl

from likeforlike.domain.allocation import CORE_FUNDING_SCHEMA
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import SourceChangedError
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.snapshots import snapshot_ids, take_snapshots
from likeforlike.sources.funding import CORE_PARSERS

#: Codes of bodies that are no council of the register: fire and police (E31, E23), national parks (E26),
#: waste and other joint bodies, the Greater London Authority ("-", E61) and combined authorities (E47).
_COUNCIL = r"^E(06|07|08|09|10)\d{6}$"


def core_funding_table(context: BuildContext) -> pl.DataFrame:
    """Formula money as CORE_FUNDING_SCHEMA, by council in force today, year and component.

    Money of a council that was replaced goes to its successor; of one that was divided, to each by the people
    it took over (method `apportioned`). Bodies that are no council are left out. Raises SourceChangedError
    for a council that the register does not know.
    """
    sources = context.definitions.sources
    parts = []
    for name, parse in CORE_PARSERS.items():
        if name not in sources:
            continue
        snapshots = snapshot_ids(take_snapshots(context.folder, [sources[name]]), name)
        raw = parse(context.folder, sources[name])
        parts.append(place_core(raw, context.register).with_columns(pl.col("file").replace(snapshots)))
    empty = CORE_FUNDING_SCHEMA.to_frame()
    return pl.concat([empty, *(part.rename({"file": "snapshot_id"}).select(empty.columns) for part in parts)])


def place_core(raw: pl.DataFrame, register: AreaRegister) -> pl.DataFrame:
    """Formula money (RAW_CORE_SCHEMA) by council of today, summed over predecessors."""
    rows = raw.filter(pl.col("area_code").str.contains(_COUNCIL), pl.col("amount_gbp").is_not_null())
    codes = rows["area_code"].unique(maintain_order=True).to_list()
    for code in codes:
        if not register.successors(code):
            first = rows.filter(pl.col("area_code") == code).row(0, named=True)
            raise SourceChangedError(
                "funding",
                first["file"],
                expected="the code of a council that the register knows",
                found=f"{code!r} ({first['area_name']})",
                row=first["source_row"],
            )
    homes = pl.DataFrame(
        [(code, end, share) for code in codes for end, share in successor_shares(code, register).items()],
        schema={"area_code": pl.String, "home": pl.String, "share": pl.Float64},
        orient="row",
    )
    placed = rows.join(homes, on="area_code", maintain_order="left")
    method = (
        pl.when((pl.col("share") < 1).any())
        .then(pl.lit("apportioned"))
        .when((pl.col("area_code") != pl.col("home")).any())
        .then(pl.lit("successor"))
        .otherwise(pl.lit("exact"))
    )
    return (
        placed.group_by("fund_id", "home", "year_start", "component", "file", maintain_order=True)
        .agg(
            (pl.col("amount_gbp") * pl.col("share")).sum().alias("amount_gbp"),
            method.alias("method"),
            pl.col("source_row").cast(pl.String).str.join(" ").alias("source_rows"),
        )
        .rename({"home": "area_code"})
    )


def successor_shares(code: str, register: AreaRegister) -> dict[str, float]:
    """Who took an area over, and the share of its people that went to each; itself where it is in force.

    A county that was divided counts the people of its districts; equal shares stand in where no count is
    declared.
    """
    if code in register.current.areas:
        return {code: 1.0}
    changes = [change for change in register.changes if change.predecessor == code]
    people = [change.all_ages for change in changes]
    known = all(count is not None for count in people) and len(people) > 1
    total = sum(count or 0.0 for count in people)
    shares: dict[str, float] = {}
    for change, count in zip(changes, people, strict=True):
        share = (count or 0.0) / total if known else 1 / len(changes)
        for end, part in successor_shares(change.successor, register).items():
            shares[end] = shares.get(end, 0.0) + share * part
    return shares
