"""What a target may say, and what a framework may refer to."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from likeforlike.domain.framework_checks import problems
from likeforlike.domain.mission import Framework, Target

TARGET: dict[str, Any] = {
    "id": "pay-up",
    "title": "Pay is higher",
    "kind": "direction",
    "set_for": "every_council",
    "direction": "up",
    "indicator_id": "pay",
    "baseline": {"period_end": "2021-12-31"},
    "by_date": "2030-12-31",
    "reference": "A paper, page 3",
}


def framework(**target: Any) -> Framework:
    mission = {
        "id": "living-standards",
        "number": 1,
        "title": "Living standards",
        "aim": "Pay rises everywhere.",
        "targets": [TARGET | target],
        "indicators": [{"indicator_id": "pay", "metric": "Pay", "fit": "direct", "why": "It is the metric."}],
    }
    return Framework.model_validate(
        {
            "id": "own",
            "title": "Own",
            "publisher": "A person",
            "published": "2024-01-01",
            "reference": "A letter",
            "legal_basis": "None",
            "status": "own",
            "missions": [mission],
        }
    )


def found(
    given: Framework, *, indicators: set[str] | None = None, as_of: date = date(2026, 1, 1)
) -> list[str]:
    known = {"pay", "employment-rate"} if indicators is None else indicators
    return [
        f"{'.'.join(map(str, one.path))}: {one.problem} {one.instead}"
        for one in problems(given, indicator_ids=known, fund_ids={"town-deals"}, as_of=as_of)
    ]


def test_a_sound_framework_has_no_problem() -> None:
    assert found(framework()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"baseline": [{"period_end": "2019-12-31"}, {"period_end": "2021-12-31"}]}, "one baseline; found 2"),
        ({"kind": "gap", "gap_measure": "best_worst"}, "Write `group: councils` or `group: regions`"),
        (
            {"kind": "gap", "group": "worst_fifth", "gap_measure": "p90_p10"},
            "group of places that the gap is between",
        ),
        ({"kind": "gap", "group": "regions"}, "Write `gap_measure: best_worst`"),
        ({"gap_measure": "p90_p10"}, "Only a gap target has a `gap_measure`"),
        ({"kind": "level"}, "where the policy gives none, write `kind: direction`"),
        ({"kind": "level", "value": 80.0, "change": 3.0}, "found value and change"),
        ({"value": 80.0}, "A direction target has no number"),
        ({"direction": None}, "Write `direction: up` or `direction: down`"),
        ({"baseline": None}, "needs its baseline"),
        ({"kind": "level", "reach": "all_median"}, "Write `project_benchmark: true`"),
        ({"reference": ""}, "needs the document that sets it"),
        ({"by_date": "2021-06-30"}, "date must come after its baseline"),
        ({"bydate": "2030-01-01"}, "Extra inputs are not permitted"),
    ],
)
def test_a_target_that_contradicts_itself_is_refused_with_what_to_write(
    change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Target.model_validate(TARGET | change)
    assert sentence in str(refused.value)


def test_an_unknown_indicator_is_named_with_the_nearest_known_ones() -> None:
    sentence = found(framework(indicator_id="employment-rates"))
    assert sentence == [
        "missions.0.targets.0.indicator_id: There is no indicator 'employment-rates'. "
        "Write employment-rate, or name the metric under `missing_metrics`."
    ]


def test_a_target_date_that_has_passed_is_named_with_the_day_it_was_held_against() -> None:
    sentence = found(framework(by_date="2025-12-31"), as_of=date(2026, 1, 1))[0]
    assert sentence.startswith("missions.0.targets.0.by_date: ")
    assert "'pay-up' has the date 2025-12-31, which is not after 2026-01-01." in sentence
    assert found(framework(by_date="2026-01-02"), as_of=date(2026, 1, 1)) == []


def test_a_target_id_used_twice_is_a_problem_in_both_places() -> None:
    once = framework()
    mission = once.missions[0]
    twice = once.model_copy(
        update={"missions": (mission.model_copy(update={"targets": mission.targets * 2}),)}
    )
    assert [
        one.path for one in problems(twice, indicator_ids={"pay"}, fund_ids=set(), as_of=date(2024, 1, 1))
    ] == [
        ("missions", 0, "targets", 0, "id"),
        ("missions", 0, "targets", 1, "id"),
    ]


def test_a_number_is_this_projects_only_where_it_says_so() -> None:
    own = Target.model_validate(
        TARGET
        | {"kind": "level", "direction": None, "reach": "best_fifth", "close_share": 0.5}
        | {"project_benchmark": True, "reference": ""}
    )
    assert own.project_benchmark
    assert own.has_number
    assert not own.national


def test_a_level_of_others_in_prices_of_each_year_is_refused() -> None:
    own = framework(
        kind="level", direction=None, reach="best_fifth", project_benchmark=True, indicator_id="pay"
    )
    found_ones = problems(
        own, indicator_ids={"pay"}, fund_ids=set(), as_of=date(2024, 1, 1), nominal_ids={"pay"}
    )
    assert [one.path for one in found_ones] == [("missions", 0, "targets", 0, "reach")]
    assert "inflation alone" in found_ones[0].problem


def test_a_difference_in_prices_of_each_year_is_refused_as_a_gap_and_a_ratio_is_not() -> None:
    gap = {"kind": "gap", "direction": None, "group": "councils", "indicator_id": "pay"}
    for measure, refused in (("p90_p10", 1), ("best_worst", 1), ("p90_p10_ratio", 0)):
        given = framework(**gap, gap_measure=measure)
        made = problems(
            given, indicator_ids={"pay"}, fund_ids=set(), as_of=date(2024, 1, 1), nominal_ids={"pay"}
        )
        assert len(made) == refused
