"""An open release as every renderer uses it: areas, indicators, comparisons, found when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import likeforlike
from likeforlike.domain.area import Area, AreaRegister
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.indicator import Indicator
from likeforlike.domain.mission import Framework
from likeforlike.domain.money import Fund
from likeforlike.domain.neighbour_model import NeighbourModel, Pool
from likeforlike.domain.period import Period
from likeforlike.domain.provenance import Source
from likeforlike.observations.matrices import MatrixStore
from likeforlike.pipeline.same_powers import SamePowers
from likeforlike.store.manifest import ReadFile
from likeforlike.store.release import OpenRelease, open_release

if TYPE_CHECKING:
    from likeforlike.analysis.benchmark import Benchmark
    from likeforlike.analysis.neighbours import NeighbourSet
    from likeforlike.pipeline.comparisons import Comparisons
    from likeforlike.pipeline.own_tables import OwnTables
    from likeforlike.pipeline.vintages import Vintages

#: The release that comes with the package.
EMBEDDED = Path(likeforlike.__file__).parent / "bundled"


class Catalogue:
    """One release, open. Nothing in it changes, so that everything found once is kept."""

    #: What tells pages apart that are made from more than the release; part of every entity tag.
    variant = ""
    #: Whether latest benchmarks may be read from the release's table.
    stores_benchmarks = True

    def __init__(self, release: OpenRelease) -> None:
        """Take an open release; tables are read when first needed."""
        self.release = release

    @classmethod
    def open(cls, path: Path | None = None) -> Catalogue:
        """Open a release's folder, a folder of releases (its `current` one), or for None the embedded one.

        Raises ReleaseError, saying what to do, where there is none or it is incomplete.
        """
        return cls(open_release(EMBEDDED if path is None else path))

    @property
    def register(self) -> AreaRegister:
        """Every area that exists or existed."""
        return self.release.register

    @property
    def indicators(self) -> Mapping[str, Indicator]:
        """Indicators by id."""
        return self.release.definitions.indicators

    @property
    def sources(self) -> Mapping[str, Source]:
        """Publishers' datasets by id."""
        return self.release.definitions.sources

    @property
    def models(self) -> Mapping[str, NeighbourModel]:
        """Neighbour models by id."""
        return self.release.definitions.neighbour_models

    @property
    def funds(self) -> Mapping[str, Fund]:
        """Funds by id."""
        return self.release.definitions.funds

    @property
    def frameworks(self) -> Mapping[str, Framework]:
        """Policy frameworks by id."""
        return self.release.definitions.frameworks

    @cached_property
    def matrices(self) -> MatrixStore:
        """Every indicator's values as matrices."""
        return MatrixStore(self.release.table("observation"), self.indicators.values(), self.register)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Every area's name by code, those that models bring along included."""
        named = {code: area.name for code, area in self.register.areas.items()}
        return MappingProxyType({**self.comparisons.own.names, **named})

    @cached_property
    def files(self) -> Mapping[str, ReadFile]:
        """The publishers' files by snapshot id."""
        sources = self.release.manifest.sources
        return MappingProxyType({one.snapshot_id: one for source in sources for one in source.files})

    @cached_property
    def powers(self) -> SamePowers:
        """Who may be compared with whom."""
        return SamePowers(self.register, self.models)

    @cached_property
    def comparisons(self) -> Comparisons:
        """Neighbour sets and benchmarks."""
        # Only what is computed anew needs the statistics libraries, which take longer to load than a stored
        # benchmark to read.
        from likeforlike.pipeline.comparisons import Comparisons  # noqa: PLC0415

        return Comparisons(self.matrices, self.register, self.indicators, self.models, self._own_tables())

    def _own_tables(self) -> OwnTables:
        """What models bring with them; nothing in a release made without such models."""
        from likeforlike.pipeline.own_tables import OwnTables  # noqa: PLC0415 - as above

        if "model_feature" not in self.release.manifest.tables:
            return OwnTables()
        return OwnTables.of(self.release.table("model_feature"), self.release.table("published_neighbour"))

    @cached_property
    def vintages(self) -> Vintages:
        """Earlier editions of the figures; none in a release that keeps none."""
        from likeforlike.pipeline.vintages import Vintages  # noqa: PLC0415 - as above

        if "vintage" not in self.release.manifest.tables:
            return Vintages()
        return Vintages(self.release.table("vintage"), self.release.table("observation_vintage"))

    def area(self, text: str) -> Area:
        """The area that a code or name means; NotFoundError with near matches for none."""
        return self.register.resolve(text)

    def indicator(self, indicator_id: str) -> Indicator:
        """An indicator by its id; NotFoundError with near matches, by id or by words of the title."""
        if indicator_id in self.indicators:
            return self.indicators[indicator_id]
        raise NotFoundError(
            f"There is no indicator {indicator_id!r}.",
            instead="`likeforlike indicators` lists them all.",
            suggestions=_like(indicator_id, self.indicators),
        )

    def pool(self, indicator: Indicator, area: Area) -> Pool:
        """The councils that an area is compared with on an indicator; see `SamePowers.pool`."""
        return self.powers.pool(indicator, area)

    def subject(self, indicator: Indicator, area: Area) -> Area:
        """Whose value an area is shown: a district's county's on an upper-tier indicator, else its own."""
        return self.powers.subject(indicator, area)

    def model_for(self, pool: Pool, model_id: str | None = None) -> NeighbourModel:
        """The model that compares a pool: the default, or the one asked for; see `SamePowers.model_for`."""
        return self.powers.model_for(pool, model_id)

    def neighbours(self, model_id: str, without: str | None = None, year: int | None = None) -> NeighbourSet:
        """Every area's neighbours; without the features of one indicator, or those of a year's own model.

        Raises RequestError for a year that the model has no list of.
        """
        if year is None:
            return self.comparisons.neighbours(model_id, without)
        model = self.powers.model(model_id)
        _, sets = self.comparisons.yearly_of(model if without is None else model.without(without))
        if year not in sets:
            raise RequestError(
                f"The model {model_id!r} has no list of {year}.",
                instead=f"Write a year from {min(sets)} to {max(sets)}.",
            )
        return sets[year]

    def benchmark(self, indicator_id: str, pool: Pool, model_id: str | None = None) -> Benchmark:
        """One indicator's comparisons for a pool, all periods; NotFoundError for an unknown indicator."""
        return self.comparisons.benchmark(self.indicator(indicator_id).id, pool, model_id)

    def latest_period(self, indicator_id: str, pool: Pool) -> Period | None:
        """The newest period that nine tenths of the areas have reached; None where none has a value."""
        matrix = self.matrices.matrix(self.indicator(indicator_id).id, pool)
        return matrix.periods[matrix.latest_column()] if matrix.periods else None


def _like(text: str, indicators: Mapping[str, Indicator]) -> list[str]:
    """Ids most like the text, first those whose id or title holds all its words."""
    words = text.lower().replace("-", " ").replace("_", " ").split()
    holding = [
        one.id
        for one in indicators.values()
        if words and all(word in f"{one.id} {one.title}".lower() for word in words)
    ]
    near = get_close_matches(text.lower(), list(indicators), n=3, cutoff=0.5)
    return list(dict.fromkeys([*sorted(holding, key=len), *near]))[:3]
