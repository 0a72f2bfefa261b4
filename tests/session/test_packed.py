"""Packed cells from text to predictions, a real model, every kind of task."""

import numpy as np
import pytest

from xlbench.cell import OFFLINE, SINGLE_STREAM, Cell
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.checkpoints.resolve import resolve
from xlbench.data.open import open_source
from xlbench.encode.plan import Packing
from xlbench.errors import UserError
from xlbench.measure.warmup import Rule
from xlbench.session.loader import load
from xlbench.session.session import Session
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.wire import without_gold
from xlbench.workers.protocol import Load, Open, Visit

CELLS = [("xnli", "sw"), ("udpos", "ar"), ("mlqa", "hi"), ("tatoeba", "tr")]


def session_of(task, language, padding, dtype="fp32", limit=12):
    examples = list(open_source("sample", TASKS).examples(task, language, limit))
    session = Session(load, "cpu", 1, Rule(ceiling=2))
    spec = resolve(load_catalogue(), "base", task, weights="random")
    session.load(Load(spec, dtype, None, "eager", padding == "packed"))
    packing = Packing(padding, None, 512, TASKS[task].max_length)
    opened = session.open(Open(task, language, packing), iter(map(without_gold, examples)))
    return session, opened.batches


def whole_pass(task, language, padding, dtype="fp32"):
    session, batches = session_of(task, language, padding, dtype)
    visit = Visit(Cell(task, language, OFFLINE), 0, 0, 1, complete=True, predictions=True)
    return session.visit(visit), batches


@pytest.mark.parametrize(("task", "language"), CELLS)
def test_a_packed_pass_predicts_what_a_padded_one_does_without_a_token_of_padding(task, language):
    padded, _ = whole_pass(task, language, "bucket")
    packed, batches = whole_pass(task, language, "packed")
    assert batches.padded_tokens == batches.tokens
    assert packed.samples.column("tokens").sum() == padded.samples.column("tokens").sum()
    assert packed.attention == "sdpa-flash-cpu"
    if padded.embeddings is not None:
        np.testing.assert_allclose(packed.embeddings, padded.embeddings, atol=1e-5)
        return
    for one, other in zip(packed.predictions, padded.predictions, strict=True):
        assert (one.id, one.value) == (other.id, other.value)
        assert one.score == pytest.approx(other.score, abs=1e-4)


@pytest.mark.parametrize(("task", "language"), [("mlqa", "hi"), ("xnli", "sw")])
def test_a_packed_example_alone_is_its_windows_one_behind_the_other(task, language):
    session, _ = session_of(task, language, "packed", limit=4)
    cell = Cell(task, language, SINGLE_STREAM)
    found = session.visit(Visit(cell, 0, 0, 4, most=4)).samples
    opened = session._cells[task, language]
    for row in found.rows():
        windows = [opened.windows[i] for i in opened.span(row.unit)]
        assert row.tokens == sum(window.length for window in windows)
        assert (row.rows, row.padded_length) == (len(windows), max(w.length for w in windows))


def test_half_precision_runs_packed_too():
    reply, _ = whole_pass("tatoeba", "tr", "packed", dtype="bf16")
    assert reply.non_finite == 0


def test_what_is_no_model_of_transformers_is_refused_before_anything_is_measured():
    session = Session(lambda *_: FAKE, "cpu", 1)
    spec = resolve(load_catalogue(), "base", "xnli", weights="random")
    with pytest.raises(UserError, match="padding=packed works for models of the types bert"):
        session.load(Load(spec, "fp32", None, "eager", packed=True))


class FAKE:
    """A loaded model that is a function."""

    class tokenizer:
        pad_token_id = 1

    @staticmethod
    def model(*_):
        return ()
