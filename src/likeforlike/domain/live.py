"""Live downloads: what is fetched from which publisher, how politely, and which raw file it becomes."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FaultKind(StrEnum):
    """Everything that may go wrong between a publisher and a raw file."""

    UNREACHABLE = "unreachable"  # no connection, or it broke before the body was whole
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"  # 4xx: the address, or what was asked for, is wrong
    REDIRECTS = "redirects"  # a loop, or an address on a host that is not declared
    WRONG_RANGE = "wrong_range"
    TRUNCATED = "truncated"  # fewer records or bytes than the publisher says there are
    DAMAGED = "damaged"  # gzip, zip or workbook that cannot be unpacked
    ENCODING = "encoding"
    SHAPE = "shape"  # JSON or CSV of another shape
    CHANGED_COLUMNS = "changed_columns"
    FEWER_RECORDS = "fewer_records"
    NOT_LISTED = "not_listed"  # the publisher's list no longer holds what was declared
    UNREADABLE = "unreadable"  # the source module, or the build, does not accept it


class Pacing(_Part):
    """How politely and how long: limits of one publisher's host."""

    requests_per_second: float = Field(default=1.0, gt=0)
    burst: int = Field(default=1, ge=1)
    attempts: int = Field(default=5, ge=1)
    wait_seconds: float = Field(default=1.0, ge=0, description="before the second attempt; it doubles")
    longest_wait_seconds: float = Field(default=120.0, ge=0)
    silence_seconds: float = Field(default=60.0, gt=0, description="without a byte")
    longest_seconds: float = Field(default=600.0, gt=0, description="for one answer")
    largest_bytes: int = Field(default=200_000_000, gt=0)
    redirects: int = Field(default=5, ge=0)


class Key(_Part):
    """A key that may be given, never has to be: the environment's variable, and where it goes."""

    variable: str
    parameter: str


class ElsIndicator(_Part):
    """One indicator of the service: its name in addresses, and what the raw file calls it."""

    slug: str
    label: str
    measure: str
    unit: str


class ElsRequest(_Part):
    """Every area and period of one or more indicators, which make one raw file."""

    kind: Literal["ons_explore_local_statistics"]
    indicators: tuple[ElsIndicator, ...] = Field(min_length=1)


class NomisRequest(_Part):
    """One query, read page by page."""

    kind: Literal["nomis"]
    dataset: str = Field(pattern=r"^NM_\d+_\d+$")
    query: dict[str, str]
    area_types: tuple[str, ...] = Field(description="kinds of area that the answer may hold, in its words")
    page_size: int = Field(default=25_000, ge=1)


class FingertipsRequest(_Part):
    """One indicator for one or more kinds of area."""

    kind: Literal["ohid_fingertips"]
    indicator_id: int
    area_type_ids: tuple[int, ...] = Field(min_length=1)
    label: str
    measure: str
    unit: str = Field(default="", description="what the raw file says; the sex where it is empty")
    sex: bool = Field(default=False, description="whether the sex stands as the group")
    periods: str = Field(default="", description="pattern of the periods that are taken; all when empty")


class EesRequest(_Part):
    """One data set of one publication, found by their titles, as one CSV file."""

    kind: Literal["dfe_explore_education_statistics"]
    publication: str
    data_set: str
    columns: tuple[str, ...] = Field(min_length=1, description="columns that must be there")


class PoliceRequest(_Part):
    """The newest months of the monthly archive, personal details left out."""

    kind: Literal["police_uk"]
    months: int = Field(default=1, ge=1, le=36)
    forces: tuple[str, ...] = Field(min_length=1)


class GovukRequest(_Part):
    """One attachment of a page on GOV.UK."""

    kind: Literal["mhclg_govuk"]
    page: str = Field(pattern=r"^[a-z0-9][a-z0-9/-]*$")
    attachment: str = Field(description="pattern of the attachment's title")
    later: str = Field(default="", description="pattern of titles of other editions, which are reported")


Request = Annotated[
    ElsRequest | NomisRequest | FingertipsRequest | EesRequest | PoliceRequest | GovukRequest,
    Field(discriminator="kind"),
]


class Download(_Part):
    """One raw file that is made from what a publisher's service answers."""

    file: str = Field(description="path under the folder of raw files")
    source: str = Field(default="", description="the source that reads the file; empty while none does")
    request: Request
    rows_at_least: int = Field(ge=1)
    share_at_least: float = Field(default=0.9, gt=0, le=1, description="of the rows of the last snapshot")
    #: Rows of the file that stands and that the answer does not have, told by these columns, are kept.
    augments: tuple[str, ...] = ()
    on_request: bool = Field(default=False, description="fetched only when its service is named")


class LiveService(_Part):
    """One publisher's service, as declared in `definitions/live/`."""

    id: str = Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$")
    title: str
    connector: Literal[
        "ons_explore_local_statistics",
        "nomis",
        "ohid_fingertips",
        "dfe_explore_education_statistics",
        "police_uk",
        "mhclg_govuk",
    ]
    base: str
    other_hosts: tuple[str, ...] = ()
    documents: str
    pacing: Pacing = Pacing()
    key: Key | None = None
    notes: tuple[str, ...] = ()
    downloads: tuple[Download, ...]

    @model_validator(mode="before")
    @classmethod
    def _kinds(cls, data: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """A request is of the service's own kind, so that a file says it once."""
        if not isinstance(data, dict) or not isinstance(data.get("downloads"), list | tuple):
            return data
        downloads = [
            {**one, "request": {"kind": data.get("connector"), **one["request"]}}
            if isinstance(one, dict) and isinstance(one.get("request"), dict)
            else one
            for one in data["downloads"]
        ]
        return {**data, "downloads": downloads}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """Refuse an address without encryption, another connector's request, and a file made twice."""
        parts = urlsplit(self.base)
        if not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))):
            raise ValueError(f"the address must begin with https://; found {self.base}")
        if any(one.request.kind != self.connector for one in self.downloads):
            raise ValueError("a request of another connector stands among the downloads")
        files = [one.file for one in self.downloads]
        twice = sorted({file for file in files if files.count(file) > 1})
        if twice:
            raise ValueError(f"two downloads make {twice[0]}; keep one")
        return self

    @property
    def host(self) -> str:
        """The host with its port, as addresses write it."""
        return urlsplit(self.base).netloc


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
