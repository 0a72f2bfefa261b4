"""Suites in processes of their own: how many at a time, on what, and what a failure does."""

import json
import sys

import pytest
import torch

from xlbench.errors import UserError
from xlbench.train.device import visible_gpus
from xlbench.train.side_by_side import train_side_by_side

PROGRAM = """
import json, os, pathlib, sys, time
out, suite = (sys.argv[sys.argv.index(name) + 1] for name in ("--out", "--suite"))
began = time.monotonic()
if suite == "bad":
    sys.exit(2)
time.sleep(60 if suite == "long" else 0.05)
names = ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")
told = {"began": began, "ended": time.monotonic(), **{n: os.environ.get(n) for n in names}}
pathlib.Path(out, suite).write_text(json.dumps(told))
"""


@pytest.fixture
def call(tmp_path):
    def call(suites, jobs, gpus=()):
        (tmp_path / "program.py").write_text(PROGRAM)
        program = (sys.executable, "-S", str(tmp_path / "program.py"))
        train_side_by_side(tmp_path, suites, jobs, gpus, program)
        return {name: json.loads((tmp_path / name).read_text()) for name in suites}

    return call


def test_every_suite_is_trained_and_never_more_at_a_time_than_asked_for(call):
    told = call(["a", "b", "c", "d", "e"], jobs=2).values()
    at_once = [sum(two["began"] <= one["began"] < two["ended"] for two in told) for one in told]
    assert max(at_once) <= 2


def test_the_processes_take_turns_at_the_gpus(call):
    told = call(["a", "b", "c"], jobs=3, gpus=("4", "7"))
    assert [told[name]["CUDA_VISIBLE_DEVICES"] for name in "abc"] == ["4", "7", "4"]


def test_without_a_gpu_none_is_named_and_what_the_user_set_stays(call, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    told = call(["a"], jobs=1)["a"]
    assert (told["CUDA_VISIBLE_DEVICES"], told["OMP_NUM_THREADS"]) == (None, "5")


def test_one_that_fails_ends_the_others_and_is_named(call, tmp_path):
    with pytest.raises(UserError, match="training of bad ended with status 2"):
        call(["long", "bad", "a"], jobs=2)
    assert not (tmp_path / "long").exists() and not (tmp_path / "a").exists()


def test_gpus_are_named_as_the_environment_names_them(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert visible_gpus("auto") == ("0", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert visible_gpus("cuda") == ("3", "5") and visible_gpus("cpu") == ()
