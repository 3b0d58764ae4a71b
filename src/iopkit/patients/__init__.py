"""Who is treated, and what is known of them."""

from iopkit.patients.assessments import (
    Assessment,
    DimensionRating,
    EntryRoute,
    LivingEnvironment,
    MinimumLevel,
    OpioidMedication,
)
from iopkit.patients.consents import TPO, Consent, Expiry, Purpose
from iopkit.patients.diagnoses import (
    Diagnosis,
    MentalDisorder,
    Severity,
    Substance,
    SubstanceUseDisorder,
)
from iopkit.patients.instrument_library import INSTRUMENTS, find_instrument, instruments_with
from iopkit.patients.instruments import Band, BandSet, Instrument, Item, Scale
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
    Whereabouts,
)
from iopkit.patients.screenings import Score, Screening
from iopkit.payers import Payer

__all__ = [
    "INSTRUMENTS",
    "TPO",
    "Approval",
    "Assessment",
    "Band",
    "BandSet",
    "Consent",
    "Coverage",
    "Diagnosis",
    "DimensionRating",
    "EntryRoute",
    "Expiry",
    "Instrument",
    "Item",
    "LivingEnvironment",
    "MentalDisorder",
    "MinimumLevel",
    "Obligation",
    "ObligationKind",
    "Observation",
    "OpioidMedication",
    "Outcome",
    "PartialDate",
    "Patient",
    "Payer",
    "Purpose",
    "Relationship",
    "Scale",
    "Score",
    "Screening",
    "Severity",
    "Substance",
    "SubstanceUseDisorder",
    "Support",
    "Treatment",
    "Whereabouts",
    "find_instrument",
    "instruments_with",
]
