import pytest

LENGTHS = [10, 20, 30, 40, 50, 60]


@pytest.fixture
def bench(make):
    made = make()
    made.open(LENGTHS)
    return made


def test_examples_come_in_a_random_order_of_the_seed(bench, orders):
    one, same, other = orders(bench, "single-stream", [1, 1, 2], floor=6)
    assert one == same != other
    assert sorted(one) == sorted(other) == list(range(6))
    assert list(range(6)) not in (one, other)


def test_every_round_has_an_order_of_its_own_and_every_example(bench, sampled):
    found = sampled(bench.visit("single-stream", slice_ns=10**12, most=20))
    assert len(found) == 24, "whole rounds"
    rounds = [tuple(found[first : first + 6]) for first in range(0, 24, 6)]
    assert all(sorted(each) == list(range(6)) for each in rounds)
    assert len(set(rounds)) == 4


@pytest.mark.parametrize("floor", [1, 4])
def test_a_passed_deadline_runs_the_floor_and_nothing_more(bench, sampled, floor):
    assert len(sampled(bench.visit("single-stream", floor=floor, most=100))) == floor


def test_without_a_deadline_it_goes_on_to_the_end(bench, sampled):
    assert sampled(bench.visit("single-stream", slice_ns=10**12, units=(3, 1))) == [3, 1]


def test_each_example_is_a_batch_of_its_own_length_and_its_latency_is_the_models(bench):
    for sample in bench.visit("single-stream", floor=6).samples.rows():
        assert (sample.rows, sample.padded_length) == (1, LENGTHS[sample.unit])
        assert sample.tokens == LENGTHS[sample.unit]
        assert sample.latency_ns == sample.forward_ns == 1000 * LENGTHS[sample.unit]
        assert sample.tokenize_ns > 0 and sample.decode_ns > 0
        # The parts are taken by another clock than the model's.
        assert sample.end_to_end_ns >= sample.tokenize_ns + sample.decode_ns


def test_the_first_example_is_repeated_for_the_caches_where_a_pass_is_short(bench):
    bench.visit("single-stream", units=(0, 1), floor=2)
    bench.toy.shapes.clear()
    bench.visit("single-stream", units=(0, 1), floor=2)
    assert bench.toy.shapes == [(1, 10), (1, 10), (1, 20)]
    bench.toy.ns_per_token = 10**8
    bench.visit("single-stream", units=(2,))
    bench.toy.shapes.clear()
    bench.visit("single-stream", units=(2,))
    assert bench.toy.shapes == [(1, 30)], "a pass of seconds is not repeated"


def test_no_pass_predicts_and_no_totals_are_told(bench):
    found = bench.visit("single-stream", floor=2)
    assert (found.predictions, found.pass_ns, found.tokenize_ns) == (None, None, None)
