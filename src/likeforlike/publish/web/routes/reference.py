"""What the figures rest on: data, methods, glossary."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from likeforlike.domain.quality import Check
from likeforlike.publish.pages.data import make_data
from likeforlike.publish.pages.document import make_glossary, make_method, make_methods
from likeforlike.publish.pages.quality import QualityChoice, make_quality
from likeforlike.publish.web.respond import respond

router = APIRouter()


@router.get("/data")
def data(request: Request) -> Response:
    """Coverage, freshness, sources and the build report."""
    return respond(request, make_data(request.app.state.catalogue), "data.html")


@router.get("/data/quality")
def quality(
    request: Request,
    check: Check | Literal[""] = "",
    indicator: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Quality flags and declared corrections."""
    choice = QualityChoice(check=check or None, indicator=indicator)
    return respond(request, make_quality(request.app.state.catalogue, choice), "quality.html")


@router.get("/methods")
def methods(request: Request) -> Response:
    """The list of method pages."""
    return respond(request, make_methods(request.app.state.catalogue), "methods.html")


@router.get("/methods/{name}")
def method(request: Request, name: Annotated[str, Path(pattern="^[a-z0-9-]{1,60}$")]) -> Response:
    """One method page."""
    return respond(request, make_method(request.app.state.catalogue, name), "document.html")


@router.get("/glossary")
def glossary(request: Request) -> Response:
    """The glossary."""
    return respond(request, make_glossary(request.app.state.catalogue), "document.html")
