"""GPUs through the real ``pynvml``, on a library that answers as the driver's does."""

import pytest
from nvml_stub import Device, Library, installed

from xlbench.probes import energy
from xlbench.probes.environment import host, machine_fingerprint
from xlbench.probes.noise import NoiseMeter
from xlbench.probes.nvml import all_gpus, open_nvml
from xlbench.probes.probe import Surroundings
from xlbench.probes.registry import PROBES, Around

BARE = "00112233-4455-6677-8899-aabbccddeeff"
WHOLE, PART = f"GPU-{BARE}", f"MIG-{BARE}"


@pytest.fixture
def library(monkeypatch):
    return lambda *boards, **more: installed(monkeypatch, Library(*boards, **more))


def test_without_a_driver_there_is_no_gpu_and_no_error(library):
    library(Device(), has_driver=False)
    assert all_gpus() == [] and open_nvml(BARE) is None


def test_a_board_that_is_lost_does_not_take_the_others_with_it(library):
    library(Device("GPU-1", "NVIDIA H100", lost=True), Device("GPU-2", "NVIDIA H200"))
    assert [board.name() for board in all_gpus()] == ["NVIDIA H200"]


def test_the_names_of_all_gpus_tell_machines_apart(library):
    prints = []
    for names in (["NVIDIA H100", "NVIDIA H200"], ["NVIDIA H200"], ["NVIDIA H100"]):
        library(*(Device(f"GPU-{name}", name) for name in names))
        facts = host()
        assert facts["gpu_names"] == sorted(names)
        prints.append(machine_fingerprint(facts))
    assert len(set(prints)) == 3


@pytest.mark.parametrize("uuid", [BARE, WHOLE])
def test_a_board_opens_by_the_identity_that_torch_tells(library, uuid):
    library(Device("GPU-other"), Device(WHOLE, "NVIDIA H200"))
    board = open_nvml(uuid)
    assert (board.uuid(), board.name()) == (WHOLE, "NVIDIA H200")
    assert open_nvml("ffffffff-4455-6677-8899-aabbccddeeff") is None


@pytest.mark.parametrize("opens", [True, False], ids=["opens", "does-not-open"])
@pytest.mark.parametrize("uuid", [BARE, PART])
def test_a_part_of_a_board_is_found_even_where_its_uuid_does_not_open(library, uuid, opens):
    parts = [
        Device("MIG-other", processes={1: 10}),
        Device(PART, "H100 MIG 1g", processes={7: 500}, opens=opens),
    ]
    library(Device("GPU-2"), Device("GPU-1", parts=parts))
    part = open_nvml(uuid)
    assert (part.uuid(), part.name(), part.pids()) == (PART, "H100 MIG 1g", {7})
    assert part.process_bytes(7) == 500


@pytest.mark.parametrize("opens", [True, False], ids=["opens", "does-not-open"])
def test_a_part_has_the_clocks_of_its_board_but_not_its_energy(library, opens):
    whole = Device(
        "GPU-1",
        parts=[Device(PART, energy_mj=77, opens=opens)],
        energy_mj=9000,
        sm_mhz=1410,
        reasons=0x40,
        violations={1: 5},
    )
    library(whole)
    part = open_nvml(BARE)
    assert (part.sm_clock_mhz(), part.throttled()) == (1410, ("hw-thermal",))
    assert part.throttled_ns() == {"thermal": 5}
    assert part.energy_mj() is None, "that of the others on the board is in it"
    assert part.describe()["mig_mode"] == [1, 1]


def test_what_a_divided_board_does_is_not_taken_for_what_one_of_its_parts_does(library):
    """Some drivers call a part by the identity of its board."""
    parts = [Device("MIG-1", processes={7: 500})]
    library(Device(WHOLE, parts=parts, processes={7: 500, 8: 900}))
    assert open_nvml(BARE).pids() == {7}
    parts.append(Device("MIG-2", processes={8: 900}))
    assert open_nvml(BARE) is None, "which of the two it is nobody tells"


def test_processes_that_the_driver_hides_the_memory_of_are_there_without_it(library):
    library(Device(WHOLE, processes={7: 500, 8: None}))
    board = open_nvml(BARE)
    assert (board.pids(), board.process_bytes(7), board.process_bytes(8)) == ({7, 8}, 500, None)
    library(Device(WHOLE, lacks=("nvmlDeviceGetComputeRunningProcesses",)))
    assert open_nvml(BARE).pids() is None


def test_clocks_that_were_down_meanwhile_are_told_though_the_board_is_idle_at_both_ends(library):
    board = Device(WHOLE, reasons=0x1, violations={0: 100, 1: 50})
    library(board)
    now = iter([0, 1_000_000_000])
    meter = NoiseMeter(open_nvml(BARE), now_ns=now.__next__)
    before = meter.read()
    board.violations = {0: 900_000_100, 1: 50 + 9_000_000}
    assert meter.since(before).throttle == ("power-cap",), "9 ms of a second are no disturbance"


def test_a_board_that_counts_no_violations_is_asked_for_the_reasons_of_the_moment(library):
    board = Device(WHOLE, reasons=0x20)
    library(board)
    meter = NoiseMeter(open_nvml(BARE))
    before = meter.read()
    board.reasons = 0x1
    assert meter.since(before).throttle == ("sw-thermal",)


def _energy(board, used_mj, ms):
    now = [0]
    probe = energy.Energy(open_nvml(BARE), lambda: now[0])
    probe.start()
    probe.begin()
    now[0] += ms * 1_000_000
    board.energy_mj += used_mj
    probe.end()
    return probe.stop().values["energy_mj"]


def test_energy_of_a_visit_that_the_counter_is_too_slow_for_is_null_and_never_0(library):
    board = Device(WHOLE, energy_mj=5000)
    library(board)
    assert _energy(board, 0, 50) is None, "the counter did not move"
    assert _energy(board, 0, 2000) is None, "nor in a long one: it stands still"
    assert _energy(board, 700, 50) is None, "a step of it is no figure of 50 ms"
    assert _energy(board, 700, 2000) == 700
    board.lacks = ("nvmlDeviceGetTotalEnergyConsumption",)
    assert _energy(board, 700, 2000) is None, "the board has no such counter"


def test_a_visit_reads_its_board_through_the_library(library):
    board = Device(WHOLE, processes={4242: 600, 9: 1}, sm_mhz=1800)
    library(board)
    around = Around(PROBES, Surroundings(nvml=open_nvml(BARE), pid=4242))
    around.start()
    with around.timed():
        board.sm_mhz = 1500
    told = around.stop().values
    assert (told["gpu_mhz"], told["peak_vram_process_bytes"]) == (1500, 600)
    assert (told["energy_mj"], told["throttle"]) == (None, ())
