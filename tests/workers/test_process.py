from pathlib import Path

import numpy as np
import pytest

from xlbench.errors import UserError
from xlbench.examples import PairExample
from xlbench.workers.launch import Launch
from xlbench.workers.process import Worker, WorkerDied, WorkerFailure, WorkerTimeout

LOADER = f"{Path(__file__).parent / 'loaders.py'}:load"
OPTIONS = {"dtype": "fp32", "attn": None, "runtime": "eager"}
PACKING = {"padding": "bucket", "batch_size": 4, "tokens_per_batch": None, "buckets": None}


def examples(lengths):
    return [PairExample(str(i), "word " * n, "", "secret") for i, n in enumerate(lengths)]


def launch(**options):
    return Launch(device="cpu", threads=1, loader=LOADER, **options)


def ready(worker, spec, lengths):
    worker.ask({"op": "load", "spec": spec, "options": OPTIONS})
    return worker.ask(
        {"op": "open", "key": "c", "task": "xnli", "language": "en", "packing": PACKING},
        examples(lengths),
    )


def visit(worker, scenario="offline", **more):
    request = {
        "op": "visit",
        "key": "c",
        "scenario": scenario,
        "seed": 1,
        "slice_ns": 10**7,
        "floor": 3,
        "units": None,
        "complete": scenario == "offline",
        "predictions": scenario == "offline",
    }
    return worker.ask(request | more)


def test_a_whole_pass_times_every_batch_and_predicts_every_example():
    with Worker(launch()) as worker:
        opened, (counts,) = ready(worker, {}, [1, 2, 3, 4, 5, 6, 7, 8, 9])
        reply, (samples,) = visit(worker, slice_ns=0)
    assert counts[:, 1].tolist() == list(range(1, 10))
    assert sorted(samples[:, 0].tolist()) == list(range(opened["n_batches"]))
    assert (samples[:, 5] > 0).all()
    assert (samples[:, 6] == -1).all(), "nothing is copied on a CPU"
    assert [a[0] for a in reply["answers"]] == [str(i) for i in range(9)]
    assert {a[1] for a in reply["answers"]} == {"b"}
    assert reply["pass_ns"] >= reply["tokenize_ns"] + reply["decode_ns"] > 0


def test_single_stream_runs_the_examples_that_were_asked_for_in_their_order():
    with Worker(launch()) as worker:
        ready(worker, {}, [5, 6, 7])
        reply, (samples,) = visit(worker, "single-stream", units=[2, 0, 1], slice_ns=0)
    assert samples[:, 0].tolist() == [2, 0, 1]
    assert samples[:, 2].tolist() == [1, 1, 1]
    assert samples[:, 4].tolist() == [11, 9, 10]
    tokenize, decode, whole = samples[:, 8], samples[:, 9], samples[:, 10]
    assert (whole >= tokenize + decode + samples[:, 5]).all()
    assert reply["first_batch_ns"] > 0


def test_a_worker_that_is_killed_is_reported_with_signal_and_last_words():
    with Worker(launch()) as worker:
        ready(worker, {"trouble": "die", "above": 8}, [2, 9])
        with pytest.raises(WorkerDied, match=r"(?s)SIGKILL.*the end is near"):
            visit(worker)
        assert not worker.alive


def test_an_exception_in_a_visit_leaves_the_worker_alive():
    with Worker(launch()) as worker:
        ready(worker, {"trouble": "fail", "above": 8}, [9])
        with pytest.raises(WorkerFailure, match="dislikes long rows") as caught:
            visit(worker)
        assert "loaders.py" in caught.value.traceback
        ready(worker, {}, [9])
        assert visit(worker)[0]["pass_ns"] > 0


def test_out_of_memory_halves_the_batches_until_they_fit_and_says_so():
    with Worker(launch()) as worker:
        ready(worker, {"trouble": "oom", "rows": 1}, [4] * 8)
        reply, (samples,) = visit(worker, slice_ns=0)
    assert reply["halvings"] == 2
    assert "oom-halved" in reply["flags"]
    assert samples[:, 2].tolist() == [1] * 8
    assert len(reply["answers"]) == 8


def test_out_of_memory_with_one_row_is_a_failure():
    with Worker(launch()) as worker:
        ready(worker, {"trouble": "oom", "rows": 0}, [4] * 4)
        with pytest.raises(WorkerFailure, match="out of memory"):
            visit(worker)


def test_a_visit_that_takes_too_long_is_ended():
    worker = Worker(launch(), timeout_s=20.0)
    ready(worker, {"trouble": "hang"}, [4])
    worker._timeout_s = 0.5
    with pytest.raises(WorkerTimeout, match=r"0\.5 s"):
        visit(worker)
    worker.kill()


def test_a_spike_of_a_millisecond_is_in_the_peak():
    size = 48 * 2**20
    with Worker(launch()) as worker:
        ready(worker, {"trouble": "spike", "bytes": size}, [4] * 4)
        visit(worker)
        reply, _ = visit(worker, units=[0], complete=False, predictions=False, slice_ns=0, floor=1)
        grown = reply["peak_rss_bytes"] - reply["rss_before_bytes"]
        assert abs(grown - size) < 2 * 2**20
        ready(worker, {}, [4] * 4)
        visit(worker)
        calm, _ = visit(worker, units=[0], complete=False, predictions=False, slice_ns=0, floor=1)
        assert calm["peak_rss_bytes"] - calm["rss_before_bytes"] < 2 * 2**20


def test_an_interpreter_that_is_not_there_is_the_users_mistake(tmp_path):
    with pytest.raises(UserError, match="no-python: can't be run"):
        Worker(launch(python=str(tmp_path / "no-python")))


def test_the_arms_environment_reaches_the_worker_and_its_processors_are_pinned():
    with Worker(launch(env={"XLBENCH_PROBE": "1"}, cpus=(0,))) as worker:
        assert worker.facts["affinity"] == [0]
        environment = Path(f"/proc/{worker.pid}/environ").read_bytes()
    assert b"XLBENCH_PROBE=1" in environment


def test_labels_never_cross_the_pipe(monkeypatch):
    from xlbench.workers import process

    sent = []
    original = process.write_frame
    monkeypatch.setattr(
        process, "write_frame", lambda stream, head, *a: (sent.append(head), original(stream, head))
    )
    with Worker(launch()) as worker:
        ready(worker, {}, [3])
    assert any("examples" in frame for frame in sent)
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
