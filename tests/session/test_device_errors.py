import pytest
import torch

from xlbench.errors import UserError
from xlbench.session.device_errors import context_lost, out_of_memory

LOST = [
    torch.AcceleratorError("CUDA error: an illegal memory access was encountered"),
    torch.AcceleratorError("CUDA error: operation failed due to a previous error during capture"),
    torch.AcceleratorError("CUDA error: device-side assert triggered"),
    RuntimeError("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx(...)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
]
FULL = [
    torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
    torch.AcceleratorError("CUDA error: out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
]
OTHERS = [RuntimeError("the size of tensor a must match"), ValueError("CUDA error: of a user")]


@pytest.mark.parametrize("error", LOST, ids=str)
def test_an_error_of_cuda_leaves_no_context(error):
    assert context_lost(error) and not out_of_memory(error)


@pytest.mark.parametrize("error", FULL, ids=str)
def test_memory_that_ran_out_is_known_by_every_name_and_leaves_the_context(error):
    assert out_of_memory(error) and not context_lost(error)


@pytest.mark.parametrize("error", OTHERS, ids=str)
def test_other_errors_are_neither(error):
    assert not out_of_memory(error) and not context_lost(error)


def test_what_lies_behind_a_users_mistake_is_seen():
    error = UserError("checkpoint 'a': can't be loaded")
    error.__cause__ = LOST[0]
    assert context_lost(error)
