"""Contacts: which events tell that the patient was there, or was reached."""

from iopkit.courses.attending import CameUnplanned, MadeUp, SessionAttended
from iopkit.courses.events import CourseEvent
from iopkit.courses.findings import ContactMade, ContactWith, DrugTested, InstrumentAnswered
from iopkit.courses.stays import Admitted, AftercareContact, Assessed, Readmitted


def is_contact(event: CourseEvent | None) -> bool:
    """Whether the patient was there, or was reached: the last contact is the newest such event.

    It is a session attended, made up for or come to unplanned; an admission, assessment or drug
    test; an instrument answered; or a contact made with the patient, in aftercare too. It is not
    what can be recorded without the patient: a report of use, a review, a paper signed, a try.
    """
    match event:
        case ContactMade():
            return event.whom is ContactWith.PATIENT
        case AftercareContact():
            return event.reached is True
        case _:
            return type(event) in ALWAYS_CONTACTS


ALWAYS_CONTACTS = frozenset[type[CourseEvent]](
    {
        Admitted,
        Assessed,
        CameUnplanned,
        DrugTested,
        InstrumentAnswered,
        MadeUp,
        Readmitted,
        SessionAttended,
    }
)
"""Events that are a contact whatever they tell beside."""
