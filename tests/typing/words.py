"""What the types of values say: checked by mypy, never run."""

from datetime import date, time, timedelta
from typing import assert_type
from uuid import UUID

from iopkit import (
    LevelOfCare,
    Modality,
    Patient,
    Source,
    Truth,
    Weekday,
    WeeklyWindows,
    Window,
    reveal,
)
from iopkit.levels import AgeGroup, Edition, HourBand, hour_band
from iopkit.patients import (
    Assessment,
    Consent,
    Diagnosis,
    PartialDate,
    Purpose,
    Severity,
    SubstanceUseDisorder,
)
from iopkit.sources import Dated, Grade, Versions

source = Source("Example Code 1", Grade.LEGAL_TEXT)
key = UUID("0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")
day = date(2026, 1, 5)

# Rules over time keep the type of their values.

hours = Versions((Dated(date(2024, 1, 1), 9, source), Dated(date(2026, 1, 1), 10, source)))
assert_type(hours, Versions[int])
assert_type(hours.on(day), Dated[int])
assert_type(hours.on(day).value, int)
assert_type(hours.on(day).source, Source)

hours.on("2026-01-05")  # type: ignore[arg-type]
hours.on()  # type: ignore[call-arg]
Versions((9, 10))  # type: ignore[arg-type]
Dated(date(2024, 1, 1), 9)  # type: ignore[call-arg]
mixed: Versions[int] = Versions((Dated(day, "nine", source),))  # type: ignore[arg-type]

# Truth is joined with truth only: a plain boolean would lose "unknown".

assert_type(Truth.YES & Truth.UNKNOWN, Truth)
assert_type(Truth.YES | Truth.UNKNOWN, Truth)
assert_type(~Truth.YES, Truth)
assert_type(Truth.of(None), Truth)

Truth.YES & True  # type: ignore[operator]
Truth.YES | None  # type: ignore[operator]
Truth.of("yes")  # type: ignore[arg-type]

# Levels and hours.

assert_type(LevelOfCare.parse("II.1"), LevelOfCare)
assert_type(hour_band(LevelOfCare("2.1"), AgeGroup.ADULT), HourBand | None)

LevelOfCare.parse("2.1", Edition.FOURTH)  # type: ignore[call-arg]
LevelOfCare(2.1)  # type: ignore[arg-type]
hour_band("2.1", AgeGroup.ADULT)  # type: ignore[arg-type]
hour_band(LevelOfCare("2.1"), AgeGroup.ADULT).low  # type: ignore[union-attr]
Modality.GROUP  # type: ignore[attr-defined]

# Windows.

free = WeeklyWindows.of("monday 17:30-21:00", Window(Weekday.FRIDAY, time(9), time(12)))
assert_type(free, WeeklyWindows)
assert_type(free & free | free - ~free, WeeklyWindows)
assert_type(free.total, timedelta)
assert_type(free.windows, tuple[Window, ...])

free.covers(Weekday.MONDAY, time(18), 60)  # type: ignore[arg-type]
free & "monday 17:30-21:00"  # type: ignore[operator]
WeeklyWindows.of(9)  # type: ignore[arg-type]
Window("monday", time(9), time(12))  # type: ignore[arg-type]

# Patients: everything but the key may be unknown, and nothing can be set.

patient = Patient(key=key, birth_date=day)
assert_type(patient.birth_date, date | PartialDate | None)
assert_type(patient.diagnoses, tuple[Diagnosis, ...] | None)
assert_type(patient.free, WeeklyWindows | None)
assert_type(SubstanceUseDisorder(criteria_met=5).severity, Severity | None)
assert_type(reveal(patient), str)

Patient()  # type: ignore[call-arg]
Patient(key="0b7c9d52-8f1e-4c35-9a64-2f0d6e1b7a90")  # type: ignore[arg-type]
Patient(key=key, name="anyone")  # type: ignore[call-arg]
patient.birth_date.year  # type: ignore[union-attr]
for diagnosis in patient.diagnoses:  # type: ignore[union-attr]
    diagnosis
Patient(key=key, assessments=[Assessment(on=day)])  # type: ignore[arg-type]
Assessment(on=day, needed_per_week=9)  # type: ignore[arg-type]
Assessment()  # type: ignore[call-arg]
patient.birth_date = day  # type: ignore[misc]

# Consents.

consent = Consent(recipients=("spouse",), purposes=frozenset({Purpose.PAYMENT}))
assert_type(consent.valid(on=day, recipient="spouse", purpose=Purpose.PAYMENT), Truth)

consent.valid(day, "spouse", Purpose.PAYMENT)  # type: ignore[call-arg]
consent.valid(on=day, recipient="spouse", purpose="payment")  # type: ignore[arg-type]
consent.valid(recipient="spouse", purpose=Purpose.PAYMENT)  # type: ignore[call-arg]
Consent(recipients="spouse")  # type: ignore[arg-type]
