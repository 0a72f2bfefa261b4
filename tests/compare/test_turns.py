"""Turns on a virtual clock: arms that take a known time, or die."""

import os
import signal
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from xlbench.cell import Cell
from xlbench.compare.paired_cell import ArmVisit, PairedCell
from xlbench.compare.record import Record
from xlbench.compare.turns import LEAST_PAIRED, take_turns
from xlbench.interrupts import heard_once
from xlbench.workers.errors import WorkerDied
from xlbench.workers.protocol import Turned
from xlbench.workers.samples import Sample, Samples

EN, SW = Cell("xnli", "en", "single-stream"), Cell("xnli", "sw", "single-stream")


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Arm:
    """An arm whose batches take ``seconds`` each; it dies in the turn of number ``dies_in``."""

    def __init__(self, name, clock, told, seconds=1.0, dies_in=None, digest="same"):
        self.name, self.clock, self.told, self.seconds = name, clock, told, seconds
        self.arm = SimpleNamespace(text=name)
        self.dies_in, self.digest, self.alive = dies_in, digest, True

    def turn(self, cell, units):
        if self.dies_in is not None and sum(n == self.name for n, *_ in self.told) >= self.dies_in:
            self.alive = False
            raise WorkerDied("the worker was killed by SIGKILL")
        self.told.append((self.name, cell, tuple(units)))
        self.clock.now += self.seconds * len(units)
        ns = round(self.seconds * 1e9)
        rows = [Sample(unit, 0, 1, 8, 8, ns, 0, ns, 0, 0, ns) for unit in units]
        return Turned(Samples.of(rows), self.digest, ns * len(units), (), {})


def paired(cell, number, arms="ab"):
    def visit(arm):
        row = {**cell._asdict(), "arm": arm, "visit": number, "process": 0, "status": "ok"}
        row |= {"spent_ns": 7, "flags": [], "n_batches": 3, "complete": None}
        row |= {"peak_vram_allocated_bytes": None, "peak_rss_bytes": 100}
        return ArmVisit(row, "same", count(100 + number, 10))

    return PairedCell(cell, {arm: visit(arm) for arm in arms}, (0, 1, 2), whole=False)


@pytest.fixture
def clock():
    return Clock()


def taken(arms, cells, deadline, clock, seed=0, told=lambda: None):
    record = Record({arm.name: {EN, SW} for arm in arms})
    take_turns(arms, cells, deadline, np.random.default_rng(seed), record, told, clock)
    return record


def test_both_arms_run_the_same_units_and_the_first_is_drawn_anew_each_time(clock):
    told = []
    arms = [Arm("a", clock, told), Arm("b", clock, told, seconds=2.0)]
    cells = [paired(EN, 0), paired(SW, 1)]
    taken(arms, cells, 300.0, clock)
    turns = [told[i : i + 2] for i in range(0, len(told), 2)]
    assert all(one[1:] == two[1:] and one[0] != two[0] for one, two in turns)
    first = [one[0] for one, _ in turns]
    assert 0.3 < first.count("a") / len(first) < 0.7
    order = [one[1].language for one, _ in turns]
    assert order[0::2] != order[2::2], "the cells come in a new order each round"
    both = cells[0].turns["b"]
    assert np.array(both.b_ns) == pytest.approx(2 * np.array(both.a_ns))


def test_turns_end_at_the_deadline_but_every_cell_has_the_least_number(clock):
    told = []
    arms = [Arm("a", clock, told), Arm("b", clock, told)]
    cells = [paired(EN, 0), paired(SW, 1)]
    taken(arms, cells, 0.0, clock)
    assert [each.taken for each in cells] == [LEAST_PAIRED, LEAST_PAIRED]
    before = len(told)
    taken(arms, [paired(EN, 2)], clock.now + 100.0, clock)
    assert 2 * 45 <= len(told) - before <= 2 * 51


def test_a_turn_has_a_number_of_its_own_in_the_samples_of_both_arms(clock):
    cells = [paired(EN, 0), paired(SW, 1)]
    taken([Arm(name, clock, []) for name in "ab"], cells, 30.0, clock)
    owners = {}
    for each in cells:
        for visit in each.visits.values():
            for row in visit.sample_rows:
                owners.setdefault(row["turn"], set()).add((row["language"], row["arm"]))
    assert all(len({language for language, _ in own}) == 1 for own in owners.values())
    assert all(len(own) == 2 for own in owners.values())
    assert cells[0].visits["a"].row["spent_ns"] == 10**9 * cells[0].taken


def test_a_worker_that_dies_fails_its_cell_and_ends_all_turns(clock):
    told = []
    arms = [Arm("a", clock, told), Arm("b", clock, told, dies_in=5)]
    cells = [paired(EN, 0), paired(SW, 1)]
    record = taken(arms, cells, 1e9, clock)
    (failed,) = record.failed
    assert "SIGKILL" in record.failed[failed]
    (dead,) = [each for each in cells if each.cell == failed]
    assert dead.visits["b"].row["status"] == "failed" and dead.visits["a"].row["status"] == "ok"


def test_batches_that_changed_in_the_middle_fail_the_cell(clock):
    arms = [Arm("a", clock, []), Arm("b", clock, [], digest="other")]
    record = taken(arms, [paired(EN, 0)], 10.0, clock)
    assert "tokens-per-batch" in record.failed[EN]


def test_whoever_keeps_what_was_measured_is_asked_after_each_turn(clock):
    """A round over many languages, or a turn that is a whole pass, is longer than may be lost."""
    told, asked = [], []
    arms = [Arm(name, clock, told) for name in "ab"]
    taken(arms, [paired(EN, 0), paired(SW, 1)], 0.0, clock, told=lambda: asked.append(len(told)))
    assert asked == list(range(2, 2 * 2 * LEAST_PAIRED + 1, 2))


def test_an_interrupt_within_a_turn_leaves_it_to_neither_arm(clock):
    """A turn that only one arm ran would be a pair without its other half."""
    told = []

    class Interrupts(Arm):
        def turn(self, cell, units):
            if len(told) == 5:
                os.kill(os.getpid(), signal.SIGTERM)
            return super().turn(cell, units)

    cell = paired(EN, 0)
    with heard_once(), pytest.raises(KeyboardInterrupt):
        taken([Interrupts(name, clock, told) for name in "ab"], [cell], 1e9, clock)
    assert len(told) == 5
    turns = [{row["turn"] for row in visit.sample_rows} for visit in cell.visits.values()]
    assert turns[0] == turns[1] == {0, 1}


def test_three_arms_take_turns_in_all_orders_and_each_is_held_against_the_first(clock):
    told = []
    arms = [Arm(name, clock, told, float(nth)) for nth, name in enumerate("abc", 1)]
    cell = paired(EN, 0, "abc")
    taken(arms, [cell], 600.0, clock)
    turns = [told[i : i + 3] for i in range(0, len(told), 3)]
    assert all(len({each[1:] for each in turn}) == 1 for turn in turns), "the same units for all"
    assert len({tuple(name for name, *_ in turn) for turn in turns}) == 6
    for name, factor in (("b", 2.0), ("c", 3.0)):
        own = cell.turns[name]
        assert np.array(own.b_ns) == pytest.approx(factor * np.array(own.a_ns))
        assert own.units == cell.turns["b"].units


def test_of_three_arms_one_that_fails_is_out_and_the_others_go_on(clock):
    arms = [Arm("a", clock, []), Arm("b", clock, [], digest="other"), Arm("c", clock, [])]
    cell = paired(EN, 0, "abc")
    record = taken(arms, [cell], 30.0, clock)
    assert record.failed == {} and set(record.failures) == {("b", EN)}
    assert record.going(EN) == ["a", "c"]
    assert (len(cell.turns["b"].units), cell.taken >= 8) == (0, True)
    assert set(record.errors("b")) == {EN} and record.errors("c") == {}
    cell.observe(record, 0)
    assert record.observations["c"].values["memory"] == {EN: {0: 0.0}}
    assert record.observations["c"].values["latency_p50"] == {EN: {0: 0.0}}
    assert record.observations["b"].values == {}


def test_of_three_arms_a_first_that_fails_ends_the_cell(clock):
    arms = [Arm("a", clock, [], digest="other"), Arm("b", clock, []), Arm("c", clock, [])]
    record = taken(arms, [paired(EN, 0, "abc"), paired(SW, 1, "abc")], 30.0, clock)
    assert set(record.failed) == {EN, SW}
    assert set(record.errors("b")) == set(record.errors("c")) == {EN, SW}
