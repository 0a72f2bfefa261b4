"""A loader that says where its weights lie, or ends its process."""

import os
import signal

import numpy as np

_HELD = []


def load(checkpoint):
    spec = checkpoint.config
    if spec.get("die"):
        print("the end is near", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if spec.get("leave"):
        os._exit(spec["leave"])
    _HELD.append(np.zeros(1 << 20))
    return _HELD[-1].ctypes.data
