"""The look before a run, on counters that a test writes."""

from dataclasses import dataclass

import pytest

from xlbench.doctor import busy
from xlbench.doctor.busy import Clocks, Look
from xlbench.probes.system import System

FREE = {"base": (2, 2)}


@dataclass
class Machine:
    """Two processors whose counters move while the look sleeps."""

    root: object
    others: float = 0.0
    steal: float = 0.0
    own: float = 0.0
    load: str = "0.10 0.2 0.3 1/99 7"
    now_s: float = 100.0
    own_s: float = 5.0

    def __post_init__(self):
        self.write(0.0)

    def write(self, seconds):
        (self.root / "proc").mkdir(exist_ok=True)
        lines = []
        for cpu in (0, 1):
            stolen = round(100 * seconds * self.steal)
            user = round(100 * seconds * (self.others + self.own) / 2)
            idle = round(100 * seconds) - user - stolen
            lines.append(f"cpu{cpu} {user} 0 0 {idle} 0 0 0 {stolen} 0 0")
        (self.root / "proc/stat").write_text("\n".join(lines))
        (self.root / "proc/loadavg").write_text(self.load)

    def sleep(self, seconds):
        self.now_s += seconds
        self.own_s += self.own * seconds
        self.write(seconds)

    def look(self):
        clocks = Clocks(lambda: self.now_s, lambda: self.own_s, self.sleep)
        return Look(System(self.root), clocks)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setattr(busy, "allowed_cpus", lambda: [0, 1])
    monkeypatch.setattr("xlbench.probes.noise.allowed_cpus", lambda: [0, 1])
    return lambda **properties: Machine(tmp_path, **properties)


def test_a_free_machine_brings_no_word_and_takes_a_second(machine):
    one = machine()
    assert one.look().findings(FREE) == []
    assert one.now_s == 101.0


def test_work_of_this_process_itself_is_not_that_of_others(machine):
    assert machine(own=1.0).look().findings(FREE) == []


def test_other_programs_are_told_with_what_to_do(machine):
    (found,) = machine(others=1.5, own=0.3, load="3.20 1 1 1/9 7").look().findings(FREE)
    assert found.name == "other work"
    assert found.found == "other programs take 1.5 of 2 processors, load average 3.20"
    assert "--threads 1" in found.advice


def test_what_the_host_takes_is_told(machine):
    found = machine(steal=0.2).look().findings(FREE)
    assert "steal" in [each.name for each in found]
    assert "20% of the processors' time" in next(e for e in found if e.name == "steal").found


@pytest.mark.parametrize(("threads", "processors", "advice"), [(8, 2, "threads=2"), (2, 1, "=1")])
def test_more_threads_than_processors_are_told_for_their_arm(machine, threads, processors, advice):
    (found,) = machine().look().findings({"base": (1, 2), "slow": (threads, processors)})
    assert "'slow'" in found.found and advice in found.advice


def test_a_quota_counts_as_fewer_processors(machine, monkeypatch):
    from xlbench.probes.cgroup import Limits

    monkeypatch.setattr(busy, "limits", lambda system: Limits(processors=1.5))
    (found,) = machine().look().findings(FREE)
    assert "2 threads on 1.5 processors" in found.found and found.advice == "give it threads=1"


def test_a_machine_that_tells_nothing_is_not_called_busy(tmp_path, monkeypatch):
    monkeypatch.setattr(busy, "allowed_cpus", lambda: [0, 1])
    clocks = Clocks(iter([1.0, 2.0, 2.0]).__next__, lambda: 0.0, lambda seconds: None)
    assert Look(System(tmp_path), clocks).findings(FREE) == []
