"""How a session was given: in person or by telehealth, as far as that is known."""

from itertools import product

from iopkit.confidential import hidden
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Delivery


@frozen(repr=False)
class HowGiven:
    """How a session was given; ``None``: not known.

    ``video``: by video, and not by audio alone. ``at_home``: with the patient at home, and not
    elsewhere. Both are of telehealth only.

    Raises:
        InvalidError: ``video`` or ``at_home`` goes with a session that is not by telehealth.

    Example:
        >>> from iopkit.modalities import Delivery
        >>> HowGiven(Delivery.TELEHEALTH, video=False).words
        'by audio alone, not known where the patient was'
    """

    delivery: Delivery | None = None
    video: bool | None = None
    at_home: bool | None = None

    def __attrs_post_init__(self) -> None:
        remote = self.delivery is Delivery.TELEHEALTH
        refuse(
            "how a session was given",
            *(
                unless(remote or told is None, name, "nothing, unless by telehealth", "a value")
                for name, told in (("video", self.video), ("at_home", self.at_home))
            ),
        )

    @property
    def could_be(self) -> tuple["HowGiven", ...]:
        """What it can have been: each way in which nothing is unknown."""
        deliveries = Delivery if self.delivery is None else (self.delivery,)
        in_person = (HowGiven(Delivery.ON_SITE),) if Delivery.ON_SITE in deliveries else ()
        if Delivery.TELEHEALTH not in deliveries:
            return in_person
        return in_person + tuple(
            HowGiven(Delivery.TELEHEALTH, video=video, at_home=at_home)
            for video, at_home in product(_either(self.video), _either(self.at_home))
        )

    @property
    def words(self) -> str:
        """How it was given, in prose."""
        if self.delivery is not Delivery.TELEHEALTH:
            return "in person" if self.delivery else "not known how"
        return f"{_BY[self.video]}, {_WHERE[self.at_home]}"

    __repr__ = hidden


_BY = {True: "by video", False: "by audio alone", None: "by telehealth"}
_WHERE = {
    True: "the patient at home",
    False: "the patient not at home",
    None: "not known where the patient was",
}


def _either(told: bool | None) -> tuple[bool, ...]:
    return (True, False) if told is None else (told,)
