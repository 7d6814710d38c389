"""Charts as inline SVG: numbers in, a string out; no style of their own beyond class names (see style.py).

`DRAWINGS` is what templates may call by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from likeforlike.publish.charts.bars import bars_svg
from likeforlike.publish.charts.beside import beside_html
from likeforlike.publish.charts.choropleth import choropleth_svg
from likeforlike.publish.charts.concentration import curve_svg
from likeforlike.publish.charts.events import events_svg
from likeforlike.publish.charts.heat import heat_svg
from likeforlike.publish.charts.interval import group_svg, interval_svg
from likeforlike.publish.charts.key import key_svg
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.matrix import matrix_svg
from likeforlike.publish.charts.scatter import scatter_svg
from likeforlike.publish.charts.sparkline import sparkline_svg
from likeforlike.publish.charts.specification import specification_svg
from likeforlike.publish.charts.strip import strip_svg
from likeforlike.publish.charts.timeline import timeline_svg

DRAWINGS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "beside_html": beside_html,
        "choropleth_svg": choropleth_svg,
        "heat_svg": heat_svg,
        "events_svg": events_svg,
        "group_svg": group_svg,
        "interval_svg": interval_svg,
        "key_svg": key_svg,
        "lines_svg": lines_svg,
        "matrix_svg": matrix_svg,
        "sparkline_svg": sparkline_svg,
        "strip_svg": strip_svg,
        "specification_svg": specification_svg,
        "scatter_svg": scatter_svg,
        "curve_svg": curve_svg,
        "bars_svg": bars_svg,
        "timeline_svg": timeline_svg,
    }
)
