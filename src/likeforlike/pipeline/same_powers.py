"""Same powers: which councils are compared with which, whose value a council is shown, by which model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from likeforlike.domain.area import Area, AreaKind, AreaRegister
from likeforlike.domain.errors import NotFoundError, RequestError
from likeforlike.domain.indicator import Indicator, Tier
from likeforlike.domain.neighbour_model import NeighbourModel, Pool

#: The model that compares councils where nobody chooses another.
DEFAULT_MODELS = {Pool.LOWER_TIER: "overall", Pool.UPPER_TIER: "overall-upper"}
POOL_WORDS = {
    Pool.LOWER_TIER: "districts and single-tier councils",
    Pool.UPPER_TIER: "counties and single-tier councils",
    Pool.OWN_TABLE: "the rows of a table of its own",
}


@dataclass(frozen=True)
class SamePowers:
    """The rules of comparison for one release's areas and models."""

    register: AreaRegister
    models: Mapping[str, NeighbourModel]

    def pool(self, indicator: Indicator, area: Area) -> Pool:
        """The councils that an area is compared with on an indicator: those with the same powers.

        Raises RequestError for an area that is no council, and for a county and a service that its
        districts run.
        """
        self.must_be_council(area)
        if area.kind is not AreaKind.COUNTY:
            return Pool.UPPER_TIER if indicator.tier is Tier.UPPER else Pool.LOWER_TIER
        if indicator.tier is Tier.LOWER:
            districts = [self.register.areas[code].name for code in self.register.districts_of(area.code)]
            raise RequestError(
                f"{area.name} is a county council, and {indicator.title!r} ({indicator.id}) is about a "
                f"service that its districts run.",
                instead=f"Ask for a district: {', '.join(districts)}.",
            )
        return Pool.UPPER_TIER

    def must_be_council(self, area: Area) -> None:
        """Raise RequestError for a region, combined authority or country: only councils are compared."""
        if not area.is_council:
            kind = area.kind.value.replace("_", " ")
            raise RequestError(
                f"{area.name} ({area.code}) is a {kind}, and only councils are compared.",
                instead="`likeforlike areas` lists them.",
            )

    def subject(self, indicator: Indicator, area: Area) -> Area:
        """Whose value an area is shown: a district's county's on an upper-tier indicator, else its own."""
        if indicator.tier is Tier.UPPER and area.kind is AreaKind.DISTRICT:
            assert area.county_code is not None, f"the district {area.code} belongs to no county"
            return self.register.areas[area.county_code]
        return area

    def model_for(self, pool: Pool, model_id: str | None = None) -> NeighbourModel:
        """The model that compares a pool: the default one, or the one asked for.

        Raises NotFoundError for an unknown model and RequestError for one that compares another pool.
        """
        if model_id is None:
            return self.models[DEFAULT_MODELS[pool]]
        model = self.model(model_id)
        if model.pool is not pool:
            fitting = sorted(other.id for other in self.models.values() if other.pool is pool)
            raise RequestError(
                f"The model {model_id!r} compares {POOL_WORDS[model.pool]}, not {POOL_WORDS[pool]}.",
                instead=f"Models for those: {', '.join(fitting)}.",
            )
        return model

    def model(self, model_id: str) -> NeighbourModel:
        """A model by its id; NotFoundError with all ids for an unknown one."""
        if model_id not in self.models:
            raise NotFoundError(
                f"There is no neighbour model {model_id!r}.",
                instead=f"There are {', '.join(sorted(self.models))}.",
                suggestions=get_close_matches(model_id, list(self.models), n=2),
            )
        return self.models[model_id]
