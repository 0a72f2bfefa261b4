"""Outputs that are no numbers: told and counted for every head, and never scored."""

import numpy as np
import pytest
import torch
from small_tokenizer import SMALL_TOKENIZER
from transformers import AutoTokenizer

from xlbench.cell import OFFLINE, SINGLE_STREAM, ArmCell, Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.data.open import open_source
from xlbench.encode.plan import Packing
from xlbench.measure.warmup import Rule
from xlbench.run.scoring import scored
from xlbench.session.model import Model
from xlbench.session.session import Session
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.wire import without_gold
from xlbench.workers.protocol import Load, Open, Visit

HEADS = ("xnli", "panx", "xquad", "tatoeba")
SHAPES = {"xnli": (3,), "panx": (None, 7), "xquad": (None,), "tatoeba": (8,)}


def loader(task, broken):
    """A model whose outputs for rows that hold the token ``broken`` have one value of NaN."""

    def forward(ids, mask, types=None):
        rows, length = ids.shape
        shape = [rows, *(length if n is None else n for n in SHAPES[task])]
        draw = torch.Generator().manual_seed(0)
        outputs = [torch.randn(shape, generator=draw) for _ in range(2 if task == "xquad" else 1)]
        outputs[-1].reshape(rows, -1)[(ids == broken).any(dim=1), 0] = torch.nan
        return tuple(outputs)

    def load(checkpoint, device, dtype, attn):
        return Model(forward, AutoTokenizer.from_pretrained(SMALL_TOKENIZER), TASKS[task].labels, 1)

    return load


def spec(task):
    return CheckpointSpec("toy", task, TASKS[task].kind.head, "toy", None, {}, "trained", 0, "")


def passed(task, scenario, broken):
    """Run a whole pass over the sample's Swahili cell, and score it."""
    language = "hi" if task == "xquad" else "sw"
    examples = list(open_source("sample", TASKS).examples(task, language))
    session = Session(loader(task, broken), "cpu", 1, Rule(ceiling=2))
    session.load(Load(spec(task), "fp32", None, "eager"))
    packing = Packing("bucket", 8, None, TASKS[task].max_length)
    session.open(Open(task, language, packing), iter(map(without_gold, examples)))
    offline = scenario == OFFLINE
    reply = session.visit(
        Visit(Cell(task, language, scenario), 0, 10**6, 400, None, 400, offline, offline)
    )
    if not offline:
        return reply, None
    key = ArmCell("toy", task, language, scenario)
    return reply, scored(key, 0, examples, reply, reply.flags, 0)


def common_token(task):
    """A token that some rows of the cell have and others don't."""
    language = "hi" if task == "xquad" else "sw"
    examples = list(open_source("sample", TASKS).examples(task, language))
    kind, tokenizer = TASKS[task].kind, AutoTokenizer.from_pretrained(SMALL_TOKENIZER)
    windows = kind.encode(tokenizer, TASKS[task], examples).windows
    holders: dict[int, set[int]] = {}
    for window in windows:
        for token in set(window.ids.tolist()):
            holders.setdefault(token, set()).add(window.example)
    some = {t: len(own) for t, own in holders.items() if 1 < len(own) < len(examples)}
    token = min(some, key=lambda t: (some[t], t))
    return token, some[token]


@pytest.mark.parametrize("task", HEADS)
def test_examples_with_outputs_that_are_no_numbers_are_counted_and_the_metric_is_none(task):
    token, holders = common_token(task)
    reply, found = passed(task, OFFLINE, token)
    assert reply.non_finite == holders
    assert "non-finite" in reply.flags
    assert found.main is None
    assert "metric_value" not in found.columns


@pytest.mark.parametrize("task", HEADS)
def test_finite_outputs_are_scored(task):
    reply, found = passed(task, OFFLINE, -1)
    assert reply.non_finite == 0
    assert "non-finite" not in reply.flags
    assert found.main is not None and np.isfinite(found.columns["metric_value"])


@pytest.mark.parametrize("task", HEADS)
def test_single_stream_tells_as_well(task):
    token, _ = common_token(task)
    assert "non-finite" in passed(task, SINGLE_STREAM, token)[0].flags
    assert "non-finite" not in passed(task, SINGLE_STREAM, -1)[0].flags
