"""Curricula: what the sessions of a service are about."""

from iopkit.errors import refuse, unless
from iopkit.fields import frozen


@frozen
class Curriculum:
    """What the sessions of a service are about, in order.

    A closed group begins together, so its n-th session has the n-th topic. An open one
    takes patients in at any topic and goes on from the last to the first.
    ``Schedule.topic`` tells what a patient's session is about, where that is known.
    """

    topics: tuple[str, ...]
    closed: bool | None = None

    def __attrs_post_init__(self) -> None:
        refuse("curriculum", unless(bool(self.topics), "topics", "at least one", "none"))

    def topic(self, number: int, *, joined_at: int = 1) -> str | None:
        """The topic of a patient's n-th session, of one who joined at a topic, from 1.

        Returns:
            ``None`` after the last topic of a closed group.

        Example:
            >>> Curriculum(("Triggers", "Cravings")).topic(2, joined_at=2)
            'Triggers'
        """
        place = joined_at - 1 + number - 1
        if self.closed and place >= len(self.topics):
            return None
        return self.topics[place % len(self.topics)]
