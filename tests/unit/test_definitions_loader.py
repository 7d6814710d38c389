"""Definition files are read strictly, and what is wrong is said with file, line and what to write instead."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from likeforlike.definitions.loader import (
    FOLDER,
    TYPES,
    Definitions,
    load_definitions,
    load_framework,
    load_neighbour_model,
)
from likeforlike.domain.errors import DefinitionError

SOURCE = """\
id: a_source
title: A source
publisher: A publisher
url: https://example.org/
attribution: "Source: a publisher"
retrieved: 2026-07-26
files:
  - path: folder/file.csv
    published: 2026-01-31
"""
INDICATORS = """\
- id: first-rate
  title: First rate
  description: A rate.
  unit: percent
  decimals: 1
  polarity: neutral
  topic: health
  tier: both
  certainty: full_count
  combination: not_derivable
  source_id: a_source
  series: {group/First: ""}
- id: second-rate
  title: Second rate
  description: Another rate.
  unit: per_1000
  decimals: 1
  polarity: lower_is_better
  topic: health
  tier: upper
  certainty: sample
  combination: not_derivable
  denominator_indicator_id: first-rate
  source_id: a_source
  series: {group/Second: ""}
"""
MODEL = """\
id: my-model
title: My model
description: Two rates.
pool: lower_tier
features:
  - id: first-rate
  - id: second
    indicator_id: second-rate
    weight: 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small complete set of definitions."""
    for name in TYPES:
        (tmp_path / name).mkdir()
    shutil.copy(FOLDER / "licences.yaml", tmp_path)
    (tmp_path / "sources" / "a_source.yaml").write_text(SOURCE)
    (tmp_path / "indicators" / "test.yaml").write_text(INDICATORS)
    (tmp_path / "neighbour_models" / "my-model.yaml").write_text(MODEL)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_definitions_are_found_by_id_in_the_order_of_ids(folder):
    found = load_definitions(folder)
    assert list(found.indicators) == ["first-rate", "second-rate"]
    assert found.sources["a_source"].files[0].path == "folder/file.csv"
    assert [feature.indicator for feature in found.neighbour_models["my-model"].features] == [
        "first-rate",
        "second-rate",
    ]
    assert found.licences["OGL-UK-3.0"].url.startswith("https://www.nationalarchives.gov.uk/")
    assert found.funds == found.frameworks == {}


def test_absent_folders_hold_nothing(folder):
    for name in ("funds", "frameworks"):
        (folder / name).rmdir()
    assert load_definitions(folder).funds == {}


def test_definitions_go_to_json_and_back_unchanged(folder):
    found = load_definitions(folder)
    assert Definitions.model_validate_json(found.model_dump_json()) == found


def test_the_projects_own_definitions_load_and_go_to_json_and_back():
    found = load_definitions()
    assert "ons_explore_local_statistics" in found.sources
    assert Definitions.model_validate_json(found.model_dump_json()) == found
    for entries in found.by_folder().values():
        assert list(entries) == sorted(entries)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("indicators/test.yaml", "polarity: neutral", "polarty: neutral",
         r"test\.yaml, line 6: There is no field 'polarty' here\. Did you mean polarity "),
        ("indicators/test.yaml", "polarity: neutral", "polarity: high",
         r"line 6: polarity cannot be 'high'\. (Did you mean|Write one of).*higher_is_better"),
        ("indicators/test.yaml", "  tier: upper\n", "",
         r"line 13: The field tier is missing\. Write `tier:` and one of lower, upper, both\."),
        ("indicators/test.yaml", "combination: not_derivable", "combination: weighted_mean",
         r"line 1: A weighted mean needs `weight`: all_ages, children, working_age or older\.$"),
        ("indicators/test.yaml", "id: second-rate", "id: Second Rate",
         r"line 13: id cannot be 'Second Rate'\. Write lower-case words joined by hyphens"),
        ("indicators/test.yaml", "id: second-rate", "id: first-rate",
         r"line 13: The id 'first-rate' is taken by test\.yaml already\. Choose another id\."),
        ("indicators/test.yaml", "title: First rate", "title: 2024",
         r'line 2: title must be text; found 2024\. Write it in quotes: title: "2024"\.'),
        ("indicators/test.yaml", "decimals: 1", "decimals: 9",
         r"line 5: decimals is wrong: input should be less"),
        ("indicators/test.yaml", "topic: health", "title: Again",
         r"line 7: The file is not valid YAML: found dup"),
        ("indicators/test.yaml", "title: First rate", "title: [First rate",
         r"test\.yaml, line \d+: The file is not valid YAML"),
        ("indicators/test.yaml", "source_id: a_source", "source_id: a_sorce",
         r"line 11: There is no source 'a_sorce'\. Did you mean a_source\?"),
        ("indicators/test.yaml", "indicator_id: first-rate", "indicator_id: frist-rate",
         r"line 23: There is no indicator 'frist-rate'\. Did you mean first-rate"),
        ("sources/a_source.yaml", "title:", "licence: OGL\ntitle:", r"line 2: There is no licence 'OGL'\."),
        ("sources/a_source.yaml", "retrieved: 2026-07-26", "retrieved: July",
         r"line 6: retrieved is wrong: .*July"),
        ("sources/a_source.yaml", "    published", "    publshed",
         r"line 9: There is no field 'publshed' here"),
        ("sources/a_source.yaml", SOURCE, "",
         r"a_source\.yaml, line 1: The file holds neither a definition nor"),
        ("neighbour_models/my-model.yaml", "indicator_id: second-rate", "indicator_id: secnd-rate",
         r"line 8: There is no indicator 'secnd-rate'\. Did you mean second-rate"),
        ("neighbour_models/my-model.yaml", "id: second\n", "id: first-rate\n",
         r"line 7: The feature 'first-rate' is listed twice"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_and_line_and_says_what_to_write(folder, file, old, new, message):
    edit(folder / file, old, new)
    with pytest.raises(DefinitionError, match=message) as raised:
        load_definitions(folder)
    assert raised.value.file.endswith(file)


def test_bytes_that_are_not_text_are_refused(folder):
    (folder / "funds" / "bad.yaml").write_bytes(b"id: \xff\xfe\n")
    with pytest.raises(DefinitionError, match=r"bad\.yaml: The file cannot be read as YAML"):
        load_definitions(folder)


def test_yaml_cannot_make_python_objects(folder):
    (folder / "funds" / "bad.yaml").write_text("id: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(DefinitionError, match=r"bad\.yaml"):
        load_definitions(folder)


def test_a_persons_own_model_is_read_alone(folder, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(MODEL)
    assert load_neighbour_model(path).features[1].weight == 2
    assert load_neighbour_model(path, load_definitions(folder)).id == "my-model"


def test_a_persons_own_model_must_use_indicators_that_exist(folder, tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(MODEL.replace("id: first-rate", "id: firs-rate"))
    with pytest.raises(DefinitionError, match=r"own\.yaml, line 6: There is no indicator 'firs-rate'"):
        load_neighbour_model(path, load_definitions(folder))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", r"holds 0 definitions\. Keep exactly one"),
        (f"- {MODEL.replace(chr(10), chr(10) + '  ')}\n" * 2, "2 def"),
    ],
)
def test_a_persons_own_file_holds_one_model(tmp_path, content, message):
    path = tmp_path / "own.yaml"
    path.write_text(content)
    with pytest.raises(DefinitionError, match=message):
        load_neighbour_model(path)


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path):
    for load in (load_neighbour_model, load_framework):
        with pytest.raises(
            DefinitionError, match=r"own\.yaml: There is no such file\. Name one that is there"
        ):
            load(tmp_path / "own.yaml")


def test_reading_what_a_release_carries_takes_no_time():
    """Start-up reads JSON, never YAML: thousandths of a second for every definition of the project."""
    text = load_definitions().model_dump_json()
    start = time.perf_counter()
    for _ in range(10):
        Definitions.model_validate_json(text)
    assert time.perf_counter() - start < 1
