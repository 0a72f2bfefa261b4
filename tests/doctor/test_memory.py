import pytest

from xlbench.doctor.memory import free_memory, high_water_mark, huge_pages, swap
from xlbench.probes.cgroup import Limits

GIB = 2**30
MEMORY = "proc/meminfo"


@pytest.mark.parametrize(("gib", "status"), [(8, "ok"), (2, "warn"), (0.5, "bad")])
def test_free_memory_is_judged_by_what_a_model_needs(machine, gib, status):
    system = machine({MEMORY: f"MemTotal: 9 kB\nMemAvailable: {int(gib * 2**20)} kB"})
    assert free_memory(system, Limits()).status == status


def test_the_containers_limit_counts_where_it_is_tighter(machine):
    system = machine({MEMORY: f"MemAvailable: {64 * 2**20} kB"})
    found = free_memory(system, Limits(memory_bytes=3 * GIB, memory_used_bytes=GIB))
    assert found.facts["free_bytes"] == 2 * GIB and "container" in found.found


def test_swap_in_use_is_a_warning_and_swap_that_is_not_used_is_none(machine):
    text = "SwapTotal: 1000000 kB\nSwapFree: {} kB"
    used = swap(machine({MEMORY: text.format(500000), "proc/sys/vm/swappiness": 60}))
    assert used.status == "warn" and used.facts["swappiness"] == 60
    assert swap(machine({MEMORY: text.format(1000000)})).status == "ok"
    assert swap(machine({MEMORY: "SwapTotal: 0 kB"})).found == "none"


def test_huge_pages_for_everything_are_a_warning(machine):
    place = "sys/kernel/mm/transparent_hugepage/enabled"
    assert huge_pages(machine({place: "[always] madvise never"})).status == "warn"
    assert huge_pages(machine({place: "always [madvise] never"})).status == "ok"


def test_a_mark_that_cannot_be_set_back_is_a_warning(machine):
    system = machine({"proc/self/status": "VmHWM: 1 kB"})
    place = system.root / "proc/self/clear_refs"
    place.mkdir()
    assert high_water_mark(system).status == "warn"
    place.rmdir()
    assert high_water_mark(system).status == "ok"
    assert place.read_text() == "5"


def test_an_empty_machine_is_unknown_and_never_a_traceback(machine):
    system = machine()
    found = [free_memory(system, Limits()), swap(system), huge_pages(system)]
    found.append(high_water_mark(system))
    assert {finding.status for finding in found} == {"unknown"}
