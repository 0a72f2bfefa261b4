import pytest

from xlbench.doctor.company import busy_ticks, load, other_work, preemption, steal
from xlbench.probes.noise import Noise

SECOND = 10**9


def noise(**counted):
    quiet = {
        "steal_ns": 0,
        "run_delay_ns": 0,
        "quota_ns": 0,
        "involuntary_switches": 0,
        "major_faults": 0,
    }
    return Noise(**(quiet | counted))


@pytest.mark.parametrize(
    ("average", "cpus", "status"), [(0.3, 2, "ok"), (1.0, 2, "warn"), (1.9, 2, "bad")]
)
def test_load_counts_against_the_allowed_processors(machine, average, cpus, status):
    system = machine({"proc/loadavg": f"{average} 0 0 1/98 5"})
    assert load(system, list(range(cpus))).status == status


def test_load_that_other_processors_can_carry_is_a_warning_only(machine):
    lines = "\n".join(f"cpu{i} 1 1 1 1 1 1 1 1 0 0" for i in range(64))
    system = machine({"proc/loadavg": "20 20 20 1/1 1", "proc/stat": lines})
    assert load(system, [0, 1, 2, 3]).status == "warn"


def test_the_busiest_allowed_processor_is_named_and_the_idle_ones_advised():
    before = {0: (0, 0), 1: (0, 0), 2: (0, 0)}
    after = {0: (1, 100), 1: (60, 100), 2: (99, 100)}
    found = other_work(before, after, [0, 1])
    assert found.status == "bad" and "processor 1 is 60%" in found.found
    assert found.advice.endswith("--cpus 0")
    assert other_work(before, after, [0]).status == "ok"
    assert other_work({}, {}, [0]).status == "unknown"


def test_guest_time_is_not_counted_twice(machine):
    system = machine({"proc/stat": "cpu 1 1\ncpu0 10 1 2 50 5 1 1 3 10 1\nintr 5"})
    assert busy_ticks(system) == {0: (18, 73)}


@pytest.mark.parametrize(
    ("share", "status"), [(0.0, "ok"), (0.01, "ok"), (0.03, "warn"), (0.2, "bad")]
)
def test_time_that_is_taken_away_is_judged_by_its_share(share, status):
    lost = int(share * SECOND)
    assert steal(noise(steal_ns=lost), SECOND).status == status
    assert preemption(noise(run_delay_ns=lost), SECOND).status == status


def test_what_is_not_told_is_unknown_and_switches_speak_for_waiting():
    assert steal(noise(steal_ns=None), SECOND).status == "unknown"
    told = preemption(noise(run_delay_ns=None, involuntary_switches=500), SECOND)
    assert told.status == "warn" and "500 forced switches" in told.found
