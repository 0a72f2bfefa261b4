"""Two runs into one folder: the second is refused, whatever it is, and touches nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from program import call

HOLD = """
import sys
from pathlib import Path
from xlbench.results.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
SHORT = ("--tasks", "xnli", "--langs", "en", "--limit", "4")


@pytest.fixture
def held(write_run, tmp_path):
    """The folder of a run that goes on, and the process that measures."""
    folder = write_run(tmp_path / "out")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield folder, process
    process.kill()
    process.communicate()


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--ckpt", "base", *SHORT),
        ("compare", "base", "stilts", *SHORT),
        ("gate", "base", "stilts", *SHORT),
    ],
)
def test_a_second_run_into_a_folder_is_refused_and_touches_nothing(held, words):
    folder, process = held
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    before = {path: path.read_bytes() for path in files}
    refused = call(*words, "--out", folder)
    assert refused.returncode == 2 and refused.stdout == ""
    # A run looks at the machine first: what it says of other work may stand before the refusal.
    *notes, said = refused.stderr.splitlines()
    assert f"another xlbench (process {process.pid}) is writing to it" in said
    assert all(note.startswith("xlbench: ") for note in notes) and process.poll() is None
    assert {path: path.read_bytes() for path in files} == before
