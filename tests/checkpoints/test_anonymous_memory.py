import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import torch
import transformers
from forked_workers import ForkServers
from safetensors import safe_open
from safetensors.torch import save_file
from small_tokenizer import SMALL_TOKENIZER

from xlbench.checkpoints.anonymous_memory import mapped_files, to_anonymous_memory
from xlbench.workers.launch import Launch

LINUX = pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="mappings are looked up in /proc"
)


@LINUX
def test_what_was_mapped_is_copied_and_the_mapping_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    weight, bias = torch.randn(64, 700), torch.randn(64)
    save_file({"weight": weight, "bias": bias}, file)
    with safe_open(file, framework="pt") as stored:
        layer = torch.nn.Linear(1, 1)
        layer.weight = torch.nn.Parameter(stored.get_tensor("weight"))
        layer.bias = torch.nn.Parameter(stored.get_tensor("bias"))
    del stored
    assert mapped_files() == (str(file),)
    assert to_anonymous_memory(layer) == 2
    assert mapped_files() == ()
    assert torch.equal(layer.weight, weight) and torch.equal(layer.bias, bias)
    assert to_anonymous_memory(layer) == 0, "what is the process's own is left alone"


@LINUX
def test_weights_that_share_memory_still_do(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    save_file({"weight": torch.randn(64, 700)}, file)
    with safe_open(file, framework="pt") as stored:
        mapped = stored.get_tensor("weight")
    model = torch.nn.ModuleList([torch.nn.Linear(1, 1, bias=False) for _ in range(3)])
    model[0].weight = model[1].weight = torch.nn.Parameter(mapped)
    model[2].weight = torch.nn.Parameter(mapped[:])
    assert to_anonymous_memory(model) == 1
    assert model[0].weight is model[1].weight
    assert model[2].weight.data_ptr() == model[0].weight.data_ptr()


def checkpoint(folder: Path, vocabulary: int, width: int) -> Path:
    """Save an encoder: 50 MiB of 40,000 pieces and a width of 256."""
    torch.manual_seed(0)
    config = transformers.XLMRobertaConfig(
        **{"vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": 4},
        **{"num_attention_heads": 4, "intermediate_size": 1024},
        **{"max_position_embeddings": 514, "pad_token_id": 1, "type_vocab_size": 1},
    )
    transformers.XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(folder)
    shutil.copy(SMALL_TOKENIZER / "tokenizer.json", folder)
    return folder


@pytest.fixture(scope="module")
def measured(
    tmp_path_factory: pytest.TempPathFactory, fork_servers: ForkServers
) -> dict[str, list[list[int]]]:
    """For trained and random weights, of two copies of a checkpoint: RssAnon, RssFile and VmHWM
    before and after a load in a process of its own, the weights (all in KiB), mappings; and the
    size of the file (KiB)."""
    folder = tmp_path_factory.mktemp("copies")
    small = checkpoint(folder / "small", 8_000, 128)
    one, other = checkpoint(folder / "one", 40_000, 256), folder / "other"
    shutil.copytree(one, other)
    loads = [(str(path), weights) for weights in ("trained", "random") for path in (one, other)]
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as told, os.fdopen(reading) as lines:
        words = json.dumps(loads), str(small)
        process = fork_servers.program(Launch(), "measured_loads", writing, told, *words)
        os.close(writing)
        found = [list(map(int, line.split())) for line in lines]
        told.seek(0)
        assert process.wait() == 0, told.read().decode()
    stored = (one / "model.safetensors").stat().st_size // 1024
    return {"trained": found[:2], "random": found[2:], "stored": [[stored]]}


@LINUX
@pytest.mark.parametrize(("weights", "most"), [("trained", 1.15), ("random", 1.4)])
def test_copies_of_a_checkpoint_take_the_same_memory_and_no_peak_of_twice_the_weights(
    measured: dict[str, list[list[int]]], weights: str, most: float
) -> None:
    found, stored = measured[weights], measured["stored"][0][0]
    for anon_before, file_before, _, anon, file, peak, size, mapped in found:
        assert mapped == 0
        assert anon - anon_before > size
        # Of files only those of libraries are left, which stay. Layers that the task does not
        # need are loaded with the others.
        assert peak - anon_before - max(file_before, file) < most * stored
    for column in (3, 4):
        assert found[0][column] == pytest.approx(found[1][column], rel=0.005)
