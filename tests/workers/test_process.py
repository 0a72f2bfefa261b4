import os
import time
from pathlib import Path

import numpy as np
import pytest

from xlbench.arms import parse_arm
from xlbench.cell import Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import Packing
from xlbench.errors import UserError
from xlbench.run.live_arm import LiveArm
from xlbench.tasks.pair.example import PairExample
from xlbench.workers import process
from xlbench.workers.client import Worker
from xlbench.workers.errors import WorkerDied, WorkerFailure, WorkerTimeout
from xlbench.workers.launch import Launch
from xlbench.workers.protocol import Load, Open, Visit

pytestmark = pytest.mark.usefixtures("forked_workers")
LOADER = f"{Path(__file__).parent / 'loaders.py'}:load"
OWN = {"XLBENCH_PROBE": "1"}
"""An environment of its own makes a worker a program of its own."""
PACKING = Packing("bucket", batch_size=4, tokens_per_batch=None, max_length=128)


def examples(lengths):
    return [PairExample(str(i), "word " * n, "", "secret") for i, n in enumerate(lengths)]


def launch(**options):
    return Launch(device="cpu", threads=1, loader=LOADER, **options)


def checkpoint(**config):
    return CheckpointSpec("toy", "xnli", "pair", "toy", None, config, "random", 0, "nowhere")


def ready(worker, lengths, **config):
    worker.load(Load(checkpoint(**config), "fp32", None, "eager"))
    return worker.open(Open("xnli", "en", PACKING), examples(lengths))


def visit(worker, scenario="offline", **more):
    offline = scenario == "offline"
    plan = {"slice_ns": 10**7, "floor": 3, "complete": offline, "predictions": offline}
    return worker.visit(Visit(Cell("xnli", "en", scenario), seed=1, **(plan | more)))


PART = {"complete": False, "predictions": False, "slice_ns": 0}


@pytest.fixture(scope="module")
def program():
    """A worker that is a program of its own."""
    with Worker(launch(env=OWN, cpus=(0,))) as worker:
        yield worker


def test_a_whole_pass_times_every_batch_and_predicts_every_example():
    with Worker(launch()) as worker:
        opened = ready(worker, [1, 2, 3, 4, 5, 6, 7, 8, 9])
        found = visit(worker, slice_ns=0)
    assert opened.counts[:, 1].tolist() == list(range(1, 10))
    assert sorted(found.samples.column("unit").tolist()) == list(range(opened.batches.count))
    assert (found.samples.column("latency_ns") > 0).all()
    assert {s.h2d_ns for s in found.samples.rows()} == {None}, "nothing is copied on a CPU"
    assert [p.id for p in found.predictions] == [str(i) for i in range(9)]
    assert {p.value for p in found.predictions} == {"b"}
    assert found.pass_ns >= found.tokenize_ns + found.decode_ns > 0


def test_single_stream_runs_the_examples_that_were_asked_for_in_their_order():
    with Worker(launch()) as worker:
        ready(worker, [5, 6, 7])
        found = visit(worker, "single-stream", units=(2, 0, 1), slice_ns=0)
    samples = found.samples.rows()
    assert [s.unit for s in samples] == [2, 0, 1]
    assert [s.rows for s in samples] == [1, 1, 1]
    assert [s.tokens for s in samples] == [11, 9, 10]
    for s in samples:
        assert s.end_to_end_ns >= s.tokenize_ns + s.decode_ns + s.latency_ns
    assert found.first_batch_ns > 0


def test_a_worker_that_is_killed_is_reported_with_signal_and_last_words():
    with Worker(launch()) as worker:
        ready(worker, [2, 9], trouble="die", above=8)
        with pytest.raises(WorkerDied, match=r"(?s)SIGKILL.*the end is near"):
            visit(worker)
        assert not worker.alive


def test_whoever_waits_for_an_answer_is_told_so_until_it_comes(monkeypatch):
    monkeypatch.setattr(process, "WAITING_S", 0.01)
    requests, replies = os.pipe()
    told = []

    def waiting():
        told.append(len(told))
        if len(told) == 3:
            os.write(replies, b"ab")

    with os.fdopen(requests, "rb", buffering=0) as stream:
        patient = process._Patient(stream, time.monotonic() + 60.0, waiting)
        assert patient.read(2) == b"ab"
        assert len(told) == 3, "what is there already is not waited for"
        late = process._Patient(stream, time.monotonic() + 0.1, lambda: told.append(-1))
        with pytest.raises(TimeoutError):
            late.read(1)
    os.close(replies)
    assert 3 < len(told) <= 3 + 10


def test_an_exception_in_a_visit_leaves_the_worker_alive():
    with Worker(launch()) as worker:
        ready(worker, [9], trouble="fail", above=8)
        with pytest.raises(WorkerFailure, match="dislikes long rows") as caught:
            visit(worker)
        assert "loaders.py" in caught.value.traceback
        ready(worker, [9])
        assert visit(worker).pass_ns > 0


def test_a_lost_cuda_context_ends_the_worker_and_the_arm_starts_another():
    arm = LiveArm(parse_arm("base@device=cpu,threads=1"), 60.0, loader=LOADER)
    spec = checkpoint(trouble="cuda", above=8)
    plan = Visit(Cell("xnli", "en", "offline"), 1, 0, 1, complete=True)

    def visited(length):
        arm.load(spec)
        arm.open("xnli", "en", examples([length]))
        return arm.visit(plan)

    try:
        with pytest.raises(WorkerFailure, match="illegal memory access"):
            visited(9)
        assert not arm.alive
        assert visited(2).pass_ns > 0
        assert arm.process.count == 2
    finally:
        arm.stop()


def test_out_of_memory_halves_the_batches_until_they_fit_and_says_so():
    with Worker(launch()) as worker:
        opened = ready(worker, [4] * 8, trouble="oom", rows=1)
        found = visit(worker, slice_ns=0)
    assert (opened.batches.count, found.batches.count) == (2, 8)
    assert opened.batches.digest != found.batches.digest
    assert "oom-halved" in found.flags
    assert found.samples.column("rows").tolist() == [1] * 8
    assert len(found.predictions) == 8


def test_out_of_memory_with_one_row_is_a_failure():
    with Worker(launch()) as worker:
        ready(worker, [4] * 4, trouble="oom", rows=0)
        with pytest.raises(WorkerFailure, match="out of memory"):
            visit(worker)


def test_a_visit_that_takes_too_long_is_ended():
    worker = Worker(launch(), timeout_s=20.0)
    ready(worker, [4], trouble="hang")
    worker._timeout_s = 0.5
    with pytest.raises(WorkerTimeout, match=r"0\.5 s"):
        visit(worker)
    worker.kill()


def test_a_spike_of_a_millisecond_is_in_the_peak(program):
    size = 48 * 2**20
    ready(program, [4] * 4, trouble="spike", bytes=size)
    visit(program)
    assert abs(grown(visit(program, units=(0,), floor=1, **PART)) - size) < 2 * 2**20
    ready(program, [4] * 4)
    visit(program)
    assert grown(visit(program, units=(0,), floor=1, **PART)) < 2 * 2**20


def grown(found):
    """Peak of resident memory over that before the visit."""
    return found.readings["peak_rss_bytes"] - found.readings["rss_before_bytes"]


def test_a_worker_that_is_slow_to_end_is_killed_and_nothing_is_raised(monkeypatch):
    worker = Worker(launch())
    monkeypatch.setattr("xlbench.workers.client._STOP_S", 0.0)
    worker.stop()
    assert not worker.alive


def test_an_interpreter_that_is_not_there_is_the_users_mistake(tmp_path):
    with pytest.raises(UserError, match="no-python: can't be run"):
        Worker(launch(python=str(tmp_path / "no-python")))


def test_the_arms_environment_reaches_the_worker_and_its_processors_are_pinned(program):
    assert program.facts.affinity == (0,)
    environment = Path(f"/proc/{program.pid}/environ").read_bytes()
    assert b"XLBENCH_PROBE=1" in environment


def test_labels_never_cross_the_pipe(monkeypatch):
    from xlbench.workers import codec

    sent = []
    original = codec.write_frame
    monkeypatch.setattr(
        codec, "write_frame", lambda stream, head, *a: (sent.append(head), original(stream, head))
    )
    with Worker(launch()) as worker:
        ready(worker, [3])
    assert any(frame["kind"] == "Examples" and frame["value"]["examples"] for frame in sent)
    assert "secret" not in str(sent)


def test_frames_survive_the_trip(tmp_path):
    from xlbench.workers.frames import read_frame, write_frame

    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros((0, 4), np.int64)]
    with (tmp_path / "frame").open("wb") as out:
        write_frame(out, {"text": "ไทย", "n": 1}, arrays)
    with (tmp_path / "frame").open("rb") as source:
        head, back = read_frame(source)
        with pytest.raises(EOFError):
            read_frame(source)
    assert head == {"text": "ไทย", "n": 1}
    assert [a.tolist() for a in back] == [a.tolist() for a in arrays]
    assert [a.dtype for a in back] == [a.dtype for a in arrays]


def test_examples_that_can_not_all_be_read_leave_the_worker_ready_for_the_next_cell():
    def broken():
        yield from examples([3] * 600)
        raise UserError("file, row 601: no text")

    with Worker(launch()) as worker:
        worker.load(Load(checkpoint(), "fp32", None, "eager"))
        with pytest.raises(UserError, match="row 601"):
            worker.open(Open("xnli", "en", PACKING), broken())
        opened = worker.open(Open("xnli", "en", PACKING), examples([1, 2]))
        assert opened.counts.shape == (2, 4)
        assert len(visit(worker, slice_ns=0).predictions) == 2
