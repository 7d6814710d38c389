"""Indices of Deprivation: excerpts, what goes wrong, and figures that must come out on the whole files."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import polars as pl
import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.observation import RAW_SCHEMA
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.observations.standardise import standardise
from likeforlike.sources.mhclg_indices_of_deprivation import REFERENCE_DAY, parse

SOURCE_ID = "mhclg_indices_of_deprivation"
HEADER = (
    "iod_year,lad_code,lad_name,index,average_rank,rank_of_average_rank,average_score,rank_of_average_score,"
    "proportion_lsoas_most_deprived_10pct,rank_of_proportion_most_deprived_10pct,extent,rank_of_extent,"
    "local_concentration,rank_of_local_concentration,scale,rank_of_scale"
)
IMD = "2019,E06000001,Hartlepool,imd,22581.98,25,35.037,10,0.3621,10,0.4973,14,32560.44,10,,"
INCOME = "2019,E06000001,Hartlepool,income,22712.46,18,0.228,9,0.3793,9,,,,,21305,97"
EDITIONS = {day: edition for edition, day in REFERENCE_DAY.items()}


@pytest.fixture(scope="module")
def declared() -> Source:
    return load_definitions().sources[SOURCE_ID]


def parse_text(folder: Path, declared: Source, *texts: str) -> pl.DataFrame:
    files = []
    for number, text in enumerate(texts):
        (folder / f"{number}.csv").write_text(text)
        files.append(SourceFile(path=f"{number}.csv"))
    return parse(folder, declared.model_copy(update={"files": tuple(files)}))


def test_measures_become_series_and_rates_become_percentages(tmp_path: Path, declared: Source):
    raw = parse_text(tmp_path, declared, f"{HEADER}\n{IMD}\n{INCOME}\n")
    assert raw.schema == RAW_SCHEMA
    assert {series: float(value) for series, value in raw[["series", "value"]].iter_rows()} == {
        "imd/average_score": 35.037,
        "imd/average_rank": 22581.98,
        "imd/proportion_lsoas_most_deprived_10pct": pytest.approx(36.21),
        "imd/extent": pytest.approx(49.73),
        "imd/local_concentration": 32560.44,
        "income/average_score": pytest.approx(22.8),
        "income/scale": 21305.0,
    }
    assert raw["period"].unique().to_list() == ["2015-06-30"]
    assert raw.filter(pl.col("series") == "income/scale")["source_row"].to_list() == [3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}\n{IMD.replace('2019', '2030', 1)}\n", r"row 2: expected 2015 or 2019 or 2025 as edition"),
        (f"{HEADER}\n{IMD.replace('imd', 'wealth')}\n", r"row 2: expected imd or income .* as index"),
        (
            f"{HEADER}\n{INCOME.replace('21305', '')}\n",
            r"row 2: expected a number as scale of income for Hartlepool",
        ),
        (f"{HEADER.replace('extent', 'reach', 1)}\n{IMD}\n", "unknown column 'reach'"),
        (f"{HEADER.replace('average_score', 'score', 1)}\n{IMD}\n", "no column 'average_score'"),
        (f"{HEADER},file_version\n{IMD},v1\n", r"row 2: expected v2, in which Cherwell"),
    ],
)
def test_a_changed_file_stops_the_build(tmp_path: Path, declared: Source, text: str, message: str):
    with pytest.raises(SourceChangedError, match=message):
        parse_text(tmp_path, declared, text)


def test_a_council_that_differs_between_the_two_summaries_stops_the_build(tmp_path: Path, declared: Source):
    upper = "iod_year,utla_code,utla_name,index,average_score\n2019,E06000001,Hartlepool,imd,35.1\n"
    raw = parse_text(tmp_path, declared, f"{HEADER}\n{IMD}\n", upper)
    indicators = [load_definitions().indicators["imd-average-score"]]
    with pytest.raises(SourceChangedError, match=r"1.csv, row 2: expected one value for E06000001"):
        standardise(raw, declared, indicators, load_register())


@pytest.fixture(scope="module")
def observations(raw_folder: Path, declared: Source) -> pl.DataFrame:
    indicators = list(load_definitions().indicators.values())
    return standardise(parse(raw_folder, declared), declared, indicators, load_register()).observations


def edition_of(observations: pl.DataFrame, indicator_id: str, edition: str) -> pl.DataFrame:
    return observations.filter(
        pl.col("indicator_id") == indicator_id,
        pl.col("period_end") == pl.lit(REFERENCE_DAY[edition]).str.to_date(),
    )


@pytest.mark.raw
def test_income_deprived_people_make_the_rates_of_england_that_the_publisher_states(
    observations: pl.DataFrame,
):
    """12.9% in the edition of 2019 and 23.2% in that of 2025: people counted over mid-year populations."""
    population = {"2019": 54_786_300, "2025": 57_112_542}
    for edition, rate in (("2019", 12.9), ("2025", 23.2)):
        people = edition_of(observations, "income-deprived-people", edition)["value"].sum()
        assert 100 * people / population[edition] == pytest.approx(rate, abs=0.15)


@pytest.mark.raw
def test_every_council_of_today_has_every_edition_where_values_can_be_made(observations: pl.DataFrame):
    register = load_register()
    for edition in REFERENCE_DAY:
        scores = edition_of(observations, "imd-average-score", edition)
        assert set(register.lower_tier) <= set(scores["area_code"])
        counties = set(register.counties) & set(scores["area_code"])
        assert counties == (set() if edition == "2015" else set(register.counties))


@pytest.mark.raw
def test_merged_councils_of_2019_equal_another_projects_re_aggregation(
    raw_folder: Path, observations: pl.DataFrame
):
    """Made from small areas and their own populations by that project, from districts by us."""
    with (raw_folder / "deprivation" / "iod2019_lad23_reaggregated.csv").open(newline="") as file:
        theirs = {row["lad23_code"]: row for row in csv.DictReader(file)}
    for indicator_id, column, scale in (
        ("imd-average-score", "imd_score", 1),
        ("income-deprivation-rate", "income_score", 100),
    ):
        ours = edition_of(observations, indicator_id, "2019").filter(
            pl.col("method").is_in(["weighted", "same_area"]), pl.col("area_code").is_in(list(theirs))
        )
        assert ours.height == 7
        for code, value in ours.select("area_code", "value").iter_rows():
            assert value == pytest.approx(scale * float(theirs[code][column]), abs=0.06), code


@pytest.mark.raw
def test_sampled_councils_equal_a_slow_reading(
    raw_folder: Path, declared: Source, observations: pl.DataFrame
):
    """Councils under one code in all editions, every measure, straight from the publisher's rows."""
    found = {
        (name, code, EDITIONS[str(end)]): value
        for name, code, end, value in observations.select(
            "indicator_id", "area_code", "period_end", "value"
        ).iter_rows()
    }
    indicators = [one for one in load_definitions().indicators.values() if one.source_id == SOURCE_ID]
    taken = {series: one for one in indicators for series in one.series}
    chooser = random.Random(3)
    codes = set(chooser.sample(load_register().lower_tier, 60)) | {"E10000003", "E10000030"}
    compared = 0
    for file in declared.files:
        with (raw_folder / file.path).open(newline="") as text:
            for row in csv.DictReader(text):
                code = row.get("lad_code") or row["utla_code"]
                for measure, cell in row.items():
                    indicator = taken.get(f"{row['index']}/{measure}")
                    if code not in codes or indicator is None or not cell:
                        continue
                    scale = 100 if indicator.unit == "percent" else 1
                    answer = found[indicator.id, code, row["iod_year"]]
                    assert answer == pytest.approx(float(cell) * scale, rel=1e-12), (code, indicator.id)
                    compared += 1
    assert compared > 2500


def test_no_line_joins_two_editions():
    indicators = [one for one in load_definitions().indicators.values() if one.source_id == SOURCE_ID]
    assert len(indicators) == 16
    for indicator in indicators:
        assert [entry.at for entry in indicator.breaks] == ["2015-06-30", "2022-06-30"]
