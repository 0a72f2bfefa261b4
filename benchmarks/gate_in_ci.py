"""The gate as a CI job runs it: a throw-away git repository, and the step of ``action.yml``.

    python benchmarks/gate_in_ci.py                  # about 2 min

The repository's main branch has a checkpoint. One branch changes nothing in it, another adds a
layer. For each the job checks both states out and runs the action's own script with the inputs
filled in as the runner does it. What comes back is the exit code, the annotations, and what a
reader of JUnit XML finds.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import yaml
from evidence import evidence
from small_model import make_checkpoint

ACTION = Path(__file__).parents[1] / "action.yml"
INPUT = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
OPTIONS = "--tasks xnli --langs en --scenario single-stream --budget 60s"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        repository = Path(place) / "repository"
        make_repository(repository)
        jobs = {branch: job(repository, Path(place) / branch, branch) for branch in BRANCHES}
    text = json.dumps(evidence() | {"options": OPTIONS, "jobs": jobs}, indent=1)
    if given.out is not None:
        given.out.write_text(text + "\n", encoding="utf-8")
    print(text)


BRANCHES = {"no-change": 6, "one-more-layer": 7}
"""Layers of the checkpoint on each branch; main has six."""


def make_repository(folder: Path) -> None:
    """Commit a checkpoint to main, and what the branches make of it."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    make_checkpoint(folder / "checkpoint")
    commit(folder, "A checkpoint")
    for branch, layers in BRANCHES.items():
        git(folder, "checkout", "--quiet", "-b", branch, "main")
        make_checkpoint(folder / "checkpoint", layers=layers)
        (folder / "README").write_text(f"{layers} layers\n", encoding="utf-8")
        commit(folder, branch)


def job(repository: Path, workspace: Path, branch: str) -> dict[str, Any]:
    """Check main and the branch out, run the step, and return what it left."""
    for name, what in (("main", "main"), ("branch", branch)):
        git(
            repository,
            "worktree",
            "add",
            "--quiet",
            "--force",
            "--detach",
            str(workspace / name),
            what,
        )
    summary = workspace / "summary.md"
    step, environment = filled(
        {
            "baseline": "./main/checkpoint",
            "current": "./branch/checkpoint",
            "options": OPTIONS,
            "python": sys.executable,
        }
    )
    began = time.monotonic()
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step],
        cwd=workspace,
        capture_output=True,
        text=True,
        env={**os.environ, **environment, "GITHUB_STEP_SUMMARY": str(summary)},
    )
    suites = ElementTree.parse(workspace / "xlbench-gate.xml").getroot()
    lines = done.stdout.splitlines()
    return {
        "exit_code": done.returncode,
        "seconds": round(time.monotonic() - began, 1),
        "annotations": [line for line in lines if line.startswith("::")],
        "text": [line for line in lines if not line.startswith("::")],
        "junit": {
            "cases": len(list(suites.iter("testcase"))),
            "failures": len(list(suites.iter("failure"))),
        },
        "summary": summary.read_text(encoding="utf-8").splitlines(),
    }


def filled(inputs: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return the step's script and its environment, as the runner makes them."""
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    values = {name: spec.get("default", "") for name, spec in action["inputs"].items()} | inputs
    (step,) = action["runs"]["steps"]
    environment = {
        name: INPUT.sub(lambda found: values[found[1]], text) for name, text in step["env"].items()
    }
    return step["run"], environment


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(
        folder,
        "-c",
        "user.name=ci",
        "-c",
        "user.email=ci@localhost",
        "commit",
        "--quiet",
        "--message",
        message,
    )


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
