"""Observations against a second, slow reading of the raw files with the standard library alone.

The second implementation shares nothing with the first but the register's population weights: it reads each
file with `csv`, keeps rows in dictionaries, and looks up one council and period at a time, asking its
predecessors where needed.
"""

from __future__ import annotations

import calendar
import csv
import gzip
import io
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from likeforlike.definitions.loader import load_definitions, load_register
from likeforlike.domain.area import AreaRegister
from likeforlike.domain.indicator import Combination, Indicator, Tier
from likeforlike.observations.standardise import Standardised, standardise
from likeforlike.sources.ons_explore_local_statistics import parse
from observations_kit import SOURCE_ID, indicator_of

pytestmark = pytest.mark.raw

MERGED = [
    *(f"E060000{number}" for number in range(58, 67)),
    *("E07000244", "E07000245", "E08000038", "E08000039"),
]
UPPER = ("healthy-life", "persistent-absences", "motor-vehicle", "schools-rated")
COUNTS = ("environment-regulating", "number-of-guests-nights")
#: Files issued again days later under the right period: file name -> right period.
REDATED = {"2025-01-15.vintage-2026-01-12": "2025-07-01", "5g.period-2023-09.vintage-2024-09-20": "2024-01"}
COMBINED = {
    "E09000012": "E67000001",
    "E09000001": "E67000001",
    "E06000052": "E67000002",
    "E06000053": "E67000002",
}

Span = tuple[date, date]


@dataclass
class Cell:
    value: float | None
    limits: tuple[float, float] | None
    withheld: bool


@dataclass
class Slow:
    """One series: cells by area and period, and how to look them up."""

    upper: bool
    adds: bool
    cells: dict[tuple[str, Span], Cell] = field(default_factory=dict)
    vintage: dict[Span, str] = field(default_factory=dict)


def span_of(text: str) -> Span:
    """First and last day of a period as the files write them."""
    start_text, _, length = text.replace("T00:00:00", "").partition("/")
    parts = [int(part) for part in start_text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    last = calendar.monthrange(parts[0], parts[1])[1]
    if len(parts) == 2:
        return date(parts[0], parts[1], 1), date(parts[0], parts[1], last)
    start = date(parts[0], parts[1], min(parts[2], last))
    if not length:
        return start, start
    months = int(length[1:-1]) * {"Y": 12, "M": 1}[length[-1]]
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start, date(year, month + 1, start.day) - timedelta(days=1)


def read_slowly(folder: Path) -> dict[str, Slow]:
    """Every series of the source, newest vintage of each period."""
    base = folder / "outcomes" / "ons-explore-local-statistics"
    with (base / "recovered" / "RECOVERED.csv").open(newline="") as file:
        published = {row["file"]: row["date"] for row in csv.DictReader(file)}
    book: dict[str, Slow] = {}
    for path in sorted(base.rglob("*.csv.gz")):
        text = gzip.decompress(path.read_bytes()).decode("utf-8-sig")
        header, *lines = csv.reader(io.StringIO(text, newline=""))
        at = {name.lower(): number for number, name in reversed(list(enumerate(header)))}
        recovered = "recovered" in path.parts
        group = f"recovered/{path.name.split('.')[0]}" if recovered else path.parent.name
        vintage = published.get(path.name, "2026-06-26") if recovered else "2026-06-26"
        right = next((period for part, period in REDATED.items() if part in path.name), None)
        column = {
            "value": at.get("observation", at.get("value")),
            "lower": at.get("lci_95", at.get("lower confidence interval (95%)")),
            "upper": at.get("uci_95", at.get("upper confidence interval (95%)")),
            "status": at.get("status", at.get("observation status")),
        }
        for line in lines:
            name = line[at["indicator"]]
            if "variable name" in at and len(line[at["variable name"]]) < len(name):
                name = line[at["variable name"]]
            series = f"{group}/{name}"
            slow = book.setdefault(
                series, Slow(any(u in series for u in UPPER), any(c in series for c in COUNTS))
            )
            span = span_of(right or line[at["period"]])
            known = slow.vintage.get(span, "")
            if vintage < known:
                continue
            if vintage > known:
                slow.vintage[span] = vintage
                for key in [key for key in slow.cells if key[1] == span]:
                    del slow.cells[key]
            lower, upper = line[column["lower"]], line[column["upper"]]
            slow.cells[line[at["areacd"]], span] = Cell(
                float(line[column["value"]]) if line[column["value"]] else None,
                (float(lower), float(upper)) if lower and upper and float(lower) < float(upper) else None,
                line[column["status"]] in ("c", "u", "z"),
            )
    return book


class SlowRegister:
    """Predecessors and counties straight from the table they were published in."""

    def __init__(self, folder: Path, register: AreaRegister) -> None:
        with (folder / "geography" / "area_register_england.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.county = {row["gss_code"]: row["county_code"] for row in rows}
        self.successors = {row["gss_code"]: row["successor_codes"].split("|") for row in rows}
        self.predecessors: dict[str, list[str]] = defaultdict(list)
        for code, successors in self.successors.items():
            for successor in successors:
                self.predecessors[successor].append(code)
        self.weight = {(c.predecessor, c.successor): c.all_ages for c in register.changes}

    def look_up(self, slow: Slow, code: str, span: Span) -> Cell | None:
        """The cell of a council and period, made from its predecessors' where it has none."""
        own = None if slow.upper and code.startswith("E07") else slow.cells.get((code, span))
        if own and own.value is not None:
            return own
        combined = slow.cells.get((COMBINED.get(code, ""), span))
        if combined and combined.value is not None:
            return combined
        if own and own.withheld:
            return own
        return self.take_over(slow, code, span)

    def take_over(self, slow: Slow, code: str, span: Span) -> Cell | None:
        districts = [c for c in self.predecessors[code] if not c.startswith("E10")]
        counties = [c for c in self.predecessors[code] if c.startswith("E10")]
        found = {c: self.look_up(slow, c, span) for c in districts}
        if len(districts) == 1 and not counties:
            return found[districts[0]]
        inside = [c for c in counties if all(self.county[d] == c for d in districts)]
        for county in inside:
            whole = slow.cells.get((county, span))
            if self.successors[county] == [code] and whole and whole.value is not None:
                return whole
        cells = [cell for cell in found.values() if cell and cell.value is not None]
        if districts and len(cells) == len(districts):
            weights = [1.0 if slow.adds else self.weight[d, code] for d in districts]
            total = 1.0 if slow.adds else sum(weights)
            value = sum(w * cell.value for w, cell in zip(weights, cells, strict=True)) / total
            if all(cell.limits for cell in cells):
                errors = [(cell.limits[1] - cell.limits[0]) / 3.92 for cell in cells]
                margin = (
                    1.96 * math.sqrt(sum((w * e) ** 2 for w, e in zip(weights, errors, strict=True))) / total
                )
                return Cell(value, (value - margin, value + margin), withheld=False)
            return Cell(value, None, withheld=False)
        for county in inside:
            if not cells and not slow.adds and len(self.successors[county]) > 1:
                part = slow.cells.get((county, span))
                return part if part and part.value is not None else None
        return None


@pytest.fixture(scope="module")
def register() -> AreaRegister:
    return load_register()


@pytest.fixture(scope="module")
def slow(raw_folder: Path) -> dict[str, Slow]:
    return read_slowly(raw_folder)


@pytest.fixture(scope="module")
def fast(raw_folder: Path, slow: dict[str, Slow], register: AreaRegister) -> Standardised:
    source = load_definitions().sources[SOURCE_ID]
    raw = parse(raw_folder, source)
    assert set(raw["series"].unique()) == set(slow)
    return standardise(raw, source, indicators_of(slow), register)


def indicators_of(slow: dict[str, Slow]) -> list[Indicator]:
    """One indicator per series, so that the comparison does not depend on what is declared."""
    return [
        indicator_of(
            series,
            id=f"series-{number}",
            title=series,
            tier=Tier.UPPER if slow[series].upper else Tier.BOTH,
            combination=Combination.SUM if slow[series].adds else Combination.WEIGHTED_MEAN,
        )
        for number, series in enumerate(sorted(slow))
    ]


@pytest.fixture(scope="module")
def answers(
    fast: Standardised,
) -> dict[tuple[str, str, Span], tuple[float | None, float | None, float | None]]:
    names = ("indicator_id", "area_code", "period_start", "period_end", "value", "lower_95", "upper_95")
    return {
        (indicator, area, (start, end)): (value, lower, upper)
        for indicator, area, start, end, value, lower, upper in fast.observations.select(names).iter_rows()
    }


def compare(raw_folder, slow, register, answers, keys):
    """Assert that both implementations agree on every key; return how many keys have a value."""
    slow_register = SlowRegister(raw_folder, register)
    ids = {indicator.title: indicator.id for indicator in indicators_of(slow)}
    with_value = 0
    for series, code, span in keys:
        cell = slow_register.look_up(slow[series], code, span)
        value, lower, upper = answers.get((ids[series], code, span), (None, None, None))
        expected = cell.value if cell else None
        assert value == (None if expected is None else pytest.approx(expected, rel=1e-12)), (
            series,
            code,
            span,
        )
        limits = cell.limits if cell and expected is not None else None
        found = None if lower is None else (lower, upper)
        assert found == (None if limits is None else pytest.approx(limits, rel=1e-9)), (series, code, span)
        with_value += value is not None
    return with_value


def test_merged_and_recoded_councils_in_every_series_and_period(raw_folder, slow, register, answers):
    keys = [(series, code, span) for series in slow for span in slow[series].vintage for code in MERGED]
    assert compare(raw_folder, slow, register, answers, keys) > 8000


def test_a_sample_of_all_councils_series_and_periods(raw_folder, slow, register, answers):
    chooser = random.Random(20260726)
    councils = [*register.lower_tier, *register.counties, "E92000001", *COMBINED]
    keys = []
    for series in slow:
        spans = sorted(slow[series].vintage)
        keys += [(series, chooser.choice(councils), chooser.choice(spans)) for _ in range(60)]
    assert compare(raw_folder, slow, register, answers, keys) > 4000


def test_no_council_has_a_value_that_the_slow_reading_does_not_give(raw_folder, slow, register, answers):
    """The other direction: keys from the observations themselves."""
    titles = {indicator.id: indicator.title for indicator in indicators_of(slow)}
    chooser = random.Random(7)
    keys = [(titles[name], code, span) for name, code, span in chooser.sample(sorted(answers), 5000)]
    assert compare(raw_folder, slow, register, answers, keys) > 4500


def test_the_same_files_give_the_same_tables_again(raw_folder, slow, register, fast):
    source = load_definitions().sources[SOURCE_ID]
    again = standardise(parse(raw_folder, source), source, indicators_of(slow), register)
    assert again.observations.equals(fast.observations)
    assert again.report.equals(fast.report)


def test_every_row_of_every_file_is_accounted_for(raw_folder, fast):
    counted: dict[str, int] = defaultdict(int)
    for file, rows in fast.report.select("file", "rows").iter_rows():
        counted[file] += rows
    for file, rows in counted.items():
        text = gzip.decompress((raw_folder / file).read_bytes()).decode("utf-8-sig")
        assert rows == sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) - 1, file
