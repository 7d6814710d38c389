"""Real terms from a table of prices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from likeforlike.domain.errors import DefinitionError, RequestError
from likeforlike.observations.deflator import financial_year, read_deflator


def written(folder: Path, text: str) -> Path:
    path = folder / "prices.csv"
    path.write_text(text)
    return path


def test_an_amount_moves_with_prices_between_financial_years(tmp_path: Path) -> None:
    prices = read_deflator(written(tmp_path, "year_start,index\n2020,80\n2024,100\n"))
    assert prices.real(40.0, date(2021, 3, 31), 2024) == 50.0
    assert prices.real(40.0, date(2024, 4, 1), 2024) == 40.0
    with pytest.raises(RequestError, match="no value for 2022-23"):
        prices.real(1.0, date(2022, 4, 1), 2024)


def test_a_financial_year_starts_in_april() -> None:
    assert [financial_year(date(2021, month, 1)) for month in (3, 4)] == [2020, 2021]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("year,index\n", "The header is year, index"),
        ("year_start,index\n2020,0\n", "line 2"),
        ("year_start,index\n2020,x\n", "line 2"),
        ("year_start,index\n2020,1\n2020,2\n", "line 3: The year 2020 stands there twice"),
        ("year_start,index\n", "holds no year"),
    ],
)
def test_a_bad_table_is_refused_with_its_row(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        read_deflator(written(tmp_path, text))
