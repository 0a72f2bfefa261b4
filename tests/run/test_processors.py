"""Processors that are not there are refused before a worker is started for them."""

from __future__ import annotations

import os

import pytest

from xlbench.api.measuring import nobody, settings_of
from xlbench.arm_options import Options
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.compare.live import Asked, arms_apart, compare_live
from xlbench.errors import UserError
from xlbench.run.arm_process import ArmProcess
from xlbench.run.prepare import prepare
from xlbench.run.processors import check_processors

NOWHERE = 4096
HERE = min(os.sched_getaffinity(0))


@pytest.fixture
def no_worker(monkeypatch):
    def refuse(self):
        pytest.fail("a worker was started")

    monkeypatch.setattr(ArmProcess, "begin_start", refuse)


@pytest.mark.parametrize("cpus", [(NOWHERE,), (HERE, NOWHERE), tuple(range(HERE, NOWHERE + 1))])
def test_a_processor_that_is_not_there_is_refused_beside_one_that_is(cpus):
    before = os.sched_getaffinity(0)
    with pytest.raises(UserError, match=r"^--cpus: there is no processor .*; name others$"):
        check_processors("--cpus", cpus)
    assert os.sched_getaffinity(0) == before


def test_processors_that_are_there_are_accepted_and_nothing_moves():
    before = os.sched_getaffinity(0)
    check_processors("--cpus", sorted(before))
    check_processors("--cpus", [HERE])
    assert os.sched_getaffinity(0) == before


def test_an_arm_that_is_to_run_there_is_refused_before_its_worker_starts(no_worker):
    settings = settings_of([f"base@cpus={NOWHERE}"], None, tasks=("xnli",), languages=("en",))
    with pytest.raises(UserError, match=rf"^arm base@cpus={NOWHERE}: cpus: .*{NOWHERE}"):
        prepare(settings, load_catalogue(None), nobody)


def test_a_comparison_is_refused_before_its_workers_start(no_worker, tmp_path):
    settings = settings_of(arms_apart(["base", "stilts"], Options()), None)
    with pytest.raises(UserError, match=rf"^--cpus: .*{NOWHERE}"):
        compare_live(Asked(settings, (NOWHERE,), 0.02), tmp_path / "out", "", nobody, display=None)
    assert not (tmp_path / "out").exists()
