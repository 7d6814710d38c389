"""One page model, several formats: HTML for people, JSON and files for programs."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from likeforlike.domain.errors import NotFoundError
from likeforlike.publish import downloads, urls
from likeforlike.publish.pages.page import Page


def respond(request: Request, page: Page, template: str) -> Response:
    """Answer with the page in the format that the address asks for.

    The suffix is taken off the path before routing (web/delivery.py), so every route answers every format:
    `.json` the page model, `.csv`, `.xlsx`, `.parquet` its tables (`?table=` picks one of several), `.svg`,
    `.png` its main chart. Raises NotFoundError where the page has no table or chart.
    """
    kind = request.state.format
    # The static site writes a page's file from the same model, which it finds here.
    getattr(request.state, "pages", []).append(page)
    if kind == "html":
        return HTMLResponse(request.app.state.renderer.render(template, page=page))
    body = downloads.file(
        page, kind, table=request.query_params.get("table", ""), address=request.app.state.address
    )
    headers = {} if kind == "json" else {"content-disposition": f'attachment; filename="{body.name}"'}
    return Response(body.content, media_type=body.media_type, headers=headers)


def redirect(request: Request, url: str) -> Response:
    """Send the reader to a page's own address, keeping the format asked for."""
    kind = request.state.format
    return RedirectResponse(url if kind == "html" else urls.as_format(url, kind), status_code=308)


def found_one(request: Request, url: str) -> Response:
    """Send the reader to the one hit of a search; not for good, because another release may have two."""
    kind = request.state.format
    return RedirectResponse(url if kind == "html" else urls.as_format(url, kind), status_code=303)


def check_release(request: Request, release_id: str) -> None:
    """Refuse a view pinned to a release that is not the one served here; NotFoundError says which one is."""
    asked = request.query_params.get("release")
    if asked and not release_id.startswith(asked):
        raise NotFoundError(
            "This address is pinned to a release that is not served here.",
            instead=f"The release served here is {release_id}; take '?release=' off the address to see it.",
        )
