"""One check: what is expected, how it is found out, and a process of its own to do so in."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
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
        alone: whether others at work would change what it finds.
    """

    name: str
    expected: str
    run: Callable[[], Found]
    limit_s: float = 20.0
    alone: bool = True


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
    """Run a check in a process of its own."""
    (line,) = side_by_side([check], 1)
    return line


def side_by_side(checks: Sequence[Check], at_once: int) -> Iterator[Line]:
    """Run each check in a fork of this process, some at once; yield their lines as they end.

    What a check breaks, a CUDA context among it, goes with its process. This one must not have a
    context of its own.
    """
    waiting, running = list(checks), list[_Running]()
    while waiting or running:
        while waiting and len(running) < at_once:
            running.append(_Running(waiting.pop(0)))
        left = min(one.deadline for one in running) - time.monotonic()
        ready, _, _ = select.select([one.pipe for one in running], [], [], max(0.0, left))
        for one in list(running):
            if one.read() if one.pipe in ready else one.deadline <= time.monotonic():
                running.remove(one)
                yield one.end()


class _Running:
    """A check at work in its process."""

    def __init__(self, check: Check) -> None:
        self._check, self._start = check, time.monotonic()
        self.deadline = self._start + check.limit_s
        self._told = b""
        self.pipe, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self.pipe)
            os.setsid()
            with os.fdopen(write, "wb") as pipe:
                pipe.write(_outcome(check))
            os._exit(0)
        os.close(write)

    def read(self) -> bool:
        """Take what there is to read; return whether that was all."""
        part = os.read(self.pipe, 1 << 16)
        self._told += part
        return not part

    def end(self) -> Line:
        """End the process, with those that it started, and return what it told."""
        os.close(self.pipe)
        for number in (self._pid, -self._pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        seconds = round(time.monotonic() - self._start, 2)
        name, expected = self._check.name, self._check.expected
        try:
            return Line(name, expected, seconds=seconds, **json.loads(self._told))
        except ValueError:
            text = f"no answer within {self._check.limit_s:g} s, or the process died"
            return Line(name, expected, "broken", text, {}, seconds)


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


def as_json(lines: list[Line]) -> list[dict[str, Any]]:
    """Return the lines JSON-ready."""
    return [asdict(line) for line in lines]
