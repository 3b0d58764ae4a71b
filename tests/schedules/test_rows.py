"""Rows of sessions say what a schedule says of each, and leave nothing out."""

from datetime import UTC, date, timedelta

from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from iopkit import strategies
from iopkit.patients.partial_dates import earliest_day
from iopkit.plans import draft
from iopkit.schedules import (
    Schedule,
    Session,
    SessionRow,
    SessionState,
    Unplaced,
    schedule,
    session_rows,
)

MINUTE, FIRST = timedelta(minutes=1), date(1970, 1, 1)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    program, site = draw(strategies.programs()), draw(strategies.sites())
    patient = draw(strategies.patients())
    start = draw(strategies.days(max(earliest_day(patient.birth_date or FIRST), FIRST)))
    return schedule(draft(program, patient, site, start=start, seed=draw(st.integers(0, 9))), site)


@given(schedules())
def test_each_session_has_one_row_that_says_whose_it_is_and_all_of_it(dated: Schedule) -> None:
    rows = session_rows(dated)

    every: list[Session | Unplaced] = [*dated.sessions, *dated.unplaced]
    assert [row.place for row in rows] == [*range(1, len(every) + 1)]
    named = [(each.service, each.number, each.phase, each.week, each.modality) for each in every]
    assert [(r.service, r.number, r.phase, r.week, r.modality) for r in rows] == named
    assert {row.state for row in rows[: len(dated.sessions)]} <= {"booked", "moved"}
    assert {row.state for row in rows[len(dated.sessions) :]} <= {SessionState.UNPLACED}
    plan = dated.plan
    assert plan.provenance is not None
    own = str(plan.patient), plan.provenance.program, plan.track, plan.start, dated.zone
    for row in rows:
        assert SessionRow(**asdict(row)) == row  # as a frame takes it
        assert (row.patient, row.program, row.track, row.plan_start, row.zone) == own
    for row, session in zip(rows, dated.sessions, strict=False):
        assert_says(row, session)
    for row, missing in zip(rows[len(dated.sessions) :], dated.unplaced, strict=True):
        assert_says_missing(row, missing)
    untold = evolve(dated, plan=evolve(plan, provenance=None))
    assert {row.program for row in session_rows(untold)} <= {plan.program.name}


def assert_says(row: SessionRow, session: Session) -> None:
    assert row.start is not None
    assert row.start_utc is not None
    assert row.start.tzinfo is None
    assert row.start.isoformat() == session.start.isoformat()[:19]
    assert row.start_utc.tzinfo is UTC
    assert row.start_utc == session.start
    assert (row.minutes, row.break_minutes) == (session.duration / MINUTE, session.breaks / MINUTE)
    assert (row.delivery, row.room, row.clinician) == (
        session.delivery,
        session.room,
        session.clinician,
    )
    assert row.make_up == session.make_up
    moved = session.moved
    assert (row.state == "moved") is (moved is not None)
    if moved is None:
        assert (row.why, row.prescribed, row.moved_from, row.detail) == (None,) * 4
    else:
        assert (row.why, row.moved_from, row.detail or "") == (
            moved.why,
            moved.prescribed,
            moved.detail,
        )
        assert row.prescribed == moved.prescribed.date()


def assert_says_missing(row: SessionRow, missing: Unplaced) -> None:
    nothing = row.start, row.start_utc, row.break_minutes, row.room, row.clinician, row.moved_from
    assert nothing == (None,) * 6
    assert (row.why, row.prescribed, row.detail or "") == (
        missing.why,
        missing.prescribed,
        missing.detail,
    )
    assert row.minutes == (None if missing.duration is None else missing.duration / MINUTE)
