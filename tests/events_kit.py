"""Files of events for tests, and the slow way to count them: row by row, in plain Python."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl

from likeforlike.definitions.loader import load_register
from likeforlike.domain.event import EventDefinition
from likeforlike.observations.event_engines import Engine
from likeforlike.observations.events import Events, Lookups, aggregate

HARTLEPOOL, DARLINGTON, BRADFORD, LEEDS = "E06000001", "E06000005", "E08000032", "E08000035"
#: Small areas and the districts of 2019 they lie in; the last is part of Cumberland today.
SMALL_AREAS = {"S1": HARTLEPOOL, "S2": HARTLEPOOL, "S3": DARLINGTON, "S4": LEEDS, "S5": "E07000026"}
CUMBERLAND = "E06000063"
SORTS = ("theft", "damage", "noise")


def definition_of(**changes: Any) -> EventDefinition:
    """Counts, an exact sum and things that count once, by small area and month."""
    fields: dict[str, Any] = {
        "id": "made_up",
        "title": "Made-up events",
        "area": {
            "column": "place",
            "lookups": [{"file": "places.csv", "key": "place", "value": "district"}],
            "outside": {"W": "outside England"},
        },
        "date": {
            "column": "day",
            "formats": ["%Y-%m-%d", "%d/%m/%Y"],
            "first": "2021-01-01",
            "last": "2021-12-31",
        },
        "series": [
            {"id": "all", "measure": "count"},
            {"id": "theft", "measure": "count", "where": {"sort": ["theft"]}},
            {"id": "not-noise", "measure": "count", "where_not": {"sort": ["noise"]}},
            {"id": "paid", "measure": "sum", "column": "amount", "decimals": 2},
            {"id": "people", "measure": "distinct", "column": "who"},
        ],
        "categories": {"sort": list(SORTS)},
        "leave_out": [{"column": "state", "values": ["void"], "reason": "was taken back"}],
    }
    return EventDefinition.model_validate(fields | changes)


def made_up_rows(count: int, seed: int) -> list[dict[str, str]]:
    """Rows as people write them: gaps, slips, brackets and pound signs among sound ones."""
    rng = random.Random(seed)
    places = [*SMALL_AREAS, *SMALL_AREAS, *SMALL_AREAS, "W1", "nowhere", ""]

    def day() -> str:
        on = date(2021, rng.randint(1, 12), rng.randint(1, 28))
        sound = [on.isoformat(), f"{on:%d/%m/%Y}", f"{on.day}/{on.month}/{on.year}"]
        return rng.choice([*sound, *sound, "2020-12-31", "2022-01-01", "31/02/2021", "soon", ""])

    def amount() -> str:
        pence = rng.randint(-(10**7), 10**9)
        sound = [
            f"{pence / 100:.2f}",
            f"£{abs(pence) / 100:,.2f}",
            f"({abs(pence) / 100:,.2f})",
            f"{pence // 100}",
        ]
        return rng.choice(
            [
                *sound,
                *sound,
                f"{pence / 100:.2f}00",
                "",
                "####",
                "1.2.3",
                "12.345",
                "-",
                ".",
                "(5",
                "5)",
                "--5",
                "5-",
            ]
        )

    return [
        {
            "place": rng.choice(places),
            "day": day(),
            "sort": rng.choice([*SORTS, *SORTS, "other", ""]),
            "state": rng.choice(["", "open", "void"]),
            "amount": amount(),
            "who": rng.choice(["", *(f"p{number}" for number in range(40))]),
        }
        for _ in range(count)
    ]


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def count(engine: Engine, path: Path, definition: EventDefinition, **lookups: Any) -> Events:
    return aggregate(engine, [path], definition, Lookups(SMALL_AREAS, **lookups), load_register())


def values_of(events: Events) -> dict[tuple[str, str, str], tuple[float | None, int]]:
    """Value and rows by series, area and first day."""
    return {
        (row["series"], row["area_code"], row["period_start"].isoformat()): (row["value"], row["events"])
        for row in events.values.iter_rows(named=True)
    }


def account_of(events: Events) -> dict[str, int]:
    """Rows by reason."""
    return {row["reason"]: row["rows"] for row in events.account.iter_rows(named=True)}


def slowly(
    rows: list[dict[str, str]],
) -> tuple[dict[tuple[str, str, str], tuple[float, int]], dict[str, int]]:
    """What `definition_of()` asks for, worked out row by row; values and rows by reason."""
    register = load_register()
    reasons: dict[str, int] = defaultdict(int)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        why = _why_not(row)
        reasons[why or "counted in its area and period"] += 1
        if not why:
            (area,) = register.successors(SMALL_AREAS[row["place"]])
            day = _day(row["day"])
            assert day is not None
            groups[area, day.replace(day=1).isoformat()].append(row)
    values: dict[tuple[str, str, str], tuple[float, int]] = {}
    for (area, month), members in groups.items():
        theft = [row for row in members if row["sort"] == "theft"]
        quiet = [row for row in members if row["sort"] != "noise"]
        paid = sum((_amount(row["amount"]) or Decimal(0) for row in members), Decimal(0))
        values["all", area, month] = (len(members), len(members))
        values["theft", area, month] = (len(theft), len(theft))
        values["not-noise", area, month] = (len(quiet), len(quiet))
        values["paid", area, month] = (float(paid), len(members))
        values["people", area, month] = (len({row["who"] for row in members}), len(members))
    return values, dict(reasons)


def _why_not(row: dict[str, str]) -> str:  # noqa: PLR0911 - one reason after another
    if row["state"] == "void":
        return "was taken back"
    if not row["place"]:
        return "no area given"
    if row["place"] not in SMALL_AREAS:
        return "outside England" if row["place"].startswith("W") else "an area that is not known"
    if not row["day"]:
        return "no date given"
    day = _day(row["day"])
    if day is None:
        return "a date that cannot be read"
    if day.year != 2021:
        return "a date before 1 January 2021 or after 31 December 2021"
    if row["sort"] not in SORTS:
        return "sort: a value that is not declared" if row["sort"] else "sort: no value"
    if _amount(row["amount"]) is None:
        return "amount: no amount, or not a number with at most 2 decimals"
    return "" if row["who"] else "who: no value"


def _day(text: str) -> date | None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            pass
    return None


def _amount(text: str) -> Decimal | None:
    plain = text.replace(",", "").replace("£", "")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number == round(number, 2) else None


def typed_parquet(path: Path) -> Path:
    """Columns of every type that a Parquet file of events may have."""
    rng = random.Random(7)
    count = 4_000
    days = [date(2021, rng.randint(1, 12), rng.randint(1, 28)) for _ in range(count)]
    pl.DataFrame(
        {
            "place": [rng.choice([*SMALL_AREAS, None]) for _ in range(count)],
            "day": days,
            "moment": [datetime(day.year, day.month, day.day, rng.randint(0, 23), 59) for day in days],
            "number": [rng.randint(1, 3) for _ in range(count)],
            "pence": [rng.choice([rng.randint(-(10**9), 10**12), None]) for _ in range(count)],
            "pounds": [
                rng.choice([rng.randint(-(10**6), 10**8) / 100, float("nan"), None]) for _ in range(count)
            ],
            "exact": [Decimal(rng.randint(-(10**6), 10**9)) / 100 for _ in range(count)],
        },
        schema_overrides={"exact": pl.Decimal(18, 2)},
    ).write_parquet(path)
    return path
