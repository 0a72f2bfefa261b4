"""What xlbench can do where only its base dependencies are installed: all but measuring."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent

CALL = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from xlbench.cli.main import main

calls, told = json.loads(sys.argv[1]), []
for arguments in calls:
    out, err, code = io.StringIO(), io.StringIO(), None
    sys.argv = ["xlbench", *arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""


def distributions(requirements: list[str], seen: set[str]) -> Iterator[Distribution]:
    """Yield what pip would install for the requirements, from what is installed here."""
    for text in requirements:
        requirement = Requirement(text)
        if requirement.name in seen or not (
            requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        ):
            continue
        seen.add(requirement.name)
        found = distribution(requirement.name)
        yield found
        yield from distributions(found.requires or [], seen)


@pytest.fixture(scope="module")
def light(tmp_path_factory):
    """A folder of modules as a base install has it."""
    folder = tmp_path_factory.mktemp("light")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for one in distributions(project["dependencies"], set()):
        for file in one.files or ():
            top = file.parts[0]
            if top != ".." and "__pycache__" not in file.parts and not (folder / top).exists():
                (folder / top).symlink_to(Path(str(one.locate_file(top))))
    for own in ("xlbench", "checkpoints.yaml"):
        (folder / own).symlink_to(ROOT / own)
    return folder


def call_each(light: Path, calls: list[list[str]]) -> list[tuple[int, str, str]]:
    """Return exit code and both outputs of every call; nothing but ``light`` can be imported."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", CALL, json.dumps(calls)],
        env={**os.environ, "PYTHONPATH": str(light)},
        cwd=light,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [tuple(one) for one in json.loads(done.stdout)]


def test_nothing_heavy_comes_with_a_base_install(light):
    code = "import importlib.util as u; print([n for n in {!r} if u.find_spec(n)])"
    heavy = ("torch", "transformers", "huggingface_hub", "tokenizers", "scipy", "pytest")
    done = subprocess.run(
        [sys.executable, "-S", "-c", code.format(heavy)],
        env={**os.environ, "PYTHONPATH": str(light)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_all_that_does_not_measure_works_without_torch(light, write_run, tmp_path):
    runs = tmp_path / "runs"
    one, same = (str(write_run(runs / name, seed=i)) for i, name in enumerate(("one", "same")))
    slow = str(write_run(runs / "slow", seed=3, factor=1.2))
    calls = {
        ("--version",): 0,
        ("--help",): 0,
        ("list", "tasks"): 0,
        ("list", "langs"): 0,
        ("list", "checkpoints"): 0,
        ("list", "suites"): 0,
        ("report", one, "--html", str(tmp_path / "report.html")): 0,
        ("compare", one, same): 0,
        ("compare", one, slow, "--assert"): 1,
        ("gate", one, same): 0,
        ("gate", one, slow, "--format", "json"): 1,
        ("history", str(runs)): 0,
        ("doctor", "--device", "cpu"): 0,
    }
    told = call_each(light, [list(words) for words in calls])
    for (words, code), (found, out, err) in zip(calls.items(), told, strict=True):
        assert found == code, (words, err)
        assert out and "Traceback" not in err, words


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--ckpt", "base", "--langs", "en"],
        ["run", "--ckpt", "base", "--dry-run"],
        ["compare", "base", "stilts"],
        ["gate", "base", "stilts"],
    ],
)
def test_what_measures_says_what_to_install(light, words):
    ((code, out, err),) = call_each(light, [words])
    assert (code, out) == (2, "")
    assert "pip install 'xlbench[measure]'" in err and "torch and transformers" in err
    assert len(err.splitlines()) == 1
