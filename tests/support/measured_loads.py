"""A program that loads checkpoints, each in a process of its own, and tells the memory taken."""

import gc
import json
import os
from pathlib import Path

import torch

from xlbench.checkpoints.anonymous_memory import mapped_files
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.checkpoints.loading import Loaded, load
from xlbench.checkpoints.resolve import resolve


def main(results: str, loads: str, small: str) -> None:
    """Write a line for each load: RssAnon, RssFile and VmHWM before and after, the weights (all in
    KiB), and how many files are mapped.

    Args:
        results: a descriptor.
        loads: JSON, pairs of a checkpoint and its kind of weights.
        small: a small checkpoint.
    """
    # A fork has none of the threads that a pool counts on.
    torch.set_num_threads(1)
    for name, weights in json.loads(loads):
        child = os.fork()
        if child:
            assert os.waitpid(child, 0)[1] == 0
            continue
        # The first load of a process also brings libraries. Of a small one: what a large block that
        # is freed leaves to the allocator would be counted below.
        _load(small, "random")
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")
        before = _resident()
        loaded = _load(name, weights)
        sizes = *before, *_resident(), loaded.weights_bytes // 1024, len(mapped_files())
        os.write(int(results), (" ".join(map(str, sizes)) + "\n").encode())
        os._exit(0)


def _resident() -> list[int]:
    lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return [int(lines[name].split()[0]) for name in ("RssAnon", "RssFile", "VmHWM")]


def _load(name: str, weights: str) -> Loaded:
    spec = resolve(load_catalogue(), name, "tatoeba", weights=weights)
    return load(spec, device=torch.device("cpu"), dtype="fp32", attn=None)
