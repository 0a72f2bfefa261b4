"""Comparing and gating from a Python program: what ``xlbench compare`` and ``gate`` do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Unpack

from xlbench.api.live import Live, PairDisplay, no_display
from xlbench.api.looked import looking
from xlbench.api.measuring import new_folder_name, nobody, settings_of
from xlbench.api.tables import Recorded, load
from xlbench.arm_options import Options
from xlbench.asked import Wanted, language_codes, scenario_names, task_names
from xlbench.cell import SCENARIOS
from xlbench.compare.controller import Undecided
from xlbench.compare.live import Asked, arms_apart, compare_live, store
from xlbench.errors import UserError
from xlbench.judge.comparison import Comparison
from xlbench.judge.gate import Gate, Limits, unproven
from xlbench.judge.gate import gate as judged
from xlbench.judge.recorded import compare_recorded
from xlbench.placing.compared import write
from xlbench.placing.execute import Unwatched
from xlbench.placing.ray_cluster import connected
from xlbench.placing.ray_measuring import compared_over
from xlbench.stats.verdicts import ALPHA

Side = str | Path | Recorded
"""An arm ``NAME[@key=value,...]``, or a result: loaded, or the folder of one."""


def compare(
    a: Side,
    b: Side,
    *,
    margin: float = 0.02,
    tasks: Iterable[str] | None = None,
    langs: Iterable[str] | None = None,
    scenarios: Iterable[str] | None = None,
    arms: tuple[str | None, str | None] = (None, None),
    across_machines: bool = False,
    **live: Unpack[Live],
) -> Comparison:
    """Compare two arms, measured in turns, or two results as recorded; all ratios are B over A.

    Args:
        a, b: two arms, or two results.
        margin: largest share that counts as no difference.
        tasks, langs, scenarios: which cells; ``None``: all.
        arms: recorded results: which arm of each, where it holds several.
        across_machines: recorded results: accept two machines, in units of a reference kernel.
        live: how two arms are measured, see ``Live``.

    Raises:
        UserError: something asked for does not exist or can't be compared.
    """
    wanted = _wanted(tasks, langs, scenarios)
    results = _results(a, b)
    if results is not None:
        if live:
            raise UserError(f"{', '.join(live)} can't apply: the results are recorded already")
        one, other = results
        return compare_recorded(one.result, other.result, margin, across_machines, arms, wanted)
    if across_machines or arms != (None, None):
        raise UserError("arms and across_machines can't apply: the arms are measured live")
    comparisons, folder = measured_live(asked((str(a), str(b)), margin, wanted, live), live)
    store(comparisons, folder)
    return comparisons[0]


def compare_all(
    first: Side,
    *others: Side,
    margin: float = 0.02,
    tasks: Iterable[str] | None = None,
    langs: Iterable[str] | None = None,
    scenarios: Iterable[str] | None = None,
    across_machines: bool = False,
    **live: Unpack[Live],
) -> tuple[Comparison, ...]:
    """Compare each of the others with the first; ``standings`` ranks them.

    Args:
        first: an arm, or a result; without others a result whose arms they all are.
        others: arms, measured in turns with the first in one run, or results of one arm each.
        margin: largest share that counts as no difference.
        tasks, langs, scenarios: which cells; ``None``: all.
        across_machines: recorded results: accept two machines, in units of a reference kernel.
        live: how arms are measured, see ``Live``.

    Raises:
        UserError: something asked for does not exist or can't be compared.
    """
    wanted = _wanted(tasks, langs, scenarios)
    results = [_result(side) for side in (first, *others)]
    known = [each for each in results if each is not None]
    if not known and others:
        if across_machines:
            raise UserError("across_machines can't apply: the arms are measured live")
        texts = [str(side) for side in (first, *others)]
        comparisons, folder = measured_live(asked(texts, margin, wanted, live), live)
        store(comparisons, folder)
        return comparisons
    if len(known) < len(results) or not known:
        named = ", ".join(_named(side) for side in (first, *others))
        raise UserError(f"{named}: expected two arms or more, or results, not some of each")
    if live:
        raise UserError(f"{', '.join(live)} can't apply: the results are recorded already")
    one, *rest = known
    pairs: list[tuple[Recorded, str | None]] = [(other, None) for other in rest]
    arm = None
    if not rest:
        arm, *of_one = one.result.manifest.arms
        pairs = [(one, text) for text in of_one]
    if not pairs:
        raise UserError(f"{_named(first)}: it holds one arm; name a second result")
    alpha = ALPHA / len(pairs)
    return tuple(
        compare_recorded(
            one.result, other.result, margin, across_machines, (arm, text), wanted, alpha
        )
        for other, text in pairs
    )


def gate(
    baseline: Side,
    current: Side,
    *,
    max_drift: float = 0.05,
    max_memory_growth: float | None = None,
    max_metric_drop: float | None = None,
    tasks: Iterable[str] | None = None,
    langs: Iterable[str] | None = None,
    scenarios: Iterable[str] | None = None,
    arms: tuple[str | None, str | None] = (None, None),
    across_machines: bool = False,
    **live: Unpack[Live],
) -> Gate:
    """Hold the current state against a baseline; fails only on proof.

    Args:
        baseline, current: two arms, or two results.
        max_drift: largest growth of latency and of the time of an offline pass, as a share.
        max_memory_growth: largest growth of peak memory; ``None``: not checked.
        max_metric_drop: largest drop of the metric in percentage points; ``None``: not checked.
        tasks, langs, scenarios: which cells; ``None``: all.
        arms: recorded results: which arm of each, where it holds several.
        across_machines: recorded results: accept two machines, in units of a reference kernel.
        live: how two arms are measured, see ``Live``.

    Raises:
        UserError: something asked for does not exist or can't be compared.
    """
    limits = Limits(max_drift, max_memory_growth, max_metric_drop)
    if _results(baseline, current) is not None:
        comparison = compare(
            baseline,
            current,
            margin=max_drift,
            tasks=tasks,
            langs=langs,
            scenarios=scenarios,
            arms=arms,
            across_machines=across_machines,
            **live,
        )
        return judged(comparison, limits)
    wanted = _wanted(tasks, langs, scenarios)
    request = asked((str(baseline), str(current)), max_drift, wanted, live)
    comparisons, folder = measured_live(request, live, unproven(limits))
    outcome = judged(comparisons[0], limits)
    store(comparisons, folder, {"gate": outcome.to_json()})
    return outcome


def asked(arms: Sequence[str], margin: float, wanted: Wanted, live: Live) -> Asked:
    """Return what a live comparison is asked for.

    Raises:
        UserError: an arm is wrong.
    """
    checkpoints = live.get("checkpoints")
    settings = settings_of(
        arms_apart(arms, live.get("options", Options())),
        None,
        tasks=wanted.tasks,
        languages=wanted.languages,
        scenarios=wanted.scenarios or SCENARIOS,
        data=str(live.get("data", "sample")),
        limit=live.get("limit"),
        sample=live.get("sample"),
        split=live.get("split", "test"),
        budget_s=live.get("budget_s", 120.0),
        processes=live.get("processes", 5),
        seed=live.get("seed", 0),
        timeout_s=live.get("timeout_s", 600.0),
        skip_malformed=live.get("skip_malformed", False),
        checkpoints=None if checkpoints is None else str(checkpoints),
        start=live.get("start", "auto"),
        engine=live.get("engine", "local"),
    )
    return Asked(settings, live.get("cpus"), margin)


def measured_live(
    request: Asked, live: Live, undecided: Undecided | None = None
) -> tuple[tuple[Comparison, ...], Path]:
    """Measure arms; return the comparison of each with the first, and the result folder."""
    out = live.get("out")
    folder = new_folder_name("compare-") if out is None else Path(out)
    display: PairDisplay = live.get("display", no_display)
    warn, command = live.get("warn", nobody), live.get("command", "xlbench.compare(...)")
    if request.settings.engine == "ray":
        with connected(live.get("address", "auto")) as ray:
            watch = live.get("watch", Unwatched())
            compared = compared_over(ray, request, command, undecided, watch)
        for warning in compared.warnings:
            warn(warning)
        write(compared, folder)
        return compared.comparisons, folder
    looked = looking(request.settings.engine, warn)
    with display(request.settings.processes, request.settings.budget_s) as shown:
        return compare_live(request, folder, command, warn, shown, undecided, looked), folder


def _results(a: Side, b: Side) -> tuple[Recorded, Recorded] | None:
    """Return both results; ``None`` where both are arms.

    Raises:
        UserError: one of each.
    """
    one, other = (_result(side) for side in (a, b))
    if one is None and other is None:
        return None
    if one is None or other is None:
        raise UserError(
            f"{_named(a)} and {_named(b)}: expected two arms or two results, found one of each"
        )
    return one, other


def _result(side: Side) -> Recorded | None:
    if isinstance(side, Recorded):
        return side
    return load(side) if (Path(side) / "run.json").is_file() else None


def _named(side: Side) -> str:
    return str(side.folder) if isinstance(side, Recorded) else str(side)


def _wanted(
    tasks: Iterable[str] | None, langs: Iterable[str] | None, scenarios: Iterable[str] | None
) -> Wanted:
    return Wanted(
        task_names("tasks", tasks),
        language_codes("langs", langs),
        None if scenarios is None else scenario_names("scenarios", scenarios),
    )
