"""Files that name councils and have no codes: whose names are not England's, and the codes of the rest.

Such a file cannot be filtered by code, and a name that is in no list must stop a build: it may be a council of
England written in a new way.
"""

from __future__ import annotations

from collections.abc import Set

import polars as pl

from likeforlike.domain.area import AreaRegister
from likeforlike.domain.errors import RequestError, SourceChangedError
from likeforlike.sources.reading import SOURCE_ROW

SCOTLAND_AND_WALES = frozenset(
    {
        *(
            "Aberdeen City",
            "Aberdeenshire",
            "Angus",
            "Argyll and Bute",
            "City of Edinburgh",
            "Clackmannanshire",
        ),
        *("Dumfries and Galloway", "Dundee City", "East Ayrshire", "East Dunbartonshire", "East Lothian"),
        *("East Renfrewshire", "Falkirk", "Fife", "Glasgow City", "Highland", "Inverclyde", "Midlothian"),
        *("Moray", "Na h-Eileanan Siar", "North Ayrshire", "North Lanarkshire", "Orkney Islands"),
        *("Perth and Kinross", "Renfrewshire", "Scottish Borders", "Shetland Islands", "South Ayrshire"),
        *(
            "South Lanarkshire",
            "Stirling",
            "West Dunbartonshire",
            "West Lothian",
            "Blaenau Gwent",
            "Bridgend",
        ),
        *("Caerphilly", "Cardiff", "Carmarthenshire", "Ceredigion", "Conwy", "Denbighshire", "Flintshire"),
        *("Gwynedd", "Isle of Anglesey", "Merthyr Tydfil", "Monmouthshire", "Neath Port Talbot", "Newport"),
        *("Pembrokeshire", "Powys", "Rhondda Cynon Taf", "Rhondda Cynon Taff", "Swansea", "Torfaen"),
        *("Vale of Glamorgan", "Wrexham"),
    }
)
NORTHERN_IRELAND = frozenset(
    {
        *(
            "Antrim and Newtownabbey",
            "Ards and North Down",
            "Armagh City, Banbridge and Craigavon",
            "Belfast",
        ),
        *("Causeway Coast and Glens", "Derry City and Strabane", "Fermanagh and Omagh"),
        *("Lisburn and Castlereagh", "Mid and East Antrim", "Mid Ulster", "Newry, Mourne and Down"),
    }
)


def with_codes(
    table: pl.DataFrame, register: AreaRegister, elsewhere: Set[str], file: str, source_id: str
) -> pl.DataFrame:
    """The table with the `area_code` of every `area_name`, without the rows of councils `elsewhere`.

    The table must carry `source_row`. Raises SourceChangedError, with the first row, for any other name that the
    register does not know.
    """
    here = table.filter(~pl.col("area_name").is_in(elsewhere))
    codes: dict[str, str] = {}
    for name, row in here.group_by("area_name").agg(pl.col(SOURCE_ROW).min()).sort(SOURCE_ROW).iter_rows():
        try:
            codes[name] = register.resolve(name).code
        except RequestError as problem:
            raise SourceChangedError(
                source_id,
                file,
                expected="the name of a council that is known, here or elsewhere",
                found=repr(name),
                row=row,
                next_step="Add it to the register's other names, or to those outside England.",
            ) from problem
    return here.with_columns(
        pl.col("area_name").replace_strict(codes, default=None, return_dtype=pl.String).alias("area_code")
    )
