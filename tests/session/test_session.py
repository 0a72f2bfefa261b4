import gc

import pytest
import torch

from xlbench.cell import Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.session.session import Session
from xlbench.session.visit import TURN_SETTLE_NS
from xlbench.workers.protocol import (
    Close,
    Done,
    Load,
    Loaded,
    Open,
    Opened,
    Pin,
    Turn,
    Turned,
    Visit,
    Visited,
    WorkerFacts,
)

LENGTHS = [10] * 8 + [20] * 8
SPEC = CheckpointSpec("toy", "xnli", "pair", "toy", None, {}, "random", 0, "nowhere")


@pytest.fixture
def bench(make):
    made = make()
    made.open(LENGTHS)
    return made


def test_each_request_has_its_reply(bench, monkeypatch):
    pinned = []
    monkeypatch.setattr("os.sched_setaffinity", lambda pid, cpus: pinned.append(cpus))
    cell = Cell("xnli", "en", "offline")
    load = Load(SPEC, "fp32", None, "eager")
    packing = bench.session._cells["xnli", "en"].packing
    examples = list(bench.session._cells["xnli", "en"].examples)
    replies = [
        bench.session.answer(request, iter(examples))
        for request in (
            load,
            Open("xnli", "en", packing),
            Visit(cell, 0, 0, 1),
            Turn(cell, (0,)),
            Pin((0,)),
            Close("xnli", "en"),
        )
    ]
    assert [type(r) for r in replies] == [Loaded, Opened, Visited, Turned, Done, Done]
    assert pinned and set(pinned) == {(0,)}
    assert isinstance(bench.session.hello(), WorkerFacts)


def test_what_is_loaded_tells_its_size_flags_and_clock(bench):
    loaded = bench.load()
    assert (loaded.weights_bytes, loaded.flags) == (1234, ("random-weights",))
    assert loaded.clock == "perf_counter_ns" and loaded.load_ns > 0 and loaded.versions == {}


def test_a_new_checkpoint_takes_the_place_of_the_old_and_closes_its_cells(bench):
    bench.visit("offline", complete=True)
    bench.load()
    with pytest.raises(KeyError):
        bench.visit("offline")
    bench.open(LENGTHS)
    bench.toy.shapes.clear()
    assert bench.visit("offline", complete=True).warm_up_passes > 0, "a new model is cold"


def test_a_closed_cell_is_gone(bench):
    bench.session.answer(Close("xnli", "en"), iter(()))
    with pytest.raises(KeyError):
        bench.visit("offline")


@pytest.mark.parametrize("threads", [1, 2])
def test_a_worker_computes_with_the_threads_that_it_is_told(bench, threads):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        assert Session(bench.toy.load, "cpu", threads).hello().threads == threads
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_nothing_is_measured_before_a_checkpoint_is_loaded(bench):
    bare = Session(bench.toy.load, "cpu", 1)
    with pytest.raises(RuntimeError, match="no checkpoint is loaded"):
        bare.visit(Visit(Cell("xnli", "en", "offline"), 0, 0, 1))


def test_an_opened_cell_tells_of_its_examples_and_batches(make):
    opened = make().open([10] * 6 + [20] * 3)
    assert opened.counts[:, 0].tolist() == [6] * 6 + [16] * 3, "special tokens aside"
    assert opened.counts[:, 3].tolist() == [0] * 9
    batches = opened.batches
    assert (batches.count, batches.tokens, batches.padded_tokens) == (3, 120, 120)
    assert (batches.edges, batches.batch_size, batches.tokens_per_batch) == ((10, 20), 4, None)
    assert batches.largest == 2, "three rows of 20 are more than four of 10"


def test_the_same_batches_have_the_same_digest_and_others_another(make):
    bench = make()
    digests = [
        bench.open(lengths, language).batches.digest
        for language, lengths in zip("abcd", ([10, 20], [10, 20], [10, 30], [20, 10]), strict=True)
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_a_visit_is_told_with_all_that_was_read_around_it(bench):
    found = bench.visit("offline", complete=True)
    assert found.spent_ns > 0 and found.warm_up_passes == 2 * 2, "two shapes, level at once"
    assert found.readings["peak_rss_bytes"] >= found.readings["rss_before_bytes"] > 0
    assert found.readings["energy_mj"] is None
    assert bench.visit("offline", complete=True).warm_up_passes == 0


def test_the_reference_kernel_is_timed_before_each_visit(bench, monkeypatch):
    monkeypatch.setattr(bench.session._instruments._reference, "time_ns", lambda clock: 4711)
    assert bench.visit("offline").reference_ns == 4711


def test_the_collector_rests_while_batches_are_timed_and_works_afterwards(bench, monkeypatch):
    seen = []
    forward = bench.toy.forward
    engine = bench.session._ready.bench.engine
    monkeypatch.setattr(engine, "_model", lambda *a: (seen.append(gc.isenabled()), forward(*a))[1])
    bench.visit("offline", complete=True)
    assert seen and not any(seen)
    assert gc.isenabled()
    bench.toy.rows = 0
    with pytest.raises(Exception, match="out of memory"):
        bench.visit("offline", complete=True)
    assert gc.isenabled()


def test_a_turn_runs_its_units_once_in_their_order(bench):
    bench.visit("single-stream", floor=16)
    found = bench.turn("single-stream", (3, 1, 3))
    assert found.samples.column("unit").tolist() == [3, 1, 3]
    assert found.digest == bench.visit("offline").batches.digest
    assert set(found.readings) == {
        "steal_ns",
        "run_delay_ns",
        "quota_ns",
        "involuntary_switches",
        "major_faults",
        "throttle",
    }


def test_a_short_first_batch_of_a_turn_is_repeated_and_not_told(bench):
    bench.visit("offline", complete=True)
    bench.toy.shapes.clear()
    assert bench.turn("offline", (0, 2)).samples.column("unit").tolist() == [0, 2]
    assert bench.toy.shapes == [(4, 10), (4, 10), (4, 20)]


def test_a_long_first_batch_of_a_turn_is_not_repeated(make):
    bench = make(ns_per_token=TURN_SETTLE_NS)
    bench.open(LENGTHS)
    bench.visit("offline", complete=True)
    bench.toy.shapes.clear()
    assert bench.turn("offline", (1,)).samples.column("unit").tolist() == [1]
    assert bench.toy.shapes == [(4, 10)]


def test_a_turn_in_which_memory_runs_out_says_that_its_batches_are_others(bench):
    before = bench.visit("offline", complete=True).batches.digest
    bench.toy.rows = 2
    assert bench.turn("offline", (0,)).digest != before
