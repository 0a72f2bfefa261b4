"""The composite action calls the gate as its inputs say, and passes its exit code on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ACTION = Path(__file__).parent.parent / "action.yml"

STAND_IN = """#!/usr/bin/env bash
printf '%s\\n' "$@" > "$RECORD"
exit "${CODE:-0}"
"""


def variables(action: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """The step's environment as the runner fills it in."""
    (step,) = action["runs"]["steps"]
    values = {name: spec.get("default", "") for name, spec in action["inputs"].items()} | given
    return {
        name: values[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in step["env"].items()
    }


def run(tmp_path: Path, code: int = 0, **given: str) -> tuple[int, list[str]]:
    action = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    python = tmp_path / "python"
    python.write_text(STAND_IN, encoding="utf-8")
    python.chmod(0o755)
    record = tmp_path / "record"
    done = subprocess.run(
        [
            "bash",
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            action["runs"]["steps"][0]["run"],
        ],
        env={
            **os.environ,
            **variables(action, {"python": str(python), **given}),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "RECORD": str(record),
            "CODE": str(code),
        },
    )
    return done.returncode, record.read_text(encoding="utf-8").splitlines()


def test_the_defaults_check_latency_and_write_junit(tmp_path):
    code, words = run(tmp_path, baseline="base", current="./my model")
    assert code == 0
    assert words == [
        "-m",
        "xlbench",
        "gate",
        "--max-drift",
        "5%",
        "--format",
        "text",
        "--format",
        "github",
        "--format",
        f"markdown={tmp_path / 'summary'}",
        "--format",
        "junit=xlbench-gate.xml",
        "--",
        "base",
        "./my model",
    ]


def test_every_input_reaches_the_gate(tmp_path):
    given = {
        "baseline": "a",
        "current": "b",
        "max-drift": "3%",
        "max-memory-growth": "4%",
        "max-metric-drop": "1",
        "options": "--tasks xnli  --langs en,sw",
        "strict": "true",
        "junit": "",
        "markdown": "comment.md",
    }
    _, words = run(tmp_path, **given)
    assert words[3:5] == ["--max-drift", "3%"]
    assert "junit=" not in " ".join(words)
    assert words[-14:] == [
        "--format",
        "markdown=comment.md",
        "--max-memory-growth",
        "4%",
        "--max-metric-drop",
        "1",
        "--strict",
        "--tasks",
        "xnli",
        "--langs",
        "en,sw",
        "--",
        "a",
        "b",
    ]


def test_options_on_several_lines_all_reach_the_gate_and_nothing_in_them_is_run(tmp_path):
    options = "--tasks xnli\n\n  --langs en,sw\n--data $(touch gone) `id` *\n"
    _, words = run(tmp_path, baseline="a", current="b", options=options)
    end = ["--data", "$(touch", "gone)", "`id`", "*", "--", "a", "b"]
    assert words[-12:] == ["--tasks", "xnli", "--langs", "en,sw", *end]


def test_an_arm_that_begins_with_hyphens_is_no_option(tmp_path):
    _, words = run(tmp_path, baseline="--calibrate=3", current="--help")
    assert words[-3:] == ["--", "--calibrate=3", "--help"]
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert done.returncode == 2
    assert "a name that begins with '-' looks like an option" in done.stderr


@pytest.mark.parametrize("code", [1, 2, 4])
def test_the_exit_code_of_the_gate_is_the_steps(tmp_path, code):
    assert run(tmp_path, code, baseline="a", current="b")[0] == code
