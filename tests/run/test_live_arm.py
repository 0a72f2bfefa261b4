"""What an arm tells its worker, and what it needs not tell again."""

from dataclasses import replace

import numpy as np
import pytest
from virtual_arm import FACTS, LOADED, SPEC, examples

from xlbench.arms import parse_arm
from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.run import arm_process as module
from xlbench.run.live_arm import DEFAULT_TOKENS, LiveArm, same_model
from xlbench.workers.errors import WorkerDied, WorkerFailure
from xlbench.workers.protocol import Batches, Load, Open, Opened, Visit, Visited
from xlbench.workers.samples import Samples

BATCHES = Batches("d1", 3, 2, 90, 100, (16,), 4, None)
HALVED = replace(BATCHES, digest="d2", count=6, batch_size=2)


class Worker:
    """A worker without a process: it notes what it is asked."""

    made = ()
    trouble = None

    def __init__(self, launch, timeout_s, wait, fork_server, waiting):
        self.launch, self.asked, self.alive = launch, [], True
        self.timeout_s = timeout_s
        Worker.made = (*Worker.made, self)

    def come_up(self):
        return self._do("come_up", FACTS)

    def load(self, request):
        return self._do(request, LOADED)

    def open(self, request, told):
        return self._do(request, Opened(BATCHES, np.ones((len(list(told)), 4), np.int64)))

    def visit(self, request):
        nothing = (None,) * 3
        told = Visited(Samples.of(()), HALVED, 1, 1, *nothing, 0, 1, False, (), {}, None, None)
        return self._do(request, told)

    def close(self, request):
        self._do(request, None)

    def _do(self, request, reply):
        self.asked.append(request)
        if self.trouble is not None and isinstance(request, self.trouble[0]):
            raise self.trouble[1]
        return reply

    def stop(self):
        self.alive = False

    kill = stop


@pytest.fixture
def workers(monkeypatch):
    monkeypatch.setattr(module, "Worker", Worker)
    monkeypatch.setattr(Worker, "made", ())
    monkeypatch.setattr(Worker, "trouble", None)
    return Worker


def live(text="a"):
    return LiveArm(parse_arm(text), 60.0)


def asked(kind):
    return [r for worker in Worker.made for r in worker.asked if isinstance(r, kind)]


@pytest.mark.parametrize(
    ("runtime", "seconds"), [("eager", 60.0), ("compile", 60.0 + module.COMPILE_S)]
)
def test_compilation_has_time_of_its_own(workers, runtime, seconds):
    live(f"a@runtime={runtime}").process.start()
    assert [worker.timeout_s for worker in workers.made] == [seconds]


BUCC = replace(SPEC, task="bucc2018", head="encoder", retrieval_layer=7)


def test_a_model_that_another_task_has_loaded_is_not_loaded_again(workers):
    arm = live("a@dtype=bf16,runtime=compile,attn=sdpa")
    arm.load(BUCC)
    arm.open("xnli", "de", examples("xnli", "de"))
    assert arm.load(replace(BUCC, task="tatoeba")) is LOADED
    assert asked(Load) == [Load(BUCC, "bf16", "sdpa", "compile")]
    arm.open("xnli", "de", examples("xnli", "de"))
    assert len(asked(Open)) == 1, "its cells are open still"


@pytest.mark.parametrize(
    "change",
    [
        {"head": "sequence-classification"},
        {"retrieval_layer": 8},
        {"labels": ("x",)},
        {"seed": 1},
        {"folder": "/other"},
        {"config": {"layers": 2}},
        {"tokenizer_folder": "/other"},
    ],
)
def test_another_model_head_or_tokenizer_is_loaded_and_closes_all_cells(workers, change):
    other = replace(BUCC, task="tatoeba", **change)
    assert not same_model(BUCC, other)
    arm = live()
    arm.load(BUCC)
    arm.open("xnli", "de", examples("xnli", "de"))
    arm.load(other)
    assert [request.checkpoint for request in asked(Load)] == [BUCC, other]
    arm.open("xnli", "de", examples("xnli", "de"))
    assert len(asked(Open)) == 2


def test_what_can_not_be_loaded_fails_again_without_a_second_try(workers):
    workers.trouble = Load, WorkerFailure("these weights are broken")
    arm = live()
    for _ in range(2):
        with pytest.raises(WorkerFailure, match="broken"):
            arm.load(SPEC)
    assert len(asked(Load)) == 1


def test_after_a_death_a_fresh_worker_is_told_everything_again(workers):
    arm = live()
    arm.load(SPEC)
    arm.open("xnli", "en", examples("xnli", "en"))
    workers.trouble = Visit, WorkerDied("the worker was killed by SIGKILL")
    with pytest.raises(WorkerDied):
        arm.visit(Visit(Cell("xnli", "en", "offline"), 0, 0, 1))
    workers.trouble = None
    assert not arm.alive
    arm.load(SPEC)
    arm.open("xnli", "en", examples("xnli", "en"))
    assert (len(workers.made), arm.process.count) == (2, 2)
    assert len(asked(Load)) == len(asked(Open)) == 2


def test_a_worker_that_does_not_come_up_is_the_users_to_mend(workers):
    workers.trouble = str, WorkerDied("the worker ended with exit code 1")
    with pytest.raises(UserError, match=r"arm 'a': its worker did not come up: .* exit code 1"):
        live().start()


def test_a_worker_that_a_signal_ended_while_it_came_up_gets_a_successor(workers, monkeypatch):
    killed = WorkerDied("the worker was killed by SIGKILL", by_signal=True)
    ends = iter([killed, None])

    def come_up(self):
        error = next(ends)
        if error is not None:
            raise error
        return FACTS

    monkeypatch.setattr(workers, "come_up", come_up)
    arm = live()
    arm.start()
    assert (len(workers.made), arm.process.count, arm.facts) == (2, 1, FACTS)


def test_two_workers_that_signals_ended_are_the_users_to_see(workers):
    workers.trouble = str, WorkerDied("the worker was killed by SIGKILL", by_signal=True)
    with pytest.raises(UserError, match="did not come up: the worker was killed by SIGKILL"):
        live().start()
    assert len(workers.made) == 2


def test_an_open_cell_has_the_batches_that_its_last_visit_told_of(workers):
    arm = live()
    arm.load(SPEC)
    assert arm.open("xnli", "en", examples("xnli", "en")).batches == BATCHES
    arm.visit(Visit(Cell("xnli", "en", "offline"), 0, 0, 1))
    assert arm.open("xnli", "en", examples("xnli", "en")).batches == HALVED


@pytest.mark.parametrize(
    ("text", "rows", "tokens"),
    [
        ("a", None, DEFAULT_TOKENS["cpu"]),
        ("a@batch-size=7", 7, None),
        ("a@tokens-per-batch=512", None, 512),
    ],
)
def test_batches_are_as_the_arm_says_and_of_tokens_where_it_says_nothing(
    workers, text, rows, tokens
):
    arm = live(text)
    arm.load(SPEC)
    arm.open("xnli", "en", examples("xnli", "en"))
    (request,) = asked(Open)
    assert (request.packing.batch_size, request.packing.tokens_per_batch) == (rows, tokens)
    assert request.packing.max_length == 128


def test_a_gpu_s_batches_are_larger_and_each_has_a_higher_price(workers, monkeypatch):
    requests = []
    for device in ("cpu", "cuda:0"):
        facts = replace(FACTS, device=device)
        monkeypatch.setattr(Worker, "come_up", lambda self, facts=facts: facts)
        arm = live()
        arm.load(SPEC)
        arm.open("xnli", "en", examples("xnli", "en"))
        requests.append(asked(Open)[-1].packing)
    on_cpu, on_gpu = requests
    assert on_gpu.tokens_per_batch >= 16384 > on_cpu.tokens_per_batch
    assert on_gpu.batch_cost > on_cpu.batch_cost > 0


def test_evidence_has_the_versions_of_a_runtime_beside_the_facts(workers, monkeypatch):
    arm = live()
    assert arm.evidence() == {}
    arm.load(SPEC)
    assert arm.evidence()["torch"] == FACTS.torch and "runtime_versions" not in arm.evidence()
    versions = {"onnxruntime": "1.2"}
    monkeypatch.setattr(workers, "load", lambda self, r: replace(LOADED, versions=versions))
    other = live()
    other.load(SPEC)
    other.stop()
    assert other.evidence()["runtime_versions"] == versions


def test_a_gpu_that_torch_can_not_use_is_warned_of_once(workers, monkeypatch):
    facts = replace(FACTS, unused_gpus=("NVIDIA H200",))
    monkeypatch.setattr(Worker, "come_up", lambda self: facts)
    warnings = []
    arm = LiveArm(parse_arm("a"), 60.0, warn=warnings.append)
    arm.start()
    assert len(warnings) == 1, "before anything is measured"
    arm.stop()
    arm.start()
    (warning,) = warnings
    assert "the CPU is measured, though there is NVIDIA H200" in warning and "device=cpu" in warning


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("half a frame")])
def test_a_worker_that_was_left_in_the_middle_of_a_message_is_ended(monkeypatch, error):
    """What it would answer from then on could not be told from an answer to an earlier request."""
    monkeypatch.setattr(module, "Worker", Worker)
    monkeypatch.setattr(Worker, "trouble", (Load, error))
    arm = LiveArm(parse_arm("a"), 10.0)
    with pytest.raises(type(error)):
        arm.load(SPEC)
    assert not Worker.made[-1].alive and not arm.alive


def test_a_worker_that_is_not_what_is_wanted_is_told_of_when_it_comes_up(monkeypatch):
    monkeypatch.setattr(module, "Worker", Worker)
    seen = []
    LiveArm(parse_arm("a"), 10.0, check=seen.append).start()
    assert seen == [FACTS]
