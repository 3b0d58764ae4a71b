"""Habits: what people do, each figure with its source, and what the engine asks of them.

A ``Habits`` says as much as its sources do. What it does not say is ``None``, or empty: nobody is
known to do it. A figure without a source is the user's own, and ``figures`` tells which are. A
plain number stands for one of the user's own: for a share, and, where a curve is asked for, for
the share that does it each week.

Shares and hazards may differ among people. ``predicates`` are all questions about facts that
habits ask, in a stable order: people of whom all have the same truths do alike, and methods take
these truths. What is unknown of somebody changes nothing for them, and is for the engine to tell:
unknown is not no.

Weeks and days are of the stay, from 0 in the code and from 1 in what people write and read; those
of giving up, coming and coming back are of the wait.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from attrs import evolve, field

from iopkit.courses.stays import DischargeReason
from iopkit.eligibility.predicates import Predicate
from iopkit.errors import refuse, unless
from iopkit.fields import frozen
from iopkit.programs.programs import is_name
from iopkit.scenarios.attending import Assessing, Attending, Coming, as_attending, as_coming
from iopkit.scenarios.curves import Curve
from iopkit.scenarios.decimals import product
from iopkit.scenarios.leaving import (
    ComingBack,
    Effect,
    Endings,
    Exits,
    HazardOf,
    as_coming_back,
    as_curve,
    as_leaving,
    figure_of,
)
from iopkit.scenarios.shares import HabitFigure, Share, Truths, as_said_share, holds
from iopkit.sources import Source


@frozen
class Habits:
    r"""What people do; what is ``None`` or empty is not said.

    ``people``: of whom the figures are; ``left_open``: what the sources do not settle, and what is
    our own reading of them. ``attends``: the share of sessions attended; ``excuses``: of those
    missed, the share that is excused. ``leaving``: for which reasons people leave and when;
    ``finishes``: of those who reach the planned end, the share that completes, else all.
    ``uses_at_admission``: who uses in the week of admission; ``returns_to_use`` and
    ``stops_using``: when those do who do not use, or do; ``test_finds_use``: the share of tests
    after a week with use that find it. ``gives_up``: when people stop waiting; ``comes``: who
    comes to intake; ``assessment``: what comes of those of whom too little is known;
    ``coming_back``: who asks again after leaving. ``unrecorded``: the share of sessions without a
    roll, else none.

    Raises:
        InvalidError: the name is not in lower-case words, there are two curves of coming back for
            one reason, or an effect is on what the habits do not say.

    Example:
        >>> habits = Habits("mine", "My clinic", attends=0.8, leaving=0.05)
        >>> habits.attends.share(week=3).words
        '80 %'
        >>> print(*habits.words, sep="\n")
        attends, usual: 80 % (your own figure)
        leaving, dropped out: 5 % a week (your own figure)
    """

    name: str
    title: str
    people: str = ""
    left_open: tuple[str, ...] = ()
    attends: Attending | None = field(default=None, converter=as_attending)
    excuses: Share | None = field(default=None, converter=as_said_share)
    leaving: Exits | Endings | None = field(default=None, converter=as_leaving)
    finishes: Share | None = field(default=None, converter=as_said_share)
    uses_at_admission: Share | None = field(default=None, converter=as_said_share)
    returns_to_use: Curve | None = field(default=None, converter=as_curve)
    stops_using: Curve | None = field(default=None, converter=as_curve)
    test_finds_use: Share | None = field(default=None, converter=as_said_share)
    gives_up: Curve | None = field(default=None, converter=as_curve)
    comes: Coming | None = field(default=None, converter=as_coming)
    assessment: Assessing | None = None
    coming_back: tuple[ComingBack, ...] = field(default=(), converter=as_coming_back)
    unrecorded: Share | None = field(default=None, converter=as_said_share)
    effects: tuple[Effect, ...] = ()

    def __attrs_post_init__(self) -> None:
        again = [one.reason for one in self.coming_back]
        refuse(
            f"habits {self.name!r}",
            unless(is_name(self.name), "name", "lower-case words joined by '-'", repr(self.name)),
            unless(len(set(again)) == len(again), "coming_back", "each reason once", "one twice"),
            *(
                unless(self.says(effect.on), "effects", _SAID, f"{effect.on.value}, not said")
                for effect in self.effects
            ),
            *(
                unless(effect.reason in (None, *self.reasons), "effects", _REASONS, effect.reason)
                for effect in self.effects
                if self.leaving is not None
            ),
        )

    def says(self, event: HazardOf) -> bool:
        """Whether they say when something happens."""
        return bool(_CURVES[event](self))

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """All questions about facts that are asked, each once, in a stable order."""
        rules = self.attends.rules if self.attends else ()
        asked = (*(rule.among for rule in rules), *(effect.among for effect in self.effects))
        return tuple(dict.fromkeys(one for one in asked if one is not None))

    @property
    def reasons(self) -> tuple[DischargeReason, ...]:
        """The reasons for which people leave, in order."""
        return tuple(one.reason for one in self.leaving.exits) if self.leaving else ()

    def ratio(
        self,
        event: HazardOf,
        truths: Truths | None = None,
        *,
        using: bool = False,
        reason: DischargeReason | None = None,
    ) -> Decimal:
        """What the hazard of an event is multiplied by for some people.

        Args:
            truths: how ``predicates`` turn out for them; without, all are unknown.
            using: whether it is a week with use.
            reason: of leaving.
        """
        return product(
            effect.ratio
            for effect in self.effects
            if effect.on is event
            and effect.reason in (None, reason)
            and (using or not effect.while_using)
            and holds(effect.among, truths)
        )

    def causes(
        self, truths: Truths | None = None, *, using: bool = False
    ) -> tuple[tuple[Curve, Decimal], ...]:
        """What ``leaving_thresholds`` takes for some people, in the order of ``reasons``."""
        exits = self.leaving.exits if self.leaving else ()
        return tuple(
            (one.curve, self.ratio(HazardOf.LEAVING, truths, using=using, reason=one.reason))
            for one in exits
        )

    def comes_back(self, reason: DischargeReason) -> Curve | None:
        """When people ask again after a discharge for a reason; ``None``: not said."""
        by_reason = {one.reason: one.curve for one in self.coming_back}
        return by_reason.get(reason, by_reason.get(None))

    def filled_from(self, other: "Habits") -> "Habits":
        """These habits, and what they do not say as others have it.

        Each figure keeps its source. Effects come with what they are on. That the figures are of
        different people is for the user to judge; ``people`` names them all.

        Example:
            >>> leaving = Habits("left", "Leaving", leaving=0.05)
            >>> both = leaving.filled_from(Habits("came", "Coming", comes=0.7, leaving=0.1))
            >>> [figure.path for figure in both.figures], both.name
            (['leaving.dropped_out', 'comes'], 'left')
        """
        more = {
            name: getattr(other, name)
            for name in _SAID_BY
            if getattr(self, name) in (None, ()) and getattr(other, name) not in (None, ())
        }
        if not more:
            return self
        effects = tuple(one for one in other.effects if not self.says(one.on))
        return evolve(
            self,
            **more,
            people="; ".join(dict.fromkeys(filter(None, (self.people, other.people)))),
            left_open=tuple(dict.fromkeys((*self.left_open, *other.left_open))),
            effects=(*self.effects, *effects),
        )

    @property
    def figures(self) -> tuple[HabitFigure, ...]:
        """Every figure, in the order of the fields, and whose it is."""
        return tuple(_figures(self))

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of the figures, each once."""
        return tuple(dict.fromkeys(one.source for one in self.figures if one.source is not None))

    @property
    def words(self) -> tuple[str, ...]:
        """A line for each figure, with its source."""
        return tuple(
            f"{one.path.replace('.', ', ').replace('_', ' ')}: {one.words} "
            f"({one.source or 'your own figure'})"
            for one in self.figures
        )


_SAID = "an effect on what is said"
_REASONS = "a reason for which people leave"

_CURVES: Mapping[HazardOf, Callable[[Habits], object]] = {
    HazardOf.LEAVING: lambda habits: habits.leaving,
    HazardOf.RETURNING_TO_USE: lambda habits: habits.returns_to_use,
    HazardOf.STOPPING_USE: lambda habits: habits.stops_using,
    HazardOf.GIVING_UP: lambda habits: habits.gives_up,
    HazardOf.COMING_BACK: lambda habits: habits.coming_back,
}

_SAID_BY = (
    "attends",
    "excuses",
    "leaving",
    "finishes",
    "uses_at_admission",
    "returns_to_use",
    "stops_using",
    "test_finds_use",
    "gives_up",
    "comes",
    "assessment",
    "coming_back",
    "unrecorded",
)


def _figures(habits: Habits) -> Iterator[HabitFigure]:
    for name in _SAID_BY:
        # One of what figures are in: see the fields of ``Habits``.
        said: _Said = getattr(habits, name)
        if isinstance(said, Curve):
            yield figure_of(name, said)
        elif isinstance(said, tuple):
            for one in said:
                yield from one.figures(name)
        elif said is not None:
            yield from said.figures(name)
    for place, effect in enumerate(habits.effects):
        yield from effect.figures(f"effects.{place}")


_Said = (
    Share | Attending | Exits | Endings | Coming | Assessing | Curve | tuple[ComingBack, ...] | None
)
