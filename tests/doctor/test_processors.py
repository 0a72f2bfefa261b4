import pytest

from xlbench.doctor.processors import as_cpus, clocksource, governor, siblings, turbo

CPU = "sys/devices/system/cpu"


def governors(*names):
    return {f"{CPU}/cpu{i}/cpufreq/scaling_governor": name for i, name in enumerate(names)}


def test_a_governor_that_follows_the_load_is_a_warning_with_the_command_to_change_it(machine):
    found = governor(machine(governors("performance", "powersave")), [0, 1])
    assert found.status == "warn" and "performance" in found.advice
    assert governor(machine(governors("performance", "powersave")), [0]).status == "ok"


def test_turbo_is_read_from_either_driver(machine):
    assert turbo(machine()).status == "unknown"
    assert turbo(machine({f"{CPU}/cpufreq/boost": 1})).status == "warn"
    assert turbo(machine({f"{CPU}/cpufreq/boost": 0})).status == "ok"
    assert turbo(machine({f"{CPU}/intel_pstate/no_turbo": 0})).status == "warn"
    assert turbo(machine({f"{CPU}/intel_pstate/no_turbo": 1})).status == "ok"


def threads(*lists):
    return {f"{CPU}/cpu{i}/topology/thread_siblings_list": text for i, text in enumerate(lists)}


def test_two_threads_of_a_core_are_named_with_one_thread_of_each_core(machine):
    system = machine(threads("0,2", "1,3", "0,2", "1,3"))
    found = siblings(system, [0, 1, 2, 3])
    assert found.status == "warn" and found.advice.endswith("--cpus 0,1")
    alone = siblings(system, [1, 2])
    assert alone.status == "ok" and "others" in alone.found


def test_a_slow_clock_is_a_warning(machine):
    place = "sys/devices/system/clocksource/clocksource0/current_clocksource"
    assert clocksource(machine({place: "hpet"})).status == "warn"
    assert clocksource(machine({place: "kvm-clock"})).status == "ok"


@pytest.mark.parametrize(
    ("text", "cpus"), [("0-2,8", {0, 1, 2, 8}), ("4", {4}), ("", set()), ("a-b", set())]
)
def test_lists_of_processors_are_read(text, cpus):
    assert as_cpus(text) == cpus


def test_an_empty_machine_is_unknown_and_never_a_traceback(machine):
    system = machine()
    found = [governor(system, [0]), turbo(system), siblings(system, [0]), clocksource(system)]
    assert {finding.status for finding in found} == {"unknown"}
