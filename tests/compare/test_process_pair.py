"""How a pair of workers begins, with arms that have no process."""

from types import SimpleNamespace

import numpy as np
import pytest

from xlbench.arms import parse_arm
from xlbench.compare.process_pair import ProcessPair
from xlbench.errors import UserError
from xlbench.run.visits import Inputs
from xlbench.workers.errors import WorkerFailure


class Arm:
    """Notes what it is told; its worker can be moved to the processors in ``allowed``."""

    alive = True

    def __init__(self, text, told, allowed=range(8)):
        self.arm, self.told, self.allowed = parse_arm(text), told, allowed
        self.process = self

    def begin_start(self):
        self.told.append((self.arm.name, "begin"))

    def start(self):
        self.told.append((self.arm.name, "start"))

    def pin(self, cpus):
        if not set(cpus) <= set(self.allowed):
            raise WorkerFailure("OSError: [Errno 22] Invalid argument")
        self.told.append((self.arm.name, cpus))


def begun(arms, cpus, seed=0):
    """Run a pair that has nothing to measure; return what the arms were told."""
    pair = ProcessPair(
        0,
        arms,
        cpus,
        Inputs(None, None, {}),
        None,
        None,
        None,
        np.random.default_rng(seed),
        lambda: None,
        SimpleNamespace(started=lambda seconds: None),
    )
    assert pair.run([], 0.0) >= 0
    return arms[0].told


def test_both_workers_are_moved_to_the_processors_unless_the_arm_has_its_own():
    told = []
    begun((Arm("a", told), Arm("b@cpus=3", told)), (1,))
    assert told[2:] == [("a", "start"), ("b", "start"), ("a", (1,)), ("b", (3,))]


def test_without_processors_no_worker_is_moved():
    told = begun((Arm("a", own := []), Arm("b", own)), None)
    assert {what for _, what in told} == {"begin", "start"}


def test_either_worker_begins_to_start_first():
    firsts = {begun((Arm("a", own := []), Arm("b", own)), None, seed)[0] for seed in range(20)}
    assert firsts == {("a", "begin"), ("b", "begin")}


def test_processors_that_a_worker_can_not_be_moved_to_are_the_users_to_mend():
    told = []
    with pytest.raises(UserError, match=r"--cpus 5: the worker can't be moved there"):
        begun((Arm("a", told), Arm("b", told, allowed=(1,))), (5,))
