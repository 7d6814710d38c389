"""What publishers' marks say about a value."""

from __future__ import annotations

import pytest

from likeforlike.domain.observation import Method, ObservationStatus
from likeforlike.observations.markers import read_marker


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("c", ObservationStatus.SUPPRESSED),
        ("[c]", ObservationStatus.SUPPRESSED),
        ("x", ObservationStatus.NOT_AVAILABLE),
        ("z", ObservationStatus.NOT_APPLICABLE),
        (" U ", ObservationStatus.LOW_RELIABILITY),
        ("p", ObservationStatus.PROVISIONAL),
        ("[e]", ObservationStatus.ESTIMATED),
        ("low", ObservationStatus.SUPPRESSED),
        ("Value suppressed due to a base value of fewer than 5", ObservationStatus.SUPPRESSED),
        ("Aggregated from all known lower geography values", ObservationStatus.ESTIMATED),
    ],
)
def test_symbols_and_texts_give_a_status(text, status):
    assert read_marker(text).status is status


def test_a_combined_estimate_counts_under_the_larger_area():
    assert read_marker("Value for Hackney and City of London combined").shared_with == "E09000012"
    assert read_marker("Value for Cornwall and Isles of Scilly combined").shared_with == "E06000052"


def test_a_countys_value_under_its_unitary_successor_says_so():
    marker = read_marker("Value for North Yorkshire Cty applied to North Yorkshire UA")
    assert marker.method is Method.SAME_AREA


@pytest.mark.parametrize("text", ["q", "[cx]", "see note", ""])
def test_an_undeclared_mark_is_refused(text):
    with pytest.raises(ValueError, match="not a declared marker"):
        read_marker(text)
