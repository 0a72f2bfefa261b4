"""What one blow did, and a log of all of them that a campaign goes on with."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Outcome:
    """What one blow did.

    Attributes:
        victim, moment: whom it hit and when.
        hit: whether the run was still there.
        parts: flushes that were on disk.
        lost_s: from the last flush of this run to the blow; ``None``: there was none yet.
        returned: the exit code; ``None``: it did not end.
        wrong: what should not be, in words.
        forked: whether its programs were forks (``nursery``).
    """

    victim: str
    moment: str
    hit: bool = False
    parts: int = 0
    lost_s: float | None = None
    returned: int | None = None
    wrong: list[str] = field(default_factory=list)
    forked: bool = False


class Log:
    """The outcomes of the jobs that are done, a line each: a campaign may be run in pieces."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self.outcomes: dict[str, list[Outcome]] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                told = json.loads(line)
                self.outcomes[told["job"]] = [Outcome(**each) for each in told["outcomes"]]

    def add(self, job: str, outcomes: list[Outcome]) -> None:
        """Take the outcomes of a job."""
        line = json.dumps({"job": job, "outcomes": [asdict(each) for each in outcomes]})
        with self._lock:
            self.outcomes[job] = outcomes
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")

    def of(self, kind: str) -> list[Outcome]:
        """Return all outcomes of the jobs of a kind."""
        jobs = sorted(job for job in self.outcomes if job.startswith(f"{kind}."))
        return [outcome for job in jobs for outcome in self.outcomes[job]]
