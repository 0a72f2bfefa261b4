"""How the workers of a comparison are started, and where."""

from pathlib import Path

import pytest

from xlbench.arms import parse_arm
from xlbench.compare import start as module
from xlbench.errors import UserError
from xlbench.run.live_arm import LiveArm
from xlbench.workers import forkable

LOADER = f"{Path(__file__).parent / 'paired_loader.py'}:load"


@pytest.mark.parametrize("devices", [["cpu", "cpu"], ["cpu", "cuda:0"], ["auto", "cpu"]])
def test_workers_share_a_processor_unless_a_gpu_does_the_work(devices, monkeypatch, tmp_path):
    monkeypatch.setattr(forkable, "NVIDIA", tmp_path / "none")
    chosen = module.default_cpus(devices)
    assert (chosen is None) == ("cuda:0" in devices)
    monkeypatch.setattr(forkable, "NVIDIA", tmp_path)
    assert (module.default_cpus(devices) is None) == (devices != ["cpu", "cpu"])


def live(text):
    return LiveArm(parse_arm(text), 60.0, LOADER)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("b@threads=3", "interpreter, environment or threads"),
        ("b@env.MKL_VERBOSE=1", "interpreter, environment or threads"),
        ("b@python=/other/python", "interpreter, environment or threads"),
        ("b@device=cuda:0", "GPU"),
    ],
)
def test_workers_are_forked_only_where_one_server_serves_both_arms(other, why, monkeypatch):
    monkeypatch.setattr(forkable, "NVIDIA", Path("/no/such/device"))
    a, same, b = live("a@threads=1"), live("b@threads=1,dtype=bf16"), live(other)
    for start in ("auto", "forked"):
        fork_server = module.shared_fork_server([a, same], start)
        assert fork_server is not None
        fork_server.close()
    assert module.shared_fork_server([a, same], "fresh") is None
    assert module.shared_fork_server([a, b], "auto") is None
    with pytest.raises(UserError, match=why):
        module.shared_fork_server([a, b], "forked")


def test_where_the_system_can_not_follow_forks_workers_are_fresh(monkeypatch):
    def refused(pid):
        raise OSError("pidfd_open is forbidden here")

    monkeypatch.setattr("os.pidfd_open", refused)
    monkeypatch.setattr(forkable, "NVIDIA", Path("/no/such/device"))
    assert module.shared_fork_server([live("a"), live("b")], "auto") is None
    with pytest.raises(UserError, match="process descriptors"):
        module.shared_fork_server([live("a"), live("b")], "forked")


def test_workers_have_as_many_threads_as_processors_unless_the_arm_says_otherwise():
    assert module.with_threads(parse_arm("a"), (0, 3)).options.threads == 2
    assert module.with_threads(parse_arm("a@threads=5"), (0, 3)).options.threads == 5
    assert module.with_threads(parse_arm("a@cpus=1"), (0, 3)).options.threads is None
    assert module.with_threads(parse_arm("a"), None).options.threads is None
