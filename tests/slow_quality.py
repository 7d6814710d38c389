"""The checks once more, cell by cell in plain Python, from their description alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from statistics import median, quantiles

from likeforlike.domain.indicator import Break
from likeforlike.domain.matrix import LabelledMatrix

Rows = list[list[float | None]]
Found = set[tuple[str, str, int, int]]


def rows_of(matrix: LabelledMatrix) -> Rows:
    return [[None if math.isnan(value) else value for value in row] for row in matrix.values.tolist()]


def stretches(matrix: LabelledMatrix, breaks: Sequence[Break]) -> list[int]:
    """The number of each period's stretch."""
    out, number = [0], 0
    for before, now in zip(matrix.periods, matrix.periods[1:], strict=False):
        days = (before.end - before.start).days, (now.end - now.start).days
        broken = any(before.start < date.fromisoformat(one.at) <= now.end for one in breaks)
        number += broken or abs(days[0] - days[1]) > 31
        out.append(number)
    return out


def mad(values: Sequence[float]) -> float:
    """The robust standard deviation around zero."""
    return 1.4826 * median([abs(value) for value in values]) if values else math.nan


def middle_changes(rows: Rows, stretch: Sequence[int]) -> list[float]:
    """What the middle council changed by, 0 where that is not known."""
    out = [0.0]
    for column in range(1, len(stretch)):
        changes = [
            row[column] - row[column - 1]  # type: ignore[operator]
            for row in rows
            if row[column] is not None and row[column - 1] is not None
        ]
        known = len(changes) >= 10 and stretch[column] == stretch[column - 1]
        out.append(median(changes) if known else 0.0)
    return out


def smallness(people: Sequence[float]) -> list[float]:
    known = [one for one in people if not math.isnan(one)]
    if not known:
        return [1.0] * len(people)
    middle = median(known)
    return [1.0 if math.isnan(one) else max(math.sqrt(middle / one), 1.0) for one in people]


Cells = dict[tuple[int, int], float]


def by_row(cells: Cells) -> dict[int, list[float]]:
    """The values of each council."""
    out: dict[int, list[float]] = {}
    for (i, _), value in cells.items():
        out.setdefault(i, []).append(value)
    return out


def by_period(cells: Cells) -> dict[int, list[float]]:
    """The values of each period."""
    return by_row({(t, i): value for (i, t), value in cells.items()})


def without_rare_zeros(rows: Rows) -> Rows:
    known = [value for row in rows for value in row if value is not None]
    if not 0 < known.count(0) <= 0.01 * len(known):
        return rows
    return [[None if value == 0 else value for value in row] for row in rows]


def path_of(rows: Rows, stretch: Sequence[int]) -> list[float]:
    """Where the middle council would be, added up from its changes."""
    out, total = [], 0.0
    for change in middle_changes(rows, stretch):
        total += change
        out.append(total)
    return out


def befores(rows: Rows, stretch: Sequence[int]) -> dict[tuple[int, int], int]:
    """The column of each value's predecessor, where that lies in the same stretch."""
    out = {}
    for i, row in enumerate(rows):
        last = None
        for t, value in enumerate(row):
            if value is None:
                continue
            if last is not None and stretch[last] == stretch[t]:
                out[i, t] = last
            last = t
    return out


def usual_times(change: Cells, before: dict[tuple[int, int], int], small: Sequence[float]) -> Cells:
    """Every change in usual changes."""
    per = {(i, t): value / math.sqrt(t - before[i, t]) for (i, t), value in change.items()}
    in_period: dict[int, float] = {}
    for t, of_period in by_period(per).items():
        usual = mad(of_period) or mad([value for value in of_period if value])
        if len(of_period) >= 10 and not math.isnan(usual):
            in_period[t] = usual
    own = {i: mad(values) if len(values) >= 5 else 0.0 for i, values in by_row(per).items()}
    least = median(in_period.values()) if in_period else math.nan
    times: Cells = {}
    for (i, t), value in change.items():
        if t in in_period:
            usual = max(max(in_period[t], least) * small[i], own[i])
            times[i, t] = abs(value) / (usual * math.sqrt(t - before[i, t]))
    return times


def jump_cells(
    matrix: LabelledMatrix, breaks: Sequence[Break], people: Sequence[float], exponent: float
) -> set[tuple[int, int]]:
    """Cells whose change from the value before is a jump, on a given scale."""
    raw, stretch = rows_of(matrix), stretches(matrix, breaks)
    rows = without_rare_zeros(raw)
    scale = {1.0: float, 0.5: math.sqrt, 0.0: math.log}[exponent]
    scaled: Rows = [[None if value is None else scale(value) for value in row] for row in rows]
    path, raw_path = path_of(scaled, stretch), path_of(raw, stretch)
    before = befores(scaled, stretch)

    def relative(i: int, t: int) -> float:
        return scaled[i][t] - path[t]  # type: ignore[operator]

    change = {(i, t): relative(i, t) - relative(i, last) for (i, t), last in before.items()}
    times = usual_times(change, before, smallness(people))
    if not times:
        return set()
    needed = max(6.0, 2 * quantiles(times.values(), n=100, method="inclusive")[98])
    between: dict[int, float] = {}
    for t in range(len(matrix.periods)):
        places = [relative(j, t) for j, row in enumerate(scaled) if row[t] is not None]
        middle = median(places) if places else math.nan
        between[t] = mad([place - middle for place in places])
    found = set()
    for (i, t), size in times.items():
        if size <= needed or abs(change[i, t]) <= between[t]:
            continue
        last = before[i, t]
        halves = [(matrix.upper_95[i, s] - matrix.lower_95[i, s]) / 2 for s in (t, last)]
        moved = abs((raw[i][t] - raw_path[t]) - (raw[i][last] - raw_path[last]))  # type: ignore[operator]
        if math.isnan(math.hypot(*halves)) or moved > math.hypot(*halves):
            found.add((i, t))
    return found


def slip_cells(matrix: LabelledMatrix, people: Sequence[float]) -> dict[tuple[int, int], int]:
    """Cells in another unit than the council's other values, with the power of ten."""
    rows = rows_of(matrix)
    powers = [[math.log10(v) if v is not None and v > 0 else None for v in row] for row in rows]
    for t in range(len(matrix.periods)):
        if sum(row[t] is not None for row in powers) < 10:
            for row in powers:
                row[t] = None
    centres = [
        median([row[t] for row in powers if row[t] is not None] or [0.0]) for t in range(len(matrix.periods))
    ]  # type: ignore[misc]
    off: dict[tuple[int, int], float] = {}
    for i, row in enumerate(powers):
        places = {t: value - centres[t] for t, value in enumerate(row) if value is not None}
        if len(places) >= 3:
            usual = median(places.values())
            off |= {(i, t): place - usual for t, place in places.items()}
    if not off:
        return {}
    all_stray = {t: mad(values) for t, values in by_period(off).items()}
    own_stray = {i: mad(values) for i, values in by_row(off).items()}
    floor = median(all_stray.values())
    least = 2 * quantiles([abs(value) for value in off.values()], n=100, method="inclusive")[98]
    small, found = smallness(people), {}
    for (i, t), value in off.items():
        strays = max(own_stray[i], max(all_stray[t], floor) * small[i])
        power = min(max(round(abs(value)), 1), 3)
        near = abs(abs(value) - power) <= min(0.03 + 3 * strays, 0.1)
        if abs(value) >= max(6 * strays, least) and near:
            found[i, t] = power if value > 0 else -power
    leaps = {}
    for (i, t), power in found.items():
        others = [s for (j, s) in off if j == i and found.get((i, s)) != power]
        beside = [
            max((s for s in others if s < t), default=None),
            min((s for s in others if s > t), default=None),
        ]
        if all(s is None or abs(off[i, s]) <= abs(power) / 2 for s in beside):
            leaps[i, t] = power
    return leaps


def zero_cells(matrix: LabelledMatrix, people: Sequence[float]) -> set[tuple[int, int]]:
    """Noughts that the council's own values make hard to believe."""
    rows = rows_of(matrix)
    if any(value < 0 for row in rows for value in row if value is not None):
        return set()
    columns = list(zip(*rows, strict=True))
    middles = [median([v for v in column if v is not None] or [0.0]) for column in columns]
    known = [one for one in people if not math.isnan(one)]
    typical = median(known) if known else 1.0
    own: dict[int, tuple[float, float, int, float]] = {}
    for i, row in enumerate(rows):
        relative = [v / middles[t] for t, v in enumerate(row) if v and middles[t] > 0]
        if relative:
            centre = median(relative)
            spread = max(mad([v - centre for v in relative]), 0.05 * centre)
            own[i] = (centre, spread, len(relative), typical if math.isnan(people[i]) else people[i])
    worth = [spread**2 / centre * weight for centre, spread, count, weight in own.values() if count >= 3]
    found = set()
    one = median(worth) * median([middle for middle in middles if middle > 0]) if worth else math.nan
    for i, (centre, spread, count, weight) in own.items():
        if count < 3 or centre <= 3 * spread:
            continue
        for t, value in enumerate(rows[i]):
            column = [v for v in columns[t] if v is not None]
            rare = len(column) >= 10 and column.count(0) / len(column) <= 0.05
            if value == 0 and rare and middles[t] > 0 and centre * middles[t] * weight / one > 9:
                found.add((i, t))
    return found


def silent_rows(matrix: LabelledMatrix, explained: Sequence[bool]) -> set[int]:
    """Councils without a value in the newest period that nearly all have reached."""
    rows = rows_of(matrix)
    counts = [sum(row[t] is not None for row in rows) for t in range(len(matrix.periods))]
    newest = max(t for t, count in enumerate(counts) if count >= 0.9 * max(counts))
    if len(matrix.periods) < 2 or counts[newest] < 0.9 * len(rows):
        return set()
    return {
        i
        for i, row in enumerate(rows)
        if row[newest] is None
        and not explained[i]
        and ((newest > 0 and row[newest - 1] is not None) or sum(v is not None for v in row[:newest]) >= 2)
    }


def same_councils(matrix: LabelledMatrix, share: float) -> set[tuple[int, int, int]]:
    """Pairs of councils and the period, where both agree for longer than chance allows."""
    rows = rows_of(matrix)
    own = [all(row) for row in matrix.counted.tolist()]
    rows = [[None if v in (0, 100) else v for v in row] for row in rows]
    alike = []
    for t in range(len(matrix.periods)):
        column = [row[t] for i, row in enumerate(rows) if row[t] is not None and matrix.counted[i, t]]
        if len(column) > 1:
            pairs = sum(a == b for a, b in combinations(column, 2))
            alike.append(2 * pairs / (len(column) * (len(column) - 1)))
    n, periods = len(rows), len(matrix.periods)
    typical = max(median(alike) if alike else 0.0, 1 / max(n * (n - 1), 1))
    found: set[tuple[int, int, int]] = set()
    for i, j in combinations(range(n), 2):
        if not (own[i] and own[j]):
            continue
        run: list[int] = []
        for t in range(periods + 1):
            if t < periods and rows[i][t] is not None and rows[i][t] == rows[j][t]:
                run.append(t)
                continue
            chance = n * (n - 1) / 2 * periods * typical * share ** (len(run) - 1)
            if len(run) >= 3 and chance < 0.001:
                found |= {(i, j, s) for s in run}
            run = []
    return found
