"""Which differences a council should look at first: picked by a rule that the page states, never a
composite score.

An indicator counts when its value is the council's own, no more than four years old, and the comparison's
verdict is better or worse: published margins do not overlap or, for complete counts, the council lies
beyond at least eight in ten of its neighbours. Rates that stand for fewer than about twenty cases are left
out, because chance moves them (few_cases.py). The rest are put in order of the difference, measured in
robust standard deviations of all councils' values so that units do not matter. One indicator per topic is
shown, so that three variants of one thing do not fill it.
"""

from __future__ import annotations

from collections.abc import Iterable

from likeforlike.publish.pages.row import OLD_YEARS, Row

FINDINGS = 3


def furthest(rows: Iterable[Row], comparator: str, verdict: str, most: int = FINDINGS) -> tuple[Row, ...]:
    """The rows with that verdict ("better" or "worse") whose gap is widest, one per topic."""
    counted = [
        row
        for row in rows
        if row.own
        and not row.few_cases
        and row.age_years <= OLD_YEARS
        and getattr(row, comparator).verdict == verdict
        and row.gaps[comparator] is not None
    ]
    counted.sort(key=lambda row: (-abs(row.gaps[comparator] or 0.0), row.indicator_id))
    picked: dict[str, Row] = {}
    for row in counted:
        picked.setdefault(row.topic, row)
    return tuple(picked.values())[:most]
