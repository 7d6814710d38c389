"""An organisation's own indicator, fund or framework: how it is declared, and how it is marked as private."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from likeforlike.domain.indicator import (
    Break,
    Certainty,
    Combination,
    Indicator,
    IndicatorId,
    Polarity,
    Prices,
    Tier,
    Topic,
    Unit,
    Weight,
)
from likeforlike.domain.money import AmountKind, Fund, Selection
from likeforlike.domain.provenance import Licence, Source, SourceFile

#: The words that stand wherever the data appear.
MARK = "your own data, private"
#: The licence of data that are nobody else's.
PRIVATE = Licence(
    id="private",
    title="Your own data, private: not published, and not licensed to anybody",
    url="/glossary",
    attribution="Your own data, private.",
)
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SERIES = "own/values"


class OwnKind(StrEnum):
    """What a person added."""

    INDICATOR = "indicator"
    FUND = "fund"
    FRAMEWORK = "framework"


def marked(title: str) -> str:
    """A title that says whose data it is."""
    return f"{title} ({MARK})"


class _Own(BaseModel):
    """What every definition of one's own data says about the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: IndicatorId
    title: Words
    owner: Words
    #: The day on which the file was made: ages of values are counted to the newest such day.
    collected: date

    @property
    def source_id(self) -> str:
        """The id of the source that the file becomes."""
        return f"own_{self.id.replace('-', '_')}"

    def as_source(self, file_name: str) -> Source:
        """The file as a source beside the publishers'."""
        return Source(
            id=self.source_id,
            title=marked(self.title),
            publisher=self.owner,
            url=f"/data#{self.source_id}",
            licence=PRIVATE.id,
            attribution=f"{MARK.capitalize()}: {self.owner}, {self.title}. Not for publication.",
            retrieved=self.collected,
            files=(SourceFile(path=file_name, note="A file of your own."),),
            notes=("Added to a release on this machine; nothing of it was sent anywhere.",),
        )


class OwnIndicator(_Own):
    """An organisation's own indicator; fields mean what they do for an indicator of a publisher."""

    description: Words
    unit: Unit
    per: str = ""
    decimals: int = Field(ge=0, le=4)
    prices: Prices | None = None
    price_year: int | None = None
    polarity: Polarity
    polarity_reason: str = ""
    no_verdict: str = ""
    topic: Topic
    tier: Tier
    certainty: Certainty
    combination: Combination = Combination.NOT_DERIVABLE
    weight: Weight | None = None
    denominator: str = ""
    denominator_indicator_id: IndicatorId | None = None
    companion_indicator_id: IndicatorId | None = None
    cadence: str = "annual"
    caveats: tuple[str, ...] = ()
    breaks: tuple[Break, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Refuse here what an indicator would refuse."""
        self.as_indicator()
        return self

    def as_indicator(self) -> Indicator:
        """The indicator, its title marked as private."""
        fields = self.model_dump(exclude={"owner", "collected"})
        return Indicator.model_validate(
            fields
            | {
                "title": marked(self.title),
                "source_id": self.source_id,
                "publisher": self.owner,
                "licence": PRIVATE.id,
                "series": {SERIES: ""},
                "caveats": (f"{MARK.capitalize()}: not for publication.", *self.caveats),
            }
        )


class OwnFund(_Own):
    """An organisation's own fund; fields mean what they do for a published one."""

    selection: Selection
    selection_note: Words
    objectives: tuple[str, ...] = ()
    missions: tuple[str, ...] = ()
    amount_kind: AmountKind
    announced_total_gbp: float | None = None
    announced_total_note: str = ""
    usable_for_totals: bool = True
    caveats: tuple[str, ...] = ()

    def as_fund(self, first: date, last: date) -> Fund:
        """The fund, its title marked as private, with the days of its first and last award."""
        fields = self.model_dump(exclude={"owner", "collected"})
        return Fund.model_validate(
            fields
            | {
                "title": marked(self.title),
                "department": self.owner,
                "source_id": self.source_id,
                "first_date": first,
                "last_date": last,
                "caveats": (f"{MARK.capitalize()}: not for publication.", *self.caveats),
            }
        )
