import pytest

LENGTHS = [10] * 8 + [20] * 8 + [30] * 8 + [40] * 8


@pytest.fixture
def bench(make):
    made = make()
    assert made.open(LENGTHS).batches.count == 8
    return made


def test_batches_come_in_a_random_order_of_the_seed(bench, orders):
    for whole in (True, False):
        one, same, other = orders(bench, "offline", [1, 1, 2], floor=8, complete=whole)
        assert one == same != other
        assert sorted(one) == sorted(other) == list(range(8))
        assert list(range(8)) not in (one, other)


def test_a_whole_pass_runs_every_batch_whatever_the_time(bench, sampled):
    found = bench.visit("offline", floor=1, complete=True, predictions=True)
    assert sorted(sampled(found)) == list(range(8))
    assert [p.id for p in found.predictions] == [str(i) for i in range(32)]
    assert {p.value for p in found.predictions} == {"entailment"}
    assert found.pass_ns >= found.tokenize_ns + found.decode_ns > 0


def test_what_time_is_left_goes_to_further_rounds(bench, sampled, monkeypatch):
    monkeypatch.setattr("time.perf_counter_ns", lambda: bench.toy.now_ns)
    found = sampled(bench.visit("offline", complete=True, slice_ns=3_000_000))
    assert len(found) > 16 and found[:8] == found[8:16]


@pytest.mark.parametrize("floor", [1, 5, 11])
def test_a_partial_visit_runs_its_floor_and_predicts_nothing(bench, sampled, floor):
    found = bench.visit("offline", floor=floor)
    assert len(sampled(found)) == floor
    assert (found.predictions, found.pass_ns) == (None, None)


def test_batches_that_are_asked_for_run_in_their_order(bench, sampled):
    assert sampled(bench.visit("offline", units=(5, 0, 3), floor=3)) == [5, 0, 3]


def test_a_sample_has_the_shape_the_tokens_and_the_time_of_its_batch(bench):
    for sample in bench.visit("offline", complete=True).samples.rows():
        length = LENGTHS[4 * sample.unit]
        assert (sample.rows, sample.padded_length, sample.tokens) == (4, length, 4 * length)
        assert sample.latency_ns == sample.forward_ns == 1000 * 4 * length
        assert {sample.h2d_ns, sample.tokenize_ns, sample.end_to_end_ns} == {None}


def test_answers_that_change_between_passes_are_flagged(bench):
    steady = [bench.visit("offline", complete=True).flags for _ in range(2)]
    bench.toy.answer = 2
    assert ["nondeterministic" in flags for flags in (*steady, told(bench))] == [False, False, True]


def told(bench):
    return bench.visit("offline", complete=True).flags


def test_predictions_are_sent_only_where_they_are_asked_for(bench):
    assert bench.visit("offline", complete=True).predictions is None
