"""What an exception of a device means: memory that ran out, or a context that is lost."""

from __future__ import annotations

from collections.abc import Iterator

import torch

_OF_DEVICE = ("CUDA error", "CUBLAS_STATUS_", "CUDNN_STATUS_")
_OF_MEMORY = ("out of memory", "_ALLOC_FAILED")


def out_of_memory(error: BaseException) -> bool:
    """Tell whether an exception means that device memory ran out.

    The allocator raises ``torch.OutOfMemoryError``; what calls CUDA itself, as a capture and the
    libraries' workspaces do, says so in the text of another error. A capture that memory ended may
    end with an error of its own, whose context then is that of memory.
    """
    if isinstance(error, torch.OutOfMemoryError):
        return True
    if not _of_device(error):
        return False
    text = str(error)
    if any(words in text for words in _OF_MEMORY):
        return True
    before = error.__cause__ or error.__context__
    return "captur" in text and before is not None and out_of_memory(before)


def context_lost(error: BaseException) -> bool:
    """Tell whether an exception leaves a CUDA context in which every later call fails.

    Most errors of CUDA stay with the process (CUDA Runtime API, Error Handling: "the process must
    be terminated and relaunched"); memory that ran out does not.
    """
    return any(_of_device(e) and not out_of_memory(e) for e in _with_causes(error))


def _of_device(error: BaseException) -> bool:
    if isinstance(error, torch.AcceleratorError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _OF_DEVICE)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [e for e in (one.__cause__, one.__context__) if e is not None]
