"""Declared corrections: made once, told twice, and never beyond their day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.correction import Correction
from likeforlike.domain.errors import DefinitionError
from likeforlike.domain.indicator import Combination, Unit
from likeforlike.observations.standardise import Standardised, standardise
from observations_kit import SOURCE_ID, indicator_of, raw_table, reasons, source_of

HARTLEPOOL, MIDDLESBROUGH, CORBY, KETTERING, NORTH = (
    "E06000001",
    "E06000002",
    "E07000150",
    "E07000153",
    "E06000061",
)


def correction(**changes: object) -> Correction:
    fields: dict[str, object] = {
        "id": "hartlepool-2018",
        "source_id": SOURCE_ID,
        "indicator_id": "rate",
        "areas": [HARTLEPOOL],
        "periods": ["2018-01-01/P1Y"],
        "published": 0,
        "becomes": "not_available",
        "reason": "The return is missing and nought was entered.",
        "reference": "Table 1 of the return.",
        "declared": "2026-07-01",
        "expires": "2027-07-01",
    }
    return Correction.model_validate(fields | changes)


def standardised(
    *rows: dict[str, object], corrections: list[Correction], **indicator: object
) -> Standardised:
    return standardise(
        raw_table(*rows),
        source_of(),
        [indicator_of(**indicator)],  # type: ignore[arg-type]
        load_register(),
        corrections=corrections,
    )


def cell(made: Standardised, code: str) -> dict[str, object]:
    return made.observations.filter(pl.col("area_code") == code).row(0, named=True)


def test_a_value_known_to_be_wrong_is_taken_out_and_both_are_kept() -> None:
    made = standardised(
        {"area_code": HARTLEPOOL, "value": "0"},
        {"area_code": MIDDLESBROUGH, "value": "0"},
        corrections=[correction()],
    )
    taken, kept = cell(made, HARTLEPOOL), cell(made, MIDDLESBROUGH)
    assert (taken["value"], taken["status"], taken["method"]) == (None, "not_available", "corrected")
    assert (kept["value"], kept["status"], kept["method"]) == (0.0, "normal", "published")
    (told,) = made.corrections.rows(named=True)
    assert (told["published"], told["corrected"], told["source_row"]) == (0.0, None, 2)
    assert told["reason"].startswith("The return is missing")
    assert reasons(made.report)["kept: kept after a declared correction"] == 1


def test_a_corrected_value_loses_its_interval_and_says_that_it_is_no_published_one() -> None:
    made = standardised(
        {"area_code": HARTLEPOOL, "value": "7.4", "lower_95": "7", "upper_95": "8"},
        corrections=[correction(published=7.4, corrected=14.8, becomes="estimated")],
    )
    found = cell(made, HARTLEPOOL)
    assert (found["value"], found["lower_95"], found["upper_95"]) == (14.8, None, None)
    assert (found["status"], found["method"]) == ("estimated", "corrected")


def test_a_former_councils_mistake_reaches_no_successor() -> None:
    counts = {"unit": Unit.COUNT, "combination": Combination.SUM, "weight": None}
    rows: list[dict[str, object]] = [
        {"area_code": code, "value": value}
        for code, value in ((CORBY, "0"), (KETTERING, "20"), ("E07000152", "30"), ("E07000156", "40"))
    ]
    wrong = standardised(*rows, corrections=[], **counts)
    right = standardised(
        *rows,
        corrections=[correction(areas=[CORBY], published=0, corrected=10, becomes="estimated")],
        **counts,
    )
    assert cell(wrong, NORTH)["value"] == 90
    assert cell(right, NORTH)["value"] == 100
    assert right.corrections["current_code"].to_list() == [NORTH]


def test_a_correction_that_no_longer_fits_stops_the_build_and_says_what_to_do() -> None:
    with pytest.raises(
        DefinitionError, match=r"hartlepool-2018 expects 0 .* the source has 3 \(row 2 of group"
    ):
        standardised({"area_code": HARTLEPOOL, "value": "3"}, corrections=[correction()])
    with pytest.raises(
        DefinitionError, match=r"the source has no value at all\. If the publisher has put it"
    ):
        standardised({"area_code": MIDDLESBROUGH, "value": "0"}, corrections=[correction()])
    with pytest.raises(DefinitionError, match=r"the source has no value \(row 2"):
        standardised({"area_code": HARTLEPOOL, "value": None, "marker": "[x]"}, corrections=[correction()])


def test_a_source_collected_after_the_day_is_not_corrected_any_more() -> None:
    """A refreshed source is younger than its definition says."""
    old = correction(expires="2026-07-25")
    with pytest.raises(DefinitionError, match=r"expired on 2026-07-25, and .* was collected on 2026-07-26"):
        standardised({"area_code": HARTLEPOOL, "value": "0"}, corrections=[old])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"corrected": 0}, "nothing would change"),
        ({"corrected": 3}, "`becomes` is one of"),
        ({"becomes": "estimated"}, "`becomes` is one of"),
        ({"expires": "2026-06-30"}, "`expires` must come after"),
        ({"areas": []}, "at least 1 item"),
        ({"reason": "wrong"}, "at least 20 characters"),
    ],
)
def test_a_correction_must_make_sense(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        correction(**changes)


YAML = """
id: {id}
source_id: {source}
indicator_id: vacant-homes
areas: [E06000053]
periods: [2004-10-01]
published: 0
becomes: not_available
reason: The return is missing and nought was entered.
reference: Live table 615.
declared: 2020-01-01
expires: {expires}
"""


def folder_with(tmp_path: Path, text: str) -> Path:
    """The project's own definitions with one more correction."""
    own = Path(load_definitions.__wrapped__.__globals__["FOLDER"])
    for entry in own.iterdir():
        if entry.name != "corrections" and not entry.name.startswith("__"):
            (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "corrections").mkdir()
    (tmp_path / "corrections" / "one.yaml").write_text(text)
    return tmp_path


def test_an_expired_correction_is_an_error_that_names_its_line(tmp_path: Path) -> None:
    """Expired is what its source was collected after, whatever the clock says."""
    collected = load_definitions().sources["open_innovations_housing"].retrieved
    text = YAML.format(id="old", source="open_innovations_housing", expires=date(2021, 1, 1))
    with pytest.raises(
        DefinitionError,
        match=rf"one.yaml, line 12: The correction old expired on 2021-01-01, and open_innovations_housing was "
        rf"collected on {collected}\. Look at what the publisher says now",
    ):
        load_definitions(folder_with(tmp_path, text))


def test_a_correction_of_another_source_is_an_error(tmp_path: Path) -> None:
    text = YAML.format(id="other", source="defra_recycling", expires=date(2030, 1, 1))
    with pytest.raises(DefinitionError, match=r"vacant-homes comes from open_innovations_housing"):
        load_definitions(folder_with(tmp_path, text))


def test_every_declared_correction_is_reviewed_within_two_years() -> None:
    corrections = load_definitions().corrections.values()
    assert corrections
    assert all((one.expires - one.declared).days <= 731 for one in corrections)
