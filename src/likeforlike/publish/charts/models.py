"""What charts are drawn from: plain numbers with names, nested in page models."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Role(StrEnum):
    """Who a line or mark stands for; colour, weight and shape follow from it in every chart."""

    COUNCIL = "council"
    NEAREST = "nearest"
    MEAN = "mean"
    MEDIAN = "median"
    PEER = "peer"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SeriesPoint(_Model):
    """One value of a series: `at` is the year with its fraction at the middle of the period."""

    at: float
    label: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    estimated: bool = False


class Series(_Model):
    """One line of a chart, oldest point first."""

    name: str
    role: Role
    points: tuple[SeriesPoint, ...]


class Strip(_Model):
    """A council's position among its peers on one axis.

    `low` and `high` bound the axis. `ticks` is the path data of all peers, computed once per indicator and
    shared by every council's page, therefore not part of the page's JSON.
    """

    low: float
    high: float
    value: float | None
    lower: float | None = None
    upper: float | None = None
    nearest: float | None = None
    neighbours: tuple[float, ...] = ()
    median: float | None = None
    better: str = ""  # "left", "right" or "" where neither direction is judged
    sentence: str
    ticks: str = Field(default="", exclude=True)


class Dot(_Model):
    """One council in a scatter; `label` says it in words."""

    x: float
    y: float
    label: str
    council: bool = False


class Bar(_Model):
    """One bar; `words` stand at its end."""

    name: str
    value: float | None
    words: str


class Specification(_Model):
    """One way of asking a question and its answer; `choices` by what is chosen, in the order in which
    they are drawn.
    """

    value: float
    low: float | None
    high: float | None
    choices: dict[str, str]
