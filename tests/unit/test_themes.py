"""Themes from project names: the rules against names that a person read."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from funding_kit import themes
from likeforlike.observations.themes import Themes

REPORT = Path(__file__).parents[2] / "docs" / "data" / "funding.md"
LABELLED = Path(__file__).parents[1] / "data" / "project_themes_labelled.csv"


@pytest.fixture(scope="module")
def scores() -> dict[str, tuple[int, int, int]]:
    """Right, given and true counts by theme, as docs/data/funding.md reports them."""
    rules = Themes(themes())
    right, given, true = Counter(), Counter(), Counter()
    with LABELLED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            theme = rules.theme(row["project"])
            given[theme] += 1
            true[row["theme"]] += 1
            right[theme] += theme == row["theme"]
    return {theme: (right[theme], given[theme], true[theme]) for theme in sorted(given | true)}


def test_nine_names_in_ten_get_the_theme_a_reader_gave_them(scores) -> None:
    right = sum(one for one, _, _ in scores.values())
    assert (right, sum(true for _, _, true in scores.values())) == (117, 130)


def test_precision_and_recall_are_as_reported(scores) -> None:
    """Every row of the table in docs/data/funding.md."""
    titles = {rule.id: rule.title for rule in themes()} | {"unclassified": "Unclassified"}
    reported = {}
    for line in REPORT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 6 and cells[1].isdigit():
            reported[cells[0]] = (*(int(cell) for cell in cells[1:4]), *cells[4:])
    assert reported == {
        titles[theme]: (right, given, true, f"{right / given:.2f}", f"{right / true:.2f}")
        for theme, (right, given, true) in scores.items()
    }


@pytest.mark.parametrize(
    ("name", "theme"),
    [
        ("Digital Skills Hub", "skills-and-education"),
        ("Town Centre Living", "housing"),
        ("North Road & Northgate House", "unclassified"),
        ("Cycling and Walking Trails", "transport"),
        ("Parkgate Lane", "unclassified"),
        (None, "unclassified"),
    ],
)
def test_what_is_particular_comes_before_what_is_general(name: str | None, theme: str) -> None:
    assert Themes(themes()).theme(name) == theme


def test_an_award_for_a_whole_place_has_no_theme_of_its_own() -> None:
    assert Themes(themes()).theme("Barnsley Town Centre", whole_place=True) == "whole-place"
