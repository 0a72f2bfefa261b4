"""The trade-off in one table: what each kind of arm buys and costs, task by task and language.

A block as XTREME sums up (Hu et al. 2020, arXiv 2003.11080): tasks, groups, the whole. Then a block
for each task: a line a language, their mean, the transfer gap. Arms that differ in their seed alone
are one kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlbench.errors import UserError
from xlbench.languages import LANGUAGES
from xlbench.report.paper.change import Pair, Place, change
from xlbench.report.paper.doubt import mark_notes, mark_of
from xlbench.report.paper.grid import Block, Column, Entry, Grid, Row
from xlbench.report.paper.headings import of_task
from xlbench.report.paper.quantity import QUANTITIES, behind
from xlbench.report.tradeoff.costs import cost
from xlbench.report.tradeoff.gains import Gain, in_gap, in_score, of_language, over_languages
from xlbench.report.tradeoff.notes import GAIN, LOSS, notes
from xlbench.report.tradeoff.scored import Scored, scored
from xlbench.report.whole import Whole
from xlbench.results.kinds import Kind
from xlbench.stats.seeds import Direction, directions
from xlbench.tasks.suites import XTREME

_COSTS = {"p50 ratio": "p50", "examples/s ratio": "throughput", "memory ratio": "memory"}
_MARKS: dict[Direction | None, str] = {"up": GAIN, "down": LOSS, None: ""}
_DIGITS = 1


@dataclass(frozen=True, slots=True)
class _Line:
    """A row before its marks are known.

    Attributes:
        name: of the row.
        places: whose costs stand in it.
        gains: of each kind.
        judged: whether a gain may be proven.
        compared: whether its metric is the mean over its places.
    """

    name: str
    places: Sequence[Place]
    gains: tuple[Gain, ...]
    judged: bool = True
    compared: bool = True


def tradeoff(whole: Whole) -> Grid:
    """Return the table.

    Raises:
        UserError: there is one kind of arm only.
    """
    found = scored(whole)
    if len(found.kinds) < 2:
        raise UserError(
            f"--preset tradeoff: expected two arms, found {found.kinds[0].name} alone; give the "
            "result of another one beside it"
        )
    places = {task: own for task in whole.tasks if (own := _places(whole, task))}
    by_task = {task: list(_languages(found, own)) for task, own in places.items()}
    summary = list(_summary(found, places))
    marks = _marks(found, [line for lines in by_task.values() for line in lines])
    marks |= _marks(found, summary)
    blocks = [Block("Over languages", tuple(_row(found, line, marks) for line in summary))]
    for task, lines in by_task.items():
        blocks.append(Block(of_task(task), tuple(_row(found, line, marks) for line in lines)))
    return Grid(
        f"What is bought and what it costs, against {found.kinds[0].name}",
        "task, language",
        tuple(_columns(found)),
        tuple(blocks),
        (*notes(found), *mark_notes(blocks, whole.cells), *whole.notes),
    )


def _columns(found: Scored) -> Iterator[Column]:
    first, *others = found.kinds
    yield Column(first.name, "metric, %")
    for kind in others:
        for head in ("metric, %", "difference", *_COSTS):
            yield Column(kind.name, head)


def _places(whole: Whole, task: str) -> list[Place]:
    """The languages of a task that every arm has, English first."""
    of_arm = [{c.language for c in whole.of(arm, task)} for arm in whole.arms]
    shared = sorted(set.intersection(*of_arm), key=lambda code: (code != "en", code))
    return [(task, code) for code in shared]


def _languages(found: Scored, places: Sequence[Place]) -> Iterator[_Line]:
    for place in places:
        gains = tuple(of_language(found, kind, place) for kind in found.kinds)
        yield _Line(f"{LANGUAGES[place[1]].name} ({place[1]})", [place], gains)
    gaps = [in_gap(found, kind, places) for kind in found.kinds]
    known = tuple(gap for gap in gaps if gap is not None)
    if len(known) == len(gaps):
        yield _Line("transfer gap", (), known, judged=False, compared=False)


def _summary(found: Scored, places: Mapping[str, list[Place]]) -> Iterator[_Line]:
    """Yield the tasks, XTREME's groups that are whole, and its overall score."""
    for task, own in places.items():
        gains = tuple(over_languages(found, kind, own) for kind in found.kinds)
        yield _Line(f"{of_task(task)}, {len(own)} languages", own, gains)
    averages = found.whole.averages()
    for group, tasks in XTREME.groups.items():
        own = [place for task in tasks for place in places.get(task, [])]
        scores = {arm: told["groups"].get(group) for arm, told in averages.items()}
        if None not in scores.values():
            yield _Line(f"group: {group}", own, _of_scores(found, scores), compared=False)
    whole = [place for own in places.values() for place in own]
    overall = {arm: told["overall"] for arm, told in averages.items()}
    yield _Line("XTREME overall", whole, _of_scores(found, overall), compared=False)


def _of_scores(found: Scored, scores: Mapping[str, float | None]) -> tuple[Gain, ...]:
    return tuple(in_score(found, kind, scores) for kind in found.kinds)


def _marks(found: Scored, lines: Sequence[_Line]) -> dict[tuple[str, str, str], str]:
    """Return the mark of each gain that is proven, corrected for the lines of a kind."""
    judged = [line for line in lines if line.judged]
    marks = {}
    for number, kind in enumerate(found.kinds):
        made = directions([line.gains[number].effect for line in judged])
        for line, direction in zip(judged, made, strict=True):
            marks[_key(line, kind)] = _MARKS[direction]
    return marks


def _key(line: _Line, kind: Kind) -> tuple[str, str, str]:
    task = line.places[0][0] if line.places else ""
    return line.name, task, kind.name


def _row(found: Scored, line: _Line, marks: Mapping[tuple[str, str, str], str]) -> Row:
    entries = [_metric(found, found.kinds[0], line, line.gains[0])]
    for kind, gain in zip(found.kinds[1:], line.gains[1:], strict=True):
        entries.append(_metric(found, kind, line, gain))
        entries.append(_difference(found, kind, line, gain, marks.get(_key(line, kind), "")))
        for name in _COSTS.values():
            entries.append(cost(found, kind, QUANTITIES[name], line.places))
    return Row(line.name, tuple(entries))


def _metric(found: Scored, kind: Kind, line: _Line, gain: Gain) -> Entry:
    metric = QUANTITIES["metric"]
    places = [(arm, place) for arm in kind.arms.values() for place in line.places]
    cells = (cell for arm, place in places for cell in behind(found.whole, metric, arm, *place))
    return Entry(gain.value, digits=_DIGITS, mark=mark_of(cells, metric.doubtful))


def _difference(found: Scored, kind: Kind, line: _Line, gain: Gain, mark: str) -> Entry:
    if gain.effect is None:
        first = found.kinds[0]
        if line.compared and len(first.arms) == len(kind.arms) == 1:
            pair = Pair(*first.arms.values(), *kind.arms.values())
            return change(found.whole, QUANTITIES["metric"], pair, line.places)
        return Entry(gain.plain, digits=_DIGITS, signed=True)
    lo, hi = gain.effect.interval()
    return Entry(gain.effect.value, lo, hi, _DIGITS, signed=True, mark=mark)
