"""What a council's own pages say: its scorecard, and the page of a figure that it has not got.

Together with text.py, narrative.py and the other modules of words this holds every sentence of those pages,
so that a second language is one more module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from likeforlike.publish.numbers import plural

#: Name, label and options (value, words) of the choices above a scorecard.
CHOICES = (
    (
        "compare",
        "Compare with",
        (("neighbours", "Mean of ten nearest"), ("nearest", "Nearest neighbour"), ("all", "Median of all")),
    ),
    (
        "sort",
        "Order",
        (
            ("topic", "By topic"),
            ("mission", "By mission"),
            ("worse-first", "Furthest on the worse side first"),
            ("better-first", "Furthest on the better side first"),
            ("oldest", "Oldest figures first"),
        ),
    ),
    ("trend", "Trend", (("any", "Any"), ("improving", "Improving"), ("worsening", "Worsening"))),
)
SORT_HEADINGS = MappingProxyType(
    {
        "worse-first": "Furthest on the worse side first",
        "better-first": "Furthest on the better side first",
        "oldest": "Oldest figures first",
    }
)
COMPARATORS = MappingProxyType(
    {
        "nearest": "its nearest neighbour",
        "neighbours": "the mean of its ten nearest neighbours",
        "all": "the median of all councils with the same powers",
    }
)
FINDINGS_RULE = (
    "Picked by rule: figures of the council’s own, at most four years old, where lower or higher is agreed to "
    "be better and the difference is clear (published margins do not overlap or, for complete counts, the "
    "council lies beyond at least eight in ten of its neighbours). Rates of fewer than about twenty cases are left "
    "out, because chance moves them. The widest gaps come first, measured against how much all councils "
    "differ; one per topic."
)
NOTHING_WORSE = "Nothing that the margins allow to call worse."
NOTHING_BETTER = "Nothing that the margins allow to call better."
NO_MISSION = "In no mission"


def worse_heading(comparator: str) -> str:
    """Above the findings that are worse than the comparator."""
    return f"Clearly worse than {COMPARATORS[comparator]}"


def better_heading(comparator: str) -> str:
    """Above the findings that are better."""
    return f"Clearly better than {COMPARATORS[comparator]}"


def findings_note(judged: int, cannot_tell: int) -> str:
    """How many of a council's own figures could be judged at all."""
    return f"Of {judged + cannot_tell} indicators with a value of its own, {cannot_tell} cannot be judged."


def mission_note(framework: str) -> str:
    """What grouping by mission means."""
    return (
        f"Under the missions of {framework}. An indicator that serves several stands under each of them; those "
        "that serve none come last, under their topics."
    )


NEAREST_FIGURES = "The nearest figures there are"


def no_figure_headline(indicator: str, name: str) -> str:
    """What the page says first."""
    return f"No figure of “{indicator}” is published for {name}."


def no_figure_reasons(name: str, statuses: Mapping[str, int], partner: str, *, county: bool) -> Iterator[str]:
    """Why there is none, as far as the publisher's files tell; `statuses` counts what they say instead."""
    if statuses:
        told = ", ".join(f"“{words}” in {count} period{plural(count)}" for words, count in statuses.items())
        yield f"In place of a value the publisher’s file says {told}."
    elif county:
        yield (
            f"The publisher’s file has no row for {name}: this is published for districts and single-tier "
            "councils. No figure is made up for the county, because an average of its districts would need "
            "weights that are not published with it."
        )
    else:
        yield f"The publisher’s file has no row for {name}."
    if partner:
        yield (
            f"{name} has few residents, and on other indicators here publishers give one estimate for it and "
            f"{partner} together, which counts under {partner}."
        )
    yield "Missing is not zero: it is left out of medians, ranks and means of neighbours, which say how many they lack."


def no_figure_elsewhere(partner: str, name: str, *, found: bool) -> str:
    """What the links that follow lead to."""
    if not found:
        return ""
    if partner:
        return f"{partner}’s figure is the nearest there is. It is not {name}’s own."
    return f"Districts of {name} that have a figure:"
