"""The interactive chart: a Vega-Lite specification with the same lines, the ten neighbours, and switches
for both.

It is an addition for browsers that run scripts; the drawn chart and the table say the same without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from likeforlike.publish.charts.models import Role, Series
from likeforlike.publish.charts.style import ACCENT, MEAN, MEDIAN, NEAREST, PEER

_COLOURS = {
    Role.COUNCIL: ACCENT,
    Role.NEAREST: NEAREST,
    Role.MEAN: MEAN,
    Role.MEDIAN: MEDIAN,
    Role.PEER: PEER,
}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

#: The council's line is the thickest, the median's dashed: told apart without colour.
_WIDTH = {"condition": {"test": "datum.role == 'council'", "value": 3.5}, "value": 1.8}
_DASH = {"condition": {"test": "datum.role == 'median'", "value": [5, 4]}, "value": [1, 0]}

Spec = dict[str, Any]
Row = dict[str, Any]
_TOOLTIP = [
    {"field": "name", "title": "Line"},
    {"field": "period", "title": "Period"},
    {"field": "value", "title": "Value", "format": ",.4~f"},
    {"field": "lower", "title": "Lower 95%", "format": ",.4~f"},
    {"field": "upper", "title": "Upper 95%", "format": ",.4~f"},
    {"field": "status", "title": "Status"},
]


def lines_spec(
    series: Sequence[Series],
    neighbours: Sequence[Series],
    title: str,
    unit: str,
    breaks: Sequence[float] = (),
) -> Spec:
    """The chart as Vega-Lite: a box to show or hide each comparator and the ten neighbours, hover for values.

    `breaks` are the years at which a series stops comparing with what came before.
    """
    rows = [row for line in series for row in _rows(line, breaks)]
    names = [line.name for line in series]
    colour = {
        "field": "name",
        "type": "nominal",
        "title": None,
        "scale": {"domain": names, "range": [_COLOURS[line.role] for line in series]},
        "legend": {
            "orient": "top",
            "columns": 2,
            "symbolType": "stroke",
            "symbolStrokeWidth": 3,
            "labelLimit": 150,
        },
    }
    x = {
        "field": "at",
        "type": "quantitative",
        "title": None,
        "axis": {
            "format": "d",
            "tickMinStep": 1,
            "grid": False,
            "labelOverlap": "greedy",
            "labelSeparation": 6,
        },
    }
    y = {"field": "value", "type": "quantitative", "title": unit, "scale": {"zero": False}}
    scales: Spec = {"x": {"scale": {"zero": False, "nice": False, "padding": 8}, **x}, "y": y}
    return {
        "$schema": _SCHEMA,
        "title": {"text": title, "anchor": "start"},
        "width": "container",
        "height": 340,
        "data": {"values": rows},
        "params": [
            *(
                {
                    "name": _box(line.role),
                    "value": True,
                    "bind": {"input": "checkbox", "name": f"{line.name} "},
                }
                for line in series
                if line.role is not Role.COUNCIL
            ),
            {"name": "neighbours", "value": True, "bind": {"input": "checkbox", "name": "Ten neighbours "}},
        ],
        "layer": [
            *_breaks(breaks, rows, scales["x"]),
            *_layers(
                rows,
                [row for line in neighbours for row in _rows(line, breaks)],
                scales,
                colour,
                _shown(series),
            ),
        ],
        "config": {"view": {"stroke": None}, "axis": {"labelFontSize": 12, "titleFontSize": 12}},
    }


def _box(role: Role) -> str:
    """The name of the box that shows or hides a line."""
    return f"show_{role.value}"


def _shown(series: Sequence[Series]) -> Spec:
    """Keeps the lines whose box is ticked; the council's own has none."""
    hidden = [
        f"(datum.role == '{line.role.value}' && !{_box(line.role)})"
        for line in series
        if line.role is not Role.COUNCIL
    ]
    return {"filter": f"!({' || '.join(hidden)})" if hidden else "true"}


def _breaks(breaks: Sequence[float], rows: list[Row], x: Spec) -> Iterator[Spec]:
    """A dashed rule with its word at every break inside the years drawn."""
    years = [row["at"] for row in rows]
    marks = [{"at": round(at - 0.5, 3)} for at in breaks if years and min(years) < at - 0.5 < max(years)]
    if not marks:
        return
    yield {
        "data": {"values": marks},
        "mark": {"type": "rule", "strokeDash": [2, 3], "color": MEDIAN},
        "encoding": {"x": x},
    }
    yield {
        "data": {"values": marks},
        "mark": {"type": "text", "text": "break", "color": MEDIAN, "dy": -6},
        "encoding": {"x": x, "y": {"value": 0}},
    }


def _layers(
    rows: list[Row], neighbours: list[Row], scales: Spec, colour: Spec, shown: Spec
) -> Iterator[Spec]:
    """From the back: neighbours, the council's interval, lines, points; a layer without data is left out."""
    run = {"field": "run"}
    if neighbours:
        yield {
            "data": {"values": neighbours},
            "mark": {
                "type": "line",
                "color": PEER,
                "strokeWidth": 1,
                "opacity": {"expr": "neighbours ? 1 : 0"},
            },
            "encoding": {**scales, "detail": run, "tooltip": _TOOLTIP[:3]},
        }
    if any(row["lower"] is not None for row in rows):
        limits = {"y": {**scales["y"], "field": "lower"}, "y2": {"field": "upper"}}
        yield {
            "transform": [shown, {"filter": "isValid(datum.lower)"}],
            "mark": {"type": "area", "opacity": 0.13, "color": ACCENT},
            "encoding": {**scales, **limits, "detail": run},
        }
    yield {
        "transform": [shown],
        "mark": {"type": "line"},
        "encoding": {**scales, "color": colour, "detail": run, "strokeWidth": _WIDTH, "strokeDash": _DASH},
    }
    points = {"type": "point", "filled": True, "opacity": 1}
    yield {
        "transform": [shown],
        "mark": {**points, "size": 45},
        "encoding": {**scales, "color": colour, "tooltip": _TOOLTIP},
    }
    if any(row["status"] for row in rows):
        yield {
            "transform": [shown, {"filter": "datum.status == 'estimated'"}],
            "mark": {**points, "size": 14, "color": "white"},
            "encoding": scales,
        }


def _rows(line: Series, breaks: Sequence[float] = ()) -> Iterator[Row]:
    """The values of a line; a missing one or a break ends a run, across which no line is drawn."""
    run, before = 0, None
    for point in line.points:
        if point.value is None:
            run += 1
            continue
        if before is not None and any(before < at <= point.at for at in breaks):
            run += 1
        before = point.at
        yield {
            "name": line.name,
            "role": line.role.value,
            "run": f"{line.name} {run}",
            "at": round(point.at - 0.5, 3),  # a year's middle under the year's number
            "period": point.label,
            "value": point.value,
            "lower": point.lower if line.role is Role.COUNCIL else None,
            "upper": point.upper if line.role is Role.COUNCIL else None,
            "status": "estimated" if point.estimated else "",
        }
