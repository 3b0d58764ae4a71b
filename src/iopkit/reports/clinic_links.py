"""Links from anywhere in a clinic's report to what it says of a patient."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from attrs import evolve

from iopkit.clinics.clinics import ClinicRun
from iopkit.confidential import hidden
from iopkit.fields import frozen
from iopkit.reports.html import Link


@frozen(repr=False)
class PatientLinks:
    """The link to each patient of a run by the key, and their names, if these are to be shown."""

    links: Mapping[UUID, Link]
    names: Mapping[UUID, str]

    @classmethod
    def of(cls, run: ClinicRun, *, names: bool) -> "PatientLinks":
        """Links that show a name, or the key: its start alone, where no two start alike."""
        keys = {each.key for each in run.patients} | {each.plan.patient for each in run.kept}
        length = 8 if len({str(key)[:8] for key in keys}) == len(keys) else 36
        named = {each.key: each.name for each in run.patients} if names else {}
        return cls(
            {key: Link(named.get(key) or str(key)[:length], f"patient-{key}") for key in keys},
            named,
        )

    def to(self, patients: Iterable[UUID]) -> Sequence[Link]:
        """Links to patients; of whom the run says nothing, the key alone."""
        return [self.links.get(key) or Link(str(key)) for key in patients]

    def about(self, patient: UUID, words: str) -> Link:
        """Words about a patient, and the link."""
        link = self.links.get(patient) or Link(str(patient))
        return evolve(link, text=f"{words}, {link.text}")

    def counted(self, patients: Sequence[UUID]) -> tuple[str, Sequence[Link]]:
        """How many patients, and links to them."""
        return str(len(patients)), self.to(patients)

    def name_of(self, patient: UUID) -> str | None:
        """A patient's name; ``None``: it is not to be shown."""
        return self.names.get(patient)

    __repr__ = hidden
