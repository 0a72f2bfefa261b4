"""What intermediate-task training does to accuracy, latency and memory: trained, run, compared.

    python benchmarks/answer.py --model xlm-roberta-large --data hub --intermediate-data hub
    python benchmarks/answer.py --model DIR --data DIR --intermediate-data DIR --device cpu \
        --seeds 1 --tasks udpos,panx,xnli,tatoeba --freeze-embeddings

One command does all of it and can be killed at any moment: called again with the same --out it
goes on. It trains ``base`` and one suite for each intermediate task and their mix (`xlbench
train`), takes the accuracy of all of them over all languages (`xlbench run`), compares each with
``base`` live for latency and memory (`xlbench compare`), and writes ``answer.json`` and
``answer.md``. The seed is the unit of the intervals: the same seed of both suites makes a pair.
`--dry-run` says steps, tokens and time here, and what they would take on one H100.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from answer_tables import LAYER, as_markdown, dev_scores, metric_changes
from evidence import evidence

from xlbench.train.plan import RETRIEVAL

H100_FLOPS = 989e12
"""Dense bfloat16, H100 SXM (NVIDIA H100 data sheet)."""
H100_UTILISATION = 0.35
"""Of a fine-tuning with short sequences; an assumption, not measured."""
STEPS = ("train", "accuracy", "latency", "tables")
TRAINING = {"max-steps": int, "epochs": float, "lr": float, "batch-size": int, "limit": int} | {
    "save-every": int
}
ADAM_BYTES = 16
"""A parameter: float32 weight, gradient and two moments."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True, help="entry, Hub repository or folder")
    parser.add_argument("--checkpoints", type=Path, help="YAML file with the entry")
    parser.add_argument("--data", default="hub")
    parser.add_argument("--intermediate-data", default="hub")
    parser.add_argument("--intermediate", default="none,anli+,commonsenseqa,anli++commonsenseqa")
    parser.add_argument("--tasks", default="udpos,panx,xnli,bucc2018,tatoeba")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1, help="suites at the same time, not timed")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--dtype", default="bf16", help="of training")
    parser.add_argument("--freeze-embeddings", action="store_true")
    for name, kind in TRAINING.items():
        parser.add_argument(f"--{name}", type=kind, help="as `xlbench train` has it")
    parser.add_argument("--layers", default="", help="further layers that retrieval reads")
    parser.add_argument("--run-limit", type=int, help="examples of a cell")
    parser.add_argument("--budget", default="10m", help="of each comparison")
    parser.add_argument("--processes", type=int, default=5, help="pairs of each comparison")
    parser.add_argument("--langs", default="en,sw,th,zh", help="languages that are compared live")
    parser.add_argument("--live-tasks", help="tasks that are compared live (default: --tasks)")
    parser.add_argument(
        "--steps", default=",".join(STEPS), help="what is made or gone on with; the rest is read"
    )
    parser.add_argument("--out", type=Path, default=Path("results/answer"))
    parser.add_argument("--dry-run", action="store_true")
    asked = parser.parse_args()
    if asked.dry_run:
        dry_run(asked)
        return
    wanted = asked.steps.split(",")
    if not set(wanted) <= set(STEPS):
        parser.error(f"--steps: expected some of {', '.join(STEPS)}, found {asked.steps}")
    if "train" in wanted:
        train(asked)
    names = [arm for kind in suites(asked) for arm in arms(asked, kind)]
    if "accuracy" in wanted:
        # Task by task: where the time runs out, those that were run are whole over all arms.
        with ThreadPoolExecutor(asked.jobs) as pool:
            list(pool.map(lambda each: run(asked, *each), runs_of(asked, names)))
    if "latency" in wanted:
        # The mix first: it is the arm that the paper recommends, should the time run out.
        for kind in reversed(suites(asked)[1:]):
            compare(asked, kind)
    write_tables(asked, names)


def write_tables(asked: argparse.Namespace, names: Sequence[str]) -> None:
    """Write ``answer.json`` and ``answer.md`` out of what is there."""
    latency = {
        kind: json.loads(file.read_text(encoding="utf-8"))
        for kind in suites(asked)[1:]
        if (file := asked.out / "latency" / f"{kind}.json").is_file()
    }
    found = {
        **evidence(),
        "arguments": {name: str(value) for name, value in vars(asked).items()},
        "accuracy_taken_on": taken_on(asked, names),
        "metrics": metric_changes(
            (
                cell
                for arm, task in runs_of(asked, names)
                for cell in cells_of(run_folder(asked, arm, task))
            ),
            suites(asked),
        ),
        "dev": dev_scores(cards(asked.out, names), suites(asked)),
        "latency": latency,
    }
    (asked.out / "answer.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    text = as_markdown(found)
    (asked.out / "answer.md").write_text(text, encoding="utf-8")
    print(text)


def cells_of(folder: Path) -> list[dict[str, Any]]:
    """Return the cells of an arm, those that a stopped run has where it was stopped."""
    file = folder / "cells.parquet"
    if not file.is_file():
        return []
    columns = ["arm", "task", "language", "metric_value", "flags"]
    return pq.read_table(file, columns=columns).to_pylist()


def cards(out: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cards of all parts that were trained."""
    return [
        {"suite": name, "part": file.parent.name, **json.loads(file.read_text(encoding="utf-8"))}
        for name in names
        for file in sorted((out / "trained" / name).glob("*/training.json"))
    ]


def taken_on(asked: argparse.Namespace, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return each machine that an arm's accuracy was taken on, once."""
    kept = ("cpu_model", "cpus", "gpu_names", "system", "python")
    found: list[dict[str, Any]] = []
    for arm, task in runs_of(asked, names):
        if (file := run_folder(asked, arm, task) / "run.json").is_file():
            facts = json.loads(file.read_text(encoding="utf-8"))["environment"]
            machine = {key: facts.get(key) for key in kept}
            found += [machine] if machine not in found else []
    return found


def suites(asked: argparse.Namespace) -> list[str]:
    """Return the kinds of suites, the base first, as `xlbench train` names them."""
    names = asked.intermediate.split(",")
    return ["base", *(f"stilts-{name}" for name in names if name != "none")]


def arms(asked: argparse.Namespace, kind: str) -> list[str]:
    """Return the suites of a kind, one for each seed."""
    if asked.seeds == 1:
        return [kind]
    return [f"{kind}-s{seed}" for seed in range(1, asked.seeds + 1)]


def train_arguments(asked: argparse.Namespace) -> list[str]:
    """Return the arguments of `xlbench train`, without the folder."""
    options = [asked.model, "--intermediate", asked.intermediate, "--targets", asked.tasks]
    options += ["--data", asked.data, "--intermediate-data", asked.intermediate_data]
    options += ["--seeds", str(asked.seeds), "--dtype", asked.dtype]
    options += ["--device", asked.device]
    for name in TRAINING:
        value = getattr(asked, name.replace("-", "_"))
        options += [] if value is None else [f"--{name}", str(value)]
    options += [] if asked.checkpoints is None else ["--checkpoints", str(asked.checkpoints)]
    return [*options, *(["--freeze-embeddings"] if asked.freeze_embeddings else [])]


def train(asked: argparse.Namespace) -> None:
    """Train all suites, or go on where an earlier call was left."""
    out = asked.out / "trained"
    again = (out / "train.json").is_file()
    arguments = ["--resume"] if again else train_arguments(asked)
    xlbench("train", *arguments, "--jobs", str(asked.jobs), "--out", str(out))


def runs_of(asked: argparse.Namespace, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the arms and the task that each is run on: the tasks in the order they were asked
    for, then those of retrieval at each further layer."""
    tasks = asked.tasks.split(",")
    layers = [layer for layer in asked.layers.split(",") if layer]
    return [(name, task) for task in tasks for name in names] + [
        (f"{name}{LAYER}{layer}", task)
        for layer in layers
        for task in tasks
        if task in RETRIEVAL
        for name in names
    ]


def run_folder(asked: argparse.Namespace, arm: str, task: str) -> Path:
    return asked.out / "accuracy" / task / arm


def run(asked: argparse.Namespace, arm: str, task: str) -> None:
    """Take the accuracy of an arm on a task in all languages, each cell once, offline."""
    out = run_folder(asked, arm, task)
    stored = out.with_name(f"{arm}.json")
    if stored.is_file():
        return
    if (out / "run.json").is_file():
        text = xlbench("run", "--resume", "--out", str(out), "--json")
    else:
        options = ["--scenario", "offline", "--budget", "0s", "--device", asked.device]
        options += one_length(task) if asked.device == "cuda" else []
        options += [] if asked.run_limit is None else ["--limit", str(asked.run_limit)]
        options += common(asked, task)
        text = xlbench("run", "--ckpt", arm, *options, "--out", str(out), "--json")
    stored.write_text(text, encoding="utf-8")


def one_length(task: str) -> list[str]:
    """Return the options that give batches one length, the task's or a language's own.

    A GPU warms each shape before it times it, which takes longer than such a cell. Sentences to be
    found are far shorter than what their tasks allow.
    """
    padding = ["bucket", "--buckets", "1"] if task in RETRIEVAL else ["max"]
    return ["--batch-size", "128", "--padding", *padding]


def compare(asked: argparse.Namespace, kind: str) -> None:
    """Compare a suite's first seed with the base's, measured live."""
    out = asked.out / "latency" / kind
    stored = out.with_suffix(".json")
    if stored.is_file():
        return
    shutil.rmtree(out, ignore_errors=True)  # a comparison can't be gone on with
    pair = [arms(asked, "base")[0], arms(asked, kind)[0]]
    options = ["--langs", asked.langs, "--budget", asked.budget, "--device", asked.device]
    options += ["--processes", str(asked.processes)]
    options += common(asked, asked.live_tasks or asked.tasks)
    text = xlbench("compare", *pair, *options, "--out", str(out), "--json")
    stored.write_text(text, encoding="utf-8")


def common(asked: argparse.Namespace, tasks: str) -> list[str]:
    """Return what running and comparing have in common."""
    file = asked.out / "trained" / "checkpoints.yaml"
    return ["--checkpoints", str(file), "--tasks", tasks, "--data", asked.data]


def dry_run(asked: argparse.Namespace) -> None:
    """Print what training would take here and on one H100."""
    plan = json.loads(
        xlbench("train", *train_arguments(asked), "--out", str(asked.out), "--dry-run", "--json")
    )
    memory = ADAM_BYTES * plan["parameters"] / 2**30
    hours = plan["flop"] / (H100_FLOPS * H100_UTILISATION) / 3600
    print(f"{plan['steps']} steps, {plan['tokens']:.3g} tokens, {plan['flop']:.3g} flop")
    print(f"here ({plan['device']}): about {plan['expected_s'] / 3600:.1f} hours")
    print(
        f"one H100: about {hours:.2f} hours, worked out from {H100_UTILISATION:.0%} of "
        f"{H100_FLOPS / 1e12:.0f} Tflop/s, and at least {memory:.1f}"
        " GiB for weights, gradients and Adam's moments, activations beside them"
    )


def xlbench(*arguments: str) -> str:
    """Run xlbench as a program and return its standard output; stop where it fails."""
    command = [sys.executable, "-m", "xlbench", *arguments]
    print(shlex.join(["xlbench", *arguments]), file=sys.stderr)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    # 3: some cells failed and the rest was written.
    if done.returncode not in (0, 3):
        sys.exit(done.returncode)
    return done.stdout


if __name__ == "__main__":
    main()
