"""What commands take in place of a rule's name: all shipped rules that apply.

Those that may apply are told apart, and while there are any the answer is undetermined.
"""

import argparse
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from iopkit.applicability import Applicability, Rule
from iopkit.cli.files import UsageError, read_document
from iopkit.confidential import hidden
from iopkit.documents.results import applicability_document
from iopkit.errors import NotInForceError
from iopkit.fields import frozen
from iopkit.reports.applying import applicability_text
from iopkit.reports.lines import item, page
from iopkit.truth import Truth, all_of

R = TypeVar("R", bound=Rule)
T = TypeVar("T")


def add_applicable(
    parser: argparse.ArgumentParser, named: str, *, of_what: str, says: str, many: bool = False
) -> None:
    """A rule by its name, or all that apply."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument(named, help=says, action="append" if many else "store")
    group.add_argument(
        "--applicable", action="store_true", help=f"all shipped {of_what} that apply"
    )


def read_needed(kind: type[T], options: argparse.Namespace, name: str) -> T:
    """A document that ``--applicable`` needs, and the command does without otherwise."""
    refuse_lacking(options, name)
    return read_document(kind, getattr(options, name))


def refuse_lacking(options: argparse.Namespace, name: str) -> None:
    """Raise if an option is not given that ``--applicable`` needs."""
    if getattr(options, name) is None:
        raise UsageError(f"--applicable needs --{name}: which rules apply turns on it")


@frozen(repr=False)
class Applied(Generic[R, T]):
    """What came of all rules that apply, and what keeps that from being all.

    ``refused`` are rules that apply on some days, and are asked for others on which they are not
    in force.
    """

    found: tuple[Applicability, ...]
    judged: tuple[tuple[R, T], ...]
    refused: tuple[tuple[R, NotInForceError], ...]

    def truth(self, truths: Iterable[Truth]) -> Truth:
        """What all say together; unknown where none applies, or one that may was not asked."""
        unsure = any(each.applies is Truth.UNKNOWN for each in self.found)
        whole = self.judged and not self.refused and not unsure
        return all_of([*truths, *(() if whole else (Truth.UNKNOWN,))])

    def text(self, blocks: Iterable[str]) -> str:
        """What is said by each rule that applies, and then which apply and may, and why."""
        told = [*blocks]
        if self.refused:
            lines = [item(str(error)) for _, error in self.refused]
            told.append(page(["Applies on some days only, and was not asked:", *lines]))
        return page([*told, applicability_text(self.found)], apart=3)

    @property
    def rest(self) -> dict[str, Any]:  # Any: plain JSON values
        """Which rules apply and may, and which were refused, as JSON."""
        return {
            "rules": [applicability_document(each) for each in self.found],
            "refused": [{"name": rule.name, "why": str(error)} for rule, error in self.refused],
        }

    __repr__ = hidden


def apply_all(
    found: Iterable[Applicability], kind: type[R], judge: Callable[[R], T]
) -> Applied[R, T]:
    """Judge by every rule of a kind that applies, on some day at least; others are only told."""
    kept = tuple(each for each in found if each.applies is not Truth.NO)
    applying = dict.fromkeys(each.rule for each in kept if each.applies is Truth.YES)
    judged: list[tuple[R, T]] = []
    refused: list[tuple[R, NotInForceError]] = []
    for rule in applying:
        if isinstance(rule, kind):
            try:
                judged.append((rule, judge(rule)))
            except NotInForceError as error:
                refused.append((rule, error))
    return Applied(kept, tuple(judged), tuple(refused))
