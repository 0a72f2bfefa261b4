"""Device memory that runs out, on a model that takes no more than so many rows."""

import numpy as np
import pytest
import torch

from xlbench.cell import SCENARIOS
from xlbench.encode.plan import Packing
from xlbench.encode.window import Count, Encoded, Window
from xlbench.session.cell import OpenCell
from xlbench.session.cold_start import ColdStart
from xlbench.session.scenarios import SCENARIOS as RUN
from xlbench.session.visit import Assignment
from xlbench.tasks.catalogue import TASKS

LENGTHS = [10] * 16 + [20] * 16


def test_batches_are_halved_until_they_fit_and_still_run_in_random_order(make, orders):
    bench = make(rows=2)
    opened = bench.open(LENGTHS, batch_size=8)
    found = bench.visit("offline", seed=1, complete=True, predictions=True)
    assert (opened.batches.count, found.batches.count) == (4, 16)
    assert opened.batches.digest != found.batches.digest
    assert "oom-halved" in found.flags
    assert found.samples.column("rows").tolist() == [2] * 16
    assert len(found.predictions) == 32
    order = found.samples.column("unit").tolist()
    assert sorted(order) == list(range(16)) != order
    other = make(rows=2)
    other.open(LENGTHS, batch_size=8)
    assert orders(other, "offline", [2], complete=True)[0] != order, "and the seed counts"


def test_later_visits_go_over_all_of_the_smaller_batches(make, sampled):
    bench = make(rows=1)
    bench.open(LENGTHS, batch_size=8)
    bench.visit("offline", complete=True)
    found = bench.visit("offline", floor=32)
    assert sorted(sampled(found)) == list(range(32))
    assert {10, 20} == set(found.samples.column("padded_length").tolist())
    assert "oom-halved" in found.flags


def test_batches_asked_for_by_number_are_all_batches_once_they_were_halved(make, sampled):
    bench = make(rows=4)
    bench.open(LENGTHS, batch_size=8)
    found = bench.visit("offline", units=(3,), floor=8)
    assert sorted(sampled(found)) == list(range(8))


def test_a_single_row_that_does_not_fit_is_a_failure(make):
    bench = make(rows=0)
    bench.open(LENGTHS, batch_size=8)
    for scenario in SCENARIOS:
        with pytest.raises(torch.cuda.OutOfMemoryError):
            bench.visit(scenario, complete=scenario == "offline")


def test_another_error_is_not_taken_for_one_of_memory(make, monkeypatch):
    bench = make()
    bench.open(LENGTHS)

    def broken(ids, mask):
        raise RuntimeError("this model is broken")

    monkeypatch.setattr(bench.session._ready.bench.engine, "_model", broken)
    with pytest.raises(RuntimeError, match="broken"):
        bench.visit("offline", complete=True)


class Pieces:
    """A kind of task whose examples are five windows each."""

    head = "sequence-classification"
    decoded = ()

    def encode(self, tokenizer, task, examples, form):
        windows = [
            Window(index, np.full(10, 5, np.int32))
            for index in range(len(examples))
            for _ in "abcde"
        ]
        return Encoded(tuple(windows), tuple(Count(50, 5, 5) for _ in examples))

    def decode(self, task, labels, example, windows, outputs):
        self.decoded = len(windows), len(outputs)


@pytest.mark.parametrize(("rows", "batches"), [(5, [5]), (4, [3, 2]), (2, [2, 2, 1]), (1, [1] * 5)])
def test_the_windows_of_one_example_run_in_parts_where_memory_runs_out(make, rows, batches):
    bench = make()
    bench.toy.rows = rows
    kind = Pieces()
    packing = Packing("bucket", 4, None, 128)
    cell = OpenCell(TASKS["xquad"], "en", kind, ("a", "b", "c"), [object()] * 3, packing, 1)
    cell.encode(None)
    assignment = Assignment((1,), 0, 0, 1)
    outcome = RUN["single-stream"](
        cell, bench.session._ready.bench, assignment, ColdStart(), lambda: None
    )
    (sample,) = outcome.samples
    assert bench.toy.shapes[-len(batches) :] == [(rows, 10) for rows in batches]
    assert (sample.unit, sample.rows, sample.tokens) == (1, 5, 50), "the same example as asked for"
    assert sample.latency_ns == 1000 * 50
    assert kind.decoded == (5, 5)
    assert ("oom-halved" in outcome.flags) == (rows < 5)
