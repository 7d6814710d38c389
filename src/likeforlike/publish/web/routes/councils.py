"""Councils: the list, a scorecard, and one indicator for one council. Names and old codes lead to the
code."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from likeforlike.domain.indicator import Topic
from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.pages.council import make_council
from likeforlike.publish.pages.council_indicator import make_council_indicator
from likeforlike.publish.pages.councils import make_councils
from likeforlike.publish.pages.no_figure import has_figure, make_no_figure
from likeforlike.publish.pages.scorecard import Comparator, Selection, Sort, TrendFilter
from likeforlike.publish.vintages import known_on, read_day
from likeforlike.publish.web.respond import redirect, respond

router = APIRouter()

AreaText = Annotated[str, Path(max_length=120)]


@router.get("/councils")
def councils(request: Request) -> Response:
    """Every council by region."""
    return respond(request, make_councils(request.app.state.catalogue), "councils.html")


@router.get("/councils/{area}")
def council(
    request: Request,
    area: AreaText,
    *,
    topic: Topic | Annotated[str, Query(pattern="^$")] = "",
    sort: Sort = Sort.TOPIC,
    trend: TrendFilter = TrendFilter.ANY,
    compare: Comparator = Comparator.NEIGHBOURS,
) -> Response:
    """A council's scorecard, sorted and filtered."""
    catalogue: Catalogue = request.app.state.catalogue
    found = catalogue.area(area)
    if area != found.code:
        return redirect(request, urls.with_query(urls.council(found.code), dict(request.query_params)))
    chosen = Selection(topic=Topic(topic) if topic else None, sort=sort, trend=trend, compare=compare)
    return respond(request, make_council(catalogue, found, chosen), "council.html")


@router.get("/councils/{area}/{indicator_id}")
def council_indicator(
    request: Request,
    area: AreaText,
    indicator_id: Annotated[str, Path(max_length=80)],
    as_known_on: Annotated[str, Query(alias="as-known-on", max_length=20)] = "",
) -> Response:
    """One indicator for one council, over time; with `as-known-on`, as published by that day."""
    catalogue: Catalogue = request.app.state.catalogue
    found, indicator = catalogue.area(area), catalogue.indicator(indicator_id)
    if area != found.code:
        return redirect(
            request,
            urls.with_query(urls.council_indicator(found.code, indicator.id), dict(request.query_params)),
        )
    if as_known_on:
        catalogue = known_on(catalogue, indicator, read_day(as_known_on))
    if not has_figure(catalogue, found, indicator):
        return respond(request, make_no_figure(catalogue, found, indicator), "no_figure.html")
    return respond(request, make_council_indicator(catalogue, found, indicator), "council_indicator.html")
