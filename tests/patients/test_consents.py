import pickle
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import attrs
import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from iopkit.errors import InvalidError
from iopkit.patients import Consent, Expiry, Purpose
from iopkit.strategies import consents, days
from iopkit.truth import Truth

T = TypeVar("T")

DAY = timedelta(days=1)
SIGNED, END = date(2025, 3, 1), date(2026, 3, 1)
ON = date(2025, 9, 1)
SPOUSE, INSURER = "spouse", "insurer"
TPO = frozenset({Purpose.TREATMENT, Purpose.PAYMENT, Purpose.OPERATIONS})

FOR_FAMILY = Consent(
    discloser="Elm Street Clinic",
    information="attendance and progress",
    recipients=(SPOUSE,),
    purposes=frozenset({Purpose.FAMILY_INVOLVEMENT}),
    told_of_right_to_revoke=True,
    expiry=Expiry.DATE,
    end=END,
    signed=SIGNED,
)
FOR_PAYMENT = evolve(FOR_FAMILY, recipients=(INSURER,), purposes=TPO, told_of_redisclosure=True)


def for_family(on: date = ON, **changes: Any) -> Truth:
    """The answer for the spouse, with some elements changed."""
    consent = evolve(FOR_FAMILY, **changes)
    return consent.valid(on=on, recipient=SPOUSE, purpose=Purpose.FAMILY_INVOLVEMENT)


def for_payment(on: date = ON, **changes: Any) -> Truth:
    """The answer for the insurer, with some elements changed."""
    consent = evolve(FOR_PAYMENT, **changes)
    return consent.valid(on=on, recipient=INSURER, purpose=Purpose.PAYMENT)


def test_a_consent_with_every_element_is_valid() -> None:
    assert for_family() is Truth.YES
    assert for_payment() is Truth.YES


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"discloser": ""}, id="nobody may disclose"),
        pytest.param({"discloser": " \n"}, id="a blank discloser"),
        pytest.param({"information": ""}, id="nothing to disclose"),
        pytest.param({"recipients": ()}, id="no recipient"),
        pytest.param({"recipients": ("employer", "Spouse")}, id="other recipients"),
        pytest.param({"purposes": frozenset()}, id="no purpose"),
        pytest.param({"purposes": frozenset({Purpose.RESEARCH})}, id="another purpose"),
        pytest.param({"told_of_right_to_revoke": False}, id="not told of the right to revoke"),
        pytest.param({"signed": ON + DAY}, id="signed later"),
        pytest.param({"end": ON}, id="expired"),
        pytest.param({"revoked": ON}, id="revoked"),
    ],
)
def test_one_missing_element_makes_a_consent_invalid(changes: dict[str, Any]) -> None:
    assert for_family(**changes) is Truth.NO


@pytest.mark.parametrize(
    "name",
    [
        "discloser",
        "information",
        "recipients",
        "purposes",
        "told_of_right_to_revoke",
        "expiry",
        "end",
        "signed",
    ],
)
def test_one_element_that_is_not_known_leaves_it_undetermined(name: str) -> None:
    unknown: dict[str, Any] = {name: None}

    assert for_family(**unknown) is Truth.UNKNOWN


@pytest.mark.parametrize("name", ["discloser", "information", "purposes", "signed", "end"])
def test_a_missing_element_settles_it_whatever_else_is_unknown(name: str) -> None:
    changes: dict[str, Any] = {name: None, "told_of_right_to_revoke": False}

    assert for_family(**changes) is Truth.NO


@pytest.mark.parametrize(
    ("on", "truth"),
    [
        pytest.param(SIGNED - DAY, Truth.NO, id="day before the signature"),
        pytest.param(SIGNED, Truth.YES, id="day of the signature"),
        pytest.param(END - DAY, Truth.YES, id="last day"),
        pytest.param(END, Truth.NO, id="end"),
        pytest.param(END + DAY, Truth.NO, id="after the end"),
    ],
)
def test_a_dated_consent_holds_from_its_signature_to_the_day_before_its_end(
    on: date, truth: Truth
) -> None:
    assert for_family(on) is truth


@pytest.mark.parametrize(
    ("on", "truth"),
    [
        pytest.param(ON - DAY, Truth.YES, id="day before"),
        pytest.param(ON, Truth.NO, id="on the day"),
        pytest.param(ON + DAY, Truth.NO, id="after"),
    ],
)
def test_a_consent_holds_until_the_day_before_it_is_revoked(on: date, truth: Truth) -> None:
    assert for_family(on, revoked=ON) is truth


@pytest.mark.parametrize(
    ("event", "truth"),
    [
        pytest.param(ON + DAY, Truth.YES, id="the event is still to come"),
        pytest.param(ON, Truth.NO, id="the event is on the day"),
        pytest.param(ON - DAY, Truth.NO, id="the event was before"),
        pytest.param(None, Truth.UNKNOWN, id="nobody says whether it was"),
    ],
)
def test_a_consent_by_event_holds_until_the_day_before_it(event: date | None, truth: Truth) -> None:
    assert for_family(expiry=Expiry.EVENT, end=None, event_occurred=event) is truth


def test_a_consent_without_expiry_holds_to_the_end_of_time() -> None:
    assert for_payment(date.max, expiry=Expiry.NONE, end=None) is Truth.YES


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("told", [True, False, None])
def test_the_notice_of_redisclosure_counts_for_treatment_payment_and_operations_only(
    purpose: Purpose, told: bool | None
) -> None:
    consent = evolve(FOR_FAMILY, purposes=frozenset({purpose}), told_of_redisclosure=told)
    truth = consent.valid(on=ON, recipient=SPOUSE, purpose=purpose)

    assert truth is (Truth.of(told) if purpose in TPO else Truth.YES)


@pytest.mark.parametrize(
    ("recipient", "purpose", "truth"),
    [
        (INSURER, Purpose.PAYMENT, Truth.YES),
        (INSURER, Purpose.RESEARCH, Truth.NO),
        (SPOUSE, Purpose.PAYMENT, Truth.NO),
    ],
)
def test_a_consent_is_for_its_recipients_and_purposes(
    recipient: str, purpose: Purpose, truth: Truth
) -> None:
    assert FOR_PAYMENT.valid(on=ON, recipient=recipient, purpose=purpose) is truth


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        pytest.param(
            {"purposes": frozenset({Purpose.LEGAL_PROCEEDINGS})}, [], id="legal proceedings alone"
        ),
        pytest.param(
            {"purposes": frozenset({Purpose.LEGAL_PROCEEDINGS, Purpose.TREATMENT})},
            ["purposes"],
            id="legal proceedings beside another",
        ),
        pytest.param(
            {"purposes": TPO, "expiry": Expiry.NONE, "end": None}, [], id="TPO, no expiry"
        ),
        pytest.param(
            {"purposes": None, "expiry": Expiry.NONE, "end": None},
            [],
            id="no expiry, purposes not known",
        ),
        pytest.param(
            {"purposes": TPO | {Purpose.RESEARCH}, "expiry": Expiry.NONE, "end": None},
            ["expiry"],
            id="no expiry beyond TPO",
        ),
        pytest.param({"end": SIGNED + DAY}, [], id="ends the day after"),
        pytest.param({"end": SIGNED}, ["end"], id="ends on the day of the signature"),
        pytest.param({"end": SIGNED - DAY}, ["end"], id="ends before the signature"),
        pytest.param({"end": SIGNED, "signed": None}, [], id="signature not known"),
        pytest.param({"expiry": None}, [], id="an end without its kind"),
        pytest.param({"expiry": Expiry.EVENT}, ["end"], id="an end and an event"),
        pytest.param({"purposes": TPO, "expiry": Expiry.NONE}, ["end"], id="an end and no expiry"),
        pytest.param(
            {"purposes": frozenset(Purpose), "expiry": Expiry.NONE, "end": SIGNED},
            ["purposes", "expiry", "end", "end"],
            id="everything at once",
        ),
    ],
)
def test_invariants_of_a_consent(changes: dict[str, Any], refused: list[str]) -> None:
    if refused:
        with pytest.raises(InvalidError) as caught:
            evolve(FOR_FAMILY, **changes)
        assert [fault.path for fault in caught.value.faults] == [(name,) for name in refused]
    else:
        evolve(FOR_FAMILY, **changes)


@st.composite
def nearly_valid(draw: st.DrawFn) -> Consent:
    """Consents of which a few elements are anything."""
    other = draw(consents())
    names = draw(
        st.sets(st.sampled_from([field.name for field in attrs.fields(Consent)]), max_size=3)
    )
    try:
        return evolve(FOR_PAYMENT, **{name: getattr(other, name) for name in names})
    except InvalidError:
        return other


@given(nearly_valid(), days(SIGNED - DAY, END + DAY), st.sampled_from(Purpose))
def test_the_worst_element_decides(consent: Consent, on: date, purpose: Purpose) -> None:
    def known(value: T | None, holds: Callable[[T], bool]) -> bool | None:
        return None if value is None else holds(value)

    unexpired = {
        None: None,
        Expiry.NONE: True,
        Expiry.DATE: known(consent.end, lambda end: on < end),
        Expiry.EVENT: known(consent.event_occurred, lambda day: on < day),
    }
    elements = [
        known(consent.discloser, lambda text: not (text.isspace() or not text)),
        known(consent.information, lambda text: not (text.isspace() or not text)),
        known(consent.recipients, lambda names: INSURER in names),
        known(consent.purposes, lambda purposes: purpose in purposes),
        consent.told_of_right_to_revoke,
        consent.told_of_redisclosure if purpose in TPO else True,
        known(consent.signed, lambda day: day <= on),
        consent.revoked is None or on < consent.revoked,
        unexpired[consent.expiry],
    ]

    worst = min(elements, key=[False, None, True].index)
    assert consent.valid(on=on, recipient=INSURER, purpose=purpose) is Truth.of(worst)


@given(nearly_valid(), consents(), days(), st.sampled_from(Purpose))
def test_learning_an_element_never_changes_a_known_answer(
    consent: Consent, other: Consent, on: date, purpose: Purpose
) -> None:
    # That nobody has recorded a revocation means that there was none: 2.31(c).
    learned = {
        field.name: getattr(other, field.name)
        for field in attrs.fields(Consent)
        if getattr(consent, field.name) is None and field.name != "revoked"
    }
    try:
        informed = evolve(consent, **learned)
    except InvalidError:
        assume(False)

    before = consent.valid(on=on, recipient=INSURER, purpose=purpose)
    after = informed.valid(on=on, recipient=INSURER, purpose=purpose)
    assert before in {Truth.UNKNOWN, after}


@given(consents())
def test_consents_are_values(consent: Consent) -> None:
    copied = pickle.loads(pickle.dumps(consent))

    assert copied == consent
    assert hash(copied) == hash(consent)
