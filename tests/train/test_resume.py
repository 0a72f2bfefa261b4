"""A killed training goes on at its last saved state and ends with the same weights."""

import multiprocessing
import os
import shutil
import signal

import pytest
import torch
from safetensors.torch import load_file

from xlbench.errors import UserError

from .toy import choice, pair, question, write_plain, write_xtreme

SETTINGS = {
    "intermediate": ("mnli+squad+commonsenseqa",),
    "targets": ("xnli",),
    "recipe": {"max_steps": 24, "save_every": 5},
}


@pytest.fixture
def data(tmp_path):
    for name, rule in (("mnli", pair), ("squad", question), ("commonsenseqa", choice)):
        write_plain(tmp_path / "intermediate", name, rule, train=60, dev=10)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "en.txt").write_text(
        "".join(f"w{i} w{i + 1} w{i + 2}\n" for i in range(9))
    )
    return write_xtreme(tmp_path)


def killed_at(step, run_training, sent=signal.SIGKILL, **settings):
    """Train in a process of its own that is killed, as by the kernel, after a step."""

    def told(done, loss):
        nonlocal steps
        steps += 1
        if steps == step:
            os.kill(os.getpid(), sent)

    steps = 0
    child = multiprocessing.get_context("fork").Process(
        target=run_training, kwargs={"told": told, **settings}
    )
    child.start()
    child.join()
    assert child.exitcode == (1 if sent in (signal.SIGINT, signal.SIGTERM) else -sent)


def weights(folder):
    return {
        (str(file.relative_to(folder)), name): tensor
        for file in sorted(folder.glob("*/*/model.safetensors"))
        for name, tensor in load_file(file).items()
    }


def assert_equal(found, wanted):
    assert found.keys() == wanted.keys()
    assert [key for key in wanted if not torch.equal(found[key], wanted[key])] == []


def test_killed_and_resumed_ends_with_the_same_bits(run_training, data):
    settings = SETTINGS | {"mlm": str(data / "text")}
    run_training("whole", **settings)
    for step in (3, 13, 37):
        folder = f"killed-at-{step}"
        killed_at(step, run_training, out=folder, **settings)
        run_training(folder, resume=True, **settings)
        assert_equal(weights(data / folder), weights(data / "whole"))
        assert not list((data / folder).glob("*/.*"))


def test_a_state_that_was_cut_off_is_passed_over(run_training, data):
    run_training("whole", **SETTINGS)
    killed_at(18, run_training, out="killed", **SETTINGS)
    states = sorted((data / "killed").glob("*/.encoder-states/checkpoint-*"))
    assert [state.name for state in states] == ["checkpoint-10", "checkpoint-15"]
    cut = states[-1] / "trainer_state.json"
    cut.write_bytes(cut.read_bytes()[:50])
    run_training("killed", resume=True, **SETTINGS)
    assert_equal(weights(data / "killed"), weights(data / "whole"))


@pytest.mark.parametrize(("sent", "step"), [(signal.SIGINT, 2), (signal.SIGTERM, 6)])
def test_an_interrupt_saves_the_state_of_its_step(run_training, data, sent, step):
    settings = SETTINGS | {"intermediate": ("mnli",), "recipe": {"max_steps": 6}}
    run_training("whole", **settings)
    killed_at(step, run_training, sent, out="stopped", **settings)
    states = sorted((data / "stopped").glob("*/.encoder-states/checkpoint-*"))
    assert [state.name for state in states] == [f"checkpoint-{step}"]
    run_training("stopped", resume=True, **settings)
    assert_equal(weights(data / "stopped"), weights(data / "whole"))


def test_what_is_done_is_not_trained_again(run_training, data):
    run_training(**SETTINGS)
    before = {p: p.stat().st_mtime_ns for p in data.glob("out/*/*/model.safetensors")}
    shutil.rmtree(data / "out" / "stilts-mnli+squad+commonsenseqa" / "xnli")
    run_training(resume=True, **SETTINGS)
    after = {p: p.stat().st_mtime_ns for p in data.glob("out/*/*/model.safetensors")}
    assert set(after) == set(before)
    assert [p.parent.name for p in after if after[p] != before[p]] == ["xnli"]


def test_a_loss_that_is_not_finite_stops_with_step_and_batch(run_training, data):
    with pytest.raises(UserError, match=r"step \d+: the loss of xnli is (nan|inf)\. The batch had"):
        run_training(targets=("xnli",), recipe={"rate": 1e30, "max_steps": 30, "warm_up": 0.0})


def test_seeds_are_suites_of_their_own(run_training, data):
    cards = run_training(targets=("xnli",), seeds=2, recipe={"max_steps": 3})
    assert set(cards) == {"base-s1/xnli", "base-s2/xnli"}
    found = weights(data / "out")
    names = [name for file, name in found if file.startswith("base-s1")]
    pairs = [
        (found["base-s1/xnli/model.safetensors", n], found["base-s2/xnli/model.safetensors", n])
        for n in names
    ]
    assert any(not torch.equal(a, b) for a, b in pairs)
