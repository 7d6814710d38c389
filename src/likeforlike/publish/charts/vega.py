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


def lines_spec(series: Sequence[Series], neighbours: Sequence[Series], title: str, unit: str) -> Spec:
    """The chart as Vega-Lite: click a name to show or hide its line, a box to show the neighbours, hover
    for values."""
    rows = [row for line in series for row in _rows(line)]
    names = [line.name for line in series]
    colour = {
        "field": "name",
        "type": "nominal",
        "title": None,
        "scale": {"domain": names, "range": [_COLOURS[line.role] for line in series]},
        "legend": {"orient": "top", "symbolType": "stroke", "symbolStrokeWidth": 3, "labelLimit": 260},
    }
    x = {
        "field": "at",
        "type": "quantitative",
        "title": None,
        "axis": {"format": "d", "tickMinStep": 1, "grid": False},
    }
    y = {"field": "value", "type": "quantitative", "title": unit, "scale": {"zero": False}}
    scales = {"x": {"scale": {"zero": False, "nice": False, "padding": 8}, **x}, "y": y}
    return {
        "$schema": _SCHEMA,
        "title": {"text": title, "anchor": "start"},
        "width": "container",
        "height": 340,
        "data": {"values": rows},
        "params": [
            {"name": "neighbours", "value": True, "bind": {"input": "checkbox", "name": "Ten neighbours "}}
        ],
        "layer": list(_layers(rows, [row for line in neighbours for row in _rows(line)], scales, colour)),
        "config": {"view": {"stroke": None}, "axis": {"labelFontSize": 12, "titleFontSize": 12}},
    }


def _layers(rows: list[Row], neighbours: list[Row], scales: Spec, colour: Spec) -> Iterator[Spec]:
    """From the back: neighbours, the council's interval, lines, points; a layer without data is left out."""
    shown: Spec = {"filter": {"param": "shown", "empty": True}}
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
        "params": [{"name": "shown", "select": {"type": "point", "fields": ["name"]}, "bind": "legend"}],
        "transform": [shown],
        "mark": {"type": "line", "strokeWidth": 2.5},
        "encoding": {**scales, "color": colour, "detail": run},
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


def _rows(line: Series) -> Iterator[Row]:
    """The values of a line; a missing one ends a run, across which no line is drawn."""
    run = 0
    for point in line.points:
        if point.value is None:
            run += 1
            continue
        yield {
            "name": line.name,
            "run": f"{line.name} {run}",
            "at": round(point.at - 0.5, 3),  # a year's middle under the year's number
            "period": point.label,
            "value": point.value,
            "lower": point.lower if line.role is Role.COUNCIL else None,
            "upper": point.upper if line.role is Role.COUNCIL else None,
            "status": "estimated" if point.estimated else "",
        }
