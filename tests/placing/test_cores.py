"""Processors of a unit's own, whoever else places units on the machine."""

import os
import threading

import pytest

from xlbench.errors import UserError
from xlbench.placing.cores import at_normal_priority, exclusive, pinned


def test_units_get_processors_that_no_other_has(tmp_path):
    with exclusive(2, [0, 1, 2], tmp_path) as one, exclusive(1, [0, 1, 2], tmp_path) as other:
        assert one == (0, 1) and other == (2,)


def test_a_unit_waits_until_others_let_go(tmp_path):
    waited, got = [], threading.Event()

    def sleep(seconds):
        waited.append(seconds)
        held.__exit__(None, None, None)

    held = exclusive(1, [5], tmp_path)
    held.__enter__()
    with exclusive(1, [5], tmp_path, sleep=sleep) as own:
        got.set()
        assert own == (5,) and len(waited) == 1


def test_who_waits_for_two_holds_none_meanwhile(tmp_path):
    def sleep(_):
        with exclusive(1, [0], tmp_path) as free:
            assert free == (0,), "a processor that is of no use alone is left to others"
        raise InterruptedError

    with (
        exclusive(1, [1], tmp_path),
        pytest.raises(InterruptedError),
        exclusive(2, [0, 1], tmp_path, sleep=sleep),
    ):
        pass


def test_an_error_inside_lets_go(tmp_path):
    with pytest.raises(ZeroDivisionError), exclusive(1, [0], tmp_path):
        raise ZeroDivisionError
    with exclusive(1, [0], tmp_path, sleep=lambda _: pytest.fail("still held")) as own:
        assert own == (0,)


def test_more_than_there_are_is_a_mistake_that_is_said(tmp_path):
    with pytest.raises(UserError, match="asks for 3 processors, and this machine has 2"):
        exclusive(3, [0, 1], tmp_path).__enter__()


def test_a_process_is_pinned_for_the_time_of_its_unit():
    before = os.sched_getaffinity(0)
    first = min(before)
    with pinned((first,)):
        assert os.sched_getaffinity(0) == {first}
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(("permitted", "left"), [(True, 0), (False, 15)])
def test_a_unit_has_the_normal_priority_where_it_may(monkeypatch, permitted, left):
    niceness = [15]

    def set_it(which, who, value):
        if not permitted:
            raise PermissionError
        niceness[0] = value

    monkeypatch.setattr(os, "setpriority", set_it)
    monkeypatch.setattr(os, "getpriority", lambda *_: niceness[0])
    assert at_normal_priority() == left


def test_a_higher_priority_than_the_normal_one_is_kept(monkeypatch):
    monkeypatch.setattr(os, "setpriority", lambda which, who, value: value)
    monkeypatch.setattr(os, "getpriority", lambda *_: -5)
    assert at_normal_priority() == -5
