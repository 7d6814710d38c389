"""What pages and commands read about missions: the release's frameworks, and a person's own beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from likeforlike.definitions.loader import load_framework
from likeforlike.definitions.reading import line_of
from likeforlike.domain.errors import DefinitionError, NotFoundError
from likeforlike.domain.framework_checks import problems
from likeforlike.domain.mission import Framework, Mission, Target
from likeforlike.publish.catalogue import Catalogue

#: What /missions shows first: the framework that councils are held to now.
FIRST = "local-outcomes-2026"


class WithFramework(Catalogue):
    """A release with one more framework, computed when it is opened; everything else is the release's."""

    def __init__(self, catalogue: Catalogue, own: Framework) -> None:
        """Hold a person's framework against the release's figures."""
        super().__init__(catalogue.release)
        # Computing anew needs the statistics libraries, which the pages of a stored release do not.
        from likeforlike.pipeline.progress import framework_tables  # noqa: PLC0415

        self.own = own
        self.variant = f"-{sha256(own.model_dump_json().encode()).hexdigest()[:12]}"
        self.own_tables = framework_tables(
            own, indicators=self.indicators, comparisons=self.comparisons, register=self.register
        )

    @property
    def frameworks(self) -> Mapping[str, Framework]:
        """Frameworks by id, the person's own first."""
        return {self.own.id: self.own, **self.release.definitions.frameworks}


def own_framework(catalogue: Catalogue, path: Path, as_of: date) -> WithFramework:
    """The release with the framework of a file.

    Raises DefinitionError, with line and what to write, for a file that does not fit, an unknown indicator or
    fund, an id that is taken, or a target whose date is not after `as_of`.
    """
    own = load_framework(path, catalogue.release.definitions)
    if own.id in catalogue.frameworks:
        raise DefinitionError(
            f"The id {own.id!r} is taken by a framework of the release.",
            file=str(path),
            line=line_of(path, ("id",)),
            instead="Choose another id.",
        )
    known = catalogue.release.definitions
    for one in problems(own, indicator_ids=known.indicators, fund_ids=known.funds, as_of=as_of):
        raise DefinitionError(one.problem, file=str(path), line=line_of(path, one.path), instead=one.instead)
    return WithFramework(catalogue, own)


def mission_table(catalogue: Catalogue, name: str) -> pl.DataFrame:
    """Table `target` or `target_progress`, with the person's own framework where there is one."""
    table = catalogue.release.table(name)
    return pl.concat([catalogue.own_tables[name], table]) if isinstance(catalogue, WithFramework) else table


def framework_of(catalogue: Catalogue, framework_id: str) -> Framework:
    """A framework by its id; NotFoundError with all ids."""
    if framework_id not in catalogue.frameworks:
        raise NotFoundError(
            f"There is no framework {framework_id!r}.",
            instead=f"There are {', '.join(catalogue.frameworks)}.",
            suggestions=get_close_matches(framework_id, list(catalogue.frameworks), n=2, cutoff=0.3),
        )
    return catalogue.frameworks[framework_id]


def first_framework(catalogue: Catalogue) -> Framework:
    """The framework shown where nobody chooses one: a person's own, else the current one."""
    if isinstance(catalogue, WithFramework):
        return catalogue.own
    return catalogue.frameworks.get(FIRST) or next(iter(catalogue.frameworks.values()))


def mission_of(framework: Framework, mission_id: str) -> Mission:
    """A mission by id or number; NotFoundError with near matches."""
    found = framework.mission(mission_id)
    if found is None:
        ids = [one.id for one in framework.missions]
        raise NotFoundError(
            f"{framework.title} has no {framework.mission_word} {mission_id!r}.",
            instead=f"It has {', '.join(ids)}.",
            suggestions=get_close_matches(mission_id, ids, n=2, cutoff=0.4),
        )
    return found


def target_of(catalogue: Catalogue, target_id: str) -> tuple[Framework, Mission, Target]:
    """A target by its id, in whichever framework has it; NotFoundError with near matches."""
    found = {
        target.id: (framework, mission, target)
        for framework in catalogue.frameworks.values()
        for mission in framework.missions
        for target in mission.targets
    }
    if target_id not in found:
        raise NotFoundError(
            f"There is no target {target_id!r}.",
            instead="`likeforlike missions` lists them all.",
            suggestions=get_close_matches(target_id, list(found), n=2, cutoff=0.4),
        )
    return found[target_id]


def target_rows(catalogue: Catalogue, framework_id: str) -> dict[str, dict[str, Any]]:
    """Rows of `target` of one framework by target id."""
    rows = mission_table(catalogue, "target").filter(pl.col("framework_id") == framework_id)
    return {row["target_id"]: row for row in rows.iter_rows(named=True)}


def area_progress(catalogue: Catalogue, framework_id: str, area_code: str) -> dict[str, dict[str, Any]]:
    """Rows of `target_progress` of one framework and area by target id."""
    rows = mission_table(catalogue, "target_progress").filter(
        (pl.col("framework_id") == framework_id) & (pl.col("area_code") == area_code)
    )
    return {row["target_id"]: row for row in rows.iter_rows(named=True)}


def changes(catalogue: Catalogue) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of `change` by fund and indicator."""
    rows = catalogue.release.table("change").iter_rows(named=True)
    return {(row["fund_id"], row["indicator_id"]): row for row in rows}


def fund_totals(catalogue: Catalogue) -> dict[str, float]:
    """Pounds in the register by fund, in England, as published; different kinds are not added."""
    table = catalogue.release.table("allocation").group_by("fund_id").agg(pl.col("amount_gbp").sum())
    return dict(table.iter_rows())


def area_money(catalogue: Catalogue, area_code: str) -> dict[str, tuple[float, bool]]:
    """Pounds by fund that reached one council's area, and whether some of it is an equal share of a joint
    award.
    """
    areas = catalogue.release.table("allocation_area").filter(pl.col("area_code") == area_code)
    table = (
        areas.join(
            catalogue.release.table("allocation").select("allocation_id", "fund_id", "amount_gbp"),
            on="allocation_id",
        )
        .group_by("fund_id")
        .agg((pl.col("amount_gbp") * pl.col("share")).sum(), (pl.col("method") == "several").any())
        .sort("fund_id")
    )
    return {fund_id: (amount, shared) for fund_id, amount, shared in table.iter_rows()}
