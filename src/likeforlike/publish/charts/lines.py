"""Lines over time: a council with its interval band, its nearest neighbour, the mean of ten and the median
of all.

Labels stand at the ends of the lines, so there is no legend to decode. Missing values and declared breaks
are gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.charts.scale import Scale, nice_ticks, spread, tick_decimals
from likeforlike.publish.text import number

WIDE, NARROW = 760, 360
_ORDER = (Role.PEER, Role.MEDIAN, Role.NEAREST, Role.MEAN, Role.COUNCIL)
#: Width of a letter where it is not 6.6: the council's label is bold.
_LETTER = {Role.COUNCIL: 7.6}
_TOP, _BOTTOM, _LABEL_GAP = 14, 30, 15
_PREFIX = re.compile("^(week|year) ending ")


class Frame(NamedTuple):
    """Where the plot lies inside the drawing."""

    width: int
    height: int
    left: float
    right: float
    bottom: float


def lines_svg(
    series: Sequence[Series],
    title: str,
    *,
    description: str = "",
    before: str = "",
    after: str = "",
    breaks: Sequence[float] = (),
    width: int = WIDE,
) -> str:
    """The chart as inline SVG; empty text when no series has a value.

    `before` and `after` go around axis numbers ("£", "%"); `breaks` are the years at which a series stops
    comparing with what came before.
    """
    values = [value for line in series for value in _extent(line)]
    if not values:
        return ""
    ticks = nice_ticks(min(values), max(values), 5 if width > NARROW else 4)
    places = tick_decimals(ticks)
    labels = [f"{before}{number(tick, places)}{after}" for tick in ticks]
    frame = _frame(width, labels, [line for line in series if line.role is not Role.PEER])
    times = [point.at for line in series for point in line.points if point.value is not None]
    x = Scale(min(times), max(times), frame.left + 6, frame.right - 6)
    if x.low == x.high:
        x = Scale(x.low - 1, x.high + 1, x.start, x.stop)
    y = Scale(ticks[0], ticks[-1], frame.bottom, _TOP)
    parts = [*_axes(frame, y, ticks, labels), *_years(frame, x, series), *_marked_breaks(frame, x, breaks)]
    for line in sorted(series, key=lambda one: _ORDER.index(one.role)):
        parts += _line(line, x, y, breaks)
    parts += _end_labels(series, frame, y, narrow=width <= NARROW)
    return (
        f'<svg class="lines w{width}" viewBox="0 0 {width} {frame.height}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>"
    )


def _extent(line: Series) -> list[float]:
    """The numbers that the axis must cover."""
    numbers = [point.value for point in line.points]
    if line.role is Role.COUNCIL:
        numbers += [limit for point in line.points for limit in (point.lower, point.upper)]
    return [number for number in numbers if number is not None]


def _frame(width: int, labels: Sequence[str], named: Sequence[Series]) -> Frame:
    left = 12 + 6.8 * max(len(label) for label in labels)
    if width <= NARROW:
        return Frame(width, 256 + 18 * len(named), left, width - 10, 222)
    room = max((min(26, len(line.name)) * _LETTER.get(line.role, 6.6) for line in named), default=0.0)
    right = width - 12 - room
    return Frame(width, 320, left, right, 320 - _BOTTOM)


def _axes(frame: Frame, y: Scale, ticks: Sequence[float], labels: Sequence[str]) -> Iterator[str]:
    for tick, label in zip(ticks, labels, strict=True):
        yield f'<path class="c-grid" d="M{_n(frame.left)} {_n(y(tick))}H{_n(frame.right)}"/>'
        yield (
            f'<text class="c-text" x="{_n(frame.left - 6)}" y="{_n(y(tick) + 4)}" text-anchor="end">'
            f"{escape(label)}</text>"
        )


def _years(frame: Frame, x: Scale, series: Sequence[Series]) -> Iterator[str]:
    """Years under the axis; of a span that holds the middle of fewer than two years, its first and last period."""
    first, last = int(x.low), int(x.high)
    room = max(1, int((frame.right - frame.left) / 44))
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (last - first) / step < room)
    years = [
        (x(year + 0.5), str(year), "middle")
        for year in range(first, last + 1)
        if year % step == 0 and frame.left <= x(year + 0.5) <= frame.right + 2
    ]
    for at, words, anchor in years if len(years) > 1 else _first_and_last(frame, series):
        yield (
            f'<text class="c-text" x="{_n(at)}" y="{frame.bottom + 18}" text-anchor="{anchor}">'
            f"{escape(words)}</text>"
        )


def _first_and_last(frame: Frame, series: Sequence[Series]) -> Iterator[tuple[float, str, str]]:
    """Place, words and anchor of the first and the last period that has a value."""
    points = sorted(
        (point.at, point.label) for line in series for point in line.points if point.value is not None
    )
    ends = [(frame.left, points[0][1], "start"), (frame.right, points[-1][1], "end")]
    for at, label, anchor in ends if ends[0][1] != ends[1][1] else ends[:1]:
        yield at, _PREFIX.sub("", label), anchor


def _marked_breaks(frame: Frame, x: Scale, breaks: Sequence[float]) -> Iterator[str]:
    for at in breaks:
        if x.low < at < x.high:
            place = _n(x(at))
            yield f'<path class="c-median" stroke-dasharray="2 3" d="M{place} {_TOP}V{frame.bottom}"/>'
            yield f'<text class="c-text" x="{place}" y="{_TOP - 3}" text-anchor="middle">break</text>'


def _line(line: Series, x: Scale, y: Scale, breaks: Sequence[float]) -> Iterator[str]:
    for run in _runs(line.points, breaks):
        if line.role is Role.COUNCIL:
            yield from _band(run, x, y)
        places = [(_n(x(point.at)), _n(y(point.value or 0.0))) for point in run]
        path = "L".join(f"{across} {down}" for across, down in places)
        yield f'<path class="l-{line.role}" d="M{path}"/>'
        if line.role is not Role.COUNCIL and (line.role is Role.PEER or len(run) > 1):
            continue
        size = 3.4 if line.role is Role.COUNCIL else 1.8
        for point, (across, down) in zip(run, places, strict=True):
            hollow = " p-hollow" if point.estimated else ""
            yield f'<circle class="p-{line.role}{hollow}" cx="{across}" cy="{down}" r="{size}"/>'


def _band(run: Sequence[SeriesPoint], x: Scale, y: Scale) -> Iterator[str]:
    """The interval band; where only one point has an interval, a bar."""
    known = [
        (x(point.at), y(point.lower), y(point.upper))
        for point in run
        if point.lower is not None and point.upper is not None
    ]
    if not known:
        return
    if len(known) == 1:
        at, low, high = known[0]
        yield f'<path class="c-interval" d="M{_n(at)} {_n(low)}V{_n(high)}"/>'
        return
    upper = "L".join(f"{_n(at)} {_n(high)}" for at, _, high in known)
    lower = "L".join(f"{_n(at)} {_n(low)}" for at, low, _ in reversed(known))
    yield f'<path class="c-band" d="M{upper}L{lower}z"/>'


def _runs(points: Sequence[SeriesPoint], breaks: Sequence[float]) -> Iterator[list[SeriesPoint]]:
    """Stretches of points with values that a missing value or a declared break does not interrupt."""
    run: list[SeriesPoint] = []
    for point in points:
        broken = bool(breaks and run) and any(run[-1].at < at <= point.at for at in breaks)
        if run and (point.value is None or broken):
            yield run
            run = []
        if point.value is not None:
            run.append(point)
    if run:
        yield run


def _end_labels(series: Sequence[Series], frame: Frame, y: Scale, *, narrow: bool) -> Iterator[str]:
    """Names at the ends of the lines; on a narrow drawing, a key of line samples below."""
    ends = [
        (line, next(point.value for point in reversed(line.points) if point.value is not None))
        for line in series
        if line.role is not Role.PEER and any(point.value is not None for point in line.points)
    ]
    if narrow:
        for index, (line, _) in enumerate(sorted(ends, key=lambda end: -_ORDER.index(end[0].role))):
            at = frame.bottom + 40 + 18 * index
            yield f'<path class="l-{line.role}" d="M10 {at - 4}h26"/>'
            yield f'<text class="t-{line.role}" x="44" y="{at}">{escape(line.name)}</text>'
        return
    places = spread([y(value) for _, value in ends], _LABEL_GAP, _TOP, frame.bottom)
    for (line, _), height in zip(ends, places, strict=True):
        name = line.name if len(line.name) <= 28 else f"{line.name[:27]}…"
        spot = f'x="{_n(frame.right + 6)}" y="{_n(height + 4)}"'
        yield f'<text class="t-{line.role}" {spot}>{escape(name)}</text>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
