"""Pages that are written from the library while the manual is built."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from runpy import run_path
from typing import ClassVar
from uuid import UUID

import attrs
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from iopkit import levels
from iopkit.charges import compare_costs
from iopkit.courses import Course
from iopkit.documents import from_json, from_toml
from iopkit.eligibility import FACTS, Choice, Criterion, Number, Predicate, describe, facts_in
from iopkit.eligibility.patient_facts import GROUPS
from iopkit.errors import InvalidError
from iopkit.levels import AgeGroup, Edition, HourBand, LevelOfCare, hour_band
from iopkit.library import (
    CODINGS,
    COSTS,
    COURSE_POLICIES,
    DUE_RULE_SETS,
    LADDERS,
    LEVEL_FIGURES,
    POLICIES,
    RATES,
    RECORDED_NOT_USED,
    REQUIREMENTS,
    find_goal_templates,
    find_habits,
    find_policy,
    find_program,
    goal_template_names,
    habit_names,
    program_names,
)
from iopkit.patients import INSTRUMENTS, Patient
from iopkit.placement import Ladder, tradeoffs
from iopkit.plans import draft
from iopkit.plots import (
    census_picture,
    courses_picture,
    load_picture,
    meetings_picture,
    plan_picture,
    policy_picture,
    program_picture,
    week_picture,
)
from iopkit.programs import Phase, Program, Service, Times, discrepancies, slots_of, weekly_doses
from iopkit.prose import duration_text
from iopkit.reports import (
    census_text,
    lanes_text,
    load_text,
    meetings_text,
    plan_html,
    timeline_text,
    week_text,
)
from iopkit.reports.charges import counted_words, rule_words, stay_words, week_words
from iopkit.reports.requirements import counted_text, demand_text
from iopkit.reports.words import dose_text, parts_words
from iopkit.requirements import Requirement
from iopkit.schedules import Schedule, census, loads, meetings, schedule, weekly_loads
from iopkit.scopes import Scope
from iopkit.sites import Clinician, Room, Site
from iopkit.sources import Dated, Source
from iopkit.windows import WeeklyWindows

Lines = Iterable[str]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    for name, write in PAGES.items():
        app.add_directive(f"iopkit-{name}", _directive(write))
    app.add_directive("iopkit-picture", Picture)
    app.add_directive("iopkit-policy-picture", PolicyPicture)
    app.add_directive("iopkit-capacity", CapacityPicture)
    app.add_directive("iopkit-plan-picture", PlanPicture)
    app.add_directive("iopkit-courses-picture", CoursesPicture)
    app.add_directive("iopkit-week", Week)


def _directive(write: Callable[[], Lines]) -> type[SphinxDirective]:
    class Generated(SphinxDirective):
        def run(self) -> list[nodes.Node]:
            return self.parse_text_to_nodes("\n".join(write()), allow_section_headings=True)

    return Generated


class Picture(SphinxDirective):
    """A program's weeks; ``line-at`` draws a line at so many hours."""

    required_arguments = 1
    option_spec: ClassVar = {"line-at": directives.nonnegative_int}

    def run(self) -> list[nodes.Node]:
        program = find_program(self.arguments[0])
        line = timedelta(hours=hours) if (hours := self.options.get("line-at")) else None
        data = program_picture(program, line_at=line)
        text = f"{program.title}, hours a week. {'; '.join(_doses(program))}."
        if hours:
            text += f" A dashed line marks {hours} hours."
        return image(self, f"{program.name}-{hours or 0}", data, text)


class PolicyPicture(SphinxDirective):
    """The decision tree of a policy's newest version."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        policy = find_policy(self.arguments[0])
        newest = policy.versions.dated[-1]
        text = f"Decision tree of {policy.title}, {newest.since_words}."
        return image(self, policy.name, policy_picture(policy, on=newest.since), text)


class Week(SphinxDirective):
    """The first week of the shipped patient's plan, and the plan's page for a download."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        dated, site = _example(self.arguments[0])
        name = dated.plan.program.name
        picture = week_picture(dated, week=1)
        page = plan_html(dated.plan, dated, picture=picture, site=site).encode()
        _generated(self, f"{name}-page.html", page)
        return image(self, f"{name}-week", picture, week_text(dated, week=1))


class PlanPicture(SphinxDirective):
    """The shipped patient's plan along a time line."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        dated, site = _example(self.arguments[0])
        picture = plan_picture(dated, site=site)
        text = timeline_text(dated, site=site)
        return image(self, f"{dated.plan.program.name}-plan", picture, text)


def _example(program: str) -> tuple[Schedule, Site]:
    """The shipped patient's plan of a program, dated, and the shipped site."""
    examples = files("iopkit") / "examples"
    patient = from_json(Patient, (examples / "patient.json").read_bytes())
    site = from_toml(Site, (examples / "site.toml").read_bytes())
    plan = draft(find_program(program), patient, site, start=date(2026, 1, 5), seed=2026)
    return schedule(plan, site), site


class CapacityPicture(SphinxDirective):
    """A picture of how the capacity of the made-up clinic is used."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        schedules, site = clinic()
        kind, end = self.arguments[0], date(2026, 2, 16)
        days = census(schedules)
        rooms = weekly_loads(loads(schedules, site))
        groups = meetings(schedules, site, end=end)
        weeks = "\n".join(line for line in census_text(days).splitlines() if line[:1] == "W")
        data, text = {
            "census": (census_picture(days), weeks),
            "rooms": (load_picture(rooms, title="Rooms"), load_text(rooms)),
            "groups": (meetings_picture(groups), meetings_text(groups)),
        }[kind]
        return image(self, f"capacity-{kind}", data, text)


class CoursesPicture(SphinxDirective):
    """Courses of the made-up site as swim lanes."""

    def run(self) -> list[nodes.Node]:
        on = date(2026, 6, 30)
        courses = made_up_year(24, on=on)
        text = lanes_text(courses, on=on)
        return image(self, "courses", courses_picture(courses, on=on), text)


def made_up_year(count: int, *, on: date) -> tuple[Course, ...]:
    """Courses of a made-up site in its first year, by the example's own code."""
    shipped = files("iopkit") / "examples"
    site = from_toml(Site, (shipped / "site.toml").read_bytes())
    program = from_toml(Program, (shipped / "clinic" / "program.toml").read_bytes())
    made = run_path(str(Path(__file__).parents[2] / "examples" / "made_up_site.py"))
    make = made["made_up_courses"]
    return tuple(make(count, program, site, first=date(2026, 1, 5), on=on, seed=17))


def clinic() -> tuple[tuple[Schedule, ...], Site]:
    """A made-up clinic: schedules of 30 patients in two rooms with a clinician each."""
    _, shipped = _example("matrix-16-week")
    site = attrs.evolve(
        shipped,
        rooms=(Room("Oak", 12), Room("Ash", 8, WeeklyWindows.of(*_AFTERNOONS))),
        clinicians=(Clinician("Kim"), Clinician("Lee")),
    )
    made = []
    for number in range(30):
        patient = Patient(UUID(int=number, version=4))
        start = date(2026, 1, 5) + timedelta(days=5 * number // 2)
        program = find_program("matrix-16-week")
        dated = schedule(draft(program, patient, shipped, start=start, seed=number), shipped)
        room, clinician = [("Oak", "Kim"), ("Ash", "Lee")][number % 2]
        where = {"room": room, "clinician": clinician}
        sessions = tuple(
            attrs.evolve(each, **where) if each.modality.is_group else each
            for each in dated.sessions
        )
        made.append(attrs.evolve(dated, sessions=sessions))
    return tuple(made), site


_AFTERNOONS = [f"{day} 13:00-20:00" for day in ("monday", "tuesday", "wednesday", "friday")]


def image(directive: SphinxDirective, name: str, data: bytes, text: str) -> list[nodes.Node]:
    """A picture that is kept beside the manual, with its words."""
    _generated(directive, f"{name}.svg", data)
    image = [f".. image:: /_generated/{name}.svg", f"   :alt: {' '.join(text.split())}"]
    return directive.parse_text_to_nodes("\n".join(image))


def _generated(directive: SphinxDirective, name: str, data: bytes) -> None:
    path = Path(directive.env.srcdir, "_generated", name)
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def _escaped(text: object) -> str:
    return re.sub(r"([\\*`|_<>])", r"\\\1", str(text))


def _section(title: str, mark: str, *, label: str = "") -> Lines:
    target = [f".. _{label}:", ""] if label else []
    return [*target, _escaped(title), mark * len(_escaped(title)), ""]


def table(widths: str, *rows: Sequence[str]) -> Iterator[str]:
    """A table; the first row has the headings."""
    yield from (
        ".. list-table::",
        "   :header-rows: 1",
        "   :width: 100%",
        f"   :widths: {widths}",
        "",
    )
    for row in rows:
        for number, cell in enumerate(row):
            yield f"   {'  ' if number else '* '}- {cell}"
    yield ""


def _cited(source: Source) -> str:
    citation = _escaped(source.citation)
    return f"`{citation} <{source.url}>`__" if source.url else citation


def _facts() -> Iterator[str]:
    for title, facts in GROUPS.items():
        yield from _section(title, "-")
        for fact in facts:
            unit = f", in {fact.kind.unit}" if isinstance(fact.kind, Number) else ""
            rising = ", rising" if isinstance(fact.kind, Choice) and fact.kind.ordered else ""
            yield from _section(fact.title, "~", label=f"fact-{fact.name}")
            yield from (_escaped(fact.meaning), "")
            yield f":Name: ``{fact.name}``"
            yield f":Values: {_escaped(fact.kind.expectation())}{unit}{rising}"
            if not fact.changeable:
                yield ":Changes: not by treatment or by anybody's doing"
            yield from ([f":Worse: {fact.worse_in_words}"] if fact.worse else [])
            if fact.name in RECORDED_NOT_USED:
                yield f":Not used: {_escaped(RECORDED_NOT_USED[fact.name])}"
            yield from ([f":Source: {_graded(fact.source)}"] if fact.source else [])
            yield ""


def _to_fact(text: str, name: str) -> str:
    return f":ref:`{text} <fact-{name}>`"


def _instruments() -> Iterator[str]:
    for instrument in INSTRUMENTS.values():
        yield from _section(instrument.title, "-", label=f"instrument-{instrument.name}")
        yield from (f":Name: ``{instrument.name}``", f":Scored items: {len(instrument.items)}")
        yield f":Rights: {_escaped(instrument.rights)}"
        yield from (f":Source: {_graded(instrument.source)}", "")
        rows = [
            (
                _to_fact(scale.name, f"{instrument.name}_{scale.name}_score"),
                f"{len(scale.items)}: " + ", ".join(item.number for item in scale.items),
                f"{scale.low} to {scale.high}" + (", the highest" if scale.highest else ""),
            )
            for scale in instrument.scales
        ]
        yield from table("20 50 30", ("Scale", "Items", "Scores"), *rows)
        banded = [
            (
                _escaped(scale.name),
                _to_fact(bands.name, f"{instrument.name}_{scale.name}_{bands.name}_band"),
                "; ".join(f"{_escaped(b.name)} {b.low} to {b.high}" for b in bands.bands),
                _graded(bands.source),
            )
            for scale in instrument.scales
            for bands in scale.band_sets
        ]
        yield from table("12 14 40 34", ("Scale", "Bands", "Scores", "Source"), *banded)


def _policies() -> Iterator[str]:
    for policy in POLICIES:
        yield from _section(policy.title, "-", label=f"policy-{policy.name}")
        yield from (f":Name: ``{policy.name}``", _whose(policy.scope), "")
        for version in reversed(policy.versions.dated):
            yield from _in_force(version)
            yield from ("", "The patient must meet every criterion.", "")
            yield from _criteria(version.value)
        if policy.left_open:
            yield from ("What it leaves open:", "")
            yield from (f"- {_escaped(text)}" for text in policy.left_open)
            yield ""


def _in_force(version: Dated[object]) -> Iterator[str]:
    since = version.since_words
    yield f":In force: {since.removeprefix('in force ')}"
    yield from (f":Ended: {words}" for words in filter(None, [version.end_words]))
    yield f":Source: {_graded(version.source)}"


def _whose(scope: Scope | None) -> str:
    return f":For: {_escaped(scope.words) if scope else 'whom is not known'}"


def _criteria(criteria: Iterable[Criterion]) -> Iterator[str]:
    rows = [
        (
            _escaped(criterion.meaning),
            _escaped(describe(criterion.predicate)),
            ", ".join(
                _to_fact(fact.name, fact.name)
                for fact in dict.fromkeys(facts_in(criterion.predicate))
            ),
            _graded(criterion.source),
        )
        for criterion in criteria
    ]
    yield from table("35 25 20 20", ("Criterion", "Asked", "Facts", "Source"), *rows)


def _ladders() -> Iterator[str]:
    for ladder in LADDERS:
        yield from _section(ladder.title, "-", label=f"ladder-{ladder.name}")
        yield from (f":Name: ``{ladder.name}``", "")
        for rung in ladder.rungs:
            yield from _section(f"{rung.level.number} {rung.level.name}", "~")
            for version in rung.policy.versions.dated:
                yield from (f":Policy: ``{rung.policy.name}``", *_in_force(version), "")
                yield from ("Whoever meets every criterion is not excluded.", "")
                yield from _criteria(version.value)
        yield from _paths(ladder)
        yield from ("What the ladder leaves open:", "")
        left_open = (text for rung in ladder.rungs for text in rung.policy.left_open)
        yield from (f"- {_escaped(text)}" for text in dict.fromkeys(left_open))
        yield ""


def _paths(ladder: Ladder) -> Iterator[str]:
    if not ladder.paths:
        return
    yield from _section("Paths", "~")
    rows = [
        (
            f"{_escaped(', then '.join(step.care for step in path.steps))}, {_escaped(path.words)}",
            _escaped(describe(path.predicate)),
            _graded(path.source),
        )
        for path in ladder.paths
    ]
    yield from table("40 40 20", ("Path", "Asked", "Source"), *rows)


def _habits() -> Iterator[str]:
    for habits in map(find_habits, habit_names()):
        yield from _section(habits.title, "-", label=f"habits-{habits.name}")
        yield from (f":Name: ``{habits.name}``", f":Of: {_escaped(habits.people)}", "")
        rows = [
            (_escaped(one.path), _escaped(one.words), _graded(one.source) if one.source else "")
            for one in habits.figures
        ]
        yield from table("25 40 35", ("Figure", "What it says", "Source"), *rows)
        yield from _bullets("What the source leaves open:", map(_escaped, habits.left_open))


def _programs() -> Iterator[str]:
    for program in map(find_program, program_names()):
        yield from _section(program.title, "-", label=f"program-{program.name}")
        yield from (f":Name: ``{program.name}``", *_program_fields(program), "")
        yield from (f".. iopkit-picture:: {program.name}", "")
        yield from _prescribed(program)
        if after := program.continuing_care:
            yield from (f"**Then: {_escaped(after.title)}**", "", *_program_fields(after), "")
            yield from _prescribed(after)
        parts = [program, after] if after else [program]
        wrong = [each.words for part in parts for each in discrepancies(part)]
        yield from _bullets("Where a source contradicts itself:", map(_escaped, wrong))
        left_open = [text for part in parts for text in part.left_open]
        yield from _bullets("What the sources leave open:", map(_escaped, left_open))
        yield from _bullets("Sources:", map(_graded, program.sources))


def _program_fields(program: Program) -> Iterator[str]:
    level = f"{program.level.number} {program.level.name}" if program.level else "not stated"
    review = program.review_every_days
    on_return = program.after_return_to_use
    fields = {
        "Length": _program_length(program).removeprefix("length "),
        "Level of care": level,
        "For": f"{program.age_group.value}s" if program.age_group else None,
        "Language": program.language,
        "Version": program.version,
        "Tracks": ", ".join(track.title for track in program.tracks),
        "Phases": "; ".join(map(_phase, program.phases)) if len(program.phases) > 1 else None,
        "Plan review": f"at least every {review} days" if review else None,
        "Discharge": _condition("when ", program.discharge),
        "Ends after": "; ".join(limit.words for limit in program.absence_limits),
        "After a return to use": on_return,
    }
    yield from (f":{name}: {_escaped(text)}" for name, text in fields.items() if text)


def _condition(lead: str, condition: Predicate | None) -> str | None:
    return None if condition is None else f"{lead}{describe(condition, in_full=True)}"


def _program_length(program: Program) -> str:
    if program.open_lengths:
        return ", ".join(dict.fromkeys(phase.words for phase in program.phases))
    most = [phase.weeks.most for phase in program.phases]
    weeks = Times(program.weeks, None if None in most else sum(filter(None, most)))
    return attrs.evolve(program.phases[0], weeks=weeks).words


def _phase(phase: Phase) -> str:
    taper = ", tapering" if phase.taper else ""
    advance = _condition(", on when ", phase.advance) or ""
    return f"{phase.title} ({phase.words}{taper}{advance})"


def _prescribed(program: Program) -> Iterator[str]:
    """What a program has, as a table, what its sessions are about, and its weekly hours."""
    titles = {track.name: track.title for track in program.tracks}
    runs = [("all", service) for service in program.services]
    runs += [(phase.title, s) for phase in program.phases for s in phase.services]
    rows = [_service_row(where, titles.get(s.track or "", "all"), s) for where, s in runs]
    heads = ("Service", "Kind", "When", "Length", "Group size", "Phase", "Track")
    # Columns that say the same of every service say nothing.
    kept = [heads.index(head) for head in heads if head not in _dull(program)]
    widths = " ".join(("24", "17", "20", "13", "10", "16", "10")[n] for n in kept)
    yield from table(widths, *([row[n] for n in kept] for row in (heads, *rows)))
    for service in program.every_service:
        if service.curriculum:
            topics = map(_escaped, service.curriculum.topics)
            yield from _bullets(f"Topics of {_escaped(service.title)}:", topics)
    ranged = any(p.weeks.least and not p.weeks.is_exact for p in program.phases)
    least = ", if each phase is as short as it may be" if ranged else ""
    yield from _bullets(f"Prescribed each week{least}:", _doses(program))


def _dull(program: Program) -> Iterator[str]:
    if len(program.phases) == 1:
        yield "Phase"
    if not program.tracks:
        yield "Track"
    if not any(s.group_min or s.group_max for s in program.every_service):
        yield "Group size"


def _bullets(lead: str, items: Iterable[str]) -> Iterator[str]:
    """A list under what it is of; nothing if it is empty."""
    lines = [f"- {item}" for item in items]
    yield from (lead, "", *lines, "") if lines else ()


def _service_row(where: str, track: str, service: Service) -> tuple[str, ...]:
    slots = ", ".join(f"{slot.day.title} {slot.when}".rstrip() for slot in slots_of(service.timing))
    parts = f", {parts_words(service.day_parts)}" if service.day_parts else ""
    low, high = service.group_min, service.group_max
    how = f" ({service.delivery.value.replace('_', ' ')})" if service.delivery else ""
    lengths = [length for length in (service.duration, service.longest) if length]
    length = " to ".join(map(duration_text, dict.fromkeys(lengths))) or "not known"
    breaks = f", with {duration_text(service.breaks)} of breaks" if service.breaks else ""
    return (
        f"{_escaped(service.title)}{how}",
        service.kind_words.capitalize(),
        f"{service.timing.words}{f' ({slots})' if slots else ''}{parts}",
        f"{length}{breaks}",
        f"{low or 'any'} to {high or 'any'}" if low or high else "",
        _escaped(where),
        _escaped(track),
    )


def _doses(program: Program) -> Iterator[str]:
    """Hours of each week, weeks of the same hours together, on each track."""
    for track, variant in program.variants:
        lead = f"{_escaped(track.title)}, " if track else ""
        first = 1
        for text, run in groupby(map(dose_text, weekly_doses(variant))):
            last = first + len(list(run)) - 1
            weeks = f"weeks {first} to {last}" if first < last else f"week {first}"
            whole = program.open_lengths and len(program.phases) == 1
            yield f"{lead}{'each week' if whole else weeks}: {text}"
            first = last + 1


def _graded(source: Source) -> str:
    seen = f", as of {source.checked}" if source.checked else ""
    return f"{_cited(source)} ({source.grade.value}{seen})"


def _requirements() -> Iterator[str]:
    for requirements in REQUIREMENTS:
        yield from _section(requirements.title, "-", label=f"requirements-{requirements.name}")
        yield from (f":Name: ``{requirements.name}``", _whose(requirements.scope))
        yield ""
        for version in reversed(requirements.versions.dated):
            yield from _in_force(version)
            yield ""
            heads = ("Requirement", "Of whom", "Checked", "What counts", "Source")
            rows = [_requirement_row(r, requirements.adult_from) for r in version.value]
            yield from table("28 12 22 22 16", heads, *rows)
        yield from _bullets("What it leaves open:", map(_escaped, requirements.left_open))


def _requirement_row(requirement: Requirement, adult_from: int) -> tuple[str, ...]:
    whom = {
        None: "all",
        AgeGroup.ADULT: f"from {adult_from} years on",
        AgeGroup.ADOLESCENT: f"below {adult_from} years",
    }
    usual = "" if requirement.binding else " Usual, not binding."
    return (
        _escaped(f"{requirement.meaning}{usual}"),
        whom[requirement.age_group],
        _escaped(demand_text(requirement.demand)),
        _escaped(counted_text(requirement.demand)),
        _graded(requirement.source),
    )


def _codings() -> Iterator[str]:
    for scheme in CODINGS:
        yield from _section(scheme.title, "~", label=f"coding-{scheme.name}")
        yield from (f":Name: ``{scheme.name}``", _whose(scheme.scope))
        yield f":Weeks: {week_words(scheme)}"
        yield from (f":Telehealth: {'charged too' if scheme.telehealth else 'not charged'}", "")
        for version in reversed(scheme.versions.dated):
            yield from _in_force(version)
            yield ""
            rows = [
                (
                    _escaped(rule_words(rule)),
                    counted_words(rule),
                    _graded(rule.source),
                )
                for rule in version.value
            ]
            yield from table("35 35 30", ("Rule", "Counted", "Source"), *rows)
        yield from ("What it leaves open:", "")
        yield from (f"- {_escaped(text)}" for text in scheme.left_open)
        yield ""


def _rates() -> Iterator[str]:
    for rates in RATES:
        yield from _section(rates.title, "~", label=f"rates-{rates.name}")
        yield from (f":Name: ``{rates.name}``", _whose(rates.scope), "")
        rows = [
            (
                rate.code,
                f"${rate.amount_usd}",
                str(rate.since),
                str(rate.end - timedelta(days=1)) if rate.end else "",
                _graded(rate.source) if rate.source else "",
            )
            for rate in rates.rates
        ]
        yield from table("12 14 17 17 40", ("Code", "A unit", "From", "To", "Source"), *rows)
        yield from ("What it leaves open:", "")
        yield from (f"- {_escaped(text)}" for text in rates.left_open)
        yield ""


def _costs() -> Iterator[str]:
    for comparison in compare_costs(COSTS):
        year = f"dollars of {comparison.year}" if comparison.year else "of a year not stated"
        yield from _section(f"{comparison.per.words.capitalize()}, {year}", "~")
        yield from (f":Source: {_graded(comparison.source)}", "")
        rows = [
            (
                _escaped(figure.care),
                figure.level.number if figure.level else "",
                f"${figure.mean_usd:,.0f}",
                "" if figure.sd_usd is None else f"${figure.sd_usd:,.0f}",
                str(figure.programs or ""),
                stay_words(figure),
            )
            for figure in comparison.figures
        ]
        heads = ("Care", "Level", "Mean", "SD", "Programs", "Mean stay (SD)")
        yield from table("30 10 14 14 12 20", heads, *rows)


def _levels() -> Iterator[str]:
    yield from _section("Third edition", "-")
    heads = ("Level", "Name", "Adults, a week", "Adolescents, a week", "Sources")
    rows: list[tuple[str, ...]] = []
    for level in _levels_of(Edition.THIRD):
        bands = [hour_band(level, group) for group in (AgeGroup.ADULT, AgeGroup.ADOLESCENT)]
        sources = dict.fromkeys([level.source, *(band.source for band in bands if band)])
        cited = "; ".join(map(_graded, sources))
        rows.append((level.number, level.name, *map(_band, bands), cited))
    yield from table("8 30 16 16 30", heads, *rows)
    yield from _section("Fourth edition", "-")
    yield from ("No public source was seen for hours of the fourth edition.", "")
    named = [
        (level.number, level.name, _graded(level.source)) for level in _levels_of(Edition.FOURTH)
    ]
    yield from table("10 45 45", ("Level", "Name", "Source"), *named)


def _levels_of(edition: Edition) -> Iterator[LevelOfCare]:
    numbers = [str(n) for n in range(5)] + [f"{n // 10}.{n % 10}" for n in range(50)]
    for number in sorted(numbers, key=float):
        try:
            yield LevelOfCare(number, edition)
        except InvalidError:
            continue


def _band(band: HourBand | None) -> str:
    if band is None:
        return ""
    words = (("at least", band.low), ("at most", band.high), ("below", band.under))
    return ", ".join(f"{word} {duration_text(bound)}" for word, bound in words if bound is not None)


def _sources() -> Iterator[str]:
    users: dict[Source, list[str]] = {}
    for user, value in _citing():
        for source in dict.fromkeys(_sources_in(value)):
            users.setdefault(source, []).append(user)
    rows = [
        (_cited(source), source.grade.value, str(source.checked or ""), ", ".join(named))
        for source, named in sorted(users.items(), key=lambda item: item[0].citation)
    ]
    yield from table("45 8 15 32", ("Source", "Grade", "Checked", "Used by"), *rows)


def _citing() -> Iterator[tuple[str, object]]:
    """Everything shipped that cites, with a link to where the manual has it."""
    for fact in FACTS.values():
        yield _to_fact(fact.name, fact.name), fact
    for policy in POLICIES:
        yield f":ref:`policy <policy-{policy.name}>`", policy.versions
    yield ":doc:`advice </how-to/due>`", COURSE_POLICIES
    yield ":doc:`due rules </how-to/due>`", DUE_RULE_SETS
    for ladder in LADDERS:
        yield f":ref:`ladder <ladder-{ladder.name}>`", ladder
    for name in goal_template_names():
        yield ":doc:`goals </how-to/goals>`", find_goal_templates(name)
    yield from ((f":ref:`{one} <habits-{one}>`", find_habits(one)) for one in habit_names())
    yield (
        ":doc:`trade-offs </how-to/placement>`",
        (
            *vars(tradeoffs).values(),
            *LEVEL_FIGURES,
        ),
    )
    for requirements in REQUIREMENTS:
        yield f":ref:`requirements <requirements-{requirements.name}>`", requirements
    for coding in CODINGS:
        yield f":ref:`coding <coding-{coding.name}>`", coding
    for rates in RATES:
        yield f":ref:`rates <rates-{rates.name}>`", rates
    yield ":doc:`costs </reference/charges>`", COSTS
    for program in map(find_program, program_names()):
        yield f":ref:`{program.name} <program-{program.name}>`", program
    for instrument in INSTRUMENTS.values():
        yield f":ref:`{instrument.name} <instrument-{instrument.name}>`", instrument
    yield ":doc:`levels of care <levels>`", tuple(vars(levels).values())


def _sources_in(value: object, *, top: bool = True) -> Iterator[Source]:
    """Sources within a value; facts have their own."""
    if isinstance(value, Source):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _sources_in(item, top=False)
    elif isinstance(value, (tuple, list, frozenset)):
        for item in value:
            yield from _sources_in(item, top=False)
    elif attrs.has(type(value)) and (top or value not in FACTS.values()):
        for field in attrs.fields(type(value)):
            yield from _sources_in(getattr(value, field.name), top=False)


PAGES: Mapping[str, Callable[[], Lines]] = {
    "codings": _codings,
    "costs": _costs,
    "facts": _facts,
    "habits": _habits,
    "instruments": _instruments,
    "ladders": _ladders,
    "levels": _levels,
    "policies": _policies,
    "programs": _programs,
    "rates": _rates,
    "requirements": _requirements,
    "sources": _sources,
}
