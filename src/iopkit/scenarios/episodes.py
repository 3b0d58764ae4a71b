"""Episodes: what came of each referral in some replications of a scenario, as arrays."""

import numpy as np
from numpy.typing import NDArray

from iopkit.confidential import hidden
from iopkit.courses.stays import DischargeReason
from iopkit.fields import frozen
from iopkit.scenarios.costs import RunningCosts
from iopkit.scenarios.draws import Words
from iopkit.scenarios.requests import Codes, Days


@frozen(eq=False)
class EpisodeSessions:
    """What the sessions of each episode came to, on the days of the scenario.

    By episode: ``due`` and ``attended`` count sessions, and ``excused`` those of the others that
    were excused; ``minutes`` are those attended and ``minutes_due`` those of all that were due;
    ``last_day`` is the day of the stay of the last one attended, -1 where none was; ``tests``
    counts the drug tests among those attended and ``positive_tests`` those that found use. By
    replication and week of the scenario: ``due_by_week``, ``attended_by_week``,
    ``minutes_by_week``.
    """

    trusts_types = True

    due: Days
    attended: Days
    excused: Days
    minutes: Days
    minutes_due: Days
    last_day: Days
    tests: Days
    positive_tests: Days
    due_by_week: NDArray[np.int64]
    attended_by_week: NDArray[np.int64]
    minutes_by_week: NDArray[np.int64]

    __repr__ = hidden


@frozen(eq=False)
class EpisodeCharges:
    """What the attended sessions of each episode are charged as, on the days of the scenario.

    By episode: ``units`` of all codes, ``cents`` of those that have a rate, and ``unrated``, the
    units of those that have none. By replication and week of the scenario, of the days that lines
    are on: the same.
    """

    trusts_types = True

    units: NDArray[np.int64]
    cents: NDArray[np.int64]
    unrated: NDArray[np.int64]
    units_by_week: NDArray[np.int64]
    cents_by_week: NDArray[np.int64]
    unrated_by_week: NDArray[np.int64]

    __repr__ = hidden


@frozen(eq=False)
class EpisodeFindings:
    """In how many weeks of each episode all that is required of a week is met, or is not.

    Weeks are those of the stay that were spent in care to their end, within the scenario.
    ``by_requirement`` counts them by replication, by place in ``requirements``, and by met, unmet
    and undetermined.
    """

    trusts_types = True

    requirements: tuple[str, ...]
    met: Days
    unmet: Days
    undetermined: Days
    by_requirement: NDArray[np.int64]

    __repr__ = hidden


@frozen(eq=False)
class EpisodeTravel:
    """The minutes that patients travel to what they attend and back, on the days of the scenario.

    ``minutes`` is by episode, 0 where it is not known how far away somebody is, and
    ``minutes_by_week`` by replication and week; there and back are whole minutes together.
    """

    trusts_types = True

    minutes: NDArray[np.int64]
    minutes_by_week: NDArray[np.int64]

    __repr__ = hidden


@frozen(eq=False)
class Episodes:
    """What came of each referral: a row each, replication by replication.

    ``replication`` is its place among those that were run. ``stream`` is the chance of the episode,
    ``person`` a row of the population and ``stratum`` what the habits tell apart. ``referred`` is
    the day of referral and ``ready`` the one from which a seat was waited for. ``eligible`` is 1,
    0, or -1 where an assessment had to tell, and ``admissible`` what came of it; ``before`` is for
    those in care as the scenario begins. ``outcome`` is a ``RequestOutcome`` and ``day``
    the day of it; ``offered`` is the day on which a seat was offered, ``start`` the first of the
    stay, ``NO_DAY`` for none. ``stay`` are days in care and ``reason`` a place in ``reasons``, of
    the whole stay, whether or not it ends within the scenario. ``follows`` is the row of the stay
    after which somebody came back, -1 for a first one, and ``uses`` tells of each week of a stay
    whether the patient uses, with no column where nobody asks. Where phases end by conditions,
    ``phase_weeks`` is how long each phase of the stay is, and ``unmet`` which of them end at their
    most weeks without their condition; else neither has a column. ``unsure`` are those who complete
    although it is not known whether they meet the condition of the discharge. ``program`` is the
    place of the program, 0 for the scenario's first, and ``goes_on`` is for those who come from
    another stay by a follow-on, and have not asked anew. ``costs``
    are those of the scenario. Days count from its first.
    """

    trusts_types = True

    replications: tuple[int, ...]
    weeks: int
    reasons: tuple[DischargeReason, ...]
    replication: NDArray[np.intp]
    stream: Words
    person: Days
    stratum: NDArray[np.intp]
    referred: Days
    ready: Days
    eligible: NDArray[np.int8]
    admissible: NDArray[np.bool_]
    before: NDArray[np.bool_]
    offered: Days
    start: Days
    outcome: Codes
    day: Days
    pools: Codes
    stay: Days
    reason: Days
    follows: NDArray[np.intp]
    uses: NDArray[np.bool_]
    phase_weeks: Days
    unmet: NDArray[np.bool_]
    unsure: NDArray[np.bool_]
    program: Codes
    goes_on: NDArray[np.bool_]
    attendance: EpisodeSessions | None = None
    charges: EpisodeCharges | None = None
    findings: EpisodeFindings | None = None
    travel: EpisodeTravel | None = None
    costs: RunningCosts | None = None

    @property
    def days(self) -> int:
        """How many days the scenario has."""
        return self.weeks * 7

    def __len__(self) -> int:
        return len(self.replication)

    __repr__ = hidden
