"""States of the United States, by their postal codes."""

from collections.abc import Mapping
from types import MappingProxyType

from iopkit.errors import Fault, unless

STATES: Mapping[str, str] = MappingProxyType(
    {
        "AL": "Alabama",
        "AK": "Alaska",
        "AZ": "Arizona",
        "AR": "Arkansas",
        "CA": "California",
        "CO": "Colorado",
        "CT": "Connecticut",
        "DE": "Delaware",
        "DC": "the District of Columbia",
        "FL": "Florida",
        "GA": "Georgia",
        "HI": "Hawaii",
        "ID": "Idaho",
        "IL": "Illinois",
        "IN": "Indiana",
        "IA": "Iowa",
        "KS": "Kansas",
        "KY": "Kentucky",
        "LA": "Louisiana",
        "ME": "Maine",
        "MD": "Maryland",
        "MA": "Massachusetts",
        "MI": "Michigan",
        "MN": "Minnesota",
        "MS": "Mississippi",
        "MO": "Missouri",
        "MT": "Montana",
        "NE": "Nebraska",
        "NV": "Nevada",
        "NH": "New Hampshire",
        "NJ": "New Jersey",
        "NM": "New Mexico",
        "NY": "New York",
        "NC": "North Carolina",
        "ND": "North Dakota",
        "OH": "Ohio",
        "OK": "Oklahoma",
        "OR": "Oregon",
        "PA": "Pennsylvania",
        "RI": "Rhode Island",
        "SC": "South Carolina",
        "SD": "South Dakota",
        "TN": "Tennessee",
        "TX": "Texas",
        "UT": "Utah",
        "VT": "Vermont",
        "VA": "Virginia",
        "WA": "Washington",
        "WV": "West Virginia",
        "WI": "Wisconsin",
        "WY": "Wyoming",
        "AS": "American Samoa",
        "GU": "Guam",
        "MP": "the Northern Mariana Islands",
        "PR": "Puerto Rico",
        "VI": "the U.S. Virgin Islands",
    }
)
"""Names by code: the fifty states, the District of Columbia and the five territories."""


def place_faults(state: str | None, county: str | None) -> tuple[Fault, ...]:
    """What is wrong with a state and a county in it; neither is shown, as they may be a patient's.

    A county's name goes without the word "County", so that one county has one name.
    """
    code = "a two-letter code of a state, DC or a territory, such as 'IL'"
    name = county is None or (county.strip() == county != "" and not _has_word(county))
    return (
        *unless(state is None or state in STATES, "state", code, "another text"),
        *unless(name, "county", "a name without the word 'County', such as 'Orange'", "another"),
        *unless(county is None or state is not None, "county", "a county beside its state", "one"),
    )


def _has_word(county: str) -> bool:
    return county.casefold().endswith(" county")
