"""One check: what is expected, how it is found out, and a process of its own to do so in."""

from __future__ import annotations

import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["holds", "fails", "told", "broken"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a check came to.

    Attributes:
        holds: whether it is as expected; ``None``: there is nothing to hold it against here.
        text: what was found, in words.
        figures: what was measured, by name with its unit.
    """

    holds: bool | None
    text: str
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """A thing that has to hold on a GPU.

    Attributes:
        name: of the check.
        expected: what must be found, in words.
        run: finds out.
        limit_s: seconds that it may take.
    """

    name: str
    expected: str
    run: Callable[[], Found]
    limit_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Line:
    """What came of a check: ``told`` has no expectation, ``broken`` came to no end."""

    name: str
    expected: str
    verdict: Verdict
    found: str
    figures: dict[str, Any]
    seconds: float


def isolated(check: Check) -> Line:
    """Run a check in a fork of this process: what it breaks, a CUDA context among it, goes with it.

    This process must not have a context of its own.
    """
    start = time.monotonic()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        os.setsid()
        os.write(write, _outcome(check))
        os._exit(0)
    os.close(write)
    answer = _answer(read, start + check.limit_s)
    os.close(read)
    _end(pid)
    seconds = round(time.monotonic() - start, 2)
    if answer is None:
        text = f"no answer within {check.limit_s:g} s, or the process died"
        return Line(check.name, check.expected, "broken", text, {}, seconds)
    told = json.loads(answer)
    return Line(check.name, check.expected, seconds=seconds, **told)


def _outcome(check: Check) -> bytes:
    verdicts: dict[bool | None, Verdict] = {True: "holds", False: "fails", None: "told"}
    try:
        found = check.run()
        told = {"verdict": verdicts[found.holds], "found": found.text, "figures": found.figures}
        return json.dumps(told, default=str).encode()
    except BaseException as error:
        text = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        trace = {"traceback": traceback.format_exc()[-3000:]}
        return json.dumps({"verdict": "broken", "found": text, "figures": trace}).encode()


def _answer(pipe: int, deadline: float) -> bytes | None:
    """Return all that is written before the other end closes; ``None``: nothing whole in time."""
    parts = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return None
        part = os.read(pipe, 1 << 16)
        if not part:
            return b"".join(parts) or None
        parts.append(part)


def _end(pid: int) -> None:
    """End the check's process and those that it started."""
    for number in (pid, -pid):
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue
    os.waitpid(pid, 0)


def as_json(lines: list[Line]) -> list[dict[str, Any]]:
    """Return the lines JSON-ready."""
    return [asdict(line) for line in lines]
