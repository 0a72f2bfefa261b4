"""What was measured."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.numbers import counted, listed
from xlbench.report.whole import Whole


def measured(whole: Whole) -> Iterator[str]:
    """Yield sentences: arms, tasks, languages, samples, data, how the runs ended."""
    pairs = {(c.task, c.language) for c in whole.cells}
    samples = sum(cell.number("n_samples") or 0 for cell in whole.cells)
    yield (
        f"{listed(whole.arms)}: {counted(len(pairs), 'task-language pair')} of "
        f"{counted(len(whole.tasks), 'task')} in {counted(len(whole.languages()), 'language')}, "
        f"{listed(list(whole.scenarios))}; {counted(len(whole.cells), 'cell')}, "
        f"{counted(int(samples), 'timed batch', 'timed batches')}."
    )
    failed = sum(cell.status == "failed" for cell in whole.cells)
    pending = sum(cell.status == "pending" for cell in whole.cells)
    if failed:
        yield f"{counted(failed, 'cell')} failed; the reasons stand under Flags and failures."
    if pending:
        yield f"{counted(pending, 'cell')} had not been visited when the run ended."
    for source in whole.sources:
        if source.manifest.status != "finished":
            yield f"{source.name} is {source.manifest.status}, not finished."
    sample = [s.name for s in whole.sources if s.manifest.data.kind == "sample"]
    if sample:
        yield (
            f"{listed(sample)} measured the embedded sample: it is for smoke tests, its scores "
            "say nothing about a model."
        )
    yield from whole.notes
