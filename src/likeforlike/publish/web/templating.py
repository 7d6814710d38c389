"""Templates: compiled once, escaping always on, and a name that does not exist is an error rather than an
empty space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from likeforlike.publish import charts, council_words, documents, gap_words, revision_words, text, urls
from likeforlike.publish.web.version import code_version

FOLDER = Path(__file__).parent / "templates"


class Renderer:
    """Renders templates for one release; `text`, `urls` and every chart in `charts.DRAWINGS` are known to
    all of them."""

    def __init__(self, site: Mapping[str, Any]) -> None:
        """`site` holds what every page shows: release_id and nav (words and address)."""
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        drawings = {name: _safe(draw) for name, draw in charts.DRAWINGS.items()}
        drawings["markdown"] = _safe(documents.to_html)
        self._environment.globals.update(
            text=text,
            council_words=council_words,
            gap_words=gap_words,
            revision_words=revision_words,
            urls=urls,
            version=code_version(),
            site=dict(site),
            **drawings,
        )

    def render(self, template: str, **context: object) -> str:
        """The template as text; every variable it uses must be given."""
        return self._environment.get_template(template).render(context)


def _safe(draw: Callable[..., str]) -> Callable[..., Markup]:
    """A chart whose markup the template does not escape again."""

    def drawn(*args: object, **options: object) -> Markup:
        return Markup(draw(*args, **options))  # noqa: S704 - charts escape the names and numbers they draw

    return drawn
