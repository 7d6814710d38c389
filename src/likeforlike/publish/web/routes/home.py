"""Home and search."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from likeforlike.publish.pages.home import make_home
from likeforlike.publish.pages.search import make_search
from likeforlike.publish.web.respond import found_one, respond

router = APIRouter()


@router.get("/")
def home(request: Request) -> Response:
    """The first page."""
    return respond(request, make_home(request.app.state.catalogue), "home.html")


@router.get("/search")
def search(request: Request, q: str = "") -> Response:
    """Councils and indicators by name; a single hit is gone to at once."""
    page = make_search(request.app.state.catalogue, q)
    if page.only:
        return found_one(request, page.only)
    return respond(request, page, "search.html")
