"""The checkpoints in the package: whole, small, and with a vocabulary of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors import safe_open
from transformers import AutoTokenizer

from xlbench.checkpoints.folders import EMBEDDED, weight_files
from xlbench.data.open import open_source
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS

MOST_BYTES = 20 * 10**6
PARTS = ("encoder", "xnli", "pawsx", "udpos", "panx", "xquad", "tydiqa")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(EMBEDDED)


def test_all_of_them_fit_into_20_megabytes() -> None:
    assert sum(f.stat().st_size for f in EMBEDDED.rglob("*") if f.is_file()) <= MOST_BYTES


def test_both_suites_are_whole_and_share_one_file_of_embeddings() -> None:
    files = {
        (suite, part): weight_files(EMBEDDED / suite / part, "embedded")
        for suite in ("base", "stilts")
        for part in PARTS
    }
    shared = {path.resolve() for found in files.values() for path in found if ".." in path.parts}
    assert shared == {EMBEDDED / "embeddings.safetensors"}
    for found in files.values():
        own = next(path for path in found if ".." not in path.parts)
        with safe_open(own, "pt") as tensors:
            assert not [name for name in tensors.offset_keys() if "embeddings" in name]


def test_no_other_checkpoint_may_point_out_of_its_folder(tmp_path: Path) -> None:
    index = {"weight_map": {"embeddings.word_embeddings.weight": "../../embeddings.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(UserError, match="in the same folder"):
        weight_files(tmp_path, "mine")


def test_special_tokens_stand_where_xlmr_has_them(tokenizer: Any) -> None:
    assert tokenizer.convert_ids_to_tokens([0, 1, 2, 3]) == ["<s>", "<pad>", "</s>", "<unk>"]
    assert tokenizer.mask_token_id == len(tokenizer) - 1
    assert tokenizer("a", "b")["input_ids"].count(2) == 3
    assert tokenizer("a")["input_ids"][0] == 0


def test_config_and_tokenizer_have_one_size(tokenizer: Any) -> None:
    assert json.loads((EMBEDDED / "config.json").read_text())["vocab_size"] == len(tokenizer)


def test_few_pieces_of_the_sample_are_unknown(tokenizer: Any) -> None:
    source = open_source("sample", TASKS)
    for language in source.languages("tatoeba"):
        texts = [example.text for example in source.examples("tatoeba", language)]
        ids = [piece for row in tokenizer(texts)["input_ids"] for piece in row]
        assert ids.count(tokenizer.unk_token_id) <= 0.01 * len(ids), language


def test_offsets_point_into_the_text(tokenizer: Any) -> None:
    text = "Straße nach København"
    encoded = tokenizer(text, return_offsets_mapping=True)
    covered = {i for start, end in encoded["offset_mapping"] for i in range(start, end)}
    assert {i for i, c in enumerate(text) if c != " "} <= covered
