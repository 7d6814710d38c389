"""Routes, one module per topic, each with a `router`.

To add a page:

1. `publish/pages/<page>.py`: a frozen model (subclass of `pages.page.Page`) and `make_<page>(catalogue,
...)`; give it
   `tables()` so that CSV, XLSX and Parquet work, and `chart()` for SVG and PNG.
2. `publish/urls.py`: a function for its address. Nothing else writes a URL.
3. `publish/web/templates/<page>.html`: `{% extends "base.html" %}`, blocks `main` and (optional) `intro`;
the model is
   `page`; `{% import "macros.html" as m %}` has `m.table(table)`, `m.downloads(page)`, `m.verdict(...)`,
   `m.strip(...)`. Charts are called in templates: `{{ strip_svg(row.strip) }}`, `{{ lines_svg(page.series,
   page.title) }}`.
4. `publish/web/routes/<topic>.py`: a plain `def` route that makes the page and returns
   `respond(request, page, "<page>.html")`; the suffixes .json, .csv, .xlsx, ... need no route of their own.
   Raise RequestError or NotFoundError for bad input; the layer above gives it the one error shape.
5. List the router below, and the page in NAVIGATION if it belongs in the header.
"""

from __future__ import annotations

from fastapi import APIRouter

from likeforlike.publish import urls
from likeforlike.publish.web.routes.charts import router as charts
from likeforlike.publish.web.routes.compare import router as compare
from likeforlike.publish.web.routes.councils import router as councils
from likeforlike.publish.web.routes.funding import router as funding
from likeforlike.publish.web.routes.home import router as home
from likeforlike.publish.web.routes.indicators import router as indicators
from likeforlike.publish.web.routes.missions import router as missions
from likeforlike.publish.web.routes.neighbours import router as neighbours
from likeforlike.publish.web.routes.reference import router as reference

#: Funding, missions and neighbours stand before councils: /councils/CODE/funding is no indicator.
ROUTERS: tuple[APIRouter, ...] = (
    home,
    charts,
    compare,
    funding,
    missions,
    neighbours,
    councils,
    indicators,
    reference,
)

#: What the header links to: words and address.
NAVIGATION: tuple[tuple[str, str], ...] = (
    ("Councils", urls.councils()),
    ("Indicators", urls.indicators()),
    ("Compare", urls.compare()),
    ("Funding", urls.funding()),
    ("Missions", urls.missions()),
    ("Models", urls.models()),
    ("Data", urls.data()),
)
