"""The web application: routes, errors, and the layer that delivers."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from likeforlike.publish import urls
from likeforlike.publish.web import errors
from likeforlike.publish.web.delivery import Delivery
from likeforlike.publish.web.respond import check_release
from likeforlike.publish.web.routes import NAVIGATION, ROUTERS
from likeforlike.publish.web.templating import Renderer
from likeforlike.publish.web.version import code_version

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

#: A page that waits for a library's own threads leaves the processor to another; more are no use.
THREADS = 4
STATIC = Path(__file__).parent / "static"


def create_app(catalogue: Catalogue, *, static: bool = False, address: str = "") -> FastAPI:
    """Make the application that serves one release; routes read `request.app.state.catalogue`.

    `static` is for pages that are written as files: they show no form and offer no file that is not
    written too, and are made one after the other without handing each to another thread. `address` is where
    the site lies (https://…), for citations, files and charts that are put on other pages.
    """
    release_id = catalogue.release.id

    async def pinned(request: Request) -> None:  # async only so that no thread is asked for it
        check_release(request, release_id)

    app = FastAPI(
        title="likeforlike",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        dependencies=[Depends(pinned)],
        lifespan=_few_threads,
    )
    app.state.catalogue = catalogue
    private = catalogue.release.manifest.overlay is not None
    nav = [one for one in NAVIGATION if not static or one[1] != urls.compare()]
    site = {
        "release_id": release_id,
        "nav": nav,
        "static": static,
        "private": private,
        "address": address,
    }
    app.state.address = address
    app.state.renderer = Renderer(site)
    errors.install(app)
    for router in ROUTERS:
        if static:
            _include_without_threads(app, router)
        else:
            app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/healthz", include_in_schema=False)
    async def healthy() -> JSONResponse:
        return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> JSONResponse:
        return JSONResponse(
            {"status": "ready", "release_id": release_id}, headers={"cache-control": "no-store"}
        )

    etag = f'W/"{code_version()}-{release_id}{catalogue.variant}"'
    if static:
        app.add_middleware(Delivery, etag=etag, memory_bytes=0)  # no page is asked for twice
    else:
        app.add_middleware(Delivery, etag=etag)
    return app


@asynccontextmanager
async def _few_threads(_: FastAPI) -> AsyncIterator[None]:
    """Make pages in few threads: making one is work for a processor and one thread at a time can do it, so that
    forty at once, the framework's number, would only hold forty half-made pages in memory."""
    current_default_thread_limiter().total_tokens = THREADS
    yield


def _include_without_threads(app: FastAPI, router: APIRouter) -> None:
    """Add a router's routes so that they run where they are called: going to another thread and back takes
    a sixth of the time of a small page, and nobody else waits."""
    for route in router.routes:
        assert isinstance(route, APIRoute)
        app.add_api_route(route.path, _here(route.endpoint), methods=sorted(route.methods or ()))


def _here(endpoint: Callable[..., Response]) -> Callable[..., Any]:
    """The endpoint as a coroutine with the same parameters; not by functools.wraps, which the framework looks through."""

    async def answered(**parameters: object) -> Response:
        return endpoint(**parameters)

    answered.__signature__ = inspect.signature(endpoint, eval_str=True)  # type: ignore[attr-defined]
    return answered
