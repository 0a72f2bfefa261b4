"""The memory of a cell is its own: not of the order of visits, nor of the data that is held."""

import os

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from xlbench.cell import OFFLINE, SINGLE_STREAM, Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import Packing
from xlbench.measure.warmup import Rule
from xlbench.session import cell_memory
from xlbench.session.cell import OpenCell
from xlbench.session.fresh_fork import FreshFork
from xlbench.session.model import Model
from xlbench.session.session import Session
from xlbench.session.sketch import MOST, sketches
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.protocol import Load, Open, Visit

MIB = 2**20
SPEC = CheckpointSpec("toy", "xnli", "pair", "toy", None, {}, "random", 0, "nowhere")


class Tokenizer:
    """One id for each white-space word of both texts."""

    pad_token_id = 1
    model_input_names = ("input_ids", "attention_mask")

    def num_special_tokens_to_add(self, pair=False):
        return 4

    def __call__(self, first, second=None, **_):
        counts = [4 + len(a.split()) + len(b.split()) for a, b in zip(first, second, strict=True)]
        return {"input_ids": [[5] * count for count in counts]}


class Hoarder:
    """A model that never gives back what a new shape cost, as a library's cache of kernels."""

    def __init__(self):
        self.kept = {}

    def __call__(self, ids, mask):
        shape = tuple(ids.shape)
        if shape not in self.kept:
            self.kept[shape] = torch.ones(ids.numel() * 8000)
        return (torch.zeros(len(ids), 3),)


def hoarding(*_):
    return Model(Hoarder(), Tokenizer(), ("a", "b", "c"), 1)


def dying(*_):
    """A model that lives in the process that loaded it, and nowhere else."""
    here = os.getpid()

    def forward(ids, mask):
        if os.getpid() != here:
            os._exit(7)
        return (torch.zeros(len(ids), 3),)

    return Model(forward, Tokenizer(), ("a", "b", "c"), 1)


@pytest.fixture
def session():
    made = []

    def session(loader=hoarding):
        made.append(Session(loader, "cpu", 1, Rule(ceiling=2), own_memory=True))
        made[-1].load(Load(SPEC, "fp32", None, "eager"))
        return made[-1]

    yield session
    for one in made:
        one._unload()
        one._memories.close()


def opened(session, language, lengths):
    examples = [PairExample(str(i), "w " * (n - 4), "", None) for i, n in enumerate(lengths)]
    packing = Packing("bucket", None, 512, 128)
    session.open(Open("xnli", language, packing), iter(examples))


def visited(session, language, scenario):
    cell = Cell("xnli", language, scenario)
    return session.visit(Visit(cell, 0, 0, 1, complete=scenario == OFFLINE))


CELLS = {"en": [16, 40, 64], "sw": [32, 100, 128], "th": [8] * 40}


def test_two_orders_of_visits_bring_the_same_peaks(session):
    peaks, of_worker = [], []
    one = session()
    for order in (CELLS, reversed(CELLS)):
        one.load(Load(SPEC, "fp32", None, "eager"))
        for language in CELLS:
            opened(one, language, CELLS[language])
        found = {
            (language, scenario): visited(one, language, scenario).readings
            for language in order
            for scenario in (OFFLINE, SINGLE_STREAM)
        }
        peaks.append([found[key]["peak_rss_bytes"] for key in sorted(found)])
        of_worker.append(found["en", OFFLINE]["worker_peak_rss_bytes"])
    np.testing.assert_allclose(peaks[0], peaks[1], rtol=0.01)
    assert of_worker[1] > of_worker[0] + 2 * MIB, "the worker itself did keep what it met"


def test_a_peak_is_that_of_the_batches_and_not_of_the_examples_that_are_held(session):
    one = session()
    opened(one, "en", [16, 64] * 40)
    opened(one, "sw", [16, 64] * 1000)
    few, many = (visited(one, language, OFFLINE).readings for language in ("en", "sw"))
    assert many["peak_rss_bytes"] == pytest.approx(few["peak_rss_bytes"], rel=0.02)
    assert few["peak_rss_bytes"] > few["rss_before_bytes"]
    assert few["rss_anon_bytes"] > 0 and few["rss_file_bytes"] > 0


def test_what_can_t_be_forked_is_measured_in_the_worker_and_says_so(session):
    one = session(dying)
    opened(one, "en", [16])
    found = visited(one, "en", OFFLINE)
    assert "rss-of-process" in found.flags
    assert found.readings["peak_rss_bytes"] == found.readings["worker_peak_rss_bytes"] > 0


def test_a_cell_is_measured_once_and_again_when_its_batches_change(session, monkeypatch):
    one = session()
    opened(one, "en", CELLS["th"])
    asked = []
    ask = one._memory._fork.ask
    monkeypatch.setattr(one._memory._fork, "ask", lambda q: asked.append(q) or ask(q))
    for _ in range(3):
        visited(one, "en", OFFLINE)
    assert len(asked) == 1
    one._cells["xnli", "en"].halve()
    visited(one, "en", OFFLINE)
    assert len(asked) == 2


def test_a_copy_loads_the_checkpoint_after_the_first_visit_and_not_beside_it(session, tmp_path):
    here, loaded = os.getpid(), tmp_path / "loaded"

    def telling(*args):
        if os.getpid() != here:
            loaded.touch()
        return hoarding(*args)

    one = session(telling)
    opened(one, "en", [16])
    seen = []
    visit = one._instruments.visit
    one._instruments.visit = lambda *args: (visit(*args), seen.append(loaded.exists()))[0]
    assert "rss-of-process" not in visited(one, "en", OFFLINE).flags
    assert seen == [False] and loaded.exists()


def test_an_answer_comes_once_its_fork_has_ended():
    fork = FreshFork(lambda _: {"pid": os.getpid()})
    try:
        with pytest.raises(ProcessLookupError):
            os.kill(fork.ask(None)["pid"], 0)
    finally:
        fork.close()


def test_a_large_checkpoint_is_shared_with_its_copy_which_ends_with_it(session, monkeypatch):
    monkeypatch.setattr(cell_memory, "SHARED_BYTES", 0)
    one = session()
    before = one._memory._fork._pid
    one.load(Load(SPEC, "fp32", None, "eager"))
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    opened(one, "en", [16])
    assert "rss-of-process" not in visited(one, "en", OFFLINE).flags, "it has a copy, too"


@given(
    st.lists(st.integers(5, 128), min_size=1, max_size=60), st.sampled_from(["bucket", "packed"])
)
def test_what_is_run_for_memory_has_the_largest_batch_and_few_others(lengths, padding):
    task = TASKS["xnli"]
    examples = [PairExample(str(i), "w " * (n - 4), "", None) for i, n in enumerate(lengths)]
    packing = Packing(padding, None, 300, 128)
    cell = OpenCell(task, "en", task.kind, ("a",), examples, packing, 1)
    cell.encode(Tokenizer())
    found = sketches(cell, OFFLINE)
    assert 1 <= len(found) <= MOST
    assert found[0].size[0] == max(batch.padded_tokens for batch in cell.plans)
    arrays = found[0].arrays(pad_id=1)
    assert arrays.ids.size == found[0].size[0]
    alone = sketches(cell, SINGLE_STREAM)
    assert alone[0].lengths == (max(lengths),)
    assert len(alone) == min(MOST, len(set(lengths)))


def test_what_is_held_of_a_cell_is_told_and_grows_with_numbers_alone(session):
    one = session()
    told = []
    for language, count in (("en", 100), ("sw", 4_000), ("th", 12_000)):
        opened(one, language, [12] * count)
        told.append(visited(one, language, OFFLINE).held_bytes)
    few, full, many = told
    assert 0 < few < full
    assert (many - full) / 8_000 < 150, "bytes of each example beyond those in memory"
