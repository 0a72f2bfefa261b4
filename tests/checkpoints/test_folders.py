import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.checkpoints.config import read_config
from xlbench.checkpoints.folders import has_tokenizer, weight_files
from xlbench.checkpoints.stored_tensors import stored_tensors
from xlbench.errors import UserError

from .conftest import Folder


def refusal(folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        weight_files(folder, "checkpoint 'm'")
    return str(caught.value)


def test_whole_weights_are_accepted(folder: Folder) -> None:
    path = folder()
    assert weight_files(path, "m") == (path / "model.safetensors",)


@pytest.mark.parametrize("keep", [0, 4, 20, -1])
def test_weights_that_are_cut_off_are_noticed(folder: Folder, keep: int) -> None:
    file = folder() / "model.safetensors"
    file.write_bytes(file.read_bytes()[:keep])
    assert str(file) in refusal(file.parent)


def test_bytes_after_the_end_are_noticed(folder: Folder) -> None:
    file = folder() / "model.safetensors"
    file.write_bytes(file.read_bytes() + b"more")
    assert "cut off or damaged" in refusal(file.parent)


def test_a_text_file_under_that_name_is_no_safetensors_file(folder: Folder) -> None:
    file = folder() / "model.safetensors"
    file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 3\n")
    assert "not a safetensors file" in refusal(file.parent)


def test_a_missing_shard_is_named(folder: Folder) -> None:
    path = folder()
    (path / "model.safetensors").rename(path / "model-1-of-2.safetensors")
    index = {"weight_map": {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}}
    (path / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "model-2-of-2.safetensors" in refusal(path)


def test_pickled_weights_are_refused_with_the_way_to_convert(folder: Folder) -> None:
    path = folder()
    (path / "model.safetensors").rename(path / "pytorch_model.bin")
    message = refusal(path)
    assert "pytorch_model.bin" in message and "save_pretrained" in message


def test_a_folder_without_weights_says_so(folder: Folder) -> None:
    path = folder()
    (path / "model.safetensors").unlink()
    assert "expected model.safetensors" in refusal(path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"model_type": 3}'])
def test_a_damaged_config_is_named(folder: Folder, text: str) -> None:
    path = folder()
    (path / "config.json").write_text(text)
    with pytest.raises(UserError, match=r"config\.json"):
        read_config(path, "m")


def test_a_tokenizer_needs_a_vocabulary(folder: Folder) -> None:
    path = folder()
    assert has_tokenizer(path)
    (path / "tokenizer.json").unlink()
    assert not has_tokenizer(path)


@pytest.mark.parametrize(
    "name", ["../outside.safetensors", "/etc/x.safetensors", "a\0b", "", 3, None]
)
def test_an_index_that_leaves_the_folder_is_refused(folder: Folder, name: object) -> None:
    path = folder()
    (path / "model.safetensors").rename(path.parent / "outside.safetensors")
    index = path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": name, "b": "x.safetensors"}}))
    assert "in the same folder for 'a'" in refusal(path)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"model_type": ' + "1" * 5000])
def test_a_config_that_is_nested_too_deeply_is_named(folder: Folder, text: str) -> None:
    path = folder()
    (path / "config.json").write_text(text)
    with pytest.raises(UserError, match=r"config\.json") as caught:
        read_config(path, "m")
    assert len(str(caught.value)) < 600


HEADERS = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=5),
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "dtype", "shape", "data_offsets"]), part)
    ),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())


@given(st.binary(max_size=80) | HEADERS, st.binary(max_size=8))
def test_whatever_stands_in_a_header_is_tensors_or_a_users_mistake(
    tmp_path_factory: pytest.TempPathFactory, header: bytes, rest: bytes
) -> None:
    file = tmp_path_factory.mktemp("weights") / "model.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + rest)
    try:
        tensors = stored_tensors(file, "m")
    except UserError as error:
        assert str(file) in str(error)
    else:
        assert sum(tensor.elements for tensor in tensors.values()) >= 0
