"""The interactive chart's specification and library, and charts for other sites."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import vl_convert
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from likeforlike.domain.errors import NotFoundError
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.charts.vega import lines_spec
from likeforlike.publish.pages.council_indicator import make_council_indicator, neighbour_series
from likeforlike.publish.vintages import known_on, read_day
from likeforlike.publish.web.respond import respond

router = APIRouter()

AreaCode = Annotated[str, Path(pattern="^E[0-9]{8}$")]
IndicatorPath = Annotated[str, Path(max_length=80)]


@router.get("/councils/{area}/{indicator_id}/chart")
def chart(
    request: Request,
    area: AreaCode,
    indicator_id: IndicatorPath,
    as_known_on: Annotated[str, Query(alias="as-known-on", max_length=20)] = "",
) -> Response:
    """The specification of the interactive chart (`/chart.json`)."""
    if request.state.format != "json":
        raise NotFoundError(
            "The chart's specification is JSON.", instead="Put .json at the end of the address."
        )
    catalogue: Catalogue = request.app.state.catalogue
    found, indicator = catalogue.area(area), catalogue.indicator(indicator_id)
    if as_known_on:
        catalogue = known_on(catalogue, indicator, read_day(as_known_on))
    page = make_council_indicator(catalogue, found, indicator)
    others = neighbour_series(catalogue, found, indicator)
    return JSONResponse(lines_spec(page.series, others, page.title, page.unit_words, page.breaks))


@router.get("/embed/{area}/{indicator_id}")
def embed(request: Request, area: AreaCode, indicator_id: IndicatorPath) -> Response:
    """A council's chart of one indicator, small enough for an iframe on another site."""
    catalogue: Catalogue = request.app.state.catalogue
    page = make_council_indicator(catalogue, catalogue.area(area), catalogue.indicator(indicator_id))
    return respond(request, page, "embed.html")


@router.get("/libraries/vega.js", include_in_schema=False)
def library() -> Response:
    """Vega, Vega-Lite and Vega-Embed in one file, as the Python package carries them: no other host is
    asked."""
    return Response(_bundle(), media_type="application/javascript")


@cache
def _bundle() -> str:
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle
