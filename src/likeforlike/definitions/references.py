"""What a definition refers to must exist: sources, indicators, licences, funds.

To check a new kind of definition, add its folder to `REFERENCES` (fields that hold an id) or to `CHECKS`
(anything more).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from likeforlike.definitions.reading import Place, Problem, did_you_mean
from likeforlike.domain import framework_checks
from likeforlike.domain.correction import LOOK_AGAIN, Correction
from likeforlike.domain.event import EventDefinition
from likeforlike.domain.indicator import Prices
from likeforlike.domain.mission import Framework
from likeforlike.domain.money import FundGroup, NeedMeasure
from likeforlike.domain.neighbour_model import NeighbourModel, Pool

#: Ids by folder.
Known = Mapping[str, Mapping[str, Any]]

#: Folder -> field -> the folder in which the field's id must be defined; an empty field refers to nothing.
REFERENCES: dict[str, dict[str, str]] = {
    "sources": {"licence": "licences"},
    "indicators": {
        "source_id": "sources",
        "licence": "licences",
        "numerator_indicator_id": "indicators",
        "denominator_indicator_id": "indicators",
        "companion_indicator_id": "indicators",
    },
    "neighbour_models": {"source_id": "sources"},
    "funds": {"source_id": "sources"},
    "events": {"source_id": "sources"},
    "corrections": {"source_id": "sources", "indicator_id": "indicators"},
}
_WORDS = {"licences": "licence", "sources": "source", "indicators": "indicator", "funds": "fund"}


def problems(folder: str, item: BaseModel, known: Known) -> Iterator[Problem]:
    """Every reference of one definition that leads nowhere."""
    for field, target in REFERENCES.get(folder, {}).items():
        if (wanted := getattr(item, field)) is not None:
            yield from _known(wanted, target, known, (field,))
    if folder in CHECKS:
        yield from CHECKS[folder](item, known)


def _known(wanted: str, target: str, known: Known, place: Place) -> Iterator[Problem]:
    if wanted not in known[target]:
        yield Problem(place, f"There is no {_WORDS[target]} {wanted!r}.", did_you_mean(wanted, known[target]))


def model_problems(model: NeighbourModel, known: Known) -> Iterator[Problem]:
    """Features without an indicator, and features that share an id."""
    seen: set[str] = set()
    for number, feature in enumerate(model.features):
        place: Place = ("features", number)
        if feature.id in seen:
            yield Problem(
                (*place, "id"), f"The feature {feature.id!r} is listed twice.", "Keep one of the two."
            )
        seen.add(feature.id)
        if model.pool is not Pool.OWN_TABLE:
            field = "indicator_id" if feature.indicator_id else "id"
            yield from _known(feature.indicator, "indicators", known, (*place, field))


def framework_problems(framework: Framework, known: Known) -> Iterator[Problem]:
    """What `domain.framework_checks` finds; dates are held against the day the framework was published."""
    nominal = [one.id for one in known["indicators"].values() if one.prices is Prices.NOMINAL]
    for found in framework_checks.problems(
        framework,
        indicator_ids=known["indicators"],
        fund_ids=known["funds"],
        as_of=framework.published,
        nominal_ids=nominal,
    ):
        yield Problem(found.path, found.problem, found.instead)


def group_problems(group: FundGroup, known: Known) -> Iterator[Problem]:
    """Funds that are not defined, and funds whose amounts are of different kinds."""
    for number, fund in enumerate(group.funds):
        yield from _known(fund, "funds", known, ("funds", number))
    kinds = {known["funds"][fund].amount_kind for fund in group.funds if fund in known["funds"]}
    if len(kinds) > 1:
        words = " and ".join(sorted(kinds))
        yield Problem(
            ("funds",), f"The funds of one group are of different kinds: {words}.", "Keep one kind."
        )


def need_problems(measure: NeedMeasure, known: Known) -> Iterator[Problem]:
    """Indicators that are not defined."""
    for number, indicator in enumerate(measure.indicator_ids):
        yield from _known(indicator, "indicators", known, ("indicator_ids", number))


def event_problems(definition: EventDefinition, known: Known) -> Iterator[Problem]:
    """Files that the source does not list: what a release is made from must be among its snapshots."""
    source = known["sources"].get(definition.source_id or "")
    if source is None:
        return
    listed = [file.path for file in source.files]
    for place, file in definition.files_by_place.items():
        if file not in listed:
            yield Problem(place, f"The source lists no file {file!r}.", did_you_mean(file, listed))


def correction_problems(correction: Correction, known: Known) -> Iterator[Problem]:
    """Corrections past their day, and those of another source than their indicator's."""
    indicator, source = (
        known["indicators"].get(correction.indicator_id),
        known["sources"].get(correction.source_id),
    )
    if indicator is not None and indicator.source_id != correction.source_id:
        yield Problem(
            ("source_id",),
            f"{correction.indicator_id} comes from {indicator.source_id}.",
            f"Write `source_id: {indicator.source_id}`.",
        )
    if source is not None and (why := correction.expired(source.retrieved)):
        yield Problem(("expires",), why, LOOK_AGAIN)


CHECKS: dict[str, Callable[[Any, Known], Iterator[Problem]]] = {
    "neighbour_models": model_problems,
    "frameworks": framework_problems,
    "fund_groups": group_problems,
    "need_measures": need_problems,
    "events": event_problems,
    "corrections": correction_problems,
}
