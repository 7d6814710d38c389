"""Indicators: the list, one indicator for every council, and the gaps between councils."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.pages.gap_list import make_gap_list
from likeforlike.publish.pages.gaps import make_gaps
from likeforlike.publish.pages.indicator import Choice, Order, make_indicator
from likeforlike.publish.pages.indicators import make_indicators
from likeforlike.publish.pages.revisions import make_revisions
from likeforlike.publish.web.respond import respond

router = APIRouter()


@router.get("/indicators")
def indicators(request: Request) -> Response:
    """Every indicator by topic."""
    return respond(request, make_indicators(request.app.state.catalogue), "indicators.html")


@router.get("/indicators/{indicator_id}/revisions")
def revisions(request: Request, indicator_id: Annotated[str, Path(max_length=80)]) -> Response:
    """How much one indicator is usually revised."""
    catalogue: Catalogue = request.app.state.catalogue
    return respond(request, make_revisions(catalogue, catalogue.indicator(indicator_id)), "revisions.html")


@router.get("/indicators/{indicator_id}")
def indicator(
    request: Request,
    indicator_id: Annotated[str, Path(max_length=80)],
    region: Annotated[str, Query(pattern="^(E12[0-9]{6})?$")] = "",
    kind: Annotated[str, Query(pattern="^[a-z_]{0,20}$")] = "",
    sort: Order = Order.BEST,
) -> Response:
    """One indicator for every council, ranked and filtered."""
    catalogue: Catalogue = request.app.state.catalogue
    choice = Choice(region=region, kind=kind, sort=sort)
    return respond(
        request, make_indicator(catalogue, catalogue.indicator(indicator_id), choice), "indicator.html"
    )


@router.get("/gaps")
def gap_list(request: Request) -> Response:
    """Whether councils drew apart, on every indicator."""
    return respond(request, make_gap_list(request.app.state.catalogue), "gap_list.html")


@router.get("/indicators/{indicator_id}/gaps")
def gaps(request: Request, indicator_id: Annotated[str, Path(max_length=80)]) -> Response:
    """How far apart councils are on one indicator, and whether they drew apart."""
    catalogue: Catalogue = request.app.state.catalogue
    return respond(request, make_gaps(catalogue, catalogue.indicator(indicator_id)), "gaps.html")
