"""However a measurement ends, what it measured is kept first, and then said."""

import os
import signal
from types import SimpleNamespace

import pytest

from xlbench.errors import UserError
from xlbench.interrupts import Interrupted
from xlbench.results.files import CantWrite
from xlbench.run.keeping import in_order, keeping

ROWS = ({"status": "ok", "n_visits": 3}, {"status": "pending", "n_visits": None})
RESULT = SimpleNamespace(cells=ROWS, name="results/demo")


@pytest.fixture(autouse=True)
def heard_by_default():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def kept_after(work):
    told = []

    def keep(status):
        told.append(status)
        return RESULT

    return told, lambda: keeping(work, keep, "Go on.")


def test_work_that_came_to_its_end_is_finished():
    told, run = kept_after(lambda: "decided")
    assert run() == ("decided", RESULT)
    assert told == ["finished"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_says_what_is_kept_and_how_to_go_on(number):
    told, run = kept_after(lambda: os.kill(os.getpid(), number))
    with pytest.raises(Interrupted) as error:
        run()
    assert told == ["interrupted"]
    assert str(error.value) == (
        "interrupted; 1 of 2 cells (3 visits) are kept in results/demo. Go on."
    )


def test_a_second_interrupt_does_not_cut_the_keeping_short():
    steps = []

    def keep(status):
        for step in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            steps.append(step)
        return RESULT

    with pytest.raises(Interrupted):
        keeping(lambda: os.kill(os.getpid(), signal.SIGINT), keep, "")
    assert steps == [0, 1, 2]


@pytest.mark.parametrize("error", [UserError("no such model"), ValueError("nobody foresaw this")])
def test_an_error_is_raised_once_what_was_measured_is_kept(error):
    def work():
        raise error

    told, run = kept_after(work)
    with pytest.raises(type(error), match=str(error)):
        run()
    assert told == ["interrupted"]


def test_every_step_is_taken_and_the_first_error_told():
    taken = []

    def step(number, error=None):
        def take():
            taken.append(number)
            if error is not None:
                raise CantWrite(error)

        return take

    with pytest.raises(CantWrite, match="first"):
        in_order(step(0), step(1, "first"), step(2, "second"), step(3))
    assert taken == [0, 1, 2, 3]
    in_order(step(4))
