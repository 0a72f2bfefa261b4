import pytest

from xlbench.doctor import disk as disk_module
from xlbench.doctor.container import quota
from xlbench.doctor.disk import disk
from xlbench.doctor.randomness import layout
from xlbench.doctor.variables import slow_switches, threads
from xlbench.probes.cgroup import Limits


@pytest.mark.parametrize(
    ("variables", "status"),
    [
        ({}, "ok"),
        ({"OMP_NUM_THREADS": "4"}, "ok"),
        ({"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "16"}, "bad"),
        ({"OMP_NUM_THREADS": "1"}, "warn"),
        ({"OMP_NUM_THREADS": "many"}, "warn"),
        ({"OMP_NUM_THREADS": ""}, "ok"),
    ],
)
def test_threads_are_judged_against_the_allowed_processors(variables, status):
    assert threads(variables, [0, 1, 2, 3]).status == status


def test_a_debugging_switch_is_bad_and_named():
    found = slow_switches({"CUDA_LAUNCH_BLOCKING": "1", "PYTHONDEVMODE": "0"})
    assert found.status == "bad" and found.advice == "unset CUDA_LAUNCH_BLOCKING"
    assert slow_switches({"PYTHONMALLOC": "pymalloc"}).status == "ok"


@pytest.mark.parametrize(
    ("limits", "status"),
    [(Limits(), "ok"), (Limits(2.0), "ok"), (Limits(1.5, 7), "bad"), (Limits(0.2), "bad")],
)
def test_a_quota_below_the_allowed_processors_is_bad(limits, status):
    found = quota(limits, [3, 5])
    assert found.status == status
    if status == "bad":
        assert found.advice.endswith("--cpus 3")


def test_randomness_is_noted_and_fixing_it_is_a_warning(machine):
    place = "proc/sys/kernel/randomize_va_space"
    assert layout(machine({place: 2}), {}).status == "ok"
    assert layout(machine({place: 2}), {"PYTHONHASHSEED": "0"}).status == "warn"
    assert layout(machine({place: 0}), {}).status == "warn"


def test_an_unknown_layout_is_unknown(machine):
    assert layout(machine(), {}).status == "unknown"


def test_a_folder_that_does_not_exist_yet_is_judged_by_what_does(tmp_path, monkeypatch):
    class Usage:
        free = 10 * 2**20

    asked = []
    monkeypatch.setattr(
        disk_module.shutil, "disk_usage", lambda place: asked.append(place) or Usage
    )
    assert disk(tmp_path / "a" / "b").status == "bad"
    assert asked == [tmp_path]
