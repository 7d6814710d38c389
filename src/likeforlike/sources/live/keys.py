"""A key that somebody may have: sent to its own host, and seen by nothing that records or logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

import httpx

#: Loggers of the client's libraries that write addresses or headers, at their most talkative.
LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
HIDDEN = "[key]"


class KeyTransport(httpx.BaseTransport):
    """Adds a key to requests below everything that records addresses, for the service's host alone."""

    def __init__(self, inner: httpx.BaseTransport, host: str, parameter: str, key: str) -> None:
        """Wrap a transport."""
        self._inner, self._host, self._parameter, self._key = inner, host, parameter, key

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, with the key where it goes to its own host; a redirect must not repeat it."""
        if request.url.netloc.decode() == self._host:
            request = httpx.Request(
                request.method,
                request.url.copy_set_param(self._parameter, self._key),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        response = self._inner.handle_request(request)
        if location := response.headers.get("location"):
            bare = httpx.URL(location).copy_remove_param(self._parameter)
            response.headers["location"] = str(bare)
        return response

    def close(self) -> None:
        """Close what was wrapped."""
        self._inner.close()


@contextmanager
def unlogged(key: str) -> Iterator[None]:
    """Take a key out of whatever the client's libraries log, for as long as it is used."""
    hide = _Hide(key)
    for name in LOGGERS:
        logging.getLogger(name).addFilter(hide)
    try:
        yield
    finally:
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(hide)


class _Hide(logging.Filter):
    def __init__(self, key: str) -> None:
        super().__init__()
        self._forms = (key, quote(key, safe=""), quote_plus(key))

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if any(form in text for form in self._forms):
            for form in self._forms:
                text = text.replace(form, HIDDEN)
            record.msg, record.args = text, ()
        return True
