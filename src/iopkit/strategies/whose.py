"""Places, licenses and scopes: whose rules are, and where sites and patients are."""

from datetime import date

from hypothesis import strategies as st

from iopkit.levels import Edition, LevelOfCare
from iopkit.patients.patients import Whereabouts
from iopkit.payers import Payer
from iopkit.scopes import License, LicenseKind, Scope
from iopkit.states import STATES
from iopkit.strategies.times import days

COUNTIES = ("Cook", "Orange", "Prince George's")
"""Names of counties; few, so that some are the same."""

state_codes = st.sampled_from(["CA", "DC", "IL", "VA"]) | st.sampled_from(sorted(STATES))
"""Codes of states, some of them often."""

insurers = st.sampled_from(["Elm Mutual", "Oak Health"])
"""Companies that insure, by name."""

levels = st.sampled_from(
    [LevelOfCare("1"), LevelOfCare("2.1"), LevelOfCare("2.5"), LevelOfCare("2.1", Edition.FOURTH)]
)
"""Levels of care, some of one number and two editions."""

_starts = st.none() | days(date(2020, 1, 1), date(2027, 1, 1))
_ends = st.none() | days(date(2027, 1, 2), date(2030, 1, 1))


def whereabouts() -> st.SearchStrategy[Whereabouts]:
    """States with and without a county, for an open or a known span."""
    return _WHEREABOUTS


def licenses() -> st.SearchStrategy[License]:
    """Licenses of each kind with and without a level, for an open or a known span."""
    return _LICENSES


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    """Scopes of everybody, and of a state, county, payer, some licenses and a level."""
    state = draw(st.none() | state_codes)
    payer = draw(st.none() | st.sampled_from(Payer))
    return Scope(
        state,
        draw(st.none() | st.sampled_from(COUNTIES)) if state else None,
        payer,
        draw(st.none() | insurers) if payer is Payer.COMMERCIAL else None,
        draw(st.frozensets(st.sampled_from(LicenseKind), max_size=2)),
        draw(st.none() | levels),
    )


_COUNTIES = st.none() | st.sampled_from(COUNTIES)
_WHEREABOUTS = st.builds(Whereabouts, state_codes, _COUNTIES, _starts, _ends)
_LICENSES = st.builds(License, st.sampled_from(LicenseKind), st.none() | levels, _starts, _ends)
