"""The folder of a run over many machines: whole units, none twice, whatever is lost."""

from dataclasses import replace

import pytest

from xlbench.api.measuring import settings_of
from xlbench.cell import ArmCell
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.errors import UserError
from xlbench.interrupts import Interrupted
from xlbench.placing.brought import Brought, Failure
from xlbench.placing.dispatch import Places
from xlbench.placing.execute import Unwatched, execute
from xlbench.results.manifest import PlacedUnit, read_manifest
from xlbench.results.parts import PartWriter, read
from xlbench.results.result import read_result
from xlbench.run.prepare import prepare

ARMS = ("base@device=cpu", "stilts@device=cpu")


@pytest.fixture(scope="module")
def prepared():
    settings = settings_of(ARMS, None, tasks=("xnli", "panx"), languages=("en", "sw"))
    settings = replace(settings, engine="ray")
    return prepare(settings, load_catalogue(None), lambda _: None)


def measured(unit, folder, node, processes=2):
    """What a machine brings for a unit: two visits to each cell, in processes of its own."""
    writer = PartWriter(folder, "elsewhere")
    visit = 0
    for process in range(processes):
        for cell in unit.cells:
            common = {**cell._asdict(), "visit": visit, "process": process}
            row = {**common, "status": "ok", "flags": [], "device": "cpu", "n_batches": 1}
            sample = {**common, "unit": 0, "latency_ns": 1000}
            told = {"arm": cell.arm, "task": cell.task, "language": cell.language, "visit": visit}
            predictions = [{**told, "id": "0", "prediction": "x"}] * (cell.scenario == "offline")
            writer.add([row], [sample], predictions)
            visit += 1
    writer.flush()
    placed = PlacedUnit(unit.name, node, "host", f"machine of {node}", "cpu", (0,), "now")
    tables = (read(folder, name) for name in ("visits", "samples"))
    predictions = (read(folder, "predictions"),)
    return Brought(placed, *tables, predictions, dict.fromkeys(unit.cells, "precision"))


class Cluster:
    """Machines that bring what they are told to, and are lost when they are told to be."""

    def __init__(self, folder, lost=(), interrupted_after=None):
        self.folder, self.lost, self.begun = folder, lost, []
        self.interrupted_after = interrupted_after

    def places(self):
        return Places(3, 2)

    def begin(self, unit):
        self.begun.append(unit)
        return len(self.begun) - 1

    def ended(self, handles, timeout_s):
        if self.interrupted_after is not None and handles[0] >= self.interrupted_after:
            raise KeyboardInterrupt
        unit = self.begun[handles[0]]
        if unit.name in self.lost:
            return [(handles[0], Failure("its machine was lost 5 times"))]
        folder = self.folder / str(len(list(self.folder.iterdir())))
        return [(handles[0], measured(unit, folder, f"node{handles[0] % 3}"))]

    def cancel(self, handles):
        self.cancelled = list(handles)


@pytest.fixture
def run(prepared, tmp_path):
    (tmp_path / "machines").mkdir()

    def run(resume=False, **how):
        cluster = Cluster(tmp_path / "machines", **how)
        out = tmp_path / "out"
        return execute(prepared, out, "test", lambda _: cluster, Unwatched(), resume), cluster

    run.out = tmp_path / "out"
    return run


def visited(folder):
    rows = read(folder, "visits").to_pylist()
    return [(ArmCell(*(r[n] for n in ArmCell._fields)), r["status"]) for r in rows]


def test_all_cells_are_there_each_from_one_machine(run, prepared):
    result, cluster = run()
    assert len(cluster.begun) == 4 and all(row["status"] == "ok" for row in result.cells)
    assert [row["n_visits"] for row in result.cells] == [2] * 16
    for row in result.cells:
        assert row["machine"] == f"machine of {row['node']}"
        assert row["unit"] == f"{row['arm']} {row['task']}"
        assert (row["device"], row["stopped_by"]) == ("cpu", "precision")
    assert len({(row["unit"], row["node"]) for row in result.cells}) == 4
    manifest = read_manifest(run.out)
    assert manifest.status == "finished" and len(manifest.segments[-1].units) == 4


def test_visits_and_processes_of_units_have_numbers_of_their_own(run):
    run()
    visits = read(run.out, "visits").to_pylist()
    assert sorted(v["visit"] for v in visits) == list(range(32))
    units = {}
    for v in visits:
        units.setdefault(v["process"], set()).add(v["unit"])
    assert len(units) == 8 and all(len(own) == 1 for own in units.values())
    samples = read(run.out, "samples").to_pylist()
    of_visit = {v["visit"]: v for v in visits}
    assert all(
        s["language"] == of_visit[s["visit"]]["language"]
        and s["process"] == of_visit[s["visit"]]["process"]
        for s in samples
    )
    run_ids = {
        r["run_id"]
        for t in ("visits", "samples", "predictions")
        for r in read(run.out, t).to_pylist()
    }
    assert run_ids == {read_manifest(run.out).run_id}


def test_a_unit_that_fails_fails_its_cells_alone_and_is_measured_when_the_run_goes_on(run):
    lost = f"{ARMS[1]} panx"
    result, _ = run(lost={lost})
    failed = [row for row in result.cells if row["status"] == "failed"]
    assert {(row["arm"], row["task"]) for row in failed} == {(ARMS[1], "panx")}
    assert all("lost 5 times" in row["error"] for row in failed)
    again, cluster = run(resume=True)
    assert [unit.name for unit in cluster.begun] == [lost]
    assert all(row["status"] == "ok" for row in again.cells)
    good = [cell for cell, status in visited(run.out) if status == "ok"]
    assert len(good) == 32 and all(good.count(cell) == 2 for cell in good)
    assert {row["stopped_by"] for row in again.cells} == {"precision"}


def test_an_interrupt_keeps_the_units_that_arrived_and_nothing_of_the_others(run):
    with pytest.raises(Interrupted, match=r"8 of 16 cells .* run --resume --out"):
        run(interrupted_after=2)
    rows = read_result(run.out).cells
    by_unit = {}
    for row in rows:
        by_unit.setdefault((row["arm"], row["task"]), set()).add(row["status"])
    assert sorted(map(tuple, by_unit.values())) == [("ok",)] * 2 + [("pending",)] * 2
    result, cluster = run(resume=True)
    assert len(cluster.begun) == 2 and all(row["n_visits"] == 2 for row in result.cells)


def test_a_driver_that_is_killed_while_it_writes_a_unit_leaves_no_half_of_it(run, monkeypatch):
    class Killed(BaseException):
        pass

    writes = []
    write = PartWriter._write

    def killed(self, table, *more, **named):
        if self._folder == run.out:
            writes.append(table)
            if len(writes) > 5:
                raise Killed
        write(self, table, *more, **named)

    monkeypatch.setattr(PartWriter, "_write", killed)
    with pytest.raises(Killed):
        run()
    monkeypatch.undo()
    assert writes[-3:] == ["predictions", "samples", "visits"], "killed before its visits"
    result, cluster = run(resume=True)
    assert len(cluster.begun) == 3 and [row["n_visits"] for row in result.cells] == [2] * 16
    assert len(read(run.out, "predictions")) == 16 and len(read(run.out, "samples")) == 32


def test_a_new_run_does_not_begin_in_the_folder_of_another(run):
    run()
    with pytest.raises(UserError, match="not empty"):
        run()
