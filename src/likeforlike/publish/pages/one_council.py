"""One funded council beside a mixture of unfunded ones that moved as it did before the award."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from likeforlike.domain.area import Area
from likeforlike.domain.errors import NotFoundError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import change_words, text, urls
from likeforlike.publish.charts.lines import lines_svg
from likeforlike.publish.charts.models import Role, Series, SeriesPoint
from likeforlike.publish.pages.change import change_row, known_fund
from likeforlike.publish.pages.council import about
from likeforlike.publish.pages.page import Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.pipeline.one_council import OneCouncil
    from likeforlike.publish.catalogue import Catalogue


class Donor(Frozen):
    """One council of the mixture and its weight."""

    area_code: str
    name: str
    url: str
    weight: float


class OneCouncilPage(Page):
    """A council, its mixture, and how unusual the difference is."""

    name: str
    usable: bool
    limits: str
    result: str
    never_cause: str
    series: tuple[Series, ...]
    axis_before: str
    axis_after: str
    award_at: float
    donors: tuple[Donor, ...]
    misfit_before: float
    mean_difference: float
    rank: int
    ranked: int
    p_value: float
    rows: tuple[dict[str, Any], ...]

    def tables(self) -> tuple[Table, ...]:
        """The two paths, and the mixture."""
        mixture = tuple({"area_code": one.area_code, "weight": one.weight} for one in self.donors)
        return (
            _table("paths", self.title, self.rows, ("period_end", "before", "council", "mixture")),
            _table("mixture", f"{self.title}: mixture", mixture, ("area_code", "weight")),
        )

    def chart(self) -> str:
        """Both paths."""
        return lines_svg(self.series, self.title, before=self.axis_before, after=self.axis_after)


def make_one_council(catalogue: Catalogue, fund_id: str, indicator_id: str, area: Area) -> OneCouncilPage:
    """The page; NotFoundError, with the reason, where there is no such comparison."""
    fund, indicator = known_fund(catalogue, fund_id), catalogue.indicator(indicator_id)
    change_row(catalogue, fund, indicator)
    made = _compared(catalogue, fund.id, indicator, area)
    found, words = made.found, text.UNITS[indicator.unit]
    donors = sorted(zip(made.donors, found.weights.tolist(), strict=True), key=lambda one: -one[1])
    title = f"{area.name} and {fund.title}: {text.lower_first(indicator.title)}"
    first_after = made.periods[int(found.before.sum())]
    return OneCouncilPage(
        title=title,
        description=f"{area.name} beside a mixture of councils without an award.",
        path=urls.change_council(fund.id, indicator.id, area.code),
        about=about(
            catalogue,
            {indicator.source_id, fund.source_id},
            comparator="a weighted mixture of up to forty councils without an award",
            caveats=(change_words.NEVER_CAUSE,),
        ),
        parents=(
            Link(text="Missions", url=urls.missions()),
            Link(text=f"{fund.title}: {indicator.title}", url=urls.change(fund.id, indicator.id)),
        ),
        name=area.name,
        usable=found.usable,
        limits=change_words.one_council_limits(
            indicator, found.misfit_before, found.ranked, usable=found.usable
        ),
        result=change_words.one_council_result(
            area.name, indicator, found.mean_difference, (found.rank, found.ranked)
        ),
        never_cause=change_words.NEVER_CAUSE,
        series=(
            Series(name=area.name, role=Role.COUNCIL, points=_points(made, made.outcome)),
            Series(name="mixture", role=Role.MEAN, points=_points(made, tuple(found.path.tolist()))),
        ),
        axis_before=words.before,
        axis_after="%" if words.after == "%" else "",
        award_at=_middle(first_after) - 0.5,
        donors=tuple(_donor(catalogue, code, weight) for code, weight in donors if weight > 5e-5),
        misfit_before=found.misfit_before,
        mean_difference=found.mean_difference,
        rank=found.rank,
        ranked=found.ranked,
        p_value=found.p_value,
        rows=tuple(
            {"period_end": period.end.isoformat(), "before": bool(before), "council": own, "mixture": other}
            for period, before, own, other in zip(
                made.periods, found.before, made.outcome, found.path.tolist(), strict=True
            )
        ),
    )


def _compared(catalogue: Catalogue, fund_id: str, indicator: Indicator, area: Area) -> OneCouncil:
    # Only this page computes anew, and the statistics libraries take longer to load than a table to read.
    from likeforlike.pipeline.fund_panels import awards_by_area  # noqa: PLC0415
    from likeforlike.pipeline.one_council import one_council  # noqa: PLC0415

    table = catalogue.release.table
    made = one_council(
        area,
        fund_id,
        indicator,
        by_area=awards_by_area(table("allocation"), table("allocation_area"), catalogue.funds),
        comparisons=catalogue.comparisons,
        register=catalogue.register,
    )
    if isinstance(made, str):
        raise NotFoundError(f"There is no such comparison: {made}.")
    return made


def _points(made: OneCouncil, values: tuple[float, ...]) -> tuple[SeriesPoint, ...]:
    """The path, with a point without a value where the award fell, so that no line is drawn across it."""
    points = [
        SeriesPoint(at=_middle(period), label=period.short_label, value=value)
        for period, value in zip(made.periods, values, strict=True)
    ]
    before = int(made.found.before.sum())
    award = (points[before - 1].at + points[before].at) / 2
    points.insert(before, SeriesPoint(at=award, label="award", value=None))
    return tuple(points)


def _middle(period: Period) -> float:
    """The year and its fraction at the middle of a period."""
    return 1 + (period.start.toordinal() + period.end.toordinal()) / 2 / 365.2425


def _donor(catalogue: Catalogue, code: str, weight: float) -> Donor:
    name = catalogue.register.areas[code].name
    return Donor(area_code=code, name=name, url=urls.council(code), weight=round(weight, 4))


def _table(name: str, title: str, rows: tuple[dict[str, Any], ...], keys: tuple[str, ...]) -> Table:
    columns = tuple(Column(key=key, title=key) for key in keys)
    return Table(name=name, title=title, columns=columns, rows=rows)
