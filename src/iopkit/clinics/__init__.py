"""A clinic as a whole: all its patients judged, planned and dated together, and again later."""

from iopkit.clinics.clinics import (
    Clinic,
    ClinicRun,
    FormerRun,
    NamedPatient,
    Omission,
    PatientRun,
    Step,
)
from iopkit.clinics.mornings import Morning, RunningOut, SessionOf, morning_of
from iopkit.clinics.running import run_clinic
from iopkit.clinics.settings import ClinicSettings, PatientSettings
from iopkit.plans.plans import PhaseWeeks

__all__ = [
    "Clinic",
    "ClinicRun",
    "ClinicSettings",
    "FormerRun",
    "Morning",
    "NamedPatient",
    "Omission",
    "PatientRun",
    "PatientSettings",
    "PhaseWeeks",
    "RunningOut",
    "SessionOf",
    "Step",
    "morning_of",
    "run_clinic",
]
