"""Any councils beside each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from likeforlike.domain.indicator import Topic
from likeforlike.publish.pages.compare import make_compare
from likeforlike.publish.web.respond import respond

router = APIRouter()


@router.get("/compare")
def compare(
    request: Request,
    area: Annotated[list[Annotated[str, Query(max_length=100)]] | None, Query(max_length=40)] = None,
    *,
    topic: Topic | Annotated[str, Query(pattern="^$")] = "",
) -> Response:
    """Councils and groups side by side; `area` may be given several times."""
    page = make_compare(request.app.state.catalogue, area or [], Topic(topic) if topic else None)
    return respond(request, page, "compare.html")
