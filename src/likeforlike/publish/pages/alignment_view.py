"""What is shown of one set of funds beside one measure of need; the funding page and every fund's page
share it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.money import FundGroup
from likeforlike.pipeline.alignments import MAIN, OUTLIERS
from likeforlike.publish import funding_words as words
from likeforlike.publish import urls
from likeforlike.publish.charts.models import Bar, Dot, Specification
from likeforlike.publish.numbers import number
from likeforlike.publish.pages.alignment_lines import ChoiceLine, FarLine, NeedLine, StatisticLine
from likeforlike.publish.pages.page import Column, Frozen, Link, Table

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

_FURTHEST = 10


class AlignmentView(Frozen):
    """Sentences, pictures and tables of one set of funds and one measure of need, under the main
    specification.
    """

    funds: str
    funds_title: str
    need: str
    need_title: str
    need_label: str
    conclusion: str
    specification_sentence: str
    linear_note: str
    concentration_words: str
    move_sentence: str
    group_sentence: str
    left_out: str
    off_scale: str
    marked: str
    dots: tuple[Dot, ...]
    curve: tuple[tuple[float, float], ...]
    tenths: tuple[Bar, ...]
    specifications: tuple[Specification, ...]
    main: int | None
    statistics: tuple[StatisticLine, ...]
    needs: tuple[NeedLine, ...]
    choices: tuple[ChoiceLine, ...]
    below: tuple[FarLine, ...]
    above: tuple[FarLine, ...]
    regressions: tuple[str, ...]
    fund_choices: tuple[Link, ...]
    need_choices: tuple[Link, ...]


def make_view(catalogue: Catalogue, funds: str, need: str, marked: str = "") -> AlignmentView:
    """The view of one set of funds and one measure; both must be in the release's table `alignment`.

    `marked` is the code of a council to mark in the scatter.
    """
    release = catalogue.release
    everything = release.table("alignment").filter(pl.col("funds") == funds)
    # Where no award is shared, its treatments are one specification and count once.
    answers = everything.filter("distinct")
    main = everything.filter(
        pl.col("tier") == "lower",
        pl.col("multi_area") == MAIN.value,
        pl.col("per") == "head",
        pl.col("outliers") == "in",
    )
    row = main.filter(pl.col("need") == need).row(0, named=True)
    without = _one(
        everything.filter(
            pl.col("need") == need,
            pl.col("tier") == "lower",
            pl.col("multi_area") == MAIN.value,
            pl.col("per") == "head",
            pl.col("outliers") == "out",
        )
    )
    measure = release.definitions.need_measures[need]
    areas = _areas(catalogue, funds, need)
    curve, place = _specifications(answers, row)
    fifths = _groups(catalogue, funds, need, 5)
    moved = _one(
        release.table("counterfactual").filter(
            pl.col("funds") == funds, pl.col("need") == need, pl.col("rule") == "proportional"
        )
    )
    intervals = _concentration(catalogue, funds)
    title = set_title(catalogue, funds)
    return AlignmentView(
        funds=funds,
        funds_title=title,
        need=need,
        need_title=measure.title,
        need_label=row["need_label"],
        conclusion=words.conclusion(row, title, measure.title),
        specification_sentence=words.specification_sentence(
            answers.height,
            int((answers["spearman"] > 0).sum()),
            int((answers["spearman_low"] > 0).sum()),
            int((answers["pearson"] > 0).sum()),
        ),
        linear_note=words.linear_note(row, without, _outlier_words(catalogue, areas)),
        concentration_words=words.concentration_words(intervals[need]),
        move_sentence=words.move_sentence(
            moved["misallocated_share"] if moved else None, moved["moved_gbp"] if moved else None
        ),
        group_sentence=words.group_sentence(fifths.row(0, named=True), fifths.row(-1, named=True)),
        left_out=words.left_out_words(row["left_out_gbp"], row["total_gbp"]),
        off_scale=_off_scale(catalogue, areas),
        marked=catalogue.register.areas[marked].name if marked else "",
        dots=tuple(_dots(catalogue, areas, measure.short_title, marked)),
        curve=tuple(
            release.table("alignment_curve")
            .filter(pl.col("funds") == funds, pl.col("need") == need)
            .select("people_share", "money_share")
            .iter_rows()
        ),
        tenths=tuple(_tenths(_groups(catalogue, funds, need, 10))),
        specifications=curve,
        main=place,
        statistics=tuple(_statistics(catalogue, funds, need)),
        needs=tuple(_need_lines(catalogue, main, need, intervals)),
        choices=tuple(_choice_lines(answers)),
        below=tuple(_far(catalogue, funds, below=True)),
        above=tuple(_far(catalogue, funds, below=False)),
        regressions=tuple(_regressions(catalogue, funds, need)),
        fund_choices=tuple(
            Link(text=set_title(catalogue, one), url=one)
            for one in release.table("alignment")["funds"].unique().sort()
        ),
        need_choices=tuple(
            Link(text=release.definitions.need_measures[one].title, url=one) for one in main["need"].sort()
        ),
    )


def set_title(catalogue: Catalogue, funds: str) -> str:
    """The title of a fund or of a group of funds."""
    groups: dict[str, FundGroup] = catalogue.release.definitions.fund_groups
    return groups[funds].title if funds in groups else catalogue.funds[funds].title


def _one(table: pl.DataFrame) -> dict[str, Any] | None:
    return table.row(0, named=True) if table.height else None


def _areas(catalogue: Catalogue, funds: str, need: str) -> pl.DataFrame:
    """Money per head and need of every lower-tier area that has both."""
    money = catalogue.release.table("funding_area").filter(
        pl.col("funds") == funds, pl.col("tier") == "lower", pl.col("multi_area") == MAIN.value
    )
    needs = catalogue.release.table("funding_need").filter(pl.col("funds") == funds, pl.col("need") == need)
    return money.join(needs.select("area_code", "value"), on="area_code").filter(
        pl.col("value").is_not_null()
    )


def council_dots(catalogue: Catalogue, funds: str, need: str, code: str) -> tuple[Dot, ...]:
    """The scatter of one set of funds with one council marked."""
    measure = catalogue.release.definitions.need_measures[need]
    return tuple(_dots(catalogue, _areas(catalogue, funds, need), measure.short_title, code))


def _dots(catalogue: Catalogue, areas: pl.DataFrame, need: str, marked: str = "") -> Iterator[Dot]:
    for code, value, gbp in areas.select("area_code", "value", "gbp_per_head").iter_rows():
        name = catalogue.register.areas[code].name
        label = f"{name}: {words.per_head(gbp)}, {need} {number(value, 1)}"
        yield Dot(x=value, y=round(gbp, 2), label=label, council=code == marked)


def _off_scale(catalogue: Catalogue, areas: pl.DataFrame) -> str:
    """Which councils have most per head by far, because the picture shows them at its edge."""
    most = areas.sort("gbp_per_head", descending=True).head(5)
    named = [
        f"{catalogue.register.areas[code].name} {words.per_head(gbp)}"
        for code, gbp in most.select("area_code", "gbp_per_head").iter_rows()
    ]
    return f"Most per head: {', '.join(named)}. Triangles at the upper edge are off the scale."


def _outlier_words(catalogue: Catalogue, areas: pl.DataFrame) -> str:
    small = areas.filter(pl.col("area_code").is_in(list(OUTLIERS)), pl.col("gbp_per_head") > 1000)
    return " ".join(
        f"{catalogue.register.areas[code].name} has {number(people, 0)} people and got {words.per_head(gbp)}."
        for code, people, gbp in small.select("area_code", "population", "gbp_per_head").iter_rows()
    )


def _groups(catalogue: Catalogue, funds: str, need: str, groups: int) -> pl.DataFrame:
    return (
        catalogue.release.table("alignment_group")
        .filter(
            pl.col("funds") == funds,
            pl.col("need") == need,
            pl.col("groups") == groups,
            pl.col("equal") == "population",
        )
        .sort("number")
    )


def _tenths(table: pl.DataFrame) -> Iterator[Bar]:
    for row in table.iter_rows(named=True):
        edge = {1: " (most)", 10: " (least)"}.get(row["number"], "")
        yield Bar(
            name=f"Tenth {row['number']}{edge}",
            value=row["gbp_per_head"],
            words=f"£{number(row['gbp_per_head'], 0)}",
        )


def _specifications(
    answers: pl.DataFrame, main: dict[str, Any]
) -> tuple[tuple[Specification, ...], int | None]:
    """Every specification by its answer, lowest first, and the place of the one that is shown."""
    ordered = answers.filter(pl.col("spearman").is_not_null()).sort(
        "spearman", "need", "multi_area", "tier", "per", "outliers"
    )
    key = ("need", "multi_area", "tier", "per", "outliers")
    made, place = [], None
    for index, row in enumerate(ordered.iter_rows(named=True)):
        if all(row[name] == main[name] for name in key):
            place = index
        made.append(
            Specification(
                value=row["spearman"],
                low=row["spearman_low"],
                high=row["spearman_high"],
                choices=_choices(row),
            )
        )
    return tuple(made), place


def _choices(row: dict[str, Any]) -> dict[str, str]:
    return {
        words.CHOICES["need"]: row["need"].replace("imd-", "").replace("-", " "),
        words.CHOICES["multi_area"]: words.MULTI_AREA[row["multi_area"]],
        words.CHOICES["tier"]: words.TIERS[row["tier"]],
        words.CHOICES["per"]: words.PER[row["per"]],
        words.CHOICES["outliers"]: words.OUTLIERS[row["outliers"]],
    }


def _statistics(catalogue: Catalogue, funds: str, need: str) -> Iterator[StatisticLine]:
    table = catalogue.release.table("alignment_statistic").filter(
        pl.col("funds") == funds, pl.col("need") == need
    )
    by_name = {row["statistic"]: row for row in table.iter_rows(named=True)}
    for name, (title, meaning) in words.STATISTICS.items():
        if name in by_name:
            row = by_name[name]
            yield StatisticLine(
                name=title,
                value=words.coefficient(row["value"]),
                interval=words.interval(row["low"], row["high"]),
                meaning=meaning,
            )


def _concentration(catalogue: Catalogue, funds: str) -> dict[str, dict[str, Any]]:
    """The concentration index by measure of need, with the interval that all statistics here have."""
    table = catalogue.release.table("alignment_statistic").filter(
        pl.col("funds") == funds, pl.col("statistic") == "concentration_index"
    )
    return {row["need"]: row for row in table.iter_rows(named=True)}


def _need_lines(
    catalogue: Catalogue, main: pl.DataFrame, chosen: str, intervals: dict[str, dict[str, Any]]
) -> Iterator[NeedLine]:
    measures = catalogue.release.definitions.need_measures
    for row in main.sort("spearman", descending=True).iter_rows(named=True):
        share = row["misallocated_share"]
        index = intervals[row["need"]]
        yield NeedLine(
            need=row["need"],
            title=measures[row["need"]].title,
            label=row["need_label"],
            chosen=row["need"] == chosen,
            url=urls.funding(row["funds"], row["need"]),
            councils=row["council_count"],
            spearman=words.coefficient(row["spearman"]),
            spearman_interval=words.interval(row["spearman_low"], row["spearman_high"]),
            pearson=words.coefficient(row["pearson"]),
            kendall=words.coefficient(row["kendall"]),
            concentration=words.coefficient(row["concentration_index"]),
            concentration_interval=words.interval(index["low"], index["high"]),
            to_move="–" if share is None else f"{share:.0%}",
        )


def _choice_lines(answers: pl.DataFrame) -> Iterator[ChoiceLine]:
    labels = {
        "need": lambda one: one.replace("imd-", "").replace("-", " "),
        "multi_area": words.MULTI_AREA.__getitem__,
        "tier": words.TIERS.__getitem__,
        "per": words.PER.__getitem__,
        "outliers": words.OUTLIERS.__getitem__,
    }
    for kind, label in labels.items():
        table = (
            answers.group_by(kind)
            .agg(
                pl.len(),
                (pl.col("spearman") > 0).sum().alias("positive"),
                (pl.col("pearson") > 0).sum().alias("linear"),
                pl.col("spearman").min().alias("low"),
                pl.col("spearman").median().alias("middle"),
                pl.col("spearman").max().alias("high"),
            )
            .sort("middle", descending=True)
        )
        for row in table.iter_rows(named=True):
            yield ChoiceLine(
                kind=words.CHOICES[kind],
                choice=label(row[kind]),
                count=row["len"],
                positive=row["positive"],
                linear_positive=row["linear"],
                lowest=words.coefficient(row["low"]),
                middle=words.coefficient(row["middle"]),
                highest=words.coefficient(row["high"]),
            )


def _far(catalogue: Catalogue, funds: str, *, below: bool) -> Iterator[FarLine]:
    """Councils furthest from their share by the measure and treatment of shared awards kindest to them.

    Only those that are below (or above) by all measures and treatments are named; the band spans them all.
    """
    lower = catalogue.release.table("funding_area").filter(
        pl.col("funds") == funds, pl.col("tier") == "lower"
    )
    bands = lower.group_by("area_code").agg(
        pl.col("gap_low_gbp_per_head").min().alias("low"),
        pl.col("gap_high_gbp_per_head").max().alias("high"),
        pl.col("gap_rank_low").min().alias("first"),
        pl.col("gap_rank_high").max().alias("last"),
    )
    edge = "high" if below else "low"
    far = bands.filter((pl.col(edge) < 0) if below else (pl.col(edge) > 0))
    main = lower.filter(pl.col("multi_area") == MAIN.value)
    table = far.join(main, on="area_code").sort(edge, "area_code", descending=[not below, False])
    for row in table.head(_FURTHEST).iter_rows(named=True):
        yield FarLine(
            name=catalogue.register.areas[row["area_code"]].name,
            url=urls.council_funding(row["area_code"]),
            per_head=f"£{number(row['gbp_per_head'], 0)}",
            needed=f"£{number(row['needed_gbp'] / row['population'], 0)}",
            gap=words.signed(row["gap_middle_gbp_per_head"]),
            band=words.signed_band(row["low"], row["high"]),
            rank=words.rank_span(row["first"], row["last"]),
        )


def _regressions(catalogue: Catalogue, funds: str, need: str) -> Iterator[str]:
    table = catalogue.release.table("funding_regression").filter(
        pl.col("funds") == funds, pl.col("need") == need, pl.col("term").str.starts_with("need,")
    )
    for row in table.sort("model", "controls", descending=[False, True]).iter_rows(named=True):
        yield words.regression_sentence(row)


def view_tables(view: AlignmentView) -> tuple[Table, ...]:
    """The view's tables for files."""

    def table(name: str, title: str, rows: tuple[Frozen, ...], model: type[Frozen]) -> Table:
        columns = tuple(Column(key=key, title=key) for key in model.model_fields)
        return Table(name=name, title=title, columns=columns, rows=tuple(row.model_dump() for row in rows))

    return (
        table("needs", "By measure of need", view.needs, NeedLine),
        table("choices", "By choice of method", view.choices, ChoiceLine),
        table("statistics", "Every statistic with its interval", view.statistics, StatisticLine),
        table("below", "Furthest below a share in proportion to need", view.below, FarLine),
        table("above", "Furthest above a share in proportion to need", view.above, FarLine),
    )
