"""Every URL that likeforlike links to is made here, so that pages, downloads and the static site agree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from urllib.parse import quote, urlencode

from likeforlike.domain.errors import RequestError

QueryValue = str | int | float | Sequence[str] | None

#: Formats that a page answers in beside HTML, by suffix.
FORMATS = ("json", "csv", "xlsx", "parquet", "svg", "png")


def site_address(text: str) -> str:
    """The address under which a site lies, as it goes before every path; RequestError for what is none."""
    found = re.fullmatch(r"(https?://[A-Za-z0-9.\-\[\]:]+)/?", text)
    if found is None:
        raise RequestError(
            f"{text!r} is no address that a site's pages can lie under.",
            instead="Write for example https://councils.example.org, without a folder.",
        )
    return found[1]


def _path(*parts: str) -> str:
    return "/" + "/".join(map(_quoted, parts))


@lru_cache(maxsize=8192)
def _quoted(part: str) -> str:
    """Codes and ids are few, and a page quotes the same ones again and again."""
    return quote(part, safe="")


def with_query(path: str, query: Mapping[str, QueryValue]) -> str:
    """The path with those parameters that have a value, lists repeated, in the order given."""
    kept = [(key, value) for key, value in query.items() if value not in (None, "", ())]
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def home() -> str:
    """The first page."""
    return "/"


def search(query: str = "") -> str:
    """The search page, for a query if given."""
    return with_query("/search", {"q": query})


def councils() -> str:
    """The list of councils."""
    return "/councils"


def council(code: str, **query: QueryValue) -> str:
    """A council's scorecard."""
    return with_query(_path("councils", code), query)


def council_indicator(code: str, indicator_id: str, **query: QueryValue) -> str:
    """One indicator for one council."""
    return with_query(_path("councils", code, indicator_id), query)


def indicators() -> str:
    """The list of indicators."""
    return "/indicators"


def indicator(indicator_id: str, **query: QueryValue) -> str:
    """One indicator for every council."""
    return with_query(_path("indicators", indicator_id), query)


def revisions(indicator_id: str) -> str:
    """How much an indicator's figures are usually revised."""
    return _path("indicators", indicator_id, "revisions")


def gaps() -> str:
    """Whether councils drew apart, on every indicator."""
    return "/gaps"


def indicator_gaps(indicator_id: str) -> str:
    """How far apart councils are on one indicator, and whether they drew apart."""
    return _path("indicators", indicator_id, "gaps")


def compare(areas: Sequence[str] = (), **query: QueryValue) -> str:
    """A group of councils beside each other."""
    return with_query("/compare", {"area": tuple(areas), **query})


def council_neighbours(code: str, **query: QueryValue) -> str:
    """A council's neighbours, and why."""
    return with_query(_path("councils", code, "neighbours"), query)


def council_similarity(code: str, **query: QueryValue) -> str:
    """A council's neighbours through the years."""
    return with_query(_path("councils", code, "similarity"), query)


def head_to_head(code: str, other: str, **query: QueryValue) -> str:
    """Two councils beside each other."""
    return with_query(_path("compare", code, other), query)


def models() -> str:
    """The catalogue of neighbour models."""
    return "/models"


def model(model_id: str) -> str:
    """One neighbour model."""
    return _path("models", model_id)


def missions(framework_id: str = "") -> str:
    """All frameworks, or the missions of one."""
    return _path("missions", framework_id) if framework_id else "/missions"


def mission(framework_id: str, mission_id: str) -> str:
    """One mission: its targets, money and evidence."""
    return _path("missions", framework_id, mission_id)


def framework_coverage(framework_id: str) -> str:
    """Which of a framework's promises can be monitored, and which cannot."""
    return _path("missions", framework_id, "coverage")


def target(framework_id: str, target_id: str, **query: QueryValue) -> str:
    """One target for every area it is read for."""
    return with_query(_path("targets", framework_id, target_id), query)


def council_missions(code: str, framework: str = "") -> str:
    """A council's scorecard of missions, under one framework."""
    return _path("councils", code, "missions", *([framework] if framework else []))


def chain(**query: QueryValue) -> str:
    """From fund to mission, indicator, target and change, and back."""
    return with_query("/chain", query)


def change(fund_id: str, indicator_id: str) -> str:
    """What happened in funded councils and in councils like them."""
    return _path("changes", fund_id, indicator_id)


def change_council(fund_id: str, indicator_id: str, code: str) -> str:
    """One funded council beside a mixture of others."""
    return _path("changes", fund_id, indicator_id, code)


def funding(funds: str = "", need: str = "", council: str = "") -> str:
    """Whether money went to need; for a set of funds and a measure of need, a council marked, if given."""
    return with_query("/funding", {"funds": funds, "need": need, "council": council})


def fund(fund_id: str, **query: QueryValue) -> str:
    """One fund."""
    return with_query(_path("funding", fund_id), query)


def funding_register() -> str:
    """Every award, for download."""
    return "/funding/register"


def fund_register(fund_id: str) -> str:
    """The awards of one fund, for download."""
    return _path("funding", fund_id, "register")


def council_funding(code: str) -> str:
    """What a council was awarded."""
    return _path("councils", code, "funding")


def data() -> str:
    """What the release holds: coverage, freshness, sources, build report."""
    return "/data"


def source(source_id: str) -> str:
    """One publisher's dataset on the data page."""
    return f"/data#{quote(source_id)}"


def quality(**query: QueryValue) -> str:
    """Quality flags and declared corrections."""
    return with_query("/data/quality", query)


def methods() -> str:
    """The list of method pages."""
    return "/methods"


def method(name: str) -> str:
    """One method page."""
    return _path("methods", name)


def glossary(word: str = "") -> str:
    """The glossary, at a word if given."""
    return "/glossary" + (f"#{quote(word)}" if word else "")


def embed(code: str, indicator_id: str) -> str:
    """A council's chart of one indicator, for an iframe on another site."""
    return _path("embed", code, indicator_id)


def static(name: str, version: str) -> str:
    """A file of the site's own, cached for good under its version."""
    return f"/static/{quote(name)}?v={quote(version)}"


def as_format(url: str, suffix: str) -> str:
    """The same page in another format: the suffix goes before the query."""
    path, _, query = url.partition("?")
    path = "/index" if path == "/" else path
    return f"{path}.{suffix}" + (f"?{query}" if query else "")


def pinned(path: str, release_id: str) -> str:
    """The same view, pinned to a release."""
    return f"{path}{'&' if '?' in path else '?'}release={quote(release_id)}"


def chart_spec(code: str, indicator_id: str, as_known_on: date | None = None) -> str:
    """The specification of the interactive chart, of figures as published by a day if one is given."""
    path = f"{_path('councils', code, indicator_id, 'chart')}.json"
    return with_query(path, {"as-known-on": str(as_known_on or "")})


def chart_library(version: str) -> str:
    """The library that draws the interactive chart, cached for good under its version."""
    return f"/libraries/vega.js?v={quote(version)}"
