"""Models for tests of workers: told by the checkpoint's configuration what to do."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import torch

from xlbench.session.model import Model


class Tokenizer:
    """A fast tokenizer's surface: one id for each white-space word."""

    pad_token_id = 1
    unk_token_id = 3
    cls_token_id = 0
    sep_token_id = 2
    model_input_names = ("input_ids", "attention_mask")

    def num_special_tokens_to_add(self, pair=False):
        return 4 if pair else 2

    def __call__(self, first, second=None, **_):
        rows = []
        for index, text in enumerate(first):
            more = second[index].split() if second else []
            rows.append([0] * (4 if second else 2) + [5] * (len(text.split()) + len(more)))
        return {"input_ids": rows}


LOST = []
"""What the process's CUDA context died of, as if: every later call fails with it."""


def load(checkpoint, device, dtype, attn):
    spec = checkpoint.config
    trouble = spec.get("trouble")
    if trouble == "load":
        raise RuntimeError("these weights are broken")

    def forward(ids, mask):
        rows, length = ids.shape
        if trouble == "die" and length > spec["above"]:
            print("the end is near", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if trouble == "fail" and length > spec["above"]:
            raise RuntimeError("this model dislikes long rows")
        if LOST or (trouble == "cuda" and length > spec["above"]):
            LOST.append("CUDA error: an illegal memory access was encountered (as if)")
            raise torch.AcceleratorError(LOST[0])
        if trouble == "oom" and rows > spec["rows"]:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory (as if)")
        if trouble == "hang":
            time.sleep(60)
        if trouble == "spike":
            block = np.ones(spec["bytes"], dtype=np.uint8)
            time.sleep(0.001)
            del block
        logits = torch.zeros(rows, 3)
        logits[:, 1] = length if mask is None else mask.sum(-1)
        return (logits,)

    return Model(forward, Tokenizer(), ("a", "b", "c"), 1234)
