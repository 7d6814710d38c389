"""One address of every kind of page, for tests that hold for all of them."""

from __future__ import annotations

from likeforlike.publish import urls
from likeforlike.publish.catalogue import Catalogue

COUNCIL, OTHER, INDICATOR = "E06000001", "E06000002", "employment-rate"


def page_kinds(catalogue: Catalogue) -> dict[str, str]:
    """Kind of page -> an address of one, the variants with other content included."""
    framework = next(one for one in catalogue.frameworks.values() if any(m.targets for m in one.missions))
    mission = next(one for one in framework.missions if one.targets)
    change = catalogue.release.table("change_area").row(0, named=True)
    fund, outcome = change["fund_id"], change["indicator_id"]
    funded = change["area_code"]
    return {
        "home": "/",
        "search": "/search?q=st",
        "nothing found": "/search?q=zzzz",
        "councils": urls.councils(),
        "scorecard": urls.council(COUNCIL, topic="health"),
        "whole scorecard": urls.council("E07000223"),
        "scorecard by mission": urls.council("E10000016", sort="mission"),
        "scorecard in order": urls.council("E08000012", sort="worse-first", compare="nearest"),
        "council and indicator": urls.council_indicator(COUNCIL, INDICATOR),
        "a county's value": urls.council_indicator("E07000223", "attainment-8-score"),
        "no figure": urls.council_indicator("E06000053", INDICATOR),
        "indicators": urls.indicators(),
        "indicator": urls.indicator(INDICATOR, region="E12000001"),
        "upper-tier indicator": urls.indicator("attainment-8-score"),
        "revisions": urls.revisions("secondary-school-absence-weekly"),
        "as known on a day": urls.council_indicator(
            COUNCIL, "secondary-school-absence-weekly", **{"as-known-on": "2022-10-27"}
        ),
        "overturned verdicts": urls.council_indicator(COUNCIL, "secondary-school-absence-weekly"),
        "gaps": urls.gaps(),
        "gaps of an indicator": urls.indicator_gaps("healthy-life-expectancy-female"),
        "gaps in money": urls.indicator_gaps("gross-value-added-per-hour-worked"),
        "compare": urls.compare([COUNCIL, OTHER], topic="health"),
        "compare nothing": urls.compare(),
        "data": urls.data(),
        "quality": urls.quality(),
        "methods": urls.methods(),
        "method": urls.method("benchmark"),
        "glossary": urls.glossary(),
        "embed": urls.embed(COUNCIL, INDICATOR),
        "neighbours": urls.council_neighbours(COUNCIL),
        "own weights": urls.council_neighbours(COUNCIL, model="overall", feature=("population:3",)),
        "another edition": urls.council_neighbours(COUNCIL, model="ons-2025-global"),
        "a year": urls.council_neighbours("E10000016", year="2015"),
        "published list": urls.council_neighbours(COUNCIL, model="dfe-childrens-2025"),
        "head to head": urls.head_to_head(COUNCIL, OTHER),
        "similarity": urls.council_similarity(COUNCIL),
        "models": urls.models(),
        "model": urls.model("overall"),
        "published model": urls.model("ons-2025-global"),
        "funding": urls.funding(),
        "fund": urls.fund(fund),
        "council funding": urls.council_funding(COUNCIL),
        "county funding": urls.council_funding("E10000016"),
        "missions": urls.missions(),
        "framework": urls.missions(framework.id),
        "mission": urls.mission(framework.id, mission.id),
        "target": urls.target(framework.id, mission.targets[0].id),
        "coverage": urls.framework_coverage(framework.id),
        "council missions": urls.council_missions(COUNCIL),
        "chain": urls.chain(),
        "chain from a fund": urls.chain(fund=fund),
        "change": urls.change(fund, outcome),
        "change of one council": urls.change_council(fund, outcome, funded),
        "not found": "/councils/nowhere",
        "bad request": f"{urls.council(COUNCIL)}?sort=nonsense",
    }
