import os
import threading

import pytest

from xlbench.cell import OFFLINE, SINGLE_STREAM
from xlbench.session.many_texts import in_parallel, tokenising
from xlbench.workers.launch import Launch

SWITCH = "TOKENIZERS_PARALLELISM"


@pytest.fixture
def seen(make, monkeypatch):
    """A bench, and how the switch stood at each call of its tokenizer, with the number of texts."""
    monkeypatch.setenv(SWITCH, "false")
    bench = make()
    calls = []
    kind = type(bench.session._need().model.tokenizer)
    plain = kind.__call__

    def watched(self, first, second=None, **more):
        calls.append((os.environ[SWITCH], len(first)))
        return plain(self, first, second, **more)

    monkeypatch.setattr(kind, "__call__", watched)
    return bench, calls


def test_a_pass_tokenises_its_texts_in_parallel_and_a_single_text_by_itself(seen):
    bench, calls = seen
    bench.open([8] * 300)
    bench.visit(OFFLINE, complete=True)
    assert calls == [("true", 256), ("true", 44)] * 2
    calls.clear()
    bench.visit(SINGLE_STREAM, floor=3, units=(0, 1, 2))
    assert calls and set(calls) == {("false", 1)}


def test_the_time_of_tokenising_is_told_apart_from_that_of_the_batches(seen):
    bench, _ = seen
    bench.open([8] * 20)
    found = bench.visit(OFFLINE, complete=True)
    assert 0 < found.tokenize_ns < found.pass_ns
    batches = found.samples.column("latency_ns")
    assert (batches == 1000 * found.samples.column("rows") * 8).all(), "virtual time, forward only"


def test_the_switch_stands_as_before_even_after_an_error(monkeypatch):
    for before in ("false", None):
        monkeypatch.delenv(SWITCH, raising=False)
        if before is not None:
            monkeypatch.setenv(SWITCH, before)
        with pytest.raises(ValueError, match="broken"), in_parallel():
            raise ValueError("broken")
        assert os.environ.get(SWITCH) == before


def test_threads_that_begin_while_texts_are_shared_are_known_as_those_that_tokenise():
    end = threading.Event()
    with in_parallel():
        helper = threading.Thread(target=end.wait)
        helper.start()
    other = threading.Thread(target=end.wait)
    other.start()
    try:
        assert helper.native_id in tokenising() and other.native_id not in tokenising()
    finally:
        end.set()


def test_tokenizers_have_as_many_threads_as_the_arm():
    assert Launch(threads=3).environment()["RAYON_NUM_THREADS"] == "3"
    assert Launch(threads=3).environment()[SWITCH] == "false"
