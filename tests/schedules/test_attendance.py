"""Attendance: what of a schedule's sessions was attended, in full or by the minute."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iopkit.documents import attendance_from_csv
from iopkit.errors import InvalidError
from iopkit.modalities import Delivery, Modality
from iopkit.plans import Plan
from iopkit.programs import PerWeek, Phase, Program, Service
from iopkit.schedules import Attendance, HowGiven, Schedule, Session, attendance_of

KEY = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
OTHER = UUID("5f0c1c52-6a35-4d0e-9b1f-3d1f6e0a7c11")
MINUTE = timedelta(minutes=1)
START = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("America/Chicago"))
SERVICE = Service("talk", "Talk", Modality.INDIVIDUAL_COUNSELING, PerWeek(3))
PROGRAM = Program("any", "Any", (Phase("only", "Only", 1),), (SERVICE,))

DATED = Schedule(
    Plan(KEY, KEY, "Elm", PROGRAM, date(2026, 1, 5), 1),
    "America/Chicago",
    tuple(
        Session(
            *("talk", day, "only", 1, Modality.INDIVIDUAL_COUNSELING),
            START + timedelta(days=day),
            length * MINUTE,
            breaks=10 * MINUTE,
            delivery=delivery,
            clinician="Ada",
        )
        for day, length, delivery in ((1, 60, None), (2, 45, Delivery.TELEHEALTH), (3, 70, None))
    ),
)
UIDS = [DATED.uid(session) for session in DATED.sessions]
VIDEO = HowGiven(Delivery.TELEHEALTH, video=True)


def faults(error: pytest.ExceptionInfo[InvalidError]) -> list[str]:
    return [str(fault) for fault in error.value.faults]


def test_a_collection_says_what_was_attended_in_full() -> None:
    held = attendance_of(DATED, UIDS[:2])
    times = [
        held[uid].time_of(session)
        for uid, session in zip(UIDS[:2], DATED.sessions[:2], strict=True)
    ]
    assert times == [50 * MINUTE, 35 * MINUTE]
    first, second = (held[u].given_of(s) for u, s in zip(UIDS[:2], DATED.sessions[:2], strict=True))
    assert (first, second) == (HowGiven(), HowGiven(Delivery.TELEHEALTH))
    assert held[UIDS[0]].led_by_of(DATED.sessions[0]) == "Ada"


def test_a_mapping_says_how_much_and_how() -> None:
    held = attendance_of(
        DATED, {UIDS[0]: 20 * MINUTE, UIDS[2]: Attendance(given=VIDEO, led_by="Grace")}
    )
    assert held[UIDS[0]].time_of(DATED.sessions[0]) == 20 * MINUTE
    assert held[UIDS[2]].time_of(DATED.sessions[2]) == 60 * MINUTE
    assert held[UIDS[2]].given_of(DATED.sessions[2]) == VIDEO
    assert held[UIDS[2]].led_by_of(DATED.sessions[2]) == "Grace"
    assert repr(held[UIDS[2]]) == "Attendance(...)"


@pytest.mark.parametrize("told", [timedelta(0), Attendance(timedelta(0))], ids=["time", "whole"])
def test_no_minutes_are_a_session_missed(told: timedelta | Attendance) -> None:
    assert attendance_of(DATED, {UIDS[0]: told}) == {}


@pytest.mark.parametrize(
    ("minutes", "refused"), [(-1, True), (0.5, True), (1, False), (50, False), (51, True)]
)
def test_minutes_are_whole_and_at_most_those_booked_without_breaks(
    minutes: float, refused: bool
) -> None:
    told = {UIDS[0]: timedelta(minutes=minutes)}
    if not refused:
        assert attendance_of(DATED, told)
        return
    with pytest.raises(InvalidError) as caught:
        attendance_of(DATED, told)
    expected = "whole minutes, from 0 to those that are booked"
    assert faults(caught) == [f"attended[0]: expected {expected}, found another duration"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    told: dict[Any, Any] = {
        UIDS[0]: 51 * MINUTE,
        OTHER: 10 * MINUTE,
        UIDS[1]: 20,
        UIDS[2]: Attendance(61 * MINUTE),
    }
    with pytest.raises(InvalidError) as caught:
        attendance_of(DATED, told)
    assert [fault.path for fault in caught.value.faults] == [("attended", n) for n in range(4)]
    assert faults(caught)[2] == (
        "attended[2]: expected a duration, or an Attendance, found something else"
    )


# Tables.


def csv(*lines: str) -> str:
    for number, uid in enumerate(UIDS):
        lines = tuple(line.replace(f"<{number}>", str(uid)) for line in lines)
    return "\n".join(lines) + "\n"


def test_a_table_of_sessions_alone_says_what_was_attended_in_full() -> None:
    assert attendance_from_csv(csv("session", "<1>", "", "<0>"), DATED) == {
        UIDS[1]: Attendance(),
        UIDS[0]: Attendance(),
    }


def test_a_table_says_how_much_how_and_by_whom() -> None:
    text = csv(
        "minutes,session,led_by,at_home,video,delivery",
        '20, <0> ,"Ada, RN",,,',
        "0,<1>,,,,on_site",
        "60,<2>,,no,yes,telehealth",
    )
    marked = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert attendance_from_csv(marked, DATED) == attendance_from_csv(text, DATED)
    assert attendance_from_csv(text, DATED) == {
        UIDS[0]: Attendance(20 * MINUTE, None, "Ada, RN"),
        UIDS[1]: Attendance(timedelta(0), HowGiven(Delivery.ON_SITE)),
        UIDS[2]: Attendance(60 * MINUTE, HowGiven(Delivery.TELEHEALTH, video=True, at_home=False)),
    }


def test_every_line_that_is_wrong_is_told() -> None:
    text = csv(
        "session,minutes,delivery,video",
        "<0>,51,,",
        f"{OTHER},10,,",
        "not-a-uid,,by phone,maybe",
        "<1>,10,on_site,yes",
        "<2>,10",
        "",
        "<2>,60,,",
        "<2>,1e1,,",
        "<2>,50,,",
    )
    with pytest.raises(InvalidError) as caught:
        attendance_from_csv(text, DATED)
    assert faults(caught) == [
        "line 2: expected whole minutes, from 0 to those that are booked, found another duration",
        "line 3: expected a session of the schedule, by its UID, found another",
        "line 4: session: expected a session's UID, found another text",
        "line 4: minutes: expected whole minutes, such as 90, found nothing",
        "line 4: delivery: expected on_site or telehealth, or nothing, found another text",
        "line 4: video: expected yes, no or nothing, found another text",
        "line 5: video: expected nothing, unless by telehealth, found a value",
        "line 6: expected 4 cells, as the header has, found 2",
        "line 9: minutes: expected whole minutes, such as 90, found another text",
        "line 10: expected each session once, found one twice",
    ]


@pytest.mark.parametrize(
    "header", ["", "minutes", "session,session", "session,hours", "session;minutes"]
)
def test_a_table_needs_a_header_of_what_is_known(header: str) -> None:
    with pytest.raises(InvalidError, match="line 1: expected a header with session and any of"):
        attendance_from_csv(f"{header}\n", DATED)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"session\n\xff", "expected text in UTF-8, found other bytes"),
        ('session\n"never closed', "line 2: expected valid CSV"),
        ('session\n"a"b', "line 2: expected valid CSV"),
        ("session\n" + "a" * 140_000, "line 2: expected valid CSV"),
    ],
    ids=["bytes", "open", "after a quote", "long"],
)
def test_what_is_no_table_is_refused(data: str | bytes, message: str) -> None:
    with pytest.raises(InvalidError, match=message):
        attendance_from_csv(data, DATED)


def test_after_a_hundred_faults_the_rest_is_not_read() -> None:
    with pytest.raises(InvalidError) as caught:
        attendance_from_csv("session\n" + "no\n" * 200, DATED)
    assert len(caught.value.faults) == 101
    assert faults(caught)[-1] == (
        "line 102: expected fewer than 100 faults before it, "
        "found more, so that the rest was not read"
    )


@given(st.text() | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    with suppress(InvalidError):
        assert attendance_from_csv(text, DATED) == {}


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_a_table_and_a_mapping_say_the_same(minutes: list[int]) -> None:
    minutes = [min(each, 35) for each in minutes]
    rows = [f"{uid},{each}" for uid, each in zip(UIDS, minutes, strict=True)]
    told = attendance_from_csv("\n".join(["session,minutes", *rows]), DATED)
    by_time = {uid: each * MINUTE for uid, each in zip(UIDS, minutes, strict=True)}
    assert attendance_of(DATED, told) == attendance_of(DATED, by_time)
