"""One of several modalities: the first that is possible is planned, and counts."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from iopkit.checks import check
from iopkit.documents import from_json, to_json
from iopkit.errors import InvalidError
from iopkit.modalities import Modality
from iopkit.patients import Consent, Expiry, Patient, Purpose, Relationship, Support
from iopkit.plans import NoteSubject, Plan, call_for, draft
from iopkit.programs import PerWeek, Phase, Program, Service, Times, Track, weekly_doses
from iopkit.reports import template_text
from iopkit.requirements import Counting, Requirement, RequirementSet, WeeklyServices
from iopkit.schedules import Reason, schedule
from iopkit.sites import Site
from iopkit.sources import Dated, Grade, Source, Versions
from iopkit.truth import Truth
from iopkit.windows import WeeklyWindows

START, HOUR = date(2026, 3, 2), timedelta(hours=1)
SITE = Site("Elm Street", "America/Chicago", WeeklyWindows.always())
INDIVIDUAL, FAMILY = Modality.INDIVIDUAL_COUNSELING, Modality.FAMILY_SESSION
PSYCHIATRIC = Modality.PSYCHIATRIC_CARE
UNKNOWN = Patient(key=UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90"))
ALONE = evolve(UNKNOWN, supports=())
TOGETHER = evolve(
    UNKNOWN,
    supports=(Support(Relationship.PARENT, joins_family_sessions=True, recipient="the parent"),),
    consents=(
        Consent(
            discloser="Elm Street",
            information="attendance",
            recipients=("the parent",),
            purposes=frozenset({Purpose.FAMILY_INVOLVEMENT}),
            told_of_right_to_revoke=True,
            expiry=Expiry.DATE,
            end=date(2027, 1, 1),
            signed=date(2026, 1, 1),
        ),
    ),
)


def one_of(first: Modality, *others: Modality, timing: PerWeek | None = None) -> Program:
    talk = Service("talk", "Talk", first, timing or PerWeek(1), HOUR, or_modalities=others)
    group = Service("group", "Group", Modality.GROUP_THERAPY, PerWeek(2), 2 * HOUR)
    return Program(
        "either", "Either", (Phase("a", "A", 2, (talk,)), Phase("b", "B", 2, (talk,))), (group,)
    )


def planned(program: Program, patient: Patient, **chosen: Modality) -> Plan:
    return draft(program, patient, SITE, start=START, seed=1, modalities=chosen)


def talks(plan: Plan) -> set[Modality]:
    return {s.modality for s in schedule(plan, SITE).sessions if s.service == "talk"}


@pytest.mark.parametrize(
    ("patient", "kinds", "taken"),
    [
        pytest.param(TOGETHER, (FAMILY, INDIVIDUAL), FAMILY, id="family-is-possible"),
        pytest.param(TOGETHER, (INDIVIDUAL, FAMILY), INDIVIDUAL, id="the-first-of-two"),
        pytest.param(ALONE, (FAMILY, INDIVIDUAL), INDIVIDUAL, id="nobody-joins"),
        pytest.param(UNKNOWN, (FAMILY, INDIVIDUAL), INDIVIDUAL, id="nobody-knows"),
        pytest.param(TOGETHER, (PSYCHIATRIC, FAMILY), FAMILY, id="neither-is-for-all"),
    ],
)
def test_the_first_that_is_known_to_be_possible_is_planned(
    patient: Patient, kinds: tuple[Modality, ...], taken: Modality
) -> None:
    program = one_of(*kinds)
    plan = planned(program, patient)
    assert talks(plan) == {taken}
    words = " or ".join(kind.label.lower() for kind in kinds)
    assert [n.why for n in plan.notes if n.matter is NoteSubject.MODALITY_CHOSEN] == [
        f"{taken.label.lower()}, of {words}"
    ]
    assert plan.on_hold == ()
    assert from_json(Plan, to_json(plan)) == plan
    assert from_json(Program, to_json(program)) == program


def test_what_may_be_possible_is_on_hold_with_its_question() -> None:
    plan = planned(one_of(PSYCHIATRIC, FAMILY), evolve(UNKNOWN, diagnoses=()))
    assert plan.on_hold == ("talk",)
    matters = {note.matter for note in plan.notes if note.service == "talk"}
    assert matters == {NoteSubject.FAMILY_UNKNOWN}
    held = [u for u in schedule(plan, SITE).unplaced if u.service == "talk"]
    assert {(u.modality, u.why) for u in held} == {(FAMILY, Reason.ON_HOLD)}


def test_what_is_possible_in_no_modality_is_left_out() -> None:
    plan = planned(one_of(FAMILY, PSYCHIATRIC), evolve(ALONE, diagnoses=()))
    assert {service.name for service in plan.program.every_service} == {"group"}
    matters = {note.matter for note in plan.notes if note.service == "talk"}
    assert matters == {NoteSubject.FAMILY_NOT_POSSIBLE}


def test_another_can_be_chosen() -> None:
    plan = planned(one_of(INDIVIDUAL, FAMILY), TOGETHER, talk=FAMILY)
    assert talks(plan) == {FAMILY}
    assert NoteSubject.MODALITY_CHOSEN not in {note.matter for note in plan.notes}
    # Chosen or not, nobody has family sessions alone.
    alone = planned(one_of(INDIVIDUAL, FAMILY), ALONE, talk=FAMILY)
    assert "talk" not in {service.name for service in alone.program.every_service}


@pytest.mark.parametrize("chosen", [{"group": FAMILY}, {"other": FAMILY}, {"talk": PSYCHIATRIC}])
def test_only_what_the_program_allows_can_be_chosen(chosen: dict[str, Modality]) -> None:
    with pytest.raises(InvalidError) as caught:
        planned(one_of(INDIVIDUAL, FAMILY), TOGETHER, **chosen)
    assert [fault.path for fault in caught.value.faults] == [("modalities",)]


def test_requirements_count_the_one_that_was_chosen() -> None:
    source = Source("made up", Grade.OFFICIAL)
    demand = WeeklyServices(1, Counting(frozenset({FAMILY})))
    demanded: tuple[Requirement, ...] = (Requirement("family", "Family.", demand, source),)
    dated = Dated(date(2020, 1, 1), demanded, source)
    family = RequirementSet("family", "Family", Versions((dated,)))

    def truth(plan: Plan) -> set[Truth]:
        found = check(schedule(plan, SITE), family, site=SITE)
        return {finding.truth for finding in found}

    program = one_of(INDIVIDUAL, FAMILY)
    assert truth(planned(program, TOGETHER)) == {Truth.NO}
    assert truth(planned(program, TOGETHER, talk=FAMILY)) == {Truth.YES}


def test_a_service_is_for_whom_one_of_its_modalities_is_for() -> None:
    service = one_of(PSYCHIATRIC, FAMILY).phases[0].services[0]
    none = evolve(ALONE, diagnoses=())
    assert call_for(service, none, on=START) is Truth.NO
    assert call_for(service, evolve(TOGETHER, diagnoses=()), on=START) is Truth.YES
    assert call_for(service, evolve(UNKNOWN, diagnoses=()), on=START) is Truth.UNKNOWN


def test_doses_of_some_modalities_range_over_what_may_be_one_of_them() -> None:
    program = one_of(INDIVIDUAL, FAMILY)
    [first, *_] = weekly_doses(program, modalities={FAMILY})
    assert (first.known, first.extra, first.open_ended) == (timedelta(0), HOUR, False)
    [first, *_] = weekly_doses(program, modalities={FAMILY, INDIVIDUAL})
    assert (first.known, first.extra) == (HOUR, timedelta(0))
    often = one_of(INDIVIDUAL, FAMILY, timing=PerWeek(Times(1, None)))
    [first, *_] = weekly_doses(often, modalities={FAMILY})
    assert (first.extra, first.open_ended, first.most) == (HOUR, True, None)


def test_texts_say_that_there_are_several() -> None:
    words = "1 a week, 1 h, as individual counseling or family session"
    assert words in template_text(one_of(INDIVIDUAL, FAMILY))


def test_tracks_keep_their_choice() -> None:
    talk = one_of(FAMILY, INDIVIDUAL).phases[0].services[0]
    program = Program(
        "tracks",
        "Tracks",
        (Phase("only", "Only", 2),),
        (evolve(talk, track="day"), evolve(talk, track="evening")),
        tracks=(Track("day", "Day"), Track("evening", "Evening")),
    )
    plan = draft(program, ALONE, SITE, start=START, seed=1, track="evening")
    assert talks(plan) == {INDIVIDUAL}


def test_modalities_that_cannot_be() -> None:
    talk = one_of(INDIVIDUAL, FAMILY).phases[0].services[0]
    for others in ((INDIVIDUAL,), (FAMILY, FAMILY)):
        with pytest.raises(InvalidError, match="or_modalities"):
            evolve(talk, or_modalities=others)
    plan = planned(one_of(INDIVIDUAL, FAMILY), ALONE)
    with pytest.raises(InvalidError, match="one modality for each service"):
        evolve(plan, program=one_of(INDIVIDUAL, FAMILY))
    single = Phase("b", "B", 2, (evolve(talk, or_modalities=()),))
    with pytest.raises(InvalidError, match="one modality for 'talk'"):
        Program("mixed", "Mixed", (Phase("a", "A", 2, (talk,)), single))
