"""What stands beside every figure of the funding pages: what is missing, and how to read it."""

from __future__ import annotations

MISSING = (
    "Not here: the UK Shared Prosperity Fund and Rural England Prosperity Fund, the Community Renewal Fund, "
    "30 of the 55 awards of the third round of the Levelling Up Fund (of the 25 that could be read 20 are in "
    "England), Levelling Up Partnerships, capital "
    "regeneration projects of 2023, the Community Ownership Fund, cultural funds (Cultural Development Fund, "
    "Arts Council grants), freeports and investment zones, Local Growth and Transforming Cities money, and "
    "money for Scotland, Wales and Northern Ireland. No complete list of what each council had of them was "
    "among the files read.",
    "No money here means none in these funds. The council may have had other money.",
    "Rules of selection differ: some places were invited, some competed, some follow a formula. Councils "
    "that did not bid are not told apart from councils that lost.",
    "Editions of the Indices of Deprivation compare in the order of councils, not in level.",
    "Amounts are nominal: pounds of the years in which they were announced, not adjusted for prices. "
    "No price index is among the files read; the command line takes a table of prices of yours.",
    "Awards to counties, combined authorities and several councils keep their recipient. They are left out "
    "of a council's own total unless the title names the place; every treatment is in the table of "
    "specifications.",
    "This describes who got money. It says nothing of why, or of what the money did.",
)
OWN_FILE = (
    "Try your own fund: likeforlike alignment --fund-file my-fund.csv, with the columns recipient_code, "
    "amount_gbp, date."
)
BAND_NOTE = (
    "Gap: pounds per head above or below a share in proportion to need. The middle figure is the median over "
    "measures of "
    "need; least and most are what single measures say. The width is disagreement between measures, not "
    "sampling error."
)
PARTS_NOTE = (
    "Money per head among lower-tier areas; awards to several councils are left out. Years are financial years "
    "of the announcement. The file gives no day for each Town Deal; all count in the year of the first, though "
    "some were announced in the next. Need and population are those of the day with which half of the part's "
    "money had been announced."
)
