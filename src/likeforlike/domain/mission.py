"""Policy frameworks: missions, what they promise, and which indicators can tell whether it happens.

A target says only what the policy says. Where the policy gives no number the target is a direction without a
value, and a number that this project adds is marked `project_benchmark`, so that the two stay apart.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from likeforlike.domain.indicator import IndicatorId

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class TargetKind(StrEnum):
    """What a target asks for: a level, a direction, or a smaller gap between places."""

    LEVEL = "level"
    DIRECTION = "direction"
    GAP = "gap"


class SetFor(StrEnum):
    """For whom the policy set the target; used anywhere else it is "a national target applied locally"."""

    ENGLAND = "england"
    UNITED_KINGDOM = "united_kingdom"
    REGIONS = "regions"
    EVERY_COUNCIL = "every_council"


class Group(StrEnum):
    """The places between which a gap is measured, or to which a level target is confined."""

    COUNCILS = "councils"
    REGIONS = "regions"
    WORST_FIFTH = "worst_fifth"  # the worst fifth of councils in the baseline period


class GapMeasure(StrEnum):
    """Which gap is meant, because "the gap" between places has several readings."""

    BEST_WORST = "best_worst"
    P90_P10 = "p90_p10"
    P90_P10_RATIO = (
        "p90_p10_ratio"  # for money in prices of each year, whose differences inflation alone widens
    )


class Reach(StrEnum):
    """A level that a project benchmark takes from other councils, fixed in the baseline period."""

    LIKE_COUNCILS_MEAN = "like_councils_mean"
    ALL_MEDIAN = "all_median"
    BEST_FIFTH = "best_fifth"


class Fit(StrEnum):
    """How well an indicator stands for what the policy wants."""

    DIRECT = "direct"
    PROXY = "proxy"


class Strict(BaseModel):
    """Frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Baseline(Strict):
    """Where a target starts: the newest value whose period ends on or before `period_end`.

    `value` is the figure that the policy document states, kept beside ours because statistics are revised.
    """

    period_end: date
    value: float | None = None
    note: str = ""


class Objective(Strict):
    """One thing a mission wants, in our words."""

    id: Slug
    text: Text


class Target(Strict):
    """One promise that can be checked, or one that could be if there were data.

    At most one of `value`, `change`, `change_pct` and `reach` says how far; without one the policy gives no
    number. `close_share` is the part of the way from the baseline to `reach` (1 = all of it). For a gap,
    `value`, `change` and `change_pct` are about the gap itself.
    """

    id: Slug
    title: Text
    kind: TargetKind
    set_for: SetFor
    indicator_id: IndicatorId | None = None
    objective: Slug | None = None
    direction: Literal["up", "down"] | None = None
    baseline: Baseline | None = None
    by_date: date | None = None
    value: float | None = None
    change: float | None = None
    change_pct: float | None = None
    reach: Reach | None = None
    close_share: float = Field(default=1.0, gt=0, le=1)
    group: Group | None = None
    gap_measure: GapMeasure | None = None
    reference: str = ""
    project_benchmark: bool = False
    note: str = ""

    @field_validator("baseline", mode="before")
    @classmethod
    def _one_baseline(cls, given: object) -> object:
        if isinstance(given, list):
            raise ValueError(  # noqa: TRY004 - pydantic reports a ValueError, not a TypeError
                f"A target has one baseline; found {len(given)}. Write one `period_end` (and `value`, if the "
                "policy states it) under `baseline:`, or make a second target."
            )
        return given

    @model_validator(mode="after")
    def _parts_agree(self) -> Target:
        for wrong, sentence in self._contradictions():
            if wrong:
                raise ValueError(sentence)
        return self

    def _contradictions(self) -> tuple[tuple[bool, str], ...]:
        """What makes no sense together, each with what to write instead."""
        named = [
            name for name in ("value", "change", "change_pct", "reach") if getattr(self, name) is not None
        ]
        both = " and ".join(named)
        gap = self.kind is TargetKind.GAP
        return (
            (
                gap and self.group not in (Group.COUNCILS, Group.REGIONS),
                "A gap target needs the group of places that the gap is between. Write `group: councils` or "
                "`group: regions`.",
            ),
            (
                gap and self.gap_measure is None,
                "A gap target needs the gap that is meant. Write `gap_measure: best_worst`, "
                "`gap_measure: p90_p10` or `gap_measure: p90_p10_ratio`.",
            ),
            (
                not gap and self.gap_measure is not None,
                "Only a gap target has a `gap_measure`. Write `kind: gap`, or take `gap_measure` out.",
            ),
            (
                len(named) > 1,
                f"A target has one number; found {both}. Keep one of them, or make a second target.",
            ),
            (
                self.kind is TargetKind.LEVEL and not named,
                "A level target needs a number. Write `value`, `change`, `change_pct` or `reach`; where the "
                "policy gives none, write `kind: direction`.",
            ),
            (
                self.kind is TargetKind.DIRECTION and bool(named),
                f"A direction target has no number; found {both}. Write `kind: level`, or take it out.",
            ),
            (
                self.kind is TargetKind.DIRECTION and self.direction is None,
                "A direction target needs its direction. Write `direction: up` or `direction: down`.",
            ),
            (
                self.indicator_id is not None and self.baseline is None,
                "A target with an indicator needs its baseline. Write `baseline:` with `period_end: "
                "2019-12-31`.",
            ),
            (
                self.reach is not None and not self.project_benchmark,
                "A level taken from other councils is this project's, not the policy's. Write "
                "`project_benchmark: true`.",
            ),
            (
                not self.project_benchmark and not self.reference,
                "A target needs the document that sets it. Write `reference: ...`; if none does, write "
                "`project_benchmark: true`.",
            ),
            (
                bool(self.baseline and self.by_date and self.by_date <= self.baseline.period_end),
                "A target's date must come after its baseline. Write a later `by_date`, or an earlier "
                "`period_end`.",
            ),
        )

    @property
    def has_number(self) -> bool:
        """Whether the target says how far."""
        return any(part is not None for part in (self.value, self.change, self.change_pct, self.reach))

    @property
    def national(self) -> bool:
        """Whether the policy set the target for a nation only."""
        return self.set_for in (SetFor.ENGLAND, SetFor.UNITED_KINGDOM)


class IndicatorLink(Strict):
    """An indicator that serves a metric of the policy; `weight` counts within the mission."""

    indicator_id: IndicatorId
    metric: Text
    weight: float = Field(default=1.0, gt=0)
    fit: Fit
    why: Text


class FundLink(Strict):
    """A fund that serves the mission, and who says that it does.

    `checked` names where that was read; empty where it was not checked against a document.
    """

    fund_id: Slug
    who_says: Text
    checked: str = ""


class MissingMetric(Strict):
    """A metric that the policy names and that no council-level figure held here can serve."""

    metric: Text
    why: Text
    data_needed: Text


class Mission(Strict):
    """One mission, outcome or milestone group of a framework.

    `checked` names where its wording and numbers were read; empty where they were not checked against a
    document.
    """

    id: Slug
    number: int = Field(ge=1)
    title: Text
    aim: Text
    checked: str = ""
    objectives: tuple[Objective, ...] = ()
    targets: tuple[Target, ...] = ()
    indicators: tuple[IndicatorLink, ...] = ()
    funds: tuple[FundLink, ...] = ()
    missing_metrics: tuple[MissingMetric, ...] = ()
    numeric_target_note: str = ""

    @property
    def indicator_ids(self) -> tuple[str, ...]:
        """Every indicator the mission uses, linked ones first, each once."""
        aimed = [target.indicator_id for target in self.targets if target.indicator_id]
        return tuple(dict.fromkeys([*(link.indicator_id for link in self.indicators), *aimed]))


class Framework(Strict):
    """A policy framework, as declared in `definitions/frameworks/` or in a person's own file."""

    id: Slug
    title: Text
    publisher: Text
    published: date
    reference: Text
    legal_basis: Text
    status: Literal["current", "superseded", "own"]
    status_note: str = ""
    mission_word: Literal["mission", "outcome", "priority"] = "mission"
    notes: tuple[str, ...] = ()
    missions: tuple[Mission, ...] = Field(min_length=1)

    def mission(self, mission_id: str) -> Mission | None:
        """A mission by id, or by its number written as text."""
        return next((m for m in self.missions if mission_id in (m.id, str(m.number))), None)
