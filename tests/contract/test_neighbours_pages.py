"""Pages about neighbours: every format from one model, a reader's own weights, and polite refusals."""

from __future__ import annotations

import csv
import io
import json

import pytest

from likeforlike.publish.neighbours import choose_model, find_neighbours
from web_kit import SAMPLE, Site

HARTLEPOOL, MIDDLESBROUGH = "E06000001", "E06000002"
PAGES = (
    f"/councils/{HARTLEPOOL}/neighbours",
    f"/councils/{HARTLEPOOL}/similarity",
    f"/compare/{HARTLEPOOL}/{MIDDLESBROUGH}",
    "/models",
    "/models/overall",
    "/models/ons-2025-global",
    "/models/dfe-childrens-2025",
)


@pytest.mark.parametrize("url", PAGES)
def test_every_page_answers_in_every_format(site: Site, url: str):
    html = site.get(url)
    assert html.status_code == 200
    assert "<h1>" in html.text
    assert " style=" not in html.text
    model = site.get(f"{url}.json")
    assert model.status_code == 200
    assert model.json()["title"] in html.text.replace("&#39;", "'").replace("&amp;", "&")
    table = site.get(f"{url}.csv")
    assert table.status_code == 200
    assert len(list(csv.reader(io.StringIO(table.text)))) > 1


@pytest.mark.parametrize("code", SAMPLE.values(), ids=SAMPLE)
@pytest.mark.parametrize("page", ["neighbours", "similarity"])
def test_every_kind_of_council_has_its_pages(site: Site, code: str, page: str):
    assert site.get(f"/councils/{code}/{page}").status_code == 200


@pytest.mark.parametrize(
    "model", ["overall", "economic", "demographic", "cipfa-style", "ons-2025-global", "dfe-childrens-2025"]
)
def test_every_model_can_be_chosen(site: Site, model: str):
    page = site.get(f"/councils/{HARTLEPOOL}/neighbours.json?model={model}").json()
    assert page["model_id"] == model
    assert len(page["neighbours"]) == 10
    for card in page["neighbours"]:
        shares = [share for share in card["shares"] if share is not None]
        assert not shares or sum(shares) == pytest.approx(1.0)


def test_weights_in_the_address_are_found_as_the_command_finds_them(site: Site, catalogue):
    page = site.get(
        f"/councils/{HARTLEPOOL}/neighbours.json?model=overall&feature=population:4&feature=median-age:0"
    ).json()
    model = choose_model(catalogue, None, "overall", {"population": 4.0, "median-age": 0.0})
    found = find_neighbours(catalogue, model).neighbours
    assert [card["code"] for card in page["neighbours"]] == list(found.codes(HARTLEPOOL))
    assert page["own_weights"]


def test_the_weights_form_leads_to_an_address_with_what_differs(site: Site):
    url = f"/councils/{HARTLEPOOL}/neighbours"
    sent = site.get(f"{url}?model=overall&w.population=4&w.median-age=1&w.claimant-count=")
    assert sent.status_code == 303
    assert sent.headers["location"] == f"{url}?model=overall&feature=population%3A4"
    text = site.get(url).text
    assert 'name="w.population"' in text
    assert 'method="get"' in text


def test_names_and_old_codes_lead_to_the_code(site: Site):
    assert (
        site.get("/councils/hartlepool/neighbours").headers["location"]
        == f"/councils/{HARTLEPOOL}/neighbours"
    )
    moved = site.get("/compare/hartlepool/middlesbrough")
    assert moved.headers["location"] == f"/compare/{HARTLEPOOL}/{MIDDLESBROUGH}"


def test_the_page_says_how_sure_each_place_is_and_who_lists_whom(site: Site, catalogue):
    page = site.get(f"/councils/{HARTLEPOOL}/neighbours.json").json()
    stored = {
        row["neighbour_code"]: row["probability"]
        for row in catalogue.release.table("neighbour_stability")
        .filter(model_id="overall", area_code=HARTLEPOOL)
        .iter_rows(named=True)
    }
    for card in page["neighbours"]:
        assert card["probability"] == stored[card["code"]]
        theirs = site.get(f"/councils/{card['code']}/neighbours.json").json()
        assert card["mutual"] == (HARTLEPOOL in [other["code"] for other in theirs["neighbours"]])


def test_the_verdict_is_counted_over_models(site: Site):
    page = site.get(f"/councils/{HARTLEPOOL}/neighbours.json?indicator=employment-rate").json()
    verdicts = [one["verdict"] for one in page["verdicts"]]
    assert len(verdicts) == 5
    most = max(verdicts.count(verdict) for verdict in verdicts)
    assert f"in {most} of 5 models" in page["verdict_sentence"]


def test_the_choice_of_year_is_shown_where_it_changes_the_verdict(site: Site):
    page = site.get(f"/councils/{HARTLEPOOL}/similarity.json?indicator=claimant-count").json()
    for one in page["choices"]:
        three = {one["verdict_latest"], one["verdict_base"], one["verdict_each_year"]}
        assert one["differs"] == (len(three) > 1)
    differing = sum(one["differs"] for one in page["choices"])
    assert (f"in {differing} of" in page["choice_sentence"]) or differing == 0


def test_a_base_year_can_be_chosen_and_a_near_duplicate_is_told(site: Site):
    page = site.get(f"/councils/{HARTLEPOOL}/similarity.json?indicator=employment-rate&base=2015").json()
    assert page["base"] == 2015
    assert "Ten of 2015" in site.get(f"/councils/{HARTLEPOOL}/similarity?base=2015").text
    text = site.get(f"/councils/{HARTLEPOOL}/neighbours?indicator=children-in-income-deprived-families").text
    assert "nearly repeats this indicator" in text
    assert (
        "nearly repeats" not in site.get(f"/councils/{HARTLEPOOL}/neighbours?indicator=employment-rate").text
    )


def test_an_indicators_page_leads_to_what_the_choice_of_neighbours_changes(site: Site):
    text = site.get(f"/councils/{HARTLEPOOL}/employment-rate").text
    for address in (
        f"/councils/{HARTLEPOOL}/neighbours?indicator=employment-rate#models",
        f"/councils/{HARTLEPOOL}/similarity?indicator=employment-rate#choice",
    ):
        assert address in text
        assert site.get(address).status_code == 200


REFUSED = {
    f"/councils/{HARTLEPOOL}/neighbours?model=nothing": (404, "no neighbour model"),
    f"/councils/{HARTLEPOOL}/neighbours?feature=population:-1": (400, "is not a feature and a weight"),
    f"/councils/{HARTLEPOOL}/neighbours?model=overall&feature=nothing:1": (404, "no indicator"),
    f"/councils/{HARTLEPOOL}/neighbours?model=ons-2025-global&feature=nothing:1": (404, "has no feature"),
    f"/councils/{HARTLEPOOL}/neighbours?model=dfe-childrens-2025&feature=a:1": (400, "has no weights"),
    f"/councils/{HARTLEPOOL}/neighbours?feature=population:0": (400, "All weights"),
    f"/councils/{HARTLEPOOL}/neighbours?year=1999": (400, "no list of 1999"),
    f"/councils/{HARTLEPOOL}/similarity?base=1999": (400, "no list of 1999"),
    f"/councils/{HARTLEPOOL}/similarity?model=cipfa-style": (400, "has no history"),
    f"/compare/{HARTLEPOOL}/{HARTLEPOOL}": (400, "is named twice"),
    f"/compare/{SAMPLE['county']}/{SAMPLE['district']}": (400, "do not run the same services"),
    "/models/nothing": (404, "no neighbour model"),
}


@pytest.mark.parametrize(("url", "status", "told"), [(u, *v) for u, v in REFUSED.items()])
def test_bad_requests_are_told_what_is_wrong(site: Site, url: str, status: int, told: str):
    path, _, query = url.partition("?")
    answer = site.get(f"{path}.json" + (f"?{query}" if query else ""))
    assert answer.status_code == status
    assert told in json.loads(answer.text)["error"]["message"]
