"""ONS: the 48 indicators from which its 2025 clusters and nearest neighbours were computed.

One long table of area, indicator, period and value for the whole United Kingdom. It serves twice. `parse`
gives the few series that this project publishes as indicators, because no other file here holds them.
`read_inputs` gives the table as that model's recipe makes it: newest period, repeated rows averaged,
councils abolished in 2020 to 2023 brought together under their successors, and districts without a value
given their county's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from likeforlike.domain.area import AreaKind, AreaRegister
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.matrix import BoolArray, FeatureTable, FloatArray
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.sources.reading import SOURCE_ROW, read_csv, take_columns

TABLE = "ons_subnational_indicators_2025_edition.csv.gz"
RESIDENTS = "census2021_single_year_age_lad21.csv.gz"
_COLUMNS = {
    "AREACD": "area_code",
    "AREANM": "area_name",
    "Indicator": "indicator",
    "Period": "period",
    "Value": "value",
}
_IGNORED = ("Measure", "Unit")

#: Series published as indicators -> their period in England (censuses differ elsewhere, which "2021/22"
#: covers).
PUBLISHED = {
    "White ethnicity population": "2021-03-21",
    "Not religious": "2021-03-21",
    "Private renters": "2021-03-21",
    "Home owners": "2021-03-21",
    "Employment in manufacturing": "2022-01-01/P1Y",
    "Employment in construction": "2022-01-01/P1Y",
    "Employment in services": "2022-01-01/P1Y",
}

#: Day whose councils the table is brought to, and the pool: every council of that day in England (lower tier,
#: then counties), and all council areas of Wales, Scotland and Northern Ireland.
BOUNDARIES = date(2023, 4, 1)
ELSEWHERE = ("W06", "S12", "N09")

#: First and last age of the residents that weigh predecessors together; all ages for any other indicator.
#: These are the ages the publisher's program applied, not those its descriptions name.
AGES = {
    "employment-rate": (16, 63),
    "level-3-or-above-qualifications": (16, 63),
    "cigarette-smokers": (18, 99),
    "anxiety": (16, 99),
    "happiness": (16, 99),
    "life-satisfaction": (16, 99),
    "feeling-life-is-worthwhile": (16, 99),
    "economic-inactivity-rate": (16, 63),
    "job-density": (16, 63),
}


@dataclass(frozen=True)
class Inputs:
    """The feature table of the recipe, every area's name, and how often each step was needed.

    `stitched` marks cells made from councils since abolished; `repeated` counts the rows that repeat an area
    and indicator, most of which have no area code.
    """

    table: FeatureTable
    names: dict[str, str]
    stitched: BoolArray
    repeated: int


def parse(folder: Path, source: Source) -> pl.DataFrame:
    """The series in PUBLISHED for England, as RAW_SCHEMA, named `subnational/<publisher's name>`."""
    file = _file(source, TABLE)
    rows = _read(folder, file, source.id).filter(
        pl.col("indicator").is_in(list(PUBLISHED)) & pl.col("area_code").fill_null("").str.starts_with("E")
    )
    return rows.select(
        pl.concat_str(pl.lit("subnational/"), "indicator").alias("series"),
        "area_code",
        "area_name",
        pl.col("indicator").replace_strict(PUBLISHED, return_dtype=pl.String).alias("period"),
        "value",
        pl.lit(None, pl.String).alias("lower_95"),
        pl.lit(None, pl.String).alias("upper_95"),
        pl.lit(None, pl.String).alias("marker"),
        pl.lit(file.path).alias("file"),
        pl.lit(file.published, pl.Date).alias("published"),
        SOURCE_ROW,
    ).cast(RAW_SCHEMA)


def feature_id(indicator: str) -> str:
    """The publisher's name of an indicator as a feature's id: "4g coverage" is `4g-coverage`."""
    return indicator.lower().replace(" ", "-")


def read_inputs(folder: Path, source: Source, register: AreaRegister) -> Inputs:
    """The table the published 2025 models were computed from: 382 areas x 48 features, areas by code."""
    rows = _read(folder, _file(source, TABLE), source.id)
    cells = _cells(rows, source)
    residents = _residents(folder, _file(source, RESIDENTS), source.id)
    areas = _pool(cells, register)
    features = sorted(cells["feature"].unique().to_list())
    values = _grid(cells, areas, features)
    stitched = _stitch(
        values, areas=areas, features=features, cells=cells, residents=residents, register=register
    )
    inherited = _inherit(values, areas, register)
    names = dict(cells.filter(pl.col("area_name").is_not_null()).select("area_code", "area_name").iter_rows())
    table = FeatureTable.of(areas, features, values, inherited=inherited)
    return Inputs(
        table,
        {
            code: register.areas[code].name if code in register.areas else names.get(code, code)
            for code in areas
        },
        stitched,
        rows.height - rows.n_unique(["area_code", "indicator"]),
    )


def _file(source: Source, name: str) -> SourceFile:
    return next(file for file in source.files if file.path.endswith(name))


def _read(folder: Path, file: SourceFile, source_id: str) -> pl.DataFrame:
    return take_columns(
        read_csv(folder, file.path, source_id), _COLUMNS, file.path, source_id, ignored=_IGNORED
    )


def _cells(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """One row per area and indicator, repeated rows averaged."""
    number = pl.col("value").cast(pl.Float64, strict=False)
    wrong = rows.filter(pl.col("value").is_not_null() & number.is_null())
    for row in wrong.head(1).iter_rows(named=True):
        raise SourceChangedError(
            source.id,
            TABLE,
            expected="a number",
            found=f"{row['value']!r}",
            row=row[SOURCE_ROW],
        )
    # Periods are written in several ways ("2023", "2022-2023", "Q2 2024"), but no area has two years of an
    # indicator.
    keyed = rows.filter(pl.col("area_code").is_not_null()).with_columns(
        number.alias("value"),
        pl.col("indicator").str.to_lowercase().str.replace_all(" ", "-").alias("feature"),
    )
    return keyed.group_by("area_code", "feature", maintain_order=True).agg(
        pl.col("area_name").drop_nulls().first(),
        pl.col("value").mean(),
    )


def _pool(cells: pl.DataFrame, register: AreaRegister) -> tuple[str, ...]:
    then = register.as_of(BOUNDARIES)
    elsewhere = [code for code in cells["area_code"].unique().to_list() if code.startswith(ELSEWHERE)]
    return tuple(sorted({*then.lower_tier, *then.counties, *elsewhere}))


def _grid(cells: pl.DataFrame, areas: tuple[str, ...], features: list[str]) -> FloatArray:
    row_of = {code: row for row, code in enumerate(areas)}
    column_of = {name: column for column, name in enumerate(features)}
    values = np.full((len(areas), len(features)), np.nan)
    for code, name, value in cells.select("area_code", "feature", "value").iter_rows():
        if code in row_of and value is not None:
            values[row_of[code], column_of[name]] = value
    return values


def _stitch(
    values: FloatArray,
    *,
    areas: tuple[str, ...],
    features: list[str],
    cells: pl.DataFrame,
    residents: dict[str, FloatArray],
    register: AreaRegister,
) -> BoolArray:
    """Fill, in place, successors without a value from the councils they replaced; True where that was done.

    The old county's value where the successor covers the same area, else its districts' weighted by the
    residents of the ages the indicator is about.
    """
    found = {
        (code, name): value
        for code, name, value in cells.select("area_code", "feature", "value").iter_rows()
        if value is not None
    }
    stitched = np.zeros(values.shape, dtype=np.bool_)
    for row, area in enumerate(areas):
        districts, county = _predecessors(area, register)
        for column, name in enumerate(features):
            if not districts or np.isfinite(values[row, column]):
                continue
            if county is not None and (county, name) in found:
                values[row, column] = found[county, name]
            elif all((district, name) in found for district in districts):
                weights = np.array([_people(residents[district], name) for district in districts])
                old = np.array([found[district, name] for district in districts])
                values[row, column] = (old * (weights / weights.sum())).sum()
            stitched[row, column] = np.isfinite(values[row, column])
    return stitched


def _predecessors(area: str, register: AreaRegister) -> tuple[list[str], str | None]:
    """The districts a council replaced since 2020, and the county of exactly its area, if any."""
    before = [
        register.areas[change.predecessor]
        for change in register.changes
        if change.successor == area and date(2020, 1, 1) < change.change_date <= BOUNDARIES
    ]
    districts = [old.code for old in before if old.kind is AreaKind.DISTRICT]
    counties = [old.code for old in before if old.kind is AreaKind.COUNTY]
    whole = [code for code in counties if _successors(code, register) == {area}]
    return districts, whole[0] if whole else None


def _successors(code: str, register: AreaRegister) -> set[str]:
    return {change.successor for change in register.changes if change.predecessor == code}


def _people(by_age: FloatArray, feature: str) -> float:
    first, last = AGES.get(feature, (0, len(by_age) - 1))
    return float(by_age[first : last + 1].sum())


def _residents(folder: Path, file: SourceFile, source_id: str) -> dict[str, FloatArray]:
    """Census 2021 residents by single year of age; the last is the oldest age and above."""
    frame = read_csv(folder, file.path, source_id)
    ages = [name for name in frame.columns if name.startswith("age_")]
    columns = {"lad21_code": "area_code", **{name: name for name in ages}}
    table = take_columns(frame, columns, file.path, source_id, ignored=("lad_name", "all_ages"))
    counts = table.select(pl.col(name).cast(pl.Float64) for name in ages).to_numpy()
    return dict(zip(table["area_code"].to_list(), counts, strict=True))


def _inherit(values: FloatArray, areas: tuple[str, ...], register: AreaRegister) -> BoolArray:
    """Give districts without a value their county's, in place; True where that was done."""
    row_of = {code: row for row, code in enumerate(areas)}
    inherited = np.zeros(values.shape, dtype=np.bool_)
    for row, code in enumerate(areas):
        county = register.areas[code].county_code if code in register.areas else None
        if county in row_of:
            above = values[row_of[county]]
            inherited[row] = np.isnan(values[row]) & np.isfinite(above)
            values[row] = np.where(inherited[row], above, values[row])
    return inherited
