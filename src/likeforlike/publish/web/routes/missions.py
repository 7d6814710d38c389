"""Missions, targets, the chain from pound to outcome, and changes in funded councils."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.missions import first_framework, framework_of, mission_of, target_of
from likeforlike.publish.pages.chain import make_chain
from likeforlike.publish.pages.change import make_change
from likeforlike.publish.pages.council_missions import make_council_missions
from likeforlike.publish.pages.framework_coverage import make_framework_coverage
from likeforlike.publish.pages.mission import make_mission
from likeforlike.publish.pages.missions import make_missions
from likeforlike.publish.pages.one_council import make_one_council
from likeforlike.publish.pages.target import make_target
from likeforlike.publish.web.respond import redirect, respond

router = APIRouter()

Name = Annotated[str, Path(max_length=120)]
Chosen = Annotated[str, Query(max_length=120)]


@router.get("/missions")
def missions(request: Request) -> Response:
    """The framework that councils are held to now."""
    catalogue: Catalogue = request.app.state.catalogue
    return respond(request, make_missions(catalogue, first_framework(catalogue)), "missions.html")


@router.get("/missions/{framework}")
def framework(request: Request, framework: Name) -> Response:
    """One framework's missions as tiles."""
    catalogue: Catalogue = request.app.state.catalogue
    return respond(request, make_missions(catalogue, framework_of(catalogue, framework)), "missions.html")


@router.get("/missions/{framework}/coverage")
def coverage(request: Request, framework: Name) -> Response:
    """What can be monitored."""
    catalogue: Catalogue = request.app.state.catalogue
    page = make_framework_coverage(catalogue, framework_of(catalogue, framework))
    return respond(request, page, "framework_coverage.html")


@router.get("/missions/{framework}/{mission}")
def mission(request: Request, framework: Name, mission: Name) -> Response:
    """One mission; its number leads to its own address."""
    catalogue: Catalogue = request.app.state.catalogue
    found = framework_of(catalogue, framework)
    one = mission_of(found, mission)
    if mission != one.id:
        return redirect(request, urls.mission(found.id, one.id))
    return respond(request, make_mission(catalogue, found, one), "mission.html")


@router.get("/targets/{framework}/{target}")
def target(request: Request, framework: Name, target: Name) -> Response:
    """One target for every area."""
    catalogue: Catalogue = request.app.state.catalogue
    whose, one, found = target_of(catalogue, target)
    if whose.id != framework_of(catalogue, framework).id:
        raise NotFoundError(f"{framework!r} has no target {target!r}.", instead=f"It belongs to {whose.id}.")
    return respond(request, make_target(catalogue, whose, one, found), "target.html")


@router.get("/councils/{area}/missions")
@router.get("/councils/{area}/missions/{framework}")
def council_missions(request: Request, area: Name, framework: str = "") -> Response:
    """A council's scorecard of missions."""
    catalogue: Catalogue = request.app.state.catalogue
    found = catalogue.area(area)
    if not found.is_council:
        raise RequestError(f"{found.name} is no council.", instead="Name a council.")
    if area != found.code:
        return redirect(request, urls.council_missions(found.code, framework=framework))
    chosen = framework_of(catalogue, framework) if framework else first_framework(catalogue)
    return respond(request, make_council_missions(catalogue, found, chosen), "council_missions.html")


@router.get("/chain")
def chain(
    request: Request, fund: Chosen = "", framework: Chosen = "", mission: Chosen = "", indicator: Chosen = ""
) -> Response:
    """From fund to outcome and back."""
    catalogue: Catalogue = request.app.state.catalogue
    if framework:
        framework_of(catalogue, framework)
    if indicator:
        catalogue.indicator(indicator)
    page = make_chain(
        catalogue, fund_id=fund, framework_id=framework, mission_id=mission, indicator_id=indicator
    )
    return respond(request, page, "chain.html")


@router.get("/changes/{fund}/{indicator}")
def change(request: Request, fund: Name, indicator: Name) -> Response:
    """Funded councils and councils like them."""
    return respond(request, make_change(request.app.state.catalogue, fund, indicator), "change.html")


@router.get("/changes/{fund}/{indicator}/{area}")
def change_council(request: Request, fund: Name, indicator: Name, area: Name) -> Response:
    """One funded council beside a mixture of others."""
    catalogue: Catalogue = request.app.state.catalogue
    found = catalogue.area(area)
    if area != found.code:
        return redirect(request, urls.change_council(fund, indicator, found.code))
    return respond(request, make_one_council(catalogue, fund, indicator, found), "one_council.html")
