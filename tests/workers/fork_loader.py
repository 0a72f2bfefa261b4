"""A loader that says where its weights lie, or ends its process."""

import os
import signal

import torch

from xlbench.session.model import Model


class Tokenizer:
    pad_token_id = 1


def load(checkpoint, device, dtype, attn):
    spec = checkpoint.config
    if spec.get("die"):
        print("the end is near", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if spec.get("leave"):
        os._exit(spec["leave"])
    weights = torch.zeros(1 << 20)
    return Model(lambda ids, mask: (weights,), Tokenizer(), ("a",), 1, (hex(weights.data_ptr()),))
