import hashlib
import os
import threading
from pathlib import Path

import pytest

from xlbench.probes import noise
from xlbench.probes.cgroup import Limits, limits
from xlbench.probes.frequency import cpu_mhz
from xlbench.probes.noise import NoiseMeter
from xlbench.probes.system import System


def tree(root, files):
    """A copy of ``/proc`` and ``/sys`` with these files, for a process on one processor."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{text}\n")
    return System(root)


@pytest.fixture
def first_cpu(monkeypatch):
    monkeypatch.setattr(noise, "allowed_cpus", lambda: [1])


def stat(*steal):
    lines = [f"cpu  0 0 0 0 0 0 0 {sum(steal)} 0 0"]
    return "\n".join(lines + [f"cpu{i} 0 0 0 0 0 0 0 {s} 0 0" for i, s in enumerate(steal)])


def test_steal_is_that_of_the_allowed_processors_alone(tmp_path, first_cpu):
    system = tree(tmp_path, {"proc/stat": stat(500, 7)})
    meter = NoiseMeter(system=system)
    before = meter.read()
    tree(tmp_path, {"proc/stat": stat(900, 10)})
    assert meter.since(before).steal_ns == 3 * noise._TICK_NS


def test_waiting_for_a_processor_is_summed_over_threads(tmp_path):
    system = tree(tmp_path, {"proc/self/task/1/schedstat": "5 100 2"})
    meter = NoiseMeter(system=system)
    before = meter.read()
    tree(tmp_path, {"proc/self/task/1/schedstat": "9 150 2"})
    tree(tmp_path, {"proc/self/task/2/schedstat": "9 30 1"})
    assert meter.since(before).run_delay_ns == 80


def test_threads_that_take_no_part_are_left_out_from_when_they_are_known(tmp_path):
    system = tree(tmp_path, {"proc/self/task/1/schedstat": "5 100 2"})
    known = set()
    meter = NoiseMeter(system=system, bystanders=lambda: known)
    before = meter.read()
    tree(tmp_path, {"proc/self/task/1/schedstat": "9 103 2"})
    tree(tmp_path, {"proc/self/task/2/schedstat": "9 5000 1"})
    known.add(2)
    assert meter.since(before).run_delay_ns == 3


def test_what_the_system_does_not_tell_is_none_and_not_zero(tmp_path):
    meter = NoiseMeter(system=System(tmp_path))
    added = meter.since(meter.read())
    assert (added.steal_ns, added.run_delay_ns, added.quota_ns) == (None, None, None)


def test_a_quota_that_stopped_the_group_is_counted(tmp_path):
    group = "sys/fs/cgroup/box"
    system = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/box",
            f"{group}/cpu.stat": "nr_throttled 1\nthrottled_usec 5",
        },
    )
    meter = NoiseMeter(system=system)
    before = meter.read()
    tree(tmp_path, {f"{group}/cpu.stat": "nr_throttled 3\nthrottled_usec 25"})
    assert meter.since(before).quota_ns == 20_000


def test_throttling_at_either_end_is_kept(tmp_path):
    class Board:
        told = iter([("power-cap",), ("hw-thermal",)])

        def throttled(self):
            return next(self.told)

        def throttled_ns(self):
            return {}

    meter = NoiseMeter(Board(), System(tmp_path))
    assert meter.since(meter.read()).throttle == ("power-cap", "hw-thermal")


def test_throttling_is_counted_where_the_board_counts_it_however_idle_it_is_at_the_ends(tmp_path):
    class Board:
        told = iter(
            [
                {"power-cap": 5_000, "thermal": 70, "reliability": 0},
                {"power-cap": 5_000 + 11_000_000, "thermal": 70 + 9_000_000, "reliability": 0},
            ]
        )

        def throttled(self):
            return ()

        def throttled_ns(self):
            return next(self.told)

    times = iter([0, 1_000_000_000])
    meter = NoiseMeter(Board(), System(tmp_path), lambda: next(times))
    assert meter.since(meter.read()).throttle == ("power-cap",)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="no schedstat here")
def test_threads_that_fight_for_one_processor_are_seen():
    allowed = os.sched_getaffinity(0)
    meter = NoiseMeter()
    before = meter.read()
    counts = []

    def work():
        os.sched_setaffinity(0, {min(allowed)})
        value = 0
        # Hashing lets go of the interpreter's lock: the threads truly compete.
        block = bytes(1 << 20)
        for _ in range(200):
            value += hashlib.sha256(block).digest()[0]
        counts.append(value)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        waited = meter.since(before).run_delay_ns
        threads[0].join(0.01)
    assert waited > 0 and len(counts) == 2


V2 = {"proc/self/cgroup": "0::/a/b"}
V1 = {"proc/self/cgroup": "3:cpu,cpuacct:/a\n2:memory:/a\n0::/"}


def test_the_tightest_level_of_the_tree_counts(tmp_path):
    system = tree(
        tmp_path,
        {
            **V2,
            "sys/fs/cgroup/a/cpu.max": "150000 100000",
            "sys/fs/cgroup/a/b/cpu.max": "max 100000",
            "sys/fs/cgroup/a/cpu.stat": "nr_throttled 4\nthrottled_usec 1000",
            "sys/fs/cgroup/a/memory.max": "max",
            "sys/fs/cgroup/a/b/memory.max": "4096",
            "sys/fs/cgroup/a/b/memory.current": "1500",
            "sys/fs/cgroup/a/b/memory.stat": "anon 1024\ninactive_file 476",
        },
    )
    assert limits(system) == Limits(1.5, 4, 1_000_000, 4096, 1024)


def test_version_1_is_read_from_its_own_trees(tmp_path):
    cpu, memory = "sys/fs/cgroup/cpu,cpuacct/a", "sys/fs/cgroup/memory/a"
    system = tree(
        tmp_path,
        {
            **V1,
            f"{cpu}/cpu.cfs_quota_us": "50000",
            f"{cpu}/cpu.cfs_period_us": "100000",
            f"{cpu}/cpu.stat": "nr_periods 9\nnr_throttled 2\nthrottled_time 77",
            f"{memory}/memory.limit_in_bytes": "8192",
            f"{memory}/memory.usage_in_bytes": "100",
        },
    )
    assert limits(system) == Limits(0.5, 2, 77, 8192, 100)


def test_version_1_without_limits_has_none(tmp_path):
    system = tree(
        tmp_path,
        {
            **V1,
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": str((1 << 63) - 4096),
        },
    )
    assert limits(system) == Limits()


def test_inside_a_container_the_mount_itself_is_read(tmp_path):
    system = tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/host/path/of/it",
            "sys/fs/cgroup/cpu.max": "200000 100000",
        },
    )
    assert limits(system).processors == 2.0


def test_no_control_groups_means_no_limits(tmp_path):
    assert limits(System(tmp_path)) == Limits()


def test_the_frequency_is_the_median_of_the_processors_asked_for(tmp_path):
    place = "sys/devices/system/cpu/cpu{}/cpufreq/scaling_cur_freq"
    clocks = (3_000_000, 2_000_000, 3_000_000)
    system = tree(tmp_path, {place.format(i): clock for i, clock in enumerate(clocks)})
    assert cpu_mhz([0, 1, 2], system) == 3000
    assert cpu_mhz([1], system) == 2000
    assert cpu_mhz([7], system) is None
