"""The project's own documents as pages: the glossary and the method pages, read from their Markdown files.

In a working copy they lie at the root (GLOSSARY.md, docs/method/); an installed package carries them along.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

import likeforlike
from likeforlike.publish import urls

_PACKAGE = Path(likeforlike.__file__).parent
_ROOTS = (_PACKAGE / "documents", _PACKAGE.parents[1])
_HEADING = re.compile(r"^# +(.+)$", re.M)


@dataclass(frozen=True)
class Document:
    """One document: its name in an address, its heading, and its Markdown below the heading."""

    name: str
    title: str
    markdown: str


@cache
def methods() -> dict[str, Document]:
    """The method pages by name, in the order of their titles; none where they are not installed."""
    folders = [root / "docs" / "method" for root in _ROOTS]
    paths = [path for folder in folders for path in sorted(folder.glob("*.md"))]
    found = [_read(path) for path in paths]
    return {one.name: one for one in sorted(found, key=lambda one: one.title)}


@cache
def glossary() -> Document | None:
    """The glossary, where it is installed."""
    paths = [root / "GLOSSARY.md" for root in _ROOTS]
    return next((_read(path) for path in paths if path.is_file()), None)


def to_html(markdown: str) -> str:
    """Markdown as HTML: tables allowed, raw HTML shown as text, links to other documents led to their
    pages."""
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = renderer.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(2, int(token.tag[1])))}"
        for child in token.children or ():
            _lead_to_page(child)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slug(tokens[place + 1].content))
    html: str = renderer.renderer.render(tokens, renderer.options, {})
    return html.replace("<table>", '<div class="scroll" tabindex="0"><table class="plain">').replace(
        "</table>", "</table></div>"
    )


def slug(title: str) -> str:
    """A heading as an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _read(path: Path) -> Document:
    whole = path.read_text(encoding="utf-8")
    heading = _HEADING.search(whole)
    title = heading[1].strip() if heading else path.stem.replace("-", " ")
    below = whole[heading.end() :] if heading else whole
    return Document(path.stem, title, below.strip())


def _lead_to_page(token: Token) -> None:
    href = token.attrGet("href") if token.type == "link_open" else None
    if isinstance(href, str) and "://" not in href and ".md" in href:
        stem, _, anchor = href.rpartition("/")[2].partition("#")
        name = stem.removesuffix(".md")
        target = urls.glossary() if name.upper() == "GLOSSARY" else urls.method(name)
        token.attrSet("href", f"{target}#{anchor}" if anchor else target)
