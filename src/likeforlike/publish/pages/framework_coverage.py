"""Which promises of a framework can be monitored, which cannot, and what data would be needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from likeforlike.domain.mission import Fit, Framework, Mission
from likeforlike.publish import mission_words, urls
from likeforlike.publish.pages.page import About, Column, Frozen, Link, Page, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

KEYS = ("mission_number", "mission", "metric", "served", "indicator_id", "why", "data_needed")


class Metric(Frozen):
    """One metric of the framework: served directly, by a proxy, or not."""

    metric: str
    served: str
    indicator_id: str
    indicators: tuple[Link, ...]
    why: str
    data_needed: str


class MissionCoverage(Frozen):
    """One mission's metrics."""

    number: int
    title: str
    url: str
    metrics: tuple[Metric, ...]
    unmonitored_targets: tuple[str, ...]
    direct: int
    proxy: int
    missing: int


class FrameworkCoveragePage(Page):
    """A framework's metrics, mission by mission."""

    framework_title: str
    lead: str
    direct: int
    proxy: int
    missing: int
    missions: tuple[MissionCoverage, ...]

    def tables(self) -> tuple[Table, ...]:
        """One row per metric."""
        rows = tuple(
            {
                "mission_number": mission.number,
                "mission": mission.title,
                "metric": one.metric,
                "served": one.served,
                "indicator_id": one.indicator_id,
                "why": one.why,
                "data_needed": one.data_needed,
            }
            for mission in self.missions
            for one in mission.metrics
        )
        columns = tuple(Column(key=key, title=key) for key in KEYS)
        return (Table(name="coverage", title=self.title, columns=columns, rows=rows),)


def make_framework_coverage(catalogue: Catalogue, framework: Framework) -> FrameworkCoveragePage:
    """What can be followed of one framework."""
    missions = tuple(_mission(catalogue, framework, one) for one in framework.missions)
    direct, proxy, missing = (
        sum(getattr(one, name) for one in missions) for name in ("direct", "proxy", "missing")
    )
    return FrameworkCoveragePage(
        title=f"What can be monitored: {framework.title}",
        description=f"Which promises of {framework.title} can be monitored with council-level figures.",
        path=urls.framework_coverage(framework.id),
        about=About(release_id=catalogue.release.id),
        parents=(
            Link(text="Missions", url=urls.missions()),
            Link(text=framework.title, url=urls.missions(framework.id)),
        ),
        framework_title=framework.title,
        lead=mission_words.coverage_sentence(framework, direct, proxy, missing),
        direct=direct,
        proxy=proxy,
        missing=missing,
        missions=missions,
    )


def _mission(catalogue: Catalogue, framework: Framework, mission: Mission) -> MissionCoverage:
    by_metric: dict[str, list[int]] = {}
    for number, link in enumerate(mission.indicators):
        by_metric.setdefault(link.metric, []).append(number)
    gaps = {one.metric: one for one in mission.missing_metrics}
    served = [_served(catalogue, mission, name, numbers) for name, numbers in by_metric.items()]
    with_gap = [
        one.model_copy(update={"data_needed": gaps[one.metric].data_needed}) if one.metric in gaps else one
        for one in served
    ]
    unserved = [
        Metric(
            metric=one.metric,
            served="not at all",
            indicator_id="",
            indicators=(),
            why=one.why,
            data_needed=one.data_needed,
        )
        for one in mission.missing_metrics
        if one.metric not in by_metric
    ]
    return MissionCoverage(
        number=mission.number,
        title=mission.title,
        url=urls.mission(framework.id, mission.id),
        metrics=(*with_gap, *unserved),
        unmonitored_targets=tuple(one.title for one in mission.targets if one.indicator_id is None),
        direct=sum(one.served == "directly" for one in served),
        proxy=sum(one.served == "by a proxy" for one in served),
        missing=len(unserved),
    )


def _served(catalogue: Catalogue, mission: Mission, metric: str, numbers: list[int]) -> Metric:
    links = [mission.indicators[number] for number in numbers]
    direct = any(link.fit is Fit.DIRECT for link in links)
    used = [catalogue.indicators[link.indicator_id] for link in links]
    return Metric(
        metric=metric,
        served="directly" if direct else "by a proxy",
        indicator_id=" ".join(one.id for one in used),
        indicators=tuple(Link(text=one.title, url=urls.indicator(one.id)) for one in used),
        why=" ".join(dict.fromkeys(link.why for link in links)),
        data_needed="",
    )
