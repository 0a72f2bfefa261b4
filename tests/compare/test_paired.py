"""Comparisons with real workers and a model whose time is known."""

import functools
import json
import math
import os
import signal
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from xlbench.arms import parse_arm
from xlbench.cell import Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.compare import execute as module
from xlbench.compare.controller import PairedController
from xlbench.compare.start import shared_fork_server
from xlbench.compare.turns import LEAST_PAIRED
from xlbench.interrupts import heard_once
from xlbench.results.manifest import Manifest, UsedData
from xlbench.results.parts import FLUSH_S, PartWriter, read
from xlbench.run.cells import Plan
from xlbench.run.live_arm import LiveArm
from xlbench.run.prepare import Prepared
from xlbench.run.visits import Inputs
from xlbench.settings import Settings
from xlbench.stats.observations import main_quantity
from xlbench.tasks.pair.example import PairExample

pytestmark = pytest.mark.usefixtures("forked_workers")
LOADER = f"{Path(__file__).parent / 'paired_loader.py'}:load"
ENGLISH = [Cell("xnli", "en", "single-stream"), Cell("xnli", "en", "offline")]
SWAHILI = [Cell("xnli", "sw", "single-stream"), Cell("xnli", "sw", "offline")]
NEVER = 10**9


def spec(factor=1.0, above=NEVER, die_after=0):
    """A checkpoint as ``paired_loader`` reads it."""
    config = {"ns_per_token": 100_000 * factor, "above": above, "die_after": die_after}
    return CheckpointSpec("toy", "xnli", "pair", "toy", None, config, "random", 0, "nowhere")


class Quiet:
    def __init__(self):
        self.told = []
        self.left_s = []

    def pair(self, number, open_cells, total, left_s):
        self.told.append((number, open_cells, total))
        self.left_s.append(left_s)

    def measured(self):
        pass

    def takes(self, least_s):
        pass

    def waiting(self):
        pass


def examples(task, language):
    """English has up to 9 words, Swahili more."""
    longer = 0 if language == "en" else 20
    return [PairExample(str(i), "word " * (1 + longer + i % 8), "", "neutral") for i in range(24)]


def prepared(*given, texts=("a", "b"), languages=("en", "sw"), **asked):
    """A comparison of specs on the CPU."""
    arms = tuple(parse_arm(f"{text}") for text in texts)
    settings = Settings(arms=arms, **{"processes": 3, "budget_s": 0.5, "timeout_s": 60.0, **asked})
    specs = {(arm.text, "xnli"): spec for arm, spec in zip(arms, given, strict=True)}
    plan = Plan(specs, {"xnli": languages}, {}, ())
    return Prepared(settings, None, plan, Inputs(plan, examples, {}))


def measured(
    folder, *given, decide=lambda found, cells: set(), start="fresh", writer=None, **asked
):
    """Run the controller; return it, why it ended, and the rows it wrote."""
    ready = prepared(*given, **asked)
    arms = tuple(LiveArm(arm, 60.0, LOADER) for arm in ready.settings.arms)
    progress = Quiet()
    controller = PairedController(
        ready.settings,
        ready.inputs,
        arms,
        writer or PartWriter(folder, now=lambda: 0.0),
        decide,
        None,
        progress,
        shared_fork_server(arms, start),
    )
    ended = controller.run()
    assert not any(arm.alive for arm in arms), "a worker was left behind"
    tables = {name: read(folder, name).to_pylist() for name in ("visits", "samples", "predictions")}
    return controller, ended, tables, progress


@pytest.fixture(scope="module")
def slower(tmp_path_factory):
    """B takes half as long again."""
    return measured(tmp_path_factory.mktemp("slower"), spec(), spec(factor=1.5), start="forked")


def test_the_truth_is_found_in_every_pair_of_processes_and_cell(slower):
    controller, ended, _, _ = slower
    assert (ended, controller.progress.pairs, controller.record.failed) == ("decided", 3, {})
    assert sorted(controller.cells) == sorted(ENGLISH + SWAHILI)
    for cell in controller.cells:
        values = controller.record.observations["b"].values[main_quantity(cell)][cell]
        assert values == pytest.approx(dict.fromkeys(range(3), math.log(1.5)), abs=1e-6)


def test_fresh_programs_tell_the_same_truth(tmp_path):
    controller, ended, _, _ = measured(
        tmp_path,
        spec(),
        spec(factor=1.5),
        texts=("a@env.OWN=1", "b@env.OWN=1"),
        processes=1,
        languages=("en",),
    )
    assert (ended, controller.progress.pairs, controller.record.failed) == ("decided", 1, {})
    for cell in ENGLISH:
        (value,) = (
            controller.record.observations["b@env.OWN=1"].values[main_quantity(cell)][cell].values()
        )
        assert value == pytest.approx(math.log(1.5), abs=1e-6)


def test_both_arms_ran_identical_batches_in_each_turn(slower):
    turns = {}
    for row in slower[2]["samples"]:
        if row["turn"] is not None:
            cell = row["task"], row["language"], row["scenario"], row["process"]
            turns.setdefault((row["turn"], *cell), {}).setdefault(row["arm"], []).append(
                (row["unit"], row["rows"], row["padded_length"], row["tokens"])
            )
    assert len({turn for turn, *_ in turns}) == len(turns), "a turn has a number of its own"
    for arms in turns.values():
        assert set(arms) == {"a", "b"}
        assert arms["a"] == arms["b"]


def test_every_cell_has_at_least_the_least_number_of_paired_batches(slower):
    counts = {}
    for row in slower[2]["samples"]:
        if row["turn"] is not None:
            key = row["language"], row["scenario"], row["process"], row["arm"]
            counts[key] = counts.get(key, 0) + 1
    assert len(counts) == 2 * 2 * 3 * 2
    assert min(counts.values()) >= LEAST_PAIRED


def test_rows_carry_the_number_of_their_pair_of_processes_and_a_visit_of_their_own(slower):
    _, _, tables, progress = slower
    visits = tables["visits"]
    assert {row["process"] for row in visits} == {0, 1, 2}
    # The visit that opens a cell, and one in turns, of both arms.
    assert len({row["visit"] for row in visits}) == len(visits) == 3 * 4 * 2 * 2
    assert {row["status"] for row in visits} == {"ok"}
    process_of = {row["visit"]: row["process"] for row in visits}
    assert all(process_of[row["visit"]] == row["process"] for row in tables["samples"])
    in_turns = {row["visit"] for row in tables["samples"] if row["turn"] is not None}
    opening = {row["visit"] for row in tables["samples"] if row["turn"] is None}
    assert in_turns | opening == set(process_of) and not in_turns & opening
    for row in visits:
        # What only a first visit measures is null in the others: energy over the samples of
        # turns as well would be too little of it.
        assert (row["peak_rss_bytes"] is None) == (row["visit"] in in_turns)
        assert row["involuntary_switches"] is not None
    assert progress.told == [(0, 4, 4), (1, 4, 4), (2, 4, 4)]


def test_memory_is_observed_beside_the_times(slower):
    values = slower[0].record.observations["b"].values["memory"]
    assert set(values) == set(ENGLISH + SWAHILI)
    assert all(abs(v) < 0.2 for by_pair in values.values() for v in by_pair.values())


def test_predictions_and_metric_come_from_the_first_pair_alone(slower):
    controller, _, tables, _ = slower
    assert set(controller.record.measures) == {
        (a, c) for a in "ab" for c in (ENGLISH[1], SWAHILI[1])
    }
    assert len(tables["predictions"]) == 2 * 2 * 24
    first = {r["visit"] for r in tables["visits"] if r["process"] == 0}
    assert {p["visit"] for p in tables["predictions"]} <= first


def test_a_worker_that_dies_in_the_first_pass_of_a_cell_fails_that_cell_alone(tmp_path):
    controller, ended, tables, _ = measured(tmp_path, spec(), spec(above=20), processes=2)
    assert ended == "decided"
    assert set(controller.record.failed) == set(SWAHILI)
    assert all("SIGKILL" in why for why in controller.record.failed.values())
    for cell in ENGLISH:
        assert len(controller.record.observations["b"].values[main_quantity(cell)][cell]) >= 2
    assert {arm for arm, _ in controller.record.measures} == {"a", "b"}
    failed = [row for row in tables["visits"] if row["status"] == "failed"]
    assert {row["language"] for row in failed} == {"sw"}
    stored = {row["visit"] for row in tables["visits"]}
    assert {row["visit"] for row in tables["predictions"]} <= stored, "a metric without its visit"


def test_a_worker_that_dies_in_a_turn_fails_that_cell_alone(tmp_path):
    # Warm-up and visits are fewer than 30 passes, the least number of turns brings them above 60.
    dying = spec(above=20, die_after=45)
    controller, _, tables, _ = measured(tmp_path, spec(), dying, processes=2)
    assert set(controller.record.failed) <= set(SWAHILI) and controller.record.failed
    for cell in ENGLISH:
        assert len(controller.record.observations["b"].values[main_quantity(cell)][cell]) >= 2
    failed = {row["visit"] for row in tables["visits"] if row["status"] == "failed"}
    taken = {row["visit"] for row in tables["samples"] if row["turn"] is not None}
    assert failed & taken, "it died before its turns"
    turns = {}
    for row in tables["samples"]:
        if row["turn"] is not None:
            turns.setdefault(row["turn"], set()).add((row["language"], row["scenario"]))
    assert all(len(cells) == 1 for cells in turns.values()), "a turn is of one cell"


def test_arms_with_different_batches_are_compared_by_whole_passes(tmp_path):
    controller, _, tables, _ = measured(
        tmp_path,
        spec(),
        spec(factor=1.5),
        texts=("a", "b@batch-size=5"),
        languages=("en",),
        processes=1,
        scenarios=("offline",),
    )
    assert controller.record.failed == {}
    passes = {}
    for row in tables["samples"]:
        if row["turn"] is not None:
            passes.setdefault((row["turn"], row["arm"]), []).append(row["unit"])
    batches = {row["arm"]: row["n_batches"] for row in tables["visits"]}
    assert batches["a"] != batches["b@batch-size=5"]
    for (_, arm), units in passes.items():
        assert units == list(range(batches[arm])), "a turn is a whole pass"
    (value,) = (
        controller.record.observations["b@batch-size=5"].values["pass_time"][ENGLISH[1]].values()
    )
    tokens = {row["arm"]: row["padded_tokens"] for row in tables["visits"]}
    longer = tokens["b@batch-size=5"] / tokens["a"]
    assert value == pytest.approx(math.log(1.5 * longer), abs=1e-6), "padding is part of the time"


def test_of_three_arms_each_is_held_against_the_first_and_one_that_fails_is_out_alone(tmp_path):
    broken = replace(spec(), config={})
    controller, ended, tables, progress = measured(
        tmp_path,
        spec(),
        broken,
        spec(factor=1.5),
        spec(factor=0.5),
        texts=("a", "broken", "slow", "fast"),
        languages=("en",),
        processes=2,
        start="forked",
    )
    record = controller.record
    assert (ended, controller.progress.pairs, record.failed) == ("decided", 2, {})
    assert set(record.failures) == {("broken", cell) for cell in ENGLISH}
    assert record.observations["broken"].values == {}
    for arm, factor in (("slow", 1.5), ("fast", 0.5)):
        for cell in ENGLISH:
            values = record.observations[arm].values[main_quantity(cell)][cell]
            assert values == pytest.approx(dict.fromkeys(range(2), math.log(factor)), abs=1e-6)
    turns = {}
    for row in tables["samples"]:
        if row["turn"] is not None:
            turns.setdefault(row["turn"], set()).add(row["arm"])
    assert all(arms == {"a", "slow", "fast"} for arms in turns.values()), "one interleaved run"
    assert [told[0] for told in progress.told] == [0, 1]


def test_only_what_an_arm_lacks_a_verdict_in_is_measured_on(tmp_path):
    asked_of = []

    def decide(found, cells):
        asked_of.append(len(cells))
        return {ENGLISH[1]} if len(asked_of) == 2 else set()

    controller, ended, tables, _ = measured(
        tmp_path,
        spec(),
        spec(),
        spec(),
        texts=("a", "b", "c"),
        decide=decide,
        languages=("en",),
        processes=1,
        budget_s=1e6,
        start="forked",
    )
    assert (ended, controller.progress.pairs, asked_of) == ("decided", 2, [2, 2, 2, 2])
    later = [row for row in tables["visits"] if row["process"] == 1]
    assert {row["scenario"] for row in later} == {"offline"}
    assert {row["arm"] for row in later} == {"a", "b", "c"}


def test_the_least_number_of_pairs_is_run_whatever_the_budget_says(tmp_path):
    controller, ended, _, _ = measured(
        tmp_path,
        spec(),
        spec(),
        decide=lambda found, cells: set(cells),
        processes=1,
        languages=("en",),
        budget_s=0.0,
    )
    assert (ended, controller.progress.pairs) == ("budget", 1)


def test_after_that_only_cells_without_a_verdict_are_measured_on(tmp_path):
    answers = iter([{ENGLISH[1]}, set()])
    controller, ended, tables, progress = measured(
        tmp_path,
        spec(),
        spec(),
        decide=lambda found, cells: next(answers),
        processes=1,
        languages=("en",),
        budget_s=1e6,
    )
    assert (ended, controller.progress.pairs) == ("decided", 2)
    assert [n for _, n, _ in progress.told] == [2, 1]
    first_s, second_s = progress.left_s
    assert 1e6 - 1 < first_s <= 1e6 and 0 < second_s < first_s
    later = [row for row in tables["visits"] if row["process"] == 1]
    assert {row["scenario"] for row in later} == {"offline"}


class Ticking:
    """A clock that is a long time further whenever it is looked at."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += FLUSH_S
        return self.now


def test_turns_are_on_disk_long_before_their_group_is_done(tmp_path):
    """A group of many languages takes minutes: a kill may cost 15 s."""
    asked = {"languages": ("en", "sw"), "processes": 1, "start": "forked"}
    seen = []

    class Watched(PartWriter):
        def flush(self):
            super().flush()
            seen.append(len(read(tmp_path / "often", "samples")))

    often, ended, tables, _ = measured(
        tmp_path / "often",
        spec(),
        spec(factor=1.5),
        writer=Watched(tmp_path / "often", now=Ticking()),
        **asked,
    )
    assert ended == "decided"
    visits = {row["visit"]: row for row in tables["visits"]}
    turns = {row["turn"] for row in tables["samples"]} - {None}
    assert len(visits) == len(tables["visits"]) == 2 * (4 + len(turns)), "a flush after each turn"
    assert len(set(seen)) >= 4 + len(turns)
    for cell in often.cells:
        values = often.record.observations["b"].values[main_quantity(cell)][cell]
        assert values == pytest.approx({0: math.log(1.5)}, abs=1e-6)
    units = {}
    for row in tables["samples"]:
        units[row["visit"]] = units.get(row["visit"], 0) + 1
        visit = visits[row["visit"]]
        assert all(row[name] == visit[name] for name in ("arm", "language", "scenario", "process"))
    assert units.keys() == visits.keys(), "a visit without samples, or samples without a visit"
    turns = {}
    for row in tables["samples"]:
        turns.setdefault(row["turn"], set()).add(row["arm"])
    assert all(arms == {"a", "b"} for arms in turns.values())


@pytest.mark.parametrize("at", [3, 5])
def test_an_interrupt_while_rows_are_handed_on_loses_none_of_them(tmp_path, at):
    """The first interrupt may come just as what a group brought is handed on, cell after cell."""

    class Interrupted(PartWriter):
        calls = 0

        def add(self, *rows, **named):
            self.calls += 1
            if self.calls == at:
                os.kill(os.getpid(), signal.SIGTERM)
            super().add(*rows, **named)

    writer = Interrupted(tmp_path)
    with heard_once(), pytest.raises(KeyboardInterrupt):
        measured(
            tmp_path,
            spec(),
            spec(),
            writer=writer,
            languages=("en",),
            processes=9,
            start="forked",
        )
    visits = [row["visit"] for row in read(tmp_path, "visits").to_pylist()]
    samples = set(read(tmp_path, "samples").column("visit").to_pylist())
    assert sorted(set(visits)) == sorted(visits) == sorted(samples)
    # Two cells of two arms: four visits that open, then four in turns, handed on together.
    assert len(visits) == {3: 3, 5: 8}[at]


def test_a_checkpoint_that_does_not_load_fails_all_cells_with_the_reason(tmp_path):
    broken = replace(spec(), config={})
    controller, ended, _, _ = measured(tmp_path, spec(), broken, processes=1)
    assert ended == "decided"
    assert set(controller.record.failed) == set(controller.cells)
    assert all("above" in why for why in controller.record.failed.values())


def test_a_comparison_leaves_a_complete_result_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LiveArm", functools.partial(LiveArm, loader=LOADER))

    def manifest(ready, cells, kind):
        data = UsedData("folder", "data")
        return Manifest("r", "0.1.0", ready.settings, "m", data, tuple(cells), kind=kind)

    monkeypatch.setattr(module, "new_manifest", manifest)
    monkeypatch.setattr(
        module,
        "ended",
        lambda manifest, ready, status, workers: replace(
            manifest,
            status=status,
            segments=(replace(manifest.segments[-1], workers=workers),),
        ),
    )
    folder = tmp_path / "out"
    found = module.compare(
        prepared(spec(), spec(), languages=("en",), processes=1),
        folder,
        "xlbench compare a b",
        lambda seen, cells: set(),
        (max(os.sched_getaffinity(0)),),
        Quiet(),
        lambda text: None,
    )
    assert (found.ended_by, found.pairs, found.record.failed) == ("decided", 1, {})
    flags = {cell: set() for cell in ENGLISH}
    for row in pq.read_table(folder / "cells.parquet").to_pylist():
        flags[Cell(row["task"], row["language"], row["scenario"])] |= set(row["flags"])
    # Which cells are flagged is the machine's doing; table and record must agree on it.
    assert found.flags("a", "b") == {cell: sorted(own) for cell, own in flags.items()}
    told = json.loads((folder / "run.json").read_text())
    assert (told["kind"], told["status"]) == ("compare", "finished")
    (segment,) = told["segments"]
    assert set(segment["workers"]) == {"a", "b"} and segment["ended_by"] == "decided"
    assert (segment["workers_start"], segment["fork_servers"]) == ("forked", 1)
    assert segment["pinned_to"] == [max(os.sched_getaffinity(0))]
    assert (folder / "cells.parquet").exists()
