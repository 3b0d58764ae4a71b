import pytest

from iopkit.modalities import Modality


@pytest.mark.parametrize(
    ("modality", "label", "is_group"),
    [
        (Modality.GROUP_THERAPY, "Group therapy", True),
        (Modality.INDIVIDUAL_COUNSELING, "Individual counseling", False),
        (Modality.FAMILY_SESSION, "Family session", False),
        (Modality.MULTI_FAMILY_GROUP, "Multi-family group", True),
        (Modality.FAMILY_EDUCATION, "Family education", True),
        (Modality.PSYCHOEDUCATION, "Psychoeducation", True),
        (Modality.RELAPSE_PREVENTION, "Relapse prevention", True),
        (Modality.SKILLS_TRAINING, "Skills training", True),
        (Modality.SOCIAL_SUPPORT_GROUP, "Social support group", True),
        (Modality.MUTUAL_HELP, "Mutual help", False),
        (Modality.PEER_SUPPORT, "Peer support", False),
        (Modality.CASE_MANAGEMENT, "Case management", False),
        (Modality.DRUG_TESTING, "Drug testing", False),
        (Modality.MEDICATION_MANAGEMENT, "Medication management", False),
        (Modality.PSYCHIATRIC_CARE, "Psychiatric care", False),
        (Modality.ASSESSMENT, "Assessment", False),
        (Modality.OCCUPATIONAL_THERAPY, "Occupational therapy", False),
        (Modality.ACTIVITY_THERAPY, "Activity therapy", False),
        (Modality.CONTINUING_CARE_CONTACT, "Continuing care contact", False),
    ],
)
def test_what_a_modality_is_called_and_whether_several_take_part(
    modality: Modality, label: str, is_group: bool
) -> None:
    assert modality.label == label
    assert modality.is_group is is_group


def test_every_modality_has_a_label_of_its_own() -> None:
    assert len({modality.label for modality in Modality}) == len(Modality) == 19
