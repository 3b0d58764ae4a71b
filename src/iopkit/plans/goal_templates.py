"""Goal templates: which problems a record raises, and what can be proposed for each."""

from collections.abc import Iterable
from enum import StrEnum

from iopkit.eligibility.predicates import Predicate, facts_in
from iopkit.errors import Fault, refuse, unless
from iopkit.fields import frozen
from iopkit.modalities import Modality
from iopkit.plans.goals import Target
from iopkit.programs.plan_days import LONGEST_PROGRAM
from iopkit.programs.programs import is_name
from iopkit.programs.progress import is_course_fact
from iopkit.sources import Source


class DiagnosisKind(StrEnum):
    """A kind of diagnosis, of which each on record is a problem of its own."""

    USE_DISORDER = "use_disorder"
    MENTAL_DISORDER = "mental_disorder"


@frozen
class ObjectiveTemplate:
    """A step that can be measured, and by when: the end of a week of the plan, or a review.

    Weeks and reviews count from 1. Where the plan is shorter than ``week``, it is the plan's last
    day; where it has fewer reviews than ``review``, no day is set.

    Raises:
        InvalidError: there is not one of ``week`` and ``review``, from 1 to as many weeks as a
            program can have, or no statement.
    """

    statement: str
    target: Target
    week: int | None = None
    review: int | None = None

    def __attrs_post_init__(self) -> None:
        due = [number for number in (self.week, self.review) if number is not None]
        refuse(
            "objective template",
            _said(self.statement, "statement"),
            unless(len(due) == 1, "week", "a week or a review, one of them", f"{len(due)}"),
            unless(
                all(1 <= number <= LONGEST_PROGRAM for number in due),
                "week",
                f"from 1 to {LONGEST_PROGRAM}",
                "another number",
            ),
        )


@frozen
class InterventionTemplate:
    """What is done about a goal, in services of some modalities or names; the first that is given.

    It is proposed for a plan that has such a service alone.

    Raises:
        InvalidError: there is no statement, or neither a modality nor a service.
    """

    statement: str
    modalities: frozenset[Modality] = frozenset()
    services: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "intervention template",
            _said(self.statement, "statement"),
            unless(
                bool(self.modalities or self.services),
                "modalities",
                "at least one modality, or a service",
                "none",
            ),
        )

    @property
    def words(self) -> str:
        """What is done, and in which kinds of service."""
        kinds = sorted(modality.label.lower() for modality in self.modalities)
        return f"{self.statement} ({' or '.join((*self.services, *kinds))})"


@frozen
class GoalTemplate:
    """A goal that can be proposed for a problem, the steps to it, and what the program does.

    Raises:
        InvalidError: there is no statement or no objective, or the name is none.
    """

    name: str
    statement: str
    objectives: tuple[ObjectiveTemplate, ...]
    interventions: tuple[InterventionTemplate, ...] = ()

    def __attrs_post_init__(self) -> None:
        refuse(
            "goal template",
            _name_faults([self.name], "name"),
            _said(self.statement, "statement"),
            unless(bool(self.objectives), "objectives", "at least one objective", "none"),
        )


@frozen
class ProblemTemplate:
    """A problem, when a patient's record raises it, and the goals that are proposed for it.

    ``when`` is about the patient. With ``each``, every diagnosis of that kind on record is a
    problem of its own while it holds, in the words and by the code of the diagnosis. Without a
    ``source``, it is a starting point in somebody's words, for clinician and patient to settle.

    Raises:
        InvalidError: there are no words, ``when`` asks about a course or nothing, a goal comes
            twice, or a name is none.
    """

    name: str
    problem: str
    when: Predicate
    goals: tuple[GoalTemplate, ...] = ()
    each: DiagnosisKind | None = None
    source: Source | None = None

    def __attrs_post_init__(self) -> None:
        asked = tuple(facts_in(self.when))
        about = bool(asked) and not any(map(is_course_fact, asked))
        refuse(
            "problem template",
            _name_faults([self.name], "name"),
            _said(self.problem, "problem"),
            unless(about, "when", "a condition on facts about a patient", "another"),
            _name_faults([goal.name for goal in self.goals], "goals"),
        )


@frozen
class GoalTemplates:
    """Templates under a name, as a document holds them.

    Raises:
        InvalidError: there is no template, or two have one name, or one has the name of a problem
            that another has for a diagnosis, such as ``use-disorder-1``.
    """

    name: str
    title: str
    templates: tuple[ProblemTemplate, ...]

    def __attrs_post_init__(self) -> None:
        refuse(
            "goal templates",
            unless(bool(self.templates), "templates", "at least one template", "none"),
            _name_faults([template.name for template in self.templates], "templates"),
            unless(
                not any(self._is_of_a_diagnosis(each.name) for each in self.templates),
                "templates",
                "no name that a diagnosis has: one with 'each', '-' and a number",
                "one",
            ),
        )

    def _is_of_a_diagnosis(self, name: str) -> bool:
        lead, _, number = name.rpartition("-")
        return number.isdigit() and any(t.each and t.name == lead for t in self.templates)


def _name_faults(names: Iterable[str], where: str) -> tuple[Fault, ...]:
    """What is wrong with names, by which proposals are settled."""
    given = [*names]
    named = all(map(is_name, given))
    return (
        *unless(named, where, "names of lower-case letters, digits and hyphens", "another"),
        *unless(len(given) == len(set(given)), where, "each name once", "one twice"),
    )


def _said(words: str, where: str) -> tuple[Fault, ...]:
    return unless(bool(words.strip()), where, "words", "none")
