import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.workers import fork_server as module
from xlbench.workers.client import Worker
from xlbench.workers.errors import WorkerDied
from xlbench.workers.fork_server import ForkServer, ForkServerGone
from xlbench.workers.launch import Launch
from xlbench.workers.protocol import Load

HERE = Path(__file__).parent
LOADER = f"{HERE / 'fork_loader.py'}:load"
PYTHONPATH = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
LAUNCH = Launch(
    device="cpu",
    threads=1,
    loader=LOADER,
    program="light_program",
    env={"PYTHONPATH": PYTHONPATH},
)


@pytest.fixture(scope="module")
def server():
    with ForkServer(LAUNCH) as made:
        made.renew()
        yield made


def fork(server, **options):
    return Worker(LAUNCH, fork_server=server, **options)


def loaded(worker, **config):
    spec = CheckpointSpec("toy", "xnli", "pair", "toy", None, config, "random", 0, "nowhere")
    return worker.load(Load(spec, "fp32", None, "eager"))


def gone(pid):
    """Whether the process ended (a zombie did)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_fork_is_a_process_of_its_own_with_what_the_launch_says(server):
    with fork(server) as one, fork(server) as other:
        pids = {one.pid, other.pid, one.facts.pid, other.facts.pid, os.getpid()}
        assert len(pids) == 3
        assert one.facts.threads == 1
        assert b"OMP_NUM_THREADS=1" in Path(f"/proc/{one.pid}/environ").read_bytes()
        assert os.getpgid(one.pid) == one.pid, "its children end with it, and no other"
        assert one.alive
    assert not one.alive and gone(one.pid)


def test_what_is_loaded_lies_elsewhere_in_every_fork(server):
    places = set()
    for _ in range(4):
        with fork(server) as worker:
            places.add(loaded(worker).weights_bytes)
    assert len(places) > 1


def test_a_fork_that_is_killed_is_reported_with_signal_and_last_words(server):
    with fork(server) as worker:
        with pytest.raises(WorkerDied, match=r"(?s)SIGKILL.*the end is near"):
            loaded(worker, die=True)
        assert not worker.alive
    with fork(server) as worker:
        assert worker.alive, "the server lives on"


def test_a_fork_that_leaves_is_reported_with_its_exit_code(server):
    with fork(server) as worker, pytest.raises(WorkerDied, match="exit code 7"):
        loaded(worker, leave=7)


def test_forks_leave_no_zombies_behind(server):
    children = Path(f"/proc/{server._process.pid}/task/{server._process.pid}/children")
    with fork(server):
        assert len(children.read_text().split()) == 1
    assert children.read_text().split() == []


def test_a_renewed_server_is_a_new_process_only_when_the_old_one_served_long(monkeypatch):
    with ForkServer(LAUNCH) as made:
        assert made.renew()
        first = made._process.pid
        assert not made.renew() and made._process.pid == first
        monkeypatch.setattr(module, "RENEWAL", 0)
        worker = fork(made)
        assert made.renew() and made.made == 2
        assert made._process.pid != first
        deadline = time.monotonic() + 10
        while worker.alive and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not worker.alive, "forks end with their server"
        worker.kill()
        with fork(made) as another:
            assert another.alive


def test_a_server_that_was_killed_is_made_anew():
    with ForkServer(LAUNCH) as made:
        made.renew()
        os.kill(made._process.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="forked from"):
            fork(made)
        assert made.renew()
        with fork(made) as worker:
            assert worker.alive


def test_imports_that_fail_are_told_with_their_last_words(tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_module_anywhere\n", encoding="utf-8")
    launch = replace(LAUNCH, loader=f"{broken}:load")
    with ForkServer(launch) as made, pytest.raises(ForkServerGone, match="no_such_module_anywhere"):
        made.renew()


def test_an_interpreter_that_is_not_there_is_told(tmp_path):
    with (
        ForkServer(Launch(python=str(tmp_path / "no-python"), threads=1)) as made,
        pytest.raises(ForkServerGone, match="no-python can't be run"),
    ):
        made.renew()


def test_launches_are_alike_if_one_process_could_serve_both():
    assert Launch(threads=2).alike(Launch(cpus=(0, 1), device="cpu"))
    assert not Launch(threads=1).alike(Launch(threads=2))
    assert not Launch(threads=1).alike(Launch(threads=1, env={"X": "1"}))
    assert not Launch(threads=1).alike(Launch(threads=1, python="/other/python"))
