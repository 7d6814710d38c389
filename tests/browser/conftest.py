"""A real Chromium in front of a real server on this machine."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.web.app import create_app

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

#: A busy machine may take long over the first scorecard, for which all comparisons are worked out.
PATIENCE_MS = 90_000

OpenPage = Callable[..., Page]
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of a running site."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(Catalogue.open()), host="127.0.0.1", port=0, log_level="warning", access_log=False
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waited = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < waited, "the server was not ready within 20 s"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium: the one named by LIKEFORLIKE_CHROMIUM, the system's, or Playwright's own.

    One for each module and not for the session: while it is open its event loop runs in this thread, and
    modules that follow could not run one of theirs.
    """
    with sync_playwright() as playwright:
        named = [
            os.environ.get("LIKEFORLIKE_CHROMIUM"),
            *map(shutil.which, NAMES),
            playwright.chromium.executable_path,
        ]
        found = next((path for path in named if path and Path(path).exists()), None)
        if found is None:
            pytest.fail(
                "No Chromium was found. Run `make chromium`, which installs one, or set LIKEFORLIKE_CHROMIUM."
            )
        opened = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


def _elsewhere(url: str, address: str) -> list[str]:
    return [] if url.startswith((address, "data:", "blob:")) else [url]


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """Messages on a console and requests elsewhere, of the test at work."""
    return []


@pytest.fixture(scope="module")
def kept_pages(browser: Browser) -> Iterator[dict[object, Page]]:
    """Pages that one test leaves open for the next, by how they were opened."""
    kept: dict[object, Page] = {}
    yield kept
    for page in kept.values():
        page.context.close()


@pytest.fixture
def open_page(
    browser: Browser, address: str, complaints: list[str], kept_pages: dict[object, Page]
) -> Iterator[OpenPage]:
    """Open a page of the site; every message on the console and every request elsewhere fails the test.

    Without `scripts` the browser runs none at all. Without `loads_scripts` it runs none of the site's, but can
    still run axe, which needs timers. A page that is `kept` goes to the next address of a test that keeps one
    too, rather than a new window for each; nothing but the browser's cache outlives an address.
    """
    contexts = []
    complaints.clear()

    def new_page(width: int, height: int, scripts: bool, scheme: Scheme, loads_scripts: bool) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            color_scheme=scheme,
        )
        context.set_default_timeout(PATIENCE_MS)
        if not loads_scripts:
            context.route(re.compile(r"\.js(\?|$)"), lambda route: route.fulfill(body=""))
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                None
                if message.location["url"] == page.url
                else complaints.append(f"{page.url}: {message.text}")
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:", "blob:"))
                else complaints.append(request.url)
            ),
        )
        return page

    def open_at(
        url: str,
        *,
        width: int = 1280,
        scripts: bool = True,
        height: int = 900,
        scheme: Scheme = "light",
        loads_scripts: bool = True,
        kept: bool = False,
    ) -> Page:
        how = (width, height, scripts, scheme, loads_scripts)
        page = kept_pages.pop(how, None) if kept else None
        if page is None:
            page = new_page(*how)
        if kept:
            kept_pages[how] = page
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
        else:
            contexts.append(page.context)
        answer = page.goto(f"{address}{url}")
        assert answer is not None and answer.status < 500
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []
