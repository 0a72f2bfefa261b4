"""How the program ends where something beside the measuring goes wrong."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from program import Forked, call

from xlbench.cli import exit_codes, list_things
from xlbench.cli.ending import ended
from xlbench.cli.kept import KEPT
from xlbench.results import parts

PROGRAM = [sys.executable, "-m", "xlbench"]
RUN = ["run", "--device", "cpu", "--ckpt", "base", "--tasks", "xnli"]
SHORT = [*RUN, "--langs", "en", "--limit", "4", "--scenario", "offline", "--budget", "1s"]


def program(*words, **options):
    return subprocess.run(
        [*PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=300, **options
    )


def raising(error):
    def rows(_):
        raise error

    return rows


@pytest.fixture
def fails(monkeypatch):
    """Return a function that has ``xlbench list tasks`` raise an error."""

    def fail(error):
        monkeypatch.setitem(list_things._ROWS, list_things.What.tasks, raising(error))
        return call("list", "tasks")

    return fail


def test_a_fault_is_one_line_exit_code_5_and_a_log_with_the_traceback(fails):
    done = fails(KeyError("what\nis this"))
    assert done.returncode == exit_codes.UNEXPECTED == 5
    assert done.stderr.startswith("xlbench: a fault of xlbench, not of your call (KeyError")
    assert done.stderr.count("\n") == 1 and not done.stdout
    log = Path(done.stderr.split("traceback in ")[1].split(";")[0].strip())
    text = log.read_text(encoding="utf-8")
    log.unlink()
    assert "Traceback (most recent call last)" in text and "KeyError" in text
    assert text.startswith("xlbench list tasks\nxlbench 0")


def test_the_log_of_a_fault_stands_in_the_result_folder_and_hides_secrets(tmp_path, capsys):
    (tmp_path / "run.json").write_text("{}")

    def broken(_):
        KEPT.folder, KEPT.resumes = tmp_path, True
        raise ZeroDivisionError("secret business")

    words = ["run", "--ckpt", "base@env.HF_TOKEN=hunter2"]
    assert ended(broken, words, ["run"]) == exit_codes.UNEXPECTED
    told = capsys.readouterr().err
    assert f"traceback in {tmp_path / 'error.log'}" in told
    assert f"go on with: xlbench run --resume --out {tmp_path}" in told
    assert "hunter2" not in (tmp_path / "error.log").read_text()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ENAMETOOLONG])
def test_what_the_system_says_of_a_disk_is_no_fault(fails, number):
    done = fails(OSError(number, os.strerror(number), "results/x"))
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert f"xlbench: results/x: can't be written: {os.strerror(number).lower()}" in done.stderr


def test_an_error_of_the_system_that_is_no_disk_is_a_fault(fails):
    done = fails(OSError(errno.EBADF, "Bad file descriptor"))
    assert done.returncode == exit_codes.UNEXPECTED
    Path(done.stderr.split("traceback in ")[1].split(";")[0].strip()).unlink()


def test_an_interrupt_before_anything_was_measured_says_so(fails):
    done = fails(KeyboardInterrupt())
    assert done.returncode == 130
    assert done.stderr == "xlbench: interrupted; nothing was measured yet\n"


def test_a_full_standard_output_is_one_line_and_exit_code_2():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "list", "tasks"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert done.returncode == 2
    assert done.stderr == "xlbench: standard output: no space left on device\n"


def test_a_reader_that_has_gone_is_one_line_and_exit_code_2():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PROGRAM, "list", "langs"], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writer)
    assert done.returncode == 2
    assert done.stderr == "xlbench: standard output: broken pipe\n"


def test_a_standard_error_that_has_gone_ends_nothing():
    reader, writer = os.pipe()
    os.close(reader)
    words = [*PROGRAM, "run", "--ckpt", "stilt"]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=writer, text=True, timeout=60)
    os.close(writer)
    assert done.returncode == 2


def test_a_terminal_without_dashes_gets_others(write_run, tmp_path):
    write_run(tmp_path / "r")
    done = program(
        "report",
        tmp_path / "r",
        "--format",
        "text",
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0 and done.stderr == ""
    assert "\n-------" in done.stdout and "?" not in done.stdout


@pytest.mark.usefixtures("forked_workers")
def test_brackets_in_a_name_are_no_markup(tmp_path):
    done = call(*SHORT, "--out", "out[/x]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 cells in out[/x]" in done.stderr
    assert (tmp_path / "out[" / "x]" / "cells.parquet").exists()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("forked_workers")
def test_an_interrupted_run_says_what_is_kept_and_how_to_go_on(tmp_path, stop, monkeypatch):
    monkeypatch.setattr(parts, "FLUSH_S", 0.0)
    folder = tmp_path / "out"
    # A visit is short, and the whole is far longer than the wait for the first.
    words = [*RUN, "--langs", "all", "--precision", "0.01%", "--budget", "100s", "--limit", "8"]
    run = Forked(tmp_path, *words, "--out", folder)
    run.signal_when(lambda: list(folder.glob("visits/*.parquet")), stop)
    done = run.end(within_s=120)
    assert done.returncode == 130
    last = done.stderr.splitlines()[-1]
    assert last.startswith("xlbench: interrupted; ")
    assert last.endswith(f"o on with: xlbench run --resume --out {folder}")
    assert "Traceback" not in done.stderr
    assert json.loads((folder / "run.json").read_text())["status"] == "interrupted"
    assert any(pq.read_table(folder / "cells.parquet")["n_samples"].to_pylist())
