"""Pages as files: nothing on them needs a server, and every link of theirs, with its fragment, leads somewhere."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from html import unescape

import pytest
from tests.page_kinds import page_kinds

from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.static_site import _ask, without_server
from likeforlike.publish.web.app import create_app

ADDRESS = re.compile(r'(?:href|src|action)="(/[^"]*)"')


@pytest.fixture(scope="module")
def page():
    app = create_app(Catalogue.open(), static=True)

    @cache
    def ask(path: str) -> tuple[int, str]:
        status, _, body = asyncio.run(_ask(app, path, []))
        return status, without_server(body).decode()

    return ask


KINDS = sorted(
    {address.partition("?")[0] for address in page_kinds(Catalogue.open()).values()}
    - {"/search", "/councils/nowhere"}
)


@pytest.mark.parametrize("path", KINDS)
def test_a_page_needs_no_server_and_its_fragments_are_there(page, path: str) -> None:
    status, html = page(path)
    assert status == 200
    assert "<form" not in html
    here = {unescape(address) for address in ADDRESS.findall(html)}
    assert not {one for one in here if "?" in one and not one.startswith("/static/")}
    assert "/search" not in here
    for fragment in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{fragment}"' in html, f"#{fragment} is nowhere on {path}"
    for address in sorted(one for one in here if "#" in one):
        target, _, fragment = address.partition("#")
        status, there = page(target)
        assert status == 200, f"{path} leads to {target}"
        assert f'id="{fragment}"' in there, f"{path} leads to {address}"
