"""Which unit goes next, over a cluster that exists in numbers only."""

from dataclasses import dataclass, field

import pytest

from xlbench.arms import parse_arm
from xlbench.placing.brought import Failure
from xlbench.placing.dispatch import Places, dispatched
from xlbench.placing.unit import Unit


def unit(task, cost_s):
    return Unit(parse_arm("base"), task, ("en",), ("offline",), 1.0, cost_s)


@dataclass
class Simulated:
    """Units take their cost in virtual time; machines come and go at given times."""

    devices: dict[float, int]
    now: float = 0.0
    ends: dict[int, float] = field(default_factory=dict)
    begun: list = field(default_factory=list)
    most: int = 0
    cancelled: list = field(default_factory=list)
    breaks: str = ""

    def places(self):
        return Places(1, [n for at, n in sorted(self.devices.items()) if at <= self.now][-1])

    def begin(self, unit):
        if unit.task == self.breaks:
            raise KeyboardInterrupt
        self.begun.append((self.now, unit.task))
        handle = len(self.begun)
        self.ends[handle] = self.now + unit.cost_s
        self.most = max(self.most, len(self.ends))
        return handle

    def ended(self, handles, timeout_s):
        first = min(handles, key=self.ends.__getitem__)
        if self.ends[first] > self.now + timeout_s:
            self.now += timeout_s
            return []
        self.now = max(self.now, self.ends.pop(first))
        return [(first, Failure(str(first)))]

    def cancel(self, handles):
        self.cancelled += handles


class Seen(list):
    def units(self, progress):
        self.append(progress)


def told(units, cluster):
    seen = Seen()
    outcomes = list(dispatched(units, cluster, seen, lambda: cluster.now))
    return [u.task for u, _ in outcomes], seen


UNITS = [unit("long", 9.0), unit("middle", 4.0), unit("short", 2.0), unit("least", 1.0)]


def test_the_longest_go_first_and_no_more_than_there_are_devices():
    cluster = Simulated({0: 2})
    done, _ = told(UNITS, cluster)
    assert [task for _, task in cluster.begun] == ["long", "middle", "short", "least"]
    assert cluster.most == 2 and sorted(done) == sorted(u.task for u in UNITS)
    assert cluster.now == 9.0, "the short ones stand beside the long one"


def test_devices_that_come_later_are_used_and_lost_ones_are_not_filled():
    growing = Simulated({0: 1, 3: 4})
    told(UNITS, growing)
    assert growing.most == 4
    shrinking = Simulated({0: 4, 0.5: 1})
    told([*UNITS, unit("more", 1.0)], shrinking)
    assert shrinking.begun[-1] == (9.0, "more")


def test_a_cluster_without_a_device_is_given_one_unit_to_grow_for():
    cluster = Simulated({0: 0, 1: 1})
    told(UNITS, cluster)
    assert cluster.begun[0] == (0.0, "long") and cluster.most == 1


def test_the_time_left_is_learnt_from_what_was_done():
    _, seen = told(UNITS, Simulated({0: 2}))
    assert seen[0].left_s is None, "nothing is done yet"
    after = next(p for p in seen if p.left == 3)
    assert after.left_s == pytest.approx(9.0), "the longest of those left"
    assert [p.left for p in seen] == sorted((p.left for p in seen), reverse=True)


def test_an_interrupt_gives_up_what_is_at_work_and_nothing_that_ended():
    cluster = Simulated({0: 2}, breaks="short")
    outcomes = dispatched(UNITS, cluster, Seen(), lambda: cluster.now)
    assert next(outcomes)[0].task == "middle"
    with pytest.raises(KeyboardInterrupt):
        next(outcomes)
    assert cluster.cancelled == [1], "only the long one"
