import pytest
import torch

from xlbench.errors import UserError
from xlbench.session.precision import set_products

CUDA = torch.device("cuda:0")


@pytest.fixture(autouse=True)
def as_it_was():
    before = torch.get_float32_matmul_precision()
    yield
    torch.set_float32_matmul_precision(before)


@pytest.fixture
def capability(monkeypatch):
    def capability(major, minor):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (major, minor))

    return capability


def test_tf32_is_on_for_its_arm_and_off_again_for_the_next_checkpoint(capability):
    capability(9, 0)
    set_products("tf32", CUDA)
    assert torch.get_float32_matmul_precision() == "high"
    set_products("fp32", CUDA)
    assert torch.get_float32_matmul_precision() == "highest"


def test_a_cpu_has_no_tf32():
    with pytest.raises(UserError, match=r"dtype=tf32 .*the device is cpu.*dtype=fp32"):
        set_products("tf32", torch.device("cpu"))
    assert torch.get_float32_matmul_precision() == "highest"


def test_a_gpu_before_ampere_has_no_tf32(capability):
    capability(7, 5)
    with pytest.raises(UserError, match=r"8\.0.*this one has 7\.5"):
        set_products("tf32", CUDA)
