"""The sparkline: the council's line over time, thin and unlabelled, with the mean of its ten beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from likeforlike.publish.charts.scale import Scale

WIDTH, HEIGHT = 90, 22

Points = Sequence[tuple[float, float | None]]


def sparkline_svg(council: Points, mean: Points = ()) -> str:
    """Two lines over time as inline SVG, gaps left open; hidden from screen readers, which get the trend in
    words.

    Points are (year, value or None), oldest first. Fewer than two values draw a single dot, never a line.
    """
    known = [point for point in (*council, *mean) if point[1] is not None]
    if not known:
        return ""
    times, values = zip(*known, strict=True)
    x = Scale(min(times), max(times), 4, WIDTH - 5)
    y = Scale(min(values), max(values), HEIGHT - 4, 4)
    if y.low == y.high:
        y = Scale(y.low - 1, y.high + 1, HEIGHT - 4, 4)
    lines = f'<path class="l-mean s" d="{"".join(_runs(mean, x, y))}"/>' if mean else ""
    lines += f'<path class="l-council s" d="{"".join(_runs(council, x, y))}"/>'
    last = next(((at, value) for at, value in reversed(council) if value is not None), None)
    dot = f'<circle class="c-council" cx="{_n(x(last[0]))}" cy="{_n(y(last[1]))}" r="2.6"/>' if last else ""
    return f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{lines}{dot}</svg>'


def _runs(points: Points, x: Scale, y: Scale) -> Iterator[str]:
    """Path data; a missing value ends a run."""
    # A page draws some five thousand points: the two straight lines are worked out here, not by a call each.
    across, along = x.slope, x.start - x.low * x.slope
    down, from_top = y.slope, y.start - y.low * y.slope
    pen = "M"
    for at, value in points:
        if value is None:
            pen = "M"
            continue
        yield f"{pen}{at * across + along:.1f} {value * down + from_top:.1f}".replace(".0", "")
        pen = "L"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
