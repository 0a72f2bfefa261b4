import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from xlbench.checkpoints import digest
from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.identity import Identity, differences, identity_of
from xlbench.checkpoints.resolve import resolve

from .conftest import NLI, Folder


def identity(catalogue: Catalogue, path: Path) -> Identity:
    return identity_of(resolve(catalogue, str(path), "xnli"))


def test_the_digest_of_weights_is_that_of_sha256sum(catalogue: Catalogue, folder: Folder) -> None:
    path = folder(id2label=NLI, hidden_size=8)
    found = identity(catalogue, path)
    weights = (path / "model.safetensors").read_bytes()
    assert found.weights_sha256 == hashlib.sha256(weights).hexdigest()
    assert (found.parameters, found.layers, found.hidden_size) == (5000, 2, 8)
    lines = "".join(
        f"{hashlib.sha256((path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("tokenizer.json", "tokenizer_config.json")
    )
    assert found.tokenizer_sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_a_copy_is_the_same_and_other_weights_of_the_same_size_are_not(
    catalogue: Catalogue, folder: Folder
) -> None:
    one, other = folder("one", id2label=NLI), folder("other", id2label=NLI)
    assert identity(catalogue, one) == identity(catalogue, other)
    save_file({"weight": np.full(5000, 2, dtype=np.float32)}, other / "model.safetensors")
    before, after = identity(catalogue, one).to_json(), identity(catalogue, other).to_json()
    (sentence,) = differences(before, after)
    assert sentence.startswith("weights: ") and before["weights_sha256"][:12] in sentence


def test_what_differs_is_named(catalogue: Catalogue, folder: Folder) -> None:
    path = folder(id2label=NLI)
    before = identity(catalogue, path).to_json()
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 5}))
    tokenizer = path / "tokenizer_config.json"
    tokenizer.write_text(tokenizer.read_text() + " ")
    found = differences(before, identity(catalogue, path).to_json())
    assert [text.partition(":")[0] for text in found] == ["config", "tokenizer", "layers"]
    assert found[-1] == "layers: 2 -> 5"
    assert differences({}, before) == ()


def test_the_library_that_saved_a_config_is_no_part_of_the_model(
    catalogue: Catalogue, folder: Folder
) -> None:
    one = folder("one", id2label=NLI, transformers_version="4.1", _name_or_path="a")
    other = folder("other", id2label=NLI, transformers_version="5.0", _name_or_path="b")
    assert identity(catalogue, one) == identity(catalogue, other)


def test_random_weights_have_a_seed_in_place_of_a_digest(catalogue: Catalogue) -> None:
    one, two = (
        identity_of(resolve(catalogue, "base", "xnli", weights="random", seed=seed))
        for seed in (1, 2)
    )
    assert (one.weights_sha256, one.weights_seed) == (None, 1)
    assert differences(one.to_json(), two.to_json()) == ("seed of random weights: 1 -> 2",)
    assert one.parameters is not None and one.layers == 2


def test_base_and_stilts_differ_in_their_weights_only(catalogue: Catalogue) -> None:
    base, stilts = (identity_of(resolve(catalogue, name, "xnli")) for name in ("base", "stilts"))
    assert [text.partition(":")[0] for text in differences(base.to_json(), stilts.to_json())] == [
        "weights"
    ]


def test_shards_have_one_digest_and_the_parameters_of_all(
    catalogue: Catalogue, folder: Folder
) -> None:
    path = folder(id2label=NLI)
    (path / "model.safetensors").unlink()
    for number in (1, 2):
        save_file({f"w{number}": np.zeros((number, 3))}, path / f"m-{number}.safetensors")
    index = {"weight_map": {"w1": "m-1.safetensors", "w2": "m-2.safetensors"}}
    (path / "model.safetensors.index.json").write_text(json.dumps(index))
    before = identity(catalogue, path)
    assert before.parameters == 9
    save_file({"w2": np.ones((2, 3))}, path / "m-2.safetensors")
    assert identity(catalogue, path).weights_sha256 != before.weights_sha256


def test_a_file_is_read_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"a")
    first = digest.sha256_of(file)
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("read again"))
        assert digest.sha256_of(file) == first
    file.write_bytes(b"b")
    os.utime(file, ns=(1, 1))
    assert digest.sha256_of(file) == hashlib.sha256(b"b").hexdigest() != first
