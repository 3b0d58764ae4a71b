"""What a program can give: kinds of service."""

from enum import StrEnum


class Delivery(StrEnum):
    """How patient and clinician meet."""

    ON_SITE = "on_site"
    TELEHEALTH = "telehealth"
    """By video or telephone, with the patient at home or elsewhere."""


class Modality(StrEnum):
    """A kind of service, in the field's usual terms.

    Example:
        >>> Modality("group_therapy").label
        'Group therapy'
    """

    GROUP_THERAPY = "group_therapy"
    INDIVIDUAL_COUNSELING = "individual_counseling"
    FAMILY_SESSION = "family_session"
    MULTI_FAMILY_GROUP = "multi_family_group"
    FAMILY_EDUCATION = "family_education"
    PSYCHOEDUCATION = "psychoeducation"
    RELAPSE_PREVENTION = "relapse_prevention"
    SKILLS_TRAINING = "skills_training"
    SOCIAL_SUPPORT_GROUP = "social_support_group"
    MUTUAL_HELP = "mutual_help"
    PEER_SUPPORT = "peer_support"
    CASE_MANAGEMENT = "case_management"
    DRUG_TESTING = "drug_testing"
    MEDICATION_MANAGEMENT = "medication_management"
    PSYCHIATRIC_CARE = "psychiatric_care"
    ASSESSMENT = "assessment"
    OCCUPATIONAL_THERAPY = "occupational_therapy"
    ACTIVITY_THERAPY = "activity_therapy"
    CONTINUING_CARE_CONTACT = "continuing_care_contact"

    @property
    def label(self) -> str:
        """The modality's name as people read it."""
        return self.value.replace("_", " ").replace("multi family", "multi-family").capitalize()

    @property
    def is_group(self) -> bool:
        """Whether several patients take part at once."""
        return self in _GROUPS


_GROUPS = frozenset(
    {
        Modality.GROUP_THERAPY,
        Modality.MULTI_FAMILY_GROUP,
        Modality.FAMILY_EDUCATION,
        Modality.PSYCHOEDUCATION,
        Modality.RELAPSE_PREVENTION,
        Modality.SKILLS_TRAINING,
        Modality.SOCIAL_SUPPORT_GROUP,
    }
)
