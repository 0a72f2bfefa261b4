"""Measuring from a Python program: what ``xlbench run`` does."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from xlbench.api.looked import looking
from xlbench.api.tables import Recorded
from xlbench.arm_options import Options
from xlbench.arms import Arm, parse_arm
from xlbench.asked import language_codes, scenario_names, task_names
from xlbench.cell import ArmCell
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.errors import UserError
from xlbench.placing.dispatch import Watch
from xlbench.placing.execute import Unwatched
from xlbench.placing.execute import execute as over_units
from xlbench.placing.ray_cluster import RayCluster, connected
from xlbench.placing.ray_measuring import measuring
from xlbench.placing.unit import Unit
from xlbench.results.manifest import Manifest
from xlbench.run import dry
from xlbench.run.ahead import unmeetable
from xlbench.run.controller import Progress
from xlbench.run.execute import execute
from xlbench.run.prepare import Prepared, Warn, prepare
from xlbench.run.resume import resumed_settings
from xlbench.run.tally import Tally
from xlbench.settings import Engine, Settings, Split

Display = Callable[[int, float], AbstractContextManager[Progress]]
"""Takes the number of cells and the budget in seconds; returns what is told of each visit."""


class Silent:
    """A display that shows nothing."""

    def takes(self, least_s: float) -> None:
        """The least time is known."""

    def visiting(self, key: ArmCell) -> None:
        """A visit begins."""

    def waiting(self) -> None:
        """A worker is waited for."""

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        """A visit ended."""

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        """A group is done."""


def no_display(_cells: int, _budget_s: float) -> AbstractContextManager[Progress]:
    """Return a display that shows nothing."""
    return nullcontext(Silent())


def nobody(_warning: str) -> None:
    """Tell nobody."""


def run(
    *arms: str | Arm,
    tasks: Iterable[str] | None = None,
    langs: Iterable[str] | None = None,
    scenarios: Iterable[str] | None = None,
    data: str | Path = "sample",
    limit: int | None = None,
    sample: int | None = None,
    split: Split = "test",
    options: Options | None = None,
    precision: float = 0.02,
    budget_s: float = 60.0,
    processes: int = 1,
    seed: int = 0,
    timeout_s: float = 600.0,
    skip_malformed: bool = False,
    checkpoints: str | Path | None = None,
    engine: Engine = "local",
    address: str = "auto",
    out: str | Path | None = None,
    display: Display = no_display,
    warn: Warn = nobody,
    command: str = "xlbench.run(...)",
) -> Recorded:
    """Measure arms over tasks and languages, interleaved, and return the result.

    Args:
        arms: ``NAME[@key=value,...]`` each.
        tasks: names or titles; ``None``: all that arms and data have.
        langs: codes or names; ``None``: all.
        scenarios: ``single-stream``, ``offline``; ``None``: both.
        data: ``sample``, ``hub`` or a folder.
        limit: examples per cell at most, the first ones.
        sample: examples per cell, drawn from all by length; retrieval is never sampled.
        split: ``test``, or ``dev`` for the development sets.
        options: of all arms, where they say nothing themselves.
        precision: relative half-width of the interval of a p50 at which a cell is done.
        budget_s: seconds of measuring; every cell is visited at least once.
        processes: times that the workers are started anew; for a baseline 5 or more.
        seed: of all random orders and weights.
        timeout_s: longest time of one visit.
        skip_malformed: leave malformed rows out (they are counted).
        checkpoints: a YAML file of further checkpoints and suites.
        engine: ``local``, or ``ray``: over the machines of a Ray cluster.
        address: of that cluster, as Ray has it, or ``local`` for this machine alone.
        out: the result folder; ``None``: ``results/DATE-TIME-ID``.
        display: shown while it runs.
        warn: told what the user should know before it begins.
        command: kept in the manifest.

    Raises:
        UserError: something asked for does not exist or does not fit.
    """
    settings = settings_of(
        arms,
        options,
        tasks=task_names("tasks", tasks),
        languages=language_codes("langs", langs),
        scenarios=scenario_names("scenarios", scenarios),
        data=str(data),
        limit=limit,
        sample=sample,
        split=split,
        precision=precision,
        budget_s=budget_s,
        processes=processes,
        seed=seed,
        timeout_s=timeout_s,
        skip_malformed=skip_malformed,
        checkpoints=None if checkpoints is None else str(checkpoints),
        engine=engine,
    )
    folder = new_folder_name() if out is None else Path(out)
    return measured(settings, folder, display=display, warn=warn, command=command, address=address)


def resume(
    folder: str | Path,
    *arms: str,
    precision: float | None = None,
    budget_s: float | None = None,
    address: str = "auto",
    display: Display = no_display,
    warn: Warn = nobody,
    command: str = "xlbench.resume(...)",
) -> Recorded:
    """Continue the run in a folder, with its own arguments, and return the result.

    Args:
        folder: its result folder.
        arms: the run's own arms, if their secrets must be given again.
        precision: takes the run's own place if it is finer.
        budget_s: takes the run's own place if it is larger.
        address: of the Ray cluster, if it runs on one.
        display: shown while it runs.
        warn: told what the user should know before it begins.
        command: kept in the manifest.

    Raises:
        UserError: the folder holds no run, or one of other arms.
    """
    settings = resumed_settings(Path(folder), arms, budget_s, precision)
    return measured(
        settings,
        Path(folder),
        display=display,
        warn=warn,
        command=command,
        again=True,
        address=address,
    )


def settings_of(arms: Sequence[str | Arm], options: Options | None, **more: Any) -> Settings:
    """Return the settings of a run.

    Args:
        arms: as written, or parsed.
        options: of all arms, where they say nothing themselves.
        more: the other fields of ``Settings``.

    Raises:
        UserError: there is no arm, one is wrong, or named twice.
    """
    if not arms:
        raise UserError(
            "no arm is named: name a checkpoint or suite; base and stilts need no network"
        )
    parsed = tuple(parse_arm(arm, options) if isinstance(arm, str) else arm for arm in arms)
    if len({arm.text for arm in parsed}) < len(parsed):
        raise UserError("the same arm is named twice; every arm needs a text of its own")
    return Settings(arms=parsed, **more)


def measured(
    settings: Settings,
    folder: Path,
    *,
    display: Display,
    warn: Warn,
    command: str,
    again: bool = False,
    address: str = "auto",
    watch: Watch | None = None,
) -> Recorded:
    """Measure what the settings say.

    Args:
        settings: what is asked for.
        folder: of the result.
        display: shown while it runs on this machine.
        warn: told what the user should know before it begins.
        command: kept in the manifest.
        again: go on with what the folder holds.
        address: of the cluster, where that is the engine.
        watch: told how far the units are, where a cluster is the engine.
    """
    looked = looking(settings.engine, warn)
    prepared = _prepared(settings, warn)
    for sentence in unmeetable(prepared):
        warn(sentence)
    prepared = looked(prepared, None)
    if settings.engine == "ray":
        return _over_cluster(prepared, folder, command, address, watch or Unwatched(), again)
    cells = len(prepared.plan.cells(settings.scenarios))
    with display(cells, settings.budget_s) as shown:
        return Recorded(execute(prepared, folder, command, shown, again, warn))


def _over_cluster(
    prepared: Prepared, folder: Path, command: str, address: str, watch: Watch, again: bool
) -> Recorded:
    with connected(address) as ray:

        def cluster(manifest: Manifest) -> RayCluster[Unit]:
            return measuring(ray, prepared.settings, manifest.data.fingerprints)

        return Recorded(over_units(prepared, folder, command, cluster, watch, again))


def plan(settings: Settings, warn: Warn = nobody) -> dict[str, Any]:
    """Return what a run would measure, and what that should take; nothing is written."""
    return dry.estimate(_prepared(settings, warn))


def new_folder_name(before: str = "") -> Path:
    """Return the name of a new result folder: the time of day, and four digits that tell apart
    what is begun in the same second, on this machine or another that shares the folder."""
    return Path("results") / f"{before}{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def _prepared(settings: Settings, warn: Warn) -> Prepared:
    extra = None if settings.checkpoints is None else Path(settings.checkpoints)
    return prepare(settings, load_catalogue(extra), warn)
