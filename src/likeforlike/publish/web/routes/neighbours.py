"""Neighbours: a council's list, its years, two councils beside each other, and the models."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.neighbours import read_factors
from likeforlike.publish.pages.head_to_head import make_head_to_head
from likeforlike.publish.pages.models import make_model, make_models
from likeforlike.publish.pages.neighbours import make_neighbours
from likeforlike.publish.pages.similarity import make_similarity
from likeforlike.publish.web.respond import found_one, redirect, respond

router = APIRouter()

AreaText = Annotated[str, Path(max_length=120)]
ModelText = Annotated[str | None, Query(max_length=80)]
YearText = Annotated[str | None, Query(pattern=r"^(\d{4})?$")]
IndicatorText = Annotated[str | None, Query(max_length=80)]

#: What the weights form calls a feature's factor: `w.population=2`.
FORM = "w."


@router.get("/councils/{area}/neighbours")
def council_neighbours(
    request: Request,
    area: AreaText,
    *,
    model: ModelText = None,
    feature: Annotated[list[str] | None, Query(max_length=60)] = None,
    year: YearText = None,
    indicator: IndicatorText = None,
) -> Response:
    """A council's neighbours; `feature=population:2` gives a feature a weight of the reader's own."""
    catalogue: Catalogue = request.app.state.catalogue
    found = catalogue.area(area)
    if area != found.code:
        url = urls.council_neighbours(found.code, model=model, feature=tuple(feature or ()), year=year)
        return redirect(request, url)
    sent = [(key, value) for key, value in request.query_params.multi_items() if key.startswith(FORM)]
    if sent:
        # A form sends every weight; the address that is kept names those that differ from the model's.
        factors = read_factors([f"{key.removeprefix(FORM)}:{value or 1}" for key, value in sent], ":")
        own = tuple(f"{name}:{factor:g}" for name, factor in factors.items() if factor != 1)
        return found_one(request, urls.council_neighbours(found.code, model=model, feature=own))
    page = make_neighbours(
        catalogue,
        found,
        model_id=model or None,
        factors=read_factors(feature or [], ":"),
        year=int(year) if year else None,
        indicator=catalogue.indicator(indicator) if indicator else None,
    )
    return respond(request, page, "neighbours.html")


@router.get("/councils/{area}/similarity")
def council_similarity(
    request: Request,
    area: AreaText,
    *,
    model: ModelText = None,
    indicator: IndicatorText = None,
    base: YearText = None,
) -> Response:
    """A council's neighbours through the years."""
    catalogue: Catalogue = request.app.state.catalogue
    found = catalogue.area(area)
    if area != found.code:
        url = urls.council_similarity(found.code, model=model, indicator=indicator, base=base)
        return redirect(request, url)
    page = make_similarity(
        catalogue,
        found,
        model_id=model or None,
        indicator=catalogue.indicator(indicator) if indicator else None,
        base=int(base) if base else None,
    )
    return respond(request, page, "similarity.html")


@router.get("/compare/{area}/{other}")
def head_to_head(request: Request, area: AreaText, other: AreaText, *, model: ModelText = None) -> Response:
    """Two councils beside each other."""
    catalogue: Catalogue = request.app.state.catalogue
    first, second = catalogue.area(area), catalogue.area(other)
    if (area, other) != (first.code, second.code):
        return redirect(request, urls.head_to_head(first.code, second.code, model=model))
    return respond(
        request, make_head_to_head(catalogue, first, second, model_id=model or None), "head_to_head.html"
    )


@router.get("/models")
def models(request: Request) -> Response:
    """The catalogue of models."""
    return respond(request, make_models(request.app.state.catalogue), "models.html")


@router.get("/models/{model_id}")
def model(request: Request, model_id: Annotated[str, Path(max_length=80)]) -> Response:
    """One model."""
    return respond(request, make_model(request.app.state.catalogue, model_id), "model.html")
