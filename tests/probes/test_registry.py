import os
from typing import ClassVar

import pytest

from xlbench.probes import energy, registry
from xlbench.probes.nvml import Nvml
from xlbench.probes.probe import Column, Readings, Surroundings
from xlbench.probes.registry import COLUMNS, IN_TURNS, PROBES, Around, added, check_names
from xlbench.results.schema import table_schema


class Told:
    """A probe that tells what it is told, and when."""

    calls: ClassVar = []
    columns: ClassVar = (Column("a_ns", "int", "a"),)
    values: ClassVar = {"a_ns": 5}

    @classmethod
    def of(cls, surroundings):
        return cls() if surroundings.device == "cpu" else None

    def start(self):
        self.calls.append(("start", type(self).__name__))

    def stop(self):
        self.calls.append(("stop", type(self).__name__))
        return Readings(self.values, ("seen",))


class Other(Told):
    columns: ClassVar = (Column("b_ns", "int", "b"),)
    values: ClassVar = {"b_ns": 6}


def test_probes_nest_and_what_they_tell_is_put_together():
    Told.calls.clear()
    around = Around((Told, Other), Surroundings())
    around.start()
    assert around.stop() == Readings({"a_ns": 5, "b_ns": 6}, ("seen", "seen"))
    assert Told.calls == [
        ("start", "Told"),
        ("start", "Other"),
        ("stop", "Other"),
        ("stop", "Told"),
    ]


def test_a_probe_with_nothing_to_read_leaves_its_columns_empty():
    around = Around((Told,), Surroundings("cuda:0"))
    around.start()
    assert around.stop() == Readings({"a_ns": None})


@pytest.mark.parametrize(
    ("values", "why"), [({}, "'a_ns' is missing"), ({"a_ns": 1, "c": 2}, "'c' is unknown")]
)
def test_a_probe_must_tell_of_its_columns_and_of_no_other(values, why, monkeypatch):
    monkeypatch.setattr(Told, "values", values)
    around = Around((Told,), Surroundings())
    around.start()
    with pytest.raises(ValueError, match=f"Told: {why}"):
        around.stop()


def test_the_probes_of_this_machine_tell_of_every_column_of_the_tables():
    around = Around(PROBES, Surroundings())
    around.start()
    told = around.stop()
    check_names(told.values, COLUMNS, "all")
    assert told.values["peak_rss_bytes"] >= told.values["rss_before_bytes"] > 0
    assert told.values["energy_mj"] is None, "there is no GPU here"
    for column in COLUMNS:
        field = table_schema("visits").field(column.name)
        assert field.metadata[b"description"].decode() == column.description
        if column.in_cells is not None:
            field = table_schema("cells").field(column.name)
            assert field.metadata[b"description"].decode() == column.in_cells.description
    assert {c.in_cells.highest for c in COLUMNS if c.in_cells} <= {c.name for c in COLUMNS}


def test_counters_of_turns_add_up_and_unknown_stays_unknown():
    one = {"steal_ns": 1, "run_delay_ns": None, "throttle": ("power-cap",), "quota_ns": 4}
    more = {"steal_ns": 2, "run_delay_ns": 5, "throttle": ("hw-thermal", "power-cap")}
    assert added(one, {**more, "quota_ns": None}) == {
        "steal_ns": 3,
        "run_delay_ns": None,
        "throttle": ("power-cap", "hw-thermal"),
        "quota_ns": None,
    }
    with pytest.raises(TypeError, match="don't add up"):
        added({"name": "x"}, {"name": "y"})


def test_what_is_read_around_turns_adds_up():
    assert all(c.kind in ("int", "float", "texts") for c in registry.columns_of(IN_TURNS))


@pytest.fixture
def long_enough(monkeypatch):
    """Every stretch is long enough for the counter of energy."""
    monkeypatch.setattr(energy, "LEAST_STEPS", 0)


class Board:
    """An NVML whose energy counter is put forward by hand."""

    class NVMLError(Exception):
        pass

    energy, clock = 5000, 1500

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        return self.energy

    def nvmlDeviceGetClockInfo(self, handle, kind):
        return self.clock

    def nvmlDeviceGetComputeRunningProcesses(self, handle):
        return [type("P", (), {"pid": os.getpid(), "usedGpuMemory": 77})]


def test_the_gpu_is_read_around_the_work(long_enough):
    board = Board()
    around = Around(PROBES, Surroundings(nvml=Nvml(board, None), pid=os.getpid()))
    around.start()
    with around.timed():
        board.energy, board.clock = 5250, 1200
    board.clock = 345
    told = around.stop().values
    assert (told["energy_mj"], told["gpu_mhz"], told["peak_vram_process_bytes"]) == (250, 1200, 77)


def test_energy_that_the_board_does_not_tell_is_null():
    around = Around(
        PROBES, Surroundings(nvml=Nvml(type("Bare", (Board,), {"energy": None})(), None))
    )
    around.start()
    with around.timed():
        pass
    assert around.stop().values["energy_mj"] is None


@pytest.mark.parametrize("after", [5000, 40])
def test_energy_is_null_where_the_counter_did_not_move_or_began_anew(long_enough, after):
    board = Board()
    around = Around(PROBES, Surroundings(nvml=Nvml(board, None)))
    around.start()
    with around.timed():
        board.energy = after
    assert around.stop().values["energy_mj"] is None


def test_energy_is_that_of_the_timed_batches_without_what_lies_between(long_enough):
    board = Board()
    around = Around(PROBES, Surroundings(nvml=Nvml(board, None)))
    around.start()
    board.energy += 10_000  # warm-up
    for used in (300, 50):
        with around.timed():
            board.energy += used
        board.energy += 7_000  # decoding
    assert around.stop().values["energy_mj"] == 350
    around.start()
    with around.timed():
        board.energy += 20
    assert around.stop().values["energy_mj"] == 20, "each visit has its own"


@pytest.mark.parametrize(
    ("stretches", "known"), [([600], True), ([400], False), ([600, 300], False)]
)
def test_energy_of_work_that_is_short_for_the_counters_steps_is_null(stretches, known):
    board, now = Board(), [0]
    probe = energy.Energy(Nvml(board, None), lambda: now[0])
    probe.start()
    for ms in stretches:
        probe.begin()
        now[0] += ms * 1_000_000
        board.energy += 100
        probe.end()
    assert (probe.stop().values["energy_mj"] is not None) == known
