"""Which kernel attends is seen while a batch runs: once with padding, once without."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from torch.nn import functional

from xlbench.encode.collate import Arrays
from xlbench.encode.plan import BatchPlan
from xlbench.session.attention_seen import AttentionSeen
from xlbench.session.engine import Engine
from xlbench.session.runtimes import runtime_named

DENSE, PADDED = BatchPlan((0, 1), 8, 16), BatchPlan((0, 1), 8, 12)
SMALL, SMALL_PADDED = BatchPlan((0,), 8, 8), BatchPlan((0,), 8, 6)


@dataclass
class Model:
    """Attends as ``attend`` does; notes rows, and whether there was a mask."""

    attend: object
    called: list = field(default_factory=list)

    def __call__(self, ids, mask=None):
        self.called.append((ids.shape[0], mask is not None))
        states = torch.ones(ids.shape[0], 1, ids.shape[1], 16)
        return (self.attend(states),)


class Cell:
    def __init__(self, *plans):
        self.plans = plans

    def batch(self, unit):
        plan = self.plans[unit]
        mask = np.ones((len(plan.rows), plan.padded_length), np.int64)
        mask[-1, plan.padded_length - (plan.padded_tokens - plan.tokens) :] = 0
        return Arrays(np.ones_like(mask), mask, None)


def sdpa(x):
    return functional.scaled_dot_product_attention(x, x, x)


def by_hand(x):
    return torch.softmax(x @ x.transpose(-1, -2), -1) @ x


def seen(model):
    return AttentionSeen(model, Engine(model, torch.device("cpu"), runtime_named("eager"), 1))


@pytest.mark.parametrize(
    ("attend", "kernels"),
    [
        (sdpa, "sdpa-flash-cpu"),
        (by_hand, "unfused"),
        (lambda x: x, None),
        (lambda x: sdpa(x) + torch.softmax(x, -1), "sdpa-flash-cpu"),
    ],
)
def test_a_kernel_is_told_by_its_name_and_a_softmax_only_where_there_is_none(attend, kernels):
    assert seen(Model(attend)).of(Cell(DENSE, PADDED)) == kernels


def test_the_smallest_batch_of_each_is_looked_at_once():
    model = Model(sdpa)
    looking = seen(model)
    for _ in range(2):
        looking.of(Cell(DENSE, PADDED, SMALL, SMALL_PADDED))
    assert sorted(model.called) == [(1, False), (1, True)]
    looking.of(Cell(DENSE))
    assert len(model.called) == 2


def test_where_memory_runs_out_nothing_is_seen_and_the_next_batches_are_looked_at():
    tries = iter([torch.OutOfMemoryError("CUDA out of memory"), None])

    def attend(x):
        if (error := next(tries)) is not None:
            raise error
        return sdpa(x)

    looking = seen(Model(attend))
    assert looking.of(Cell(DENSE)) is None
    assert looking.of(Cell(DENSE)) == "sdpa-flash-cpu"


def test_another_error_of_a_look_is_an_error():
    def attend(x):
        raise RuntimeError("no such thing")

    with pytest.raises(RuntimeError, match="no such thing"):
        seen(Model(attend)).of(Cell(DENSE))


def test_a_cell_is_told_of_the_kernels_of_its_own_batches():
    attends = {False: sdpa, True: by_hand}
    model = Model(None)
    model.attend = lambda x: attends[model.called[-1][1]](x)
    looking = seen(model)
    assert looking.of(Cell(DENSE, PADDED)) == "sdpa-flash-cpu,unfused"
    assert (looking.of(Cell(DENSE)), looking.of(Cell(PADDED))) == ("sdpa-flash-cpu", "unfused")
