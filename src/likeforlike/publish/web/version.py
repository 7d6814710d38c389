"""The version of the code that renders pages: part of every ETag, so that a new version is never answered
with 304."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import likeforlike

_RENDERED_FROM = (".py", ".html", ".css", ".js", ".yaml", ".md")


@cache
def code_version() -> str:
    """Twelve hexadecimal digits of the hash of every file of the package that a page is made from."""
    root = Path(likeforlike.__file__).parent
    digest = sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in _RENDERED_FROM:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
