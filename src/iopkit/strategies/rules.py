"""Requirement sets."""

from datetime import date

from hypothesis import strategies as st

from iopkit.levels import AgeGroup
from iopkit.modalities import Modality
from iopkit.requirements.demands import (
    Caseload,
    Counting,
    DailyHours,
    Demand,
    Frequency,
    GroupSize,
    LedBy,
    LongestGap,
    PlanLength,
    PlanPart,
    Reviews,
    WeeklyDays,
    WeeklyHours,
    WeeklyServices,
    WrittenPlan,
)
from iopkit.requirements.milestones import MilestoneKind, Signer
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.strategies.times import minutes_long, short_names
from iopkit.strategies.whose import scopes


def demands() -> st.SearchStrategy[Demand]:
    """Demands of every kind."""
    kinds = st.frozensets(st.sampled_from(Modality), min_size=1)
    counting = st.builds(Counting, kinds, st.booleans(), st.booleans())
    hours = st.integers(1, 20 * 60).map(minutes_long)
    return st.one_of(
        st.builds(WeeklyHours, hours, st.none(), counting, taper_weeks=st.integers(0, 3)),
        st.builds(WeeklyHours, st.none(), hours, counting, st.booleans()),
        st.builds(DailyHours, st.integers(1, 8 * 60).map(minutes_long), counting),
        st.builds(WeeklyDays, st.integers(1, 7), counting),
        st.builds(LongestGap, st.integers(0, 7), counting),
        st.builds(WeeklyServices, st.integers(1, 12), counting),
        st.builds(Frequency, kinds, st.none() | st.integers(1, 60)),
        st.builds(GroupSize, st.integers(1, 40), kinds),
        st.builds(LedBy, st.frozensets(short_names, min_size=1, max_size=2), kinds, st.booleans()),
        st.builds(Caseload, st.integers(1, 40)),
        st.builds(
            Reviews,
            st.sampled_from([MilestoneKind.REVIEW, MilestoneKind.RECERTIFICATION]),
            st.integers(1, 90),
            st.none() | st.integers(1, 90),
        ),
        st.just(Reviews(MilestoneKind.REVIEW)),
        st.builds(PlanLength, st.integers(1, 60), st.none() | st.integers(60, 200)),
        st.builds(
            WrittenPlan,
            st.frozensets(st.sampled_from(PlanPart), min_size=1),
            st.frozensets(st.sampled_from(Signer)),
        ),
    )


@st.composite
def requirement_sets(draw: st.DrawFn, since: date = date(2020, 1, 1)) -> RequirementSet:
    """Requirement sets of one version, in force since a day."""
    source = Source("Example Code 1", Grade.LEGAL_TEXT)
    listed = tuple(
        Requirement(
            f"requirement-{number}",
            "So much.",
            demand,
            source,
            draw(st.none() | st.sampled_from(AgeGroup)),
            draw(st.booleans()),
        )
        for number, demand in enumerate(draw(st.lists(demands(), min_size=1, max_size=4)))
    )
    versions = Versions((Dated(since, listed, source),))
    adult_from, scope = draw(st.integers(18, 21)), draw(st.none() | scopes())
    return RequirementSet(draw(short_names), "A payer", versions, adult_from, scope=scope)
