import pytest

from xlbench.measure.warmup import Rule
from xlbench.session.warm_shapes import SLOW_NS, WarmShapes

FLAT = 1_000_000


class Passes:
    """Passes that take so long, one after the other."""

    def __init__(self, *times_ns):
        self.times_ns, self.ran = times_ns, 0

    def __call__(self):
        self.ran += 1
        return self.times_ns[min(self.ran, len(self.times_ns)) - 1]


def test_a_shape_is_warmed_once_and_told_as_it_was():
    warm, passes = WarmShapes(Rule(), static_shapes=False), Passes(5 * FLAT, FLAT)
    found = warm.ensure((4, 10), passes)
    assert found.passes == passes.ran >= 3
    assert (found.first_ns, found.steady, found.first_of_process) == (5 * FLAT, True, True)
    assert warm.ensure((4, 10), passes) is None
    assert passes.ran == found.passes


@pytest.mark.parametrize("shape", [(4, 11), (5, 10), (10, 4)])
def test_another_shape_is_warmed_too_and_is_no_first_of_the_process(shape):
    warm = WarmShapes(Rule(), static_shapes=False)
    warm.ensure((4, 10), Passes(FLAT))
    found = warm.ensure(shape, Passes(FLAT))
    assert (found.passes, found.first_of_process) == (2, False)


def test_timings_that_never_level_off_are_told():
    passes = Passes(*(int(40_000_000 * 0.5**i) + 1 for i in range(64)))
    found = WarmShapes(Rule(), static_shapes=False).ensure((1, 8), passes)
    assert not found.steady and found.passes == Rule().ceiling


@pytest.mark.parametrize(("static", "warmed"), [(False, False), (True, True)])
def test_a_slow_model_warms_new_shapes_only_where_each_is_compiled(static, warmed):
    warm = WarmShapes(Rule(), static)
    warm.ensure((1, 10), Passes(SLOW_NS))
    passes = Passes(2 * SLOW_NS)
    assert (warm.ensure((1, 20), passes) is not None) == warmed == (passes.ran > 0)
    assert warm.ensure((1, 20), passes) is None, "it counts as warm from then on"


def test_a_shape_that_is_expected_to_be_quick_is_warmed():
    warm = WarmShapes(Rule(), static_shapes=False)
    warm.ensure((10, 10), Passes(SLOW_NS))
    assert warm.ensure((1, 10), Passes(FLAT)) is not None


def test_what_a_pass_should_take_follows_from_the_last_shape_that_was_warmed():
    warm = WarmShapes(Rule(), static_shapes=False)
    assert not warm.takes_less((1, 10), 10**12), "unknown"
    warm.ensure((1, 10), Passes(9 * FLAT, FLAT))
    assert warm.takes_less((1, 10), FLAT + 1) and not warm.takes_less((1, 10), FLAT)
    assert warm.takes_less((2, 20), 4 * FLAT + 1) and not warm.takes_less((2, 20), 4 * FLAT)
