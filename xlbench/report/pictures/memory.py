"""Peak memory of every language of every task."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.numbers import MIB
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.lanes import lanes
from xlbench.report.whole import Whole


def _draw(whole: Whole) -> Iterator[Figure]:
    values: dict[tuple[str, str], dict[str, float]] = {}
    for cell in whole.cells:
        peak = cell.peak_bytes()
        if peak is not None:
            mine = values.setdefault((cell.task, cell.arm), {})
            mine[cell.language] = max(peak / MIB, mine.get(cell.language, 0.0))
    if values:
        tasks = [task for task in whole.tasks if any(task == t for t, _ in values)]
        drawn = lanes(
            "Peak memory of every language, by task",
            "peak memory, MiB (the axis does not begin at 0)",
            "MiB",
            whole.arms,
            tasks,
            values,
            log=False,
        )
        yield Figure("memory", "Peak of either scenario", drawn)


KIND = Kind(
    "memory",
    "Memory",
    "The peak while a cell was measured: memory that the CUDA allocator gave to tensors where "
    "there is a GPU, else the process's resident memory by the kernel's own high-water mark.",
    _draw,
    "There is no picture of memory: no cell has a peak.",
)
