"""Payers: who pays for treatment."""

from enum import StrEnum


class Payer(StrEnum):
    """Who pays.

    Example:
        >>> Payer("commercial").label
        'commercial insurance'
    """

    MEDICARE = "medicare"
    MEDICAID = "medicaid"
    COMMERCIAL = "commercial"
    MILITARY = "military"
    SELF_PAY = "self_pay"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The payer as people read it."""
        return _LABELS[self]


_LABELS = {
    Payer.MEDICARE: "Medicare",
    Payer.MEDICAID: "Medicaid",
    Payer.COMMERCIAL: "commercial insurance",
    Payer.MILITARY: "military insurance",
    Payer.SELF_PAY: "the patient's own means",
    Payer.OTHER: "another payer",
}
