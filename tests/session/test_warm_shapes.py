import pytest
import torch

from xlbench.measure.warmup import Rule
from xlbench.session.engine import Engine
from xlbench.session.runtimes import runtime_named
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
    warm, passes = WarmShapes(Rule(), each_prepared=False), Passes(5 * FLAT, FLAT)
    found = warm.ensure((4, 10), passes)
    assert found.passes == passes.ran >= 3
    assert (found.first_ns, found.steady, found.first_of_process) == (5 * FLAT, True, True)
    assert warm.ensure((4, 10), passes) is None
    assert passes.ran == found.passes


@pytest.mark.parametrize("shape", [(4, 11), (5, 10), (10, 4)])
def test_another_shape_is_warmed_too_and_is_no_first_of_the_process(shape):
    warm = WarmShapes(Rule(), each_prepared=False)
    warm.ensure((4, 10), Passes(FLAT))
    found = warm.ensure(shape, Passes(FLAT))
    assert (found.passes, found.first_of_process) == (2, False)


def test_timings_that_never_level_off_are_told():
    passes = Passes(*(int(40_000_000 * 0.5**i) + 1 for i in range(64)))
    found = WarmShapes(Rule(), each_prepared=False).ensure((1, 8), passes)
    assert not found.steady and found.passes == Rule().ceiling


@pytest.mark.parametrize(("static", "warmed"), [(False, False), (True, True)])
def test_a_slow_model_warms_new_shapes_only_where_each_is_compiled(static, warmed):
    warm = WarmShapes(Rule(), static)
    warm.ensure((1, 10), Passes(SLOW_NS))
    passes = Passes(2 * SLOW_NS)
    assert (warm.ensure((1, 20), passes) is not None) == warmed == (passes.ran > 0)
    assert warm.ensure((1, 20), passes) is None, "it counts as warm from then on"


def test_a_shape_that_is_expected_to_be_quick_is_warmed():
    warm = WarmShapes(Rule(), each_prepared=False)
    warm.ensure((10, 10), Passes(SLOW_NS))
    assert warm.ensure((1, 10), Passes(FLAT)) is not None


def test_what_a_pass_should_take_follows_from_the_last_shape_that_was_warmed():
    warm = WarmShapes(Rule(), each_prepared=False)
    assert not warm.takes_less((1, 10), 10**12), "unknown"
    warm.ensure((1, 10), Passes(9 * FLAT, FLAT))
    assert warm.takes_less((1, 10), FLAT + 1) and not warm.takes_less((1, 10), FLAT)
    assert warm.takes_less((2, 20), 4 * FLAT + 1) and not warm.takes_less((2, 20), 4 * FLAT)


MS = 1_000_000


class Device:
    """A GPU in virtual time: what the process costs once, what each new shape costs, and a pass."""

    def __init__(self, process_ms, shape_ms, steady_ms):
        self.process_ms, self.shape_ms, self.steady_ms = process_ms, shape_ms, steady_ms
        self.ran = []

    def once(self, shape):
        process_ms = 0 if self.ran else self.process_ms
        shape_ms = 0 if shape in self.ran else self.shape_ms
        self.ran.append(shape)
        return MS * (process_ms + shape_ms + self.steady_ms)


def test_every_shape_that_a_device_plans_for_is_steady_before_its_first_timed_sample():
    device, warm = Device(400, 150, 3), WarmShapes(Rule(), each_prepared=True)
    for length in range(8, 48):
        found = warm.ensure((16, length), lambda length=length: device.once((16, length)))
        assert found is not None and found.passes >= 3 and found.steady
        assert device.once((16, length)) == 3 * MS


def test_a_cold_first_pass_does_not_make_the_model_look_slow_on_a_cpu():
    cpu, warm = Device(400, 0, 3), WarmShapes(Rule(), each_prepared=False)
    warm.ensure((4, 10), lambda: cpu.once((4, 10)))
    assert warm.takes_less((4, 10), 3 * MS + 1)
    assert warm.ensure((4, 20), lambda: cpu.once((4, 20))) is not None, "not skipped as slow"


def test_what_a_pass_should_take_is_told_by_the_fastest_pass():
    warm = WarmShapes(Rule(tolerance=1.0), each_prepared=True)
    warm.ensure((1, 10), Passes(50 * FLAT, FLAT, 2 * FLAT))
    assert warm.takes_less((1, 10), FLAT + 1)


@pytest.mark.parametrize(
    ("device", "runtime", "prepared"),
    [("cpu", "eager", False), ("cuda", "eager", True), ("cuda", "cudagraph", True)],
)
def test_a_gpu_and_a_runtime_of_static_shapes_prepare_each_shape(device, runtime, prepared):
    cuda = torch.cuda if device == "cuda" else None
    engine = Engine(lambda *_: (), torch.device(device), runtime_named(runtime), 1, cuda)
    assert engine.prepares_each_shape == prepared


@pytest.mark.parametrize(("prepared", "again"), [(True, True), (False, False)])
def test_without_its_mask_a_prepared_shape_is_prepared_anew(prepared, again):
    warm, passes = WarmShapes(Rule(), each_prepared=prepared), Passes(FLAT)
    warm.ensure((4, 10), passes, masked=True)
    assert (warm.ensure((4, 10), passes, masked=False) is not None) == again
    assert warm.ensure((4, 10), passes, masked=False) is None
