"""Patients and their records."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from attrs import evolve, fields
from hypothesis import strategies as st

from iopkit.levels import AgeGroup, Edition, LevelOfCare, levels_of
from iopkit.needs import Need
from iopkit.patients.assessments import (
    Assessment,
    DimensionRating,
    EntryRoute,
    LivingEnvironment,
    MinimumLevel,
    OpioidMedication,
)
from iopkit.patients.consents import TPO, Consent, Expiry, Purpose
from iopkit.patients.diagnoses import Diagnosis, MentalDisorder, Substance, SubstanceUseDisorder
from iopkit.patients.instrument_library import INSTRUMENTS
from iopkit.patients.partial_dates import PartialDate
from iopkit.patients.patients import (
    Approval,
    Coverage,
    Obligation,
    ObligationKind,
    Observation,
    Outcome,
    Patient,
    Relationship,
    Support,
    Treatment,
)
from iopkit.patients.screenings import Score, Screening
from iopkit.payers import Payer
from iopkit.strategies.times import T, days, minutes_long, short_texts, weekly_windows, yes_no
from iopkit.strategies.whose import insurers, whereabouts


@st.composite
def diagnoses(draw: st.DrawFn) -> Diagnosis:
    """Use disorders and other mental disorders."""
    diagnosed = draw(st.none() | days(date(2010, 1, 1), date(2023, 12, 31)))
    if draw(st.booleans()):
        code = draw(st.none() | st.sampled_from(["F32.1", "F41.1", "F43.10"]))
        return MentalDisorder(code=code, diagnosed=diagnosed)
    substance = draw(st.none() | st.sampled_from(Substance))
    most = substance.criteria if substance else 11
    # Mostly the class's own: what code and record disagree about is not known.
    own = substance.icd10_block if substance else "F19"
    block = draw(st.sampled_from([own, own, own, "F11"]))
    return SubstanceUseDisorder(
        substance=substance,
        criteria_met=draw(st.none() | st.integers(2, most)),
        code=draw(st.none() | st.sampled_from([f"{block}.10", f"{block}.20", f"{block}.21"])),
        diagnosed=diagnosed,
        symptom_free_since=draw(st.none() | days(diagnosed or date(2010, 1, 1))),
    )


@st.composite
def assessments(draw: st.DrawFn) -> Assessment:
    """Assessments with any part of their findings, from none to all."""
    rated = draw(st.lists(st.integers(1, 6), unique=True, max_size=6))
    risks = st.none() | st.integers(0, 4)
    edition = Edition.THIRD if rated else draw(st.sampled_from(Edition))
    asking = draw(
        st.lists(st.integers(1, 5), unique=True, max_size=5 * (edition is Edition.FOURTH))
    )
    least = st.sampled_from(levels_of(Edition.FOURTH))
    # Any: each field has values of its own type.
    found: dict[str, st.SearchStrategy[Any]] = {
        "needed_per_week": st.integers(0, 40 * 60).map(minutes_long),
        "living_environment": st.sampled_from(LivingEnvironment),
        "opioid_medication": st.sampled_from(OpioidMedication),
        "entry": st.sampled_from(EntryRoute),
        "age_group": st.sampled_from(AgeGroup),
        "needs": st.frozensets(st.sampled_from(Need), max_size=4),
        **{f.name: st.booleans() for f in fields(Assessment) if f.type == bool | None},
    }
    names = draw(st.just(sorted(found)) | st.lists(st.sampled_from(sorted(found)), unique=True))
    return Assessment(
        on=draw(days()),
        edition=edition,
        ratings=tuple(DimensionRating(dimension, draw(risks)) for dimension in rated),
        minimum_levels=tuple(MinimumLevel(dimension, draw(least)) for dimension in asking),
        **{name: draw(found[name]) for name in names},
    )


# Few names, so that some consents are for some support persons.
_named = st.sampled_from(("the partner", "the mother")) | short_texts


@st.composite
def consents(draw: st.DrawFn) -> Consent:
    """Consents with any of their elements."""
    purposes = draw(
        st.none()
        | st.just(frozenset({Purpose.LEGAL_PROCEEDINGS}))
        | st.frozensets(st.sampled_from(sorted(set(Purpose) - {Purpose.LEGAL_PROCEEDINGS})))
    )
    # Only treatment, payment and operations may go on without an end.
    unending = [Expiry.NONE] if not purposes or purposes <= TPO else []
    expiry = draw(st.none() | st.sampled_from([Expiry.DATE, Expiry.EVENT, *unending]))
    signed = draw(st.none() | days())
    ends = st.none() | st.integers(1, 700).map(
        lambda n: (signed or date(2025, 1, 1)) + timedelta(n)
    )
    return Consent(
        discloser=draw(st.none() | short_texts),
        information=draw(st.none() | short_texts),
        recipients=draw(st.none() | st.lists(_named, max_size=3).map(tuple)),
        purposes=purposes,
        told_of_right_to_revoke=draw(yes_no),
        expiry=expiry,
        end=draw(ends) if expiry in (None, Expiry.DATE) else None,
        event_occurred=draw(st.none() | days()) if expiry is Expiry.EVENT else None,
        signed=signed,
        told_of_redisclosure=draw(yes_no),
        revoked=draw(st.none() | days()),
    )


@st.composite
def screenings(draw: st.DrawFn) -> Screening:
    """Screenings with all, some or none of their answers, and with scores that fit these."""
    instrument = draw(st.sampled_from(tuple(INSTRUMENTS.values())))
    unanswered = draw(st.sampled_from([st.nothing(), st.none()]))
    places = [unanswered | st.sampled_from(item.answers) for item in instrument.items]
    known = Screening(instrument.name, draw(days()), draw(st.none() | st.tuples(*places)))
    # Of scales that share their last item, one alone is scored: two could contradict.
    scales = st.lists(st.sampled_from(instrument.scales), unique_by=lambda scale: scale.items[-1])
    scores = [
        Score(scale.name, draw(st.integers(*known.as_answered(scale.name))))
        for scale in draw(scales)
    ]
    return evolve(known, scores=tuple(scores))


@st.composite
def treatments(draw: st.DrawFn) -> Treatment:
    """Episodes of treatment at any level, past, going on or of unknown days."""
    edition = draw(st.sampled_from(Edition))
    numbers = ("1", "2.1", "3.1", "3.7", "4") if edition is Edition.THIRD else ("2.1", "3.1", "4.0")
    start = draw(st.none() | days(date(2020, 1, 1), date(2026, 1, 1)))
    length = draw(st.none() | st.integers(1, 400).map(timedelta))
    return Treatment(
        level=draw(st.none() | st.sampled_from(numbers).map(lambda n: LevelOfCare(n, edition))),
        start=start,
        end=None if length is None else (start or date(2025, 1, 1)) + length,
        outcome=draw(st.none() | st.sampled_from(Outcome)),
    )


def supports() -> st.SearchStrategy[Support]:
    """Support persons."""
    return st.builds(
        Support,
        relationship=st.none() | st.sampled_from(Relationship),
        lives_with_patient=yes_no,
        joins_family_sessions=yes_no,
        recipient=st.none() | _named,
    )


def coverages() -> st.SearchStrategy[Coverage]:
    """Coverages with an open or a known span."""
    start = days(date(2020, 1, 1), date(2025, 1, 1))
    end = days(date(2025, 1, 2), date(2030, 1, 1))
    return st.builds(
        Coverage,
        *(st.sampled_from(Payer), st.none() | start, st.none() | end, st.none() | insurers),
    )


def obligations() -> st.SearchStrategy[Obligation]:
    """Standing commitments, with known or unknown times."""
    return st.builds(Obligation, st.sampled_from(ObligationKind), st.none() | weekly_windows())


def _approvals() -> st.SearchStrategy[Approval]:
    return st.builds(
        Approval,
        payer=st.none() | st.sampled_from(Payer),
        level=st.none() | st.sampled_from(("2.1", "2.5", "3.1")).map(LevelOfCare),
        units=st.none() | st.integers(0, 60),
        time=st.none() | st.integers(0, 120).map(lambda hours: timedelta(hours=hours)),
        start=st.none() | days(date(2023, 1, 1), date(2025, 1, 1)),
        end=st.none() | days(date(2025, 1, 2), date(2028, 1, 1)),
    )


def _observations() -> st.SearchStrategy[Observation]:
    value = st.booleans() | st.integers(0, 9) | st.floats(0, 9) | short_texts
    return st.builds(Observation, st.sampled_from(("on_bail", "nights_away")), value, days())


def patients() -> st.SearchStrategy[Patient]:
    """Patients of whom anything from nothing to everything is known; born before 2010."""
    return _PATIENTS


def _partial_dates() -> st.SearchStrategy[PartialDate]:
    return st.builds(PartialDate, st.integers(1920, 2009), st.none() | st.integers(1, 12))


def keys() -> st.SearchStrategy[UUID]:
    """Random keys."""
    return st.uuids(version=4)


def _some(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...] | None]:
    return st.none() | st.lists(of, max_size=3).map(tuple)


# Made once, as Hypothesis looks through each strategy before it first draws from it.
_PATIENTS = st.builds(
    Patient,
    key=keys(),
    birth_date=st.none() | st.dates(date(1920, 1, 1), date(2009, 12, 31)) | _partial_dates(),
    diagnoses=_some(diagnoses()),
    assessments=_some(assessments()),
    screenings=_some(screenings()),
    treatments=_some(treatments()),
    supports=_some(supports()),
    consents=_some(consents()),
    coverages=_some(coverages()),
    obligations=_some(obligations()),
    availability=st.none() | weekly_windows(),
    approvals=_some(_approvals()),
    observations=_some(_observations()),
    residences=_some(whereabouts()),
    locations=_some(whereabouts()),
    travel=st.none() | st.integers(0, 180).map(minutes_long),
)
