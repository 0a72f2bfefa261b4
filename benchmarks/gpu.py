"""Is a GPU measured right? Every check with what it expects and what it found, in some minutes.

    python benchmarks/gpu.py                      # all checks
    python benchmarks/gpu.py --only peaks,energy  # some of them
    python benchmarks/gpu.py --list

Each check runs in a process of its own and has a time limit: what one breaks, the others don't
see. Without a GPU that torch can use it says so and exits with 2; with 1 where a check fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
import transformers.modeling_utils  # noqa: F401  # once, for all checks are forks of this process
from evidence import evidence
from gpu_checks import (
    board_checks,
    device_checks,
    graph_checks,
    live_checks,
    loop_checks,
    memory_checks,
    model_checks,
)
from gpu_checks.check import Check, Found, Line, as_json, isolated, side_by_side
from transformers.models.auto import modeling_auto  # noqa: F401
from transformers.models.bert import modeling_bert  # noqa: F401
from transformers.models.xlm_roberta import modeling_xlm_roberta  # noqa: F401

PLACES = (
    device_checks,
    loop_checks,
    memory_checks,
    graph_checks,
    board_checks,
    model_checks,
    live_checks,
)
CHECKS: tuple[Check, ...] = tuple(check for place in PLACES for check in place.CHECKS)
LIMIT_S = 235.0
"""Time for all checks: those that don't fit any more are left out, and said to be."""

AT_ONCE = 6
"""Checks at work at once, of those that others don't change."""

MARKS = {"holds": "ok", "fails": "FAILS", "told": "-", "broken": "BROKEN"}


def there() -> Found:
    """Is there a GPU that torch can use? With what stands at the head of the results.

    Both ask the driver, of which the process that forks the checks must not have any state.
    """
    if not torch.cuda.is_available():
        return Found(False, f"torch {torch.__version__} sees no CUDA device")
    name = torch.cuda.get_device_name(0)
    capability = ".".join(map(str, torch.cuda.get_device_capability(0)))
    text = f"{name}, compute capability {capability}, CUDA {torch.version.cuda}"
    return Found(True, text, evidence())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", help="names of checks, separated by commas")
    parser.add_argument("--list", action="store_true", help="print the checks and what they expect")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/gpu.json"))
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds for all of them")
    asked = parser.parse_args()
    if asked.list:
        for check in CHECKS:
            print(f"{check.name:20} {check.expected}")
        return
    wanted = chosen(asked.only)
    gpu = isolated(Check("GPU", "one that torch can use", there))
    if gpu.verdict != "holds":
        print(f"no check can be made: {gpu.found}. They need a CUDA GPU and a torch built for it.")
        sys.exit(2)
    print(gpu.found, flush=True)
    lines, start = [], time.monotonic()
    for line in all_lines(wanted, start + asked.limit):
        lines.append(line)
        print(as_text(line), flush=True)
        write(asked.out, gpu, lines, time.monotonic() - start)
    bad = [line.name for line in lines if line.verdict in ("fails", "broken")]
    print(f"{len(lines)} checks in {time.monotonic() - start:.0f} s, {len(bad)} not as expected")
    sys.exit(bool(bad))


def all_lines(checks: Sequence[Check], deadline: float) -> Iterator[Line]:
    """Yield what came of the checks: first of those that don't mind company, side by side."""
    yield from side_by_side([check for check in checks if not check.alone], AT_ONCE)
    for check in checks:
        if check.alone and time.monotonic() > deadline:
            yield Line(check.name, check.expected, "broken", "no time was left", {}, 0.0)
        elif check.alone:
            yield isolated(check)


def chosen(only: str | None) -> list[Check]:
    """Return the checks of these names, all without any."""
    if only is None:
        return list(CHECKS)
    names = [name.strip() for name in only.split(",")]
    unknown = sorted(set(names) - {check.name for check in CHECKS})
    if unknown:
        sys.exit(f"--only: there is no check {', '.join(unknown)}; see --list")
    return [check for check in CHECKS if check.name in names]


def as_text(line: Line) -> str:
    """Return a check's lines of the table."""
    head = f"{MARKS[line.verdict]:6} {line.name:20} {line.seconds:5.1f} s  "
    found = textwrap.wrap(line.found, 100) or [""]
    rest = [" " * len(head) + part for part in found[1:]]
    return "\n".join([head + found[0], *rest, " " * len(head) + f"expected: {line.expected}"])


def write(out: Path, gpu: Line, lines: list[Line], seconds: float) -> None:
    """Write what was found so far: a run that is cut off keeps it."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    head = {**gpu.figures, "gpu": gpu.found, "cuda_visible_devices": visible}
    result = {**head, "seconds": round(seconds, 1), "checks": as_json(lines)}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
