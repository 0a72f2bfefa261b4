"""A session in this process whose model is told what to do and whose clock is its own."""

from dataclasses import dataclass, field

import pytest
import torch

from xlbench.cell import Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import Packing
from xlbench.measure.clock import HostClock
from xlbench.session.model import Model
from xlbench.session.session import Session
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.protocol import Load, Open, Turn, Visit

SPEC = CheckpointSpec("toy", "xnli", "pair", "toy", None, {}, "random", 0, "nowhere")


class Tokenizer:
    """A fast tokenizer's surface: one id for each white-space word of both texts."""

    pad_token_id = 1
    model_input_names = ("input_ids", "attention_mask")

    def num_special_tokens_to_add(self, pair=False):
        return 4

    def __call__(self, first, second=None, **_):
        counts = [4 + len(a.split()) + len(b.split()) for a, b in zip(first, second, strict=True)]
        return {"input_ids": [[5] * count for count in counts]}


@dataclass
class Toy:
    """A model in virtual time.

    Attributes:
        ns_per_token: what a pass takes, for each padded token.
        first_ns: what the first pass of the process takes beyond that.
        rows: more rows than this do not fit the device.
        shapes: rows and length of every pass.
        now_ns: the device's clock.
    """

    ns_per_token: int = 1000
    first_ns: int = 0
    rows: int = 10**6
    shapes: list = field(default_factory=list)
    now_ns: int = 0
    answer: int = 1
    loads: int = 0

    def load(self, checkpoint, device, dtype, attn):
        self.loads += 1
        labels = ("contradiction", "entailment", "neutral")
        return Model(self.forward, Tokenizer(), labels, 1234, ("random-weights",))

    def forward(self, ids, mask):
        rows, length = ids.shape
        if rows > self.rows:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory (as if)")
        self.now_ns += self.ns_per_token * rows * length + (0 if self.shapes else self.first_ns)
        self.shapes.append((rows, length))
        logits = torch.zeros(rows, 3)
        logits[:, self.answer] = 1.0
        return (logits,)


@dataclass
class Bench:
    """A session with its model, and shorter ways to ask it."""

    toy: Toy
    session: Session

    def open(self, lengths, language="en", padding="bucket", batch_size=4):
        """Open a cell of XNLI of examples with so many tokens."""
        examples = [PairExample(str(i), "w " * (n - 4), "", None) for i, n in enumerate(lengths)]
        packing = Packing(padding, batch_size=batch_size, tokens_per_batch=None, max_length=128)
        return self.session.open(Open("xnli", language, packing), iter(examples))

    def visit(self, scenario, language="en", seed=0, slice_ns=0, floor=1, **more):
        cell = Cell("xnli", language, scenario)
        return self.session.visit(Visit(cell, seed, slice_ns, floor, **more))

    def turn(self, scenario, units):
        return self.session.turn(Turn(Cell("xnli", "en", scenario), units))

    def load(self, runtime="eager"):
        return self.session.load(Load(SPEC, "fp32", None, runtime))


@pytest.fixture
def make(monkeypatch):
    """Return a function that makes a bench with a model of these properties, loaded."""

    def make(**properties):
        toy = Toy(**properties)
        monkeypatch.setattr(HostClock, "mark", staticmethod(lambda: toy.now_ns))
        bench = Bench(toy, Session(toy.load, "cpu", 1))
        bench.load()
        toy.shapes.clear()
        return bench

    return make


def units(found):
    return found.samples.column("unit").tolist()


@pytest.fixture
def sampled():
    """The units of a visit's samples, in their order."""
    return units


@pytest.fixture
def orders():
    """Return what the units of visits with these seeds are."""

    def orders(bench, scenario, seeds, **more):
        return [units(bench.visit(scenario, seed=seed, **more)) for seed in seeds]

    return orders
