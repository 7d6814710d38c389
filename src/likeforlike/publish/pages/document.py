"""Pages made of the project's documents: glossary, list of methods, one method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from likeforlike.domain.errors import NotFoundError
from likeforlike.publish import documents, text, urls
from likeforlike.publish.pages.page import About, Link, Page

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue


class DocumentPage(Page):
    """A document as Markdown; only the HTML page turns it into markup."""

    markdown: str


class MethodsPage(Page):
    """The list of method pages."""

    methods: tuple[Link, ...]


def make_glossary(catalogue: Catalogue) -> DocumentPage:
    """The glossary; NotFoundError where it is not installed."""
    found = documents.glossary()
    if found is None:
        raise NotFoundError("The glossary is not part of this installation.")
    return _page(catalogue, found, urls.glossary(), ())


def make_methods(catalogue: Catalogue) -> MethodsPage:
    """The list of method pages."""
    return MethodsPage(
        title="Methods",
        description=text.METHODS_PURPOSE,
        path=urls.methods(),
        about=About(release_id=catalogue.release.id),
        methods=tuple(
            Link(text=one.title, url=urls.method(one.name)) for one in documents.methods().values()
        ),
    )


def make_method(catalogue: Catalogue, name: str) -> DocumentPage:
    """One method page; NotFoundError with the names there are."""
    found = documents.methods().get(name)
    if found is None:
        raise NotFoundError("There is no such method page.", suggestions=list(documents.methods())[:3])
    return _page(catalogue, found, urls.method(name), (Link(text="Methods", url=urls.methods()),))


def _page(
    catalogue: Catalogue, found: documents.Document, path: str, parents: tuple[Link, ...]
) -> DocumentPage:
    return DocumentPage(
        title=found.title,
        path=path,
        about=About(release_id=catalogue.release.id),
        parents=parents,
        markdown=found.markdown,
    )
