"""Session tables: what the sessions of a stay are drawn by, for all who have the same."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from iopkit.confidential import while_kept
from iopkit.eligibility.predicates import Predicate
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.scenarios.attending import Attending
from iopkit.scenarios.courses import session_address
from iopkit.scenarios.draws import DrawPurpose, Words
from iopkit.scenarios.weeks import PlannedStay
from iopkit.truth import Truth

Told: TypeAlias = tuple[tuple[Predicate, Truth], ...]
"""How the predicates of habits turn out for the people of a stratum."""


@frozen(eq=False)
class SessionTables:
    """What the sessions of a stay are drawn by: where draws stand, and how many attend.

    ``attending``, ``excused`` and ``tested`` are addresses by session; ``shares`` are thresholds of
    attending by stratum and session. ``is_test`` tells which sessions are drug tests.
    """

    trusts_types = True

    attending: Words
    excused: Words
    tested: Words
    shares: Words
    is_test: NDArray[np.bool_]


@while_kept
def session_tables(
    planned: PlannedStay, attends: Attending, truths: tuple[Told, ...]
) -> SessionTables:
    """The tables of a stay's sessions, for people of some strata."""
    services = planned.service_of_each
    places: list[int] = planned.service.tolist()
    numbers: list[int] = planned.number.tolist()
    weeks: list[int] = (planned.day // 7).tolist()
    sessions = [(each.name, number) for each, number in zip(services, numbers, strict=True)]

    def addresses(purpose: DrawPurpose) -> Words:
        return np.array([session_address(purpose, *each) for each in sessions], np.uint64)

    kinds = [*zip(places, weeks, strict=True)]
    shares = np.zeros((len(truths), len(kinds)), np.uint64)
    for stratum, told in enumerate(truths):
        of = {
            (place, week): attends.threshold(
                week=week,
                service=planned.services[place].name,
                modality=planned.services[place].modality,
                delivery=planned.services[place].delivery,
                truths=dict(told),
            )
            for place, week in set(kinds)
        }
        shares[stratum] = [of[kind] for kind in kinds]
    tests = [each.modality is Modality.DRUG_TESTING for each in services]
    return SessionTables(
        addresses(DrawPurpose.ATTENDING),
        addresses(DrawPurpose.EXCUSED),
        addresses(DrawPurpose.TEST_RESULT),
        shares,
        np.array(tests, np.bool_),
    )
