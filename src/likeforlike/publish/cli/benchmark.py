"""`likeforlike benchmark`: a council beside its nearest neighbour, the mean of ten, and all like it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

import polars as pl
import typer

from likeforlike.domain.area import Area
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.period import Period
from likeforlike.publish import text
from likeforlike.publish.benchmarks import KEYS, Which, area_benchmarks, every_benchmark
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, FormatOption, ReleaseOption, emit, note
from likeforlike.publish.vintages import KnownOn, known_on, read_day

#: Marks of the harmonised list for official statistics.
MARKS = {
    "estimated": "[e]",
    "provisional": "[p]",
    "low_reliability": "[u]",
    "suppressed": "[c]",
    "not_available": "[x]",
    "not_applicable": "[z]",
}

#: Beside a number that a quality check doubts.
DOUBTED = "[?]"

K = 10

#: What stands before a model's title where it is not simply the model.
CHOICES = {
    "model": "",
    "without_near_duplicates": "Without near-duplicates: ",
    "neighbours_of_latest_year": "Neighbours of the latest year: ",
    "neighbours_of_base_year": "Neighbours of the base year: ",
    "neighbours_of_each_year": "Neighbours of each year: ",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(benchmark)


def benchmark(  # noqa: PLR0917 - one parameter per option
    area: Annotated[str | None, typer.Argument(help="A council's code or name.", show_default=False)] = None,
    all_councils: Annotated[bool, typer.Option("--all", help="Every council.")] = False,
    indicator: Annotated[str | None, typer.Option("--indicator", help="Only this indicator.")] = None,
    period: Annotated[
        str, typer.Option("--period", help="latest, all, or a day that a period starts or ends on.")
    ] = ("latest"),
    model: Annotated[str | None, typer.Option("--model", help="The neighbour model to compare by.")] = None,
    every_choice: Annotated[
        bool,
        typer.Option(
            "--every-choice",
            help="One council and indicator under every model, and with the neighbours of other years.",
        ),
    ] = False,
    base: Annotated[
        int | None, typer.Option("--base", help="With --every-choice: the base year of fixed neighbours.")
    ] = None,
    as_known_on: Annotated[
        str | None,
        typer.Option("--as-known-on", help="A day: figures as published by then.", show_default=False),
    ] = None,
    format: FormatOption = Format.TABLE,
    release: ReleaseOption = None,
) -> None:
    """Compare a council with its nearest neighbour, the mean of its ten nearest, and the median of all."""
    if all_councils == (area is not None):
        raise RequestError(
            "Name one council or write --all.", instead="For example: likeforlike benchmark Hartlepool."
        )
    if base is not None and not every_choice:
        raise RequestError("--base belongs to --every-choice.", instead="Add it, or leave --base out.")
    chosen_otherwise = model is not None or period != "latest" or as_known_on is not None
    if every_choice and (area is None or indicator is None or chosen_otherwise):
        raise RequestError(
            "--every-choice takes one council and one indicator, in its latest period.",
            instead="For example: likeforlike benchmark Hartlepool --indicator employment-rate --every-choice.",
        )
    catalogue = Catalogue.open(release)
    chosen = None if indicator is None else catalogue.indicator(indicator)
    if every_choice and area is not None and chosen is not None:
        _every_choice(catalogue, catalogue.area(area), chosen, base, format)
        return
    if as_known_on is not None:
        catalogue = _earlier(catalogue, chosen, read_day(as_known_on))
    when = read_period(period)
    if model is not None:
        catalogue.powers.model(model)
    if area is None:
        tables = every_benchmark(catalogue, indicator=chosen, period=when, model_id=model)
        title = f"All councils{_then(catalogue)}"
        emit(_rows(tables), format, keys=KEYS, title=title, **_for_people(catalogue, None, model))
    else:
        council = catalogue.area(area)
        table = area_benchmarks(catalogue, council, indicator=chosen, period=when, model_id=model)
        title = f"{council.name} ({council.code}), {text.KINDS[council.kind.value]}{_then(catalogue)}"
        emit(_rows(iter([table])), format, keys=KEYS, title=title, **_for_people(catalogue, council, model))


def _every_choice(
    catalogue: Catalogue, council: Area, indicator: Indicator, base: int | None, format: Format
) -> None:
    """Print the verdict under every choice of neighbours, and in how many models it is the same."""
    # Loads the statistics, which a benchmark that is read from the release does without.
    from likeforlike.publish.choices import VERDICT_KEYS, every_verdict, verdict_words  # noqa: PLC0415

    rows = list(every_verdict(catalogue, indicator, council, base=base))
    models = [row for row in rows if row["choice"] == "model"]
    verdicts = {row["verdict_neighbours"] for row in rows}
    said = (
        f"{indicator.title}: {council.name} beside its neighbours is {verdict_words(models, text.VERDICTS)}."
    )
    said += " No choice of neighbours changes that." if len(verdicts) == 1 else ""

    def named(row: Row) -> str:
        left_out = f" ({row['left_out']})" if row["left_out"] else ""
        return f"{CHOICES[row['choice']]}{row['title']}{left_out}"

    emit(
        rows,
        format,
        keys=VERDICT_KEYS,
        title=f"{council.name} ({council.code}): {indicator.title}",
        columns=(
            Column("Neighbours by", named, wrap=True),
            Column("Value", lambda row: _value(row["value"], indicator), right=True),
            Column("Mean of\nthe ten", lambda row: _value(row["neighbour_mean"], indicator), right=True),
            Column("With a\nvalue", lambda row: str(row["neighbour_count"]), right=True),
            Column("Beside\nthe ten", lambda row: text.VERDICTS[row["verdict_neighbours"]]),
        ),
        caption=f"{said} A model that has the indicator as a feature is used without it. Features named in "
        f"brackets nearly repeat it and are left out as well. Release {catalogue.release.id}.",
    )


def _earlier(catalogue: Catalogue, indicator: Indicator | None, day: date) -> KnownOn:
    """The release as of a day; says which indicators are left out where one was not chosen."""
    known = known_on(catalogue, indicator, day)
    if indicator is None:
        without = len(catalogue.indicators) - len(known.indicators)
        note(
            f"vintages published by {day} are kept only for: {', '.join(sorted(known.indicators))}; "
            f"the other {without} indicators are left out."
        )
    return known


def _then(catalogue: Catalogue) -> str:
    """The day, in a title, of figures that are not those of today."""
    return f", as known on {text.date_words(catalogue.day)}" if isinstance(catalogue, KnownOn) else ""


def read_period(period: str) -> Which | date:
    """What --period means; RequestError for anything else."""
    if period in tuple(Which):
        return Which(period)
    try:
        return date.fromisoformat(period)
    except ValueError as problem:
        raise RequestError(
            f"{period!r} is not a period.", instead="Write latest, all, or a date such as 2023-12-31."
        ) from problem


def _rows(tables: Iterator[pl.DataFrame]) -> Iterator[Row]:
    for table in tables:
        yield from table.iter_rows(named=True)


def _for_people(catalogue: Catalogue, council: Area | None, model_id: str | None) -> dict[str, Any]:
    """Columns, sections and the caption of the table."""

    def of(row: Row) -> Indicator:
        return catalogue.indicators[row["indicator_id"]]

    def value(row: Row, key: str) -> str:
        return _value(row[key], of(row))

    def own(row: Row) -> str:
        doubt = DOUBTED if row["quality_flags"] else ""
        return " ".join(part for part in (value(row, "value"), MARKS.get(row["status"], ""), doubt) if part)

    def mean(row: Row) -> str:
        count = row["neighbour_count"]
        return value(row, "neighbour_mean") + (
            "" if count == K or row["neighbour_mean"] is None else f" ({count})"
        )

    def rank(row: Row) -> str:
        return f"{row['rank']}/{row['all_count']}" if row["rank"] else ""

    def verdict(row: Row) -> str:
        words = text.verdict_words(row["verdict_neighbours"], intervals=row["lower_95"] is not None)
        return words.partition(" (")[0]

    place = [] if council else [Column("Council", lambda row: row["area_name"], wrap=True)]
    return {
        "columns": (
            Column("Indicator", lambda row: _title(of(row), row, council), wrap=True),
            *place,
            Column(
                "Period", lambda row: Period(row["period_end"], row["period_start"]).short_label, wrap=True
            ),
            Column("Value", own, right=True),
            Column("Nearest", lambda row: value(row, "nearest_value"), right=True),
            Column("Mean of\nten", mean, right=True),
            Column("Median", lambda row: value(row, "all_median"), right=True),
            Column("Rank", rank, right=True),
            Column("Beside\nthe ten", verdict, width=10),
        ),
        "section": lambda row: of(row).topic.heading,
        "caption": _caption(catalogue, model_id),
    }


def _value(value: float | None, indicator: Indicator) -> str:
    """A value with what is short of its unit, as `74.1%` or `£29,400`; the rest stands in the title."""
    words = text.UNITS[indicator.unit]
    if value is None:
        return ""
    sign = text.MINUS if words.before and value < 0 else ""
    number = text.number(abs(value) if sign else value, indicator.decimals)
    return f"{sign}{words.before}{number}{words.after if words.after == '%' else ''}"


def _title(indicator: Indicator, row: Row, council: Area | None) -> str:
    words = text.UNITS[indicator.unit]
    unit = f"{words.before} {words.after.strip()}".strip()
    whose = "" if council is None or row["area_code"] == council.code else f" – {row['area_name']}"
    return indicator.title + (f" ({unit})" if words.after not in {"", "%"} else "") + whose


def _caption(catalogue: Catalogue, model_id: str | None) -> str:
    marks = ", ".join(f"{mark} {text.STATUS_WORDS[status]}" for status, mark in MARKS.items())
    register = catalogue.register
    then = " Neighbours are those of the release." if isinstance(catalogue, KnownOn) else ""
    models = model_id or "overall, and overall-upper for upper-tier services"
    return (
        "Nearest: the council most like it. Mean of ten: of its ten nearest neighbours, in brackets how "
        f"many had a value where not all did. Median: of the {len(register.lower_tier)} districts and "
        f"single-tier councils, or for upper-tier services {len(register.upper_tier)} counties and "
        "single-tier councils. Rank: 1 is best, or highest where no direction is judged. No clear difference: "
        "the margins overlap. An indicator that is a feature of the model is compared with neighbours found "
        f"without it. Model: {models}.{then} {marks}, {DOUBTED} doubted by a quality check "
        f"(likeforlike quality). Release {catalogue.release.id}."
    )
