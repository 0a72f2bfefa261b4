"""A suite with its seed as a unit of work for another machine, which writes to the shared folder.

Its phases stand on each other, so they stay together; suites have nothing of each other.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.errors import UserError
from xlbench.results.lock import locked
from xlbench.train.card import FILE
from xlbench.train.execute import ENCODER, SETTINGS, execute_one, prepare, quiet
from xlbench.train.plan import Settings, Suite, folder_of, heads_to_train, suites
from xlbench.version import __version__

ENDS_WITHIN_S = 60.0
"""A process whose machine is given up, or whose driver was killed, is gone by then."""
POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class SuiteUnit:
    """A suite to train.

    Attributes:
        name: of the suite.
        cost_s: what it takes, in phases: units are only held against each other by it.
    """

    name: str
    cost_s: float


@dataclass(frozen=True, slots=True)
class Order:
    """What a machine is told to train.

    Attributes:
        suite: its name.
        settings: of the whole training.
        out: the folder that all machines share.
        processors: how many it is to have to itself.
        folder: that paths begin at.
        version: of the program that asks.
    """

    suite: str
    settings: Settings
    out: str
    processors: int
    folder: str = field(default_factory=os.getcwd)
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Trained:
    """A suite that is trained, and where: the weights are in the shared folder."""

    suite: str
    host: str


def units_left(settings: Settings, out: Path) -> list[SuiteUnit]:
    """Return the suites that are not whole in ``out``, the longest first."""
    costs = {suite.name: _phases_left(suite, settings, out) for suite in suites(settings)}
    units = [SuiteUnit(name, cost) for name, cost in costs.items() if cost]
    return sorted(units, key=lambda unit: -unit.cost_s)


def _phases_left(suite: Suite, settings: Settings, out: Path) -> float:
    """Phases that are not done; an encoder's counts for each of its sets."""
    parts = dict.fromkeys(heads_to_train(settings.targets), 1.0)
    if suite.sets:
        parts[ENCODER] = float(len(suite.sets))
    return sum(
        cost for part, cost in parts.items() if not (folder_of(out, suite, part) / FILE).is_file()
    )


def train_unit(order: Order) -> None:
    """Train a suite in the folder that is shared, or go on where another machine left it.

    Raises:
        UserError: the folder or something else is not here, or the training fails.
    """
    out = Path(order.out)
    try:
        stored = json.loads((out / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stored = None
    if stored is None or Settings.from_json(stored) != order.settings:
        raise UserError(
            f"--out {out}: {SETTINGS}, as the driver wrote it, is not there; --out must be a "
            "folder that all machines share, by the same path"
        )
    quiet()
    extra = None if order.settings.checkpoints is None else Path(order.settings.checkpoints)
    with alone(out / order.suite):
        prepared = prepare(order.settings, load_catalogue(extra), out)
        execute_one(
            prepared, order.suite, lambda phase, steps: lambda done, loss: None, resume=True
        )


@contextmanager
def alone(
    folder: Path, within_s: float = ENDS_WITHIN_S, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Be the only one who writes to a suite, once whoever did before has ended.

    Raises:
        UserError: another process goes on writing to it.
    """
    waited_s = 0.0
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(locked(folder))
                break
            except UserError:
                if waited_s >= within_s:
                    raise
                sleep(POLL_S)
                waited_s += POLL_S
        yield
