"""What a request may look like before any page is made: sizes, characters, repeated parameters."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.types import Scope

MAX_PATH = 512
MAX_QUERY = 4096
MAX_FIELDS = 80
MAX_VALUE = 400
#: Parameters that may be given several times; any other one that repeats is refused rather than guessed at.
REPEATABLE = frozenset({"area", "feature", "weight", "indicator", "without"})


def problem(scope: Scope) -> tuple[int, str] | None:
    """The status and sentence with which a malformed request is refused, or None when it is well formed."""
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    if len(raw_path) > MAX_PATH:
        return 414, f"The address is longer than {MAX_PATH} characters."
    if _unprintable(scope["path"]) or "\ufffd" in scope["path"]:
        return 400, "The address holds characters that no page has."
    query: bytes = scope.get("query_string", b"")
    if len(query) > MAX_QUERY:
        return 414, f"The part of the address after '?' is longer than {MAX_QUERY} characters."
    return _query_problem(query) if query else None


def _query_problem(query: bytes) -> tuple[int, str] | None:
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except (UnicodeDecodeError, ValueError):
        return 400, "The part of the address after '?' is not well formed."
    seen: set[str] = set()
    for name, value in pairs:
        if _unprintable(name) or _unprintable(value):
            return 400, "A parameter holds characters that cannot be shown."
        if len(value) > MAX_VALUE or len(name) > MAX_VALUE:
            return 400, f"A parameter is longer than {MAX_VALUE} characters."
        if name in seen and name not in REPEATABLE:
            return 400, f"The parameter {name[:40]!r} is given more than once; give it once."
        seen.add(name)
    return None


def _unprintable(text: str) -> bool:
    return any(ord(character) < 32 or ord(character) == 127 for character in text)
