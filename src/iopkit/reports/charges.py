"""Charges, coding schemes, rates and costs for people to read: as text, CSV and HTML.

Calling ``charges_text``, ``charges_csv`` or ``charges_html`` is the explicit act that shows a
patient's values.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from xml.etree.ElementTree import Element, indent, tostring

from attrs import astuple, fields

from iopkit.charges.charges import Charge, Charges, Total
from iopkit.charges.code_rules import (
    CodingRule,
    CodingScheme,
    DayCode,
    DayTiers,
    Exclusion,
    LineMark,
    SessionCodes,
    TimeBand,
    TimedCode,
    WeekCode,
)
from iopkit.charges.costs import CostComparison, CostFigure
from iopkit.charges.marks import Marks
from iopkit.charges.rates import Rate, RateTable
from iopkit.charges.rows import ChargeRow, charge_rows
from iopkit.levels import LevelOfCare
from iopkit.modalities import Delivery
from iopkit.prose import counted, duration_text
from iopkit.reports.html import bullets, child, row
from iopkit.reports.lines import (
    ASSUMED_IN_FORCE,
    below,
    fold,
    in_force_lines,
    item,
    link,
    page,
    section,
    whose,
)
from iopkit.reports.tables import csv_table
from iopkit.reports.words import day_text
from iopkit.windows import ONE_DAY

_OUTPATIENT = LevelOfCare("1")


def charges_text(charges: Charges) -> str:
    """A bill: each line, what weeks and plan come to, and what is not charged and why."""
    lines = [
        charges_head(charges),
        *(f"  {words}" for words in basis_words(charges)),
        "",
        "  week  day             code            units       rate        amount",
        *(told for line in charges.lines for told in _charge_lines(line)),
        "",
        *(f"Week {n}: {total_text(of)}" for n, of in enumerate(charges.weekly, 1) if of.units),
        f"Total: {total_text(charges.total)}",
        "",
        "Not charged:",
        *map(item, uncharged_words(charges)),
        *section("Not known for a claim", not_told_words(charges)),
        *section("Sources of the rates", rate_sources(charges.lines)),
    ]
    return page(lines)


def charges_csv(charges: Charges) -> str:
    """A bill as a table: the rows of ``charge_rows``, under the names of their columns.

    What is not known or not said of a row is empty, and a yes or no is a word. Cells of text that
    a spreadsheet would take for a formula begin with an apostrophe.
    """
    names = [each.name for each in fields(ChargeRow)]
    return csv_table([names, *map(astuple, charge_rows(charges))])


def charges_html(charges: Charges, *, caution: str | None = None) -> str:
    """A bill as an HTML ``section`` without styles; classes name lines, weeks and the total.

    Args:
        caution: what is to be told first of the plan, its ``Plan.caution``.
    """
    whole = Element("section", {"class": "iopkit-charges"})
    child(whole, "h2", charges_head(charges))
    if caution:
        child(child(whole, "p"), "strong", caution)
    bullets(whole, basis_words(charges))
    table = child(whole, "table")
    row(child(table, "thead"), _HEADS, tag="th")
    body = child(table, "tbody")
    for week, lines in groupby(sorted(charges.lines, key=_week), key=_week):
        for line in lines:
            row(body, _cells(line), class_="line")
        _sum_row(body, f"Week {week}", charges.weekly[week - 1], "week")
    _sum_row(body, "Total", charges.total, "total")
    for head, items in (
        ("Not charged", uncharged_words(charges)),
        ("Not known for a claim", not_told_words(charges)),
        ("Sources of the rates", rate_sources(charges.lines)),
    ):
        if listed := list(items):
            child(whole, "p", f"{head}:")
            bullets(whole, listed)
    indent(whole)
    return tostring(whole, encoding="unicode", method="html")


_HEADS = (
    *("Week", "Day", "Code", "Units", "Rate", "Amount"),
    *("Place of service", "Modifiers", "Given", "Led by"),
)


def _week(line: Charge) -> int:
    return line.week


def _cells(line: Charge) -> tuple[str, ...]:
    marks = line.marks or Marks()
    rate = f"{_money(line.rate_usd)}{f' ({ASSUMED_IN_FORCE.lower()})' * line.rate_assumed}"
    return (
        *(str(line.week), day_text(line.on), line.code, str(line.units)),
        *(rate, _money(line.amount_usd)),
        *(marks.place or "", " ".join(marks.modifiers)),
        "; ".join(way.words for way in line.given),
        "; ".join(name or "not known" for name in line.led_by),
    )


def _sum_row(body: Element, name: str, total: Total, class_: str) -> None:
    line = child(body, "tr", class_=class_)
    child(line, "th", name, scope="row")
    child(line, "td", total_text(total), colspan=str(len(_HEADS) - 1))


def charges_head(charges: Charges) -> str:
    """Which sessions are charged."""
    return f"Charges for the sessions {'attended' if charges.attended else 'booked'}"


def basis_words(charges: Charges) -> Iterator[str]:
    """What charges are by."""
    yield f"coding scheme: {charges.coding}"
    yield f"rates: {charges.rates or 'none given'}"
    if charges.assumed_in_force:
        yield f"{ASSUMED_IN_FORCE}: on some days the scheme is not known to be."


def rate_sources(lines: Iterable[Charge]) -> Iterator[str]:
    """What states the rates of lines, each once, with its codes."""
    codes: dict[str, set[str]] = {}
    for line in lines:
        if line.rate_source is not None:
            codes.setdefault(str(line.rate_source), set()).add(line.code)
    yield from (f"{', '.join(sorted(those))}: {source}" for source, those in codes.items())


def _charge_lines(charge: Charge) -> Iterator[str]:
    yield (
        f"  {charge.week:>4}  {day_text(charge.on)}  {charge.code:<14}  {charge.units:>5}"
        f"  {_money(charge.rate_usd):>9}  {_money(charge.amount_usd):>12}"
    )
    marks = charge.marks or Marks()
    remote = any(way.delivery is Delivery.TELEHEALTH for way in charge.given)
    told = [
        *(way.words for way in charge.given if remote),
        _mark_words(marks.place, marks.modifiers),
        *(f"led by {name}" for name in charge.led_by if name),
        *([f"rate {ASSUMED_IN_FORCE.lower()}"] if charge.rate_assumed else []),
    ]
    if said := "; ".join(filter(None, told)):
        yield fold(f"{'':8}{said}", 8)


def not_told_words(charges: Charges) -> Iterator[str]:
    """What is not known of lines, and a claim may have to say."""
    counts: Counter[str] = Counter()
    for line in charges.lines:
        counts.update(line.not_known)
    yield from (f"{what}: {counted(count, 'line')}" for what, count in counts.items())


def _money(amount: Decimal | None) -> str:
    return "not known" if amount is None else f"{amount:,.2f}"


def total_text(total: Total) -> str:
    """Units by code and what they come to, as far as there are rates."""
    units = ", ".join(f"{each.units} {each.code}" for each in total.units) or "nothing"
    if total.amount_usd is not None:
        return f"{units}: ${_money(total.amount_usd)}"
    known = f"${_money(total.known_usd)} and more" if total.known_usd else "not known"
    return f"{units}: {known}, as there is no rate for {', '.join(total.unrated)}"


def uncharged_words(charges: Charges) -> Iterator[str]:
    """Sessions of one service that are not charged for the same reasons, together."""
    counts = Counter((left.service, left.reasons) for left in charges.uncharged)
    for (service, reasons), count in counts.items():
        why = "; ".join(refusal.words for refusal in reasons)
        yield f"{service}, {counted(count, 'session')}: {why}"
    withheld: Counter[tuple[str, str]] = Counter()
    for line in charges.lines:
        for each in line.withheld:
            withheld[line.code, each.why.words] += each.units
    for (code, words), units in withheld.items():
        yield f"{code}, {counted(units, 'unit')} more of sessions that are charged: {words}"
    if charges.unplaced:
        yield f"{counted(charges.unplaced, 'session')} that have no day"
    if not (counts or withheld or charges.unplaced):
        yield "nothing"


def coding_text(scheme: CodingScheme) -> str:
    """A coding scheme's versions with each rule and its source, and what is left open."""
    lines = [
        f"coding scheme {scheme.name}: {scheme.title}",
        whose(scheme.scope),
        f"weeks: {week_words(scheme)}",
    ]
    for version in scheme.versions.dated:
        lines += ["", *in_force_lines(version)]
        for rule in version.value:
            lines += [item(rule_words(rule)), below(f"({rule.source})")]
            if kinds := counted_words(rule):
                lines.append(below(f"counted: {kinds}"))
    if not scheme.telehealth:
        lines += ["", "Sessions by telehealth are not charged."]
    if scheme.left_open:
        lines += ["", "Left open:", *map(item, scheme.left_open)]
    return page(lines)


def week_words(scheme: CodingScheme) -> str:
    """Which weeks the rules of a coding scheme count in, in prose."""
    if scheme.week_begins is None:
        return "the plan's own, which begin on its first day"
    return f"those that begin on {scheme.week_begins.title}"


def counted_words(rule: CodingRule) -> str:
    """The kinds of service that a rule counts, in alphabetical order; empty if it counts none."""
    if isinstance(rule, Exclusion | LineMark):
        return ""
    return ", ".join(sorted(modality.label.lower() for modality in rule.counted))


def rule_words(rule: CodingRule) -> str:
    """A rule of a coding scheme in prose.

    Example:
        >>> from iopkit.library import find_coding
        >>> print(rule_words(find_coding("us-h0015").versions.dated[0].value[0]))
        H0015: a day of at least 3 h, in a week of at least 3 such days booked
    """
    match rule:
        case DayCode():
            days = f", in a week of at least {rule.days_a_week} such days {rule.days.value}"
            most = days if rule.days_a_week > 1 else ""
            return f"{rule.code}: a day of at least {duration_text(rule.least)}{most}"
        case SessionCodes():
            bands = "; ".join(f"{band.code}: a session{_least(band)}" for band in rule.bands)
            longest = f", up to {duration_text(rule.longest)}" if rule.longest else ""
            return f"{bands}{longest}{_at_most(rule.per_day)}{_apart(rule.months_apart)}"
        case TimedCode():
            each = f"{rule.code}: each full {duration_text(rule.unit)} of a {rule.rounded.value}"
            part = f", and one for {duration_text(rule.part)} more" if rule.part else ""
            return f"{each}{part}{_at_most(rule.per_day)}"
        case DayTiers():
            return "; ".join(
                f"{tier.code}: a day of at least {tier.services} services" for tier in rule.tiers
            )
        case WeekCode():
            return f"{rule.code}: a week of at least {rule.services} services"
        case Exclusion():
            return f"{rule.code}: not on one day with {' or '.join(sorted(rule.others))}"
        case LineMark():
            return f"{_marked(rule)}: {_mark_words(rule.place, rule.modifiers)}"


def _marked(mark: LineMark) -> str:
    """Which sessions a mark is for."""
    if mark.video is None and mark.at_home is None:
        whole = {None: "any session", Delivery.ON_SITE: "in person"}
        return whole.get(mark.delivery, "by telehealth")
    by = {True: "by video", False: "by audio alone", None: "by telehealth"}[mark.video]
    return by + {True: ", the patient at home", False: ", elsewhere", None: ""}[mark.at_home]


def _mark_words(place: str | None, modifiers: Iterable[str]) -> str:
    """A place of service and modifiers in prose."""
    places = [f"place of service {place}"] if place else []
    return ", ".join([*places, *(f"modifier {modifier}" for modifier in modifiers)])


def _least(band: TimeBand) -> str:
    return f" of at least {duration_text(band.least)}" if band.least else ""


def _at_most(per_day: int | None) -> str:
    return "" if per_day is None else f", at most {per_day} a day"


def _apart(months: int | None) -> str:
    return "" if months is None else f", not again within {months} months"


def rates_text(table: RateTable) -> str:
    """A rate table's rates by code and day, each with its source, and what is left open."""
    lines = [f"rates {table.name}: {table.title}", whose(table.scope), ""]
    for rate in sorted(table.rates, key=lambda rate: (rate.code, rate.since)):
        lines.append(f"  {rate_words(rate)}")
        lines += [below(f"({rate.source})")] if rate.source else []
    if table.left_open:
        lines += ["", "Left open:", *map(item, table.left_open)]
    return page(lines)


def rate_words(rate: Rate) -> str:
    """A rate with its code and days, in a line."""
    until = f"to {rate.end - ONE_DAY}" if rate.end else "on"
    return f"{rate.code}: ${_money(rate.amount_usd)}, from {rate.since} {until}"


def costs_text(comparisons: Iterable[CostComparison]) -> str:
    """Costs side by side, a block for each source, period and year, with their spread."""
    blocks = [page(_cost_lines(comparison)) for comparison in comparisons]
    blocks.append(
        fold(
            "Blocks are of different sources, years or periods and cannot be compared with each "
            "other: nothing is adjusted for inflation.",
            0,
        )
    )
    return page(blocks, apart=2)


def _cost_lines(comparison: CostComparison) -> Iterator[str]:
    year = f"dollars of {comparison.year}" if comparison.year else "dollars of a year not stated"
    yield f"Mean cost of {comparison.per.words} for a client, in {year}"
    yield fold(str(comparison.source), 2)
    yield from link(comparison.source)
    yield ""
    yield f"  {'care':<22}  {'mean':>7}  {'SD':>6}  {'programs':>8}  {'stay (SD)':<14}  x level 1"
    ratios = comparison.ratios(to=_OUTPATIENT)
    for figure, ratio in zip(comparison.figures, ratios, strict=True):
        spread = "" if figure.sd_usd is None else f"{figure.sd_usd:,.0f}"
        times = "" if ratio is None else f"{float(ratio):.1f}"
        yield (
            f"  {figure.care:<22}  {figure.mean_usd:>7,.0f}  {spread:>6}  "
            f"{figure.programs or '':>8}  {stay_words(figure):<14}  {times:>9}"
        ).rstrip()


def stay_words(figure: CostFigure) -> str:
    """The mean stay behind a cost, with its spread; empty if the source has none."""
    if figure.stay_weeks is not None:
        spread = "" if figure.stay_weeks_sd is None else f" ({figure.stay_weeks_sd:g})"
        return f"{figure.stay_weeks:g} weeks{spread}"
    return "" if figure.stay_days is None else f"{figure.stay_days:g} days"
