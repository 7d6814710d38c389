"""The web application: routes, errors, and the layer that delivers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from likeforlike.publish.web import errors
from likeforlike.publish.web.delivery import Delivery
from likeforlike.publish.web.respond import check_release
from likeforlike.publish.web.routes import NAVIGATION, ROUTERS
from likeforlike.publish.web.templating import Renderer
from likeforlike.publish.web.version import code_version

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

STATIC = Path(__file__).parent / "static"


def create_app(catalogue: Catalogue, *, static: bool = False) -> FastAPI:
    """Make the application that serves one release; routes read `request.app.state.catalogue`.

    `static` is for pages that are written as files: they show no form and offer no file that is not
    written too.
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
    )
    app.state.catalogue = catalogue
    private = catalogue.release.manifest.overlay is not None
    site = {"release_id": release_id, "nav": NAVIGATION, "static": static, "private": private}
    app.state.renderer = Renderer(site)
    errors.install(app)
    for router in ROUTERS:
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

    app.add_middleware(Delivery, etag=f'W/"{code_version()}-{release_id}{catalogue.variant}"')
    return app
