"""Quality flags of an open release, as every renderer shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from likeforlike.domain.period import Period
from likeforlike.domain.quality import ALL_COUNCILS, Check, Pattern, Severity
from likeforlike.publish import urls
from likeforlike.publish.pages.page import Frozen
from likeforlike.publish.quality_words import SEVERITIES, SHORT, Seen, period_of, sentence
from likeforlike.publish.vintages import KnownOn

if TYPE_CHECKING:
    from likeforlike.publish.catalogue import Catalogue

ALL = "all councils"
#: What the rows of a table of flags are found by, of a release without one.
_NO_FLAGS = {
    "indicator_id": pl.String,
    "area_code": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "check": pl.String,
}
#: A jump that lasted is told beside later values for so long.
RECENT_DAYS = 731


class QualityFlag(Frozen):
    """One doubt about one number. `value` and `compared` are exact; see `domain.quality.Flag`."""

    indicator_id: str
    indicator: str
    area_code: str
    area_name: str
    period_start: date
    period_end: date
    period: str
    check: Check
    pattern: Pattern
    severity: Severity
    severity_words: str
    short: str
    sentence: str
    value: float | None
    compared: float | None
    compared_start: date | None
    compared_end: date | None
    other_code: str | None
    number: float | None
    url: str

    @property
    def key(self) -> tuple[date, date]:
        """The period it is about."""
        return self.period_start, self.period_end


#: What a row has in files, in order.
FLAG_KEYS = tuple(
    name for name in QualityFlag.model_fields if name not in ("url", "short", "period", "severity_words")
)


class CorrectionLine(Frozen):
    """One value that a declared correction replaced."""

    correction_id: str
    indicator_id: str
    indicator: str
    area_code: str
    area_name: str
    period_start: date
    period_end: date
    period: str
    published: float
    corrected: float | None
    becomes: str
    reason: str
    reference: str
    expires: date
    file: str
    source_row: int
    url: str


def flag_table(catalogue: Catalogue) -> pl.DataFrame:
    """The table of flags; found anew where figures of an earlier day stand in the place of the release's."""
    if isinstance(catalogue, KnownOn):
        # Only earlier figures are checked anew, and the checks take longer to load than a table to read.
        from likeforlike.pipeline.quality import Measured, flag_rows  # noqa: PLC0415

        measured = Measured(catalogue.matrices, catalogue.register, catalogue.base.matrices)
        return pl.concat(
            [flag_rows(measured, one, catalogue.indicators) for one in catalogue.indicators.values()]
        )
    if "quality_flag" not in catalogue.release.manifest.tables:
        return pl.DataFrame(schema=_NO_FLAGS)
    return catalogue.release.table("quality_flag")


@lru_cache(maxsize=4)
def all_flags(catalogue: Catalogue) -> tuple[QualityFlag, ...]:
    """Every flag of the release, by indicator, area and period; none in a release made without checks."""
    rows = flag_table(catalogue).iter_rows(named=True)
    return tuple(_flag(catalogue, row) for row in rows if row["indicator_id"] in catalogue.indicators)


@lru_cache(maxsize=4)
def _by_series(catalogue: Catalogue) -> Mapping[tuple[str, str], tuple[QualityFlag, ...]]:
    found: dict[tuple[str, str], list[QualityFlag]] = {}
    for flag in all_flags(catalogue):
        found.setdefault((flag.indicator_id, flag.area_code), []).append(flag)
    return {key: tuple(flags) for key, flags in found.items()}


def flags_of(catalogue: Catalogue, indicator_id: str, area_code: str) -> tuple[QualityFlag, ...]:
    """The flags of an indicator's series for one area, newest first, those of all councils among them."""
    series = _by_series(catalogue)
    found = (*series.get((indicator_id, area_code), ()), *series.get((indicator_id, ALL_COUNCILS), ()))
    return tuple(sorted(found, key=lambda flag: (flag.period_end, flag.period_start), reverse=True))


def flags_at(
    catalogue: Catalogue, indicator_id: str, area_code: str, period: Period
) -> tuple[QualityFlag, ...]:
    """The flags of one number."""
    series = _by_series(catalogue)
    if (indicator_id, area_code) not in series and (indicator_id, ALL_COUNCILS) not in series:
        return ()
    key = (period.start, period.end)
    return tuple(flag for flag in flags_of(catalogue, indicator_id, area_code) if flag.key == key)


def flags_beside(
    catalogue: Catalogue, indicator_id: str, area_code: str, period: Period
) -> tuple[QualityFlag, ...]:
    """What stands beside a number that is compared: its own flags, and a jump not long before that has lasted.

    The level rests on such a jump, whatever it was; it is named with the period in which it happened.
    """
    before = tuple(
        flag.model_copy(update={"short": f"after a jump ({Period.of(*flag.key).short_label})"})
        for flag in flags_of(catalogue, indicator_id, area_code)
        if flag.pattern is Pattern.STEP and 0 < (period.end - flag.period_end).days <= RECENT_DAYS
    )
    return (*flags_at(catalogue, indicator_id, area_code, period), *before)


@lru_cache(maxsize=4)
def all_corrections(catalogue: Catalogue) -> tuple[CorrectionLine, ...]:
    """Every value that a declared correction replaced, by indicator and period."""
    if "correction" not in catalogue.release.manifest.tables:
        return ()
    return tuple(
        CorrectionLine(
            **{name: row[name] for name in CorrectionLine.model_fields if name in row},
            indicator=catalogue.indicators[row["indicator_id"]].title,
            area_name=catalogue.register.areas[row["area_code"]].name,
            period=Period.of(row["period_start"], row["period_end"]).label,
            url=_url(catalogue, row["indicator_id"], row["current_code"] or row["area_code"]),
        )
        for row in catalogue.release.table("correction").iter_rows(named=True)
        # What was known on an earlier day is one indicator alone.
        if row["indicator_id"] in catalogue.indicators
    )


def corrections_of(
    catalogue: Catalogue, indicator_id: str, area_code: str
) -> Mapping[tuple[date, date], CorrectionLine]:
    """The corrections of an indicator for one area, by period."""
    return {
        (one.period_start, one.period_end): one
        for one in all_corrections(catalogue)
        if (one.indicator_id, one.area_code) == (indicator_id, area_code)
    }


def newest(catalogue: Catalogue, flag: QualityFlag) -> bool:
    """Whether a flag is about a number that scorecards show: the newest period that most councils have reached."""
    latest = latest_ends(catalogue).get(flag.indicator_id)
    return latest is not None and flag.period_end >= latest


@lru_cache(maxsize=4)
def latest_ends(catalogue: Catalogue) -> Mapping[str, date]:
    """The last day of each indicator's newest period that nine tenths of the councils with most have reached."""
    reached = (
        catalogue.release.table("coverage")
        .filter(pl.col("with_value") >= 0.9 * pl.col("with_value").max().over("indicator_id"))
        .group_by("indicator_id")
        .agg(pl.col("period_end").max())
    )
    return dict(reached.iter_rows())


def _flag(catalogue: Catalogue, row: Mapping[str, Any]) -> QualityFlag:
    check, pattern, severity = Check(row["check"]), Pattern(row["pattern"]), Severity(row["severity"])
    indicator = catalogue.indicators[row["indicator_id"]]
    areas = catalogue.register.areas
    everyone = row["area_code"] == ALL_COUNCILS
    period = Period.of(row["period_start"], row["period_end"])
    seen = Seen(
        indicator=indicator,
        period=period,
        compared_period=period_of(row["compared_start"], row["compared_end"]),
        value=row["value"],
        compared=row["compared"],
        number=row["number"],
        other=areas[row["other_code"]].name if row["other_code"] else "",
        all_councils=everyone,
    )
    return QualityFlag(
        **row,
        indicator=indicator.title,
        area_name=ALL if everyone else areas[row["area_code"]].name,
        period=period.label,
        severity_words=SEVERITIES[severity],
        short=SHORT[check],
        sentence=sentence(pattern, seen),
        url=urls.indicator(indicator.id) if everyone else _url(catalogue, indicator.id, row["area_code"]),
    )


def _url(catalogue: Catalogue, indicator_id: str, area_code: str) -> str:
    """The page of the series, or of the indicator where the area has no page of its own."""
    area = catalogue.register.areas.get(area_code)
    current = area is not None and area.is_council and area_code in catalogue.register.current.areas
    return urls.council_indicator(area_code, indicator_id) if current else urls.indicator(indicator_id)
