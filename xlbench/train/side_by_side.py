"""Several suites at once, each in a process of its own: a small model leaves a device idle."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlbench.errors import UserError

_SECONDS_BETWEEN = 0.2


XLBENCH = (sys.executable, "-m", "xlbench")


def train_side_by_side(
    out: Path,
    suites: Sequence[str],
    jobs: int,
    gpus: Sequence[str],
    program: Sequence[str] = XLBENCH,
) -> None:
    """Train the suites that ``out`` was begun with; return when all of them are done.

    Each process is ``xlbench train --resume --suite``, so that what is done is left as it is.

    Args:
        out: folder with the settings.
        suites: names, in the order in which they are begun.
        jobs: the most processes at a time.
        gpus: as ``CUDA_VISIBLE_DEVICES`` names them; the processes take turns at them.
        program: what is called with ``train`` and its arguments.

    Raises:
        UserError: one of them failed, after its own message; the others are ended.
    """
    waiting, running = list(enumerate(suites)), dict[str, subprocess.Popen[bytes]]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, suite = waiting.pop(0)
                running[suite] = subprocess.Popen(
                    [*program, "train", "--resume", "--out", str(out), "--suite", suite],
                    env=_environment(number, min(jobs, len(suites)), gpus),
                    stdout=subprocess.DEVNULL,
                )
            time.sleep(_SECONDS_BETWEEN)
            for suite, process in list(running.items()):
                status = process.poll()
                if status is None:
                    continue
                del running[suite]
                if status:
                    raise UserError(
                        f"the training of {suite} ended with status {status}; its message is "
                        f"above. Go on with: xlbench train --resume --out {out}"
                    )
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()


def _environment(number: int, jobs: int, gpus: Sequence[str]) -> Mapping[str, str]:
    """The process's share of the processors, unless the user said otherwise, and its GPU."""
    share = max(1, len(os.sched_getaffinity(0)) // jobs)
    chosen = {"OMP_NUM_THREADS": str(share), "TOKENIZERS_PARALLELISM": "false", **os.environ}
    if gpus:
        chosen["CUDA_VISIBLE_DEVICES"] = gpus[number % len(gpus)]
    return chosen
