"""The step of a build that holds targets against figures, and funded councils against councils like them."""

from __future__ import annotations

import polars as pl

from likeforlike.pipeline.changes import change_tables
from likeforlike.pipeline.context import BuildContext
from likeforlike.pipeline.fund_register import read_register
from likeforlike.pipeline.progress import PROGRESS_SCHEMA, TARGET_SCHEMA, framework_tables


def mission_tables(context: BuildContext) -> dict[str, pl.DataFrame]:
    """Tables `target`, `target_progress`, `change`, `change_event` and `change_area`."""
    definitions, comparisons = context.definitions, context.comparisons
    register = read_register(context)
    by_framework = [
        framework_tables(
            one, indicators=definitions.indicators, comparisons=comparisons, register=context.register
        )
        for one in definitions.frameworks.values()
    ]
    changes = change_tables(
        register.allocation,
        register.area,
        funds=definitions.funds,
        indicators=definitions.indicators,
        comparisons=comparisons,
        register=context.register,
    )
    return {
        "target": pl.concat([TARGET_SCHEMA.to_frame(), *(one["target"] for one in by_framework)]),
        "target_progress": pl.concat(
            [PROGRESS_SCHEMA.to_frame(), *(one["target_progress"] for one in by_framework)]
        ),
        **changes,
    }
