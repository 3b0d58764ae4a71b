"""Events that tell how a patient is, and papers: tests, reports, contacts, reviews."""

from datetime import date
from enum import StrEnum

from iopkit.confidential import hidden
from iopkit.courses.authorizations import Authorization
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.patients.diagnoses import Substance
from iopkit.patients.screenings import Screening
from iopkit.requirements.milestones import Signer
from iopkit.truth import Truth


@frozen(repr=False)
class UseReported:
    """The patient used on this day, as reported; no ``substances``: not said which."""

    substances: frozenset[Substance] = frozenset()

    __repr__ = hidden


@frozen(repr=False)
class NoUseReported:
    """The patient did not use from the day ``since`` on, as reported on this day."""

    since: date

    __repr__ = hidden


@frozen(repr=False)
class SubstanceFound:
    """Whether a drug test found a substance; ``None``: the result is not known yet."""

    substance: Substance
    found: bool | None = None

    __repr__ = hidden


@frozen(repr=False)
class DrugTested:
    """A sample for a drug test was taken on this day.

    Raises:
        InvalidError: a substance comes twice.
    """

    results: tuple[SubstanceFound, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [each.substance for each in self.results]
        once = len(names) == len(set(names))
        refuse("drug test", unless(once, "results", "each substance once", "one twice"))

    @property
    def found(self) -> Truth:
        """Whether anything was found; not known while a result is open and none was found."""
        results = [each.found for each in self.results]
        if any(results):
            return Truth.YES
        return Truth.NO if results and None not in results else Truth.UNKNOWN

    __repr__ = hidden


class NotTestedBecause(StrEnum):
    """Why a drug test that was due gave no sample."""

    REFUSED = "refused"
    UNABLE = "unable"
    ABSENT = "absent"
    SITE = "site"
    """The site could not take it."""
    OTHER = "other"


@frozen(repr=False)
class DrugTestMissed:
    """A drug test was due and no sample was given; ``None``: not recorded why."""

    why: NotTestedBecause | None = None

    __repr__ = hidden


@frozen(repr=False)
class InstrumentAnswered:
    """An instrument was answered, on its own day."""

    screening: Screening

    __repr__ = hidden


class ContactWith(StrEnum):
    """With whom there was contact, or was meant to be."""

    PATIENT = "patient"
    SUPPORT = "support"
    OTHER = "other"


@frozen(repr=False)
class ContactMade:
    """The patient or somebody else was reached, outside of sessions."""

    whom: ContactWith = ContactWith.PATIENT

    __repr__ = hidden


@frozen(repr=False)
class ContactTried:
    """It was tried to reach the patient or somebody else, and nobody was."""

    whom: ContactWith = ContactWith.PATIENT

    __repr__ = hidden


@frozen(repr=False)
class Authorized:
    """A payer was asked for an authorization, or answered."""

    authorization: Authorization

    __repr__ = hidden


@frozen(repr=False)
class PlanRevised:
    """The plan was revised."""

    by: str | None = None

    __repr__ = hidden


@frozen(repr=False)
class ReviewHeld:
    """The plan was reviewed, by the person ``by``.

    ``ready``: whether the clinician judges the patient ready for the next step, and ``at_risk``
    whether symptoms keep the patient at risk of relapse or of hospitalization; ``None``: the
    review did not ask.
    """

    by: str | None = None
    ready: bool | None = None
    at_risk: bool | None = None

    __repr__ = hidden


@frozen(repr=False)
class Certified:
    """A need for treatment was certified, from this day up to ``end``; ``None``: not said."""

    by: str | None = None
    end: date | None = None

    __repr__ = hidden


class Paper(StrEnum):
    """What is signed."""

    PLAN = "plan"
    CONSENT = "consent"
    ASSESSMENT = "assessment"
    DISCHARGE_SUMMARY = "discharge_summary"


@frozen(repr=False)
class Signed:
    """A paper was signed; ``signer`` ``None``: not recorded by whom."""

    paper: Paper
    signer: Signer | None = None

    __repr__ = hidden
