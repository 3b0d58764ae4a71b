"""Washington: the rule until 2018."""

from datetime import date

from iopkit.levels import LevelOfCare
from iopkit.library.shipped import Shipped
from iopkit.modalities import Modality
from iopkit.requirements.demands import Frequency, Reviews
from iopkit.requirements.milestones import MilestoneKind
from iopkit.requirements.requirements import Requirement, RequirementSet
from iopkit.scopes import Scope
from iopkit.sources import Dated, Grade, Source, Versions

_WASHINGTON = Source(
    "WAC 388-877B-0350",
    Grade.LEGAL_TEXT,
    "http://warules.elaws.us/wac/388-877b-0350",
)

US_WA_FORMER_IOP_REQUIREMENTS = RequirementSet(
    "us-wa-former-iop",
    "Washington intensive outpatient services, the rule until 2018: sessions and reviews",
    Versions(
        (
            Dated(
                date(2015, 12, 31),  # a copy of that year has it
                (
                    Requirement(
                        "individual",
                        "An individual session at least once a month.",
                        Frequency(frozenset({Modality.INDIVIDUAL_COUNSELING})),
                        _WASHINGTON.at("(2)"),
                    ),
                    Requirement(
                        "review",
                        "The plan reviewed at least once a month.",
                        Reviews(MilestoneKind.REVIEW),
                        _WASHINGTON.at("(4)"),
                    ),
                ),
                _WASHINGTON,
                # WSR 18-06-043 repealed the chapter from then,
                # https://lawfilesext.leg.wa.gov/law/wsr/2018/06/18-06-043.htm [T1].
                end=date(2018, 4, 1),
                since_from_copy=True,
                replaced_by="chapter 388-877, and from 2019-05-17 by WAC 246-341-0740, which asks "
                "for no monthly session or review",
            ),
        )
    ),
    left_open=(
        "Under deferred prosecution: at least 72 hours of treatment within 12 weeks.",
        "And in its first 4 weeks 3 sessions on separate days, with groups of an hour at least.",
    ),
    scope=Scope("WA", level=LevelOfCare("2.1")),
)

SHIPPED = Shipped(
    requirements=(US_WA_FORMER_IOP_REQUIREMENTS,),
)
