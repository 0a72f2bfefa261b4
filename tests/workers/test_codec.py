import io
from dataclasses import fields, is_dataclass, replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.cell import SCENARIOS, Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import Packing
from xlbench.flags import Flag
from xlbench.predictions import Prediction
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.workers import protocol as p
from xlbench.workers.codec import ProtocolError, receive, send
from xlbench.workers.frames import read_frame, write_frame
from xlbench.workers.samples import Sample, Samples

CELL = Cell("xnli", "sw", "offline")
BATCHES = p.Batches("d1", 3, 2, 90, 100, (16, 32), None, 1024)
SAMPLES = Samples.of(
    [Sample(0, 5, 8, 16, 90, 1000, 900), Sample(1, 9, 8, 16, 80, 1, 2, 3, 4, 5, 6)]
)
GPU = p.GpuFacts("Board", (9, 0), 2**36, {"power_w": 71.5, "reasons": ["x"], "mig": None}, None)
SPEC = CheckpointSpec(
    "base", "xnli", "encoder", "bert", None, {"a": [1, {"b": None}]}, "random", 3, "t", ("x", "y")
)
EXAMPLES = (
    PairExample("1", "a", "ไทย", None),
    TaggingExample("2", ("a", "b"), None),
    QuestionExample("3", "q", "c", None, None),
    SentenceExample("4", "t", "source", "dev", None),
)
FACTS = p.WorkerFacts(
    7, "3.12", "/p", "2.13", "5", "2", None, None, "cuda:0", GPU, 2, 1, (0, 1), "highest", "AVX2"
)
VISITED = p.Visited(
    SAMPLES,
    BATCHES,
    10,
    11,
    None,
    None,
    12,
    2,
    None,
    False,
    (Flag.OOM_HALVED,),
    {"energy_mj": None, "steal_ns": 4, "throttle": ("heat",), "share": 0.5, "name": "x"},
    (Prediction("1", "en-7", 0.25), Prediction("2", "", None)),
    np.ones((2, 3), np.float32),
)
MESSAGES = [
    p.Hello("auto", 2, (0, 3), "m:load"),
    p.Load(SPEC, "fp32", None, "eager"),
    p.Open("xnli", "sw", Packing("bucket", None, 1024, 128)),
    p.Examples(EXAMPLES, True),
    p.Visit(CELL, 1, 10, 6, (2, 0, 1), None, True, False),
    p.Visit(CELL, 1, 10, 6, None, 400),
    p.Turn(CELL, (1,)),
    p.Pin((1,)),
    p.Close("xnli", "sw"),
    p.Stop(),
    FACTS,
    p.Loaded(5, 6, (Flag.RANDOM_WEIGHTS,), "perf_counter_ns", {"onnxruntime": "1.2"}),
    p.Opened(BATCHES, np.arange(8).reshape(2, 4)),
    VISITED,
    p.Predicted((Prediction("0", "neutral", 0.5),), np.ones((1, 2), np.float32), False),
    p.Turned(SAMPLES, "d1", 9, (), {}),
    p.Done(),
    p.Failed("user", "no such device"),
]


def there_and_back(message):
    pipe = io.BytesIO()
    send(pipe, message)
    pipe.seek(0)
    return receive(pipe)


def same(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and (one == other).all()
    if is_dataclass(one):
        return type(one) is type(other) and all(
            same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one)
        )
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_survives_the_trip_with_all_its_types(message):
    assert same(message, there_and_back(message))


def test_every_kind_of_message_is_tried_here():
    assert {type(m) for m in MESSAGES} == set(get_args(p.Message))


numbers = st.integers(-(2**62), 2**62)


@given(
    st.builds(
        p.Visit,
        st.builds(Cell, st.text(), st.text(), st.sampled_from(SCENARIOS)),
        numbers,
        numbers,
        numbers,
        st.none() | st.lists(numbers).map(tuple),
        st.none() | numbers,
        st.booleans(),
        st.booleans(),
    )
)
def test_any_visit_survives_the_trip(request):
    assert there_and_back(request) == request


counts = st.none() | st.integers(0, 2**62)


@given(st.lists(st.builds(Sample, *[st.integers(0, 2**62)] * 7, *[counts] * 5)))
def test_samples_are_the_same_rows_whatever_was_not_measured(rows):
    samples = Samples.of(rows)
    assert samples.rows() == rows
    assert len(samples) == len(rows)
    assert samples.column("latency_ns").tolist() == [row.latency_ns for row in rows]
    assert samples.column("h2d_ns").tolist() == [-1 if r.h2d_ns is None else r.h2d_ns for r in rows]
    assert samples.after(1).rows() == rows[1:]


def test_samples_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"shape \(n, 12\)"):
        Samples(np.zeros((2, 10), np.int64))
    with pytest.raises(ValueError, match="int64"):
        Samples(np.zeros((2, 12)))


def altered(message, change):
    pipe = io.BytesIO()
    send(pipe, message)
    pipe.seek(0)
    header, arrays = read_frame(pipe)
    change(header)
    out = io.BytesIO()
    write_frame(out, header, arrays)
    out.seek(0)
    return receive(out)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_field_too_few_or_too_many_is_an_error_with_its_name(message):
    name = type(message).__name__
    with pytest.raises(ProtocolError, match=f"{name}: the field 'novelty' is unknown"):
        altered(message, lambda head: head["value"].update(novelty=1))
    for field in fields(message):
        with pytest.raises(ProtocolError, match=f"{name}: the field '{field.name}' is missing"):
            altered(message, lambda head, gone=field.name: head["value"].pop(gone))


@pytest.mark.parametrize(
    ("message", "path", "wrong", "told"),
    [
        (MESSAGES[4], ("seed",), None, r"Visit\.seed: expected int, found None"),
        (MESSAGES[4], ("complete",), 1, r"Visit\.complete: expected bool"),
        (MESSAGES[4], ("floor",), True, r"Visit\.floor: expected int"),
        (MESSAGES[4], ("units",), [1, "2"], r"Visit\.units\[1\]: expected int"),
        (MESSAGES[4], ("cell", "scenario"), "server", r"Visit\.cell\.scenario: expected one of"),
        (MESSAGES[0], ("cpus",), 3, r"Hello\.cpus: expected a list"),
        (
            VISITED,
            ("flags",),
            ["novelty"],
            r"Visited\.flags\[0\]: expected a Flag",
        ),
        (VISITED, ("readings",), [], r"Visited\.readings: expected names with values"),
        (VISITED, ("readings", "steal_ns"), {}, r"Visited\.readings\.steal_ns"),
        (VISITED, ("batches",), 5, r"Visited\.batches: expected the fields of Batches"),
        (VISITED, ("embeddings",), 9, r"Visited\.embeddings: expected an array"),
        (FACTS, ("gpu", "capability"), [9], r"WorkerFacts\.gpu\.capability: expected a list"),
    ],
)
def test_a_value_of_another_type_is_an_error_with_its_place(message, path, wrong, told):
    def change(head):
        value = head["value"]
        for name in path[:-1]:
            value = value[name]
        value[path[-1]] = wrong

    with pytest.raises(ProtocolError, match=told):
        altered(message, change)


def test_a_frame_of_no_kind_is_an_error():
    with pytest.raises(ProtocolError, match="'Visits' is no message"):
        altered(MESSAGES[4], lambda head: head.update(kind="Visits"))


def test_a_whole_number_may_stand_for_a_fraction_but_not_the_other_way_round():
    told = replace(VISITED, predictions=(Prediction("1", "x", 1),))
    assert there_and_back(told).predictions[0].score == 1
    with pytest.raises(ProtocolError, match="spent_ns"):
        there_and_back(replace(VISITED, spent_ns=1.5))
