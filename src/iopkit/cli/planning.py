"""Commands that plan: plan, continue, schedule, reschedule."""

import argparse
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from attrs import evolve

from iopkit.calendars.appointments import appointments_from_ical
from iopkit.calendars.feeds import patient_feed
from iopkit.calendars.ical import to_ical, update_ical
from iopkit.cli.arguments import (
    add_assume_in_force,
    add_modalities,
    add_output,
    add_own,
    add_plan,
    add_requirements,
    add_seed,
    add_site,
    add_start,
    add_times,
    add_titles,
    add_weeks,
    day_of,
    modalities_once,
    moment_of,
    named_requirements,
    own_of,
    times_once,
    weeks_once,
)
from iopkit.cli.files import (
    NO,
    Answer,
    Command,
    Named,
    Own,
    UsageError,
    as_json,
    find_or_read,
    read_bytes,
    read_document,
)
from iopkit.cli.joining import add_groups, add_own_groups, given_groups, joined_to
from iopkit.cli.several import (
    Work,
    add_several,
    file_for,
    over_several,
    patients_of,
    refuse_of_one,
)
from iopkit.cli.writing import to_be_written
from iopkit.documents.documents import to_document
from iopkit.eligibility.policies import Decision, Policy
from iopkit.errors import InvalidError, UnknownNameError
from iopkit.library.goal_templates import find_goal_templates
from iopkit.library.policies import find_policy
from iopkit.library.programs import find_program
from iopkit.patients.patients import Patient, refuse_before_birth
from iopkit.plans.continuing import continue_care
from iopkit.plans.drafting import draft
from iopkit.plans.goal_templates import GoalTemplates
from iopkit.plans.plans import Plan, PrimaryCounselor
from iopkit.plans.preferences import Preferences
from iopkit.programs.programs import Program
from iopkit.reports.changes import difference_text
from iopkit.reports.decisions import decision_text
from iopkit.reports.handout import plan_html
from iopkit.reports.lines import fold
from iopkit.reports.plans import plan_text
from iopkit.reports.schedules import calendar_text, moves_text
from iopkit.schedules.conflicts import Appointment
from iopkit.schedules.differences import schedule_difference
from iopkit.schedules.obstructions import Surroundings
from iopkit.schedules.rescheduling import reschedule
from iopkit.schedules.scheduling import schedule
from iopkit.schedules.sessions import Schedule
from iopkit.sites.sites import Site
from iopkit.truth import Truth
from iopkit.windows import DayPart

_SUITABILITY = "iop-suitability"
_STARTING_POINTS = "starting-points"
_ALONE = "Group sessions are dated alone, not by their groups' meetings: --groups gives the groups."


def _plan_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "patient", of="patient")
    parser.add_argument("--program", required=True, help="a shipped program, or a program document")
    add_site(parser)
    add_start(parser)
    add_seed(parser)
    parser.add_argument(
        "--track",
        metavar="NAME",
        help="the program's track; the one that collides least if not given",
    )
    add_weeks(
        parser,
        says="how many weeks a phase has, once for each; the least of its range if not given",
    )
    add_times(parser)
    add_modalities(parser)
    _preference_arguments(parser)
    add_own_groups(parser)
    parser.add_argument(
        "--counselor",
        action="append",
        default=[],
        type=_counselor_of,
        metavar="NAME[=DATE]",
        help="the patient's primary counselor, from the first day or another on; again for each "
        "who follows",
    )
    judged_by = parser.add_mutually_exclusive_group()
    judged_by.add_argument(
        "--policy",
        action="append",
        default=[],
        help="a policy to judge the patient by on the first day, again for each more; the plan "
        f"keeps the decision; {_SUITABILITY} if not given",
    )
    judged_by.add_argument(
        "--no-policy", action="store_true", help="judge the patient by no policy; the plan says so"
    )
    parser.add_argument(
        "--despite-no",
        action="store_true",
        help='draft although a policy says "no"; the plan says so wherever it is shown',
    )
    templates = parser.add_mutually_exclusive_group()
    templates.add_argument(
        "--goals",
        default=_STARTING_POINTS,
        metavar="FILE.toml",
        help="templates that problems and goals are proposed from, shipped or your own; "
        f"{_STARTING_POINTS} if not given",
    )
    templates.add_argument("--no-goals", action="store_true", help="propose no problems and goals")
    add_own(parser)
    add_requirements(
        parser,
        required=False,
        says="a requirement set, of which the plan gets the days to be reviewed and certified",
    )
    add_assume_in_force(parser)
    add_output(parser, to="PLAN.json", says="write the plan")


def _preference_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--prefer",
        nargs="+",
        default=[],
        choices=[part.value for part in DayPart],
        help="parts of the day, the most wanted first, for services that have a choice",
    )
    for option, what in (
        ("--days", "so many days a week with a session, if that can be"),
        ("--longest-gap", "so many days at most from one such day to the next, if that can be"),
    ):
        parser.add_argument(option, type=int, metavar="N", help=what)


def _counselor_of(text: str) -> tuple[str, date | None]:
    """A counselor and from when, if that is told, as an argument has them."""
    name, equals, day = text.rpartition("=")
    name, since = (name, day_of(day)) if equals else (text, None)
    if not name.strip():
        raise argparse.ArgumentTypeError(
            f"expected a counselor such as Ash or Ash=2026-01-31, found {text!r}"
        )
    return name, since


def _preferences(options: argparse.Namespace) -> Preferences:
    return Preferences(options.days, options.longest_gap, tuple(map(DayPart, options.prefer)))


def _continue_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "plan", of="plan")
    parser.add_argument(
        "--patient",
        required=True,
        type=Path,
        metavar="PATIENT.json",
        help="whose plan it is; of several plans a folder or JSON Lines of all patients",
    )
    add_site(parser)
    parser.add_argument(
        "--start",
        type=day_of,
        metavar="DATE",
        help="first day of the first week; the day after the plan's last if not given",
    )
    add_weeks(
        parser,
        says="how many weeks a phase has, once for each; the least of its range if not given",
    )
    add_times(parser)
    _preference_arguments(parser)
    add_own(parser)
    add_output(parser, to="AFTER.json", says="write the plan of the continuing care")


def _schedule_arguments(parser: argparse.ArgumentParser) -> None:
    add_several(parser, "plan", of="plan")
    add_site(parser)
    add_groups(parser)
    parser.add_argument(
        "--then",
        type=Path,
        metavar="AFTER.json",
        help="the plan of the continuing care, for the calendar file, the page and the text too",
    )
    parser.add_argument("--ical", type=Path, metavar="OUT.ics", help="write a calendar file")
    add_titles(parser)
    parser.add_argument(
        "--page",
        type=Path,
        metavar="PAGE.html",
        help="write the plan as a page for the patient, with a picture of a week",
    )
    parser.add_argument(
        "--week",
        type=int,
        default=1,
        metavar="N",
        help="the week on the page; the first if not given",
    )
    parser.add_argument(
        "--picture",
        type=Path,
        metavar="PLAN.svg",
        help="draw the plan along a time line, as an SVG file, or as PNG if it ends in .png",
    )
    add_output(parser, to="SCHEDULE.json", says="write the schedule")


def _reschedule_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("schedule", metavar="SCHEDULE.json", type=Path)
    add_plan(parser)
    add_site(parser)
    add_groups(parser)
    parser.add_argument(
        "--as-of",
        type=moment_of,
        metavar="MOMENT",
        help="sessions that began up to then stay as they were; now if not given, and in the "
        "site's time without an offset",
    )
    parser.add_argument(
        "--busy",
        type=Path,
        metavar="FILE.ics",
        help="a calendar of the patient's, whose appointments nothing is moved into",
    )
    parser.add_argument(
        "--ical",
        type=Path,
        metavar="OUT.ics",
        help="write a calendar file of what changes, if a date does",
    )
    add_titles(parser)
    add_output(parser, to="NEW.json", says="write the new schedule")


def _plan(options: argparse.Namespace) -> Work:
    program = find_or_read(Program, options.program, find_program)
    site = read_document(Site, options.site)
    own, given, track = own_of(options), given_groups(options), options.track
    weeks = _weeks_of(program, options.weeks)
    times, modalities = times_once(options.times), modalities_once(options.modality)
    requirements = named_requirements(options.requirements)
    templates = None
    if not options.no_goals:
        templates = find_or_read(GoalTemplates, options.goals, find_goal_templates, own)
    judged = _judging(options, own)

    def one(named: Named) -> Answer:
        patient = read_document(Patient, named, own)
        decisions, why_not = judged(patient)
        seed = secrets.randbits(53) if options.seed is None else options.seed
        groups = given.of_patient(patient.key)
        joined, at = joined_to(program, site, groups, track) if groups else (program, site)
        plan = draft(
            joined,
            patient,
            at,
            start=options.start,
            seed=seed,
            track=None if groups else track,
            phase_weeks=weeks,
            times=times,
            modalities=modalities,
            requirements=requirements,
            decisions=decisions,
            preferences=_preferences(options),
            despite_no=True,
            why_not_judged=why_not,
            assume_in_force=options.assume_in_force,
            goal_templates=templates,
            groups=groups,
            counselors=[
                PrimaryCounselor(options.start if since is None else since, name)
                for name, since in options.counselor
            ],
        )
        # What it was joined to has no tracks any more.
        plan = evolve(plan, track=track) if groups else plan
        # Only now, so that bad input is told whatever the policies say.
        refusals = [decision for decision in decisions if decision.verdict is Truth.NO]
        if refusals and not options.despite_no:
            return evolve(_refusal(refusals), key=patient.key)
        return _drafted(plan, options)

    return Work(one)


def _drafted(plan: Plan, options: argparse.Namespace) -> Answer:
    document = to_document(plan)
    file = file_for(options, "output", plan.patient)
    written = to_be_written((file, as_json(document)))
    return Answer(plan_text(plan), document, files=written, key=plan.patient)


def _continue(options: argparse.Namespace) -> Work:
    site = read_document(Site, options.site)
    find_patient, problems = patients_of(options, own_of(options))
    times = times_once(options.times)

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        after = plan.program.continuing_care
        drafted = continue_care(
            plan,
            find_patient(plan.patient),
            site,
            start=options.start,
            phase_weeks=_weeks_of(after, options.weeks) if after else None,
            times=times,
            preferences=_preferences(options),
        )
        return _drafted(drafted, options)

    return Work(one, problems=problems)


def _judging(
    options: argparse.Namespace, own: Own
) -> Callable[[Patient], tuple[list[Decision], str | None]]:
    """What tells what policies say of a patient on the first day; why there is nothing, if so."""
    start: date = options.start
    assume: bool = options.assume_in_force
    if options.no_policy:
        if options.despite_no:
            raise UsageError("--despite-no is for what a policy says, and --no-policy asks none")
        return lambda _: ([], None)
    names = dict.fromkeys(options.policy or [_SUITABILITY])
    policies = [find_or_read(Policy, name, find_policy, own) for name in names]
    since = policies[0].versions.dated[0].since
    why_not = None
    if not options.policy and start < since and not assume:
        policies, why_not = [], f"{_SUITABILITY} is known from {since}"

    def judged(patient: Patient) -> tuple[list[Decision], str | None]:
        refuse_before_birth(patient, start, what="plan", path="start")
        return [p.decide(patient, on=start, assume_in_force=assume) for p in policies], why_not

    return judged


def _refusal(decisions: Sequence[Decision]) -> Answer:
    """No plan, and the decisions that are the reason."""
    texts = [decision_text(decision) for decision in decisions]
    lead = (
        "No plan was drafted, as a policy says no. --despite-no drafts one that says so wherever "
        "it is shown; --policy chooses by what to judge, and --no-policy judges by none."
    )
    document = {"drafted": False, "decisions": [to_document(each) for each in decisions]}
    return Answer("\n\n".join([fold(lead, 0), *texts]), document, NO)


def _weeks_of(program: Program, given: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Weeks by phase, as options give them: each phase that needs it."""
    weeks = weeks_once(given)
    names = [phase.name for phase in program.phases]
    for phase in weeks:
        if phase not in names:
            raise UnknownNameError(f"phase of {program.name}", phase, names)
    if missing := [phase for phase in program.open_lengths if phase not in weeks]:
        options = " ".join(f"--weeks {phase}=N" for phase in missing)
        raise UsageError(
            f"{program.name} does not state how long it is: add {options}; what follows is dated "
            "from its end"
        )
    return weeks


def _schedule(options: argparse.Namespace) -> Work:
    refuse_of_one(options, "then")
    site, given = read_document(Site, options.site), given_groups(options)
    then = read_document(Plan, options.then) if options.then else None

    def one(named: Named) -> Answer:
        plan = read_document(Plan, named)
        if then and (then.patient != plan.patient or then.start < plan.end):
            raise UsageError(
                "--then is for the same patient's plan that starts after this one's end"
            )
        meetings = given.meetings_for(site, plan, *([then] if then else []))
        dated = schedule(plan, site, meetings=meetings)
        after = schedule(then, site, meetings=meetings) if then else None
        document = to_document(dated)
        calendar = _calendar(dated, after, titles=options.titles) if options.ical else b""
        page = _page(dated, after, site, options.week) if options.page else b""
        drawn = file_for(options, "picture", plan.patient)
        texts = [
            f"{calendar_text(each)}\n\nNot as planned:\n{moves_text(each)}"
            for each in (dated, after)
            if each
        ]
        written = to_be_written(
            (file_for(options, "ical", plan.patient), calendar),
            (file_for(options, "page", plan.patient), page),
            (drawn, _picture(dated, site, drawn) if drawn else b""),
            (file_for(options, "output", plan.patient), as_json(document)),
        )
        # What is dated alone may be elsewhere than the others of its group are.
        alone = "" if options.groups or not plan.groups else f"\n\n{fold(_ALONE, 0)}"
        text = "\n\nThen:\n\n".join(texts) + alone
        return Answer(text, document, files=written, key=plan.patient)

    return Work(one)


def _calendar(dated: Schedule, after: Schedule | None, *, titles: bool) -> bytes:
    """A plan's sessions as a calendar file, and those of what follows it."""
    stamp = datetime.now(UTC)
    if after is None:
        return to_ical(dated, stamp=stamp, titles=titles)
    return patient_feed([dated, after], stamp=stamp, titles=titles)


def _reschedule(options: argparse.Namespace) -> Answer:
    site, plan = read_document(Site, options.site), read_document(Plan, options.plan)
    old = read_document(Schedule, options.schedule)
    as_of: datetime = options.as_of or datetime.now(UTC)
    if as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=site.tz)
    busy = _busy(options.busy, plan, site) if options.busy else ()
    meetings = given_groups(options).meetings_for(site, plan)
    new = reschedule(old, plan, Surroundings(site, as_of, busy=busy, meetings=meetings))
    found = schedule_difference(old, new)
    # A calendar file without an event is none (RFC 5545, 3.6).
    file = options.ical if found.added or found.changed or found.removed else None
    update = update_ical(found, stamp=datetime.now(UTC), titles=options.titles) if file else b""
    document = to_document(new)
    written = to_be_written((file, update), (options.output, as_json(document)))
    return Answer(difference_text(found), document, files=written)


def _busy(path: Path, plan: Plan, site: Site) -> tuple[Appointment, ...]:
    """The appointments of a calendar, while the plan runs and in the weeks after it."""
    end = plan.end + timedelta(weeks=8)
    try:
        return appointments_from_ical(read_bytes(path), start=plan.start, end=end, zone=site.zone)
    except InvalidError as error:
        raise UsageError(f"{path}: {error}") from error


def _page(dated: Schedule, after: Schedule | None, site: Site, week: int) -> bytes:
    """A plan as a page with a picture of a week."""
    from iopkit.plots.calendars import week_picture

    picture = week_picture(dated, week=week)
    then = None if after is None else after.plan
    return plan_html(dated.plan, dated, week=week, picture=picture, site=site, after=then).encode()


def _picture(dated: Schedule, site: Site, path: Path) -> bytes:
    """A plan along a time line, in the form that a file's name asks for."""
    from iopkit.plots.bands import plan_picture

    return plan_picture(dated, site=site, form="png" if path.suffix.lower() == ".png" else "svg")


COMMANDS: Mapping[str, Command] = {
    "plan": Command(_plan_arguments, over_several(_plan, "patient")),
    "continue": Command(_continue_arguments, over_several(_continue, "plan")),
    "schedule": Command(_schedule_arguments, over_several(_schedule, "plan")),
    "reschedule": Command(_reschedule_arguments, _reschedule),
}
