"""DfE's list of statistical neighbours: ten others for every authority in force, and what stops the build."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.errors import SourceChangedError
from likeforlike.domain.provenance import Source, SourceFile
from likeforlike.pipeline.own_tables import OwnTables
from likeforlike.sources.dfe_statistical_neighbours import CLOSENESS, read_lists

HEADER = ["LA num", "LA Name", "LA number", "GOInd", "GOReg"]
HEADER += [name for rank in range(1, 11) for name in (f"SN{rank}", "SNP")]
NUMBERS = {
    "301": "E09000002",
    "302": "E09000003",
    "303": "E09000004",
    "304": "E09000005",
    "305": "E09000006",
    "306": "E09000008",
    "307": "E09000009",
    "308": "E09000010",
    "309": "E09000014",
    "310": "E09000015",
    "311": "E09000016",
    "312": "E09000017",
}


def source_of(
    folder: Path, rows: list[list[str]], header: list[str] = HEADER, sheet: str = "LA SN Groups"
) -> Source:
    """Write a workbook and a table of numbers; the source that lists them."""
    workbook = xlsxwriter.Workbook(folder / "sn_may_2025.xlsx")
    page = workbook.add_worksheet(sheet)
    for number, cells in enumerate([["A"], ["1"], header, *rows, [], ["", "Old SNs:"], ["835", "Dorset"]]):
        for column, cell in enumerate(cells):
            page.write_string(number, column, cell)
    workbook.close()
    names = (
        "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
        "old_la_code,new_la_code,la_name,age_group,population_estimate"
    )
    lines = [names, *(f"2024,,,,,,,{number}.0,{code},,,1" for number, code in NUMBERS.items())]

    (folder / "children_0_17_upper_tier_2012_2024.csv.gz").write_bytes(
        gzip.compress("\n".join(lines).encode())
    )
    files = ("sn_may_2025.xlsx", "children_0_17_upper_tier_2012_2024.csv.gz")
    return Source(
        id="dfe_statistical_neighbours",
        title="t",
        publisher="p",
        url="https://example.org",
        attribution="a",
        retrieved=date(2026, 1, 1),
        files=tuple(SourceFile(path=path) for path in files),
    )


def authority(number: str, others: list[str], closeness: str = "Close") -> list[str]:
    return [number, "Name", number, "3", "London", *(cell for other in others for cell in (other, closeness))]


TEN = [str(number) for number in range(302, 312)]


def test_a_row_becomes_ten_ranked_neighbours_and_old_authorities_are_not_read(tmp_path):
    table = read_lists(tmp_path, source_of(tmp_path, [authority("301", TEN)]), load_register())
    assert table.height == 10
    assert table.row(0) == ("E09000002", 1, "E09000003", "Close")
    assert table["rank"].to_list() == list(range(1, 11))


WRONG = {
    "another heading": ({"rows": [], "header": ["LA", *HEADER[1:]]}, "row 3: expected LA num"),
    "another sheet": ({"rows": [], "sheet": "Sheet1"}, "expected a sheet 'LA SN Groups'; found Sheet1"),
    "unknown number": (
        {"rows": [authority("999", TEN)]},
        "row 4: expected the number of an authority in force; found '999'",
    ),
    "unknown closeness": (
        {"rows": [authority("301", TEN, "Near")]},
        "row 4: expected one of Extremely close",
    ),
    "itself": ({"rows": [authority("301", ["301", *TEN[1:]])]}, "row 4: expected 10 different others"),
    "twice": ({"rows": [authority("301", ["303", *TEN[1:]])]}, "expected 10 different others"),
}


@pytest.mark.parametrize(("given", "told"), WRONG.values(), ids=WRONG)
def test_a_list_that_is_not_as_declared_stops_the_build(tmp_path, given, told):
    with pytest.raises(SourceChangedError) as problem:
        read_lists(tmp_path, source_of(tmp_path, **given), load_register())
    assert told in str(problem.value)


def test_every_authority_has_ten_others_of_the_upper_tier(raw_folder):
    definitions, register = load_definitions(), load_register()
    table = read_lists(raw_folder, definitions.sources["dfe_statistical_neighbours"], register)
    assert set(table["area_code"]) == set(register.upper_tier)
    assert set(table["neighbour_code"]) <= set(register.upper_tier)
    assert table.height == 1530
    assert set(table["closeness"]) <= set(CLOSENESS)
    hartlepool = table.filter(area_code="E06000001")
    assert register.areas[hartlepool["neighbour_code"][0]].name == "Redcar and Cleveland"


def test_a_published_list_is_a_neighbour_set_without_distances(tmp_path):
    table = read_lists(tmp_path, source_of(tmp_path, [authority("301", TEN)]), load_register())
    model = load_definitions().neighbour_models["dfe-childrens-2025"]
    assert not model.computed_here
    found = OwnTables(lists={"dfe_statistical_neighbours": table}).published(model)
    assert found.codes("E09000002") == tuple(NUMBERS[number] for number in TEN)
    assert found.codes("E09000003") == ()
    assert found.all_distances.size == 0
