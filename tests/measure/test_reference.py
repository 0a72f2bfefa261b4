import torch

from xlbench.measure.clock import HostClock
from xlbench.measure.reference import ON_DEVICE, Reference


class FakeClock:
    """Marks are numbers; the passes take what they are told to, known after ``settle``."""

    name = "fake"

    def __init__(self, durations):
        self._durations = iter(durations)
        self._marks = 0
        self.now = 0
        self.settled = False

    def mark(self):
        if self._marks % 2:
            self.now += next(self._durations)
        self._marks += 1
        return self.now

    def settle(self):
        self.settled = True

    def between(self, first, last):
        assert self.settled, "read before the work was done"
        return last - first


def test_the_reference_is_the_median_of_three_passes_after_one_that_does_not_count():
    reference = Reference(torch.device("cpu"))
    assert reference.time_ns(FakeClock([900, 30, 10, 20])) == 20
    assert reference.time_ns(FakeClock([1, 30, 5000, 20])) == 30


def test_the_kernel_is_the_same_whatever_seed_is_set():
    torch.manual_seed(1)
    one = Reference(torch.device("cpu"))
    torch.manual_seed(2)
    other = Reference(torch.device("cpu"))
    one.time_ns(HostClock())
    other.time_ns(HostClock())
    assert torch.equal(one._out, other._out)


def test_the_kernel_is_the_same_whatever_products_an_arm_computes_in(monkeypatch):
    seen = []
    real = torch.mm

    def mm(left, right, out):
        seen.append(torch.get_float32_matmul_precision())
        return real(left, right, out=out)

    monkeypatch.setattr(torch, "mm", mm)
    torch.set_float32_matmul_precision("high")
    try:
        Reference(torch.device("cpu")).time_ns(HostClock())
        assert torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision("highest")
    assert set(seen) == {"highest"}


def test_the_seed_of_the_models_is_left_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    Reference(torch.device("cpu"))
    assert torch.equal(torch.rand(1), expected)


def test_a_real_clock_gives_positive_nanoseconds():
    assert Reference(torch.device("cpu")).time_ns(HostClock()) > 0


class Gpu:
    """Host and stream in nanoseconds; a product takes less time the longer there has been work."""

    def __init__(self, product_ns, launch_ns=8_000, ramps=0):
        self.product_ns, self.launch_ns, self.ramps = product_ns, launch_ns, ramps
        self.host = self.free = self.products = 0

    def mm(self, left, right, out):
        slower = max(1.0, 2.0 - self.products / self.ramps) if self.ramps else 1.0
        self.products += 1
        self.host += self.launch_ns
        self.free = max(self.free, self.host) + self.product_ns * slower

    def mark(self):
        self.free = max(self.free, self.host)
        return self.free

    def settle(self):
        self.host = max(self.host, self.free)

    def between(self, first, last):
        return last - first


DEVICE = torch.device("meta")


def test_on_a_device_a_pass_is_the_devices_time_and_not_the_hosts(monkeypatch):
    gpu = Gpu(product_ns=30_000)
    monkeypatch.setattr(torch, "mm", gpu.mm)
    told = Reference(DEVICE).time_ns(gpu)
    assert told == ON_DEVICE.products * 30_000 >= 1_000_000


def test_a_pass_takes_a_millisecond_of_the_fastest_devices():
    assert ON_DEVICE.operations / 80e12 >= 1e-3


def test_it_goes_on_until_the_clock_of_the_device_is_up(monkeypatch):
    gpu = Gpu(product_ns=30_000, ramps=2_000)
    monkeypatch.setattr(torch, "mm", gpu.mm)
    told = Reference(DEVICE).steady_ns(gpu)
    assert told <= 1.05 * ON_DEVICE.products * 30_000
    assert gpu.products > 1_900
