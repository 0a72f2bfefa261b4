"""20,000 inputs of the fuzzing campaign (``benchmarks/fuzz.py`` gives 200,000)."""

import os
import random
import signal

import fuzz as campaigns
import pytest
from fuzz import SHARES, TARGETS, fuzz
from fuzzing.judge import judged
from fuzzing.mutate import VALUES, altered, mutated

from xlbench.errors import UserError

INPUTS, PARTS, SEED = 20_000, 4, 1


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_others_wrote_is_read_or_refused_in_a_sentence_within_bounds(part):
    size = INPUTS // PARTS
    found = fuzz(range(part * size, (part + 1) * size), SEED)
    assert found.faults == {}
    assert set(found.inputs) == set(TARGETS) == set(SHARES)
    for name, count in found.inputs.items():
        assert count > 50 and found.refused[name] > 0.1 * count


def test_an_input_is_made_again_from_its_number():
    whole, again = fuzz(range(40), 3), fuzz(range(40), 3)
    assert (whole.inputs, whole.refused) == (again.inputs, again.refused)
    assert mutated(b"abc", random.Random(4)) == mutated(b"abc", random.Random(4))
    assert repr(altered({"a": [1]}, random.Random(4))) == repr(
        altered({"a": [1]}, random.Random(4))
    )


def test_an_input_does_not_depend_on_those_before_it():
    before = repr(VALUES)
    for number in range(2000):
        altered([{"a": [1, {"b": "x"}]}], random.Random(number))
    assert repr(VALUES) == before


def _die(numbers, seed):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_dies_is_a_fault_of_the_campaign(monkeypatch):
    monkeypatch.setattr(campaigns, "fuzz", _die)
    (found,) = campaigns.in_processes([range(5, 9), range(9, 12)], 0, 1)
    assert found.faults == {"the process died in inputs range(5, 9)": {"count": 1, "first": 5}}


def _refuse(message):
    raise UserError(message)


def _loop():
    return sum(i * i for i in range(1_000_000))


def _grow():
    return len(b"x" * (210 << 20))


@pytest.mark.parametrize(
    ("read", "fault"),
    [
        (lambda: 3, ""),
        (lambda: _refuse("file, row 3: x"), ""),
        (lambda: [].pop(), "IndexError"),
        (lambda: _refuse("lines\n" * 3000), ""),
        (lambda: (_ for _ in ()).throw(RecursionError("deep")), "RecursionError"),
        (_loop, "took"),
        (_grow, "MiB"),
    ],
)
def test_a_fault_is_found(read, fault):
    verdict = judged(read, most_s=0.0 if read is _loop else 600.0)
    assert fault in verdict.fault and bool(fault) == bool(verdict.fault)
