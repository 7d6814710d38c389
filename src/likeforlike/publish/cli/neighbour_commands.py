"""What the neighbour commands do; `cli/neighbours.py` declares their options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from likeforlike.analysis.neighbours import farther_share, find
from likeforlike.definitions.loader import load_neighbour_model
from likeforlike.domain.area import Area
from likeforlike.domain.errors import RequestError
from likeforlike.domain.indicator import Unit
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.publish import text
from likeforlike.publish.catalogue import Catalogue
from likeforlike.publish.choices import CHOICE_KEYS, year_choices
from likeforlike.publish.cli.columns import Column, Row
from likeforlike.publish.cli.output import Format, emit
from likeforlike.publish.feature_file import read_feature_file
from likeforlike.publish.model_cards import MODEL_KEYS, model_rows
from likeforlike.publish.neighbour_package import write_package
from likeforlike.publish.neighbours import (
    EXPLAIN_KEYS,
    NEIGHBOUR_KEYS,
    Found,
    choose_model,
    explained_rows,
    find_neighbours,
    neighbour_rows,
    read_factors,
)
from likeforlike.publish.two_councils import (
    COMPARE_KEYS,
    HISTORY_KEYS,
    PAIR_HISTORY_KEYS,
    compare_rows,
    history_rows,
    pair_history_rows,
)


def neighbours(
    area: str | None,
    *,
    release: Path | None,
    model: str | None,
    k: int | None,
    year: int | None,
    explain: bool,
    features: Path | None,
    feature: Sequence[str],
    format: Format,
) -> None:
    """Print the neighbours of one council, or of every area of the pool."""
    catalogue = Catalogue.open(release)
    factors = read_factors(feature, "=")
    if features is not None and year is not None:
        raise RequestError("A table of your own has no years.", instead="Leave --year out.")
    if features is not None:
        found, rows = _own_table(catalogue, area, features, model, k=k, factors=factors)
    else:
        council = None if area is None else catalogue.area(area)
        found = find_neighbours(catalogue, _model(catalogue, council, model, factors), year=year, k=k)
        rows = (
            range(len(found.neighbours.areas))
            if council is None
            else [found.row(council, catalogue.register)]
        )
    titles = {one.id: one.title for one in catalogue.indicators.values()}
    title = (
        f"{found.model.title}: {'all areas' if area is None else found.name(found.neighbours.areas[rows[0]])}"
    )
    emit(
        explained_rows(found, rows, k) if explain else neighbour_rows(found, rows, k),
        format,
        keys=EXPLAIN_KEYS if explain else NEIGHBOUR_KEYS,
        title=title,
        caption=_caption(found, explain=explain),
        columns=_columns(explain=explain, every=area is None, found=found, titles=titles),
    )


def _model(
    catalogue: Catalogue, council: Area | None, text: str | None, factors: dict[str, float]
) -> NeighbourModel:
    """The model that --model and --feature mean: an id, or a file."""
    if text is None or not _is_file(text):
        return choose_model(catalogue, council, text, factors)
    own = load_neighbour_model(Path(text), catalogue.release.definitions)
    return own.reweighted(factors) if factors else own


def _is_file(text: str) -> bool:
    return text.endswith((".yaml", ".yml")) or "/" in text


def _own_table(
    catalogue: Catalogue,
    area: str | None,
    path: Path,
    model: str | None,
    *,
    k: int | None,
    factors: dict[str, float],
) -> tuple[Found, range | list[int]]:
    """A person's own model on their own table: the same code path as any other."""
    if model is None or not _is_file(model):
        raise RequestError(
            "A table of your own needs a model of your own.",
            instead="Write --model FILE.yaml, with the table's columns as features.",
        )
    own = load_neighbour_model(Path(model)).model_copy(update={"pool": Pool.OWN_TABLE})
    table = read_feature_file(path, {feature.id for feature in own.features if feature.nominal})
    if factors:
        own = own.reweighted(factors)
    if k is not None:
        own = own.model_copy(update={"k": k})
    register = catalogue.register
    nested = {code: register.nested(code) for code in table.areas if code in register.areas}
    pool = find(table, own, nested=nested)
    names = {code: one.name for code, one in register.areas.items()}
    found = Found(own, pool, own.edition, names, farther_share(pool) if pool.all_distances.size else None)
    if area is None:
        return found, range(len(pool.areas))
    if area in pool.row_of:
        return found, [pool.row_of[area]]
    council = catalogue.area(area)
    if council.code not in pool.row_of:
        raise RequestError(
            f"The table {path} has no row for {council.name} ({council.code}).",
            instead="Add one, or name an area that it has.",
        )
    return found, [pool.row_of[council.code]]


def compare(
    area: str,
    other: str,
    *,
    release: Path | None,
    model: str | None,
    year: int | None,
    feature: Sequence[str],
    format: Format,
) -> None:
    """Print two councils beside each other, feature by feature."""
    catalogue = Catalogue.open(release)
    first, second = catalogue.area(area), catalogue.area(other)
    chosen = _model(catalogue, first, model, read_factors(feature, "="))
    rows = compare_rows(catalogue, first, second, chosen, year=year)
    emit(rows, format, keys=COMPARE_KEYS, title=f"{first.name} and {second.name}", columns=_COMPARE)


def similarity_history(
    area: str,
    other: str | None,
    *,
    indicator: str | None,
    base: int | None,
    release: Path | None,
    model: str | None,
    format: Format,
) -> None:
    """Print a council's neighbours year by year, its distance to one other, or what the year changes."""
    catalogue = Catalogue.open(release)
    first = catalogue.area(area)
    if base is not None and indicator is None:
        raise RequestError("--base belongs to --indicator.", instead="Name an indicator, or leave it out.")
    if indicator is not None:
        if other is not None:
            raise RequestError("--other and --indicator ask different things.", instead="Write one of them.")
        one = catalogue.indicator(indicator)
        rows = year_choices(catalogue, one, first, model_id=model, base=base)
        emit(rows, format, keys=CHOICE_KEYS, title=f"{first.name}: {one.title}", columns=_CHOICE)
        return
    chosen = _model(catalogue, first, model, {})
    if other is None:
        rows = history_rows(catalogue, first, chosen)
        emit(rows, format, keys=HISTORY_KEYS, title=f"{first.name} through the years", columns=_HISTORY)
        return
    second = catalogue.area(other)
    rows = pair_history_rows(catalogue, first, second, chosen)
    title = f"{first.name} and {second.name} through the years"
    emit(rows, format, keys=PAIR_HISTORY_KEYS, title=title, columns=_PAIR)


def models(*, release: Path | None, format: Format) -> None:
    """Print the models."""
    emit(model_rows(Catalogue.open(release)), format, keys=MODEL_KEYS, title="Models", columns=_MODELS)


def package(folder: Path, *, release: Path | None) -> None:
    """Write the data package."""
    written = write_package(Catalogue.open(release), folder)
    typer.echo(f"{len(written)} files in {folder}")


def _short(value: float | None, decimals: int = 3) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f}%"


def _columns(*, explain: bool, every: bool, found: Found, titles: Mapping[str, str]) -> tuple[Column, ...]:
    own = [Column("Area", lambda row: found.name(row["area_code"]), wrap=True)] if every else []
    columns = (
        *own,
        Column("", lambda row: str(row["rank"]), right=True),
        Column("Neighbour", lambda row: row["neighbour_name"], wrap=True),
        Column("Code", lambda row: row["neighbour_code"]),
        Column("Distance", lambda row: _short(row["distance"]), right=True),
        Column("More alike\nthan", _similarity, right=True),
    )
    if not explain:
        return columns
    return (
        *columns[: 2 + len(own)],
        Column("Feature", lambda row: titles.get(row["feature"], row["feature"]), wrap=True),
        Column("Share of\ndistance", lambda row: _percent(row["share"]), right=True),
        Column("Difference", lambda row: _signed(row["signed_difference"]), right=True),
    )


def _similarity(row: Row) -> str:
    return "" if row["similarity"] is None else f"{row['similarity']:.1f}%"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.2f}"


def _caption(found: Found, *, explain: bool) -> str:
    about = f"{found.model.description}" + (f" Year: {found.year}." if found.year else "")
    if explain:
        return (
            f"{about} Share: of the squared distance; a pair's shares sum to 1. Difference: the area less "
            "its neighbour, in the model's scaled units."
        )
    return f"{about} More alike than: the share of all pairs in the pool that are farther apart."


_COMPARE = (
    Column("Feature", lambda row: row["feature_title"], wrap=True),
    Column("First", lambda row: _in_unit(row, "area_value"), right=True),
    Column("Second", lambda row: _in_unit(row, "other_value"), right=True),
    Column("Share of\ndistance", lambda row: _percent(row["share"]), right=True),
    Column("Difference", lambda row: _signed(row["signed_difference"]), right=True),
)
_HISTORY = (
    Column("Year", lambda row: str(row["year"])),
    Column("", lambda row: str(row["rank"]), right=True),
    Column("Neighbour", lambda row: row["neighbour_name"], wrap=True),
    Column("Distance", lambda row: _short(row["distance"]), right=True),
    Column("In the\nlast ten", lambda row: "yes" if row["in_last_year"] else "no"),
)
_PAIR = (
    Column("Year", lambda row: str(row["year"])),
    Column("Distance", lambda row: _short(row["distance"]), right=True),
    Column("Place of\nthe second", lambda row: str(row["rank"]), right=True),
    Column("Place of\nthe first", lambda row: str(row["rank_back"]), right=True),
    Column("Most\nunlike on", lambda row: row["largest_feature"], wrap=True),
    Column("Share", lambda row: _percent(row["largest_share"]), right=True),
)
_CHOICE = (
    Column("Period", lambda row: str(row["period_end"])),
    Column("Value", lambda row: _value(row["value"]), right=True),
    Column("Ten of the\nlast year", lambda row: _beside(row, "latest"), right=True),
    Column("Ten of the\nbase year", lambda row: _beside(row, "base"), right=True),
    Column("Ten of\neach year", lambda row: _beside(row, "each_year"), right=True),
    Column("", lambda row: "differs" if row["differs"] else ""),
)
_MODELS = (
    Column("Model", lambda row: row["model_id"]),
    Column("Title", lambda row: row["title"], wrap=True),
    Column("Areas", lambda row: str(row["areas"]), right=True),
    Column("Features", lambda row: str(row["features"]), right=True),
    Column("k", lambda row: str(row["k"]), right=True),
    Column("Most often\nlisted", lambda row: f"{row['most_listed_name']} ({row['most_listed']})", wrap=True),
    Column("Mutual", lambda row: _percent(row["mutual_share"]), right=True),
)


def _beside(row: Row, choice: str) -> str:
    return f"{_value(row[f'mean_{choice}'])} {row[f'verdict_{choice}'].replace('_', ' ')}"


def _in_unit(row: Row, key: str) -> str:
    """A feature's value as pages show it; one of a model of a person's own may have no unit."""
    value = row[key]
    if value is None or row["unit"] not in Unit.__members__.values():
        return _value(value)
    decimals = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    return text.value_words(value, Unit(row["unit"]), decimals)


def _value(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
