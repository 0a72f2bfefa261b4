"""Ctrl-C and SIGTERM are heard once; those that follow don't cut the keeping short."""

import os
import signal
import threading

import pytest

from xlbench.interrupts import SIGNALS, heard_once, unbroken


@pytest.fixture(autouse=True)
def heard_by_default():
    """Whoever runs the tests in the background has interrupts ignored, and handed that down."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_ends_the_work_and_those_that_follow_change_nothing(number):
    kept = []
    with heard_once():
        try:
            os.kill(os.getpid(), number)
            kept.append("never")
        except KeyboardInterrupt:
            for again in SIGNALS * 3:
                os.kill(os.getpid(), again)
            kept.append("all")
    assert kept == ["all"]
    assert signal.getsignal(number) is signal.SIG_DFL


def test_what_was_ignored_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with heard_once():
        os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_outside_the_main_thread_nothing_changes():
    seen = []

    def work():
        with heard_once():
            seen.append([signal.getsignal(number) for number in SIGNALS])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [[signal.SIG_DFL] * len(SIGNALS)]


@pytest.mark.parametrize("number", SIGNALS)
def test_unbroken_work_comes_to_its_end_before_the_interrupt(number):
    done = []
    with heard_once(), pytest.raises(KeyboardInterrupt):
        with unbroken():
            os.kill(os.getpid(), number)
            with unbroken():
                done.append("inner")
            done.append("outer")
        done.append("never")
    assert done == ["inner", "outer"]


def test_unbroken_work_without_an_interrupt_raises_none():
    with heard_once():
        with unbroken():
            pass
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    with unbroken():
        pass
