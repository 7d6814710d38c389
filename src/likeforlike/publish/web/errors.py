"""One shape for every error: a friendly page for people, `{"error": {...}}` for programs; never a
traceback."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from likeforlike.domain.errors import NotFoundError, PersonCanFixError, RequestError
from likeforlike.publish.downloads import without_markup

log = logging.getLogger("likeforlike.web")

_WORDS = {
    400: "That address could not be read",
    404: "There is no page here",
    405: "That cannot be done here",
    414: "That address is too long",
    422: "That address could not be read",
    500: "Something went wrong on our side",
}


def wants_json(scope: Scope) -> bool:
    """Whether the reader is a program: a data suffix, the API, or an Accept header that prefers JSON."""
    if scope["path"].startswith("/api/") or (scope.get("state") or {}).get("format", "html") != "html":
        return True
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return b"application/json" in accept and b"text/html" not in accept


def error_response(scope: Scope, status: int, message: str, suggestions: tuple[str, ...] = ()) -> Response:
    """The response for one error, in the shape that its reader can use."""
    if wants_json(scope):
        body = {"error": {"status": status, "message": message, "suggestions": list(suggestions)}}
        content = without_markup(json.dumps(body, ensure_ascii=False))
        return Response(content, status_code=status, media_type="application/json")
    heading = _WORDS.get(status) or HTTPStatus(status).phrase
    page = scope["app"].state.renderer.render(
        "error.html", status=status, heading=heading, message=message, suggestions=suggestions
    )
    return HTMLResponse(page, status_code=status)


def install(app: FastAPI) -> None:
    """Answer every error of the application in the one shape."""

    async def person_can_fix(request: Request, error: Exception) -> Response:
        status = 404 if isinstance(error, NotFoundError) else 400
        suggestions = error.suggestions if isinstance(error, RequestError) else ()
        return error_response(request.scope, status, str(error), suggestions)

    async def http(request: Request, error: Exception) -> Response:
        status = cast(HTTPException, error).status_code
        message = "There is no page at this address." if status == 404 else HTTPStatus(status).phrase + "."
        response = error_response(request.scope, status, message)
        for name, value in (cast(HTTPException, error).headers or {}).items():
            response.headers[name] = value
        return response

    async def invalid(request: Request, error: Exception) -> Response:
        problems = "; ".join(_one(detail) for detail in cast(RequestValidationError, error).errors()[:5])
        return error_response(request.scope, 400, f"{problems}.")

    app.add_exception_handler(PersonCanFixError, person_can_fix)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def failure_response(scope: Scope, error: Exception) -> Response:
    """The response to a failure of ours, which is logged with its traceback and never shown."""
    log.error("failed to answer %s", scope["path"][:200], exc_info=error)
    return error_response(scope, 500, "The page could not be made; the failure has been logged.")


def _one(detail: dict[str, object]) -> str:
    """One validation failure in words, without repeating what was sent."""
    name = str(cast(Sequence[object], detail["loc"])[-1])
    message = str(detail["msg"])
    return f"{name}: {message[:1].lower()}{message[1:]}"
