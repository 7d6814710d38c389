"""The lines of the tables that the funding pages share."""

from __future__ import annotations

from likeforlike.publish.pages.page import Frozen


class StatisticLine(Frozen):
    """One statistic of the main specification with its interval, and what it says."""

    name: str
    value: str
    interval: str
    meaning: str


class NeedLine(Frozen):
    """One measure of need and how money lies along it."""

    need: str
    title: str
    label: str
    chosen: bool
    url: str
    councils: int
    spearman: str
    spearman_interval: str
    pearson: str
    kendall: str
    concentration: str
    concentration_interval: str
    to_move: str


class ChoiceLine(Frozen):
    """One choice of method: in how many specifications with it the relation is positive, and its range."""

    kind: str
    choice: str
    count: int
    positive: int
    linear_positive: int
    lowest: str
    middle: str
    highest: str


class FarLine(Frozen):
    """One council far above or below its share in proportion to need."""

    name: str
    url: str
    per_head: str
    needed: str
    gap: str
    band: str
    rank: str
