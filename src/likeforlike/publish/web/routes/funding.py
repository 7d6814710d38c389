"""Funding: the overview, one fund, the register of awards, and one council's awards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from likeforlike.domain.errors import NotFoundError
from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.funding import fund as find_fund
from likeforlike.publish.pages.council_funding import make_council_funding
from likeforlike.publish.pages.fund import make_fund
from likeforlike.publish.pages.funding import MAIN_FUNDS, MAIN_NEED, make_funding, make_register
from likeforlike.publish.web.respond import redirect, respond

router = APIRouter()

Name = Annotated[str, Query(pattern="^[a-z0-9-]{0,80}$")]
FundName = Annotated[str, Path(max_length=80)]


@router.get("/funding")
def funding(
    request: Request,
    funds: Name = "",
    need: Name = "",
    council: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    """All funds, and one set of them beside one measure of need, a council marked where one is named."""
    catalogue: Catalogue = request.app.state.catalogue
    marked = catalogue.area(council) if council.strip() else None
    page = make_funding(catalogue, funds or MAIN_FUNDS, need or MAIN_NEED, marked)
    return respond(request, page, "funding.html")


@router.get("/funding/register")
def register(request: Request) -> Response:
    """Every award, as a file."""
    return _file(request, None)


@router.get("/funding/{fund_id}")
def fund(request: Request, fund_id: FundName, need: Name = "") -> Response:
    """One fund."""
    return respond(request, make_fund(request.app.state.catalogue, fund_id, need or MAIN_NEED), "fund.html")


@router.get("/funding/{fund_id}/register")
def fund_register(request: Request, fund_id: FundName) -> Response:
    """One fund's awards, as a file."""
    return _file(request, find_fund(request.app.state.catalogue, fund_id).id)


@router.get("/councils/{area}/funding")
def council_funding(request: Request, area: Annotated[str, Path(max_length=120)]) -> Response:
    """What one council was awarded."""
    catalogue: Catalogue = request.app.state.catalogue
    found = catalogue.area(area)
    if area != found.code:
        return redirect(request, urls.council_funding(found.code))
    return respond(request, make_council_funding(catalogue, found), "council_funding.html")


def _file(request: Request, fund_id: str | None) -> Response:
    """The register is for programs: a page of a thousand rows helps nobody."""
    if request.state.format == "html":
        address = urls.funding_register() if fund_id is None else urls.fund_register(fund_id)
        raise NotFoundError(
            "The register comes as a file.", instead=f"Add .csv, .xlsx, .parquet or .json: {address}.csv."
        )
    return respond(request, make_register(request.app.state.catalogue, fund_id), "funding.html")
