"""The manual's drawn tables are what the code answers, and the manual is up to date."""

from __future__ import annotations

import pytest
from render_docs import CHAPTERS, FOLDER
from spec_kit import Case, Chapter


@pytest.mark.parametrize(
    "case", [case for chapter in CHAPTERS for case in chapter.cases], ids=lambda case: case.title
)
def test_the_code_answers_as_drawn(case: Case):
    case.check()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_the_method_page_is_what_the_spec_says(chapter: Chapter):
    page = FOLDER / f"{chapter.name}.md"
    assert page.is_file(), f"{page.name} is missing; run `make docs`"
    assert page.read_text() == chapter.markdown(), f"{page.name} is out of date; run `make docs`"
