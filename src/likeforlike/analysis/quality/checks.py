"""All checks of one indicator, each doubt told once."""

from __future__ import annotations

from likeforlike.analysis.quality.copies import copied
from likeforlike.analysis.quality.jumps import jumps
from likeforlike.analysis.quality.levels import false_zeros, stopped_reporting
from likeforlike.analysis.quality.series import Series
from likeforlike.analysis.quality.slips import unit_slips
from likeforlike.domain.matrix import BoolArray
from likeforlike.domain.quality import Check, Flag


def find_flags(series: Series, explained: BoolArray, *, reported: bool = True) -> list[Flag]:
    """Every flag of one indicator that its own matrix gives, by row and column.

    `explained` marks councils (rows) whose newest value is withheld for a stated reason. `reported` is False for
    estimates from samples, whose absence is no council's silence. A jump into or out of a value that another
    check has found wrong is not told again.
    """
    wrong = [*unit_slips(series), *false_zeros(series)]
    cells = {(flag.row, flag.column) for flag in wrong}
    columns = {flag.column for flag in wrong if flag.row < 0}
    further = [
        flag
        for flag in jumps(series)
        if (flag.row, flag.column) not in cells
        and (flag.row, flag.compared_column) not in cells
        and not {flag.column, flag.compared_column} & columns
    ]
    silent = stopped_reporting(series, explained) if reported else []
    return sorted(
        [*wrong, *further, *copied(series), *silent],
        key=lambda flag: (flag.row, flag.column, list(Check).index(flag.check), flag.compared_row),
    )
