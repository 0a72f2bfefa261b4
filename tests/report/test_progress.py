"""Progress without a terminal: a line now and then, by a clock that the test moves."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from xlbench.cell import ArmCell
from xlbench.report.pair_progress import PairBar
from xlbench.report.progress import Bar


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def lines(stream):
    return stream.getvalue().splitlines()


def cell(number):
    return ArmCell("base", "xnli", f"l{number}", "offline")


def test_a_run_says_every_fifteen_seconds_how_far_it_is():
    stream, clock = io.StringIO(), Clock()
    with Bar(Console(file=stream, width=40), 10, 60.0, clock) as bar:
        for number in range(10):
            clock.now += 4.0
            bar.visited(cell(number), settled=number // 2, total=10, left_s=60.0 - clock.now + 100)
    # Visits end at 4, 8, ... 40 s: said at 16 and, fifteen seconds later, at 32.
    assert lines(stream) == [
        "xlbench: 4 of 10 cells visited, 1 decided, about 44 s left",
        "xlbench: 8 of 10 cells visited, 3 decided, about 28 s left",
    ]


def test_a_run_shorter_than_that_says_nothing():
    stream, clock = io.StringIO(), Clock()
    with Bar(Console(file=stream), 2, 60.0, clock) as bar:
        clock.now += 14.9
        bar.visited(cell(0), 0, 2, 45.0)
    assert not lines(stream)


def test_a_comparison_says_its_least_at_once_and_its_least_time_after_the_first_pair():
    stream, clock = io.StringIO(), Clock()
    with PairBar(Console(file=stream), 5, 30.0, clock) as bar:
        bar.pair(0, 4, 4, 30.0)
        assert lines(stream) == [
            "xlbench: 4 cells; at least 5 pairs of processes, each with a whole pass of every "
            "cell, whatever --budget (30 s) says"
        ]
        for _ in range(4):
            clock.now += 5.0
            bar.measured()
        bar.pair(1, 4, 4, 10.0)
    assert lines(stream)[1:] == [
        "xlbench: pair of processes 1: 4 of 4 cells open, 30 s of the budget left",
        "xlbench: the first pair took 20 s: 5 of them take about 1 min 40 s, more than --budget",
    ]


def test_a_budget_that_is_enough_is_not_spoken_of():
    stream, clock = io.StringIO(), Clock()
    with PairBar(Console(file=stream), 5, 120.0, clock) as bar:
        bar.pair(0, 4, 4, 120.0)
        clock.now += 10.0
        bar.pair(1, 4, 4, 110.0)
    assert len(lines(stream)) == 1


def test_a_visit_that_lasts_minutes_is_told_of_every_fifteen_seconds():
    stream, clock = io.StringIO(), Clock()
    with Bar(Console(file=stream, width=40), 10, 60.0, clock) as bar:
        bar.waiting()
        clock.now += 16.0
        bar.waiting()
        bar.visiting(cell(0))
        for _ in range(40):
            clock.now += 1.0
            bar.waiting()
        bar.visited(cell(0), 0, 10, 4.0)
        bar.visiting(cell(1))
        clock.now += 5.0
        bar.waiting()
    nothing = "xlbench: 0 of 10 cells visited, nothing decided"
    assert lines(stream) == [
        "xlbench: 0 of 10 cells visited, workers are starting",
        f"{nothing}; base: xnli l0 offline at work for 15 s",
        f"{nothing}; base: xnli l0 offline at work for 30 s",
        "xlbench: 1 of 10 cells visited, 0 decided, about 8 min 24 s left; base: xnli l1 offline "
        "at work for 5 s",
    ]


def test_a_pass_of_a_comparison_that_lasts_minutes_is_told_of_every_fifteen_seconds():
    stream, clock = io.StringIO(), Clock()
    with PairBar(Console(file=stream), 5, 30.0, clock) as bar:
        bar.waiting()
        bar.pair(0, 4, 4, 30.0)
        bar.takes(20.0)
        for _ in range(31):
            clock.now += 1.0
            bar.waiting()
    line = "xlbench: pair of processes 1: 4 of 4 cells open, 30 s of the budget left, at work for"
    assert lines(stream)[2:] == [f"{line} 15 s", f"{line} 30 s"]


@pytest.mark.parametrize(("least_s", "said"), [(95.0, "more than"), (20.0, "within")])
def test_the_least_time_is_said_against_the_budget(least_s, said):
    stream = io.StringIO()
    with Bar(Console(file=stream), 10, 60.0, Clock()) as bar:
        bar.takes(least_s)
    with PairBar(Console(file=stream), 5, 60.0, Clock()) as pairs:
        pairs.takes(least_s)
    one, other = lines(stream)
    for line in (one, other):
        assert line.endswith(f"the least that is measured: {said} --budget (1 min 0 s)")
    assert other.startswith("xlbench: 5 pairs of processes take about ")


@pytest.mark.parametrize(("first_s", "again"), [(20.0, False), (40.0, True)])
def test_the_first_pair_tells_its_time_where_it_is_another_than_was_foretold(first_s, again):
    stream, clock = io.StringIO(), Clock()
    with PairBar(Console(file=stream), 5, 30.0, clock) as bar:
        bar.pair(0, 4, 4, 30.0)
        bar.takes(100.0)
        clock.now += first_s
        bar.pair(1, 4, 4, 10.0)
    assert ("the first pair took" in stream.getvalue()) == again
