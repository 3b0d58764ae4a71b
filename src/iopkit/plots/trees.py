"""A policy as a decision tree."""

# matplotlib leaves parameters without types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from datetime import date
from textwrap import fill

from iopkit.eligibility.diagrams import NO, YES, Diagram, diagram_of, reached
from iopkit.eligibility.policies import Policy
from iopkit.eligibility.predicates import describe
from iopkit.errors import TooComplexError
from iopkit.fields import frozen
from iopkit.plots.canvas import Form, saved, sheet
from iopkit.reports.policies import policy_text


def policy_picture(
    policy: Policy,
    *,
    on: date,
    form: Form = "svg",
) -> bytes:
    """A policy's criteria as a decision tree: what is asked in turn, and where it leads.

    Each box asks about a fact; its branches are the answers that the policy tells apart.
    What is not known has no branch of its own.

    Returns:
        The file's bytes; the same arguments give the same bytes.

    Raises:
        MissingExtraError: ``matplotlib`` is not installed.
        NotInForceError: ``on`` is before the first version.
        TooComplexError: the tree is too large to be read.
    """
    rows = _rows(diagram_of(policy.predicate(on=on)))
    columns = max(map(len, rows))
    if columns * len(rows) > _MAX_PLACES:
        raise TooComplexError(f"a picture of {columns} columns cannot be read")
    places = {
        box: ((place + 0.5) * columns / len(row), -float(depth))
        for depth, row in enumerate(rows)
        for place, box in enumerate(row)
    }
    with sheet(layout="constrained") as figure:
        figure.set_size_inches(3.2 * columns + 0.8, 1.3 * len(rows) + 0.5)
        axes = figure.subplots()
        axes.set(xlim=(0, columns), ylim=(0.5 - len(rows), 0.5))
        axes.set_axis_off()
        axes.set_title(policy.title, fontsize=11)

        def write(x: float, y: float, text: str, size: int, frame: dict[str, str]) -> None:
            axes.text(x, y, text, size=size, ha="center", va="center", bbox=frame)

        for box, (x, y) in places.items():
            for words, after in box.steps:
                to_x, to_y = places[after]
                axes.plot((x, to_x), (y, to_y), color="#999999", linewidth=1, zorder=1)
                # Nearer to the end, where lines from one box are further apart.
                if words:
                    write(x + 0.55 * (to_x - x), y + 0.55 * (to_y - y), words, 8, _PLAIN)
        for box, place in places.items():
            if box.title:
                write(*place, box.title, 9, {**_FRAME, "facecolor": box.color})
        return saved(figure, form, title=policy.title, words=policy_text(policy))


_MAX_BOXES, _MAX_PLACES = 100, 400
_PLAIN = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}
_FRAME = {"boxstyle": "round,pad=0.5", "edgecolor": "#444444"}
_ENDS = {NO: ("not eligible", "#F6D5C3"), YES: ("eligible", "#CFE8DC")}


@frozen(eq=False)
class _Box:
    """A question, or an end, with the answers that lead on and the boxes that they lead to."""

    title: str
    color: str
    steps: "tuple[tuple[str, _Box], ...]" = ()


def _rows(diagram: Diagram) -> list[list[_Box]]:
    """A diagram's boxes: a row for each question that matters, and ends a row below theirs.

    The last branch of each node, for what is not known, is not followed.
    """
    met = {diagram.root}
    for number in reversed(tuple(reached(diagram))):
        met.update(diagram.node(number).branches[:-1] if number in met else ())
    numbers = [number for number in reached(diagram) if number in met]
    if len(numbers) > _MAX_BOXES:
        raise TooComplexError(f"a picture of more than {_MAX_BOXES} questions cannot be read")
    asked = sorted({diagram.node(number).question for number in numbers})
    rows: list[list[_Box]] = [[] for _ in range(len(asked) + 1)]
    made: dict[int, tuple[_Box, int]] = {}
    for number in numbers:
        node = diagram.node(number)
        answers = diagram.questions[node.question]
        depth = asked.index(node.question)
        steps: list[tuple[str, _Box]] = []
        for branch in dict.fromkeys(node.branches[:-1]):
            same = [place for place, to in enumerate(node.branches[:-1]) if to == branch]
            words = describe(answers.predicate(same)).replace(f"{answers.fact.title} is ", "")
            if branch in _ENDS:
                after, below = _Box(*_ENDS[branch]), depth + 1
                rows[below].append(after)
            else:
                after, below = made[branch]
            # A line that passes rows has a place of its own in each.
            for row in reversed(rows[depth + 1 : below]):
                after = _Box("", "", (("", after),))
                row.append(after)
            steps.append((fill(words, 26), after))
        made[number] = _Box(fill(answers.fact.title, 24), "#FFFFFF", tuple(steps)), depth
        rows[depth].append(made[number][0])
    if not numbers:
        rows[0].append(_Box(*_ENDS[diagram.root]))
    # Ends stand to the right, out of the way of lines that go on.
    return [sorted(row, key=lambda box: not box.steps) for row in rows]
