"""What a plan costs those who pay for the patient, and what the next levels of care would.

Every figure is one that somebody published, or that a user gives; what nobody published is told
to be missing, and is never guessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

from iopkit.applicability import Applicability, Basis, applicable_to_plan, pays_for
from iopkit.charges.charges import Charges, Total, itemize
from iopkit.charges.code_rules import CodingScheme, codes_of
from iopkit.charges.rates import Rate, RateTable
from iopkit.confidential import hidden
from iopkit.errors import NotInForceError, each_a, refuse, refuse_flags, unless_a
from iopkit.fields import frozen
from iopkit.levels import LevelOfCare, levels_of
from iopkit.patients.patients import Patient
from iopkit.payers import Payer
from iopkit.placement.outcomes import LevelFigure, OutcomeMeasure
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site
from iopkit.truth import Truth, any_of

_R = TypeVar("_R", bound=CodingScheme | RateTable)


@frozen(repr=False)
class PlanCharges:
    """What a plan's sessions come to under a coding scheme that applies, or may.

    ``spans`` are the days on which it does, with the reasons. ``table`` has the rates of who pays;
    ``None``: no public or given ones. ``rates`` are those of its codes on the days of the lines:
    where none is known to be in force, the nearest, which is in no amount unless it was assumed.
    """

    charges: Charges
    spans: tuple[Applicability, ...]
    table: RateTable | None = None
    rates: tuple[Rate, ...] = ()

    @property
    def applies(self) -> Truth:
        """Whether the scheme applies on some day of the plan."""
        return any_of(span.applies for span in self.spans)

    @property
    def payer(self) -> Payer | None:
        """Who pays at the rates; ``None``: there are none, or they do not say."""
        return self.table.scope.payer if self.table and self.table.scope else None

    @property
    def total(self) -> Total:
        """What the lines come to on the days on which the scheme applies, or may."""
        return Total.of(
            line
            for line in self.charges.lines
            if any(span.start <= line.on < span.end for span in self.spans)
        )

    __repr__ = hidden


@frozen(repr=False)
class LevelCosts:
    """What is known of the costs of a level of care: of other people, places and years.

    ``paid`` is what a payer of the patient pays there, ``perhaps`` what one does of whom that is
    not known, and ``counted`` what care cost where somebody counted.
    """

    level: LevelOfCare
    paid: tuple[LevelFigure, ...] = ()
    perhaps: tuple[LevelFigure, ...] = ()
    counted: tuple[LevelFigure, ...] = ()

    __repr__ = hidden


@frozen(repr=False)
class PlanCosts:
    """What a plan costs, and what the levels next to its own would.

    ``payers`` cover the patient on some day of the plan, or may; ``None``: not known who does.
    ``refused`` says which schemes were not asked, as they are not known to be in force on some day.
    ``own`` is the level on the plan's first day, ``lower`` and ``higher`` those next to it in its
    edition; ``None``: there is none, or the plan's own is not known.
    """

    payers: tuple[Payer, ...] | None
    charged: tuple[PlanCharges, ...] = ()
    lower: LevelCosts | None = None
    own: LevelCosts | None = None
    higher: LevelCosts | None = None
    refused: tuple[str, ...] = ()

    @property
    def unpriced(self) -> tuple[Payer, ...]:
        """Payers of whom there is no table of rates."""
        priced = {each.payer for each in self.charged}
        return tuple(payer for payer in self.payers or () if payer not in priced)

    @property
    def is_known(self) -> bool:
        """Whether each payer is known, and what all sessions that it is charged for come to."""
        priced = [each for each in self.charged if each.payer is not None]
        return (
            bool(self.payers)
            and not (self.unpriced or self.refused)
            and all(p.applies is Truth.YES and p.total.amount_usd is not None for p in priced)
        )

    __repr__ = hidden


def costs_of_plan(  # noqa: PLR0913  # what is published, by kind, and for whom
    planned: Schedule,
    site: Site,
    patient: Patient,
    *,
    codings: Iterable[CodingScheme],
    rates: Iterable[RateTable] = (),
    figures: Iterable[LevelFigure] = (),
    level: LevelOfCare | None = None,
    assume_in_force: bool = False,
) -> PlanCosts:
    """What a plan costs this patient's payers, and what the next levels of care would.

    A scheme of coding takes the rates of its own payer; one of no payer takes those that have its
    codes and that no other scheme has taken. Nothing is adjusted for inflation, and no figure
    of other people becomes one of this patient.

    Args:
        codings: such as ``iopkit.library.CODINGS``; those that do not apply are left out.
        rates: such as ``iopkit.library.RATES``, or your own contracts.
        figures: such as ``iopkit.library.LEVEL_FIGURES``.
        level: the plan's, where its program does not say.
        assume_in_force: charge by the nearest rates and rules where none is known to be in force.

    Raises:
        InvalidError: the plan is another patient's.
    """
    refuse(
        "costs",
        unless_a(planned, "planned", Schedule),
        unless_a(site, "site", Site),
        unless_a(patient, "patient", Patient),
        *([] if level is None else [unless_a(level, "level", LevelOfCare)]),
    )
    refuse_flags("costs", assume_in_force=assume_in_force)
    schemes = _applying(each_a("costs", codings, "codings", CodingScheme), planned, site, patient)
    tables = _applying(each_a("costs", rates, "rates", RateTable), planned, site, patient)
    found = each_a("costs", figures, "figures", LevelFigure)
    start = planned.plan.start
    charged: list[PlanCharges] = []
    refused: list[str] = []
    for scheme, table in _with_tables(schemes, tables):
        try:
            charges = itemize(planned, scheme, rates=table, assume_in_force=assume_in_force)
        except NotInForceError as error:
            refused.append(str(error))
        else:
            rates_seen = () if table is None else _rates_seen(table, charges)
            charged.append(PlanCharges(charges, schemes[scheme], table, rates_seen))
    lower, own, higher = (
        None if of is None else _level_costs(of, found, patient, start)
        for of in _levels_around(planned.plan.level_on(start) or level)
    )
    payers = _payers(patient, start, planned.end)
    return PlanCosts(payers, tuple(charged), lower, own, higher, tuple(refused))


def rates_for(scheme: CodingScheme, tables: Sequence[RateTable]) -> RateTable | None:
    """The table of a scheme's payer; of a scheme of no payer, the only one that has its codes."""
    for table in tables:
        if table.scope == scheme.scope:
            return table
    if scheme.scope is None or scheme.scope.payer is not None:
        return None
    codes = {code for v in scheme.versions.dated for rule in v.value for code in codes_of(rule)}
    having = {t.name: t for t in tables if codes.intersection(rate.code for rate in t.rates)}
    return next(iter(having.values())) if len(having) == 1 else None


def _applying(
    rules: Sequence[_R], planned: Schedule, site: Site, patient: Patient
) -> Mapping[_R, tuple[Applicability, ...]]:
    """The rules that apply, or may, and when; a rate that has ended is still what was paid last."""
    found: dict[_R, tuple[Applicability, ...]] = {}
    for rule in rules:
        spans = tuple(
            span
            for span in applicable_to_plan([rule], planned, site, patient)
            if not any(
                ground.truth is Truth.NO
                for ground in span.grounds
                if isinstance(rule, CodingScheme) or ground.basis is not Basis.IN_FORCE
            )
        )
        if spans:
            found[rule] = spans
    return found


def _with_tables(
    schemes: Iterable[CodingScheme], tables: Iterable[RateTable]
) -> Iterator[tuple[CodingScheme, RateTable | None]]:
    """Each scheme with its rates: those of a payer first, whose tables no other takes then."""
    left = [*tables]
    for scheme in sorted(schemes, key=lambda one: one.scope is None or one.scope.payer is None):
        table = rates_for(scheme, left)
        if table is not None:
            left = [other for other in left if other.scope != table.scope]
        yield scheme, table


def _rates_seen(table: RateTable, charges: Charges) -> tuple[Rate, ...]:
    """The rates of the codes that are charged, as on the days of the lines or nearest to them."""
    seen = (table.rate(line.code, on=line.on, assume_in_force=True) for line in charges.lines)
    return tuple(dict.fromkeys(rate for rate in seen if rate is not None))


def _payers(patient: Patient, start: date, end: date) -> tuple[Payer, ...] | None:
    """Who covers a patient on some of the days, or may."""
    if patient.coverages is None:
        return None
    within = (
        each
        for each in patient.coverages
        if (each.start or start) < end and (each.end is None or start < each.end)
    )
    return tuple(dict.fromkeys(each.payer for each in within))


def _levels_around(
    level: LevelOfCare | None,
) -> tuple[LevelOfCare | None, LevelOfCare | None, LevelOfCare | None]:
    """The level of its edition below a level, itself, and the one above."""
    if level is None:
        return None, None, None
    levels = levels_of(level.edition)
    place = levels.index(level)
    below = levels[place - 1] if place else None
    above = levels[place + 1] if place + 1 < len(levels) else None
    return below, level, above


def _level_costs(
    level: LevelOfCare, figures: Iterable[LevelFigure], patient: Patient, on: date
) -> LevelCosts:
    paid: dict[Truth, list[LevelFigure]] = {truth: [] for truth in Truth}
    counted: list[LevelFigure] = []
    for figure in figures:
        if figure.level == level and figure.measure is OutcomeMeasure.PAYMENT:
            scope = figure.scope
            paid[Truth.UNKNOWN if scope is None else pays_for(scope, patient, on=on)].append(figure)
        elif figure.level == level and figure.measure is OutcomeMeasure.COST:
            counted.append(figure)
    return LevelCosts(level, tuple(paid[Truth.YES]), tuple(paid[Truth.UNKNOWN]), tuple(counted))
