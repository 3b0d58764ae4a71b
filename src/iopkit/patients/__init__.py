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
from iopkit.patients.instrument_library import INSTRUMENTS, find_instrument
from iopkit.patients.instruments import Band, BandSet, Instrument, Item, Scale
from iopkit.patients.patients import (
    Coverage,
    Obligation,
    ObligationKind,
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
    "OpioidMedication",
    "Outcome",
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
]
