"""One visit from gold to rows, with a worker of its own process where memory runs out."""

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest
from virtual_arm import SPEC, Clock, VirtualArm, examples

from xlbench.arms import parse_arm
from xlbench.cell import Cell
from xlbench.examples import Reread
from xlbench.probes.registry import COLUMNS
from xlbench.run.cells import Plan
from xlbench.run.live_arm import LiveArm
from xlbench.run.rows import Position
from xlbench.run.visits import Inputs, Visits
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.protocol import Visit

LOADER = f"{Path(__file__).parents[1] / 'workers' / 'loaders.py'}:load"
OFFLINE = Cell("xnli", "en", "offline")
HERE = Position(visit=7, process=2, round=1, position=3, started_unix_ns=99)


def visits(text="a", spec=SPEC, read=examples):
    return Visits(Inputs(Plan({(text, "xnli"): spec}, {"xnli": ("en",)}, {}, ()), read, {}), 0)


def whole(**changes):
    return replace(Visit(OFFLINE, 0, 0, 1, complete=True, predictions=True), **changes)


def test_a_whole_pass_becomes_a_row_samples_predictions_and_a_metric():
    record = visits().visit(VirtualArm("a", Clock()), whole(), HERE)
    row = record.row
    assert record.error is None
    assert (row["arm"], row["task"], row["language"], row["scenario"]) == ("a", *OFFLINE)
    assert (row["visit"], row["process"], row["round"], row["position"]) == (7, 2, 1, 3)
    assert (row["checkpoint"], row["device"], row["load_ns"]) == ("toy", "cpu", 10**9)
    assert (row["n_examples"], row["content_tokens"], row["n_batches"]) == (6, 30, 8)
    assert (row["complete"], row["status"], row["metric_value"]) == (True, "ok", 100.0)
    assert {s["visit"] for s in record.sample_rows} == {7}
    assert {s["process"] for s in record.sample_rows} == {2}
    assert [p["prediction"] for some in record.predictions for p in some] == ["neutral"] * 6
    assert record.measure.value == 100.0


def test_a_partial_pass_has_no_predictions():
    record = visits().visit(VirtualArm("a", Clock()), Visit(OFFLINE, 0, 0, 3), HERE)
    assert (list(record.predictions), record.measure) == ([], None)
    assert record.row["complete"] is False and "metric_value" not in record.row


def test_single_stream_has_no_batches_of_its_own():
    plan = Visit(OFFLINE._replace(scenario="single-stream"), 0, 0, 3)
    row = visits().visit(VirtualArm("a", Clock()), plan, HERE).row
    assert (row["n_batches"], row["batch_size"], row["complete"]) == (6, 1, None)
    assert (row["padded_tokens"], row["tokens_per_batch"]) == (None, None)


def test_flags_come_from_checkpoint_load_examples_and_visit(monkeypatch):
    arm = VirtualArm("a", Clock())
    told = VirtualArm.visit
    monkeypatch.setattr(
        VirtualArm,
        "visit",
        lambda self, plan: replace(told(self, plan), flags=("x",), first_of_process=True),
    )
    monkeypatch.setattr(arm, "load", lambda spec: replace(loaded, flags=("y",)))
    loaded = VirtualArm("a", Clock()).load(SPEC)
    spec = replace(SPEC, flags=("z",))
    row = visits(spec=spec).visit(arm, whole(), HERE).row
    assert row["flags"] == ["cold-start", "x", "y", "z"]


def test_a_failure_says_where_it_came_to():
    dying = VirtualArm("a", Clock(), dies=frozenset({("xnli", "en")}))
    record = visits().visit(dying, whole(), HERE)
    assert "SIGKILL" in record.error and record.row["error"] == record.error
    assert (record.row["status"], record.row["visit"]) == ("failed", 7)
    assert (record.row["device"], record.row["n_examples"]) == ("cpu", 6)
    assert (record.sample_rows, list(record.predictions)) == ([], [])


@pytest.mark.parametrize("fault", ["lacks", "adds"])
def test_a_reading_too_few_or_too_many_is_an_error_with_its_name(fault, monkeypatch):
    names = [column.name for column in COLUMNS]
    names = names[1:] if fault == "lacks" else [*names, "novelty_ns"]
    told = VirtualArm.visit
    monkeypatch.setattr(
        VirtualArm,
        "visit",
        lambda self, plan: replace(told(self, plan), readings=dict.fromkeys(names)),
    )
    record = visits().visit(VirtualArm("a", Clock()), whole(), HERE)
    name = COLUMNS[0].name if fault == "lacks" else "novelty_ns"
    assert f"'{name}' is {'missing' if fault == 'lacks' else 'unknown'}" in record.error


def test_no_example_is_held_between_visits():
    class Text(str):
        """A text that can be watched."""

    alive = []

    def read(task, language):
        for example in examples(task, language):
            text = Text(example.text_a)
            alive.append(weakref.ref(text))
            yield replace(example, text_a=text)

    arm = VirtualArm("a", Clock())
    made = visits(read=lambda *cell: Reread(lambda: read(*cell)))
    record = made.visit(arm, whole(), HERE)
    assert record.error is None and len(alive) >= 12, "read for the worker, and again for the gold"
    arm._examples = ()
    gc.collect()
    assert not any(text() for text in alive)


def test_forgetting_closes_the_cells_of_the_arms():
    arm = VirtualArm("a", Clock())
    visits().forget([arm])
    assert arm.calls == ["close"]


def test_after_memory_ran_out_later_visits_run_all_of_the_smaller_batches(forked_workers):
    spec = replace(SPEC, config={"trouble": "oom", "rows": 1})

    def read(task, language):
        return [PairExample(str(i), "w " * (2 + i), "", "neutral") for i in range(12)]

    arm = LiveArm(parse_arm("a@batch-size=4,device=cpu,threads=1"), 60.0, LOADER)
    made = visits("a@batch-size=4,device=cpu,threads=1", spec, read)
    try:
        opened = made.open(arm, OFFLINE)
        first = made.visit(arm, whole(), HERE)
        later = made.visit(arm, Visit(OFFLINE, seed=3, slice_ns=0, floor=12), HERE)
        assert opened.batches.count < made.open(arm, OFFLINE).batches.count == 12
    finally:
        arm.stop()
    for record in (first, later):
        order = record.samples.column("unit").tolist()
        assert sorted(order) == list(range(12)) != order, "all of them, in random order"
        assert "oom-halved" in record.row["flags"]
        assert record.row["n_batches"] == 12
    lengths = later.samples.column("padded_length")
    assert len(set(lengths.tolist())) > 6, "not the shortest ones alone"


@pytest.mark.parametrize(
    "error",
    [
        OSError("Corrupt snappy compressed data."),
        UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"),
        ValueError("a line\nand another"),
    ],
)
def test_whatever_a_cells_data_sets_off_fails_that_cell_alone(error):
    def read(task, language):
        if language == "en":
            raise error
        return examples(task, language)

    made, arm = visits(read=read), VirtualArm("a", Clock())
    record = made.visit(arm, whole(), HERE)
    first, _, trace = record.row["error"].partition("\n")
    assert record.row["status"] == "failed"
    assert first.startswith(f"unexpected {type(error).__name__}: ") and "Traceback" in trace
    assert made.visit(arm, whole(cell=OFFLINE._replace(language="sw")), HERE).error is None


def test_whatever_scoring_sets_off_fails_that_cell_and_leaves_no_half_of_it(monkeypatch):
    def scored(*_):
        raise ZeroDivisionError("no gold")

    monkeypatch.setattr("xlbench.run.visits.scored", scored)
    record = visits().visit(VirtualArm("a", Clock()), whole(), HERE)
    assert "unexpected ZeroDivisionError: no gold" in record.error
    assert (record.row["status"], record.sample_rows, list(record.predictions)) == (
        "failed",
        [],
        [],
    )
