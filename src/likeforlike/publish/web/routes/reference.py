"""What the figures rest on: data, methods, glossary."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from likeforlike.publish.pages.data import make_data
from likeforlike.publish.pages.document import make_glossary, make_method, make_methods
from likeforlike.publish.web.respond import respond

router = APIRouter()


@router.get("/data")
def data(request: Request) -> Response:
    """Coverage, freshness, sources and the build report."""
    return respond(request, make_data(request.app.state.catalogue), "data.html")


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
