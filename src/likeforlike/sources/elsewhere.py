"""Councils outside England, under the names that publishers give them in files of names alone.

Such a file cannot be filtered by code, and a name that is in no list must stop a build: it may be a council of
England written in a new way.
"""

from __future__ import annotations

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
