"""Asking the web application without a network: what the web tests share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx
from fastapi import FastAPI

#: One council of every kind, and the ones that are special: shared estimates, a county's districts.
SAMPLE = {
    "unitary": "E06000001",
    "metropolitan": "E08000012",
    "london_borough": "E09000030",
    "district": "E07000223",
    "county": "E10000016",
    "City of London": "E09000001",
    "Isles of Scilly": "E06000053",
}


class Site:
    """The application, asked directly; redirects are not followed."""

    def __init__(self, app: FastAPI) -> None:
        """Take the application."""
        self.app = app

    def get(self, url: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> httpx.Response:
        """The response to one request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://likeforlike.test") as client:
                return await client.request(method, url, headers=headers)

        return asyncio.run(ask())

    def raw(self, path: str, query: bytes = b"") -> int:
        """The status of a request whose path and query are sent as they are, past any client's tidying."""
        got: list[int] = []

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                got.append(int(str(message["status"])))

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "headers": [],
            "server": ("likeforlike.test", 80),
            "client": ("127.0.0.1", 1),
        }
        asyncio.run(self.app(scope, receive, send))
        return got[0]
