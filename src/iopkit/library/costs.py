"""What levels of care cost, where somebody counted."""

from decimal import Decimal

from iopkit.charges.costs import CostFigure, Period
from iopkit.levels import LevelOfCare
from iopkit.placement.tradeoffs import VETERANS, VETERANS_EPISODES
from iopkit.sources import Grade, Source

# The table is the one that the National Institute on Drug Abuse printed of the paper.
_DATSTATS = Source(
    "Roebuck, French and McLellan 2003, DATStats, J Subst Abuse Treat 25:51-57",
    Grade.OFFICIAL,
    "https://archives.nida.nih.gov/news-events/nida-notes/2005/01/-economists-offer-program-for-costing-out-drug-abuse-treatment",
)


_DATSTATS_YEAR = 2001
# Care, level, programs; dollars a week, an episode, and weeks of stay, each with its deviation.
_DATSTATS_ROWS = (
    ("Standard outpatient", LevelOfCare("1"), 14, (121, 85), (1944, 1960), (17.0, 9.0)),
    ("Intensive outpatient", LevelOfCare("2.1"), 6, (462, 243), (4445, 6302), (7.0, 8.0)),
    ("Methadone clinic", None, 11, (91, 33), (7358, 3849), (99.0, 53.0)),
    ("Adolescent outpatient", None, 13, (194, 91), (2678, 2787), (13.0, 6.0)),
    ("Drug court", None, 9, (82, 43), (3463, 2187), (46.0, 20.0)),
)

COSTS: tuple[CostFigure, ...] = (
    *(
        CostFigure(
            *(care, Period.WEEK, Decimal(week[0]), _DATSTATS, level, Decimal(week[1])),
            programs=programs,
            year=_DATSTATS_YEAR,
        )
        for care, level, programs, week, _, _ in _DATSTATS_ROWS
    ),
    *(
        CostFigure(
            *(care, Period.EPISODE, Decimal(episode[0]), _DATSTATS, level, Decimal(episode[1])),
            programs=programs,
            year=_DATSTATS_YEAR,
            stay_weeks=stay[0],
            stay_weeks_sd=stay[1],
        )
        for care, level, programs, _, episode, stay in _DATSTATS_ROWS
    ),
    *(
        CostFigure(
            *(episode.care, Period.EPISODE, Decimal(episode.dollars), VETERANS, episode.level),
            stay_days=episode.days,
        )
        for episode in VETERANS_EPISODES
    ),
)
"""Every shipped figure. A mean week times a mean stay is not a mean episode."""
