"""Runs over a Ray cluster of simulated nodes: are the cells those of a run without Ray?

    python benchmarks/scale_cluster.py

Nodes are processes of this machine, one processor each, that Ray takes for machines. All cells of
the sample are measured without Ray, over the nodes, over nodes of which one is killed half way, and
by a driver that is killed and goes on; each time cells, predictions and metrics are held against
those of the run without Ray. ``--parts one`` tells what the engine adds to a unit, in seconds: over
one node, units go one after the other on one processor as they do without Ray.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence import evidence

from xlbench.results.manifest import read_manifest
from xlbench.results.parts import read
from xlbench.results.result import read_result

ARM = "base@device=cpu,threads=1"


def command(out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "xlbench", "run", "--out", str(out), "--json", *more]


def asked(tasks: str, budget: str) -> list[str]:
    return ["--ckpt", ARM, "--tasks", tasks, "--langs", "all", "--budget", budget]


def started(words: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finished(process: subprocess.Popen[bytes]) -> None:
    _, told = process.communicate()
    if process.returncode:
        sys.exit(f"{process.args} ended with {process.returncode}:\n{told.decode()}")


def units_done(out: Path) -> int:
    try:
        return len(read_manifest(out).segments[-1].units)
    except Exception:  # not there yet, or being written
        return 0


def when(done: int, out: Path, process: subprocess.Popen[bytes], act: Callable[[], None]) -> bool:
    """Act once so many units are done; ``False`` where the run ended before."""
    while process.poll() is None:
        if units_done(out) >= done:
            act()
            return True
        time.sleep(0.05)
    return False


def held(out: Path) -> dict[str, Any]:
    """Return what must be the same whoever placed the work."""
    result = read_result(out)
    key = ("arm", "task", "language", "scenario")
    cells = {
        tuple(row[name] for name in key): tuple(
            row[name]
            for name in ("status", "n_examples", "tokens", "n_batches", "metrics_json", "error")
        )
        for row in result.cells
    }
    columns = ("arm", "task", "language", "visit", "id", "prediction")
    table = read(out, "predictions", columns).to_pylist()
    first: dict[Any, int] = {}
    for row in table:
        place = row["arm"], row["task"], row["language"]
        first[place] = min(row["visit"], first.get(place, row["visit"]))
    predictions = Counter(
        (row["arm"], row["task"], row["language"], row["id"], row["prediction"])
        for row in table
        if row["visit"] == first[row["arm"], row["task"], row["language"]]
    )
    visits = [row["visit"] for row in read(out, "visits", ("visit",)).to_pylist()]
    return {
        "cells": cells,
        "predictions": predictions,
        "ok": sum(row["status"] == "ok" for row in result.cells),
        "visit_numbers_doubled": len(visits) - len(set(visits)),
        "nodes": len({row["node"] for row in result.cells} - {None}),
        "nodes_a_unit": max(
            Counter(
                unit for unit, _ in {(row["unit"], row["node"]) for row in result.cells}
            ).values()
        ),
    }


def judged(name: str, out: Path, truth: dict[str, Any], wall_s: float) -> dict[str, Any]:
    found = held(out)
    units = [placed for segment in read_manifest(out).segments for placed in segment.units]
    return {
        "what": name,
        "wall_s": round(wall_s, 1),
        "cells": len(found["cells"]),
        "cells_ok": found["ok"],
        "cells_as_without_ray": found["cells"] == truth["cells"],
        "predictions": sum(found["predictions"].values()),
        "predictions_as_without_ray": found["predictions"] == truth["predictions"],
        "visits_doubled": found["visit_numbers_doubled"],
        "units": len(units),
        "nodes": found["nodes"],
        "most_nodes_of_a_unit": found["nodes_a_unit"],
        "processors": sorted({cpu for placed in units for cpu in placed.cpus}),
    }


def spans(out: Path) -> list[tuple[str, str, str, tuple[int, ...]]]:
    """When each unit was on which processors."""
    segments = read_manifest(out).segments
    return [(u.unit, u.started, u.ended or "", u.cpus) for s in segments for u in s.units]


def overlapping(out: Path) -> int:
    """Return how many pairs of units were on one processor at one time (whole seconds)."""
    known = spans(out)
    return sum(
        bool(set(a[3]) & set(b[3])) and a[1] < b[2] and b[1] < a[2]
        for i, a in enumerate(known)
        for b in known[i + 1 :]
    )


def spent_s(out: Path) -> float:
    """Return the seconds from the beginning of a run's only segment to its end."""
    (segment,) = read_manifest(out).segments
    began, ended = (datetime.fromisoformat(t) for t in (segment.started, segment.ended or ""))
    return (ended - began).total_seconds()


def engine_s(out: Path, local: Path) -> dict[str, float | None]:
    """Return what the engine adds to a unit: beside the run without it, and between units."""
    count, whole = len(spans(out)), spent_s(out)
    within = sum(
        (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
        for _, began, ended, _ in spans(out)
    )
    same = read_manifest(out).settings.budget_s == read_manifest(local).settings.budget_s
    return {
        "engine_s_a_unit": round((whole - spent_s(local)) / count, 2) if same else None,
        "outside_units_s_a_unit": round((whole - within) / count, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", default="all")
    parser.add_argument("--budget", default="5s")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--parts", default="local,one,all,node-killed,driver-killed")
    parser.add_argument("--folder", type=Path, help="of the results; kept")
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    arguments = parser.parse_args()
    from ray.cluster_utils import Cluster

    parts = arguments.parts.split(",")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        local = folder / "local"
        what = asked(arguments.tasks, arguments.budget)
        if not local.exists():
            began = time.monotonic()
            finished(started(command(local, *what)))
            rows.append({"what": "without Ray", "wall_s": round(time.monotonic() - began, 1)})
        truth = held(local)
        for part in parts:
            if part == "local":
                continue
            nodes = 1 if part == "one" else arguments.nodes
            cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
            machines = [cluster.add_node(num_cpus=1) for _ in range(nodes)]
            cluster.wait_for_nodes()
            where = ["--engine", "ray", "--address", cluster.address]
            out = folder / part
            began = time.monotonic()
            process = started(command(out, *what, *where))
            acted: bool | None = None
            if part == "node-killed":

                def kill_node(cluster: Any = cluster, machine: Any = machines[-1]) -> None:
                    cluster.remove_node(machine, allow_graceful=False)

                acted = when(3, out, process, kill_node)
                finished(process)
            elif part == "driver-killed":
                acted = when(3, out, process, lambda p=process: os.kill(p.pid, signal.SIGKILL))
                process.communicate()
                before = units_done(out)
                resumed = [*command(out), "--resume", "--address", cluster.address]
                finished(started(resumed))
                rows.append({"what": "before the kill", "units": before})
            else:
                finished(process)
            row = judged(part, out, truth, time.monotonic() - began)
            if part == "one":
                row |= engine_s(out, local)
            row["units_on_one_processor_at_once"] = overlapping(out)
            if acted is not None:
                row["killed_half_way"] = acted
            rows.append(row)
            print(json.dumps(rows[-1], indent=1), flush=True)
            cluster.shutdown()
    if arguments.out:
        whole = {**evidence(), "rows": rows}
        arguments.out.write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
