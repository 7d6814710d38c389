"""Declared corrections: a published value that is known to be wrong, what stands in its place, and until when."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from likeforlike.domain.indicator import IndicatorId
from likeforlike.domain.observation import WITHOUT_VALUE, ObservationStatus


class Correction(BaseModel):
    """One mistake of a publisher, as declared in `definitions/corrections/`.

    It holds for every one of `areas` in every one of `periods` (written as sources write them: 2019-04-01/P1Y,
    2021, 2021-10-01). `published` is the value expected there: when the source says something else the
    correction is out of date and the build stops. `corrected` is the value used instead; without one the
    value is taken out and `becomes` says why there is none. After `expires` no figures may be collected with
    the correction in place, so that somebody looks again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)
    source_id: str
    indicator_id: IndicatorId
    areas: tuple[str, ...] = Field(min_length=1)
    periods: tuple[str, ...] = Field(min_length=1)
    published: float
    corrected: float | None = None
    becomes: ObservationStatus
    reason: str = Field(min_length=20)
    reference: str = Field(min_length=10)
    declared: date
    expires: date

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        """Refuse a correction that changes nothing, or whose status contradicts its value."""
        if self.corrected == self.published:
            raise ValueError("`corrected` is the published value: nothing would change")
        if (self.becomes in WITHOUT_VALUE) != (self.corrected is None):
            without = ", ".join(sorted(WITHOUT_VALUE))
            raise ValueError(
                f"`becomes` is one of {without} where no value is given, and none of them where one is"
            )
        if self.expires <= self.declared:
            raise ValueError("`expires` must come after `declared`")
        return self

    def expired(self, collected: date) -> str:
        """Why figures collected on that day may not be corrected any more; empty where they may.

        No clock is asked, so that the same files and definitions always build the same release.
        """
        if collected <= self.expires:
            return ""
        return f"The correction {self.id} expired on {self.expires}, and {self.source_id} was collected on {collected}."


#: What a person does about a correction that has expired.
LOOK_AGAIN = (
    "Look at what the publisher says now: remove the correction, or move `expires` with a new reference."
)
