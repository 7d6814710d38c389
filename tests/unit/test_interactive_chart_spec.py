"""The interactive chart's specification: a box for every comparator, marks at breaks, nothing for the council."""

from __future__ import annotations

from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.charts.vega import lines_spec


def line(name: str, role: Role) -> Series:
    points = tuple(
        SeriesPoint(at=year + 0.5, label=str(year), value=float(year % 7)) for year in range(2015, 2024)
    )
    return Series(name=name, role=role, points=points)


SERIES = (
    line("Median of all", Role.MEDIAN),
    line("Ashfield", Role.NEAREST),
    line("Mean of ten nearest", Role.MEAN),
    line("Hartlepool", Role.COUNCIL),
)


def test_every_comparator_has_a_box_and_the_council_has_none() -> None:
    spec = lines_spec(SERIES, (), "Employment", "per cent")
    boxes = {one["bind"]["name"].strip(): one["name"] for one in spec["params"]}
    assert set(boxes) == {"Median of all", "Ashfield", "Mean of ten nearest", "Ten neighbours"}
    filters = {one["filter"] for layer in spec["layer"] for one in layer.get("transform", ())}
    for name, box in boxes.items():
        if name != "Ten neighbours":
            assert all(f"!{box}" in told for told in filters), name


def test_breaks_inside_the_years_drawn_are_marked_where_the_lines_are() -> None:
    spec = lines_spec(SERIES, (), "Employment", "per cent", breaks=(2010.0, 2020.0))
    rules = [layer for layer in spec["layer"] if layer["mark"]["type"] in ("rule", "text")]
    assert [layer["data"]["values"] for layer in rules] == [[{"at": 2019.5}], [{"at": 2019.5}]]
    spec = lines_spec(SERIES, (), "Employment", "per cent")
    assert not any(layer["mark"]["type"] == "rule" for layer in spec["layer"])


def test_no_line_is_drawn_across_a_break() -> None:
    spec = lines_spec(SERIES, SERIES[1:2], "Employment", "per cent", breaks=(2020.0,))
    for rows in (spec["data"]["values"], spec["layer"][2]["data"]["values"]):
        runs = {(row["name"], row["at"] >= 2019.5): row["run"] for row in rows}
        for name in {row["name"] for row in rows}:
            assert runs[name, False] != runs[name, True]
