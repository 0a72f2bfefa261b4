"""One writer a folder."""

import os
import signal
import subprocess
import sys

import pytest

from xlbench.errors import UserError
from xlbench.results.lock import locked

HOLD = """
import sys
from pathlib import Path
from xlbench.results.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "out")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_refused_and_told_which_the_first_is(tmp_path, holder):
    with pytest.raises(UserError, match=rf"process {holder.pid}\) is writing to it"):
        locked(tmp_path / "out").__enter__()


@pytest.mark.parametrize("end", [signal.SIGKILL, None])
def test_the_lock_goes_with_its_process_however_that_ends(tmp_path, holder, end):
    if end is None:
        holder.stdin.close()
    else:
        holder.send_signal(end)
    holder.wait()
    with locked(tmp_path / "out"):
        assert (tmp_path / "out" / ".lock").read_text() == str(os.getpid())


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / ".lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="can't be written to"):
        locked(tmp_path).__enter__()
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(UserError, match="can't be written"):
            locked(folder).__enter__()
